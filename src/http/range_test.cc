#include "http/range.h"

#include <gtest/gtest.h>

namespace gust::http {
namespace {

// The ranges of a field in a representation of 100 bytes.
std::vector<ByteRange> ranges_of(ByteView value) {
  std::vector<ByteRange> result;
  const auto specs = read_range(value);
  EXPECT_TRUE(specs) << value;
  for (const RangeSpec& spec : specs.value_or(std::vector<RangeSpec>())) {
    if (const auto range = satisfy(spec, 100)) result.push_back(*range);
  }
  return result;
}

TEST(Range, Rfc9110Section14Point1Point2ReadsClosedOpenAndSuffixRanges) {
  EXPECT_EQ(ranges_of("bytes=0-9, 90-,-5"), (std::vector<ByteRange>{{0, 10}, {90, 10}, {95, 5}}));
  EXPECT_EQ(ranges_of("Bytes=99-1000"), (std::vector<ByteRange>{{99, 1}}));
  EXPECT_EQ(ranges_of("bytes=-1000"), (std::vector<ByteRange>{{0, 100}}));
  EXPECT_EQ(ranges_of("bytes=0-18446744073709551616"), (std::vector<ByteRange>{{0, 100}}));
}

TEST(Range, Rfc9110Section14Point1Point2RangesBehindTheEndCannotBeSatisfied) {
  EXPECT_TRUE(ranges_of("bytes=100-, 200-300, -0, 99999999999999999999-").empty());
  EXPECT_FALSE(satisfy({.first = 0, .last = {}}, 0));
  EXPECT_FALSE(satisfy({.first = {}, .last = 5}, 0));
}

TEST(Range, Rfc9110Section14Point2WhatIsOutOfGrammarIsToBeIgnored) {
  for (const char* bad :
       {"", "bytes", "bytes=", "bytes=,", "bytes=-", "bytes=5-4", "bytes=a-", "bytes=0 - 4", "bytes=0-4;", "bytes=--4",
        "bytes=0-4-5", "bytes=+0-4", "bytes =0-4", "=0-4", "0-4", "bytes=4"}) {
    const auto result = read_range(bad);
    ASSERT_FALSE(result) << bad;
    EXPECT_EQ(result.error().code, Errc::bad_syntax) << bad;
  }
  EXPECT_EQ(read_range("items=0-4").error().code, Errc::unsupported);
}

TEST(Range, SecurityRangeAmpManyRangesAreRefused) {
  std::string value = "bytes=0-";
  for (int i = 0; i < 10; ++i) value += ",0-";
  EXPECT_EQ(read_range(value).error().code, Errc::would_exceed_limit);
  EXPECT_FALSE(are_ascending(ranges_of("bytes=0-,0-")));
  EXPECT_FALSE(are_ascending(ranges_of("bytes=10-20,0-5")));
  EXPECT_TRUE(are_ascending(ranges_of("bytes=0-9,10-19,30-")));
}

using Kind = PartsChoice::Kind;

TEST(PartsChoice, Range5AscendingRangesWithoutOverlapAreParts) {
  const PartsChoice choice = choose_parts("bytes=0-1, 4-5, -2", 10, true);
  EXPECT_EQ(choice.kind, Kind::partial);
  EXPECT_EQ(choice.parts, (std::vector<ByteRange>{{0, 2}, {4, 2}, {8, 2}}));
}

TEST(PartsChoice, Range5DescendingOrOverlappingRangesGetTheWhole) {
  for (const char* value : {"bytes=4-5,0-1", "bytes=0-4,4-5", "bytes=0-,0-", "bytes=5-,-9", "bytes=0-1,x"}) {
    const PartsChoice choice = choose_parts(value, 10, true);
    EXPECT_EQ(choice.kind, Kind::whole) << value;
    EXPECT_TRUE(choice.parts.empty()) << value;
  }
}

TEST(PartsChoice, Rfc9110Section15Point3Point7OneOfSeveralThatCanBeSatisfiedIsOnePart) {
  EXPECT_EQ(choose_parts("bytes=2-3,100-", 10, true).parts, (std::vector<ByteRange>{{2, 2}}));
}

TEST(PartsChoice, Range5SeveralOfWhichNoneCanBeSatisfiedGetTheWholeAndOneGets416) {
  EXPECT_EQ(choose_parts("bytes=10-11,20-", 10, true).kind, Kind::whole);
  EXPECT_EQ(choose_parts("bytes=10-11,20-", 10, false).kind, Kind::unsatisfiable);
  EXPECT_EQ(choose_parts("bytes=10-", 10, true).kind, Kind::unsatisfiable);
  EXPECT_EQ(choose_parts("bytes=0-", 0, true).kind, Kind::unsatisfiable);
}

TEST(ContentRange, Rfc9110Section14Point4ReadsAndWrites) {
  const auto whole = read_content_range("bytes 0-9/100");
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->range, (ByteRange{0, 10}));
  EXPECT_EQ(whole->complete, 100U);
  EXPECT_FALSE(read_content_range("bytes 5-9/*")->complete);
  EXPECT_FALSE(read_content_range("bytes */100")->range);
  EXPECT_EQ(content_range_of({90, 10}, 100), "bytes 90-99/100");
  EXPECT_EQ(content_range_of_unsatisfied(100), "bytes */100");
  for (const char* bad : {"", "bytes", "bytes 0-9", "bytes 9-0/100", "bytes 0-100/100", "bytes */*", "bytes -9/100",
                          "bytes 0-/100", "bytes=0-9/100", "bytes 0-9/1x", "bytes 0-18446744073709551615/*"}) {
    EXPECT_FALSE(read_content_range(bad)) << bad;
  }
  EXPECT_EQ(read_content_range("items 0-9/100").error().code, Errc::unsupported);
}

}  // namespace
}  // namespace gust::http
