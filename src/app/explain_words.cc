#include "app/explain_words.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>

namespace gust::app {
namespace {

using nlohmann::json;

// Text of a member, for people's terminals: bytes that steer one are shown as `?`.
std::string text_in(const json& object, const char* name) {
  const auto at = object.find(name);
  if (at == object.end() || !at->is_string()) return {};
  std::string text = at->get<std::string>();
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 32 || c == 127) c = '?';
  }
  return text;
}

const json& member(const json& object, const char* name) {
  static const json none = json::object();
  const auto at = object.find(name);
  return at == object.end() ? none : *at;
}

double number_in(const json& object, const char* name) {
  const auto at = object.find(name);
  return at != object.end() && at->is_number() ? at->get<double>() : 0;
}

bool flag_in(const json& object, const char* name) {
  const auto at = object.find(name);
  return at != object.end() && at->is_boolean() && at->get<bool>();
}

std::string seconds(double value) {
  const double magnitude = value < 0 ? -value : value;
  if (magnitude < 10 && value != std::floor(value)) return fmt::format("{:.3f} s", value);
  std::string text = fmt::format("{:.0f} s", value);
  if (magnitude >= 172'800) return text + fmt::format(" ({:.0f} days)", value / 86'400);
  if (magnitude >= 7'200) return text + fmt::format(" ({:.0f} h)", value / 3'600);
  return text;
}

// Sections of labelled rows.
class Page {
 public:
  explicit Page(std::string& out) : out_(out) {}

  void section(std::string_view title) { fmt::format_to(std::back_inserter(out_), "\n{}\n", title); }
  void row(std::string_view label, std::string_view text) {
    if (!text.empty()) fmt::format_to(std::back_inserter(out_), "  {:<22} {}\n", label, text);
  }
  void item(std::string_view text) { fmt::format_to(std::back_inserter(out_), "  - {}\n", text); }

 private:
  std::string& out_;
};

std::string named(const json& policy) {
  const std::string id = text_in(policy, "id");
  const std::string name = text_in(policy, "name");
  return name.empty() ? id : fmt::format("{} ({})", name, id);
}

// `TTL-1: the origin's Cache-Control has max-age`
std::string rule_text(const json& rule) {
  const std::string says = text_in(rule, "says");
  return says.empty() ? text_in(rule, "rule") : fmt::format("{}: {}", text_in(rule, "rule"), says);
}

void write_configuration(const json& record, Page& page) {
  page.section("Configuration");
  const json& distribution = member(record, "distribution");
  if (distribution.empty()) page.row("distribution", "none has this host name");
  if (!distribution.empty()) {
    page.row("distribution", fmt::format("{} ({})", text_in(distribution, "id"), text_in(distribution, "domain_name")));
  }
  const json& behavior = member(record, "behavior");
  if (behavior.empty()) return;
  page.row("behaviour",
           fmt::format("{} (place {} in order)", text_in(behavior, "path_pattern"), number_in(behavior, "index") + 1));
  page.row("profile", text_in(behavior, "profile"));
  page.row("cache policy", named(member(record, "cache_policy")));
  page.row("origin request policy", named(member(record, "origin_request_policy")));
  page.row("response headers policy", named(member(record, "response_headers_policy")));
  if (const json& bounds = member(record, "ttl_bounds"); !bounds.empty()) {
    page.row("TTL", fmt::format("minimum {}, default {}, maximum {}", seconds(number_in(bounds, "min")),
                                seconds(number_in(bounds, "default")), seconds(number_in(bounds, "max"))));
  }
  page.row("origin", text_in(behavior, "origin"));
  if (const std::string group = text_in(behavior, "origin_group"); !group.empty()) {
    page.row("origin group", fmt::format("{}, whose second member is {}", group, text_in(behavior, "second_origin")));
  }
}

void write_key(const json& record, Page& page) {
  const json& key = member(record, "key");
  if (key.empty()) return;
  page.section(fmt::format("Cache key ({})", text_in(key, "hash")));
  for (const json& part : member(key, "parts")) {
    const std::string from = text_in(part, "from");
    const std::string name = text_in(part, "name");
    const std::string value = text_in(part, "value");
    page.row(from, name.empty() ? value : fmt::format("{} = {}", name, value));
  }
  if (number_in(key, "left_out") > 0) page.row("", fmt::format("and {} more", number_in(key, "left_out")));
}

std::string lookup_text(const json& record) {
  const std::string lookup = text_in(record, "lookup");
  if (lookup == "hit") return "hit: stored and fresh";
  if (lookup == "stale") return "stale: stored, but its lifetime is over";
  if (lookup == "purged") return "purged: stored, but cleared by an invalidation";
  if (lookup == "uri-miss") return "miss: nothing is stored under this key";
  if (lookup == "vary-miss") return "miss: what is stored is for other request headers (Vary)";
  if (lookup == "bypass") return "not asked: this behaviour caches nothing";
  if (lookup == "method") return "not asked: this request is not one that is cached";
  if (lookup == "request") return "not used: the request forbids it";
  return "not asked";
}

std::string visit_text(const json& visit) {
  std::string text =
      fmt::format("{} {}: {}", text_in(visit, "tier"), text_in(visit, "name"), text_in(visit, "outcome"));
  if (number_in(visit, "status") > 0) text += fmt::format(", {}", number_in(visit, "status"));
  if (const std::string detail = text_in(visit, "detail"); !detail.empty()) text += ", " + detail;
  if (const double attempts = number_in(visit, "attempts"); attempts > 0) {
    text += flag_in(visit, "connection_reused")
                ? ", on an open connection"
                : fmt::format(", connected in {}", seconds(number_in(visit, "connect")));
    if (attempts > 1) text += fmt::format(", {} attempts", attempts);
    text += fmt::format(", first byte after {}", seconds(number_in(visit, "first_byte")));
  }
  return text;
}

void write_tier(const json& record, Page& page) {
  page.section(
      fmt::format("{} {}", text_in(record, "tier") == "regional" ? "Regional cache" : "Edge", text_in(record, "node")));
  page.row("cache", lookup_text(record));
  if (flag_in(record, "collapsed")) page.row("", "COLL-1: waits for another request that fetches the same");
  if (const json& freshness = member(record, "freshness"); !freshness.empty()) {
    page.row("fresh for", fmt::format("{}, of which {} are left", seconds(number_in(freshness, "lifetime")),
                                      seconds(number_in(freshness, "left"))));
    page.row("", "by " + rule_text(member(freshness, "by")));
  }
  for (const json& visit : member(record, "asked")) page.row("asked", visit_text(visit));
  if (const json& storing = member(record, "storing"); !storing.empty()) {
    page.row(flag_in(storing, "stored") ? "stored" : "not stored", "by " + rule_text(member(storing, "by")));
  }
  const json& purge = member(record, "purge");
  if (purge.contains("entry_epoch")) {
    page.row("purges", fmt::format("stored at epoch {}, the newest is {}", number_in(purge, "entry_epoch"),
                                   number_in(purge, "epoch")));
  } else if (number_in(purge, "epoch") > 0) {
    page.row("purges", fmt::format("the newest has epoch {}", number_in(purge, "epoch")));
  }
  for (const json& rule : member(record, "rules")) page.row("rule", rule_text(rule));
  for (const json& sentence : member(record, "would_hit")) {
    if (sentence.is_string()) page.row("why", text_in(json{{"text", sentence}}, "text"));
  }
}

std::string title_of(const json& record) {
  const json& request = member(record, "request");
  const std::string query = text_in(request, "query");
  std::string title = fmt::format("{} http://{}{}{}{} at {}\n", text_in(request, "method"), text_in(request, "host"),
                                  text_in(request, "path"), query.empty() ? "" : "?", query, text_in(record, "node"));
  const json& answer = member(record, "answer");
  if (flag_in(record, "dry")) {
    title += "Dry run: nothing was asked of the origin and nothing was changed.\n";
    if (number_in(answer, "status") > 0)
      title += fmt::format("It would be answered with {}", number_in(answer, "status"));
  } else {
    title += fmt::format("Answered with {}", number_in(answer, "status"));
  }
  if (!flag_in(record, "dry") || number_in(answer, "status") > 0) {
    title += fmt::format(" ({}", text_in(answer, "result"));
    if (text_in(answer, "detailed_result") != text_in(answer, "result")) {
      title += ", " + text_in(answer, "detailed_result");
    }
    title += fmt::format(", by the step {})\n", text_in(answer, "step"));
  }
  if (flag_in(record, "shortened")) title += "The request is too long for the whole record; this is the short one.\n";
  return title;
}

}  // namespace

std::string words_of_record(std::string_view text) {
  const json record = json::parse(text, nullptr, false);
  if (!record.is_object() || !record.contains("version")) return "This is no decision record.\n";
  std::string out = title_of(record);
  Page page(out);
  write_configuration(record, page);
  write_key(record, page);
  write_tier(record, page);
  if (const json& upstream = member(record, "upstream"); !upstream.empty()) write_tier(upstream, page);
  if (const json& hosts = member(record, "known_hosts"); !hosts.empty()) {
    page.section("Known host names");
    for (const json& host : hosts) page.item(text_in(json{{"host", host}}, "host"));
  }
  return out;
}

}  // namespace gust::app
