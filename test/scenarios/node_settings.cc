#include "scenarios/node_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "scenarios/words_internal.h"

namespace gust::scenarios {
namespace {

// Each setter gives false where the value is not one of its kind.
template <typename Target>
struct Row {
  std::string_view name;
  bool (*set)(Target& target, std::string_view value);
};

bool read_into(Duration& into, std::string_view value) {
  const auto time = read_time(value);
  if (time) into = *time;
  return time.has_value();
}

template <typename Number>
bool read_number_into(Number& into, std::string_view value) {
  const auto number = parse_decimal<std::uint32_t>(value);
  if (number) into = static_cast<Number>(*number);
  return number.has_value();
}

std::vector<std::string> names_of(std::string_view value) {
  std::vector<std::string> names;
  for (const std::string_view name : split(value, ',')) names.emplace_back(name);
  return names;
}

bool read_into(config::Selection& into, std::string_view value) {
  using Mode = config::Selection::Mode;
  constexpr std::string_view except = "except:";
  into = {};
  if (value == "none") return true;
  if (value == "all") {
    into.mode = Mode::all;
    return true;
  }
  const bool is_except = value.starts_with(except);
  into.mode = is_except ? Mode::all_except : Mode::listed;
  into.names = names_of(is_except ? value.substr(except.size()) : value);
  return true;
}

bool read_headers_into(config::Selection& into, std::string_view value) { return read_into(into, to_lower(value)); }

bool read_methods_into(std::uint8_t& into, std::string_view value) {
  constexpr std::array<std::pair<std::string_view, config::MethodBits>, 7> bits{{{"GET", config::method_get},
                                                                                 {"HEAD", config::method_head},
                                                                                 {"OPTIONS", config::method_options},
                                                                                 {"PUT", config::method_put},
                                                                                 {"POST", config::method_post},
                                                                                 {"PATCH", config::method_patch},
                                                                                 {"DELETE", config::method_delete}}};
  unsigned methods = 0;
  for (const std::string_view name : split(value, ',')) {
    const auto* found = std::ranges::find(bits, name, [](const auto& bit) { return bit.first; });
    if (found == bits.end()) return false;
    methods |= found->second;
  }
  into = static_cast<std::uint8_t>(methods);
  return true;
}

bool read_into(config::ViewerProtocolPolicy& into, std::string_view value) {
  using enum config::ViewerProtocolPolicy;
  if (value != "allow-all" && value != "https-only" && value != "redirect-to-https") return false;
  into = value == "allow-all" ? allow_all : value == "https-only" ? https_only : redirect_to_https;
  return true;
}

bool read_into(bool& into, std::string_view value) {
  into = value == "yes";
  return value == "yes" || value == "no";
}

bool read_codings_into(config::CachePolicy& into, std::string_view value) {
  for (const std::string_view name : split(value, ',')) {
    if (name != "gzip" && name != "br" && name != "zstd") return false;
    (name == "gzip" ? into.gzip : name == "br" ? into.brotli : into.zstd) = true;
  }
  return true;
}

bool read_error_ttls_into(std::map<int, Duration>& into, std::string_view value) {
  for (const std::string_view each : split(value, ',')) {
    const Cut parts = cut(each, ':');
    const auto status = parse_decimal<std::uint16_t>(parts.before);
    const auto time = read_time(parts.after);
    if (!status || !time) return false;
    into[*status] = *time;
  }
  return true;
}

// `404:/404.html:200,503:/down.html:503`
bool read_error_pages_into(config::ErrorPages& into, std::string_view value) {
  for (const std::string_view each : split(value, ',')) {
    const std::vector<std::string_view> parts = split(each, ':');
    if (parts.size() != 3 || !parts[1].starts_with('/')) return false;
    const auto error = parse_decimal<std::uint16_t>(parts[0]);
    const auto status = parse_decimal<std::uint16_t>(parts[2]);
    if (!error || !status) return false;
    into[*error] = {std::string(parts[1]), *status};
  }
  return true;
}

using config::Behavior;
using config::Distribution;

config::ResponseHeadersPolicy& response_headers_of(Behavior& behavior) {
  if (!behavior.response_headers) behavior.response_headers = config::ResponseHeadersPolicy();
  return *behavior.response_headers;
}

bool remove_headers(Behavior& behavior, std::string_view value) {
  response_headers_of(behavior).removed = names_of(to_lower(value));
  return true;
}

bool add_headers(Behavior& behavior, std::string_view value, bool overrides) {
  for (const std::string_view each : split(value, ',')) {
    const Cut parts = cut(each, ':');
    if (!parts.found) return false;
    response_headers_of(behavior).headers.push_back({std::string(parts.before), std::string(parts.after), overrides});
  }
  return true;
}

bool allow_origins(Behavior& behavior, std::string_view value) {
  config::ResponseHeadersPolicy::Cors cors;
  cors.allow_origins = names_of(value);
  cors.allow_methods = {"GET", "PUT"};
  cors.allow_headers = {"*"};
  cors.max_age = 600;
  response_headers_of(behavior).cors = std::move(cors);
  return true;
}

constexpr std::array<Row<Behavior>, 18> behavior_rows{{
    {"methods", [](Behavior& b, std::string_view v) { return read_methods_into(b.allowed_methods, v); }},
    {"cached-methods", [](Behavior& b, std::string_view v) { return read_methods_into(b.cached_methods, v); }},
    {"protocol", [](Behavior& b, std::string_view v) { return read_into(b.viewer_protocol_policy, v); }},
    {"min-ttl", [](Behavior& b, std::string_view v) { return read_into(b.cache.min_ttl, v); }},
    {"default-ttl", [](Behavior& b, std::string_view v) { return read_into(b.cache.default_ttl, v); }},
    {"max-ttl", [](Behavior& b, std::string_view v) { return read_into(b.cache.max_ttl, v); }},
    {"query", [](Behavior& b, std::string_view v) { return read_into(b.cache.query, v); }},
    {"headers", [](Behavior& b, std::string_view v) { return read_headers_into(b.cache.headers, v); }},
    {"cookies", [](Behavior& b, std::string_view v) { return read_into(b.cache.cookies, v); }},
    {"remove-headers", remove_headers},
    {"add-headers", [](Behavior& b, std::string_view v) { return add_headers(b, v, false); }},
    {"set-headers", [](Behavior& b, std::string_view v) { return add_headers(b, v, true); }},
    {"cors-origins", allow_origins},
    {"compress", [](Behavior& b, std::string_view v) { return read_into(b.compress, v); }},
    {"codings", [](Behavior& b, std::string_view v) { return read_codings_into(b.cache, v); }},
    {"origin-query", [](Behavior& b, std::string_view v) { return read_into(b.origin_request.query, v); }},
    {"origin-headers", [](Behavior& b, std::string_view v) { return read_headers_into(b.origin_request.headers, v); }},
    {"origin-cookies", [](Behavior& b, std::string_view v) { return read_into(b.origin_request.cookies, v); }},
}};

bool set_enabled(Distribution& distribution, std::string_view value) {
  distribution.enabled = value == "yes";
  return value == "yes" || value == "no";
}

bool add_aliases(Distribution& distribution, std::string_view value) {
  for (std::string& name : names_of(value)) distribution.aliases.push_back(std::move(name));
  return true;
}

bool set_root(Distribution& distribution, std::string_view value) {
  distribution.default_root_object = value;
  return true;
}

template <typename Set>
bool of_all_origins(Distribution& distribution, Set set) {
  return std::ranges::all_of(distribution.origins, set);
}

bool set_origin_path(Distribution& distribution, std::string_view value) {
  for (config::Origin& origin : distribution.origins) origin.path = value;
  return value.starts_with('/');
}

constexpr std::array<Row<Distribution>, 10> distribution_rows{{
    {"enabled", set_enabled},
    {"aliases", add_aliases},
    {"root", set_root},
    {"error-ttl", [](Distribution& d, std::string_view v) { return read_error_ttls_into(d.error_caching_min_ttl, v); }},
    {"error-pages", [](Distribution& d, std::string_view v) { return read_error_pages_into(d.error_pages, v); }},
    {"cache-tag-header",
     [](Distribution& d, std::string_view v) {
       d.cache_tag_header = to_lower(v);
       return !v.empty();
     }},
    {"origin-path", set_origin_path},
    {"attempts",
     [](Distribution& d, std::string_view v) {
       return of_all_origins(d, [v](config::Origin& o) { return read_number_into(o.connection_attempts, v); });
     }},
    {"connect-timeout",
     [](Distribution& d, std::string_view v) {
       return of_all_origins(d, [v](config::Origin& o) { return read_into(o.connection_timeout, v); });
     }},
    {"read-timeout",
     [](Distribution& d, std::string_view v) {
       return of_all_origins(d, [v](config::Origin& o) { return read_into(o.read_timeout, v); });
     }},
}};

using proxy::NodeSettings;
constexpr std::array<Row<NodeSettings>, 4> limit_rows{{
    {"cache-bytes", [](NodeSettings& s, std::string_view v) { return read_number_into(s.cache.bytes_max, v); }},
    {"object-bytes", [](NodeSettings& s, std::string_view v) { return read_number_into(s.cache.object_bytes_max, v); }},
    {"slice-bytes", [](NodeSettings& s, std::string_view v) { return read_number_into(s.slice_bytes, v); }},
    {"abandoned-rest-bytes",
     [](NodeSettings& s, std::string_view v) { return read_number_into(s.abandoned_rest_max, v); }},
}};

template <typename Target, std::size_t count>
void apply(const std::array<Row<Target>, count>& rows, const std::vector<Setting>& settings, Target& target,
           const std::string& who, std::vector<std::string>& complaints) {
  for (const auto& [name, value] : settings) {
    const auto* row = std::ranges::find(rows, std::string_view(name), &Row<Target>::name);
    if (row == rows.end()) {
      complaints.push_back(fmt::format("{}: no setting {}", who, name));
    } else if (!row->set(target, value)) {
      complaints.push_back(fmt::format("{}: {} cannot be {}", who, name, value));
    }
  }
}

Behavior make_behavior(const scenarios::Behavior& words, const Distribution& distribution, const std::string& who,
                       std::vector<std::string>& complaints) {
  Behavior behavior;
  behavior.path_pattern = words.pattern;
  behavior.cache.id = "scenario";  // a policy, not the legacy settings
  std::vector<Setting> settings = words.settings;
  const auto origin = std::ranges::find(settings, "origin", &Setting::first);
  if (origin != settings.end()) {
    const auto found = std::ranges::find(distribution.origins, origin->second, &config::Origin::id);
    behavior.origin = static_cast<std::size_t>(found - distribution.origins.begin());
    if (found == distribution.origins.end()) {
      behavior.origin = 0;
      complaints.push_back(fmt::format("{}: no origin {}", who, origin->second));
    }
    settings.erase(origin);
  }
  apply(behavior_rows, settings, behavior, fmt::format("{}: behavior {}", who, words.pattern), complaints);
  return behavior;
}

}  // namespace

config::Distribution make_distribution(const StartNode& node, const std::vector<Upstream>& upstreams,
                                       std::string_view host_suffix, std::vector<std::string>& complaints) {
  Distribution distribution;
  distribution.id = "E1";  // several regionals serve one
  distribution.domain_name = node.name + ".cloudfront.test";
  distribution.aliases = {fmt::format("{}{}", node.name, host_suffix)};
  for (const Upstream& upstream : upstreams) {
    config::Origin origin;
    origin.id = upstream.name;
    origin.domain_name = fmt::format("{}{}", upstream.name, host_suffix);
    origin.port = upstream.at.port;
    distribution.origins.push_back(std::move(origin));
  }
  apply(distribution_rows, node.distribution, distribution, node.name + ": distribution", complaints);
  for (const scenarios::Behavior& words : node.behaviors) {
    distribution.behaviors.push_back(make_behavior(words, distribution, node.name, complaints));
  }
  const auto is_default = [](const auto& behavior) { return behavior.path_pattern == "*"; };
  if (std::ranges::none_of(distribution.behaviors, is_default)) {
    distribution.behaviors.push_back(make_behavior({.pattern = "*"}, distribution, node.name, complaints));
  }
  if (!is_default(distribution.behaviors.back())) complaints.push_back(node.name + ": the behavior * comes last");
  return distribution;
}

void apply_limits(const StartNode& node, proxy::NodeSettings& settings, std::vector<std::string>& complaints) {
  apply(limit_rows, node.limits, settings, node.name + ": limits", complaints);
}

}  // namespace gust::scenarios
