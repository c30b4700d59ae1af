#include "proxy/cache_pace.h"

#include <gtest/gtest.h>

namespace gust::proxy {
namespace {

// What was asked for so far, and so many rounds of one look each after it.
Duration after_rounds(CachePace& pace, std::uint64_t hits, int rounds) {
  cache::Counters counters;
  counters.hits = hits;
  Duration last{};
  for (int i = 0; i < rounds; ++i) last = pace.after(counters, 0, true);
  return last;
}

TEST(CachePace, IsSlowOnceNothingHappenedForAWholeRound) {
  CachePace pace;
  EXPECT_EQ(after_rounds(pace, 7, 1), CachePace::busy);
  EXPECT_EQ(after_rounds(pace, 7, 1), CachePace::at_rest);
  EXPECT_EQ(after_rounds(pace, 7, 100), CachePace::at_rest);
}

TEST(CachePace, IsFastAgainAsSoonAsSomethingIsAskedFor) {
  CachePace pace;
  EXPECT_EQ(after_rounds(pace, 7, 2), CachePace::at_rest);
  EXPECT_EQ(after_rounds(pace, 8, 1), CachePace::busy);
}

TEST(CachePace, APurgeHasAWholeRoundHoweverManyLooksThatTakes) {
  CachePace pace;
  const cache::Counters counters;
  EXPECT_EQ(after_rounds(pace, 0, 2), CachePace::at_rest);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(pace.after(counters, 1, false), CachePace::busy);
  EXPECT_EQ(pace.after(counters, 1, true), CachePace::busy);  // it had begun before
  for (int i = 0; i < 100; ++i) EXPECT_EQ(pace.after(counters, 1, false), CachePace::busy);
  EXPECT_EQ(pace.after(counters, 1, true), CachePace::at_rest);
}

TEST(CachePace, ARunningFillKeepsItFast) {
  CachePace pace;
  cache::Counters counters;
  counters.fills = 1;
  for (int i = 0; i < 10; ++i) EXPECT_EQ(pace.after(counters, 0, true), CachePace::busy);
  counters.fills = 0;
  EXPECT_EQ(pace.after(counters, 0, true), CachePace::at_rest);
}

}  // namespace
}  // namespace gust::proxy
