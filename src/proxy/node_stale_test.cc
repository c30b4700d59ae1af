// Whole nodes: stale copies that are served without a wait, and origins that are known to be in trouble.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "proxy/ids.h"
#include "proxy/node_world_internal.h"

namespace gust::proxy {
namespace {

using Then = sim::Answer::Then;

// Fresh for a second, then in the window for ten.
const std::vector<TextField> revalidated_behind{{"Cache-Control", "max-age=1, stale-while-revalidate=10"},
                                                {"ETag", "\"1\""}};
const std::vector<TextField> for_a_second{{"Cache-Control", "max-age=1"}, {"ETag", "\"1\""}};
const std::vector<TextField> for_a_minute{{"Cache-Control", "max-age=60"}, {"ETag", "\"2\""}};

config::Distribution with_origin(int attempts, Duration read_timeout) {
  config::Distribution distribution = plain_distribution();
  distribution.origins.front().connection_attempts = attempts;
  distribution.origins.front().read_timeout = read_timeout;
  return distribution;
}

Duration time_of(NodeWorld& net, const std::function<void()>& asking) {
  const Instant before = net.world.now();
  asking();
  return net.world.now() - before;
}

std::uint64_t asked(NodeWorld& net) { return net.origin().request_count(); }

// --- Behind the viewer's back

void serve_while_revalidating(bool has_regional) {
  NodeWorld net({.has_regional = has_regional});
  net.origin().add({.target = "/a", .reply = reply_text(200, revalidated_behind, "old")});
  net.get("/a");
  net.world.run_for(seconds(3));
  net.origin().add({.target = "/a",
                    .fields = {{"If-None-Match", "\"1\""}},
                    .wait = seconds(2),
                    .reply = reply_text(200, for_a_minute, "new")});
  for (int i = 0; i < 5; ++i) {
    Reply stale;
    EXPECT_LT(time_of(net, [&] { stale = net.get("/a"); }), milliseconds(300));
    EXPECT_EQ(stale.message.body, "old");
    EXPECT_EQ(cache_result(stale), "Hit");
    EXPECT_EQ(field(stale, "Age"), "3");
  }
  net.world.run_for(seconds(3));
  const Reply fresh = net.get("/a");
  EXPECT_EQ(fresh.message.body, "new");
  EXPECT_EQ(cache_result(fresh), "Hit");
  EXPECT_EQ(asked(net), 2U) << "one revalidation for five requests";
  EXPECT_EQ(net.edge().metric("gustfront_background_revalidations_total"), 1);
}

TEST(Node, Stale1TheStaleCopyIsServedAtOnceAndRefreshedBehindTheViewersBack) { serve_while_revalidating(false); }
TEST(Node, Stale1ThroughBothTiersOnlyTheOldAnswerIsShownMeanwhile) { serve_while_revalidating(true); }

TEST(Node, Stale1A304RefreshesBehindTheViewersBack) {
  for (const bool has_regional : {false, true}) {
    NodeWorld net({.has_regional = has_regional});
    net.origin().add({.target = "/a", .reply = reply_text(200, revalidated_behind, "body")});
    net.get("/a");
    net.world.run_for(seconds(3));
    net.origin().add({.target = "/a",
                      .present_fields = {"If-None-Match"},
                      .reply = "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\nCache-Control: max-age=60\r\n\r\n"});
    EXPECT_EQ(field(net.get("/a"), "Age"), "3");
    net.world.run_for(seconds(2));
    const Reply fresh = net.get("/a");
    EXPECT_EQ(fresh.message.body, "body");
    EXPECT_EQ(cache_result(fresh), "Hit");
    EXPECT_LE(std::stoi(field(fresh, "Age")), 2);
    EXPECT_EQ(asked(net), 2U);
  }
}

// The second edge has nothing: it gets the stale copy of the regional cache, which asks behind its back.
TEST(Node, Stale1AnotherEdgesMissIsServedTheRegionalsStaleCopy) {
  NodeWorld net({.edges = 2, .has_regional = true});
  net.origin().add({.target = "/a", .reply = reply_text(200, revalidated_behind, "old")});
  net.get("/a");
  net.world.run_for(seconds(3));
  net.origin().add({.target = "/a", .wait = seconds(2), .reply = reply_text(200, for_a_minute, "new")});
  Reply stale;
  EXPECT_LT(time_of(net, [&] { stale = net.get("/a", {}, 1); }), milliseconds(300));
  EXPECT_EQ(stale.message.body, "old");
  EXPECT_EQ(field(stale, "Age"), "3");
  net.world.run_for(seconds(5));
  net.get("/a", {}, 1);
  net.world.run_for(seconds(1));
  EXPECT_EQ(net.get("/a", {}, 1).message.body, "new");
  EXPECT_EQ(asked(net), 2U);
}

TEST(Node, Stale1BehindTheWindowTheViewerWaits) {
  NodeWorld net;
  net.origin().add({.target = "/a", .reply = reply_text(200, revalidated_behind, "old")});
  net.get("/a");
  net.world.run_for(seconds(12));
  net.origin().add({.target = "/a", .wait = seconds(2), .reply = reply_text(200, for_a_minute, "new")});
  EXPECT_EQ(net.get("/a").message.body, "new");
}

TEST(Node, Stale1AHeadHasTheObjectRefreshedAsAGet) {
  NodeWorld net;
  net.origin().add({.target = "/a", .reply = reply_text(200, revalidated_behind, "old")});
  net.get("/a");
  net.world.run_for(seconds(3));
  net.origin().add({.target = "/a", .reply = reply_text(200, for_a_minute, "new")});
  EXPECT_EQ(net.head("/a").status, 200);
  net.world.run_for(seconds(1));
  EXPECT_EQ(net.get("/a").message.body, "new");
}

TEST(Node, Stale1APartOfTheStaleCopyAndTheWholeIsRefreshed) {
  NodeWorld net;
  net.origin().add({.target = "/a", .reply = reply_text(200, revalidated_behind, "0123456789")});
  net.get("/a");
  net.world.run_for(seconds(3));
  net.origin().add({.target = "/a", .absent_fields = {"Range"}, .reply = reply_text(200, for_a_minute, "abcdefghij")});
  EXPECT_EQ(net.get("/a", {{"Range", "bytes=2-4"}}).message.body, "234");
  net.world.run_for(seconds(1));
  EXPECT_EQ(net.get("/a").message.body, "abcdefghij");
}

// A new body that is longer than what is fetched without a viewer: the revalidation reads along like one.
TEST(Node, Stale1ALongNewBodyIsFetchedThoughNobodyReadsIt) {
  for (const bool has_regional : {false, true}) {
    NodeWorld net({.has_regional = has_regional});
    net.origin().add({.target = "/a", .reply = reply_text(200, revalidated_behind, "old")});
    net.get("/a");
    net.world.run_for(seconds(3));
    const std::string body(5'000'000, 'x');
    net.origin().add({.target = "/a", .reply = reply_text(200, for_a_minute, body)});
    EXPECT_EQ(net.get("/a").message.body, "old");
    net.world.run_for(seconds(20));
    EXPECT_EQ(net.get("/a").message.body.size(), body.size());
    EXPECT_EQ(asked(net), 2U);
  }
}

TEST(Node, Stale3BehindTheRevalidateWindowComesTheErrorWindow) {
  NodeWorld net;
  net.origin().add(
      {.target = "/a",
       .reply = reply_text(200, {{"Cache-Control", "max-age=1, stale-while-revalidate=4, stale-if-error=60"}}, "old")});
  net.get("/a");
  net.world.run_for(seconds(3));
  net.origin().add({.target = "/a", .is_repeated = true, .reply = reply_text(500, {}, "trouble")});
  EXPECT_EQ(cache_result(net.get("/a")), "Hit");
  net.world.run_for(seconds(15));
  const Reply in_trouble = net.get("/a");
  EXPECT_EQ(in_trouble.status, 200);
  EXPECT_EQ(cache_result(in_trouble), "RefreshHit");
  net.world.run_for(seconds(60));
  EXPECT_EQ(net.get("/a").status, 500);
}

TEST(Node, Stale4BothWindowsEndAtTheMaximumTtl) {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors.front().cache.max_ttl = seconds(20);
  NodeWorld net({.distribution = distribution});
  net.origin().add({.target = "/a",
                    .reply = reply_text(
                        200, {{"Cache-Control", "max-age=1, stale-while-revalidate=900, stale-if-error=900"}}, "old")});
  net.get("/a");
  net.world.run_for(seconds(25));
  net.origin().add({.target = "/a", .reply = reply_text(500, {}, "trouble")});
  EXPECT_EQ(net.get("/a").status, 500);
}

TEST(Node, Stale1AStopEndsWhatRunsBehindViewers) {
  NodeWorld net;
  net.allow_complaints();
  net.origin().add({.target = "/a", .reply = reply_text(200, revalidated_behind, "old")});
  net.get("/a");
  net.world.run_for(seconds(3));
  net.origin().add({.target = "/a", .then = Then::stall});
  EXPECT_EQ(net.get("/a").message.body, "old");
  net.world.run_for(seconds(1));
  EXPECT_TRUE(net.stop(net.edge()));
}

TEST(Node, Stale1APurgeWhileItRunsIsObeyed) {
  NodeWorld net;
  net.origin().add({.target = "/a", .reply = reply_text(200, revalidated_behind, "old")});
  net.get("/a");
  net.world.run_for(seconds(3));
  net.origin().add({.target = "/a", .wait = seconds(2), .reply = reply_text(200, for_a_minute, "asked before")});
  EXPECT_EQ(net.get("/a").message.body, "old");
  net.world.run_for(seconds(1));
  net.purge("/a");
  net.origin().add({.target = "/a", .reply = reply_text(200, for_a_minute, "asked after")});
  EXPECT_EQ(net.get("/a").message.body, "asked after");
  net.world.run_for(seconds(5));
  EXPECT_EQ(net.get("/a").message.body, "asked after");
}

// --- Errors

TEST(Node, Stale2TheCopyServesInItsWindowAndNoLonger) {
  NodeWorld net;
  net.origin().add(
      {.target = "/a", .reply = reply_text(200, {{"Cache-Control", "max-age=1, stale-if-error=30"}}, "old")});
  net.get("/a");
  net.world.run_for(seconds(5));
  net.origin().add({.target = "/a", .is_repeated = true, .reply = reply_text(599, {}, "trouble")});
  EXPECT_EQ(net.get("/a").message.body, "old");
  net.world.run_for(seconds(30));
  EXPECT_EQ(net.get("/a").status, 599);
}

TEST(Node, Stale5A4xxIsPassedOnThoughThereIsAStaleCopy) {
  for (const int status : {400, 403, 404, 410, 429}) {
    NodeWorld net;
    net.origin().add({.target = "/a", .reply = reply_text(200, for_a_second, "old")});
    net.get("/a");
    net.world.run_for(seconds(5));
    net.origin().add({.target = "/a", .reply = reply_text(status, {}, "no")});
    EXPECT_EQ(net.get("/a").status, status);
  }
}

TEST(Node, Stale6WhatMayNotBeReusedServesWhileTheOriginCannotBeReached) {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors.front().cache.min_ttl = seconds(0);
  NodeWorld net({.distribution = distribution});
  net.origin().add(
      {.target = "/a", .reply = reply_text(200, {{"Cache-Control", "no-cache"}, {"ETag", "\"1\""}}, "fetched before")});
  net.origin().add({.target = "/b",
                    .reply = reply_text(200, {{"Cache-Control", "no-cache, stale-if-error=0"}, {"ETag", "\"1\""}},
                                        "fetched before")});
  net.get("/a");
  net.get("/b");
  net.kill_origin();
  EXPECT_EQ(net.get("/a").message.body, "fetched before");
  EXPECT_EQ(net.get("/b").status, 502);
}

TEST(Node, Stale7MustRevalidateDoesNotForbidIt) {
  NodeWorld net;
  net.origin().add(
      {.target = "/a", .reply = reply_text(200, {{"Cache-Control", "max-age=1, must-revalidate"}}, "old")});
  net.get("/a");
  net.world.run_for(seconds(5));
  net.origin().add({.target = "/a", .reply = reply_text(500, {}, "trouble")});
  const Reply stale = net.get("/a");
  EXPECT_EQ(stale.message.body, "old");
  EXPECT_EQ(cache_result(stale), "RefreshHit");
}

// --- The circuit

// Ten objects that went stale, and an origin that hangs.
void make_stale(NodeWorld& net) {
  for (int i = 0; i < 10; ++i) {
    net.origin().add({.target = fmt::format("/{}", i), .reply = reply_text(200, for_a_second, "old")});
    net.get(fmt::format("/{}", i));
  }
  net.world.run_for(seconds(5));
}

TEST(Node, Stale8OnceAnOriginIsKnownToHangStaleCopiesAreServedAtOnce) {
  for (const bool has_regional : {false, true}) {
    NodeWorld net({.has_regional = has_regional, .distribution = with_origin(1, seconds(3))});
    net.allow_complaints();
    make_stale(net);
    net.origin().add({.is_repeated = true, .then = Then::stall});
    for (int i = 0; i < 10; ++i) {
      const Duration took = time_of(net, [&] { EXPECT_EQ(net.get(fmt::format("/{}", i)).message.body, "old"); });
      if (i < 3) EXPECT_GE(took, seconds(3)) << i;
      if (i >= 3) EXPECT_LT(took, milliseconds(300)) << i;
    }
    EXPECT_LE(asked(net), 14U);
  }
}

TEST(Node, Stale8ByTheSwitchEachRequestWaitsAsTheServiceDoes) {
  NodeWorldOptions options{.distribution = with_origin(1, seconds(3))};
  options.circuit.failures_to_trip = 0;
  NodeWorld net(std::move(options));
  net.allow_complaints();
  make_stale(net);
  net.origin().add({.is_repeated = true, .then = Then::stall});
  for (int i = 0; i < 10; ++i) {
    const Duration took = time_of(net, [&] { EXPECT_EQ(net.get(fmt::format("/{}", i)).message.body, "old"); });
    EXPECT_GE(took, seconds(3)) << i;
  }
}

TEST(Node, Stale8WithoutAStaleCopyADeadOriginFailsAtOnceAsItDidLast) {
  NodeWorld net({.distribution = with_origin(1, seconds(3))});
  net.allow_complaints();
  net.origin().add({.is_repeated = true, .then = Then::stall});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(net.get(fmt::format("/{}", i)).status, 504);
  const Duration took = time_of(net, [&] { EXPECT_EQ(net.get("/3").status, 504); });
  EXPECT_LT(took, milliseconds(300));
  EXPECT_EQ(asked(net), 3U);
  net.world.run_for(seconds(1));
  EXPECT_EQ(net.edge().access.records()[3].detailed_result, "OriginCommError");
  EXPECT_EQ(net.edge().metric("gustfront_failed_at_once_total"), 1);
}

// What is not asked says nothing of the origin: it is not remembered for the error caching minimum TTL.
TEST(Node, Stale8WhoFailedAtOnceIsServedAsSoonAsTheOriginIsBack) {
  NodeWorld net;
  net.kill_origin();
  EXPECT_EQ(net.get("/a").status, 502);
  EXPECT_EQ(net.get("/b").status, 502);
  net.revive_origin();
  net.world.run_for(seconds(2));
  net.origin().add({.target = "/b", .reply = reply_text(200, for_a_minute, "back")});
  EXPECT_EQ(net.get("/b").message.body, "back");
  EXPECT_EQ(net.get("/a").status, 502) << "ERR-6: ten seconds are not over";
}

TEST(Node, Stale8OneRequestAtATimeProbesADeadOrigin) {
  NodeWorld net({.distribution = with_origin(1, seconds(3))});
  net.allow_complaints();
  net.origin().add({.is_repeated = true, .then = Then::stall});
  for (int i = 0; i < 3; ++i) net.get(fmt::format("/{}", i));
  net.world.run_for(seconds(2));
  std::vector<const Visit*> visits;
  for (int i = 0; i < 20; ++i) visits.push_back(&net.begin_get(fmt::format("/many/{}", i)));
  net.world.run_for(seconds(1));
  EXPECT_EQ(asked(net), 4U);
  ASSERT_TRUE(net.run_until_over());
  for (const Visit* visit : visits) EXPECT_EQ(visit->reply.status, 504);
}

// One bad page must not take the others from everyone.
TEST(Node, Stale8AnOriginThatAnswers5xxIsStillAskedForWhatIsNotHere) {
  NodeWorld net;
  net.origin().add({.target = "/good", .reply = reply_text(200, for_a_minute, "good")});
  for (int i = 0; i < 5; ++i) {
    net.origin().add({.target = fmt::format("/bad/{}", i), .reply = reply_text(500, {}, "bad")});
    EXPECT_EQ(net.get(fmt::format("/bad/{}", i)).status, 500);
  }
  EXPECT_EQ(net.get("/good").message.body, "good");
}

TEST(Node, Stale8AnOriginThatAnswers5xxLeavesStaleCopiesAloneUntilItsProbe) {
  NodeWorld net;
  make_stale(net);
  net.origin().add({.is_repeated = true, .reply = reply_text(503, {}, "trouble")});
  for (int i = 0; i < 10; ++i) EXPECT_EQ(net.get(fmt::format("/{}", i)).message.body, "old");
  EXPECT_EQ(asked(net), 13U);
}

// --- Pages of failures

TEST(Node, Err6EachAnswerOfARememberedFailureHasItsOwnRequestId) {
  for (const bool has_regional : {false, true}) {
    NodeWorld net({.has_regional = has_regional});
    net.kill_origin();
    for (int i = 0; i < 3; ++i) {
      const Reply failed = net.get("/a");
      EXPECT_EQ(failed.status, 502);
      EXPECT_NE(failed.message.body.find(field(failed, "X-Amz-Cf-Id")), std::string::npos) << failed.message.body;
      EXPECT_FALSE(failed.message.find("Gust-Failure"));
    }
    EXPECT_EQ(net.head("/a").status, 502);
    net.world.run_for(seconds(1));
    for (const observe::AccessRecord& record : net.edge().access.records()) {
      EXPECT_EQ(record.detailed_result, "OriginConnectError");
    }
    net.revive_origin();
  }
}

}  // namespace
}  // namespace gust::proxy
