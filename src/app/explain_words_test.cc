#include "app/explain_words.h"

#include <gtest/gtest.h>

namespace gust::app {
namespace {

TEST(ExplainWords, AMissThroughBothTiers) {
  EXPECT_EQ(words_of_record(R"({"version":1,"node":"BOM50","tier":"edge","dry":false,
      "request":{"id":"x","method":"GET","host":"d1.example","path":"/a","query":"u=1"},
      "distribution":{"id":"E1","domain_name":"d1.example"},
      "behavior":{"path_pattern":"*","index":0,"profile":"cloudfront","origin":"o1"},
      "cache_policy":{"id":"p","name":"Mine"},"ttl_bounds":{"min":1.000,"default":86400.000,"max":31536000.000},
      "key":{"hash":"ab","parts":[{"from":"path","value":"/a"},{"from":"query","name":"u","value":"1"}]},
      "lookup":"uri-miss","collapsed":false,
      "freshness":{"lifetime":60.000,"age":0.000,"left":60.000,"by":{"rule":"TTL-1","says":"max-age"}},
      "storing":{"stored":true,"by":{"rule":"TTL-1","says":"max-age"}},"purge":{"epoch":0},
      "asked":[{"tier":"regional","name":"BOM50-R","outcome":"fetched","status":200,"attempts":1,
                "connection_reused":true,"connect":0.000,"first_byte":0.005}],
      "upstream":{"version":1,"node":"BOM50-R","tier":"regional","lookup":"hit","purge":{"epoch":3,"entry_epoch":2}},
      "answer":{"status":200,"result":"Miss","detailed_result":"Miss","step":"fetch"},
      "would_hit":["first request"],"unknown":[1,2]})"),
            "GET http://d1.example/a?u=1 at BOM50\n"
            "Answered with 200 (Miss, by the step fetch)\n"
            "\nConfiguration\n"
            "  distribution           E1 (d1.example)\n"
            "  behaviour              * (place 1 in order)\n"
            "  profile                cloudfront\n"
            "  cache policy           Mine (p)\n"
            "  TTL                    minimum 1 s, default 86400 s (24 h), maximum 31536000 s (365 days)\n"
            "  origin                 o1\n"
            "\nCache key (ab)\n"
            "  path                   /a\n"
            "  query                  u = 1\n"
            "\nEdge BOM50\n"
            "  cache                  miss: nothing is stored under this key\n"
            "  fresh for              60 s, of which 60 s are left\n"
            "                         by TTL-1: max-age\n"
            "  asked                  regional BOM50-R: fetched, 200, on an open connection, first byte after 0.005 s\n"
            "  stored                 by TTL-1: max-age\n"
            "  why                    first request\n"
            "\nRegional cache BOM50-R\n"
            "  cache                  hit: stored and fresh\n"
            "  purges                 stored at epoch 2, the newest is 3\n");
}

TEST(ExplainWords, WhatIsNoRecordOrOfOtherTypesIsNoTrouble) {
  EXPECT_EQ(words_of_record("nothing"), "This is no decision record.\n");
  EXPECT_EQ(words_of_record("{}"), "This is no decision record.\n");
  EXPECT_FALSE(words_of_record(R"({"version":1,"key":1,"asked":{"a":"b"},"would_hit":3,"request":[],"purge":"x",
      "rules":[1],"upstream":[1],"answer":null,"known_hosts":[{"a":1}]})")
                   .empty());
}

TEST(ExplainWords, BytesThatSteerATerminalAreNotShown) {
  const std::string words = words_of_record(
      R"({"version":1,"request":{"path":"/\u001B[31m"},"would_hit":["a\u0007b"],"known_hosts":["\u001Bc"]})");
  EXPECT_EQ(words.find('\x1B'), std::string::npos);
  EXPECT_EQ(words.find('\x07'), std::string::npos);
}

}  // namespace
}  // namespace gust::app
