#include "origin/parent_tier.h"

#include <gtest/gtest.h>

namespace gust::origin {
namespace {

using std::chrono::seconds;

ParentTier tier_of(int count) {
  std::vector<OriginTarget> parents;
  for (int i = 0; i < count; ++i) {
    OriginTarget target;
    target.id = "regional-" + std::to_string(i);
    parents.push_back(target);
  }
  return {"regional", std::move(parents)};
}

TEST(ParentTier, KeysSpreadEvenlyAndALossMovesTheLostParentsKeysOnly) {
  ParentTier tier = tier_of(4);
  const Instant now{};
  std::vector<std::size_t> before;
  std::vector<int> counts(4);
  for (std::uint64_t key = 0; key < 4000; ++key) {
    before.push_back(*tier.choose(key));
    ++counts[before.back()];
  }
  for (const int count : counts) EXPECT_NEAR(count, 1000, 150);
  tier.report(2, false, now);
  for (std::uint64_t key = 0; key < 4000; ++key) {
    const std::size_t after = *tier.choose(key);
    EXPECT_NE(after, 2U);
    if (before[key] != 2) EXPECT_EQ(after, before[key]);
  }
}

TEST(ParentTier, AParentThatIsDownServesNobodyAndIsWatchedByOne) {
  ParentTier tier = tier_of(1);
  const Instant now{};
  EXPECT_FALSE(tier.take_watch(0));
  tier.report(0, false, now);
  EXPECT_FALSE(tier.choose(7));
  EXPECT_FALSE(tier.has_any());
  EXPECT_EQ(tier.due(0), now + seconds(1));
  EXPECT_TRUE(tier.take_watch(0));
  EXPECT_FALSE(tier.take_watch(0));
  tier.report_probe(0, true, now);
  tier.end_watch(0);
  EXPECT_TRUE(tier.is_up(0));
  EXPECT_TRUE(tier.choose(7));
}

TEST(ParentTier, EachProbeThatFailsDoublesTheTimeDownToItsBound) {
  ParentTier tier = tier_of(1);
  Instant now{};
  tier.report(0, false, now);
  for (const int expected : {1, 2, 4, 8, 16, 30, 30}) {
    EXPECT_EQ(tier.due(0), now + seconds(expected));
    now += seconds(expected);
    tier.report_probe(0, false, now);
  }
}

TEST(ParentTier, RequestsThatWereOnTheirWayWhenItWentDownDoNotLengthenIt) {
  ParentTier tier = tier_of(1);
  for (int i = 0; i < 20; ++i) tier.report(0, false, Instant{});
  EXPECT_EQ(tier.due(0), Instant{} + seconds(1));
}

}  // namespace
}  // namespace gust::origin
