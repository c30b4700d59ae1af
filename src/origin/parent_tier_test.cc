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
    before.push_back(*tier.choose(key, now));
    ++counts[before.back()];
  }
  for (const int count : counts) EXPECT_NEAR(count, 1000, 150);
  tier.report(2, false, now);
  for (std::uint64_t key = 0; key < 4000; ++key) {
    const std::size_t after = *tier.choose(key, now);
    EXPECT_NE(after, 2U);
    if (before[key] != 2) EXPECT_EQ(after, before[key]);
  }
}

TEST(ParentTier, AParentThatIsDownIsProbedByOneRequestAtATime) {
  ParentTier tier = tier_of(1);
  Instant now{};
  tier.report(0, false, now);
  EXPECT_FALSE(tier.choose(7, now));
  now += seconds(1);
  EXPECT_TRUE(tier.choose(7, now));
  EXPECT_FALSE(tier.choose(7, now));
  tier.report(0, true, now);
  EXPECT_TRUE(tier.is_up(0));
  EXPECT_TRUE(tier.choose(7, now));
  EXPECT_TRUE(tier.choose(7, now));
}

TEST(ParentTier, EachFailureInARowDoublesTheTimeDownToItsBound) {
  ParentTier tier = tier_of(1);
  Instant now{};
  for (const int expected : {1, 2, 4, 8, 16, 30, 30}) {
    tier.report(0, false, now);
    EXPECT_FALSE(tier.choose(1, now + seconds(expected) - Duration(1)));
    now += seconds(expected);
    EXPECT_TRUE(tier.choose(1, now)) << expected;
  }
}

TEST(ParentTier, AProbeThatLearntNothingLeavesTheNextToAnother) {
  ParentTier tier = tier_of(1);
  tier.report(0, false, Instant{});
  const Instant later = Instant{} + seconds(1);
  EXPECT_TRUE(tier.choose(1, later));
  tier.withdraw(0);
  EXPECT_TRUE(tier.choose(1, later));
}

}  // namespace
}  // namespace gust::origin
