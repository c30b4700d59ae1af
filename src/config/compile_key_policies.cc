// Cache policies and origin request policies: which headers, cookies and query parameters, and for how long.
//
// Source: CLOUDFRONT.md sections 6.2, 6.3 and 9; AWS.md section 3. From general knowledge of the service: a policy that
//         turns caching off has nothing in its key; what a policy's name may hold.
// Stricter: a name told twice, or `*` as a name, is refused, as nothing would come of them.
#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "config/compile_internal.h"

namespace gust::config {
namespace {

namespace model = aws::cloudfront;
using Mode = Selection::Mode;

constexpr std::int64_t century = 3'153'600'000;  // seconds; TTL-7
constexpr std::int64_t day = 86'400;
constexpr std::int64_t year = 31'536'000;
constexpr std::size_t names_characters_max = 1024;  // KEY-12

// One of the three parts of a policy, the same in both kinds but for the types.
struct Part {
  std::string_view behavior_member, names_member;  // as in "HeaderBehavior" and "Headers"
  const std::string& behavior;
  const std::vector<std::string>* names;  // null where there are none
};

template <typename Names>
const std::vector<std::string>* items_of(const std::optional<Names>& names) {
  return names ? &names->items : nullptr;
}

Mode mode_of(std::string_view behavior, const Place& place) {
  if (behavior == "whitelist") return Mode::listed;
  if (behavior == "all" || behavior == "allViewer" || behavior == "allViewerAndWhitelistCloudFront") return Mode::all;
  if (behavior == "allExcept") return Mode::all_except;
  place.expect(behavior == "none", "The behavior is not one that the service knows.");
  return Mode::none;
}

// The selection of a part, its names as they are written.
Selection compile_part(const Part& part, const Place& place) {
  Selection out;
  out.mode = mode_of(part.behavior, place.in(part.behavior_member));
  if (part.names) out.names = *part.names;
  const bool takes_names =
      out.mode == Mode::listed || out.mode == Mode::all_except || part.behavior == "allViewerAndWhitelistCloudFront";
  const Place here = place.in(part.names_member);
  if (takes_names == out.names.empty()) {
    here.tell(fmt::format("The parameter {} is {} where {} is {}.", part.names_member,
                          takes_names ? "required" : "not allowed", part.behavior_member, part.behavior));
  }
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < out.names.size(); ++i) {
    here.at(i).expect(out.names[i] != "*" && !out.names[i].empty() && is_visible_ascii(out.names[i], 1024),
                      fmt::format("The parameter {} contains a name that is not allowed.", part.names_member));
    here.at(i).expect(seen.insert(out.names[i]).second,
                      fmt::format("The parameter {} contains a name twice.", part.names_member));
  }
  return out;
}

Selection compile_headers(const std::string& behavior, const std::optional<model::Headers>& headers, ListedIn where,
                          const Place& place) {
  std::optional<model::Headers> folded = headers;
  if (folded) {
    for (std::string& name : folded->items) name = to_lower(name);
  }
  Selection out = compile_part({"HeaderBehavior", "Headers", behavior, items_of(folded)}, place);
  const Place here = place.in("Headers");
  for (std::size_t i = 0; i < out.names.size(); ++i) {
    here.at(i).expect(is_token(out.names[i]) && !is_hop_header(out.names[i]),
                      "The parameter Headers contains a header that is not allowed.");  // KEY-9
  }
  if (out.mode != Mode::all_except) refuse_viewer_headers(out.names, where, here);
  return out;
}

Selection compile_cookies(const std::string& behavior, const std::optional<model::CookieNames>& cookies,
                          const Place& place) {
  Selection out = compile_part({"CookieBehavior", "Cookies", behavior, items_of(cookies)}, place);
  for (std::size_t i = 0; i < out.names.size(); ++i) {
    place.in("Cookies").at(i).expect(is_token(out.names[i]), "A cookie's name is a token.");
  }
  return out;
}

Selection compile_query(const std::string& behavior, const std::optional<model::QueryStringNames>& names,
                        const Place& place) {
  return compile_part({"QueryStringBehavior", "QueryStrings", behavior, items_of(names)}, place);
}

template <typename Policy>
void check_lengths(const Policy& policy, const Place& place) {
  std::size_t characters = 0;
  for (const Selection* part : {&policy.headers, &policy.cookies, &policy.query}) {
    for (const std::string& name : part->names) characters += name.size();
  }
  place.expect(characters <= names_characters_max,
               "The names of headers, cookies and query strings are longer than 1024 characters in all.");
}

void compile_ttls(const model::CachePolicyConfig& config, const Place& place, CachePolicy& out) {
  const std::int64_t least = config.min_ttl;
  const std::int64_t usual = config.default_ttl.value_or(std::max(day, least));
  const std::int64_t most = config.max_ttl.value_or(std::max(year, usual));
  const bool in_range = least >= 0 && usual >= 0 && most <= century;
  place.expect(in_range, "A TTL is from 0 to 3153600000 seconds.");
  // The operations on policies know no InvalidTTLOrder.
  place.expect(least <= usual && usual <= most, "The order of the TTLs is not MinTTL, DefaultTTL, MaxTTL.");
  if (!in_range) return;
  out.min_ttl = std::chrono::seconds(least);
  out.default_ttl = std::chrono::seconds(usual);
  out.max_ttl = std::chrono::seconds(most);
}

void check_disabled(const CachePolicy& policy, const Place& place) {
  const auto none = [](const Selection& part) { return part.mode == Mode::none; };
  constexpr std::string_view invalid = "The parameter {} is invalid for policy with caching disabled.";
  place.in("HeadersConfig").expect(none(policy.headers), fmt::format(invalid, "HeaderBehavior"));
  place.in("CookiesConfig").expect(none(policy.cookies), fmt::format(invalid, "CookieBehavior"));
  place.in("QueryStringsConfig").expect(none(policy.query), fmt::format(invalid, "QueryStringBehavior"));
  place.in("EnableAcceptEncodingGzip").expect(!policy.gzip, fmt::format(invalid, "EnableAcceptEncodingGzip"));
  place.in("EnableAcceptEncodingBrotli").expect(!policy.brotli, fmt::format(invalid, "EnableAcceptEncodingBrotli"));
}

}  // namespace

void check_policy_name(const std::string& name, const std::optional<std::string>& comment, const Place& place) {
  constexpr std::string_view marks = "-_";
  const bool is_good = !name.empty() && name.size() <= 128 && std::ranges::all_of(name, [&](char c) {
    return is_alpha(c) || is_digit(c) || marks.find(c) != std::string_view::npos;
  });
  place.in("Name").expect(is_good, "A policy's name has from 1 to 128 characters out of letters, digits, - and _.");
  place.in("Comment").expect(comment.value_or("").size() <= 128 && is_utf8(comment.value_or("")),
                             "A comment has at most 128 characters.");
}

CachePolicy compile_cache_policy(const model::CachePolicyConfig& config, const Place& place) {
  CachePolicy out;
  check_policy_name(config.name, config.comment, place);
  if (config.name.ends_with("-rfc9111")) out.profile = Profile::rfc9111;
  out.zstd = config.name.ends_with("-zstd") || config.name.ends_with("-zstd-rfc9111");
  compile_ttls(config, place, out);
  // No response lives longer than its origin allows (RFC 9111 section 4.2).
  place.in("MinTTL").expect(out.profile != Profile::rfc9111 || out.min_ttl == Duration::zero(),
                            "A policy of the profile rfc9111 has a minimum TTL of 0.");
  if (!config.parameters_in_cache_key_and_forwarded_to_origin) return out;
  const auto& parts = *config.parameters_in_cache_key_and_forwarded_to_origin;
  const Place here = place.in("ParametersInCacheKeyAndForwardedToOrigin");
  out.headers = compile_headers(parts.headers_config.header_behavior, parts.headers_config.headers,
                                ListedIn::cache_policy, here.in("HeadersConfig"));
  out.cookies =
      compile_cookies(parts.cookies_config.cookie_behavior, parts.cookies_config.cookies, here.in("CookiesConfig"));
  out.query = compile_query(parts.query_strings_config.query_string_behavior, parts.query_strings_config.query_strings,
                            here.in("QueryStringsConfig"));
  out.gzip = parts.enable_accept_encoding_gzip;
  out.brotli = parts.enable_accept_encoding_brotli.value_or(false);
  check_lengths(out, here);
  if (out.is_caching_disabled()) check_disabled(out, here);
  return out;
}

OriginRequestPolicy compile_origin_request_policy(const model::OriginRequestPolicyConfig& config, const Place& place) {
  OriginRequestPolicy out;
  check_policy_name(config.name, config.comment, place);
  const Place headers = place.in("HeadersConfig");
  const std::string& behavior = config.headers_config.header_behavior;
  out.headers = compile_headers(behavior, config.headers_config.headers, ListedIn::origin_request_policy, headers);
  for (std::size_t i = 0; i < out.headers.names.size(); ++i) {
    const std::string& name = out.headers.names[i];
    const Place here = headers.in("Headers").at(i);
    here.expect(out.headers.mode != Mode::listed || (name != "authorization" && name != "accept-encoding"),
                fmt::format("The parameter Headers contains {} that is not allowed in an origin request policy.",
                            name));  // ORP-3
    here.expect(out.headers.mode != Mode::all || name.starts_with("cloudfront-"),
                "Beside all of the viewer's headers only the edge's own (CloudFront-*) can be named.");
  }
  out.cookies =
      compile_cookies(config.cookies_config.cookie_behavior, config.cookies_config.cookies, place.in("CookiesConfig"));
  out.query = compile_query(config.query_strings_config.query_string_behavior,
                            config.query_strings_config.query_strings, place.in("QueryStringsConfig"));
  check_lengths(out, place);
  return out;
}

}  // namespace gust::config
