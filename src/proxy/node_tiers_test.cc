// Whole nodes: misses, hits, tiers, one fill for many, purges.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "proxy/ids.h"
#include "proxy/node_world_internal.h"

namespace gust::proxy {
namespace {

using testing::MatchesRegex;
using testing::UnorderedElementsAre;

const std::vector<TextField> for_a_minute{{"Cache-Control", "max-age=60"}};

// --- One edge

TEST(Node, Hdr6Hdr10AMissThenAHitWithAge) {
  NodeWorld net;
  net.serve("/a", reply_text(200, {{"Cache-Control", "max-age=60"}, {"Content-Type", "text/plain"}}, "body"));
  const Reply miss = net.get("/a");
  EXPECT_EQ(miss.status, 200);
  EXPECT_EQ(miss.message.body, "body");
  EXPECT_EQ(cache_result(miss), "Miss");
  EXPECT_FALSE(miss.message.find("Age"));
  net.world.run_for(seconds(5));
  const Reply hit = net.get("/a");
  EXPECT_EQ(hit.message.body, "body");
  EXPECT_EQ(cache_result(hit), "Hit");
  EXPECT_THAT(field(hit, "Age"), MatchesRegex("[56]"));
  EXPECT_EQ(field(hit, "Content-Type"), "text/plain");
  EXPECT_EQ(field(hit, "Cache-Control"), "max-age=60");  // TTL-6: unchanged for the browser
  EXPECT_EQ(net.origin().request_count(), 1U);
}

TEST(Node, Hdr10ASlowAnswerIsNoOlderForThat) {
  NodeWorld net;
  net.origin().add({.target = "/a", .wait = seconds(7), .reply = reply_text(200, for_a_minute, "body")});
  const Reply miss = net.get("/a");
  EXPECT_EQ(cache_result(miss), "Miss");
  EXPECT_FALSE(miss.message.find("Age"));
}

// An origin whose clock is behind makes what it sends look old.
TEST(Node, Hdr10AnOldDateBringsNoAgeToAMiss) {
  NodeWorld net;
  net.serve("/a",
            reply_text(200, {{"Cache-Control", "max-age=600"}, {"Date", "Wed, 31 Dec 2025 23:58:00 GMT"}}, "body"));
  EXPECT_FALSE(net.get("/a").message.find("Age"));
  EXPECT_THAT(field(net.get("/a"), "Age"), MatchesRegex("12[0-9]"));
}

TEST(Node, Hdr10TheAgeThatAnOriginTellsIsPassedOn) {
  NodeWorld net;
  net.serve("/a", reply_text(200, {{"Cache-Control", "max-age=600"}, {"Age", "100"}}, "body"));
  const Reply miss = net.get("/a");
  EXPECT_EQ(cache_result(miss), "Miss");
  EXPECT_EQ(field(miss, "Age"), "100");
  net.world.run_for(seconds(5));
  EXPECT_THAT(field(net.get("/a"), "Age"), MatchesRegex("10[56]"));
}

TEST(Node, Hdr12TheFieldsOfEachAnswerHaveTheirForms) {
  NodeWorld net;
  net.serve("/a", reply_text(200, {{"Cache-Control", "max-age=60"}, {"Via", "1.1 theirs"}}, "body"));
  std::set<std::string> ids;
  for (int i = 0; i < 2; ++i) {
    const Reply reply = net.get("/a");
    EXPECT_THAT(field(reply, "Via"), MatchesRegex("1.1 theirs, 1.1 [0-9a-f]*.cloudfront.net .CloudFront."));
    EXPECT_EQ(field(reply, "Via"), "1.1 theirs, 1.1 " + net.edge().node.via_name() + " (CloudFront)");
    EXPECT_EQ(field(reply, "X-Amz-Cf-Pop"), "EDG1");
    EXPECT_TRUE(is_request_id(field(reply, "X-Amz-Cf-Id")));
    EXPECT_EQ(field(reply, "Server"), "CloudFront");
    EXPECT_EQ(field(reply, "Connection"), "keep-alive");
    for (const char* name : {"X-Cache", "Via", "X-Amz-Cf-Pop", "X-Amz-Cf-Id", "Server", "Date", "Content-Length"}) {
      EXPECT_EQ(count_of(reply.message, name), 1U) << name;
    }
    std::vector<std::string> tail;
    for (const TextField& each : reply.message.fields) {
      if (each.name.starts_with("X-") || each.name == "Via" || each.name == "Age") tail.push_back(each.name);
    }
    std::vector<std::string> usual{"X-Cache", "Via", "X-Amz-Cf-Pop", "X-Amz-Cf-Id"};
    if (i == 1) usual.emplace_back("Age");
    EXPECT_EQ(tail, usual);
    ids.insert(field(reply, "X-Amz-Cf-Id"));
  }
  EXPECT_EQ(ids.size(), 2U);
  EXPECT_TRUE(ids.contains(std::string(*net.origin().requests().front().find("X-Amz-Cf-Id"))));  // HDR-9
}

TEST(Node, Log3OneRecordForEachRequest) {
  NodeWorld net;
  net.serve("/a", reply_text(200, {{"Cache-Control", "max-age=60"}, {"Content-Type", "image/png"}}, "body"));
  net.get("/a?q=1", {{"Referer", "http://r/"}, {"User-Agent", "u"}, {"X-Forwarded-For", "10.9.8.7"}});
  const Reply hit = net.get("/a");
  net.world.run_for(seconds(1));
  const auto& records = net.edge().access.records();
  ASSERT_EQ(records.size(), 2U);
  const observe::AccessRecord& first = records[0];
  EXPECT_EQ(first.distribution_id, "E1");
  EXPECT_EQ(first.distribution_domain, "d1.cdn.test");
  EXPECT_EQ(first.host_header, "d1.cdn.test");
  EXPECT_EQ(first.edge_location, "EDG1");
  EXPECT_EQ(first.method, "GET");
  EXPECT_EQ(first.path, "/a");
  EXPECT_EQ(first.query, "q=1");
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.referer, "http://r/");
  EXPECT_EQ(first.user_agent, "u");
  EXPECT_EQ(first.forwarded_for, "10.9.8.7");
  EXPECT_EQ(first.protocol, "http");
  EXPECT_EQ(first.protocol_version, "HTTP/1.1");
  EXPECT_EQ(first.content_type, "image/png");
  EXPECT_EQ(first.content_length, 4U);
  EXPECT_EQ(rt::address_text(first.client), "10.0.1.1");
  EXPECT_EQ(first.result, observe::ResultType::miss);
  EXPECT_EQ(first.response_result, observe::ResultType::miss);
  EXPECT_GT(first.time_taken, Duration::zero());
  EXPECT_GT(first.bytes_sent, 200U);
  EXPECT_GT(first.bytes_received, 80U);
  EXPECT_EQ(records[1].result, observe::ResultType::hit);
  EXPECT_EQ(records[1].request_id, field(hit, "X-Amz-Cf-Id"));
  EXPECT_EQ(net.edge().metric("gustfront_requests_total", {{"result", "Hit"}}), 1);
  EXPECT_EQ(net.edge().metric("gustfront_requests_total", {{"result", "Miss"}}), 1);
}

TEST(Node, Key1PathsAndDistributionsAreApartAndHostsAreNot) {
  config::Distribution distribution = plain_distribution();
  distribution.aliases = {"www.example.test"};
  NodeWorld net({.distribution = distribution});
  net.serve("/a", reply_text(200, for_a_minute, "a"));
  net.serve("/A", reply_text(200, for_a_minute, "A"));
  net.serve("/%61", reply_text(200, for_a_minute, "encoded"));
  EXPECT_EQ(net.get("/a").message.body, "a");
  EXPECT_EQ(net.get("/A").message.body, "A");
  EXPECT_EQ(net.get("/%61").message.body, "encoded");
  EXPECT_EQ(cache_result(net.get("/a?x=1")), "Hit") << "no query in the key";
  EXPECT_EQ(cache_result(net.ask(sim::get_text("/a", "WWW.example.TEST:80"))), "Hit");
  EXPECT_EQ(net.origin().request_count(), 3U);
}

TEST(Node, Url2TheDefaultRootObjectStandsForTheRootAlone) {
  config::Distribution distribution = plain_distribution();
  distribution.default_root_object = "index.html";
  distribution.origins.front().path = "/site";
  NodeWorld net({.has_regional = true, .distribution = distribution});
  net.serve("/site/index.html", reply_text(200, for_a_minute, "root"));
  net.serve("/site/sub/", reply_text(200, for_a_minute, "sub"));
  EXPECT_EQ(net.get("/").message.body, "root");
  EXPECT_EQ(cache_result(net.get("/index.html")), "Hit");  // URL-4
  EXPECT_EQ(net.get("/sub/").message.body, "sub");
}

// --- Tiers

TEST(Node, Tier1ASecondEdgeGetsAHitOfTheRegionalCache) {
  NodeWorld net({.edges = 2, .has_regional = true});
  net.serve("/a", reply_text(200, for_a_minute, "body"));
  EXPECT_EQ(cache_result(net.get("/a", {}, 0)), "Miss");
  net.world.run_for(seconds(5));
  const Reply second = net.get("/a", {}, 1);
  EXPECT_EQ(cache_result(second), "Hit");
  EXPECT_EQ(second.message.body, "body");
  EXPECT_THAT(field(second, "Age"), MatchesRegex("[56]"));
  net.world.run_for(seconds(5));
  EXPECT_THAT(field(net.get("/a", {}, 1), "Age"), MatchesRegex("1[01]"));
  EXPECT_EQ(net.origin().request_count(), 1U);
  net.world.run_for(seconds(50));
  EXPECT_EQ(cache_result(net.get("/a", {}, 1)), "Miss") << "what was old on arrival is not fresh for longer";
}

TEST(Node, Tier1TheOriginSeesOneRequestOfTheViewers) {
  NodeWorld net({.has_regional = true});
  net.serve("/a", reply_text(200, for_a_minute, "body"));
  const Reply reply = net.get("/a", {{"User-Agent", "u"}, {"Gust-Tier-Key", "guess"}, {"X-Custom", "c"}});
  const sim::MessageText& asked = net.origin().requests().front();
  EXPECT_EQ(asked.find("Host"), "origin.test");
  EXPECT_EQ(asked.find("User-Agent"), "Amazon CloudFront");
  EXPECT_EQ(asked.find("X-Forwarded-For"), "10.0.1.1");
  EXPECT_EQ(asked.find("CDN-Loop"), "gustfront");
  EXPECT_EQ(asked.find("X-Amz-Cf-Id"), field(reply, "X-Amz-Cf-Id"));
  EXPECT_FALSE(asked.find("X-Custom"));
  for (const TextField& each : asked.fields) EXPECT_FALSE(each.name.starts_with("Gust-")) << each.name;
  for (const TextField& each : reply.message.fields) EXPECT_FALSE(each.name.starts_with("Gust-")) << each.name;
  EXPECT_EQ(count_of(reply.message, "X-Cache"), 1U);
  EXPECT_EQ(net.regional().access.count_of(field(reply, "X-Amz-Cf-Id")), 1U);
}

TEST(Node, Tier1TheRegionalPortServesNobodyElse) {
  NodeWorld net({.has_regional = true});
  net.allow_complaints();
  sim::Viewer stranger(net.viewers(), net.regional().at);
  Reply reply;
  struct Ask {
    static rt::Task<void> with(sim::Viewer& viewer, std::string key, Reply& into) {
      into = co_await viewer.ask(sim::get_text("/a", "d1.cdn.test", {{"Gust-Tier-Key", std::move(key)}}));
      viewer.close();
    }
  };
  for (const char* key : {"", "guess", "the tiers' secre", "the tiers' secret "}) {
    if (std::string_view(key).ends_with(' ')) continue;  // surrounding space is no part of a value
    ASSERT_TRUE(net.world.run(net.viewers(), Ask::with(stranger, key, reply)));
    EXPECT_EQ(reply.status, 403) << key;
  }
  EXPECT_EQ(net.origin().request_count(), 0U);
}

TEST(Node, Orig1TheViewersSchemeReachesTheTierThatAsksTheOrigin) {
  config::Distribution distribution = plain_distribution();
  distribution.origins.front().protocol = config::Origin::Protocol::match_viewer;
  NodeWorld net({.has_regional = true, .distribution = distribution});
  net.allow_complaints();
  net.serve("/plain", reply_text(200, for_a_minute, "body"));
  struct Ask {
    static rt::Task<void> with(sim::Viewer& edge, std::string target, std::vector<TextField> fields, Reply& into) {
      fields.push_back({"Gust-Tier-Key", "the tiers' secret"});
      into = co_await edge.ask(sim::get_text(target, "d1.cdn.test", fields));
      edge.close();
    }
  };
  Reply reply;
  sim::Viewer edge(net.viewers(), net.regional().at);
  ASSERT_TRUE(net.world.run(net.viewers(), Ask::with(edge, "/plain", {}, reply)));
  EXPECT_EQ(reply.status, 200);
  // The origin has no port for TLS, and the node believes no authority.
  ASSERT_TRUE(net.world.run(net.viewers(), Ask::with(edge, "/secure", {{"Gust-Scheme", "https"}}, reply)));
  EXPECT_EQ(reply.status, 502);
  EXPECT_EQ(net.origin().request_count(), 1U);
}

// An origin is no tier of ours, whatever it says.
TEST(Node, Hdr6AnOriginCannotSayHit) {
  NodeWorld net;
  net.serve("/a",
            reply_text(200, {{"Gust-Result", "hit"}, {"Gust-Epoch", "0"}, {"X-Cache", "Hit from cloudfront"}}, "a"));
  net.purge("/b");
  const Reply reply = net.get("/a");
  EXPECT_EQ(cache_result(reply), "Miss");
  EXPECT_EQ(count_of(reply.message, "X-Cache"), 1U);
  EXPECT_EQ(cache_result(net.get("/a")), "Hit");
}

TEST(Node, Tier2WhatIsNotCachedGoesStraightToTheOrigin) {
  config::Distribution distribution = plain_distribution();
  disable_caching(distribution.behaviors.front());
  NodeWorld net({.has_regional = true, .distribution = distribution});
  net.serve("/a", reply_text(200, for_a_minute, "body"));
  EXPECT_EQ(cache_result(net.get("/a")), "Miss");
  EXPECT_EQ(cache_result(net.get("/a")), "Miss");
  EXPECT_EQ(net.origin().request_count(), 2U);
  EXPECT_TRUE(net.regional().access.records().empty());
}

TEST(Node, Tier1WithoutTheRegionalCacheTheEdgeAsksTheOriginItself) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    NodeWorld net({.seed = seed, .has_regional = true});
    net.serve("/a", reply_text(200, for_a_minute, "body"));
    net.serve("/b", reply_text(200, for_a_minute, "other"));
    ASSERT_TRUE(net.stop(net.regional()));
    EXPECT_EQ(net.get("/a").message.body, "body");
    EXPECT_EQ(cache_result(net.get("/a")), "Hit");
    EXPECT_EQ(net.get("/b").message.body, "other");
    EXPECT_EQ(net.origin().request_count(), 2U);
  }
}

TEST(Node, Tier1ARegionalCacheThatDiesUnderARequestIsNoFailureOfTheOrigin) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    NodeWorld net({.seed = seed, .has_regional = true});
    net.allow_complaints();
    net.origin().add(
        {.target = "/a", .is_repeated = true, .wait = seconds(2), .reply = reply_text(200, for_a_minute, "body")});
    Visit& visit = net.begin_get("/a");
    net.world.run_for(seconds(1));
    net.world.crash("regional");
    ASSERT_TRUE(net.run_until_over());
    EXPECT_EQ(visit.reply.status, 200) << seed;
    EXPECT_EQ(visit.reply.message.body, "body");
  }
}

// LIM-1, LIM-2, LIM-5: what is short enough for a viewer or an origin is so between the tiers, with what those add.
TEST(Node, Lim1Lim5HeadsAtTheLimitPassBothTiers) {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors.front().origin_request.headers = all();
  NodeWorld net({.has_regional = true, .distribution = distribution});
  std::vector<TextField> many;
  for (int i = 0; i < 98; ++i) many.push_back({"X-" + std::to_string(i), std::string(190, 'v')});
  const std::string path = "/" + std::string(500, 'p');
  std::vector<TextField> answer = many;
  answer.push_back({"Cache-Control", "max-age=60"});
  net.serve(path, reply_text(200, answer, "body"));
  const Reply reply = net.get(path, many);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(field(reply, "X-97"), many.back().value);
  EXPECT_EQ(net.regional().access.records().size(), 1U);
  EXPECT_EQ(net.get("/" + std::string(8191, 'p'), {{"X", "y"}}).status, 500) << "the origin's script knows it not";
  net.allow_complaints();
}

// --- One fill for many

TEST(Node, Coll1TwoHundredViewersAtTwoEdgesReachTheOriginOnce) {
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    NodeWorld net({.seed = seed, .edges = 2, .has_regional = true});
    const std::string body = std::string(50'000, 'x');
    net.origin().add(
        {.target = "/a", .wait = seconds(1), .reply = reply_text(200, for_a_minute, body), .pause = seconds(1)});
    std::vector<const Visit*> visits;
    for (std::size_t i = 0; i < 200; ++i) visits.push_back(&net.begin_get("/a", {}, i % 2));
    ASSERT_TRUE(net.run_until_over()) << net.world.report();
    std::size_t misses = 0;
    for (const Visit* visit : visits) {
      ASSERT_TRUE(!visit->reply.failure && visit->reply.message.body == body);
      misses += cache_result(visit->reply) == "Miss";
    }
    EXPECT_EQ(net.origin().request_count(), 1U) << seed;
    EXPECT_LE(misses, 2U);
    EXPECT_EQ(net.regional().access.records().size(), 2U);
    net.world.run_for(seconds(1));
    EXPECT_EQ(net.edge(0).access.records().size(), 100U);
    EXPECT_EQ(net.edge(1).access.records().size(), 100U);
  }
}

TEST(Node, Coll1AnExpiredObjectIsAskedForOnce) {
  NodeWorld net;
  net.origin().add(
      {.target = "/a", .reply = reply_text(200, {{"Cache-Control", "max-age=1"}, {"ETag", "\"1\""}}, "old")});
  net.get("/a");
  net.world.run_for(seconds(5));
  net.origin().add({.target = "/a", .wait = seconds(1), .reply = reply_text(200, for_a_minute, "new")});
  std::vector<const Visit*> visits;
  for (int i = 0; i < 20; ++i) visits.push_back(&net.begin_get("/a"));
  ASSERT_TRUE(net.run_until_over());
  for (const Visit* visit : visits) EXPECT_EQ(visit->reply.message.body, "new");
  EXPECT_EQ(net.origin().request_count(), 2U);
}

TEST(Node, Coll2NoCollapsingWhereCookiesAreForwarded) {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors.front().origin_request.cookies = all();
  NodeWorld net({.distribution = distribution});
  net.origin().add(
      {.target = "/a", .is_repeated = true, .wait = seconds(1), .reply = reply_text(200, for_a_minute, "body")});
  std::vector<const Visit*> visits;
  for (int i = 0; i < 5; ++i) visits.push_back(&net.begin_get("/a"));
  ASSERT_TRUE(net.run_until_over());
  for (const Visit* visit : visits) EXPECT_EQ(visit->reply.message.body, "body");
  EXPECT_EQ(net.origin().request_count(), 5U);
}

// private: those who waited are sent on, each with its own answer.
TEST(Node, Coll3WhatIsPrivateIsNotShared) {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors.front().cache.min_ttl = Duration::zero();
  NodeWorld net({.edges = 2, .has_regional = true, .distribution = distribution});
  for (const char* body : {"1", "2", "3", "4"}) {
    net.origin().add(
        {.target = "/a", .wait = seconds(1), .reply = reply_text(200, {{"Cache-Control", "private"}}, body)});
  }
  std::vector<const Visit*> visits;
  for (std::size_t i = 0; i < 4; ++i) visits.push_back(&net.begin_get("/a", {}, i % 2));
  ASSERT_TRUE(net.run_until_over());
  std::vector<std::string> bodies;
  for (const Visit* visit : visits) bodies.push_back(visit->reply.message.body);
  EXPECT_THAT(bodies, UnorderedElementsAre("1", "2", "3", "4"));
}

TEST(Node, Vary3NoTierServesVaryStarToAnother) {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors.front().cache.min_ttl = Duration::zero();
  NodeWorld net({.has_regional = true, .distribution = distribution});
  net.serve("/a", reply_text(200, {{"Cache-Control", "max-age=60"}, {"Vary", "*"}}, "body"));
  EXPECT_FALSE(net.get("/a").message.find("Vary"));  // VARY-2
  EXPECT_EQ(cache_result(net.get("/a")), "Miss");
  EXPECT_EQ(net.origin().request_count(), 2U);
}

TEST(Node, Vary2ViewersSeeWhatMattersAtEachTier) {
  NodeWorld net({.has_regional = true});
  net.serve("/a", reply_text(200, {{"Cache-Control", "max-age=60"}, {"Vary", "Origin, Accept-Encoding"}}, "body"));
  EXPECT_EQ(field(net.get("/a"), "Vary"), "Accept-Encoding");
  EXPECT_EQ(field(net.get("/a"), "Vary"), "Accept-Encoding");
}

// --- Purges

TEST(Node, Inv12AfterAPurgeTheNextGetIsAMiss) {
  NodeWorld net({.edges = 2, .has_regional = true});
  net.origin().add({.target = "/a", .reply = reply_text(200, for_a_minute, "old")});
  net.get("/a", {}, 0);
  net.get("/a", {}, 1);
  net.purge("/a");
  net.origin().add({.target = "/a", .reply = reply_text(200, for_a_minute, "new")});
  const Reply after = net.get("/a", {}, 0);
  EXPECT_EQ(cache_result(after), "Miss");
  EXPECT_EQ(after.message.body, "new");
  EXPECT_EQ(net.get("/a", {}, 1).message.body, "new");
  EXPECT_EQ(cache_result(net.get("/a", {}, 0)), "Hit");
}

TEST(Node, Inv3AWildcardReachesWhatBeginsSoAndNothingElse) {
  NodeWorld net({.has_regional = true});
  for (const char* path : {"/dir/a", "/dir", "/other"}) net.serve(path, reply_text(200, for_a_minute, path));
  for (const char* path : {"/dir/a", "/dir", "/other"}) net.get(path);
  net.purge("/dir/*");
  EXPECT_EQ(cache_result(net.get("/dir/a")), "Miss");
  EXPECT_EQ(cache_result(net.get("/dir")), "Hit");
  EXPECT_EQ(cache_result(net.get("/other")), "Hit");
  net.purge("/*");
  EXPECT_EQ(cache_result(net.get("/dir")), "Miss");
  EXPECT_EQ(cache_result(net.get("/other")), "Miss");
}

// DESIGN decision 7: a fill that began before a purge serves those who were there, and nobody after.
void purge_under_a_fill(bool has_regional) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    NodeWorld net({.seed = seed, .edges = 2, .has_regional = has_regional});
    const std::string old(100'000, 'o');
    net.origin().add({.target = "/a", .reply = reply_text(200, for_a_minute, old), .pause = seconds(2)});
    Visit& before = net.begin_get("/a");
    net.world.run_for(seconds(1));
    net.purge("/a");
    net.origin().add({.target = "/a", .reply = reply_text(200, for_a_minute, "new")});
    EXPECT_EQ(net.get("/a").message.body, "new") << "while the old one still streams";
    ASSERT_TRUE(net.run_until_over());
    EXPECT_EQ(before.reply.message.body, old);
    const Reply after = net.get("/a");
    EXPECT_EQ(after.message.body, "new");
    EXPECT_EQ(cache_result(after), "Hit");
    if (has_regional) EXPECT_EQ(net.get("/a", {}, 1).message.body, "new");
  }
}
TEST(Node, Inv12AFillThatBeganBeforeAPurgeIsNotServedAfterIt) { purge_under_a_fill(false); }
TEST(Node, Inv12AtBothTiers) { purge_under_a_fill(true); }

// The purge comes while the origin has not even answered: what it then says may be from before the change.
TEST(Node, Inv12AnAnswerThatWasAskedForBeforeAPurgeIsNotKept) {
  NodeWorld net({.edges = 2, .has_regional = true});
  net.origin().add({.target = "/a", .wait = seconds(2), .reply = reply_text(200, for_a_minute, "old")});
  Visit& before = net.begin_get("/a");
  net.world.run_for(seconds(1));
  net.purge("/a");
  ASSERT_TRUE(net.run_until_over());
  EXPECT_EQ(before.reply.message.body, "old");
  net.origin().add({.target = "/a", .reply = reply_text(200, for_a_minute, "new")});
  EXPECT_EQ(net.get("/a", {}, 1).message.body, "new");
  EXPECT_EQ(net.get("/a", {}, 0).message.body, "new");
}

// An edge has the purge, the regional cache not yet: what that answers is served and not kept.
TEST(Node, Inv12ATierThatLagsBehindCannotBringBackWhatWasPurged) {
  NodeWorld net({.has_regional = true});
  net.origin().add({.target = "/a", .reply = reply_text(200, for_a_minute, "old")});
  net.get("/a");
  net.purge_at(net.edge(), "/a", 7);
  EXPECT_EQ(net.get("/a").message.body, "old");
  net.purge_at(net.regional(), "/a", 7);
  net.origin().add({.target = "/a", .reply = reply_text(200, for_a_minute, "new")});
  const Reply after = net.get("/a");
  EXPECT_EQ(after.message.body, "new");
  EXPECT_EQ(cache_result(net.get("/a")), "Hit");
}

TEST(Node, Err7APurgeClearsACachedError) {
  NodeWorld net({.has_regional = true});
  net.origin().add({.target = "/a", .reply = reply_text(404, {}, "gone")});
  EXPECT_EQ(net.get("/a").status, 404);
  net.purge("/a");
  net.origin().add({.target = "/a", .reply = reply_text(200, for_a_minute, "back")});
  EXPECT_EQ(net.get("/a").message.body, "back");
}

TEST(Node, ANewSnapshotIsInForceForTheNextRequest) {
  NodeWorld net;
  net.serve("/a", reply_text(200, for_a_minute, "body"));
  net.serve("/v2/a", reply_text(200, for_a_minute, "second"));
  EXPECT_EQ(net.get("/a").message.body, "body");
  config::Distribution changed = plain_distribution();
  changed.origins.front().path = "/v2";
  net.install(changed);
  EXPECT_EQ(net.get("/a").message.body, "body");  // TTL-13
  net.purge("/a");
  EXPECT_EQ(net.get("/a").message.body, "second");
}

}  // namespace
}  // namespace gust::proxy
