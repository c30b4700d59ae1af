#include "cache/slabs.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstring>
#include <map>
#include <random>
#include <set>
#include <vector>

#include "cache/ledger.h"

namespace gust::cache {
namespace {

using Kind = Slabs::Kind;
using Room = Slabs::Room;

// Slabs also where a sanitizer would have blocks of their own.
struct Site {
  Ledger ledger;
  Slabs& slabs = ledger.slabs();
  explicit Site(ByteCount bytes_max = 10_MiB) : ledger(bytes_max, Slabs::Mode::slabs) {}
  char* take(std::size_t bytes, Kind kind = Kind::movable, Room room = Room::bound) {
    return static_cast<char*>(slabs.take(bytes, kind, room));
  }
};

std::size_t blocks_a_slab(std::size_t bytes) { return Slabs::slab_bytes(bytes) / Slabs::block_bytes(bytes); }

TEST(Slabs, ABlockTakesAFifthMoreThanItsBytesAtMost) {
  for (std::size_t bytes = 300; bytes <= Slabs::bytes_max; ++bytes) {
    ASSERT_GE(Slabs::block_bytes(bytes), bytes + Slabs::block_overhead_bytes);
    ASSERT_LE(Slabs::block_bytes(bytes), (bytes + Slabs::block_overhead_bytes) * 6 / 5 + 16) << bytes;
    ASSERT_LE(blocks_a_slab(bytes), Slabs::blocks_a_slab_max);
  }
}

TEST(Slabs, BlocksOfAllSizesKeepTheirBytesWhileOthersComeAndGo) {
  Site site(100_MiB);
  std::mt19937_64 chance(1);
  std::map<char*, std::pair<std::size_t, char>> there;
  for (std::size_t i = 0; i < 20'000; ++i) {
    if (there.size() > 500 || (!there.empty() && chance() % 3 == 0)) {
      auto at = there.lower_bound(there.begin()->first + chance() % 1'000'000'000);
      if (at == there.end()) at = there.begin();
      const auto [bytes, filled] = at->second;
      ASSERT_EQ(at->first[0], filled);
      ASSERT_EQ(std::memcmp(at->first, at->first + 1, bytes - 1), 0);
      site.slabs.give_back(at->first);
      there.erase(at);
      continue;
    }
    const std::size_t bytes = 1 + chance() % (chance() % 2 == 0 ? 1000 : Slabs::bytes_max);
    char* const memory = site.take(bytes, chance() % 4 == 0 ? Kind::pinned : Kind::movable);
    ASSERT_NE(memory, nullptr);
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(memory) % 16, 0U);
    const char filled = static_cast<char>(chance());
    std::memset(memory, filled, bytes);
    there[memory] = {bytes, filled};
  }
  for (const auto& [memory, what] : there) site.slabs.give_back(memory);
  EXPECT_EQ(site.ledger.used(), 0U);
}

TEST(Slabs, WhatIsChargedIsTheSlabsAndAllOfTheirPagesAreThere) {
  Site site;
  std::set<char*> pages;
  std::vector<char*> blocks;
  for (std::size_t i = 0; i < 1000; ++i) {
    blocks.push_back(site.take(1000));
    for (std::size_t at : {std::size_t{0}, std::size_t{999}}) {
      pages.insert(
          reinterpret_cast<char*>(reinterpret_cast<std::uintptr_t>(blocks.back() + at) & ~std::uintptr_t{4095}));
    }
  }
  EXPECT_EQ(site.ledger.used() % Slabs::slab_bytes(1000), 0U);
  EXPECT_EQ(site.ledger.used(), (1000 + blocks_a_slab(1000) - 1) / blocks_a_slab(1000) * Slabs::slab_bytes(1000));
  const auto resident = [&] {
    std::size_t count = 0;
    for (char* page : pages) {
      unsigned char is_there = 0;
      EXPECT_EQ(mincore(page, 4096, &is_there), 0);
      count += is_there & 1U;
    }
    return count * 4096;
  };
  EXPECT_EQ(resident(), pages.size() * 4096);
  EXPECT_LE(resident(), site.ledger.used());
  for (char* block : blocks) site.slabs.give_back(block);
  EXPECT_EQ(site.ledger.used(), 0U);
  EXPECT_LE(resident(), site.ledger.bytes_max() / PageRegion::kept_part);
}

TEST(Slabs, GiveNothingBeyondTheBoundUnlessAsked) {
  Site site(64_KiB);
  std::size_t count = 0;
  while (site.take(1000) != nullptr) ++count;
  EXPECT_GT(count, 40U);
  const ByteCount before = site.ledger.used();
  EXPECT_LE(before, 64_KiB);
  char* const beyond = site.take(1000, Kind::movable, Room::beyond);
  EXPECT_NE(beyond, nullptr);
  EXPECT_GT(site.ledger.used(), before);
  site.slabs.give_back(beyond);
  EXPECT_EQ(site.ledger.used(), before);
}

TEST(Slabs, AHoleIsUsedBeforeASlabIsMade) {
  Site site;
  char* const first = site.take(1000);
  char* const second = site.take(1000);
  const ByteCount before = site.ledger.used();
  site.slabs.give_back(first);
  EXPECT_EQ(site.take(990, Kind::movable, Room::holes), first);
  EXPECT_EQ(site.ledger.used(), before);
  EXPECT_NE(second, nullptr);
}

TEST(Slabs, WithoutAHoleNoSlabIsMadeForWhatMoves) {
  Site site;
  EXPECT_EQ(site.take(1000, Kind::movable, Room::holes), nullptr);
  EXPECT_EQ(site.ledger.used(), 0U);
}

TEST(Slabs, PinnedAndMovableBlocksShareNoSlab) {
  Site site;
  site.take(1000, Kind::movable);
  EXPECT_EQ(site.ledger.used(), Slabs::slab_bytes(1000));
  site.take(1000, Kind::pinned);
  EXPECT_EQ(site.ledger.used(), 2 * Slabs::slab_bytes(1000));
}

TEST(Slabs, WhatIsLargerThanAnySlabsBlockIsOfTheHeapAndCharged) {
  Site site;
  char* const memory = site.take(200'000);
  ASSERT_NE(memory, nullptr);
  std::memset(memory, 'x', 200'000);
  Slabs::set_owner(memory, {1, 2});
  EXPECT_GE(site.ledger.used(), 200'000U);
  EXPECT_EQ(site.take(20'000'000), nullptr);
  site.slabs.give_back(memory);
  EXPECT_EQ(site.ledger.used(), 0U);
}

TEST(Slabs, WhereTheSystemGivesNoRegionsBlocksAreOfTheHeap) {
  Ledger ledger(ByteCount{1} << 60, Slabs::Mode::slabs);
  void* const memory = ledger.slabs().take(1000, Kind::movable);
  ASSERT_NE(memory, nullptr);
  EXPECT_EQ(ledger.used(), Slabs::block_bytes(1000));
  ledger.slabs().give_back(memory);
  EXPECT_EQ(ledger.used(), 0U);
}

// --- Moves

// Every third block of many stays.
struct Sparse : Site {
  std::map<std::uint64_t, char*> blocks;  // by owner
  Sparse() {
    const std::size_t count = 30 * blocks_a_slab(1000);
    for (std::uint64_t i = 0; i < count; ++i) {
      blocks[i] = take(1000);
      Slabs::set_owner(blocks[i], {i, 7});
    }
    for (std::uint64_t i = 0; i < count; ++i) {
      if (i % 3 == 0) continue;
      slabs.give_back(blocks[i]);
      blocks.erase(i);
    }
  }
  // As the index does. False: it cannot be moved.
  bool move(const Slabs::Found& found) {
    EXPECT_EQ(found.owner.stripe, 7U);
    const auto at = blocks.find(found.owner.hash);
    if (at == blocks.end() || !found.holds(at->second)) return false;
    char* const to = take(1000, Kind::movable, Room::holes);
    if (to == nullptr) return false;
    EXPECT_FALSE(found.holds(to));
    slabs.give_back(std::exchange(at->second, to));
    Slabs::set_owner(to, found.owner);
    return true;
  }
};

TEST(Slabs, WhatIsLeftInSparseSlabsIsMovedTogether) {
  Sparse site;
  EXPECT_GE(site.ledger.used(), 20 * Slabs::slab_bytes(1000));
  Slabs::Drain drain;
  while (site.slabs.begin_drain(drain)) {
    for (const Slabs::Found& found : drain.blocks()) EXPECT_TRUE(site.move(found));
    EXPECT_TRUE(site.slabs.end_drain(drain));
  }
  EXPECT_LE(site.ledger.used(), 13 * Slabs::slab_bytes(1000));
  EXPECT_LE(site.slabs.unused_bytes(), 3 * Slabs::slab_bytes(1000));
  for (const auto& [owner, block] : site.blocks) site.slabs.give_back(block);
  EXPECT_EQ(site.ledger.used(), 0U);
}

TEST(Slabs, NothingIsTakenFromASlabThatIsBeingEmptied) {
  Sparse site;
  Slabs::Drain drain;
  ASSERT_TRUE(site.slabs.begin_drain(drain));
  ASSERT_FALSE(drain.blocks().empty());
  const char* const inside = drain.blocks()[0].begin;
  for (std::size_t i = 0; i < 1000; ++i) {
    const char* const other = site.take(1000);
    EXPECT_GE(std::abs(other - inside), 1000);
  }
  EXPECT_FALSE(site.slabs.end_drain(drain));
}

TEST(Slabs, ASlabThatCannotBeEmptiedIsGoneOnWithAndLeftAloneForAWhile) {
  Sparse site;
  std::size_t failed = 0;
  Slabs::Drain drain;
  for (; site.slabs.begin_drain(drain); ++failed) {
    EXPECT_FALSE(site.slabs.end_drain(drain));
  }
  EXPECT_EQ(failed, 1U);
  for (const auto& [owner, block] : site.blocks) site.slabs.give_back(block);
  EXPECT_EQ(site.ledger.used(), 0U);
}

TEST(Slabs, BlocksThatGoWhileTheirSlabIsEmptiedTakeItWithThem) {
  Sparse site;
  Slabs::Drain drain;
  ASSERT_TRUE(site.slabs.begin_drain(drain));
  const ByteCount before = site.ledger.used();
  for (const Slabs::Found& found : drain.blocks()) {
    site.slabs.give_back(site.blocks.at(found.owner.hash));
    site.blocks.erase(found.owner.hash);
  }
  EXPECT_EQ(site.ledger.used(), before);
  EXPECT_TRUE(site.slabs.end_drain(drain));
  EXPECT_EQ(site.ledger.used(), before - Slabs::slab_bytes(1000));
}

TEST(Slabs, BlocksWithoutAnOwnerAreNotOfferedForMoves) {
  Site site;
  std::vector<char*> blocks;
  for (std::size_t i = 0; i < 10 * blocks_a_slab(1000); ++i) blocks.push_back(site.take(1000));
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (i % 2 == 0) site.slabs.give_back(blocks[i]);
  }
  Slabs::Drain drain;
  ASSERT_TRUE(site.slabs.begin_drain(drain));
  EXPECT_TRUE(drain.blocks().empty());
  EXPECT_FALSE(site.slabs.end_drain(drain));
}

TEST(Slabs, PinnedBlocksAreNeverOfferedForMoves) {
  Site site;
  std::vector<char*> blocks;
  for (std::size_t i = 0; i < 10 * blocks_a_slab(1000); ++i) blocks.push_back(site.take(1000, Kind::pinned));
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (i % 2 == 0) site.slabs.give_back(blocks[i]);
  }
  Slabs::Drain drain;
  EXPECT_FALSE(site.slabs.begin_drain(drain));
}

}  // namespace
}  // namespace gust::cache
