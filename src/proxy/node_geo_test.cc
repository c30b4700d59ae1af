// Whole nodes: restrictions by country.
#include <gtest/gtest.h>

#include "geo/locations.h"
#include "proxy/node_world_internal.h"

namespace gust::proxy {
namespace {

using Kind = config::GeoRestriction::Kind;

const std::vector<TextField> for_a_minute{{"Cache-Control", "max-age=60"}};

// Everyone is in one country; empty: nobody knows where.
class OneCountry final : public geo::Locations {
 public:
  explicit OneCountry(ByteView country) : country_(country) {}
  geo::Location find(const rt::Endpoint&) const override {
    geo::Location found;
    found.country = country_;
    return found;
  }
  bool has_cities() const override { return true; }
  bool has_networks() const override { return false; }

 private:
  ByteView country_;
};

config::Distribution restricted(Kind kind) {
  config::Distribution distribution = plain_distribution();
  distribution.geo = {kind, {"CH", "IN"}};
  return distribution;
}

// The status that a viewer in `country` gets.
int status_in(ByteView country, Kind kind, bool has_regional = false) {
  const OneCountry locations(country);
  NodeWorld net({.has_regional = has_regional, .distribution = restricted(kind), .locations = &locations});
  net.origin().add({.target = "/a", .is_repeated = true, .reply = reply_text(200, for_a_minute, "body")});
  return net.get("/a").status;
}

TEST(Node, Geo1AnAllowListServesItsCountriesAndABlockListAllOthers) {
  for (const bool has_regional : {false, true}) {
    EXPECT_EQ(status_in("IN", Kind::only_these, has_regional), 200);
    EXPECT_EQ(status_in("FR", Kind::only_these, has_regional), 403);
    EXPECT_EQ(status_in("IN", Kind::all_but_these, has_regional), 403);
    EXPECT_EQ(status_in("FR", Kind::all_but_these, has_regional), 200);
    EXPECT_EQ(status_in("FR", Kind::none, has_regional), 200);
  }
}

TEST(Node, Geo2AViewerWhoseCountryIsNotKnownIsServed) {
  EXPECT_EQ(status_in("", Kind::only_these), 200);
  EXPECT_EQ(status_in("", Kind::all_but_these), 200);
}

TEST(Node, Geo3ARefusalIsAnErrorWithItsOwnWordInTheLogAndAsksNobody) {
  const OneCountry locations("FR");
  NodeWorld net({.distribution = restricted(Kind::only_these), .locations = &locations});
  const Reply reply = net.get("/a");
  EXPECT_EQ(field(reply, "X-Cache"), "Error from cloudfront");
  EXPECT_EQ(field(reply, "Content-Type"), "text/html; charset=utf-8");
  net.world.run_for(seconds(1));
  EXPECT_EQ(net.edge().access.records()[0].detailed_result, "ClientGeoBlocked");
  EXPECT_EQ(net.origin().request_count(), 0U);
}

TEST(Node, Geo3WhatIsStoredIsRefusedTooAndBeforeARedirect) {
  const OneCountry swiss("CH");
  config::Distribution distribution = plain_distribution();
  NodeWorld net({.distribution = distribution, .locations = &swiss});
  net.origin().add({.target = "/a", .reply = reply_text(200, for_a_minute, "body")});
  EXPECT_EQ(net.get("/a").status, 200);
  distribution.geo = {Kind::all_but_these, {"CH"}};
  distribution.behaviors.front().viewer_protocol_policy = config::ViewerProtocolPolicy::redirect_to_https;
  net.install(distribution);
  EXPECT_EQ(net.get("/a").status, 403);
}

TEST(Node, Geo4ThePageSaysThatTheCountryIsBlocked) {
  const OneCountry locations("FR");
  NodeWorld net({.distribution = restricted(Kind::only_these), .locations = &locations});
  EXPECT_NE(net.get("/a").message.body.find("configured to block access from your country"), std::string::npos);
}

TEST(Node, Cer9ARefusalByCountryHasTheDistributionsPage) {
  const OneCountry locations("FR");
  config::Distribution distribution = restricted(Kind::only_these);
  distribution.error_pages[403] = {"/not-here", 404};
  NodeWorld net({.distribution = distribution, .locations = &locations});
  net.origin().add({.target = "/not-here", .reply = reply_text(200, for_a_minute, "not in your country")});
  const Reply reply = net.get("/a");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.message.body, "not in your country");
}

TEST(Node, WithoutADatabaseARestrictedDistributionServesNobodyAndTheLogSaysSo) {
  for (const Kind kind : {Kind::only_these, Kind::all_but_these}) {
    NodeWorld net({.distribution = restricted(kind)});
    EXPECT_EQ(net.get("/a").status, 403);
    ASSERT_EQ(net.edge().log_lines().size(), 1U);
    EXPECT_NE(net.edge().log_lines()[0].find("is restricted by country"), std::string::npos);
  }
}

}  // namespace
}  // namespace gust::proxy
