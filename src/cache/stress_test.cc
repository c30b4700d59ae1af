// Many cores on one cache for a little while: whatever the interleaving, bodies are whole and the books are right.
#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "cache/cache_test_internal.h"
#include "rt/cores.h"
#include "rt/loop.h"
#include "rt/scope.h"

namespace gust::cache {
namespace {

using rt::Task;
using testing::Draft;
using testing::fresh_for;

constexpr std::size_t cores_count = 4;
constexpr std::size_t tasks_a_core = 6;

// The body of a path: its name over and over, so that a mixed-up byte shows.
std::string body_for(std::size_t path) {
  std::string body;
  const std::string name = "/" + std::to_string(path) + ";";
  while (body.size() < (path * 7919) % 60'000) body += name;
  return body;
}

struct Shared {
  Cache cache;
  explicit Shared(Slabs::Mode blocks)
      : cache({.bytes_max = 1_MiB, .stripes = 4, .window_bytes = 64_KiB, .blocks = blocks}) {}
  std::vector<std::string> bodies;
  std::atomic<std::size_t> wrong = 0;
  std::atomic<std::size_t> whole = 0;
  std::atomic<std::size_t> running = 0;
  std::atomic<std::uint64_t> epoch = 0;
};

Key key_of(const Shared& shared, std::size_t path, Arena& arena) {
  http::RequestHead request;
  request.set_target(arena.copy("/" + std::to_string(path)));
  return make_key(KeyRules(), "E1", request, shared.cache.seed(), arena).key;
}

Task<void> check_body(Shared& shared, EntryRef entry, const std::string& expected) {
  rt::Loop& loop = co_await rt::this_loop();
  BodyCursor cursor(entry->body());
  std::string read;
  while (!cursor.at_end()) {
    if (!co_await cursor.wait(loop.now() + std::chrono::seconds(20))) {
      if (!expected.starts_with(read)) ++shared.wrong;
      co_return;
    }
    std::array<Slice, 3> slices;
    const std::size_t count = cursor.peek(slices);
    for (std::size_t i = 0; i < count; ++i) {
      read += slices[i].view();
      cursor.advance(slices[i].size());
    }
  }
  ++(read == expected ? shared.whole : shared.wrong);
}

Task<void> bring(Shared& shared, Ticket ticket, const std::string& body, unsigned fate) {
  rt::Loop& loop = co_await rt::this_loop();
  if (fate % 16 == 0) co_return;  // gives up
  if (fate % 16 == 1) {
    ticket.pass();
    co_return;
  }
  if (ticket.stale() && fate % 2 == 0) {
    const Draft confirmed(fresh_for(1 + fate % 3, loop.now()));
    const EntryRef entry = ticket.refresh(confirmed.draft);
    co_await check_body(shared, entry, body);
    co_return;
  }
  Storing storing = fresh_for(0, loop.now());
  storing.freshness.lifetime = std::chrono::milliseconds(fate % 8);
  const Draft draft(storing, fate % 4 < 2 ? std::optional<ByteCount>(body.size()) : std::nullopt);
  const auto entry = ticket.store(draft.draft);
  if (!entry) co_return;
  // The viewer's own reader, so that a window has one.
  BodyCursor own((*entry)->body());
  for (ByteView left = body; !left.empty();) {
    const ByteView piece = left.substr(0, 5000);
    left.remove_prefix(piece.size());
    if (auto kept = co_await ticket.append(piece, loop.now() + std::chrono::seconds(20)); !kept) {
      ticket.fail(kept.error());
      co_return;
    }
    own.advance(piece.size());
    if (fate % 3 == 0) co_await rt::sleep_until(loop.now() + std::chrono::microseconds(50));
  }
  if (fate % 16 == 2) {
    ticket.fail({Errc::reset, Side::origin, Retry::never, "test"});
    co_return;
  }
  [[maybe_unused]] const auto finished = ticket.finish();
}

Task<void> one_viewer(Shared& shared, std::uint64_t seed, std::size_t requests) {
  rt::Loop& loop = co_await rt::this_loop();
  std::mt19937_64 chance(seed);
  Arena arena;
  for (std::size_t i = 0; i < requests; ++i) {
    arena.clear();
    const std::size_t path = chance() % (chance() % 2 == 0 ? 8 : shared.bodies.size());
    const std::string& body = shared.bodies[path];
    const Key key = key_of(shared, path, arena);
    if (chance() % 100 == 0) {
      shared.cache.apply(
          Purge::of_path(++shared.epoch, "E1", chance() % 4 == 0 ? ByteView("/1*") : key.path_and_query));
    }
    if (chance() % 50 == 0) shared.cache.reclaim(loop.now(), 20);
    Lookup found = shared.cache.find_or_begin(key, loop.now());
    if (found.fill) {
      auto joined = co_await shared.cache.join(found.fill, key, loop.now() + std::chrono::seconds(20));
      if (joined && joined->entry) co_await check_body(shared, joined->entry, body);
      if (joined && joined->ticket)
        co_await bring(shared, std::move(joined->ticket), body, static_cast<unsigned>(chance()));
      continue;
    }
    if (found.entry) co_await check_body(shared, found.entry, body);
    if (found.ticket) co_await bring(shared, std::move(found.ticket), body, static_cast<unsigned>(chance()));
  }
}

Task<void> run_core(Shared& shared, std::uint64_t seed, std::size_t requests, std::atomic<bool>& done) {
  rt::Scope viewers(co_await rt::context());
  for (std::size_t i = 0; i < tasks_a_core; ++i) viewers.spawn(one_viewer(shared, seed * 100 + i, requests));
  co_await viewers.join();
  done = true;
  done.notify_one();
}

void run_four_cores(Slabs::Mode blocks) {
  Shared shared(blocks);
  for (std::size_t i = 0; i < 60; ++i) shared.bodies.push_back(body_for(i));
  std::array<std::unique_ptr<rt::Scope>, cores_count> scopes;
  std::array<std::atomic<bool>, cores_count> done{};
  std::array<std::atomic<bool>, cores_count> gone{};
  {
    rt::Cores cores(cores_count, 1);
    for (std::size_t i = 0; i < cores_count; ++i) {
      cores.loop(i).post([&, i] {
        scopes[i] = std::make_unique<rt::Scope>(cores.loop(i));
        scopes[i]->spawn(run_core(shared, i + 1, 400, done[i]));
      });
    }
    for (auto& one : done) one.wait(false);
    // A scope ends on its own core, in a later turn than its last task.
    for (std::size_t i = 0; i < cores_count; ++i) {
      cores.loop(i).post([&, i] {
        scopes[i].reset();
        gone[i] = true;
        gone[i].notify_one();
      });
    }
    for (auto& one : gone) one.wait(false);
  }
  EXPECT_EQ(shared.wrong, 0U);
  EXPECT_GT(shared.whole, 1000U);
  const Counters counters = shared.cache.counters();
  EXPECT_EQ(counters.fills, 0U);
  EXPECT_EQ(counters.fills_begun, counters.fills_stored + counters.fills_refreshed + counters.fills_held +
                                      counters.fills_passed + counters.fills_failed + counters.fills_given_up +
                                      counters.fills_unstored);
  EXPECT_LE(counters.bytes_used, 1_MiB);
  EXPECT_GT(counters.evicted, 0U);
}

TEST(Stress, FourCoresOnOneCache) { run_four_cores(Slabs::mode_of_build); }

// Without a sanitizer that is the same; with one, this is where it sees slabs and what moves between them.
TEST(Stress, FourCoresOnOneCacheOfSlabs) { run_four_cores(Slabs::Mode::slabs); }

// INV-12: no response may be held against the invalidation's number before the rule that reaches it is there.
TEST(Stress, Inv12AnInvalidationOfManyPathsMissesNoneThatIsAskedForMeanwhile) {
  constexpr std::size_t paths_count = 300;
  constexpr int rounds = 50;
  std::vector<Purge> invalidation;
  for (std::size_t i = 0; i < paths_count; ++i)
    invalidation.push_back(Purge::of_path(1, "E1", "/" + std::to_string(i)));
  const std::string last = invalidation.back().path;
  for (int round = 0; round < rounds; ++round) {
    testing::Site site;
    site.put(last, "old", fresh_for(1000));
    const Key key = site.key(last);
    std::atomic<bool> is_asking = false;
    std::atomic<bool> is_applied = false;
    std::jthread asking([&] {
      while (!is_applied) {
        site.cache.find(key, site.now);
        is_asking = true;
      }
    });
    while (!is_asking) std::this_thread::yield();
    site.cache.apply(invalidation);
    EXPECT_EQ(site.find(last).found, Found::absent);
    is_applied = true;
  }
}

}  // namespace
}  // namespace gust::cache
