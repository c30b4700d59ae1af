#include "cache/lsg.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "cache/cache_test_internal.h"

namespace gust::cache {
namespace {

using testing::fresh_for;
using testing::Site;

struct Policy {
  EvictionClock clock;
  std::unique_ptr<EvictionPolicy> policy;
  explicit Policy(double size_exponent = 1) : policy(lsg(size_exponent)({clock, 1, 1_MiB})) {}
  EvictionNode* evict() {
    EvictionNode* const victim = policy->victim();
    if (victim == nullptr) return nullptr;
    clock.advance(policy->least_value());
    policy->remove(*victim);
    return victim;
  }
};

EvictionNode node_of(std::uint64_t hash, ByteCount bytes) {
  EvictionNode node;
  node.key_hash = hash * 0x9E3779B97F4A7C15;
  node.set_bytes(bytes);
  return node;
}

TEST(Lsg, TheLargestGoesFirst) {
  Policy at;
  EvictionNode small = node_of(1, 1000), large = node_of(2, 100'000), medium = node_of(3, 10'000);
  for (EvictionNode* node : {&small, &large, &medium}) at.policy->add(*node);
  EXPECT_EQ(at.evict(), &large);
  EXPECT_EQ(at.evict(), &medium);
  EXPECT_EQ(at.evict(), &small);
  EXPECT_EQ(at.evict(), nullptr);
}

TEST(Lsg, WithoutAnExponentSizesDoNotCount) {
  Policy at(0);
  EvictionNode small = node_of(1, 1000), large = node_of(2, 100'000);
  at.policy->add(small);
  at.policy->add(large);
  at.policy->touch(large);
  EXPECT_EQ(at.evict(), &small);
}

TEST(Lsg, WhatWasHitOutlivesItsEquals) {
  Policy at;
  EvictionNode first = node_of(1, 1000), second = node_of(2, 1000);
  at.policy->add(first);
  at.policy->add(second);
  at.policy->touch(first);
  EXPECT_EQ(at.evict(), &second);
}

TEST(Lsg, FrequenciesOutliveEviction) {
  Policy at;
  EvictionNode known = node_of(1, 1000), other = node_of(2, 1000);
  at.policy->add(known);
  for (int i = 0; i < 20; ++i) at.policy->touch(known);
  at.policy->remove(known);
  at.policy->add(known);
  at.policy->add(other);
  EXPECT_EQ(at.evict(), &other);
}

TEST(Lsg, WhatIsNotAskedForAnyMoreAgesOut) {
  Policy at;
  EvictionNode once_hot = node_of(0, 1000);
  at.policy->add(once_hot);
  for (int i = 0; i < 10; ++i) at.policy->touch(once_hot);
  std::vector<EvictionNode> others(200);
  bool is_gone = false;
  for (std::size_t i = 0; i < others.size() && !is_gone; ++i) {
    others[i] = node_of(i + 1, 1000);
    at.policy->add(others[i]);
    if (i > 0) is_gone = at.evict() == &once_hot;
  }
  EXPECT_TRUE(is_gone);
}

TEST(Lsg, RandomUseKeepsItsQueuesWhole) {
  Policy at(0.5);
  std::mt19937 chance(11);
  std::vector<EvictionNode> nodes(500);
  std::vector<bool> is_in(nodes.size());
  std::size_t count = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::size_t pick = chance() % nodes.size();
    EvictionNode& node = nodes[pick];
    if (!is_in[pick]) {
      node = node_of(pick, chance() % 1'000'000);
      at.policy->add(node);
      is_in[pick] = true;
      ++count;
    } else if (chance() % 3 != 0) {
      at.policy->touch(node);
    } else if (chance() % 2 == 0) {
      at.policy->remove(node);
      is_in[pick] = false;
      --count;
    } else {
      const EvictionNode* victim = at.evict();
      ASSERT_NE(victim, nullptr);
      const auto gone = static_cast<std::size_t>(victim - nodes.data());
      ASSERT_TRUE(is_in[gone]);
      is_in[gone] = false;
      --count;
    }
  }
  for (; count > 0; --count) ASSERT_NE(at.evict(), nullptr);
  EXPECT_EQ(at.evict(), nullptr);
}

TEST(FrequencySketch, CountsAndAgesAndStopsAtItsMaximum) {
  FrequencySketch sketch(4096, 1000);
  for (int i = 0; i < 5; ++i) sketch.add(7, 1);
  EXPECT_EQ(sketch.estimate(7), 5U);
  EXPECT_EQ(sketch.estimate(8), 0U);
  EXPECT_EQ(sketch.add(9, 255), 255U);
  EXPECT_EQ(sketch.add(9, 255), 255U);
  for (int i = 0; i < 5; ++i) sketch.add(10, 200);
  EXPECT_LE(sketch.estimate(7), 3U);
}

// --- The ratios, by the real cache: a small trace of the kind that bench/traces/generate.py writes.

struct Ratios {
  double objects;  // missed, of those asked for
  double bytes;
};

// Zipf 0.9 over `ranks`, every third request for an object that is asked for once; lognormal sizes.
Ratios replay(const MakeEvictionPolicy& policy, std::size_t stripes) {
  constexpr std::size_t ranks = 20'000;
  constexpr std::size_t requests = 60'000;
  std::mt19937_64 chance(20240917);
  const auto draw = [&] { return static_cast<double>(chance() >> 11) * 0x1p-53; };
  std::vector<double> cumulative(ranks);
  double total = 0;
  for (std::size_t i = 0; i < ranks; ++i) cumulative[i] = total += std::pow(static_cast<double>(i + 1), -0.9);
  const auto new_size = [&] {
    const double normal = std::sqrt(-2 * std::log(1 - draw())) * std::cos(6.283185307179586 * draw());
    return static_cast<ByteCount>(std::clamp(24'576 * std::exp(1.5 * normal), 1024.0, 1e7));
  };
  std::vector<ByteCount> sizes(ranks);
  for (ByteCount& size : sizes) size = new_size();
  Site site;
  Cache cache({.bytes_max = 40_MiB, .object_bytes_max = 40_MiB, .stripes = stripes}, {}, policy);
  std::size_t missed = 0;
  ByteCount bytes = 0, bytes_missed = 0;
  for (std::size_t i = 0; i < requests; ++i) {
    site.arena.clear();
    const bool is_once = draw() < 0.33;
    const auto rank =
        static_cast<std::size_t>(std::ranges::lower_bound(cumulative, draw() * total) - cumulative.begin());
    const ByteCount size = is_once ? new_size() : sizes[std::min(rank, ranks - 1)];
    const Key key = site.key("/" + std::to_string(is_once ? ranks + i : rank));
    bytes += size;
    Lookup found = cache.find_or_begin(key, testing::start);
    if (found.found == Found::fresh) continue;
    ++missed;
    bytes_missed += size;
    if (!found.ticket) continue;
    const testing::Draft draft(fresh_for(1'000'000), size);
    if (found.ticket.store(draft.draft) && found.ticket.append_uncopied(size)) EXPECT_TRUE(found.ticket.finish());
  }
  return {static_cast<double>(missed) / requests, static_cast<double>(bytes_missed) / static_cast<double>(bytes)};
}

TEST(Lsg, MissesFewerRequestsThanSieveAndNotManyMoreBytes) {
  const Ratios sieve = replay(make_sieve, 32);
  const Ratios half = replay(lsg(), 32);
  const Ratios whole = replay(lsg(1.5), 32);
  EXPECT_LT(half.objects, sieve.objects - 0.05);
  EXPECT_LT(half.bytes, sieve.bytes + 0.03);
  EXPECT_LT(whole.objects, half.objects - 0.01);
  EXPECT_GT(whole.bytes, half.bytes);
}

TEST(Lsg, StripesDoNotChangeTheRatios) {
  const Ratios one = replay(lsg(), 1);
  const Ratios many = replay(lsg(), 32);
  EXPECT_NEAR(one.objects, many.objects, 0.01);
  EXPECT_NEAR(one.bytes, many.bytes, 0.01);
}

}  // namespace
}  // namespace gust::cache
