#include "base/date.h"

#include <gtest/gtest.h>

namespace gust {
namespace {

constexpr WallTime example = wall_time_of(784111777);

TEST(HttpDate, ReadsTheThreeFormsOfRfc9110) {
  EXPECT_EQ(http_date_of(example), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(read_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), example);
  EXPECT_EQ(read_http_date("Sunday, 06-Nov-94 08:49:37 GMT"), example);
  EXPECT_EQ(read_http_date("Sun Nov  6 08:49:37 1994"), example);
}

TEST(HttpDate, NumbersAreWrittenWithTheirZeros) {
  EXPECT_EQ(http_date_of(wall_time_of(0)), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(http_date_of(wall_time_of(1'709'251'199)), "Thu, 29 Feb 2024 23:59:59 GMT");
}

TEST(HttpDate, Rfc9111Section4Point2CaseDoesNotMatter) {
  EXPECT_EQ(read_http_date("SUN, 06 nOV 1994 08:49:37 gMT"), example);
  EXPECT_EQ(read_http_date("sunday, 06-NOV-94 08:49:37 Gmt"), example);
  EXPECT_EQ(read_http_date("sUN nov  6 08:49:37 1994"), example);
}

TEST(HttpDate, DatesThatAWallTimeCannotHoldCountAsItsLastSecond) {
  const auto far = read_http_date("Fri, 31 Dec 9999 23:59:59 GMT");
  ASSERT_TRUE(far);
  EXPECT_GT(*far, wall_time_of(9'000'000'000));
}

TEST(HttpDate, RefusesWhatIsNoDate) {
  for (const char* bad :
       {"", "0", "Sun, 06 Nov 1994 08:49:37", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1969 08:49:37 GMT",
        "Sun, +6 Nov 1994 08:49:37 GMT"}) {
    EXPECT_FALSE(read_http_date(bad)) << bad;
  }
}

TEST(Iso8601, WritesMillisecondsAndReadsFractionsAndOffsets) {
  EXPECT_EQ(iso8601_of(example + std::chrono::microseconds(1999)), "1994-11-06T08:49:37.001Z");
  EXPECT_EQ(read_iso8601("1994-11-06T08:49:37Z"), example);
  EXPECT_EQ(read_iso8601("1994-11-06T08:49:37.25Z"), example + std::chrono::milliseconds(250));
  EXPECT_EQ(read_iso8601("1994-11-06T14:19:37+05:30"), example);
  for (const char* bad : {"", "1994-11-06", "1994-11-06T08:49:37", "1994-13-06T08:49:37Z", "1994-11-06T08:49:37.Z",
                          "1994-11-06T08:49:37.1234567890Z", "1994-11-06T08:49:37Zx", "9994-11-06T08:49:37Z"}) {
    EXPECT_FALSE(read_iso8601(bad)) << bad;
  }
}

TEST(Iso8601, TheExactFormLosesNothing) {
  for (const auto fraction : {0, 1, 120'000'000, 999'999'999}) {
    const WallTime at = example + Duration(fraction);
    EXPECT_EQ(read_iso8601(iso8601_exact_of(at)), at);
  }
  EXPECT_EQ(iso8601_exact_of(example + Duration(120'000'000)), "1994-11-06T08:49:37.12Z");
}

TEST(Iso8601Basic, RoundTripsAndRefusesOtherForms) {
  EXPECT_EQ(iso8601_basic_of(example), "19941106T084937Z");
  EXPECT_EQ(read_iso8601_basic("19941106T084937Z"), example);
  for (const char* bad : {"", "19941106T084937", "1994-11-06T08:49:37Z", "19941106t084937Z", "19941106T084937Z0"}) {
    EXPECT_FALSE(read_iso8601_basic(bad)) << bad;
  }
}

}  // namespace
}  // namespace gust
