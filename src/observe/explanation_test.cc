#include "observe/explanation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "observe/rule_sentences.h"

namespace gust::observe {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

Decision a_miss() {
  Decision decision;
  decision.request_id = "id==";
  decision.node = "BOM50";
  decision.lookup = Lookup::uri_miss;
  decision.ttl = seconds(60);
  decision.age = milliseconds(1500);
  decision.ttl_rule = "TTL-3";
  decision.tiers.add({.tier = "origin",
                      .name = "pics",
                      .outcome = "fetched",
                      .detail = "",
                      .status = 200,
                      .attempts = 2,
                      .connection_reused = false,
                      .connect = milliseconds(3),
                      .first_byte = milliseconds(8)});
  decision.stored = true;
  decision.stored_reason = "TTL-3";
  decision.purge_epoch = 7;
  decision.status = 200;
  decision.step = "fetch";
  decision.note("URL-2");
  return decision;
}

// Names and nesting are what docs/guide/explain.md promises for version 1.
TEST(Explanation, TheFormOfVersion1) {
  const Decision decision = a_miss();
  Explanation explained(decision);
  explained.tier = "edge";
  explained.method = "GET";
  explained.host = "d1.example";
  explained.path = "/a \"b\".jpg";
  explained.query = "w=1";
  explained.distribution_id = "E1";
  explained.distribution_domain = "d1.example";
  explained.behavior = "*.jpg";
  explained.behavior_index = 2;
  explained.profile = "cloudfront";
  explained.cache_policy = {"p1", "Mine"};
  explained.min_ttl = seconds(0);
  explained.default_ttl = seconds(10);
  explained.max_ttl = seconds(100);
  explained.origin = "pics";
  explained.key_hash = 0xABC;
  explained.key_parts.add({.from = "path", .name = "", .value = "/a \"b\".jpg"});
  explained.key_parts.add({.from = "query", .name = "w", .value = "1"});
  explained.upstream = R"({"version":1})";
  explained.would_hit.add("ask again");
  EXPECT_EQ(
      json_of(explained),
      R"({"version":1,"node":"BOM50","tier":"edge","dry":false,)"
      R"("request":{"id":"id==","method":"GET","host":"d1.example","path":"/a \"b\".jpg","query":"w=1"},)"
      R"("distribution":{"id":"E1","domain_name":"d1.example"},)"
      R"("behavior":{"path_pattern":"*.jpg","index":2,"profile":"cloudfront","origin":"pics"},)"
      R"("cache_policy":{"id":"p1","name":"Mine"},"ttl_bounds":{"min":0.000,"default":10.000,"max":100.000},)"
      R"("key":{"hash":"0000000000000abc","parts":[{"from":"path","value":"/a \"b\".jpg"},)"
      R"({"from":"query","name":"w","value":"1"}]},"lookup":"uri-miss","collapsed":false,)"
      R"("freshness":{"lifetime":60.000,"age":1.500,"left":58.500,"by":{"rule":"TTL-3",)"
      R"("says":"the origin's Cache-Control has s-maxage, held between minimum and maximum TTL"}},)"
      R"("storing":{"stored":true,"by":{"rule":"TTL-3",)"
      R"("says":"the origin's Cache-Control has s-maxage, held between minimum and maximum TTL"}},)"
      R"("purge":{"epoch":7},)"
      R"("asked":[{"tier":"origin","name":"pics","outcome":"fetched","status":200,"attempts":2,)"
      R"("connection_reused":false,"connect":0.003,"first_byte":0.008}],"upstream":{"version":1},)"
      R"("answer":{"status":200,"result":"Miss","detailed_result":"Miss","step":"fetch"},)"
      R"("rules":[{"rule":"URL-2","says":"the default root object takes the place of /"}],"would_hit":["ask again"]})");
}

TEST(Explanation, HostileBytesStayInsideTheirJsonStringAndInAscii) {
  const Decision decision;
  Explanation explained(decision);
  explained.path = "\r\n\t\x7F\xFF\"";
  explained.query = "\xC3\xA9\xF0\x9F\x98\x80";
  const std::string json = json_of(explained);
  EXPECT_THAT(json, HasSubstr(R"("path":"\u000D\u000A\u0009\u007F\u00FF\"")"));
  EXPECT_THAT(json, HasSubstr(R"("query":"\u00E9\uD83D\uDE00")"));
  EXPECT_EQ(nlohmann::json::parse(json)["request"]["query"], "\xC3\xA9\xF0\x9F\x98\x80");
}

TEST(Explanation, WhatDoesNotFitIsCounted) {
  const Decision decision;
  Explanation explained(decision);
  explained.key_hash = 1;
  for (int i = 0; i < 40; ++i) explained.key_parts.add({.from = "cookie", .name = "c", .value = "v"});
  EXPECT_THAT(json_of(explained), HasSubstr(R"("left_out":8)"));
}

TEST(Explanation, ABoundHoldsWhateverTheRequestSays) {
  Decision decision = a_miss();
  for (int i = 0; i < 20; ++i) decision.tiers.add({.tier = "origin", .name = "o", .outcome = "failed", .detail = "x"});
  for (int i = 0; i < 20; ++i) decision.note("ERR-4");
  const std::string long_text(8000, '\xFF');
  Explanation explained(decision);
  explained.method = explained.host = explained.path = explained.query = explained.behavior = long_text;
  explained.key_hash = 1;
  for (int i = 0; i < 8; ++i) explained.would_hit.add(long_text);
  for (int i = 0; i < 32; ++i) explained.key_parts.add({"cookie", long_text, long_text});
  for (const ByteCount bytes_max : {1024U, 2048U, 4096U, 8192U}) {
    const std::string json = json_of(explained, bytes_max);
    EXPECT_LE(json.size(), bytes_max);
    const auto read = nlohmann::json::parse(json);
    EXPECT_EQ(read["version"], 1);
    EXPECT_EQ(read["shortened"], true);
    EXPECT_EQ(read["answer"]["status"], 200);
  }
  Explanation small(decision);
  EXPECT_EQ(json_of(small, 8192), json_of(small));
}

TEST(ReadRecord, OnlyABoundedJsonObjectOfVisibleAsciiIsTaken) {
  EXPECT_EQ(read_record(R"({"a":[1,{"b":"c"}]})", 100), R"({"a":[1,{"b":"c"}]})");
  EXPECT_FALSE(read_record("", 100));
  EXPECT_FALSE(read_record("[]", 100));
  EXPECT_FALSE(read_record("{", 100));
  EXPECT_FALSE(read_record(R"({"a":1}{)", 100));
  EXPECT_FALSE(read_record("{\"a\":\"\xC3\xA9\"}", 100));
  EXPECT_FALSE(read_record(R"({"a":1})", 6));
  EXPECT_FALSE(read_record(std::string(5000, '{'), 10'000));
}

TEST(RuleSentences, EveryRuleThatFreshnessGivesHasOne) {
  for (const char* rule : {"TTL-1", "TTL-2", "TTL-3", "TTL-4", "TTL-5", "TTL-9", "TTL-11", "ERR-2", "ERR-3", "ERR-4",
                           "STALE-9", "HEAD-2", "VARY-3", "RFC 9111 3", "RFC 9111 3.3", "RFC 9111 3.5"}) {
    EXPECT_FALSE(sentence_of(rule).empty()) << rule;
  }
  EXPECT_TRUE(sentence_of("NONE-1").empty());
}

}  // namespace
}  // namespace gust::observe
