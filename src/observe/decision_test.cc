#include "observe/decision.h"

#include <gtest/gtest.h>

namespace gust::observe {
namespace {

using std::chrono::seconds;

TEST(Decision, AMissTellsItsKeyItsTiersAndWhyItWasStored) {
  Decision decision;
  decision.request_id = "id==";
  decision.node = "BOM50";
  decision.distribution_id = "E1";
  decision.behavior = "*.jpg";
  decision.behavior_index = 2;
  decision.key_hash = 0xABC;
  decision.key_parts.add({.from = "path", .name = "", .value = "/a \"b\".jpg"});
  decision.key_parts.add({.from = "query", .name = "w", .value = "1"});
  decision.lookup = Lookup::uri_miss;
  decision.ttl = seconds(60);
  decision.ttl_rule = "TTL-3";
  decision.tiers.add({.tier = "origin",
                      .name = "pics",
                      .outcome = "fetched",
                      .detail = "",
                      .status = 200,
                      .attempts = 2,
                      .connection_reused = false,
                      .connect = std::chrono::milliseconds(3),
                      .first_byte = std::chrono::milliseconds(8)});
  decision.stored = true;
  decision.stored_reason = "RFC 9111 3";
  decision.purge_epoch = 7;
  decision.status = 200;
  decision.note("METH-2");
  EXPECT_EQ(json_of(decision),
            R"({"request_id":"id==","node":"BOM50","distribution":"E1","behavior":"*.jpg","behavior_index":2,)"
            R"("key":{"hash":"0000000000000abc","parts":[{"from":"path","value":"/a \"b\".jpg"},)"
            R"({"from":"query","name":"w","value":"1"}]},"lookup":"uri-miss","ttl":60.000000,"ttl_rule":"TTL-3",)"
            R"("tiers":[{"tier":"origin","name":"pics","outcome":"fetched","status":200,"attempts":2,)"
            R"("connection_reused":false,"connect":0.003000,"first_byte":0.008000}],"stored":true,)"
            R"("stored_reason":"RFC 9111 3","purge_epoch":7,"status":200,"rules":["METH-2"]})");
  EXPECT_EQ(cache_status_of(decision), R"("BOM50"; fwd=uri-miss; fwd-status=200; stored; ttl=60; detail="TTL-3")");
}

TEST(Decision, Rfc9211AHitTellsWhatIsLeftOfItsLifetime) {
  Decision decision;
  decision.node = "IAD50";
  decision.lookup = Lookup::hit;
  decision.ttl = seconds(10);
  decision.age = std::chrono::milliseconds(12'500);
  EXPECT_EQ(cache_status_of(decision), R"("IAD50"; hit; ttl=-3)");
}

TEST(Decision, Rfc9211AnAnswerBeforeTheLookupNamesItsStep) {
  Decision decision;
  decision.node = "a\"\\\x01";
  decision.step = "guard";
  EXPECT_EQ(cache_status_of(decision), R"("a\"\\%01"; detail="guard")");
}

TEST(Decision, HostileBytesStayInsideTheirJsonString) {
  Decision decision;
  decision.behavior = "\r\n\t\x7F\xFF\"";
  EXPECT_EQ(
      json_of(decision),
      R"({"behavior":"\u000D\u000A\u0009\u007F\u00FF\"","behavior_index":0,"lookup":"none","purge_epoch":0,"status":0})");
  decision.behavior = "\xC3\xA9";
  EXPECT_TRUE(json_of(decision).starts_with("{\"behavior\":\"\xC3\xA9\""));
}

TEST(Decision, WhatDoesNotFitIsCounted) {
  Decision decision;
  for (int i = 0; i < 30; ++i) decision.key_parts.add({.from = "cookie", .name = "c", .value = "v"});
  EXPECT_EQ(decision.key_parts.items().size(), 24U);
  EXPECT_TRUE(json_of(decision).contains(R"("left_out":6)"));
}

}  // namespace
}  // namespace gust::observe
