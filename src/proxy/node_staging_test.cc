// Whole nodes: the viewers of a distribution are shared with its staging copy.
#include <gtest/gtest.h>

#include "proxy/node_world_internal.h"

namespace gust::proxy {
namespace {

const std::vector<TextField> for_a_minute{{"Cache-Control", "max-age=60"}};

// E1, shared with its staging copy E2, which has its objects below /new of the same origin.
void install_staging(NodeWorld& net, const config::StagingShare& share) {
  config::Distribution primary = plain_distribution();
  primary.staging = share;
  primary.staging->domain_name = "d2.cdn.test";
  config::Distribution staging = plain_distribution();
  staging.id = "E2";
  staging.domain_name = "d2.cdn.test";
  staging.is_staging = true;
  staging.origins.front().path = "/new";
  net.install(std::vector{primary, staging});
  net.serve("/a", reply_text(200, for_a_minute, "old"));
  net.serve("/new/a", reply_text(200, for_a_minute, "new"));
}

config::StagingShare by_header() {
  config::StagingShare share;
  share.header = "aws-cf-cd-new";
  share.value = "yes";
  return share;
}

config::StagingShare by_weight(double weight) {
  config::StagingShare share;
  share.by = config::StagingShare::By::weight;
  share.weight = weight;
  return share;
}

TEST(Node, Cd1AHeaderBringsAViewerToTheStagingDistribution) {
  for (const bool has_regional : {false, true}) {
    NodeWorld net({.has_regional = has_regional});
    install_staging(net, by_header());
    EXPECT_EQ(net.get("/a").message.body, "old");
    EXPECT_EQ(net.get("/a", {{"AWS-CF-CD-New", "yes"}}).message.body, "new");
    EXPECT_EQ(net.get("/a", {{"aws-cf-cd-new", "no"}}).message.body, "old");
  }
}

TEST(Node, Cd1NoViewerReachesAStagingDistributionByItsName) {
  NodeWorld net;
  install_staging(net, by_header());
  EXPECT_EQ(net.ask("GET /a HTTP/1.1\r\nHost: d2.cdn.test\r\n\r\n").status, 403);
}

TEST(Node, Cd1AWeightIsTheShareOfRequestsThatAreStaged) {
  NodeWorld net;
  install_staging(net, by_weight(0.15));
  int staged = 0;
  for (int i = 0; i < 1000; ++i) staged += net.get("/a").message.body == "new" ? 1 : 0;
  EXPECT_GT(staged, 100);
  EXPECT_LT(staged, 200);
  install_staging(net, by_weight(0));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(net.get("/a").message.body, "old");
}

TEST(Node, Cd3TheCacheOfTheStagingDistributionStartsEmpty) {
  NodeWorld net;
  install_staging(net, by_header());
  net.get("/a");
  EXPECT_EQ(cache_result(net.get("/a")), "Hit");
  EXPECT_EQ(cache_result(net.get("/a", {{"aws-cf-cd-new", "yes"}})), "Miss");
  EXPECT_EQ(cache_result(net.get("/a", {{"aws-cf-cd-new", "yes"}})), "Hit");
}

}  // namespace
}  // namespace gust::proxy
