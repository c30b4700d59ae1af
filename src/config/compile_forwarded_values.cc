// The legacy members of a behaviour (ForwardedValues and the three TTLs), as the policies that they come to.
//
// Source: CLOUDFRONT.md sections 6 and 9. Stricter: a header reaches the origin only if it is named; the service sends
//         most of the others on, which lets a request change what is stored under a key that it is not part of
//         (SECURITY.md, "unkeyed headers").
#include <algorithm>

#include "base/text.h"
#include "config/compile_internal.h"

namespace gust::config {
namespace {

namespace model = aws::cloudfront;

constexpr std::int64_t century = 3'153'600'000;  // seconds; TTL-7

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
  for (std::size_t i = 0; i < headers.items.size(); ++i) {
    const std::string name = to_lower(headers.items[i]);
    place.at(i).expect(!is_hop_header(name) && is_visible_ascii(name, 1024),
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
  refuse_viewer_headers(headers.items, ListedIn::cache_policy, place);
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

}  // namespace

Policies compile_forwarded_values(const model::CacheBehavior& behavior, Origin::Kind target, const Place& place) {
  Policies out;
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
