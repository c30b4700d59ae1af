// Whole nodes: origin groups. A request that fails at the first member goes on to the second.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "proxy/node_world_internal.h"

namespace gust::proxy {
namespace {

using Then = sim::Answer::Then;

const std::vector<TextField> for_a_second{{"Cache-Control", "max-age=1"}, {"ETag", "\"1\""}};
const std::vector<TextField> for_a_minute{{"Cache-Control", "max-age=60"}, {"ETag", "\"1\""}};
const std::string trouble = reply_text(500, {}, "trouble");

config::Distribution with_group(std::vector<std::uint16_t> statuses) {
  config::Distribution distribution = plain_distribution();
  distribution.origins.front().connection_attempts = 1;
  distribution.origins.front().read_timeout = seconds(3);
  config::Origin second = distribution.origins.front();
  second.id = "o2";
  second.domain_name = "second.test";
  distribution.origins.push_back(second);
  distribution.behaviors.front().failover = config::Failover{"g1", 1, std::move(statuses)};
  return distribution;
}

// A world with a second origin.
class Group {
 public:
  explicit Group(NodeWorldOptions options) : net(std::move(options)) {
    rt::Loop& loop = net.world.add_host("second", "10.0.2.1");
    net.world.set_name("second.test", {"10.0.2.1"});
    second.emplace(loop, *rt::read_address("10.0.2.1", 80));
  }
  Group(std::initializer_list<std::uint16_t> statuses, bool has_regional = false)
      : Group(NodeWorldOptions{.has_regional = has_regional, .distribution = with_group(statuses)}) {}
  ~Group() {
    EXPECT_EQ(second->complaints(), std::vector<std::string>{});
    kill_second();
  }
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  sim::Origin& first() { return net.origin(); }
  void kill_second() {
    second->stop();
    net.world.run_until([&] { return second->has_ended(); });
  }

  NodeWorld net;
  std::optional<sim::Origin> second;
};

// --- What leads to the second member

TEST(OriginGroup, Fail1EveryRequestStartsAtTheFirstMemberAndTheSecondsAnswerIsStored) {
  for (const bool has_regional : {false, true}) {
    Group group({500}, has_regional);
    for (const char* target : {"/a", "/b"}) {
      group.first().add({.target = target, .reply = trouble});
      group.second->add({.target = target, .reply = reply_text(200, for_a_minute, "second")});
      EXPECT_EQ(group.net.get(target).message.body, "second");
      EXPECT_EQ(cache_result(group.net.get(target)), "Hit");
    }
    EXPECT_EQ(group.first().request_count(), 2U);
    SimulatedNode& asking = has_regional ? group.net.regional() : group.net.edge();
    EXPECT_EQ(asking.metric("gustfront_origin_failovers_total"), 2);
    EXPECT_EQ(field(group.net.get("/a"), "Gust-Origin-Member"), "");
  }
}

TEST(OriginGroup, Fail1WhileTheFirstMemberIsWellTheSecondIsNotAsked) {
  Group group({404, 500, 503, 504});
  group.first().add({.target = "/a", .reply = reply_text(200, for_a_minute, "first")});
  EXPECT_EQ(group.net.get("/a").message.body, "first");
  EXPECT_EQ(group.second->request_count(), 0U);
}

TEST(OriginGroup, Fail2AStatusThatIsNotListedGoesToTheViewer) {
  Group group({500});
  group.first().add({.target = "/a", .reply = reply_text(404, {}, "no such page")});
  EXPECT_EQ(group.net.get("/a").message.body, "no such page");
  EXPECT_EQ(group.second->request_count(), 0U);
}

TEST(OriginGroup, Fail2A404ThatIsListedCostsNoConnection) {
  Group group({404});
  for (const char* target : {"/a", "/b"}) {
    group.first().add({.target = target, .reply = reply_text(404, {}, "no such page")});
    group.second->add({.target = target, .reply = reply_text(200, for_a_minute, "second")});
    EXPECT_EQ(group.net.get(target).message.body, "second");
  }
  EXPECT_EQ(group.first().connection_count(), 1U);
}

TEST(OriginGroup, Fail3AConnectionThatFailsLeadsOnWhere503IsListed) {
  Group group({503});
  group.net.kill_origin();
  group.second->add({.target = "/a", .reply = reply_text(200, for_a_minute, "second")});
  EXPECT_EQ(group.net.get("/a").message.body, "second");

  Group without({500, 502, 504});
  without.net.kill_origin();
  EXPECT_EQ(without.net.get("/a").status, 502);
  EXPECT_EQ(without.second->request_count(), 0U);
}

TEST(OriginGroup, Fail3ATimeoutLeadsOnWhere504IsListedOnceTheFirstMembersAttemptsAreOver) {
  config::Distribution distribution = with_group({504});
  distribution.origins.front().connection_attempts = 2;
  Group group(NodeWorldOptions{.distribution = distribution});
  group.first().add({.is_repeated = true, .then = Then::stall});
  group.second->add({.target = "/a", .reply = reply_text(200, for_a_minute, "second")});
  const Instant before = group.net.world.now();
  EXPECT_EQ(group.net.get("/a").message.body, "second");
  EXPECT_GE(group.net.world.now() - before, seconds(6));
  EXPECT_EQ(group.first().request_count(), 2U);

  Group without({500, 502, 503});
  without.first().add({.is_repeated = true, .then = Then::stall});
  EXPECT_EQ(without.net.get("/a").status, 504);
  EXPECT_EQ(without.second->request_count(), 0U);
}

TEST(OriginGroup, Fail4OptionsFailsOverOnlyWhereItIsCached) {
  for (const bool is_cached : {false, true}) {
    config::Distribution distribution = with_group({500});
    config::Behavior& behavior = distribution.behaviors.front();
    behavior.allowed_methods |= config::method_options;
    if (is_cached) behavior.cached_methods |= config::method_options;
    Group group(NodeWorldOptions{.distribution = distribution});
    group.first().add({.method = "OPTIONS", .target = "/a", .reply = trouble});
    if (is_cached) group.second->add({.method = "OPTIONS", .target = "/a", .reply = reply_text(200, {}, "second")});
    const Reply reply = group.net.ask("OPTIONS /a HTTP/1.1\r\nHost: d1.cdn.test\r\n\r\n");
    EXPECT_EQ(reply.status, is_cached ? 200 : 500);
  }
}

TEST(OriginGroup, Fail4HeadFailsOver) {
  Group group({500});
  group.first().add({.method = "HEAD", .target = "/a", .reply = "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"});
  group.second->add({.method = "HEAD", .target = "/a", .reply = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"});
  const Reply reply = group.net.head("/a");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(field(reply, "Content-Length"), "9");
}

// --- Both in trouble

TEST(OriginGroup, Fail5TheSecondsFailureIsTheAnswerAndIsKeptLikeALoneOrigins) {
  for (const bool has_regional : {false, true}) {
    Group group({500}, has_regional);
    group.first().add({.target = "/a", .reply = trouble});
    group.second->add({.target = "/a", .reply = reply_text(500, {}, "both")});
    EXPECT_EQ(group.net.get("/a").message.body, "both");
    EXPECT_EQ(group.net.get("/a").message.body, "both") << "ERR-4: for ten seconds";
    EXPECT_EQ(group.first().request_count(), 1U);
  }
}

TEST(OriginGroup, Fail5APageStandsInForTheSecondsFailure) {
  config::Distribution distribution = with_group({500});
  distribution.error_pages[404] = {"/sorry", 200};
  Group group(NodeWorldOptions{.distribution = distribution});
  group.first().add({.target = "/a", .reply = trouble});
  group.second->add({.target = "/a", .reply = reply_text(404, {}, "neither here")});
  group.first().add({.target = "/sorry", .reply = trouble});
  group.second->add({.target = "/sorry", .reply = reply_text(200, for_a_minute, "sorry")});
  const Reply reply = group.net.get("/a");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.message.body, "sorry");
}

TEST(OriginGroup, Fail8TheSecondIsAskedBeforeTheStaleCopyIsServed) {
  for (const bool has_regional : {false, true}) {
    Group group({500}, has_regional);
    group.first().add({.target = "/a", .reply = reply_text(200, for_a_second, "old")});
    group.net.get("/a");
    group.net.world.run_for(seconds(3));
    group.first().add({.target = "/a", .is_repeated = true, .reply = trouble});
    group.second->add({.target = "/a", .reply = reply_text(200, for_a_second, "second")});
    EXPECT_EQ(group.net.get("/a").message.body, "second");
    group.net.world.run_for(seconds(3));
    group.second->add({.target = "/a", .reply = trouble});
    const Reply stale = group.net.get("/a");
    EXPECT_EQ(stale.message.body, "second");
    EXPECT_EQ(cache_result(stale), "RefreshHit");
  }
}

// --- Validators belong to one member

TEST(OriginGroup, Cond1TheFirstsValidatorsAreNotSentToTheSecond) {
  for (const bool has_regional : {false, true}) {
    Group group({500}, has_regional);
    group.first().add({.target = "/a", .reply = reply_text(200, for_a_second, "old")});
    group.net.get("/a");
    group.net.world.run_for(seconds(3));
    group.first().add({.target = "/a", .present_fields = {"If-None-Match"}, .reply = trouble});
    group.second->add({.target = "/a",
                       .absent_fields = {"If-None-Match", "If-Modified-Since"},
                       .reply = reply_text(200, for_a_minute, "the same tag, another text")});
    EXPECT_EQ(group.net.get("/a").message.body, "the same tag, another text");
  }
}

TEST(OriginGroup, Cond1TheSecondsCopyIsConfirmedByTheSecondAlone) {
  for (const bool has_regional : {false, true}) {
    Group group({500}, has_regional);
    group.first().add({.target = "/a", .reply = trouble});
    group.second->add({.target = "/a", .reply = reply_text(200, for_a_second, "second")});
    group.net.get("/a");
    group.net.world.run_for(seconds(3));
    group.first().add({.target = "/a", .absent_fields = {"If-None-Match"}, .reply = trouble});
    group.second->add({.target = "/a",
                       .present_fields = {"If-None-Match"},
                       .reply = "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\nCache-Control: max-age=1\r\n\r\n"});
    const Reply confirmed = group.net.get("/a");
    EXPECT_EQ(confirmed.message.body, "second");
    EXPECT_EQ(cache_result(confirmed), "RefreshHit");
    group.net.world.run_for(seconds(3));
    group.first().add({.target = "/a",
                       .absent_fields = {"If-None-Match", "If-Modified-Since"},
                       .reply = reply_text(200, for_a_minute, "first again")});
    EXPECT_EQ(group.net.get("/a").message.body, "first again");
  }
}

TEST(OriginGroup, Cond1A304ThatTheSecondWasNotAskedForIsNoAnswer) {
  Group group({500});
  group.first().add(
      {.target = "/a", .reply = reply_text(200, {{"Cache-Control", "max-age=1, stale-if-error=0"}}, "old")});
  group.net.get("/a");
  group.net.world.run_for(seconds(3));
  group.first().add({.target = "/a", .reply = trouble});
  group.second->add({.target = "/a", .reply = "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n"});
  EXPECT_EQ(group.net.get("/a").status, 502);
}

// --- Known trouble

TEST(OriginGroup, Stale8OfAFirstMemberThatIsKnownToBeDownNobodyWaits) {
  Group group({503, 504});
  group.first().add({.is_repeated = true, .then = Then::stall});
  group.second->add({.is_repeated = true, .reply = reply_text(200, for_a_minute, "second")});
  for (int i = 0; i < 6; ++i) {
    const Instant before = group.net.world.now();
    EXPECT_EQ(group.net.get(fmt::format("/{}", i)).message.body, "second");
    const Duration took = group.net.world.now() - before;
    if (i < 3) EXPECT_GE(took, seconds(3)) << i;
    if (i == 3) EXPECT_LT(took, milliseconds(300)) << i;
  }
}

TEST(OriginGroup, Stale8WhereBothAreDownTheStaleCopyIsServedAtOnce) {
  Group group({503, 504});
  group.first().add({.target = "/a", .reply = reply_text(200, for_a_second, "old")});
  group.net.get("/a");
  group.net.kill_origin();
  group.kill_second();
  for (int i = 0; i < 4; ++i) EXPECT_EQ(group.net.get(fmt::format("/none/{}", i)).status, 504);
  const Reply stale = group.net.get("/a");
  EXPECT_EQ(stale.message.body, "old");
  EXPECT_EQ(cache_result(stale), "RefreshHit");
}

// --- With the rest

TEST(OriginGroup, Coll1ThoseWhoWaitShareTheSecondsAnswer) {
  Group group({500});
  group.first().add({.target = "/a", .wait = seconds(1), .reply = trouble});
  group.second->add({.target = "/a", .wait = seconds(1), .reply = reply_text(200, for_a_minute, "second")});
  std::vector<const Visit*> visits;
  for (int i = 0; i < 5; ++i) visits.push_back(&group.net.begin_get("/a"));
  ASSERT_TRUE(group.net.run_until_over());
  for (const Visit* visit : visits) EXPECT_EQ(visit->reply.message.body, "second");
}

std::string slice_of(std::string_view whole, std::size_t first, std::size_t bytes) {
  const std::string range = fmt::format("bytes {}-{}/{}", first, first + bytes - 1, whole.size());
  return reply_text(206, {{"Content-Range", range}, {"ETag", "\"1\""}, {"Cache-Control", "max-age=60"}},
                    whole.substr(first, bytes));
}

// The second slice comes from the other member: the same tag is no sign that they go together.
TEST(OriginGroup, SlicesOfTwoMembersAreNotPutTogether) {
  const std::string first_text(2000, 'a');
  const std::string second_text(2000, 'b');
  NodeWorldOptions options{.distribution = with_group({500}), .slice_bytes = 1000};
  Group group(std::move(options));
  group.first().add({.target = "/a", .fields = {{"Range", "bytes=0-999"}}, .reply = slice_of(first_text, 0, 1000)});
  EXPECT_EQ(group.net.get("/a", {{"Range", "bytes=0-99"}}).message.body, std::string(100, 'a'));
  group.first().add({.target = "/a", .is_repeated = true, .reply = trouble});
  group.second->add({.target = "/a",
                     .fields = {{"Range", "bytes=1000-1999"}},
                     .is_repeated = true,
                     .reply = slice_of(second_text, 1000, 1000)});
  group.second->add({.target = "/a",
                     .fields = {{"Range", "bytes=0-999"}},
                     .is_repeated = true,
                     .reply = slice_of(second_text, 0, 1000)});
  // What is out cannot be taken back: broken off. The next answer is all of the one member.
  const Reply broken = group.net.get("/a", {{"Range", "bytes=900-1099"}});
  EXPECT_EQ(broken.message.body, std::string(100, 'a'));
  EXPECT_EQ(group.net.get("/a", {{"Range", "bytes=900-1099"}}).message.body, std::string(200, 'b'));
}

TEST(OriginGroup, TheDecisionRecordTellsWhoAnswered) {
  Group group({500});
  group.first().add({.target = "/a", .reply = trouble});
  group.second->add({.target = "/a", .reply = reply_text(200, for_a_minute, "second")});
  const Reply reply = group.net.get("/a", {{"Gust-Explain", "the explain token"}});
  const std::string record = field(reply, "Gust-Decision");
  EXPECT_NE(record.find(R"("origin":"o1","origin_group":"g1","second_origin":"o2")"), std::string::npos) << record;
  EXPECT_NE(record.find(R"("name":"o1","outcome":"fetched","status":500)"), std::string::npos) << record;
  EXPECT_NE(record.find(R"("name":"o2","outcome":"fetched","status":200)"), std::string::npos) << record;
  EXPECT_NE(record.find("FAIL-2"), std::string::npos) << record;
}

}  // namespace
}  // namespace gust::proxy
