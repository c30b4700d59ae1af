// Whole nodes: requests that ask why, dry runs, Cache-Status.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "proxy/explain.h"
#include "proxy/node_world_internal.h"

namespace gust::proxy {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;

const std::string token = "the explain token";
const std::vector<TextField> for_a_minute{{"Cache-Control", "max-age=60"}};

json record_of(const Reply& reply) { return json::parse(field(reply, "Gust-Decision"), nullptr, false); }

std::vector<std::string> would_hit(const json& record) {
  return record.contains("would_hit") ? record["would_hit"].get<std::vector<std::string>>()
                                      : std::vector<std::string>();
}

json explain(NodeWorld& net, std::string_view target, std::vector<TextField> fields = {}) {
  fields.push_back({"Gust-Explain", token});
  return record_of(net.get(target, fields));
}

json explain_dry(NodeWorld& net, std::string_view target, std::vector<TextField> fields = {}) {
  fields.push_back({"Gust-Explain", token + "; dry"});
  const Reply reply = net.get(target, fields);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(field(reply, "Content-Type"), "application/json");
  return json::parse(reply.message.body, nullptr, false);
}

// --- Who may ask

TEST(ReadExplain, OnlyTheWholeTokenAsks) {
  EXPECT_EQ(read_viewer_explain("abc", "abc"), Explaining::live);
  EXPECT_EQ(read_viewer_explain(" abc ;dry", "abc"), Explaining::dry);
  EXPECT_EQ(read_viewer_explain("abc; wet", "abc"), Explaining::live);
  EXPECT_EQ(read_viewer_explain("ab", "abc"), Explaining::no);
  EXPECT_EQ(read_viewer_explain("abcd; dry", "abc"), Explaining::no);
  EXPECT_EQ(read_viewer_explain("", ""), Explaining::no);
  EXPECT_EQ(read_viewer_explain("; dry", ""), Explaining::no);
  EXPECT_EQ(read_viewer_explain("live", "abc"), Explaining::no);
  EXPECT_EQ(read_tier_explain("dry"), Explaining::dry);
  EXPECT_EQ(read_tier_explain("abc"), Explaining::no);
}

TEST(Explain, WithoutTheTokenNothingIsToldOrSentOn) {
  NodeWorld net({.has_regional = true});
  net.serve("/a", reply_text(200, {{"Cache-Control", "max-age=60"}, {"Gust-Decision", "{\"forged\":1}"}}, "body"));
  for (const char* wrong : {"", "wrong", "live", "dry", "wrong; dry"}) {
    const Reply reply = net.get("/a", {{"Gust-Explain", wrong}});
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.message.body, "body");
    EXPECT_FALSE(reply.message.find("Gust-Decision"));
    EXPECT_FALSE(reply.message.find("Cache-Status"));
  }
  for (const auto& asked : net.origin().requests()) EXPECT_FALSE(asked.find("Gust-Explain"));
}

TEST(Explain, TheTokenGoesNoFurtherThanTheEdge) {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors[0].cache.headers = listed({"gust-explain"});
  NodeWorld net({.has_regional = true, .distribution = distribution});
  net.serve("/a", reply_text(200, for_a_minute, "body"));
  const json record = explain(net, "/a");
  EXPECT_FALSE(record.dump().contains(token));
  ASSERT_EQ(net.origin().request_count(), 1U);
  EXPECT_FALSE(net.origin().requests().front().find("Gust-Explain"));
  // Who asks shares the key with who does not.
  EXPECT_EQ(cache_result(net.get("/a")), "Hit");
}

// --- What is told

TEST(Explain, AMissTellsConfigurationKeyTiersAndStoring) {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors[0].cache.name = "Mine";
  distribution.behaviors[0].cache.query = listed({"x"});
  NodeWorld net({.has_regional = true, .distribution = distribution});
  net.serve("/a?x=1", reply_text(200, for_a_minute, "body"));
  const json record = explain(net, "/a?x=1&y=2");
  EXPECT_EQ(record["version"], 1);
  EXPECT_EQ(record["node"], "EDG1");
  EXPECT_EQ(record["distribution"]["id"], "E1");
  EXPECT_EQ(record["cache_policy"]["name"], "Mine");
  EXPECT_EQ(record["behavior"]["path_pattern"], "*");
  EXPECT_THAT(record["key"]["parts"], Contains(json({{"from", "query"}, {"name", "x"}, {"value", "1"}})));
  EXPECT_EQ(record["key"]["parts"].size(), 3U);
  EXPECT_EQ(record["lookup"], "uri-miss");
  EXPECT_EQ(record["freshness"]["by"]["rule"], "TTL-1");
  EXPECT_EQ(record["storing"]["stored"], true);
  EXPECT_EQ(record["answer"]["result"], "Miss");
  EXPECT_EQ(record["asked"][0]["tier"], "regional");
  EXPECT_THAT(would_hit(record), Contains(HasSubstr("first request for this key at EDG1")));
  const json& upstream = record["upstream"];
  EXPECT_EQ(upstream["tier"], "regional");
  EXPECT_EQ(upstream["lookup"], "uri-miss");
  EXPECT_EQ(upstream["asked"][0]["name"], "o1");
  EXPECT_EQ(upstream["asked"][0]["status"], 200);
}

TEST(Explain, AHitTellsWhatIsLeftAndNeedsNoAdvice) {
  NodeWorld net;
  net.serve("/a", reply_text(200, for_a_minute, "body"));
  net.get("/a");
  net.world.run_for(seconds(10));
  const json record = explain(net, "/a");
  EXPECT_EQ(record["lookup"], "hit");
  EXPECT_EQ(record["answer"]["result"], "Hit");
  EXPECT_NEAR(record["freshness"]["left"].get<double>(), 50, 1);
  EXPECT_THAT(would_hit(record), IsEmpty());
  EXPECT_FALSE(record.contains("asked"));
}

TEST(Explain, Ttl2AnExpiredCopyTellsSinceWhenAndByWhichDefault) {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors[0].cache.default_ttl = seconds(10);
  distribution.behaviors[0].cache.name = "Ten";
  NodeWorld net({.distribution = distribution});
  net.serve("/a", reply_text(200, {{"ETag", "\"v\""}}, "body"));
  net.get("/a");
  net.world.run_for(seconds(22));
  const json record = explain(net, "/a");
  EXPECT_EQ(record["lookup"], "stale");
  EXPECT_THAT(would_hit(record), Contains(MatchesRegex("expired 1[12] s ago; TTL-2: it was fresh for 10 s, the default "
                                                       "TTL of cache policy Ten")));
}

TEST(Explain, Key3AnotherEntryOfThePathIsNamedByWhatDiffers) {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors[0].cache.query = all();
  distribution.behaviors[0].cache.name = "Mine";
  NodeWorld net({.distribution = distribution});
  for (const char* target : {"/a?utm_source=x", "/a?utm_source=y", "/b?x=1&y=2", "/b?y=2&x=1"}) {
    net.serve(target, reply_text(200, for_a_minute, "body"));
  }
  net.get("/a?utm_source=x");
  EXPECT_THAT(would_hit(explain(net, "/a?utm_source=y")),
              Contains("would hit if query parameter utm_source were not in the key (cache policy Mine)"));
  net.get("/b?x=1&y=2");
  EXPECT_THAT(would_hit(explain(net, "/b?y=2&x=1")), Contains(HasSubstr("KEY-6")));
}

TEST(Explain, Ttl9NamesThePolicyThatTurnsCachingOff) {
  config::Distribution distribution = plain_distribution();
  disable_caching(distribution.behaviors[0]);
  distribution.behaviors[0].cache.name = "CachingDisabled";
  NodeWorld net({.distribution = distribution});
  net.serve("/a", reply_text(200, for_a_minute, "body"));
  const json record = explain(net, "/a");
  EXPECT_EQ(record["lookup"], "bypass");
  EXPECT_THAT(would_hit(record), Contains(HasSubstr("TTL-9: caching is off in cache policy CachingDisabled")));
}

TEST(Explain, Inv12APurgedCopySaysSo) {
  NodeWorld net;
  net.serve("/a", reply_text(200, for_a_minute, "body"));
  net.get("/a");
  net.purge("/a");
  const json record = explain(net, "/a");
  EXPECT_EQ(record["lookup"], "purged");
  EXPECT_EQ(record["purge"]["epoch"], 1);
  EXPECT_THAT(would_hit(record), Contains(HasSubstr("invalidation")));
}

TEST(Explain, Ttl5WhatIsNotStoredSaysByWhichRule) {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors[0].cache.min_ttl = seconds(0);
  NodeWorld net({.distribution = distribution});
  net.serve("/a", reply_text(200, {{"Cache-Control", "private"}}, "body"));
  const json record = explain(net, "/a");
  EXPECT_EQ(record["storing"]["stored"], false);
  EXPECT_EQ(record["storing"]["by"]["rule"], "TTL-5");
  EXPECT_THAT(would_hit(record), Contains(HasSubstr("was not stored: TTL-5")));
}

TEST(Explain, Meth3ARefusalSaysWhatWouldAllowIt) {
  NodeWorld net;
  const Reply reply =
      net.ask("DELETE /a HTTP/1.1\r\nHost: d1.cdn.test\r\nGust-Explain: " + token + "\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(reply.status, 403);
  const json record = record_of(reply);
  EXPECT_EQ(record["answer"]["step"], "guard");
  EXPECT_EQ(record["answer"]["detailed_result"], "InvalidRequestMethod");
  EXPECT_THAT(would_hit(record), Contains(HasSubstr("METH-3: add DELETE to AllowedMethods")));
}

TEST(Explain, Dist1AnUnknownHostIsToldTheKnownOnes) {
  NodeWorld net;
  const Reply reply =
      net.ask("GET /a HTTP/1.1\r\nHost: other.test\r\nGust-Explain: " + token + "\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(reply.status, 403);
  EXPECT_THAT(record_of(reply)["known_hosts"], Contains("d1.cdn.test"));
}

TEST(Explain, ALongRequestHasAShortRecord) {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors[0].cache.query = all();
  NodeWorld net({.has_regional = true, .distribution = distribution});
  const std::string target = "/a?" + std::string(7000, 'x');
  net.serve(target, reply_text(200, for_a_minute, "body"));
  const Reply reply = net.get(target, {{"Gust-Explain", token}});
  EXPECT_EQ(reply.status, 200);
  const json record = record_of(reply);
  EXPECT_LE(field(reply, "Gust-Decision").size(), record_bytes_max);
  EXPECT_EQ(record["answer"]["status"], 200);
}

// --- Dry

TEST(ExplainDry, NothingIsAskedOrChanged) {
  NodeWorld net({.has_regional = true});
  net.serve("/a", reply_text(200, for_a_minute, "body"));
  for (int i = 0; i < 2; ++i) {
    const json record = explain_dry(net, "/a");
    EXPECT_EQ(record["dry"], true);
    EXPECT_EQ(record["lookup"], "uri-miss");
    EXPECT_EQ(record["upstream"]["lookup"], "uri-miss");
    EXPECT_EQ(record["upstream"]["dry"], true);
  }
  EXPECT_EQ(net.origin().request_count(), 0U);
  for (SimulatedNode* node : {&net.edge(), &net.regional()}) {
    const cache::Counters counters = node->node.cache().counters();
    EXPECT_EQ(counters.fills_begun + counters.misses + counters.hits + counters.entries, 0U);
  }
}

TEST(ExplainDry, ToldIsWhatEachTierHas) {
  NodeWorld net({.edges = 2, .has_regional = true});
  net.serve("/a", reply_text(200, for_a_minute, "body"));
  net.get("/a", {}, 1);
  const json at_regional = explain_dry(net, "/a");
  EXPECT_EQ(at_regional["lookup"], "uri-miss");
  EXPECT_EQ(at_regional["upstream"]["lookup"], "hit");
  EXPECT_EQ(at_regional["upstream"]["freshness"]["by"]["rule"], "TTL-1");
  net.get("/a");
  const json at_edge = explain_dry(net, "/a");
  EXPECT_EQ(at_edge["lookup"], "hit");
  EXPECT_EQ(at_edge["answer"]["status"], 200);
  EXPECT_EQ(net.origin().request_count(), 1U);
}

TEST(ExplainDry, AStaleCopyIsLeftAlone) {
  NodeWorld net;
  net.serve("/a", reply_text(200, {{"Cache-Control", "max-age=5, stale-while-revalidate=60"}, {"ETag", "\"v\""}}, "b"));
  net.get("/a");
  net.world.run_for(seconds(10));
  EXPECT_EQ(explain_dry(net, "/a")["lookup"], "stale");
  net.world.run_for(seconds(1));
  EXPECT_EQ(net.origin().request_count(), 1U);
}

TEST(ExplainDry, MethodsThatChangeThingsAreNotCarriedOut) {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors[0].allowed_methods = all_methods;
  NodeWorld net({.distribution = distribution});
  const Reply reply = net.ask("DELETE /a HTTP/1.1\r\nHost: d1.cdn.test\r\nGust-Explain: " + token +
                              "; dry\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(json::parse(reply.message.body)["lookup"], "method");
  EXPECT_EQ(net.origin().request_count(), 0U);
}

// --- Cache-Status

config::Distribution rfc9111_distribution() {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors[0].cache.profile = config::Profile::rfc9111;
  return distribution;
}

TEST(CacheStatusOfNodes, Rfc9211Section2EachTierAddsAMemberBehindTheOrigins) {
  NodeWorld net({.edges = 2, .has_regional = true, .distribution = rfc9111_distribution()});
  net.serve("/a", reply_text(200, {{"Cache-Control", "max-age=60"}, {"Cache-Status", "theirs; hit"}}, "body"));
  const std::string regional = net.regional().node.settings().name;
  EXPECT_THAT(field(net.get("/a"), "Cache-Status"),
              MatchesRegex("theirs; hit, \"" + regional +
                           "\"; fwd=uri-miss; fwd-status=200; stored; ttl=[56][0-9]; "
                           "detail=.*, \"EDG1\"; fwd=uri-miss; fwd-status=200; stored; ttl=[56][0-9]; detail=.*"));
  EXPECT_THAT(field(net.get("/a", {}, 1), "Cache-Status"),
              MatchesRegex("theirs; hit, \"" + regional + "\"; hit; ttl=.*, \"EDG2\"; fwd=uri-miss; .*"));
  EXPECT_THAT(field(net.get("/a"), "Cache-Status"), MatchesRegex(".*, \"EDG1\"; hit; ttl=[56][0-9]; detail=.*"));
}

TEST(CacheStatusOfNodes, Rfc9211TheCloudfrontProfileTellsItOnlyWhereAsked) {
  NodeWorld net({.has_regional = true});
  net.serve("/a", reply_text(200, for_a_minute, "body"));
  EXPECT_FALSE(net.get("/a").message.find("Cache-Status"));
  net.serve("/b", reply_text(200, for_a_minute, "body"));
  const std::string told = field(net.get("/b", {{"Gust-Explain", token}}), "Cache-Status");
  EXPECT_THAT(told, HasSubstr("; fwd=uri-miss; fwd-status=200; stored"));
  EXPECT_THAT(told, HasSubstr("\"EDG1\"; fwd=uri-miss"));
  EXPECT_THAT(told, HasSubstr("key=\"D2:E1P2:/b\""));
  // What one was told is not what the next gets.
  EXPECT_FALSE(net.get("/b").message.find("Cache-Status"));
  EXPECT_FALSE(net.get("/b").message.find("Gust-Cache-Status"));
}

}  // namespace
}  // namespace gust::proxy
