// Whole nodes: what is added to requests on their way to the origin, and to and from answers on their way to viewers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "geo/locations.h"
#include "proxy/node_world_internal.h"
#include "proxy/route_test_internal.h"

namespace gust::proxy {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using Policy = config::ResponseHeadersPolicy;

const std::vector<TextField> for_a_minute{{"Cache-Control", "max-age=60"}};

// Everyone is in Switzerland.
class Swiss final : public geo::Locations {
 public:
  geo::Location find(const rt::Endpoint&) const override {
    geo::Location found;
    found.country = "CH";
    return found;
  }
  bool has_cities() const override { return true; }
  bool has_networks() const override { return false; }
};

config::Distribution with_origin_headers(std::vector<std::string> names) {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors.front().origin_request.headers = listed(std::move(names));
  return distribution;
}

config::Distribution with_policy(Policy policy) {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors.front().response_headers = std::move(policy);
  return distribution;
}

Policy simple_policy() {
  Policy policy;
  policy.removed = {"x-powered-by"};
  policy.headers = {{"X-Frame-Options", "DENY", true}, {"X-Mine", "1", false}};
  return policy;
}

// --- To the origin

TEST(Node, Cfh1BothTiersMakeTheSameKeyOfAHeaderOfTheViewer) {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors.front().cache.headers = listed({"cloudfront-is-mobile-viewer"});
  NodeWorld net({.edges = 2, .has_regional = true, .distribution = distribution});
  net.origin().add({.target = "/a",
                    .fields = {{"CloudFront-Is-Mobile-Viewer", "true"}},
                    .reply = reply_text(200, for_a_minute, "small")});
  net.origin().add({.target = "/a",
                    .fields = {{"CloudFront-Is-Mobile-Viewer", "false"}},
                    .reply = reply_text(200, for_a_minute, "large")});
  const std::vector<TextField> phone{{"User-Agent", "Mozilla/5.0 (iPhone) Mobile/1"}};
  EXPECT_EQ(net.get("/a", phone).message.body, "small");
  EXPECT_EQ(net.get("/a", {{"User-Agent", "curl/8"}, {"CloudFront-Is-Mobile-Viewer", "true"}}).message.body, "large")
      << "the viewer's own field says nothing";
  EXPECT_EQ(cache_result(net.get("/a", {{"User-Agent", "Mozilla/5.0 (Android) Mobile"}})), "Hit");
  EXPECT_EQ(net.get("/a", phone, 1).message.body, "small");
  EXPECT_EQ(net.origin().request_count(), 2U) << "the second edge got it from the regional cache";
}

TEST(Node, Cfh1LocationsComeFromTheDatabase) {
  const Swiss swiss;
  NodeWorld net(
      {.has_regional = true, .distribution = with_origin_headers({"cloudfront-viewer-country"}), .locations = &swiss});
  net.origin().add({.target = "/a",
                    .fields = {{"CloudFront-Viewer-Country", "CH"}},
                    .reply = reply_text(200, for_a_minute, "body")});
  EXPECT_EQ(net.get("/a").message.body, "body");
  EXPECT_EQ(net.edge().log_lines(), std::vector<std::string>());
}

TEST(Node, Cfh1WithoutADatabaseLocationsAreLeftOutAndTheLogSaysSoOnce) {
  NodeWorld net({.distribution = with_origin_headers({"cloudfront-viewer-country"})});
  net.origin().add(
      {.target = "/a", .absent_fields = {"CloudFront-Viewer-Country"}, .reply = reply_text(200, for_a_minute, "body")});
  EXPECT_EQ(net.get("/a", {{"CloudFront-Viewer-Country", "XX"}}).message.body, "body");
  net.install(with_origin_headers({"cloudfront-viewer-country", "cloudfront-viewer-city"}));
  ASSERT_EQ(net.edge().log_lines().size(), 1U);
  EXPECT_THAT(net.edge().log_lines().front(), HasSubstr("distribution E1 asks for headers of the viewer's location"));
}

TEST(Node, Cfh1TheLongestOrderOfHeadersPassesBothTiers) {
  NodeWorld net({.has_regional = true, .distribution = with_origin_headers({"cloudfront-viewer-header-order"})});
  net.serve("/a", reply_text(200, for_a_minute, "body"));
  std::vector<TextField> fields;
  for (int i = 0; i < 90; ++i) fields.push_back({std::string(190, 'n') + std::to_string(i), "v"});
  const Reply reply = net.get("/a", fields);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.message.body, "body");
}

TEST(Node, Rfc9110Section7Point6Point1WhatConnectionNamesIsNeitherSentNorInTheKey) {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors.front().cache.headers = listed({"x-tenant"});
  distribution.behaviors.front().origin_request.headers = all();
  NodeWorld net({.has_regional = true, .distribution = distribution});
  net.origin().add({.target = "/a", .absent_fields = {"X-Tenant"}, .reply = reply_text(200, for_a_minute, "nobody's")});
  net.origin().add({.target = "/a", .fields = {{"X-Tenant", "7"}}, .reply = reply_text(200, for_a_minute, "seven's")});
  EXPECT_EQ(net.get("/a", {{"X-Tenant", "7"}, {"Connection", "X-Tenant"}}).message.body, "nobody's");
  EXPECT_EQ(net.get("/a", {{"X-Tenant", "7"}}).message.body, "seven's");
  EXPECT_EQ(cache_result(net.get("/a")), "Hit");
}

// --- To the viewer

TEST(Node, Rhp1MissesAndHitsOfBothTiersAreTreatedAlike) {
  NodeWorld net({.edges = 2, .has_regional = true, .distribution = with_policy(simple_policy())});
  net.serve("/a", reply_text(200, {{"Cache-Control", "max-age=60"}, {"X-Powered-By", "php"}, {"X-Mine", "2"}}, "body"));
  for (const std::size_t edge : {0UL, 0UL, 1UL}) {
    const Reply reply = net.get("/a", {}, edge);
    EXPECT_FALSE(reply.message.find("X-Powered-By"));
    EXPECT_EQ(field(reply, "X-Frame-Options"), "DENY");
    EXPECT_EQ(field(reply, "X-Mine"), "2");
    EXPECT_EQ(count_of(reply.message, "X-Mine"), 1U);
  }
  EXPECT_EQ(net.origin().request_count(), 1U);
}

TEST(Node, Rhp1APolicyThatChangesAppliesToWhatIsStored) {
  NodeWorld net({.distribution = with_policy(simple_policy())});
  net.serve("/a", reply_text(200, {{"Cache-Control", "max-age=60"}, {"X-Powered-By", "php"}}, "body"));
  EXPECT_FALSE(net.get("/a").message.find("X-Powered-By"));
  net.install(plain_distribution());
  const Reply hit = net.get("/a");
  EXPECT_EQ(cache_result(hit), "Hit");
  EXPECT_EQ(field(hit, "X-Powered-By"), "php");
  EXPECT_FALSE(hit.message.find("X-Frame-Options"));
}

TEST(Node, Rhp1ErrorsAndOwnPagesAreTreatedAlike) {
  config::Distribution distribution = with_policy(simple_policy());
  NodeWorld net({.distribution = distribution});
  net.serve("/404", reply_text(404, {{"X-Powered-By", "php"}}, "none"));
  const Reply not_found = net.get("/404");
  EXPECT_EQ(field(not_found, "X-Frame-Options"), "DENY");
  EXPECT_FALSE(not_found.message.find("X-Powered-By"));
  const Reply refused = net.ask("DELETE /a HTTP/1.1\r\nHost: d1.cdn.test\r\n\r\n");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(field(refused, "X-Frame-Options"), "DENY");
  net.kill_origin();
  const Reply down = net.get("/b");
  EXPECT_GE(down.status, 500);
  EXPECT_EQ(field(down, "X-Frame-Options"), "DENY");
}

TEST(Node, Vpp3TheRedirectToHttpsHasNothingOfThePolicy) {
  config::Distribution distribution = with_policy(simple_policy());
  distribution.behaviors.front().viewer_protocol_policy = config::ViewerProtocolPolicy::redirect_to_https;
  NodeWorld net({.distribution = distribution});
  const Reply redirect = net.get("/a");
  EXPECT_EQ(redirect.status, 301);
  EXPECT_FALSE(redirect.message.find("X-Frame-Options"));
}

TEST(Node, Rhp3CorsOfAStoredAnswerFollowsTheRequest) {
  Policy policy;
  Policy::Cors cors;
  cors.allow_origins = {"https://a.test", "https://b.test"};
  policy.cors = cors;
  NodeWorld net({.distribution = with_policy(policy)});
  net.serve("/a", reply_text(200, {{"Cache-Control", "max-age=60"}, {"ETag", "\"e\""}}, "body"));
  EXPECT_EQ(field(net.get("/a", {{"Origin", "https://a.test"}}), "Access-Control-Allow-Origin"), "https://a.test");
  EXPECT_EQ(field(net.get("/a", {{"Origin", "https://b.test"}}), "Access-Control-Allow-Origin"), "https://b.test");
  const Reply plain = net.get("/a");
  EXPECT_FALSE(plain.message.find("Access-Control-Allow-Origin"));
  EXPECT_EQ(field(plain, "Vary"), "Origin");
  const Reply unchanged = net.get("/a", {{"Origin", "https://a.test"}, {"If-None-Match", "\"e\""}});
  EXPECT_EQ(unchanged.status, 304);
  EXPECT_EQ(field(unchanged, "Access-Control-Allow-Origin"), "https://a.test");
  EXPECT_EQ(net.origin().request_count(), 1U);
}

TEST(Node, Hdr5RemovedServerAndDateAreMadeAnew) {
  Policy policy;
  policy.removed = {"server", "date"};
  NodeWorld net({.distribution = with_policy(policy)});
  net.serve(
      "/a",
      reply_text(200, {{"Cache-Control", "max-age=60"}, {"Server", "nginx"}, {"Date", "Thu, 01 Jan 1970 00:00:00 GMT"}},
                 "body"));
  for (int i = 0; i < 2; ++i) {
    const Reply reply = net.get("/a");
    EXPECT_EQ(field(reply, "Server"), "CloudFront");
    EXPECT_THAT(field(reply, "Date"), Not(HasSubstr("1970")));
  }
}

TEST(Node, Rhp6ServerTimingOfMissHitAndRefresh) {
  Policy policy;
  policy.server_timing_rate = 100;
  config::Distribution distribution = with_policy(policy);
  NodeWorld net({.edges = 2, .has_regional = true, .distribution = distribution});
  net.serve("/a", reply_text(200, {{"Cache-Control", "max-age=60"}, {"Server-Timing", "db;dur=5"}}, "body"));
  const Reply miss = net.get("/a");
  EXPECT_EQ(count_of(miss.message, "Server-Timing"), 1U);
  EXPECT_THAT(
      field(miss, "Server-Timing"),
      MatchesRegex("cdn-upstream-layer;desc=\"REC\",cdn-upstream-dns;dur=[0-9]+,cdn-upstream-connect;dur=[0-9]+,"
                   "cdn-upstream-fbl;dur=[0-9]+,cdn-cache-miss,cdn-pop;desc=\"[A-Z0-9]+\",cdn-rid;desc=\"[^\"]+"
                   "\",cdn-downstream-fbl;dur=[0-9]+,db;dur=5"));
  EXPECT_THAT(field(miss, "Server-Timing"), HasSubstr(field(miss, "X-Amz-Cf-Id")));
  EXPECT_THAT(field(net.get("/a"), "Server-Timing"),
              MatchesRegex("cdn-cache-hit,cdn-pop;.*,cdn-hit-layer;desc=\"EDGE\",cdn-downstream-fbl;dur=[0-9]+"));
  EXPECT_THAT(field(net.get("/a", {}, 1), "Server-Timing"), HasSubstr("cdn-hit-layer;desc=\"REC\""));
  EXPECT_EQ(net.origin().request_count(), 1U);
}

TEST(Node, Rhp6WithoutASampleOnlyPragmaBringsIt) {
  Policy policy;
  policy.server_timing_rate = 0;
  NodeWorld net({.distribution = with_policy(policy)});
  net.serve("/a", reply_text(200, {{"Cache-Control", "max-age=60"}, {"Server-Timing", "db;dur=5"}}, "body"));
  EXPECT_EQ(field(net.get("/a"), "Server-Timing"), "db;dur=5") << "HDR-1";
  EXPECT_THAT(field(net.get("/a", {{"Pragma", "server-timing"}}), "Server-Timing"), HasSubstr("cdn-cache-hit"));
}

}  // namespace
}  // namespace gust::proxy
