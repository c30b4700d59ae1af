// What policies compile to, and what is wrong with them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "config/compile.h"
#include "config/compile_internal.h"
#include "config/distribution_test_internal.h"
#include "config/managed_documents.h"

namespace gust::config {
namespace {

namespace model = aws::cloudfront;
using Mode = Selection::Mode;
using std::chrono::seconds;

using Names = std::vector<std::string>;

model::Headers headers_of(Names names) { return {static_cast<std::int32_t>(names.size()), std::move(names)}; }

model::CachePolicyConfig small_cache_policy() {
  model::CachePolicyConfig config;
  config.name = "mine";
  auto& parameters = config.parameters_in_cache_key_and_forwarded_to_origin.emplace();
  parameters.headers_config.header_behavior = "none";
  parameters.cookies_config.cookie_behavior = "none";
  parameters.query_strings_config.query_string_behavior = "none";
  return config;
}
model::OriginRequestPolicyConfig small_origin_request_policy() {
  return {.comment = {},
          .name = "mine",
          .headers_config = {"none", {}},
          .cookies_config = {"none", {}},
          .query_strings_config = {"none", {}}};
}
model::ResponseHeadersPolicyConfig small_response_headers_policy() {
  model::ResponseHeadersPolicyConfig config;
  config.name = "mine";
  return config;
}

template <typename Config>
std::string wrong(const Config& config) {
  std::string all;
  for (const Finding& finding : check_policy(config)) {
    all += fmt::format("{}{} {}", all.empty() ? "" : "; ", finding.code,
                       finding.path.substr(finding.path.find("Config.") + 7));
  }
  return all;
}
// As above, after a change.
std::string wrong_cache(void (*change)(model::CachePolicyConfig&)) {
  model::CachePolicyConfig config = small_cache_policy();
  change(config);
  return wrong(config);
}
std::string wrong_request(void (*change)(model::OriginRequestPolicyConfig&)) {
  model::OriginRequestPolicyConfig config = small_origin_request_policy();
  change(config);
  return wrong(config);
}
std::string wrong_response(void (*change)(model::ResponseHeadersPolicyConfig&)) {
  model::ResponseHeadersPolicyConfig config = small_response_headers_policy();
  change(config);
  return wrong(config);
}
auto& parameters_of(model::CachePolicyConfig& config) {
  return *config.parameters_in_cache_key_and_forwarded_to_origin;
}

constexpr const char* cache_id = "11111111-0000-4000-8000-000000000001";
constexpr const char* request_id = "11111111-0000-4000-8000-000000000002";
constexpr const char* response_id = "11111111-0000-4000-8000-000000000003";

// The behaviour of a distribution that names these policies.
Behavior compiled(const model::CachePolicyConfig& cache, const model::OriginRequestPolicyConfig& request,
                  const model::ResponseHeadersPolicyConfig& response) {
  PolicyDocuments policies;
  policies.cache.push_back({cache_id, {}, cache});
  policies.origin_request.push_back({request_id, {}, request});
  policies.response_headers.push_back({response_id, {}, response});
  DistributionDocument document = small_distribution();
  auto& behavior = document.config.default_cache_behavior;
  behavior.forwarded_values.reset();
  behavior.min_ttl.reset();
  behavior.cache_policy_id = cache_id;
  behavior.origin_request_policy_id = request_id;
  behavior.response_headers_policy_id = response_id;
  const auto snapshot = compile(1, std::span(&document, 1), policies);
  if (!snapshot) {
    ADD_FAILURE() << snapshot.error().front().path << ": " << snapshot.error().front().message;
    return {};
  }
  return (*snapshot)->distributions().front().behaviors.front();
}

TEST(Policies, APolicyOfOnesOwnIsFoundById) {
  const Behavior behavior =
      compiled(small_cache_policy(), small_origin_request_policy(), small_response_headers_policy());
  EXPECT_EQ(behavior.cache.id, cache_id);
  EXPECT_EQ(behavior.origin_request.id, request_id);
  EXPECT_EQ(behavior.response_headers.value().id, response_id);
  EXPECT_EQ(wrong(small_cache_policy()), "");
  EXPECT_EQ(wrong(small_origin_request_policy()), "");
  EXPECT_EQ(wrong(small_response_headers_policy()), "");
}

TEST(Policies, AManagedPolicyBreaksNoRule) {
  for (const auto& policy : managed_cache_policies()) {
    EXPECT_EQ(wrong(document_of(policy).cache_policy_config), "") << policy.name;
  }
  for (const auto& policy : managed_response_headers_policies()) {
    EXPECT_EQ(wrong(document_of(policy).response_headers_policy_config), "") << policy.name;
  }
}

TEST(Policies, Key3EveryChoiceOfEveryPart) {
  model::CachePolicyConfig config = small_cache_policy();
  parameters_of(config).headers_config = {"whitelist", headers_of({"X-Device", "Accept-Language"})};
  parameters_of(config).cookies_config = {"allExcept", model::CookieNames{1, {"Session"}}};
  parameters_of(config).query_strings_config = {"whitelist", model::QueryStringNames{2, {"b", "A"}}};
  parameters_of(config).enable_accept_encoding_gzip = true;
  const CachePolicy policy = compiled(config, small_origin_request_policy(), small_response_headers_policy()).cache;
  EXPECT_EQ(policy.headers.mode, Mode::listed);
  EXPECT_EQ(policy.headers.names, (Names{"x-device", "accept-language"}));  // KEY-4
  EXPECT_EQ(policy.cookies.mode, Mode::all_except);
  EXPECT_EQ(policy.cookies.names, Names{"Session"});  // KEY-5
  EXPECT_FALSE(policy.cookies.patterns);              // KEY-8
  EXPECT_EQ(policy.query.names, (Names{"b", "A"}));   // KEY-6
  EXPECT_TRUE(policy.gzip);
  EXPECT_FALSE(policy.brotli);
  parameters_of(config).cookies_config = {"all", {}};
  parameters_of(config).query_strings_config = {"all", {}};
  const CachePolicy all = compiled(config, small_origin_request_policy(), small_response_headers_policy()).cache;
  EXPECT_EQ(all.cookies.mode, Mode::all);
  EXPECT_EQ(all.query.mode, Mode::all);
}

TEST(Policies, Key3NamesStandWhereTheyAreAskedForAndOnlyThere) {
  EXPECT_EQ(wrong_cache([](auto& c) { parameters_of(c).headers_config = {"whitelist", {}}; }),
            "InvalidArgument ParametersInCacheKeyAndForwardedToOrigin.HeadersConfig.Headers");
  EXPECT_EQ(wrong_cache([](auto& c) { parameters_of(c).cookies_config = {"none", model::CookieNames{1, {"a"}}}; }),
            "InvalidArgument ParametersInCacheKeyAndForwardedToOrigin.CookiesConfig.Cookies");
  EXPECT_EQ(wrong_cache([](auto& c) { parameters_of(c).query_strings_config = {"all", model::QueryStringNames{}}; }),
            "");
  EXPECT_EQ(wrong_cache([](auto& c) {
              parameters_of(c).query_strings_config = {"whitelist", model::QueryStringNames{2, {"a", "a"}}};
            }),
            "InvalidArgument ParametersInCacheKeyAndForwardedToOrigin.QueryStringsConfig.QueryStrings.Items[1]");
}

TEST(Policies, Key9HeadersThatNoKeyHolds) {
  constexpr std::string_view place =
      "InvalidArgument ParametersInCacheKeyAndForwardedToOrigin.HeadersConfig.Headers.Items[0]";
  EXPECT_EQ(wrong_cache([](auto& c) { parameters_of(c).headers_config = {"whitelist", headers_of({"Cookie"})}; }),
            place);
  EXPECT_EQ(wrong_cache([](auto& c) { parameters_of(c).headers_config = {"whitelist", headers_of({"*"})}; }), place);
  EXPECT_EQ(wrong_cache([](auto& c) { parameters_of(c).headers_config = {"whitelist", headers_of({"a b"})}; }),
            fmt::format("{}; {}", place, place));
}

TEST(Policies, Key10HeadersOfTheConnectionAreForTheOriginOnly) {
  EXPECT_NE(wrong_cache([](auto& c) {
              parameters_of(c).headers_config = {"whitelist", headers_of({"CloudFront-Viewer-Address"})};
            }),
            "");
}

TEST(Policies, Key12NamesHave1024CharactersInAll) {
  EXPECT_EQ(wrong_cache([](auto& c) {
              parameters_of(c).headers_config = {"whitelist", headers_of({std::string(512, 'h')})};
              parameters_of(c).cookies_config = {"whitelist", model::CookieNames{1, {std::string(512, 'c')}}};
            }),
            "");
  EXPECT_EQ(wrong_cache([](auto& c) {
              parameters_of(c).headers_config = {"whitelist", headers_of({std::string(512, 'h')})};
              parameters_of(c).cookies_config = {"whitelist", model::CookieNames{1, {std::string(513, 'c')}}};
            }),
            "InvalidArgument ParametersInCacheKeyAndForwardedToOrigin");
}

TEST(Policies, TtlsKeepTheirOrderAndDefaultsRiseWithTheMinimum) {
  model::CachePolicyConfig config = small_cache_policy();
  config.min_ttl = 100'000;
  const CachePolicy policy = compiled(config, small_origin_request_policy(), small_response_headers_policy()).cache;
  EXPECT_EQ(policy.min_ttl, seconds(100'000));
  EXPECT_EQ(policy.default_ttl, seconds(100'000));
  EXPECT_EQ(policy.max_ttl, seconds(31'536'000));
  EXPECT_EQ(wrong_cache([](auto& c) { c.min_ttl = 2, c.default_ttl = 1; }).substr(0, 15), "InvalidArgument");
  EXPECT_EQ(wrong_cache([](auto& c) { c.min_ttl = -1; }).substr(0, 15), "InvalidArgument");
  EXPECT_EQ(wrong_cache([](auto& c) { c.max_ttl = 3'153'600'001; }).substr(0, 15), "InvalidArgument");
}

TEST(Policies, Ttl9APolicyThatTurnsCachingOffHasNothingInItsKey) {
  EXPECT_EQ(wrong_cache([](auto& c) { c.min_ttl = 0, c.default_ttl = 0, c.max_ttl = 0; }), "");
  EXPECT_EQ(wrong_cache([](auto& c) {
              c.min_ttl = 0, c.default_ttl = 0, c.max_ttl = 0;
              parameters_of(c).enable_accept_encoding_gzip = true;
              parameters_of(c).query_strings_config.query_string_behavior = "all";
            }),
            "InvalidArgument ParametersInCacheKeyAndForwardedToOrigin.QueryStringsConfig; "
            "InvalidArgument ParametersInCacheKeyAndForwardedToOrigin.EnableAcceptEncodingGzip");
}

TEST(Policies, ANameThatEndsInRfc9111ChoosesTheProfile) {
  model::CachePolicyConfig config = small_cache_policy();
  config.min_ttl = 0;
  const auto profile = [&] {
    return compiled(config, small_origin_request_policy(), small_response_headers_policy()).cache.profile;
  };
  EXPECT_EQ(profile(), Profile::cloudfront);
  config.name = "mine-rfc9111";
  EXPECT_EQ(profile(), Profile::rfc9111);
  config.name = "mine-rfc9111-not";
  EXPECT_EQ(profile(), Profile::cloudfront);
}

TEST(Policies, Rfc9111Section4Point2ThatProfileHasNoMinimumTtl) {
  EXPECT_EQ(wrong_cache([](auto& c) { c.name = "mine-rfc9111", c.min_ttl = 1; }), "InvalidArgument MinTTL");
  EXPECT_EQ(wrong_cache([](auto& c) { c.name = "mine-rfc9111", c.min_ttl = 0; }), "");
}

TEST(Policies, ANameThatEndsInZstdTurnsThatCodingOn) {
  model::CachePolicyConfig config = small_cache_policy();
  config.min_ttl = 0;
  const auto made = [&] {
    return compiled(config, small_origin_request_policy(), small_response_headers_policy()).cache;
  };
  EXPECT_FALSE(made().zstd);
  config.name = "mine-zstd";
  EXPECT_TRUE(made().zstd);
  EXPECT_EQ(made().profile, Profile::cloudfront);
  config.name = "mine-zstd-rfc9111";
  EXPECT_TRUE(made().zstd);
  EXPECT_EQ(made().profile, Profile::rfc9111);
  config.name = "zstd-not";
  EXPECT_FALSE(made().zstd);
}

TEST(Policies, Orp2EveryChoiceOfHeaders) {
  model::OriginRequestPolicyConfig config = small_origin_request_policy();
  const auto headers = [&] {
    return compiled(small_cache_policy(), config, small_response_headers_policy()).origin_request.headers;
  };
  config.headers_config = {"whitelist", headers_of({"Referer"})};
  EXPECT_EQ(headers().names, Names{"referer"});
  config.headers_config = {"allViewer", {}};
  EXPECT_EQ(headers().mode, Mode::all);
  config.headers_config = {"allExcept", headers_of({"Host", "Authorization"})};
  EXPECT_EQ(headers().mode, Mode::all_except);
  EXPECT_EQ(headers().names, (Names{"host", "authorization"}));
}

TEST(Policies, Orp2BesideAllViewerHeadersOnlyTheEdgesOwnAreNamed) {
  EXPECT_EQ(
      wrong_request([](auto& c) { c.headers_config = {"allViewerAndWhitelistCloudFront", headers_of({"Referer"})}; }),
      "InvalidArgument HeadersConfig.Headers.Items[0]");
}

TEST(Policies, Orp3AuthorizationAndAcceptEncodingAreNotListed) {
  EXPECT_EQ(wrong_request([](auto& c) { c.headers_config = {"whitelist", headers_of({"Authorization"})}; }),
            "InvalidArgument HeadersConfig.Headers.Items[0]");
  EXPECT_EQ(wrong_request([](auto& c) { c.headers_config = {"whitelist", headers_of({"accept-encoding"})}; }),
            "InvalidArgument HeadersConfig.Headers.Items[0]");
}

ResponseHeadersPolicy made_of(const model::ResponseHeadersPolicyConfig& config) {
  Findings found;
  ResponseHeadersPolicy policy = compile_response_headers_policy(config, Place(found, "Config"));
  EXPECT_TRUE(found.empty());
  return policy;
}

// "Name: value", with a `!` where it overrides.
Names lines_of(const ResponseHeadersPolicy& policy) {
  Names lines;
  for (const auto& [name, value, overrides] : policy.headers) {
    lines.push_back(fmt::format("{}: {}{}", name, value, overrides ? " !" : ""));
  }
  return lines;
}

TEST(Policies, Rhp4SecurityHeadersHaveAFixedOrderAndForm) {
  model::ResponseHeadersPolicyConfig config = small_response_headers_policy();
  config.custom_headers_config = {2, {{"X-B", "", false}, {"X-A", "1", true}}};
  auto& security = config.security_headers_config.emplace();
  security.content_security_policy = {true, "default-src 'self'"};
  security.xss_protection = {true, true, {}, "https://r.example/"};
  security.frame_options = {false, "DENY"};
  security.strict_transport_security = {true, true, true, 63072000};
  security.content_type_options = {true};
  security.referrer_policy = {false, "no-referrer"};
  EXPECT_EQ(wrong(config), "");
  EXPECT_EQ(lines_of(made_of(config)),
            (Names{"Strict-Transport-Security: max-age=63072000; includeSubDomains; preload !",
                   "X-Content-Type-Options: nosniff !", "X-Frame-Options: DENY", "Referrer-Policy: no-referrer",
                   "X-XSS-Protection: 1; report=https://r.example/ !", "Content-Security-Policy: default-src 'self' !",
                   "X-B: ", "X-A: 1 !"}));
  security.xss_protection = {true, false, {}, {}};
  EXPECT_EQ(made_of(config).headers[4].value, "0");
}

TEST(Policies, Rhp1TheManagedSecurityHeaders) {
  const auto* managed = find_managed_response_headers_policy("67f7725c-6f97-4210-82d7-5512b31e9d03");
  const ResponseHeadersPolicy policy = made_of(document_of(*managed).response_headers_policy_config);
  EXPECT_EQ(lines_of(policy), (Names{"Strict-Transport-Security: max-age=31536000", "X-Content-Type-Options: nosniff !",
                                     "X-Frame-Options: SAMEORIGIN", "Referrer-Policy: strict-origin-when-cross-origin",
                                     "X-XSS-Protection: 1; mode=block"}));
  EXPECT_FALSE(policy.cors);
  EXPECT_FALSE(policy.server_timing_rate);
}

TEST(Policies, Rhp3TheManagedAnswersToPreflights) {
  const auto* managed = find_managed_response_headers_policy("5cc3b908-e619-4b99-88e5-2cf7f45965bd");
  const ResponseHeadersPolicy policy = made_of(document_of(*managed).response_headers_policy_config);
  ASSERT_TRUE(policy.cors);
  EXPECT_EQ(policy.cors->allow_origins, Names{"*"});
  EXPECT_EQ(policy.cors->allow_methods, (Names{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}));
  EXPECT_EQ(policy.cors->expose_headers, Names{"*"});
  EXPECT_FALSE(policy.cors->allow_credentials);
  EXPECT_FALSE(policy.cors->max_age);
  EXPECT_FALSE(policy.cors->overrides);
  EXPECT_TRUE(policy.headers.empty());
}

TEST(Policies, Rhp4BlockAndReportExcludeEachOther) {
  EXPECT_EQ(wrong_response([](auto& c) {
              c.security_headers_config.emplace().xss_protection = {true, true, true, "https://r.example/"};
            }),
            "InvalidArgument SecurityHeadersConfig.XSSProtection");
  EXPECT_EQ(
      wrong_response([](auto& c) { c.security_headers_config.emplace().xss_protection = {true, false, true, {}}; }),
      "InvalidArgument SecurityHeadersConfig.XSSProtection");
}

TEST(Policies, Rhp4AContentSecurityPolicyHas1783Characters) {
  EXPECT_EQ(wrong_response([](auto& c) {
              c.security_headers_config.emplace().content_security_policy = {true, std::string(1783, 'x')};
            }),
            "");
  EXPECT_EQ(wrong_response([](auto& c) {
              c.security_headers_config.emplace().content_security_policy = {true, std::string(1784, 'x')};
            }),
            "TooLongCSPInResponseHeadersPolicy SecurityHeadersConfig.ContentSecurityPolicy");
}

TEST(Policies, Rhp4CustomHeadersMayBeEmptyButNotSecurityHeaders) {
  EXPECT_EQ(wrong_response([](auto& c) { c.custom_headers_config = {1, {{"X-A", "", true}}}; }), "");
  for (const char* name : {"X-Frame-Options", "content-length", "Connection", "X-Cache", "a b", ""}) {
    model::ResponseHeadersPolicyConfig config = small_response_headers_policy();
    config.custom_headers_config = {1, {{name, "v", true}}};
    EXPECT_EQ(wrong(config), "InvalidArgument CustomHeadersConfig.Items[0].Header") << name;
  }
  EXPECT_EQ(wrong_response([](auto& c) { c.custom_headers_config = {1, {{"X-A", "v\r\nX-B: w", true}}}; }),
            "InvalidArgument CustomHeadersConfig.Items[0].Value");
  EXPECT_EQ(wrong_response([](auto& c) { c.custom_headers_config = {2, {{"X-A", "1", true}, {"x-a", "2", true}}}; }),
            "InvalidArgument CustomHeadersConfig.Items[1].Header");
}

TEST(Policies, Rhp5SomeHeadersCannotBeRemoved) {
  EXPECT_EQ(wrong_response([](auto& c) { c.remove_headers_config = {2, {{"Server"}, {"ETag"}}}; }), "");
  model::ResponseHeadersPolicyConfig removing = small_response_headers_policy();
  removing.remove_headers_config = {1, {{"X-Powered-By"}}};
  EXPECT_EQ(made_of(removing).removed, Names{"x-powered-by"});
  for (const char* name : {"Content-Length", "via", "X-Amz-Cf-Id", "X-Edge-Anything", "X-Cache", "X-Real-Ip"}) {
    model::ResponseHeadersPolicyConfig config = small_response_headers_policy();
    config.remove_headers_config = {1, {{name}}};
    EXPECT_EQ(wrong(config), "InvalidArgument RemoveHeadersConfig.Items[0].Header") << name;
  }
}

model::ResponseHeadersPolicyConfig with_origins(Names origins) {
  model::ResponseHeadersPolicyConfig config = small_response_headers_policy();
  auto& cors = config.cors_config.emplace();
  cors.access_control_allow_origins = {static_cast<std::int32_t>(origins.size()), std::move(origins)};
  cors.access_control_allow_headers = {1, {"*"}};
  cors.access_control_allow_methods = {1, {"ALL"}};
  return config;
}

TEST(Policies, Rhp3AStarStandsAloneOrAsTheLeftmostLabel) {
  EXPECT_EQ(wrong(with_origins({"*"})), "");
  EXPECT_EQ(made_of(with_origins({"*"})).cors->allow_methods.size(), 7U);  // ALL
  EXPECT_EQ(wrong(with_origins({"https://a.example", "http://*.a.example:8080", "*.b.example"})), "");
  for (const char* bad : {"https://a.*.example", "https://a*.example", "https://a.example/", "", "https://",
                          "https://a.example:0", "null x"}) {
    EXPECT_EQ(wrong(with_origins({bad})), "InvalidArgument CorsConfig.AccessControlAllowOrigins.Items[0]") << bad;
  }
  EXPECT_EQ(wrong(with_origins({})), "InvalidArgument CorsConfig.AccessControlAllowOrigins");
}

TEST(Policies, Rhp6SamplingRatesHaveFourDecimals) {
  EXPECT_EQ(wrong_response([](auto& c) { c.server_timing_headers_config = {true, 12.3456}; }), "");
  EXPECT_EQ(wrong_response([](auto& c) { c.server_timing_headers_config = {true, 12.34567}; }),
            "InvalidArgument ServerTimingHeadersConfig.SamplingRate");
  EXPECT_EQ(wrong_response([](auto& c) { c.server_timing_headers_config = {true, 100.5}; }),
            "InvalidArgument ServerTimingHeadersConfig.SamplingRate");
  model::ResponseHeadersPolicyConfig config = small_response_headers_policy();
  config.server_timing_headers_config = {true, 50};
  EXPECT_EQ(made_of(config).server_timing_rate, 50);
  config.server_timing_headers_config = {false, 50};
  EXPECT_FALSE(made_of(config).server_timing_rate);
}

}  // namespace
}  // namespace gust::config
