#include "load/histogram.h"

#include <gtest/gtest.h>

namespace gust::bench {
namespace {

TEST(Histogram, GivesPercentilesWithinOnePercentAbove) {
  Histogram histogram;
  for (std::uint64_t value = 1; value <= 1'000'000; ++value) histogram.record(value);
  for (const double share : {0.01, 0.5, 0.9, 0.99, 0.999}) {
    const double exact = share * 1'000'000;
    EXPECT_GE(static_cast<double>(histogram.percentile(share)), exact);
    EXPECT_LE(static_cast<double>(histogram.percentile(share)), exact * 1.008);
  }
  EXPECT_EQ(histogram.count(), 1'000'000U);
  EXPECT_DOUBLE_EQ(histogram.mean(), 500'000.5);
}

TEST(Histogram, KeepsTheMaximumExactly) {
  Histogram histogram;
  histogram.record(123'456'789);
  EXPECT_EQ(histogram.max(), 123'456'789U);
  EXPECT_EQ(histogram.percentile(0.5), 123'456'789U);
  EXPECT_EQ(histogram.percentile(1), 123'456'789U);
}

TEST(Histogram, TakesTheLeastAndTheGreatestValue) {
  Histogram histogram;
  histogram.record(0);
  histogram.record(~std::uint64_t{0});
  EXPECT_EQ(histogram.percentile(0.5), 0U);
  EXPECT_EQ(histogram.percentile(1), ~std::uint64_t{0});
}

TEST(Histogram, OfNothingIsZero) {
  const Histogram histogram;
  EXPECT_EQ(histogram.percentile(0.99), 0U);
  EXPECT_EQ(histogram.mean(), 0);
}

}  // namespace
}  // namespace gust::bench
