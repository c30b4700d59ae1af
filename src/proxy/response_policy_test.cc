#include "proxy/response_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/date.h"
#include "proxy/route_test_internal.h"

namespace gust::proxy {
namespace {

using testing::ElementsAre;
using Policy = config::ResponseHeadersPolicy;

const WallTime now = wall_time_of(1'767'225'600);

// An answer with `origin_lines` ("Name: value"), after the policy, for a request with `request_lines`.
std::vector<std::string> after(const Policy& policy, const std::vector<std::string>& origin_lines,
                               const std::vector<std::string>& request_lines = {}, std::string_view method = "GET") {
  const RequestText request(request_text(method, "/a", request_lines));
  http::Fields fields;
  for (const std::string& line : origin_lines) {
    const ByteView text(line);
    fields.add(text.substr(0, text.find(':')), text.substr(text.find(':') + 2));
  }
  Arena arena;
  const ResponsePolicy compiled(policy);
  compiled.apply(request.head(), now, fields, arena);
  return lines_of(fields);
}

Policy removing(std::vector<std::string> names) {
  Policy policy;
  policy.removed = std::move(names);
  return policy;
}
Policy adding(std::string name, std::string value, bool overrides) {
  Policy policy;
  policy.headers.push_back({std::move(name), std::move(value), overrides});
  return policy;
}
Policy allowing(std::vector<std::string> origins, bool overrides = false) {
  Policy policy;
  Policy::Cors cors;
  cors.allow_origins = std::move(origins);
  cors.allow_methods = {"GET", "PUT"};
  cors.allow_headers = {"X-A", "X-B"};
  cors.expose_headers = {"ETag"};
  cors.max_age = 600;
  cors.overrides = overrides;
  policy.cors = std::move(cors);
  return policy;
}

TEST(ResponsePolicy, Rhp1HeadersAreRemovedInAnyCase) {
  EXPECT_THAT(
      after(removing({"x-powered-by", "vary"}), {"X-Powered-By: a", "VARY: Accept", "X-powered-by: b", "Age: 1"}),
      ElementsAre("Age: 1"));
}

TEST(ResponsePolicy, Rhp1WhatIsRemovedAndAddedEndsUpAdded) {
  Policy policy = adding("X-A", "ours", false);
  policy.removed = {"x-a"};
  EXPECT_THAT(after(policy, {"X-A: theirs"}), ElementsAre("X-A: ours"));
}

TEST(ResponsePolicy, Rhp2OverrideReplacesAndWithoutItTheOriginsStays) {
  EXPECT_THAT(after(adding("X-Frame-Options", "DENY", true), {"x-frame-options: SAMEORIGIN", "X-Frame-Options: b"}),
              ElementsAre("x-frame-options: DENY"));
  EXPECT_THAT(after(adding("X-Frame-Options", "DENY", false), {"x-frame-options: SAMEORIGIN"}),
              ElementsAre("x-frame-options: SAMEORIGIN"));
  EXPECT_THAT(after(adding("X-Frame-Options", "DENY", false), {}), ElementsAre("X-Frame-Options: DENY"));
  EXPECT_THAT(after(adding("X-Frame-Options", "DENY", true), {}), ElementsAre("X-Frame-Options: DENY"));
}

TEST(ResponsePolicy, Rhp2OurOwnServerIsNotTheOrigins) {
  EXPECT_THAT(after(adding("Server", "hidden", false), {"Server: CloudFront"}), ElementsAre("Server: hidden"));
  EXPECT_THAT(after(adding("Server", "hidden", false), {"Server: nginx"}), ElementsAre("Server: nginx"));
}

TEST(ResponsePolicy, Rhp3OnlyCorsRequestsGetCorsHeaders) {
  EXPECT_THAT(after(allowing({"*"}), {}), ElementsAre("Vary: Origin"));
  EXPECT_THAT(after(allowing({"*"}), {}, {"Origin: https://a.test"}),
              ElementsAre("Vary: Origin", "Access-Control-Allow-Origin: *", "Access-Control-Expose-Headers: ETag"));
}

TEST(ResponsePolicy, Rhp3PreflightsGetMethodsHeadersAndAge) {
  EXPECT_THAT(after(allowing({"https://a.test"}), {}, {"Origin: https://a.test", "Access-Control-Request-Method: PUT"},
                    "OPTIONS"),
              ElementsAre("Vary: Origin", "Access-Control-Allow-Origin: https://a.test",
                          "Access-Control-Allow-Methods: GET, PUT", "Access-Control-Allow-Headers: X-A, X-B",
                          "Access-Control-Max-Age: 600"));
  Policy all_methods_allowed = allowing({"*"});
  all_methods_allowed.cors->allow_methods = {"ALL"};
  all_methods_allowed.cors->allow_headers = {"*"};
  all_methods_allowed.cors->max_age.reset();
  EXPECT_THAT(
      after(all_methods_allowed, {}, {"Origin: https://a.test", "Access-Control-Request-Method: PUT"}, "OPTIONS"),
      ElementsAre("Vary: Origin", "Access-Control-Allow-Origin: *",
                  "Access-Control-Allow-Methods: GET, DELETE, HEAD, OPTIONS, PATCH, POST, PUT",
                  "Access-Control-Allow-Headers: *"));
}

TEST(ResponsePolicy, Rhp3WhichOriginsAreMeant) {
  const auto matches = [](const char* allowed, const char* origin) { return AllowedOrigin(allowed).matches(origin); };
  EXPECT_TRUE(matches("*", "null"));
  EXPECT_TRUE(matches("https://example.org", "https://EXAMPLE.org"));
  EXPECT_FALSE(matches("https://example.org", "http://example.org"));
  EXPECT_FALSE(matches("https://example.org", "https://example.org:8443"));
  EXPECT_TRUE(matches("https://example.org:8443", "https://example.org:8443"));
  EXPECT_TRUE(matches("example.org", "http://example.org"));
  EXPECT_TRUE(matches("https://*.example.org", "https://a.example.org"));
  EXPECT_TRUE(matches("*.example.org", "http://a.b.example.org"));
  EXPECT_FALSE(matches("https://*.example.org", "https://example.org"));
  EXPECT_FALSE(matches("https://*.example.org", "https://.example.org:1"));
  EXPECT_FALSE(matches("https://*.example.org", "https://badexample.org"));
  EXPECT_FALSE(matches("https://*.example.org", "https://evil.test/.example.org"));
  EXPECT_FALSE(matches("https://*.example.org", "https://evil.test#.example.org"));
  EXPECT_FALSE(matches("https://example.org", "null"));
  EXPECT_FALSE(matches("example.org", "example.org"));
}

TEST(ResponsePolicy, Rhp3AnOriginThatIsNotAllowedGetsNothing) {
  EXPECT_THAT(after(allowing({"https://a.test"}), {}, {"Origin: https://b.test"}), ElementsAre("Vary: Origin"));
  const std::vector<std::string> own{"Access-Control-Allow-Origin: *", "Access-Control-Allow-Credentials: true"};
  EXPECT_THAT(after(allowing({"https://a.test"}, true), own, {"Origin: https://b.test"}), ElementsAre("Vary: Origin"));
  EXPECT_EQ(after(allowing({"https://a.test"}, false), own, {"Origin: https://b.test"}).size(), 3U);
}

TEST(ResponsePolicy, Rhp3CredentialsAreAllowedByName) {
  Policy policy = allowing({"https://a.test", "*"});
  policy.cors->allow_credentials = true;
  policy.cors->expose_headers.clear();
  EXPECT_THAT(after(policy, {}, {"Origin: https://a.test"}),
              ElementsAre("Vary: Origin", "Access-Control-Allow-Origin: https://a.test",
                          "Access-Control-Allow-Credentials: true"));
  EXPECT_THAT(after(policy, {}, {"Origin: https://b.test"}),
              ElementsAre("Vary: Origin", "Access-Control-Allow-Origin: *", "Access-Control-Allow-Credentials: true"))
      << "never the asking origin's own name, which would open the answer to everyone's credentials";
}

TEST(ResponsePolicy, Rhp3OverrideIsJudgedHeaderByHeader) {
  const std::vector<std::string> own{"Access-Control-Allow-Origin: https://theirs.test"};
  EXPECT_THAT(after(allowing({"*"}), own, {"Origin: https://a.test"}),
              ElementsAre("Access-Control-Allow-Origin: https://theirs.test", "Vary: Origin",
                          "Access-Control-Expose-Headers: ETag"));
  EXPECT_THAT(after(allowing({"*"}, true), own, {"Origin: https://a.test"}),
              ElementsAre("Access-Control-Allow-Origin: *", "Vary: Origin", "Access-Control-Expose-Headers: ETag"));
}

TEST(ResponsePolicy, Rhp3VaryIsAddedToWhatTheOriginSays) {
  EXPECT_THAT(after(allowing({"*"}), {"Vary: Accept-Encoding", "Vary: Cookie"}),
              ElementsAre("Vary: Accept-Encoding, Cookie, Origin"));
  EXPECT_THAT(after(allowing({"*"}), {"Vary: origin"}), ElementsAre("Vary: origin"));
  EXPECT_THAT(after(allowing({"*"}), {"Vary: *"}), ElementsAre("Vary: *"));
  Policy policy = allowing({"*"});
  policy.removed = {"vary"};
  EXPECT_THAT(after(policy, {"Vary: Accept-Encoding"}), ElementsAre("Vary: Origin"));
}

TEST(ResponsePolicy, Rhp4CustomHeadersMayBeEmpty) {
  EXPECT_THAT(after(adding("X-Empty", "", true), {}), ElementsAre("X-Empty: "));
}

TEST(ResponsePolicy, Rhp5SomeHeadersAreNeverRemoved) {
  EXPECT_THAT(after(removing({"via", "x-cache", "x-amz-cf-id", "content-encoding", "x-edge-a"}),
                    {"Via: v", "X-Cache: c", "X-Amz-Cf-Id: i", "Content-Encoding: br", "X-Edge-A: 1"}),
              ElementsAre("Via: v", "X-Cache: c", "X-Amz-Cf-Id: i", "Content-Encoding: br", "X-Edge-A: 1"));
}

TEST(ResponsePolicy, Hdr5ServerAndDateAreMadeAnewWhenRemoved) {
  EXPECT_THAT(after(removing({"server", "date"}), {"Server: nginx", "Date: Wed, 31 Dec 2025 00:00:00 GMT"}),
              ElementsAre("Server: CloudFront", "Date: Thu, 01 Jan 2026 00:00:00 GMT"));
}

// A policy's rate and what chance gives, against whether the answer tells.
bool tells(std::optional<double> rate, std::uint64_t chance, const std::vector<std::string>& lines = {}) {
  Policy policy;
  policy.server_timing_rate = rate;
  const RequestText request(request_text("GET", "/a", lines));
  return ResponsePolicy(policy).tells_timing(request.head(), [&] { return chance; });
}

TEST(ResponsePolicy, Rhp6SamplingHasFourDecimals) {
  EXPECT_FALSE(tells(std::nullopt, 0));
  EXPECT_TRUE(tells(100.0, 999'999));
  EXPECT_FALSE(tells(0.0, 0));
  EXPECT_TRUE(tells(50.0, 499'999));
  EXPECT_FALSE(tells(50.0, 500'000));
  EXPECT_TRUE(tells(0.0001, 0));
  EXPECT_FALSE(tells(0.0001, 1));
}

TEST(ResponsePolicy, Rhp6PragmaAsksForIt) {
  EXPECT_TRUE(tells(0.0, 0, {"Pragma: server-timing"}));
  EXPECT_TRUE(tells(0.0, 0, {"Pragma: no-cache", "Pragma: Server-Timing, x"}));
  EXPECT_FALSE(tells(std::nullopt, 0, {"Pragma: server-timing"}));
  EXPECT_FALSE(tells(0.0, 0, {"Pragma: server-timings"}));
}

}  // namespace
}  // namespace gust::proxy
