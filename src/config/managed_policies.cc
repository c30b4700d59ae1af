#include "config/managed_policies.h"

#include <algorithm>
#include <array>

namespace gust::config {
namespace {

using Mode = Selection::Mode;
using Names = std::string_view;

constexpr std::int64_t day = 86400;
constexpr std::int64_t year = 365 * day;

constexpr ManagedSelection nothing{};
constexpr ManagedSelection everything{Mode::all, {}};

constexpr std::array<Names, 1> origin_header = {"Origin"};
constexpr std::array<Names, 1> host_header = {"Host"};
constexpr std::array<Names, 4> media_package_query = {"aws.manifestfilter", "end", "m", "start"};
constexpr std::array<Names, 3> amplify_headers = {"Authorization", "CloudFront-Viewer-Country", "Host"};
constexpr std::array<Names, 5> origin_control_headers = {"host", "origin", "x-http-method", "x-http-method-override",
                                                         "x-method-override"};
constexpr std::array<Names, 3> cors_headers = {"Origin", "Access-Control-Request-Headers",
                                               "Access-Control-Request-Method"};
constexpr std::array<Names, 2> agent_headers = {"User-Agent", "Referer"};
constexpr std::array<Names, 5> media_tailor_headers = {
    "Origin", "Access-Control-Request-Headers", "Access-Control-Request-Method", "User-Agent", "X-Forwarded-For"};
// The set of June 2022 (CLOUDFRONT.md section 8).
constexpr std::array<Names, 21> cloudfront_headers = {
    "CloudFront-Forwarded-Proto",       "CloudFront-Is-Android-Viewer",
    "CloudFront-Is-Desktop-Viewer",     "CloudFront-Is-IOS-Viewer",
    "CloudFront-Is-Mobile-Viewer",      "CloudFront-Is-SmartTV-Viewer",
    "CloudFront-Is-Tablet-Viewer",      "CloudFront-Viewer-ASN",
    "CloudFront-Viewer-Address",        "CloudFront-Viewer-City",
    "CloudFront-Viewer-Country",        "CloudFront-Viewer-Country-Name",
    "CloudFront-Viewer-Country-Region", "CloudFront-Viewer-Country-Region-Name",
    "CloudFront-Viewer-Http-Version",   "CloudFront-Viewer-Latitude",
    "CloudFront-Viewer-Longitude",      "CloudFront-Viewer-Metro-Code",
    "CloudFront-Viewer-Postal-Code",    "CloudFront-Viewer-TLS",
    "CloudFront-Viewer-Time-Zone"};

constexpr ManagedSelection listed(std::span<const Names> names) { return {Mode::listed, names}; }
constexpr ManagedSelection all_except(std::span<const Names> names) { return {Mode::all_except, names}; }
constexpr ManagedSelection all_and(std::span<const Names> names) { return {Mode::all, names}; }

constexpr std::array<ManagedCachePolicy, 7> cache_policies = {{
    {"658327ea-f89d-4fab-a63d-7e88639e58f6", "Managed-CachingOptimized",
     "Policy with caching enabled. Supports Gzip and Brotli compression.", 1, day, year, true, true, nothing, nothing,
     nothing},
    {"b2884449-e4de-46a7-ac36-70bc7f1ddd6d", "Managed-CachingOptimizedForUncompressedObjects",
     "Default policy when CF compression is not enabled", 1, day, year, false, false, nothing, nothing, nothing},
    {"4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "Managed-CachingDisabled", "Policy with caching disabled", 0, 0, 0, false,
     false, nothing, nothing, nothing},
    {"08627262-05a9-4f76-9ded-b50ca2e3a84f", "Managed-Elemental-MediaPackage",
     "Policy for Elemental MediaPackage Origin", 0, day, year, true, false, listed(origin_header), nothing,
     listed(media_package_query)},
    {"2e54312d-136d-493c-8eb9-b001f22f67d2", "Managed-Amplify", "Policy for Amplify Origin", 2, 2, 600, true, true,
     listed(amplify_headers), everything, everything},
    {"83da9c7e-98b4-4e11-a168-04f0df8e2c65", "UseOriginCacheControlHeaders",
     "Policy for origins that return Cache-Control headers. Query strings are not included in the cache key.", 0, 0,
     year, true, true, listed(origin_control_headers), everything, nothing},
    {"4cc15a8a-d715-48a4-82b8-cc0b614638fe", "UseOriginCacheControlHeaders-QueryStrings",
     "Policy for origins that return Cache-Control headers and serve different content based on values present in the "
     "query string.",
     0, 0, year, true, true, listed(origin_control_headers), everything, everything},
}};

constexpr std::array<ManagedOriginRequestPolicy, 8> origin_request_policies = {{
    {"216adef6-5c7f-47e4-b989-5492eafa07d3", "Managed-AllViewer", "Policy to forward all parameters in viewer requests",
     everything, false, everything, everything},
    {"b689b0a8-53d0-40ab-baf2-68738e2966ac", "Managed-AllViewerExceptHostHeader",
     "Policy to forward all parameters in viewer requests except for the Host header", all_except(host_header), false,
     everything, everything},
    {"33f36d7e-f396-46d9-90e0-52428a34d9dc", "Managed-AllViewerAndCloudFrontHeaders-2022-06",
     "Policy to forward all parameters in viewer requests and all CloudFront headers that were released through June "
     "2022 (CloudFront headers released after June 2022 are not included)",
     all_and(cloudfront_headers), true, everything, everything},
    {"88a5eaf4-2fd4-4709-b370-b4c650ea3fcf", "Managed-CORS-S3Origin", "Policy for S3 origin with CORS",
     listed(cors_headers), false, nothing, nothing},
    {"59781a5b-3903-41f3-afcb-af62929ccde1", "Managed-CORS-CustomOrigin", "Policy for custom origin with CORS",
     listed(origin_header), false, nothing, nothing},
    {"acba4595-bd28-49b8-b9fe-13317c0390fa", "Managed-UserAgentRefererHeaders",
     "Policy to forward user-agent and referer headers to origin", listed(agent_headers), false, nothing, nothing},
    {"775133bc-15f2-49f9-abea-afb2e0bf67d2", "Managed-Elemental-MediaTailor-PersonalizedManifests",
     "Policy for Elemental MediaTailor Origin", listed(media_tailor_headers), false, nothing, everything},
    {"bf0718e1-ba1e-49d1-88b1-f726733018ae", "Managed-HostHeaderOnly", "Policy to forward the Host header only",
     listed(host_header), false, nothing, nothing},
}};

constexpr std::array<ManagedResponseHeadersPolicy, 5> response_headers_policies = {{
    {"60669652-455b-4ae9-85a4-c4c02393f86c", "Managed-SimpleCORS", "Allows all origins for simple CORS requests", true,
     false, false},
    {"5cc3b908-e619-4b99-88e5-2cf7f45965bd", "Managed-CORS-With-Preflight",
     "Allows all origins for CORS requests, including preflight requests", true, true, false},
    {"67f7725c-6f97-4210-82d7-5512b31e9d03", "Managed-SecurityHeadersPolicy",
     "Adds a set of security headers to every response", false, false, true},
    {"e61eb60c-9c35-4d20-a928-2b84e02af89c", "Managed-CORS-and-SecurityHeadersPolicy",
     "Allows all origins for simple CORS requests and adds security headers", true, false, true},
    {"eaab4381-ed33-4a86-88ca-d9558dc6cd63", "Managed-CORS-with-preflight-and-SecurityHeadersPolicy",
     "Allows all origins for CORS requests, including preflight requests, and adds security headers", true, true, true},
}};

template <typename Table>
auto find_by_id(const Table& table, std::string_view id) {
  const auto found = std::ranges::find(table, id, &Table::value_type::id);
  return found == table.end() ? nullptr : &*found;
}

}  // namespace

std::span<const ManagedCachePolicy> managed_cache_policies() { return cache_policies; }
std::span<const ManagedOriginRequestPolicy> managed_origin_request_policies() { return origin_request_policies; }
std::span<const ManagedResponseHeadersPolicy> managed_response_headers_policies() { return response_headers_policies; }

const ManagedCachePolicy* find_managed_cache_policy(std::string_view id) { return find_by_id(cache_policies, id); }
const ManagedOriginRequestPolicy* find_managed_origin_request_policy(std::string_view id) {
  return find_by_id(origin_request_policies, id);
}
const ManagedResponseHeadersPolicy* find_managed_response_headers_policy(std::string_view id) {
  return find_by_id(response_headers_policies, id);
}

}  // namespace gust::config
