#include "http/targeted_cache_control.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace gust::http {
namespace {

std::optional<CacheControl> read(std::initializer_list<ByteView> lines) {
  Fields fields;
  for (ByteView line : lines) fields.add("CDN-Cache-Control", line);
  return read_cdn_cache_control(fields);
}

TEST(CdnCacheControl, Rfc9213Section2Point1DirectivesAreMembersOfADictionary) {
  const auto control = read({R"(max-age=600, no-store, private="a, b";x=1, unknown=(1 "a";q=2), other=:YQ==:)"});
  ASSERT_TRUE(control);
  EXPECT_EQ(control->max_age, 600U);
  EXPECT_TRUE(control->no_store);
  EXPECT_FALSE(control->private_);
  EXPECT_EQ(control->private_fields, "a, b");
}

TEST(CdnCacheControl, Rfc9213Section2Point1LinesAreOneDictionaryAndTheLastOfANameCounts) {
  const auto control = read({"max-age=1, no-cache", "max-age=2, no-cache=?0"});
  ASSERT_TRUE(control);
  EXPECT_EQ(control->max_age, 2U);
  EXPECT_FALSE(control->no_cache);
}

TEST(CdnCacheControl, Rfc9213Section2Point1WhatIsNoDictionaryCountsAsAbsent) {
  for (ByteView text : {"", " ", "max-age=10000, &&&&&", "MaX-aGe=3600", "max-age =100", "max-age= 100", "max-age=10,",
                        "max-age=10 no-store", "max-age=\"", "a=?2", "a=:x", "a=(1", "a=(1,2)", "max-age=1.2345"}) {
    EXPECT_FALSE(read({text})) << text;
  }
  EXPECT_FALSE(read({}));
}

TEST(CdnCacheControl, Rfc9213Section2Point1AValueOfAnotherTypeCountsAsAbsent) {
  for (ByteView text : {"max-age=\"10000\"", "max-age", "max-age=-1", "max-age=1.5", "no-store=1", "private=abc"}) {
    EXPECT_FALSE(read({text})) << text;
  }
}

TEST(CdnCacheControl, Rfc9111Section1Point2Point2LargeNumbersSaturate) {
  EXPECT_EQ(read({"max-age=99999999999"})->max_age, delta_seconds_max);
  EXPECT_FALSE(read({"max-age=9999999999999999"}));  // more digits than an integer has
}

}  // namespace
}  // namespace gust::http
