// Policies of a behaviour: managed ones by id, or the legacy members (ForwardedValues and the three TTLs).
//
// Source: CLOUDFRONT.md sections 6 and 9. Stricter: with legacy members a header reaches the origin only if it is
// named;
//         the service sends most of the others on, which lets a request change what is stored under a key that it is
//         not part of (SECURITY.md, "unkeyed headers").
#include <algorithm>
#include <array>

#include "base/text.h"
#include "config/compile_internal.h"
#include "config/managed_policies.h"
#include "config/viewer_headers.h"

namespace gust::config {
namespace {

namespace model = aws::cloudfront;

constexpr std::int64_t century = 3'153'600'000;  // seconds; TTL-7

// CFH-1, KEY-10.
void refuse_viewer_headers(const std::vector<std::string>& names, const Place& place) {
  for (const std::string& name : names) {
    if (std::string objection = objection_to_viewer_header(name, ListedIn::cache_policy); !objection.empty()) {
      place.tell(std::move(objection));
    }
  }
}

CachePolicy managed_cache_policy(const std::string& id, const Place& place) {
  const ManagedCachePolicy* policy = find_managed_cache_policy(id);
  if (policy == nullptr) {
    place.tell("The specified cache policy does not exist.", "NoSuchCachePolicy");
    return {};
  }
  return cache_policy_of(*policy);
}

OriginRequestPolicy managed_origin_request_policy(const std::string& id, const Place& place) {
  const ManagedOriginRequestPolicy* policy = find_managed_origin_request_policy(id);
  if (policy == nullptr) {
    place.tell("The specified origin request policy does not exist.", "NoSuchOriginRequestPolicy");
    return {};
  }
  return origin_request_policy_of(*policy);
}

void compile_query(const model::ForwardedValues& values, const Place& place, Policies& out) {
  const bool has_keys = values.query_string_cache_keys && !values.query_string_cache_keys->items.empty();
  place.in("QueryStringCacheKeys")
      .expect(values.query_string || !has_keys, "Query string cache keys need QueryString to be true.",
              "InvalidQueryStringParameters");
  if (!values.query_string) return;
  out.cache.query.mode = Selection::Mode::all;
  if (!has_keys) return;
  // All of it goes to the origin; what is listed makes the key (QS).
  out.origin_request.query.mode = Selection::Mode::all;
  out.cache.query = {Selection::Mode::listed, values.query_string_cache_keys->items, false};
}

void compile_cookies(const model::CookiePreference& cookies, const Place& place, Policies& out) {
  const bool has_names = cookies.whitelisted_names && !cookies.whitelisted_names->items.empty();
  place.expect(has_names == (cookies.forward == "whitelist"),
               "Your request contains forward cookies option which doesn't match with the expectation for the "
               "whitelisted list of cookie names. Either list of cookie names has been specified when not allowed or "
               "list of cookie names is missing when expected.",
               "InvalidForwardCookies");
  if (cookies.forward == "all") out.cache.cookies.mode = Selection::Mode::all;
  if (has_names) out.cache.cookies = {Selection::Mode::listed, cookies.whitelisted_names->items, true};
}

void compile_headers(const model::Headers& headers, Origin::Kind target, const Place& place, Policies& out) {
  constexpr std::array<std::string_view, 5> forbidden = {"connection", "cookie", "proxy-authorization", "te",
                                                         "upgrade"};
  for (std::size_t i = 0; i < headers.items.size(); ++i) {
    const std::string name = to_lower(headers.items[i]);
    place.at(i).expect(std::ranges::find(forbidden, name) == forbidden.end() && is_visible_ascii(name, 1024),
                       "The parameter Headers contains a header that is not allowed.");  // KEY-9
    place.at(i).expect(target != Origin::Kind::bucket || (name != "host" && name != "*"),
                       "The headers specified are not valid for an Amazon S3 origin.", "InvalidHeadersForS3Origin");
    out.cache.headers.names.push_back(name);
  }
  if (std::ranges::find(headers.items, "*") != headers.items.end()) {
    place.expect(headers.items.size() == 1, "The header name * stands alone.");
    // KEY-11: everything goes to the origin and nothing is kept.
    out.cache.headers.names.clear();
    out.origin_request.headers.mode = Selection::Mode::all;
    return;
  }
  refuse_viewer_headers(headers.items, place);
  if (!headers.items.empty()) out.cache.headers.mode = Selection::Mode::listed;
}

void compile_ttls(const model::CacheBehavior& behavior, const Place& place, Policies& out) {
  const std::int64_t least = behavior.min_ttl.value_or(0);
  const std::int64_t most =
      behavior.max_ttl.value_or(std::max<std::int64_t>(31'536'000, behavior.default_ttl.value_or(least)));
  const std::int64_t usual = behavior.default_ttl.value_or(std::max(least, std::min<std::int64_t>(86'400, most)));
  const bool in_range = least >= 0 && most <= century;
  place.expect(in_range, "A TTL is from 0 to 3153600000 seconds.");
  place.expect(least <= usual && usual <= most, "The order of the TTLs is not MinTTL, DefaultTTL, MaxTTL.",
               "InvalidTTLOrder");
  if (!in_range) return;
  if (out.origin_request.headers.mode == Selection::Mode::all) {
    place.in("MinTTL").expect(least == 0, "The parameter MinTTL must be 0 where all headers are forwarded.");
    out.cache.min_ttl = out.cache.default_ttl = out.cache.max_ttl = Duration::zero();
    return;
  }
  out.cache.min_ttl = std::chrono::seconds(least);
  out.cache.default_ttl = std::chrono::seconds(usual);
  out.cache.max_ttl = std::chrono::seconds(most);
}

bool is_given(const std::optional<std::string>& id) { return id && !id->empty(); }
bool is_set(const std::optional<std::int64_t>& ttl) { return ttl.value_or(0) != 0; }

}  // namespace

Policies compile_policies(const model::CacheBehavior& behavior, Origin::Kind target, const Place& place) {
  Policies out;
  if (is_given(behavior.cache_policy_id)) {
    place.in("ForwardedValues")
        .expect(
            !behavior.forwarded_values,
            "The parameter ForwardedValues cannot be used when a cache policy is associated to the cache behavior.");
    place.expect(!is_set(behavior.min_ttl) && !is_set(behavior.default_ttl) && !is_set(behavior.max_ttl),
                 "The parameters MinTTL, DefaultTTL and MaxTTL cannot be used when a cache policy is associated to the "
                 "cache behavior.");
    out.cache = managed_cache_policy(*behavior.cache_policy_id, place.in("CachePolicyId"));
    if (is_given(behavior.origin_request_policy_id)) {
      out.origin_request =
          managed_origin_request_policy(*behavior.origin_request_policy_id, place.in("OriginRequestPolicyId"));
    }
    return out;
  }
  place.in("OriginRequestPolicyId")
      .expect(!is_given(behavior.origin_request_policy_id),
              "An origin request policy needs a cache policy on the same cache behavior.");  // ORP-1
  if (!behavior.forwarded_values) {
    place.in("ForwardedValues").tell("The parameter ForwardedValues is required where there is no CachePolicyId.");
    return out;
  }
  const Place here = place.in("ForwardedValues");
  compile_query(*behavior.forwarded_values, here, out);
  compile_cookies(behavior.forwarded_values->cookies, here.in("Cookies"), out);
  if (behavior.forwarded_values->headers) {
    compile_headers(*behavior.forwarded_values->headers, target, here.in("Headers"), out);
  }
  compile_ttls(behavior, place, out);
  return out;
}

}  // namespace gust::config
