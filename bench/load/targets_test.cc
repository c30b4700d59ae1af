#include "load/targets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gust::bench {
namespace {

using testing::ElementsAre;

std::vector<std::string> take(Targets targets, std::size_t count) {
  std::vector<std::string> result;
  for (std::string path; result.size() < count && targets.next(path); path.clear()) result.push_back(path);
  return result;
}

TEST(Targets, AreOnePathAgainAndAgain) { EXPECT_THAT(take({"/small", 0, 0}, 2), ElementsAre("/small", "/small")); }

TEST(Targets, CountUpWhereThePathHasAPlaceForIt) {
  EXPECT_THAT(take({"/o/#-10240?a=#", 7, 0}, 2), ElementsAre("/o/7-10240?a=7", "/o/8-10240?a=8"));
}

TEST(Targets, ComeRoundAfterACycle) { EXPECT_THAT(take({"/#", 1, 2}, 5), ElementsAre("/1", "/2", "/1", "/2", "/1")); }

TEST(Targets, FollowATraceToItsEnd) {
  const auto trace = read_trace("time,id,size\n0,1,1024\n5,2,77\n5,1,1024\n", 1000);
  ASSERT_TRUE(trace);
  EXPECT_THAT(take(Targets(*trace), 10), ElementsAre("/o/1-1024", "/o/2-77", "/o/1-1024"));
}

TEST(Trace, MayLackTheTimeTheNamesAndTheLastLineEnd) {
  const auto trace = read_trace("3,100\n4,200", 1000);
  ASSERT_TRUE(trace);
  EXPECT_THAT(take(Targets(*trace), 10), ElementsAre("/o/3-100", "/o/4-200"));
}

TEST(Trace, IsCutAtItsLimit) {
  const auto trace = read_trace("1,1\n2,2\n3,3\n", 2);
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->size(), 2U);
}

TEST(Trace, RefusesOtherLines) {
  for (const auto* text : {"1\n", "1,2,3,4\n", "1,-2\n", "1,2\nid,size\n", "1,2\n\n3,4\n", "x,1,2\ny,1,2\n", "1,\n"}) {
    EXPECT_FALSE(read_trace(text, 1000)) << text;
  }
}

}  // namespace
}  // namespace gust::bench
