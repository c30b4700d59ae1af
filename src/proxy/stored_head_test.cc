#include "proxy/stored_head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/date.h"
#include "proxy/route_test_internal.h"

namespace gust::proxy {
namespace {

using testing::ElementsAre;

const WallTime now = wall_time_of(1'767'225'600);
constexpr std::string_view date_line = "Date: Thu, 01 Jan 2026 00:00:00 GMT";

// Origin's field lines against what is kept of them.
std::vector<std::string> kept(const std::vector<std::string>& lines, const config::Distribution& distribution,
                              Audience audience = Audience::viewer, std::uint16_t status = 200) {
  std::string text = "HTTP/1.1 " + std::to_string(status) + " Fine\r\n";
  for (const std::string& line : lines) text += line + "\r\n";
  text += "\r\n";
  http::ResponseHead head;
  http::HeadScan scan;
  EXPECT_TRUE(http::read_response_head(text, {}, scan, head));
  Arena arena;
  const RoutesRef routes = make_routes(distribution);
  const http::ResponseHead stored = make_stored_head(head, default_route(*routes), audience, now, arena);
  EXPECT_EQ(stored.status, status);
  return lines_of(stored.fields);
}

// With Date and Server, so that none is added.
std::vector<std::string> kept_of(std::string line, const config::Distribution& distribution = plain_distribution(),
                                 Audience audience = Audience::viewer) {
  std::vector<std::string> lines = kept({std::string(date_line), "Server: s", std::move(line)}, distribution, audience);
  lines.erase(lines.begin(), lines.begin() + 2);
  return lines;
}

TEST(StoredHead, Hdr1WhatTheOriginSaysIsPassedOnInItsOrder) {
  const std::vector<std::string> lines{
      "X-B: 2",      std::string(date_line), "x-a: 1",     "Server: s", "X-B: 1", "Cache-Control: max-age=1",
      "ETag: \"e\"", "Content-Length: 5",    "Link: </a>", "Link: </b>"};
  EXPECT_EQ(kept(lines, plain_distribution()), lines);
}

TEST(StoredHead, Hdr2WhatConcernsOneConnectionIsRemoved) {
  for (const char* line : {"Trailer: x", "Upgrade: h2c", "Connection: close", "Keep-Alive: timeout=5", "TE: trailers",
                           "Transfer-Encoding: chunked", "Proxy-Connection: close", "Proxy-Authenticate: Basic"}) {
    EXPECT_THAT(kept_of(line), ElementsAre()) << line;
  }
  EXPECT_THAT(kept({std::string(date_line), "Server: s", "Connection: X-Hop", "X-Hop: 1"}, plain_distribution()),
              ElementsAre(date_line, "Server: s"));
}

TEST(StoredHead, Hdr2SetCookieOnlyWhereCookiesAreForwarded) {
  EXPECT_THAT(kept_of("Set-Cookie: a=1"), ElementsAre());
  config::Distribution distribution = plain_distribution();
  distribution.behaviors.front().origin_request.cookies = listed({"a"});
  EXPECT_THAT(kept_of("Set-Cookie: a=1", distribution), ElementsAre("Set-Cookie: a=1"));  // HDR-4
}

TEST(StoredHead, Hdr3IdsOfBucketsAreRemoved) {
  EXPECT_THAT(kept_of("X-Amz-Request-Id: 1"), ElementsAre("X-Amz-Request-Id: 1"));
  config::Distribution distribution = plain_distribution();
  distribution.origins.front().kind = config::Origin::Kind::bucket;
  EXPECT_THAT(kept_of("X-Amz-Request-Id: 1", distribution), ElementsAre());
  EXPECT_THAT(kept_of("x-amz-id-2: 1", distribution), ElementsAre());
  EXPECT_THAT(kept_of("x-amz-meta-a: 1", distribution), ElementsAre("x-amz-meta-a: 1"));
}

TEST(StoredHead, Hdr5ServerAndDateAreMadeWhereTheOriginSentNone) {
  EXPECT_THAT(kept({}, plain_distribution()), ElementsAre(date_line, "Server: CloudFront"));
  EXPECT_THAT(kept({"Server: nginx", "Date: Wed, 31 Dec 2025 00:00:00 GMT"}, plain_distribution()),
              ElementsAre("Server: nginx", "Date: Wed, 31 Dec 2025 00:00:00 GMT"));
}

// Its fields take the place of the stored ones.
TEST(StoredHead, Hdr5AConfirmationGetsADateAndNoServer) {
  EXPECT_THAT(kept({"ETag: \"e\""}, plain_distribution(), Audience::viewer, 304),
              ElementsAre("ETag: \"e\"", date_line));
}

TEST(StoredHead, OurOwnFieldsAreNotTheOriginsToGive) {
  for (const char* line :
       {"X-Cache: Hit from cloudfront", "X-Amz-Cf-Id: x", "X-Amz-Cf-Pop: x", "Gust-Epoch: 1", "gust-result: hit"}) {
    EXPECT_THAT(kept_of(line), ElementsAre()) << line;
  }
}

TEST(StoredHead, Vary2OnlyNamesThatMatterHere) {
  EXPECT_THAT(kept_of("Vary: Origin"), ElementsAre());
  EXPECT_THAT(kept_of("Vary: *"), ElementsAre());
  EXPECT_THAT(kept_of("Vary: Origin, accept-encoding,, Cookie , User-Agent"),
              ElementsAre("Vary: accept-encoding, Cookie"));
  config::Distribution distribution = plain_distribution();
  distribution.behaviors.front().origin_request.headers = listed({"origin"});
  EXPECT_THAT(
      kept({std::string(date_line), "Server: s", "Vary: ORIGIN", "Vary: Accept, Accept-Encoding"}, distribution),
      ElementsAre(date_line, "Server: s", "Vary: ORIGIN, Accept-Encoding"));
}

TEST(StoredHead, Vary2UserAgentWhereADeviceHeaderIsForwarded) {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors.front().origin_request.headers = listed({"cloudfront-is-tablet-viewer"});
  EXPECT_THAT(kept_of("Vary: User-Agent, Accept, CloudFront-Is-Tablet-Viewer", distribution),
              ElementsAre("Vary: User-Agent, CloudFront-Is-Tablet-Viewer"));
  distribution.behaviors.front().origin_request.headers = listed({"cloudfront-viewer-country"});
  EXPECT_THAT(kept_of("Vary: User-Agent", distribution), ElementsAre());
}

// Ten thousand names that are all kept: memory grows with the bytes, not with their square.
TEST(StoredHead, Vary2AHugeVaryCostsItsOwnSize) {
  std::string value = "a";
  for (int i = 0; i < 9999; ++i) value += ",a";
  config::Distribution distribution = plain_distribution();
  distribution.behaviors.front().origin_request.headers = all();
  const RoutesRef routes = make_routes(distribution);
  http::ResponseHead head;
  head.fields.add("Vary", value);
  Arena arena;
  const http::ResponseHead stored = make_stored_head(head, default_route(*routes), Audience::viewer, now, arena);
  EXPECT_EQ(stored.fields.get("Vary")->size(), 29'998U);
  EXPECT_LT(arena.bytes_used(), 4 * value.size());
}

// VARY-3 must hold at the edge too.
TEST(StoredHead, Vary3AnEdgeIsToldAllOfVary) {
  EXPECT_THAT(kept_of("Vary: *", plain_distribution(), Audience::edge), ElementsAre("Vary: *"));
}

}  // namespace
}  // namespace gust::proxy
