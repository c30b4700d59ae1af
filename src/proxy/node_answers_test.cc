// Whole nodes: what becomes of conditions, ranges, HEAD, revalidation, stale copies and errors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proxy/node_world_internal.h"

namespace gust::proxy {
namespace {

using testing::MatchesRegex;

const std::vector<TextField> for_a_minute{{"Cache-Control", "max-age=60"}, {"ETag", "\"e\""}};

// --- HEAD, conditions and ranges of what is stored

TEST(Node, Head1AHeadIsAnsweredFromWhatAGetStored) {
  NodeWorld net;
  net.serve("/a", reply_text(200, for_a_minute, "body"));
  net.get("/a");
  const Reply head = net.head("/a");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(cache_result(head), "Hit");
  EXPECT_EQ(field(head, "Content-Length"), "4");
  EXPECT_EQ(field(head, "ETag"), "\"e\"");
  EXPECT_EQ(net.origin().request_count(), 1U);
}

TEST(Node, Head2AHeadMissIsAHeadAtTheOriginAndNoBodyForAGet) {
  NodeWorld net({.has_regional = true});
  net.origin().add({.method = "HEAD",
                    .target = "/a",
                    .reply = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nCache-Control: max-age=60\r\n\r\n"});
  net.origin().add({.target = "/a", .reply = reply_text(200, for_a_minute, "body")});
  const Reply head = net.head("/a");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(cache_result(head), "Miss");
  EXPECT_EQ(field(head, "Content-Length"), "4");
  const Reply get = net.get("/a");
  EXPECT_EQ(cache_result(get), "Miss");
  EXPECT_EQ(get.message.body, "body");
}

TEST(Node, Cond4AFreshObjectAnswersConditionsWithout304FromTheOrigin) {
  NodeWorld net;
  net.serve("/a", reply_text(200,
                             {{"Cache-Control", "max-age=60"},
                              {"ETag", "\"e\""},
                              {"Last-Modified", "Wed, 31 Dec 2025 00:00:00 GMT"},
                              {"Content-Type", "text/plain"},
                              {"X-Mine", "1"}},
                             "body"));
  net.get("/a");
  const Reply unchanged = net.get("/a", {{"If-None-Match", "W/\"e\""}});
  EXPECT_EQ(unchanged.status, 304);
  EXPECT_EQ(cache_result(unchanged), "Hit");
  EXPECT_EQ(field(unchanged, "ETag"), "\"e\"");
  EXPECT_EQ(field(unchanged, "Cache-Control"), "max-age=60");
  EXPECT_FALSE(unchanged.message.find("Content-Type"));
  EXPECT_FALSE(unchanged.message.find("Content-Length"));
  EXPECT_EQ(net.get("/a", {{"If-Modified-Since", "Wed, 31 Dec 2025 00:00:00 GMT"}}).status, 304);
  EXPECT_EQ(net.get("/a", {{"If-None-Match", "\"other\""}}).message.body, "body");
  EXPECT_EQ(net.get("/a", {{"If-Match", "\"other\""}}).status, 412);
  EXPECT_EQ(net.origin().request_count(), 1U);
}

TEST(Node, Cond4TheConditionsOfAMissStayHereAndAreAnsweredHere) {
  NodeWorld net({.has_regional = true});
  net.origin().add(
      {.target = "/a", .absent_fields = {"If-None-Match"}, .reply = reply_text(200, for_a_minute, "body")});
  EXPECT_EQ(net.get("/a", {{"If-None-Match", "\"e\""}}).status, 304);
  EXPECT_EQ(net.get("/a").message.body, "body");
}

TEST(Node, Cond3NoConditionsWhereCookiesAreForwarded) {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors.front().cache.cookies = listed({"a"});
  NodeWorld net({.distribution = distribution});
  net.serve("/a", reply_text(200, for_a_minute, "body"));
  net.get("/a");
  EXPECT_EQ(net.get("/a", {{"If-None-Match", "\"e\""}}).status, 200);
  const Reply part = net.get("/a", {{"Range", "bytes=1-2"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.message.body, "od");
}

TEST(Node, Range1PartsAreCutFromWhatIsStored) {
  NodeWorld net;
  net.serve("/a", reply_text(200, for_a_minute, "0123456789"));
  net.get("/a");
  const Reply part = net.get("/a", {{"Range", "bytes=2-4"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.message.body, "234");
  EXPECT_EQ(field(part, "Content-Range"), "bytes 2-4/10");
  EXPECT_EQ(field(part, "Content-Length"), "3");
  EXPECT_EQ(cache_result(part), "Hit");
  EXPECT_EQ(net.get("/a", {{"Range", "bytes=-2"}}).message.body, "89");
  EXPECT_EQ(net.get("/a", {{"Range", "bytes=8-99"}}).message.body, "89");
  const Reply beyond = net.get("/a", {{"Range", "bytes=10-"}});
  EXPECT_EQ(beyond.status, 416);
  EXPECT_EQ(field(beyond, "Content-Range"), "bytes */10");
  EXPECT_EQ(beyond.message.body, "");
  EXPECT_EQ(net.get("/a", {{"Range", "bytes=2-4"}, {"If-Range", "\"e\""}}).status, 206);
  EXPECT_EQ(net.get("/a", {{"Range", "bytes=2-4"}, {"If-Range", "\"old\""}}).message.body, "0123456789");
  EXPECT_EQ(net.get("/a", {{"Range", "rows=2-4"}}).status, 200);
  EXPECT_EQ(net.head("/a", {{"Range", "bytes=2-4"}}).status, 200);
  EXPECT_EQ(net.origin().request_count(), 1U);
  net.world.run_for(seconds(1));
  const observe::AccessRecord& record = net.edge().access.records()[1];
  EXPECT_EQ(record.range_start, 2U);
  EXPECT_EQ(record.range_end, 4U);
}

TEST(Node, Range5AscendingRangesAreSentAsParts) {
  NodeWorld net;
  net.serve("/a", reply_text(200, {{"Cache-Control", "max-age=60"}, {"Content-Type", "text/plain"}}, "0123456789"));
  net.get("/a");
  const Reply reply = net.get("/a", {{"Range", "bytes=0-1,4-5,-1"}});
  EXPECT_EQ(reply.status, 206);
  const std::string type = field(reply, "Content-Type");
  ASSERT_TRUE(type.starts_with("multipart/byteranges; boundary="));
  const std::string boundary = type.substr(type.find('=') + 1);
  const auto frame = [&](std::string_view range) {
    return fmt::format("--{}\r\nContent-Type: text/plain\r\nContent-Range: bytes {}/10\r\n\r\n", boundary, range);
  };
  EXPECT_EQ(reply.message.body,
            fmt::format("{}01\r\n{}45\r\n{}9\r\n--{}--\r\n", frame("0-1"), frame("4-5"), frame("9-9"), boundary));
  EXPECT_EQ(field(reply, "Content-Length"), std::to_string(reply.message.body.size()));
  EXPECT_EQ(field(reply, "Content-Range"), "");
  EXPECT_EQ(net.get("/a", {{"Range", "bytes=0-1,4-5"}, {"If-Range", "\"old\""}}).message.body, "0123456789");
  EXPECT_EQ(field(net.get("/a", {{"Range", "bytes=2-3,90-"}}), "Content-Range"), "bytes 2-3/10");
  net.world.run_for(seconds(1));
  EXPECT_EQ(net.edge().access.records()[1].range_start, std::nullopt);
}

TEST(Node, Range5DescendingOrOverlappingOrInvalidRangesGetTheWhole) {
  NodeWorld net;
  net.serve("/a", reply_text(200, for_a_minute, "0123456789"));
  net.get("/a");
  for (const char* several :
       {"bytes=4-5,0-1", "bytes=0-,0-,0-,0-", "bytes=0-4,4-5", "bytes=10-11,12-", "bytes=0-1,x"}) {
    const Reply whole = net.get("/a", {{"Range", several}});
    EXPECT_EQ(whole.status, 200) << several;
    EXPECT_EQ(whole.message.body, "0123456789") << several;
  }
}

TEST(Node, Range5PartsAreSentWhileTheBodyStillComes) {
  NodeWorld net;
  const std::string body(300'000, 'x');
  net.origin().add({.target = "/a", .reply = reply_text(200, for_a_minute, body), .pause = seconds(5)});
  Visit& first = net.begin_get("/a");
  net.world.run_for(seconds(1));
  Visit& second = net.begin_get("/a", {{"Range", "bytes=0-9,299990-"}});
  net.world.run_for(seconds(1));
  EXPECT_FALSE(second.is_over());
  ASSERT_TRUE(net.run_until_over());
  EXPECT_EQ(first.reply.message.body, body);
  EXPECT_EQ(second.reply.status, 206);
  EXPECT_EQ(std::ranges::count(second.reply.message.body, 'x'), 20);
  EXPECT_EQ(net.origin().request_count(), 1U);
}

TEST(Node, Range3APartOfAMissIsCutFromTheWholeThatIsStoredWhereSlicesAreOff) {
  NodeWorld net({.has_regional = true, .slice_bytes = 0});
  net.origin().add({.target = "/a", .absent_fields = {"Range"}, .reply = reply_text(200, for_a_minute, "0123456789")});
  const Reply part = net.get("/a", {{"Range", "bytes=2-4"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.message.body, "234");
  EXPECT_EQ(cache_result(part), "Miss");
  const Reply whole = net.get("/a");
  EXPECT_EQ(cache_result(whole), "Hit");
  EXPECT_EQ(whole.message.body, "0123456789");
}

// --- Revalidation

TEST(Node, Cond2A304RefreshesWhatIsStored) {
  NodeWorld net;
  net.origin().add({.target = "/a",
                    .reply = reply_text(200,
                                        {{"Cache-Control", "max-age=1"},
                                         {"ETag", "\"e\""},
                                         {"Last-Modified", "Wed, 31 Dec 2025 00:00:00 GMT"},
                                         {"Content-Type", "text/plain"},
                                         {"Server", "theirs"},
                                         {"X-Version", "1"}},
                                        "body")});
  net.get("/a");
  net.world.run_for(seconds(5));
  net.origin().add(
      {.target = "/a",
       .fields = {{"If-None-Match", "\"e\""}, {"If-Modified-Since", "Wed, 31 Dec 2025 00:00:00 GMT"}},
       .reply = reply_text(304, {{"Cache-Control", "max-age=60"}, {"ETag", "\"e\""}, {"X-Version", "2"}}, "")});
  const Reply refreshed = net.get("/a");
  EXPECT_EQ(refreshed.status, 200);
  EXPECT_EQ(cache_result(refreshed), "RefreshHit");
  EXPECT_EQ(refreshed.message.body, "body");
  EXPECT_EQ(field(refreshed, "Content-Length"), "4");
  EXPECT_EQ(field(refreshed, "Content-Type"), "text/plain");
  EXPECT_EQ(field(refreshed, "Server"), "theirs");
  EXPECT_EQ(field(refreshed, "X-Version"), "2");
  EXPECT_EQ(field(refreshed, "Age"), "0");
  net.world.run_for(seconds(30));
  const Reply hit = net.get("/a");
  EXPECT_EQ(cache_result(hit), "Hit");
  EXPECT_EQ(hit.message.body, "body");
  EXPECT_EQ(field(hit, "Cache-Control"), "max-age=60");
  EXPECT_THAT(field(hit, "Age"), MatchesRegex("3[01]"));
}

TEST(Node, Cond2A200TakesThePlaceOfWhatIsStored) {
  NodeWorld net;
  net.origin().add(
      {.target = "/a", .reply = reply_text(200, {{"Cache-Control", "max-age=1"}, {"ETag", "\"1\""}}, "old")});
  net.origin().add(
      {.target = "/a", .fields = {{"If-None-Match", "\"1\""}}, .reply = reply_text(200, for_a_minute, "new")});
  net.get("/a");
  net.world.run_for(seconds(5));
  const Reply replaced = net.get("/a");
  EXPECT_EQ(cache_result(replaced), "Miss");
  EXPECT_EQ(replaced.message.body, "new");
  EXPECT_EQ(cache_result(net.get("/a")), "Hit");
}

// The edge and the regional cache are stale together; one 304 refreshes both.
TEST(Node, Cond2A304GoesThroughTheTiers) {
  NodeWorld net({.edges = 2, .has_regional = true});
  net.origin().add(
      {.target = "/a", .reply = reply_text(200, {{"Cache-Control", "max-age=1"}, {"ETag", "\"e\""}}, "body")});
  net.get("/a");
  net.world.run_for(seconds(5));
  net.origin().add({.target = "/a",
                    .fields = {{"If-None-Match", "\"e\""}},
                    .reply = reply_text(304, {{"Cache-Control", "max-age=60"}, {"ETag", "\"e\""}}, "")});
  const Reply refreshed = net.get("/a");
  EXPECT_EQ(refreshed.status, 200);
  EXPECT_EQ(cache_result(refreshed), "RefreshHit");
  EXPECT_EQ(refreshed.message.body, "body");
  EXPECT_EQ(cache_result(net.get("/a")), "Hit");
  EXPECT_EQ(net.get("/a", {}, 1).message.body, "body");
  EXPECT_EQ(net.origin().request_count(), 2U);
}

TEST(Node, Cond1TheViewersOwnConditionsAreNotTakenForOurs) {
  NodeWorld net;
  net.origin().add(
      {.target = "/a", .reply = reply_text(200, {{"Cache-Control", "max-age=1"}, {"ETag", "\"1\""}}, "old")});
  net.get("/a");
  net.world.run_for(seconds(5));
  net.origin().add({.target = "/a", .fields = {{"If-None-Match", "\"1\""}}, .reply = reply_text(304, {}, "")});
  const Reply reply = net.get("/a", {{"If-None-Match", "\"2\""}});
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.message.body, "old");
}

TEST(Node, Coll3NoCacheIsStoredToBeConfirmedEachTime) {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors.front().cache.min_ttl = Duration::zero();
  NodeWorld net({.distribution = distribution});
  net.origin().add(
      {.target = "/a", .reply = reply_text(200, {{"Cache-Control", "no-cache"}, {"ETag", "\"e\""}}, "body")});
  net.origin().add({.target = "/a",
                    .fields = {{"If-None-Match", "\"e\""}},
                    .is_repeated = true,
                    .reply = reply_text(304, {{"Cache-Control", "no-cache"}, {"ETag", "\"e\""}}, "")});
  EXPECT_EQ(cache_result(net.get("/a")), "Miss");
  for (int i = 0; i < 2; ++i) {
    const Reply again = net.get("/a");
    EXPECT_EQ(cache_result(again), "RefreshHit");
    EXPECT_EQ(again.message.body, "body");
  }
  EXPECT_EQ(net.origin().request_count(), 3U);
}

// --- Stale copies

TEST(Node, Stale5AnOriginInTroubleIsLeftAloneForTenSeconds) {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors.front().cache.min_ttl = Duration::zero();
  NodeWorld net({.has_regional = true, .distribution = distribution});
  net.origin().add(
      {.target = "/a", .reply = reply_text(200, {{"Cache-Control", "max-age=1"}, {"ETag", "\"e\""}}, "old")});
  net.get("/a");
  net.world.run_for(seconds(5));
  net.origin().add({.target = "/a", .reply = reply_text(503, {}, "trouble")});
  for (int i = 0; i < 3; ++i) {
    const Reply stale = net.get("/a");
    EXPECT_EQ(stale.status, 200);
    EXPECT_EQ(stale.message.body, "old");
    EXPECT_EQ(cache_result(stale), "RefreshHit");  // STALE-7
    EXPECT_GE(std::stoi(field(stale, "Age")), 5);
  }
  EXPECT_EQ(net.origin().request_count(), 2U);
  net.world.run_for(seconds(11));
  net.origin().add({.target = "/a", .reply = reply_text(200, {{"ETag", "\"2\""}}, "new")});
  EXPECT_EQ(net.get("/a").message.body, "new");
  EXPECT_EQ(net.origin().request_count(), 3U);
}

TEST(Node, Stale5ADeadOriginTakesNothingAway) {
  NodeWorld net;
  net.origin().add(
      {.target = "/a", .reply = reply_text(200, {{"Cache-Control", "max-age=1"}, {"ETag", "\"e\""}}, "old")});
  net.get("/a");
  net.world.run_for(seconds(10));
  net.kill_origin();
  EXPECT_EQ(net.get("/a").message.body, "old");
  const Reply held = net.get("/a");
  EXPECT_EQ(held.status, 200);
  EXPECT_EQ(cache_result(held), "RefreshHit");
  EXPECT_EQ(net.head("/a").status, 200);
  net.world.run_for(seconds(11));
  EXPECT_EQ(net.head("/a").status, 200) << "also where the HEAD is the one to find out";
  net.world.run_for(seconds(1));
  net.revive_origin();
  net.origin().add({.target = "/a", .reply = reply_text(200, for_a_minute, "new")});
  net.world.run_for(seconds(11));
  EXPECT_EQ(net.get("/a").message.body, "old") << "finds out behind the viewer's back";
  net.world.run_for(seconds(1));
  EXPECT_EQ(net.get("/a").message.body, "new");
}

TEST(Node, Stale5AnOriginThatHangsIsWaitedForOnce) {
  config::Distribution distribution = plain_distribution();
  distribution.origins.front().read_timeout = seconds(3);
  distribution.origins.front().connection_attempts = 1;
  NodeWorld net({.distribution = distribution});
  net.allow_complaints();
  net.origin().add(
      {.target = "/a", .reply = reply_text(200, {{"Cache-Control", "max-age=1"}, {"ETag", "\"e\""}}, "old")});
  net.get("/a");
  net.world.run_for(seconds(5));
  net.origin().add({.target = "/a", .is_repeated = true, .then = sim::Answer::Then::stall});
  const Instant before = net.world.now();
  EXPECT_EQ(net.get("/a").message.body, "old");
  EXPECT_LT(net.world.now() - before, seconds(4));
  EXPECT_EQ(net.get("/a").message.body, "old");
  EXPECT_LT(net.world.now() - before, seconds(5));
}

TEST(Node, Stale5A4xxIsPassedOnInsteadOfTheStaleObject) {
  NodeWorld net;
  net.origin().add(
      {.target = "/a", .reply = reply_text(200, {{"Cache-Control", "max-age=1"}, {"ETag", "\"e\""}}, "old")});
  net.get("/a");
  net.world.run_for(seconds(5));
  net.origin().add({.target = "/a", .reply = reply_text(404, {}, "gone")});
  const Reply gone = net.get("/a");
  EXPECT_EQ(gone.status, 404);
  EXPECT_EQ(gone.message.body, "gone");
}

TEST(Node, Stale2StaleIfErrorZeroForbidsIt) {
  NodeWorld net;
  net.origin().add(
      {.target = "/a",
       .reply = reply_text(200, {{"Cache-Control", "max-age=1, stale-if-error=0"}, {"ETag", "\"e\""}}, "old")});
  net.get("/a");
  net.world.run_for(seconds(5));
  net.origin().add({.target = "/a", .reply = reply_text(500, {}, "trouble")});
  EXPECT_EQ(net.get("/a").status, 500);
}

// --- Errors of the origin

TEST(Node, Err1A404IsCachedForTenSeconds) {
  NodeWorld net;
  net.origin().add({.target = "/a", .reply = reply_text(404, {}, "not here")});
  for (int i = 0; i < 2; ++i) {
    const Reply missing = net.get("/a");
    EXPECT_EQ(missing.status, 404);
    EXPECT_EQ(missing.message.body, "not here");
    EXPECT_EQ(cache_result(missing), "Error");
  }
  net.world.run_for(seconds(11));
  net.origin().add({.target = "/a", .reply = reply_text(200, for_a_minute, "body")});
  EXPECT_EQ(net.get("/a").message.body, "body");
  net.world.run_for(seconds(1));
  EXPECT_EQ(net.edge().access.records()[0].result, observe::ResultType::error);
}

TEST(Node, Err2Err3OthersAreNotCachedByThemselves) {
  NodeWorld net;
  net.serve("/403", reply_text(403, {}, "no"));
  net.serve("/403-explicit", reply_text(403, {{"Cache-Control", "max-age=60"}}, "no"));
  net.serve("/401", reply_text(401, {{"Cache-Control", "max-age=60"}}, "no"));
  net.serve("/416", reply_text(416, {{"Cache-Control", "max-age=60"}}, "no"));
  for (const char* path : {"/403", "/403-explicit", "/401", "/416"}) {
    net.get(path);
    EXPECT_EQ(cache_result(net.get(path)), "Error") << path;
  }
  EXPECT_EQ(net.origin().request_count_of("/403"), 2U);
  EXPECT_EQ(net.origin().request_count_of("/403-explicit"), 1U);
  EXPECT_EQ(net.origin().request_count_of("/401"), 2U);
  EXPECT_EQ(net.origin().request_count_of("/416"), 2U);
}

TEST(Node, Err4TheErrorCachingMinimumIsTheDistributions) {
  config::Distribution distribution = plain_distribution();
  distribution.error_caching_min_ttl[404] = seconds(100);
  NodeWorld net({.distribution = distribution});
  net.serve("/a", reply_text(404, {}, "not here"));
  net.get("/a");
  net.world.run_for(seconds(90));
  net.get("/a");
  EXPECT_EQ(net.origin().request_count(), 1U);
  net.world.run_for(seconds(20));
  net.get("/a");
  EXPECT_EQ(net.origin().request_count(), 2U);
}

TEST(Node, Err6ADeadOriginIs502AndLeftAlone) {
  for (const bool has_regional : {false, true}) {
    NodeWorld net({.has_regional = has_regional});
    net.kill_origin();
    const Reply first = net.get("/a");
    EXPECT_EQ(first.status, 502);
    EXPECT_EQ(cache_result(first), "Error");
    EXPECT_EQ(field(first, "Content-Type"), "text/html; charset=utf-8");
    net.revive_origin();
    EXPECT_EQ(net.get("/a").status, 502) << "ten seconds are not over";
    EXPECT_EQ(net.origin().request_count(), 0U);
    net.world.run_for(seconds(25));
    net.origin().add({.target = "/a", .reply = reply_text(200, for_a_minute, "body")});
    EXPECT_EQ(net.get("/a").message.body, "body");
    net.world.run_for(seconds(1));
    if (!has_regional) EXPECT_EQ(net.edge().access.records()[0].detailed_result, "OriginConnectError");
  }
}

TEST(Node, Err6AnOriginThatSaysNothingIs504) {
  config::Distribution distribution = plain_distribution();
  distribution.origins.front().read_timeout = seconds(2);
  NodeWorld net({.distribution = distribution});
  net.origin().add({.target = "/a", .is_repeated = true, .then = sim::Answer::Then::stall});
  const Instant before = net.world.now();
  EXPECT_EQ(net.get("/a").status, 504);
  EXPECT_GE(net.world.now() - before, seconds(6));  // ORIG-6: GET is tried three times
  EXPECT_LT(net.world.now() - before, seconds(8));
  EXPECT_EQ(net.get("/a").status, 504);
  EXPECT_LT(net.world.now() - before, seconds(9));
  EXPECT_EQ(net.origin().request_count(), 3U);
}

TEST(Node, Err6AnOriginThatCannotBeReachedIs504) {
  NodeWorld net;
  net.world.isolate("origin");
  EXPECT_EQ(net.get("/a").status, 504);
  net.world.heal_all();
}

TEST(Node, T502AnOriginWithoutAnAddressIs502) {
  config::Distribution distribution = plain_distribution();
  distribution.origins.front().domain_name = "nobody.test";
  NodeWorld net({.distribution = distribution});
  EXPECT_EQ(net.get("/a").status, 502);
  net.world.run_for(seconds(1));
  EXPECT_EQ(net.edge().access.records()[0].detailed_result, "OriginDnsError");
}

TEST(Node, SecurityAnswersThatCanBeReadTwoWaysAre502AndNotStored) {
  NodeWorld net;
  for (const char* reply : {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                            "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                            "HTTP/1.1 200 OK\r\nX-A : b\r\nContent-Length: 0\r\n\r\n", "nonsense\r\n\r\n"}) {
    net.origin().add({.target = "/a", .reply = reply, .then = sim::Answer::Then::close});
    const Reply refused = net.get("/a");
    EXPECT_EQ(refused.status, 502) << reply;
    EXPECT_EQ(refused.message.body.find("nonsense"), std::string::npos);
    net.world.run_for(seconds(11));
  }
}

// Many wait; the one who asks gets no answer. All hear the same, and nobody asks again at once.
TEST(Node, Coll1AllWhoWaitHearOfTheFailure) {
  NodeWorld net;
  net.origin().add({.target = "/a", .is_repeated = true, .wait = seconds(1), .then = sim::Answer::Then::reset});
  std::vector<const Visit*> visits;
  for (int i = 0; i < 20; ++i) visits.push_back(&net.begin_get("/a"));
  ASSERT_TRUE(net.run_until_over());
  for (const Visit* visit : visits) EXPECT_EQ(visit->reply.status, 502);
  EXPECT_EQ(net.origin().request_count(), 1U);
}

TEST(Node, Ttl13AChangedPolicyDoesNotDropWhatIsStored) {
  NodeWorld net;
  net.origin().add({.target = "/a", .reply = reply_text(200, {{"Cache-Control", "max-age=60"}}, "stored")});
  EXPECT_EQ(cache_result(net.get("/a")), "Miss");
  config::Distribution distribution = plain_distribution();
  distribution.behaviors.front().cache.max_ttl = distribution.behaviors.front().cache.default_ttl = seconds(5);
  net.install(distribution);
  net.world.run_for(seconds(30));
  EXPECT_EQ(cache_result(net.get("/a")), "Hit") << "it lives out its TTL";
}

}  // namespace
}  // namespace gust::proxy
