#include "observe/decision.h"

#include <fmt/format.h>

#include <iterator>

#include "base/text.h"

namespace gust::observe {
namespace {

double seconds_of(Duration duration) { return std::chrono::duration<double>(duration).count(); }

std::int64_t whole_seconds_of(Duration duration) { return std::chrono::floor<std::chrono::seconds>(duration).count(); }

ByteView forward_reason(Lookup lookup) {
  switch (lookup) {
    case Lookup::none:
    case Lookup::hit:
      return "";
    case Lookup::bypass:
      return "bypass";
    case Lookup::method:
      return "method";
    case Lookup::uri_miss:
      return "uri-miss";
    case Lookup::vary_miss:
      return "vary-miss";
    case Lookup::request:
      return "request";
    case Lookup::stale:
      return "stale";
    case Lookup::purged:
      return "miss";
  }
  return "";
}

ByteView lookup_name(Lookup lookup) {
  if (lookup == Lookup::none) return "none";
  if (lookup == Lookup::hit) return "hit";
  if (lookup == Lookup::purged) return "purged";
  return forward_reason(lookup);
}

// Writes members and elements with the commas between them; absent facts are left out by not calling.
class Json {
 public:
  explicit Json(std::string& out) : out_(out) {}

  void open(ByteView name, char bracket) {
    begin(name);
    out_ += bracket;
    first_ = true;
  }
  void close(char bracket) {
    out_ += bracket;
    first_ = false;
  }
  void text(ByteView name, ByteView value) {
    if (value.empty()) return;
    begin(name);
    string(value);
  }
  void element(ByteView value) {
    begin("");
    string(value);
  }
  template <typename Value>
  void number(ByteView name, Value value) {
    begin(name);
    fmt::format_to(std::back_inserter(out_), "{}", value);
  }
  void flag(ByteView name, bool value) { number(name, value); }
  void seconds(ByteView name, Duration value) {
    begin(name);
    fmt::format_to(std::back_inserter(out_), "{:.6f}", seconds_of(value));
  }
  void left_out(std::size_t count) {
    if (count > 0) number("left_out", count);
  }

 private:
  void begin(ByteView name) {
    if (!first_) out_ += ',';
    first_ = false;
    if (name.empty()) return;
    string(name);
    out_ += ':';
  }
  void string(ByteView value) {
    const bool utf8 = is_utf8(value);
    out_ += '"';
    for (const char c : value) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\') {
        out_ += '\\';
        out_ += c;
      } else if (byte < 32 || byte == 127 || (byte > 127 && !utf8)) {
        fmt::format_to(std::back_inserter(out_), "\\u{:04X}", byte);
      } else {
        out_ += c;
      }
    }
    out_ += '"';
  }

  std::string& out_;
  bool first_ = true;
};

void write_key(const Decision& decision, Json& json) {
  if (!decision.key_hash && decision.key_parts.items().empty()) return;
  json.open("key", '{');
  if (decision.key_hash) json.text("hash", fmt::format("{:016x}", *decision.key_hash));
  json.open("parts", '[');
  for (const KeyPart& part : decision.key_parts.items()) {
    json.open("", '{');
    json.text("from", part.from);
    json.text("name", part.name);
    json.text("value", part.value);
    json.close('}');
  }
  json.close(']');
  json.left_out(decision.key_parts.left_out());
  json.close('}');
}

void write_tiers(const Decision& decision, Json& json) {
  if (decision.tiers.items().empty()) return;
  json.open("tiers", '[');
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

// The status of the first answer from a tier beyond this one.
std::uint16_t forward_status(const Decision& decision) {
  for (const TierVisit& visit : decision.tiers.items()) {
    if (visit.name != decision.node && visit.status != 0) return visit.status;
  }
  return 0;
}

// A string of RFC 8941 section 3.3.3: visible ASCII; other bytes percent-encoded.
void append_quoted(ByteView text, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c >= ' ' && c <= '~') {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  out += '"';
}

}  // namespace

std::string json_of(const Decision& decision) {
  std::string out;
  out.reserve(1024);
  Json json(out);
  json.open("", '{');
  json.text("request_id", decision.request_id);
  json.text("node", decision.node);
  json.text("distribution", decision.distribution_id);
  if (!decision.behavior.empty()) {
    json.text("behavior", decision.behavior);
    json.number("behavior_index", decision.behavior_index);
  }
  json.text("cache_policy", decision.cache_policy_id);
  json.text("origin_request_policy", decision.origin_request_policy_id);
  write_key(decision, json);
  json.text("lookup", lookup_name(decision.lookup));
  if (decision.collapsed) json.flag("collapsed", true);
  if (decision.age) json.seconds("age", *decision.age);
  if (decision.ttl) json.seconds("ttl", *decision.ttl);
  json.text("ttl_rule", decision.ttl_rule);
  write_tiers(decision, json);
  if (decision.stored) json.flag("stored", *decision.stored);
  json.text("stored_reason", decision.stored_reason);
  json.number("purge_epoch", decision.purge_epoch);
  if (decision.entry_epoch) json.number("entry_epoch", *decision.entry_epoch);
  json.number("status", decision.status);
  json.text("step", decision.step);
  if (!decision.rules.items().empty()) {
    json.open("rules", '[');
    for (const ByteView rule : decision.rules.items()) json.element(rule);
    json.close(']');
  }
  json.close('}');
  return out;
}

std::string cache_status_of(const Decision& decision) {
  std::string out;
  append_quoted(decision.node, out);
  if (decision.lookup == Lookup::hit) {
    out += "; hit";
  } else if (const ByteView reason = forward_reason(decision.lookup); !reason.empty()) {
    out.append("; fwd=").append(reason);
    if (const std::uint16_t status = forward_status(decision); status != 0) {
      fmt::format_to(std::back_inserter(out), "; fwd-status={}", status);
    }
    if (decision.stored == true) out += "; stored";
    if (decision.collapsed) out += "; collapsed";
  }
  if (decision.ttl) {
    const Duration left = *decision.ttl - decision.age.value_or(Duration::zero());
    fmt::format_to(std::back_inserter(out), "; ttl={}", whole_seconds_of(left));
  }
  const ByteView detail = decision.lookup == Lookup::none ? decision.step : decision.ttl_rule;
  if (!detail.empty()) {
    out += "; detail=";
    append_quoted(detail, out);
  }
  return out;
}

}  // namespace gust::observe
