// Whole nodes: requests that wait for another's answer, and what becomes of them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "proxy/node_world_internal.h"

namespace gust::proxy {
namespace {

using Then = sim::Answer::Then;

const std::vector<TextField> for_a_minute{{"Cache-Control", "max-age=60"}};

config::Distribution with_minimum_ttl(Duration minimum) {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors.front().cache.min_ttl = minimum;
  return distribution;
}

// Five at once for what the origin marks with `control`; it answers each time after a second.
std::uint64_t asked_by_five(std::string_view control, Duration minimum, Duration& took) {
  NodeWorld net({.distribution = with_minimum_ttl(minimum)});
  net.origin().add({.target = "/a",
                    .is_repeated = true,
                    .wait = seconds(1),
                    .reply = reply_text(200, {{"Cache-Control", std::string(control)}}, "body")});
  const Instant before = net.world.now();
  for (int i = 0; i < 5; ++i) net.begin_get("/a");
  EXPECT_TRUE(net.run_until_over());
  took = net.world.now() - before;
  return net.origin().request_count();
}

constexpr std::string_view not_shared[] = {"private", "no-store", "no-cache", "max-age=0", "s-maxage=0"};

TEST(NodeCollapse, Coll3WithoutAMinimumThoseWhoWaitedAreSentOnTogetherBehindTheirWait) {
  for (const std::string_view control : not_shared) {
    Duration took{};
    EXPECT_EQ(asked_by_five(control, seconds(0), took), 5U) << control;
    EXPECT_GE(took, seconds(2)) << control;
    EXPECT_LT(took, seconds(3)) << control << ": they do not wait for each other again";
  }
}

TEST(NodeCollapse, Coll3WithAMinimumTheyShareTheAnswerAllTheSame) {
  for (const std::string_view control : not_shared) {
    Duration took{};
    EXPECT_EQ(asked_by_five(control, seconds(5), took), 1U) << control;
  }
}

// "May be given" (COLL-4): ours is not, since it may be meant for one viewer; each gets the origin's word.
TEST(NodeCollapse, Coll4ANoCacheAnswerIsNotGivenToThoseWhoWaited) {
  NodeWorld net({.distribution = with_minimum_ttl(seconds(0))});
  for (const char* body : {"1", "2", "3"}) {
    net.origin().add({.target = "/a",
                      .wait = seconds(1),
                      .reply = reply_text(200, {{"Cache-Control", "no-cache"}, {"ETag", "\"e\""}}, body)});
  }
  std::vector<const Visit*> visits;
  for (int i = 0; i < 3; ++i) visits.push_back(&net.begin_get("/a"));
  ASSERT_TRUE(net.run_until_over());
  std::set<std::string> bodies;
  for (const Visit* visit : visits) bodies.insert(visit->reply.message.body);
  EXPECT_EQ(bodies, (std::set<std::string>{"1", "2", "3"}));
}

TEST(NodeCollapse, Coll5ManyEdgesBringOneRequestToTheOrigin) {
  NodeWorld net({.edges = 4, .has_regional = true});
  net.origin().add({.target = "/a", .wait = seconds(1), .reply = reply_text(200, for_a_minute, "body")});
  std::vector<const Visit*> visits;
  for (std::size_t i = 0; i < 40; ++i) visits.push_back(&net.begin_get("/a", {}, i % 4));
  ASSERT_TRUE(net.run_until_over());
  for (const Visit* visit : visits) EXPECT_EQ(visit->reply.message.body, "body");
  EXPECT_EQ(net.origin().request_count(), 1U);
  EXPECT_EQ(net.regional().access.records().size(), 4U);
}

TEST(NodeCollapse, Coll1TheFirstIsAMissAndTheRestAreHits) {
  NodeWorld net;
  net.origin().add({.target = "/a", .wait = seconds(1), .reply = reply_text(200, for_a_minute, "body")});
  std::vector<const Visit*> visits;
  for (int i = 0; i < 10; ++i) visits.push_back(&net.begin_get("/a"));
  ASSERT_TRUE(net.run_until_over());
  int misses = 0;
  int hits = 0;
  for (const Visit* visit : visits) {
    misses += cache_result(visit->reply) == "Miss";
    hits += cache_result(visit->reply) == "Hit";
  }
  EXPECT_EQ(misses, 1);
  EXPECT_EQ(hits, 9);
}

TEST(NodeCollapse, Coll1AWaitHasAnEnd) {
  config::Distribution distribution = plain_distribution();
  distribution.origins.front().read_timeout = seconds(120);
  distribution.origins.front().connection_attempts = 1;
  NodeWorld net({.distribution = distribution});
  net.origin().add({.target = "/a", .then = Then::stall});
  net.begin_get("/a");
  net.world.run_for(seconds(1));
  const Instant before = net.world.now();
  const Reply waited = net.get("/a");
  EXPECT_EQ(waited.status, 504);
  EXPECT_GE(net.world.now() - before, seconds(59));
  ASSERT_TRUE(net.run_until_over());
}

// The viewer who began it leaves before the head: the answer comes all the same to those who wait.
TEST(NodeCollapse, Coll1WhoBeganItMayLeave) {
  for (const bool has_regional : {false, true}) {
    NodeWorld net({.has_regional = has_regional});
    net.allow_complaints();
    net.origin().add(
        {.target = "/a", .is_repeated = true, .wait = seconds(2), .reply = reply_text(200, for_a_minute, "body")});
    Visit& first = net.begin_get("/a");
    net.world.run_for(milliseconds(500));
    const Visit& second = net.begin_get("/a");
    net.world.run_for(milliseconds(500));
    net.leave(first);
    ASSERT_TRUE(net.run_until_over());
    EXPECT_EQ(second.reply.message.body, "body");
  }
}

}  // namespace
}  // namespace gust::proxy
