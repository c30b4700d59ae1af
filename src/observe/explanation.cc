#include "observe/explanation.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "observe/json_writer_internal.h"
#include "observe/result_types.h"
#include "observe/rule_sentences.h"

namespace gust::observe {
namespace {

constexpr std::size_t short_text_bytes = 48;

template <typename List>
void write_left_out(const List& list, JsonWriter& json) {
  if (list.left_out() > 0) json.number("left_out", list.left_out());
}

void write_rule(ByteView name, ByteView rule, JsonWriter& json) {
  if (rule.empty()) return;
  json.open(name, '{');
  json.text("rule", rule);
  json.text("says", sentence_of(rule));
  json.close('}');
}

void write_request(const Explanation& explained, JsonWriter& json) {
  json.open("request", '{');
  json.text("id", explained.decision.request_id);
  json.text("method", explained.method);
  json.text("host", explained.host);
  json.text("path", explained.path);
  json.text("query", explained.query);
  json.close('}');
}

void write_policy(ByteView name, const PolicyName& policy, JsonWriter& json) {
  if (policy.id.empty()) return;
  json.open(name, '{');
  json.text("id", policy.id);
  json.text("name", policy.name);
  json.close('}');
}

void write_configuration(const Explanation& explained, JsonWriter& json) {
  if (!explained.distribution_id.empty()) {
    json.open("distribution", '{');
    json.text("id", explained.distribution_id);
    json.text("domain_name", explained.distribution_domain);
    json.close('}');
  }
  if (explained.behavior.empty()) return;
  json.open("behavior", '{');
  json.text("path_pattern", explained.behavior);
  json.number("index", explained.behavior_index);
  json.text("profile", explained.profile);
  json.text("origin", explained.origin);
  json.text("origin_group", explained.origin_group);
  json.text("second_origin", explained.second_origin);
  json.close('}');
  write_policy("cache_policy", explained.cache_policy, json);
  write_policy("origin_request_policy", explained.origin_request_policy, json);
  write_policy("response_headers_policy", explained.response_headers_policy, json);
  if (explained.min_ttl && explained.default_ttl && explained.max_ttl) {
    json.open("ttl_bounds", '{');
    json.seconds("min", *explained.min_ttl);
    json.seconds("default", *explained.default_ttl);
    json.seconds("max", *explained.max_ttl);
    json.close('}');
  }
}

void write_key(const Explanation& explained, bool with_parts, JsonWriter& json) {
  if (!explained.key_hash) return;
  json.open("key", '{');
  json.text("hash", fmt::format("{:016x}", *explained.key_hash));
  if (with_parts) {
    json.open("parts", '[');
    for (const KeyPart& part : explained.key_parts.items()) {
      json.open("", '{');
      json.text("from", part.from);
      json.text("name", part.name);
      json.text("value", part.value);
      json.close('}');
    }
    json.close(']');
    write_left_out(explained.key_parts, json);
  }
  json.close('}');
}

void write_tiers(const Decision& decision, JsonWriter& json) {
  if (decision.tiers.items().empty()) return;
  json.open("asked", '[');
  for (const TierVisit& visit : decision.tiers.items()) {
    json.open("", '{');
    json.text("tier", visit.tier);
    json.text("name", visit.name);
    json.text("outcome", visit.outcome);
    json.text("detail", visit.detail);
    if (visit.status != 0) json.number("status", visit.status);
    if (visit.attempts != 0) {
      json.number("attempts", visit.attempts);
      json.flag("connection_reused", visit.connection_reused);
      json.seconds("connect", visit.connect);
      json.seconds("first_byte", visit.first_byte);
    }
    json.close('}');
  }
  json.close(']');
}

void write_cache(const Explanation& explained, JsonWriter& json) {
  const Decision& decision = explained.decision;
  json.text("lookup", name_of(decision.lookup));
  json.flag("collapsed", decision.collapsed);
  if (decision.ttl) {
    json.open("freshness", '{');
    json.seconds("lifetime", *decision.ttl);
    if (decision.age) {
      json.seconds("age", *decision.age);
      json.seconds("left", *decision.ttl - *decision.age);
    }
    write_rule("by", decision.ttl_rule, json);
    json.close('}');
  }
  if (decision.stored) {
    json.open("storing", '{');
    json.flag("stored", *decision.stored);
    write_rule("by", decision.stored_reason, json);
    json.close('}');
  }
  json.open("purge", '{');
  json.number("epoch", decision.purge_epoch);
  if (decision.entry_epoch) json.number("entry_epoch", *decision.entry_epoch);
  json.close('}');
}

void write_answer(const Decision& decision, JsonWriter& json) {
  const ResultTypes types = result_types_of(decision);
  json.open("answer", '{');
  json.number("status", decision.status);
  json.text("result", text_of(types.response));
  json.text("detailed_result", types.detailed);
  json.text("step", decision.step);
  json.close('}');
}

void write_rules(const Decision& decision, JsonWriter& json) {
  if (decision.rules.items().empty()) return;
  json.open("rules", '[');
  for (const ByteView rule : decision.rules.items()) write_rule("", rule, json);
  json.close(']');
}

template <typename List>
void write_texts(ByteView name, const List& list, JsonWriter& json) {
  if (list.items().empty()) return;
  json.open(name, '[');
  for (const ByteView text : list.items()) json.element(text);
  json.close(']');
}

std::string write(const Explanation& explained, bool is_short) {
  std::string out;
  out.reserve(2048);
  JsonWriter json(out, is_short ? short_text_bytes : std::string::npos);
  json.open("", '{');
  json.number("version", explanation_version);
  json.text("node", explained.decision.node);
  json.text("tier", explained.tier);
  json.flag("dry", explained.is_dry);
  if (is_short) json.flag("shortened", true);
  write_request(explained, json);
  write_configuration(explained, json);
  write_key(explained, !is_short, json);
  write_cache(explained, json);
  write_tiers(explained.decision, json);
  if (!is_short && !explained.upstream.empty()) json.raw("upstream", explained.upstream);
  write_answer(explained.decision, json);
  write_rules(explained.decision, json);
  write_texts("would_hit", explained.would_hit, json);
  if (!is_short) write_texts("known_hosts", explained.known_hosts, json);
  json.close('}');
  return out;
}

std::string write_answer_only(const Explanation& explained) {
  std::string out;
  JsonWriter json(out, short_text_bytes);
  json.open("", '{');
  json.number("version", explanation_version);
  json.text("node", explained.decision.node);
  json.flag("shortened", true);
  write_answer(explained.decision, json);
  json.close('}');
  return out;
}

}  // namespace

std::string json_of(const Explanation& explanation) { return write(explanation, false); }

std::string json_of(const Explanation& explanation, ByteCount bytes_max) {
  std::string whole = write(explanation, false);
  if (whole.size() <= bytes_max) return whole;
  whole = write(explanation, true);
  return whole.size() <= bytes_max ? whole : write_answer_only(explanation);
}

std::optional<ByteView> read_record(ByteView text, ByteCount bytes_max) {
  const auto is_visible = [](char c) { return c >= ' ' && c <= '~'; };
  if (text.size() > bytes_max || !text.starts_with('{') || !std::ranges::all_of(text, is_visible)) return std::nullopt;
  if (!nlohmann::json::accept(text)) return std::nullopt;
  return text;
}

}  // namespace gust::observe
