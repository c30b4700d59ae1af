// The bound on memory: never passed but by the windows of bodies that could not be stored to their end.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "cache/cache_test_internal.h"
#include "rt/scope.h"

namespace gust::cache {
namespace {

using rt::Task;
using testing::append_now;
using testing::body_of;
using testing::Draft;
using testing::fresh_for;
using testing::Site;
using testing::start;
using testing::store_now;

std::string path_of(std::size_t i) { return "/object/" + std::to_string(i); }

TEST(Memory, TheBoundHoldsUnderChurnOfSizes) {
  Site site({.bytes_max = 2_MiB, .stripes = 4});
  std::mt19937 chance(5);
  const std::string body(600'000, 'x');
  for (std::size_t i = 0; i < 3000; ++i) {
    site.arena.clear();
    const std::size_t phase = i / 500;
    const std::size_t size = phase % 2 == 0 ? chance() % 2000 : chance() % 300'000;
    Lookup found = site.begin(path_of(chance() % 5000));
    if (!found.ticket) continue;
    [[maybe_unused]] const auto stored =
        store_now(found.ticket, ByteView(body).substr(0, size), fresh_for(60), i % 2 == 0);
    ASSERT_LE(site.cache.counters().bytes_used, 2_MiB);
  }
  const Counters counters = site.cache.counters();
  EXPECT_GT(counters.evicted, 100U);
  EXPECT_GT(counters.bytes_used, 1_MiB);
}

TEST(Memory, HeadsKeysAndTheIndexCount) {
  Site site({.bytes_max = 1_MiB});
  for (std::size_t i = 0; i < 20'000; ++i) {
    site.arena.clear();
    site.put(path_of(i), "", fresh_for(60));
  }
  const Counters counters = site.cache.counters();
  EXPECT_LE(counters.bytes_used, 1_MiB);
  EXPECT_LT(counters.entries, 2000U);
  EXPECT_GT(counters.entries, 500U);
}

// What is asked for again stays, scattered over the slabs of its size; then comes another size.
TEST(Memory, WhatStaysOfASizeIsMovedTogetherWhenAnotherComes) {
  Site site({.bytes_max = 4_MiB, .stripes = 4, .blocks = Slabs::Mode::slabs});
  const std::string small(300, 's');
  for (std::size_t i = 0; i < 4000; ++i) {
    site.arena.clear();
    site.put(path_of(i), small, fresh_for(60));
    for (std::size_t times = 0; i % 16 == 0 && times < 20; ++times) site.find(path_of(i));
  }
  const EntryRef read = site.find(path_of(16 * 240)).entry;  // while others are moved
  ASSERT_TRUE(read);
  const std::string large(9000, 'l');
  for (std::size_t i = 10'000; i < 10'600; ++i) {
    site.arena.clear();
    site.put(path_of(i), large, fresh_for(60));
    ASSERT_LE(site.cache.counters().bytes_used, 4_MiB);
  }
  std::size_t hot_left = 0;
  for (std::size_t i = 0; i < 4000; i += 16) {
    site.arena.clear();
    const Lookup found = site.find(path_of(i));
    if (!found.entry) continue;
    ++hot_left;
    EXPECT_EQ(found.entry->path_and_query(), path_of(i));
    EXPECT_EQ(found.entry->field("Content-Type"), "text/plain");
    EXPECT_EQ(body_of(found.entry), small);
  }
  EXPECT_GT(hot_left, 150U);
  EXPECT_EQ(body_of(read), small);
  // Nearly all of the memory is in use again: the few that stayed hold no slabs of their own each.
  const Counters counters = site.cache.counters();
  EXPECT_GT(counters.bytes_used, 3_MiB);
  EXPECT_LT(counters.bytes_unused, 512_KiB);
  EXPECT_GT(counters.entries, hot_left + 200U);
}

TEST(Memory, WhatIsStillReadStaysOnTheBooksAndIsNotEvictedForNothing) {
  Site site({.bytes_max = 1_MiB, .object_bytes_max = 1_MiB});
  const std::string body(400'000, 'x');
  site.put("/read", body, fresh_for(60));
  const EntryRef held = site.find("/read").entry;
  site.put("/a", body, fresh_for(60));
  site.put("/b", body, fresh_for(60));  // pushes /read out of the index, not out of memory
  EXPECT_LE(site.cache.counters().bytes_used, 1_MiB);
  EXPECT_GT(site.cache.counters().bytes_used, 800'000U);
  EXPECT_EQ(body_of(held), body);
}

TEST(Memory, ABodyLongerThanItsLimitIsNotStored) {
  Site site({.bytes_max = 1_MiB, .object_bytes_max = 10'000});
  Lookup found = site.begin("/a");
  EXPECT_EQ(found.ticket.store(Draft(fresh_for(60), 10'001).draft).error().code, Errc::would_exceed_limit);
  EXPECT_FALSE(found.ticket);
  EXPECT_TRUE(site.begin("/a").ticket);
}

TEST(Memory, ACacheWithoutAnyMemoryHandsOutNoTickets) {
  Site site({.bytes_max = 100});
  const Lookup found = site.begin("/a");
  EXPECT_EQ(found.found, Found::absent);
  EXPECT_FALSE(found.ticket);
  EXPECT_FALSE(found.fill);
  EXPECT_EQ(site.cache.counters().bytes_used, 0U);
}

TEST(Memory, OneHitFloodsDoNotPushOutWhatIsAskedForAgain) {
  Site site({.bytes_max = 4_MiB, .stripes = 4});
  const std::string body(2000, 'x');
  for (std::size_t i = 0; i < 200; ++i) site.put("/hot/" + std::to_string(i), body, fresh_for(60));
  std::size_t hot_hits = 0;
  for (std::size_t i = 0; i < 10'000; ++i) {
    site.arena.clear();
    if (site.find("/hot/" + std::to_string(i % 200)).found == Found::fresh) ++hot_hits;
    site.put(path_of(i), "x", fresh_for(60));
  }
  EXPECT_GT(hot_hits, 9'800U);
}

// --- A body that finds no more memory half way.

Task<void> write_long(Ticket ticket, std::size_t bytes, Result<void>& outcome) {
  rt::Loop& loop = co_await rt::this_loop();
  const std::string piece(10'000, 'x');
  for (std::size_t written = 0; written < bytes; written += piece.size()) {
    outcome = co_await ticket.append(piece, loop.now() + std::chrono::minutes(1));
    if (!outcome) {
      ticket.fail(outcome.error());
      co_return;
    }
  }
  outcome = ticket.finish();
}

Task<void> read_long(EntryRef entry, std::size_t& bytes, Result<void>& outcome) {
  rt::Loop& loop = co_await rt::this_loop();
  BodyCursor cursor(entry->body());
  entry.reset();
  while (!cursor.at_end()) {
    outcome = co_await cursor.wait(loop.now() + std::chrono::minutes(1));
    if (!outcome) co_return;
    std::array<Slice, 1> slices;
    cursor.peek(slices);
    co_await rt::sleep_until(loop.now() + std::chrono::milliseconds(1));
    bytes += slices[0].size();
    cursor.advance(slices[0].size());
  }
}

struct LongBody {
  rt::sim::World world{3};
  rt::Loop& loop = world.add_host("edge", "10.0.0.1");
  rt::Scope scope{loop};
  bool run_to_end() {
    return world.run_until([&] { return scope.running() == 0; });
  }
};

TEST(Memory, ABodyThatOutgrowsTheCacheStreamsOnThroughItsWindow) {
  LongBody sim;
  Site site({.bytes_max = 1_MiB, .object_bytes_max = 1_MiB, .window_bytes = 100'000});
  Lookup found = site.begin("/long");
  const auto entry = found.ticket.store(Draft(fresh_for(60)).draft);
  Result<void> written, read;
  std::size_t bytes = 0;
  sim.scope.spawn(read_long(*entry, bytes, read));
  sim.world.run_for(std::chrono::milliseconds(1));
  sim.scope.spawn(write_long(std::move(found.ticket), 5'000'000, written));
  ByteCount most_used = 0;
  while (sim.scope.running() > 0) {
    sim.world.run_for(std::chrono::milliseconds(1));
    most_used = std::max(most_used, site.cache.counters().bytes_used);
  }
  EXPECT_TRUE(written);
  EXPECT_TRUE(read);
  EXPECT_EQ(bytes, 5'000'000U);
  EXPECT_LE(most_used, 1_MiB + 100'000 + segment_bytes_max + 64);
  EXPECT_EQ(site.find("/long").found, Found::absent);
  EXPECT_EQ(site.cache.counters().fills_unstored, 1U);
}

TEST(Memory, WhoAsksForABodyThatStreamsThroughItsWindowBeginsAnew) {
  LongBody sim;
  Site site({.bytes_max = 4_MiB, .object_bytes_max = 300'000});
  Lookup found = site.begin("/long");
  const auto entry = found.ticket.store(Draft(fresh_for(60)).draft);
  Result<void> written, read;
  std::size_t bytes = 0;
  sim.scope.spawn(read_long(*entry, bytes, read));
  sim.world.run_for(std::chrono::milliseconds(1));
  sim.scope.spawn(write_long(std::move(found.ticket), 3'000'000, written));
  sim.world.run_for(std::chrono::milliseconds(3));
  EXPECT_TRUE(site.begin("/long").ticket);
  EXPECT_TRUE(sim.run_to_end());
  EXPECT_EQ(bytes, 3'000'000U);
}

TEST(Memory, AWindowedFillEndsWhenItsLastReaderLeaves) {
  LongBody sim;
  Site site({.bytes_max = 1_MiB, .object_bytes_max = 100'000});
  Lookup found = site.begin("/long");
  ASSERT_TRUE(found.ticket.store(Draft(fresh_for(60)).draft));
  Result<void> written;
  sim.scope.spawn(write_long(std::move(found.ticket), 3'000'000, written));
  EXPECT_TRUE(sim.run_to_end());
  EXPECT_EQ(written.error().code, Errc::closed);
  EXPECT_EQ(site.cache.counters().bytes_used, 0U);
}

}  // namespace
}  // namespace gust::cache
