#include "base/hash.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace gust {
namespace {

constexpr HashSeed seed{1, 2};

TEST(Hash128, TellsTextsOfAllShortLengthsApart) {
  std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
  std::set<std::uint64_t> low_halves;
  for (std::size_t size = 0; size < 100; ++size) {
    for (char c : {'\0', 'a', 'b'}) {
      if (size == 0 && c != 'a') continue;
      const Hash128 hash = hash128(std::string(size, c), seed);
      EXPECT_TRUE(seen.insert({hash.low, hash.high}).second);
      EXPECT_TRUE(low_halves.insert(hash.low).second);
    }
  }
}

TEST(Hash128, DependsOnTheSeed) {
  EXPECT_NE(hash128("/index.html", {1, 2}), hash128("/index.html", {1, 3}));
  EXPECT_NE(hash128("/index.html", {1, 2}), hash128("/index.html", {2, 2}));
  EXPECT_EQ(hash128("/index.html", {1, 2}), hash128("/index.html", {1, 2}));
}

TEST(Hash128, OneBitOfInputChangesHalfOfTheOutput) {
  double changed = 0;
  std::size_t trials = 0;
  for (std::size_t size : {1U, 8U, 16U, 17U, 40U}) {
    const std::string text(size, 'x');
    const Hash128 base = hash128(text, seed);
    for (std::size_t bit = 0; bit < size * 8; ++bit) {
      std::string other = text;
      other[bit / 8] = static_cast<char>(other[bit / 8] ^ (1 << (bit % 8)));
      const Hash128 hash = hash128(other, seed);
      const int bits = __builtin_popcountll(base.low ^ hash.low) + __builtin_popcountll(base.high ^ hash.high);
      EXPECT_GT(bits, 24);
      changed += bits;
      ++trials;
    }
  }
  EXPECT_NEAR(changed / static_cast<double>(trials), 64.0, 2.0);
}

}  // namespace
}  // namespace gust
