// Waiting for another's fill, on two cores of a simulated host.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "cache/cache_test_internal.h"
#include "rt/scope.h"

namespace gust::cache {
namespace {

using rt::Task;
using std::chrono::milliseconds;
using testing::append_to;
using testing::body_of;
using testing::Draft;
using testing::fresh_for;
using testing::Site;

struct TwoCores {
  rt::sim::World world;
  rt::Loop& first;
  rt::Loop& second;
  Site site;
  rt::Scope home;
  rt::Scope away;

  explicit TwoCores(std::uint64_t seed = 1)
      : world(seed),
        first(world.add_host("edge", "10.0.0.1")),
        second(world.add_core("edge")),
        home(first),
        away(second) {
    site.now = world.now();
  }
  bool run_to_end() {
    return world.run_until([&] { return home.running() + away.running() == 0; }, std::chrono::minutes(10));
  }
};

enum class Role { hit, owner, joiner, alone, failed };

// How one request fared.
struct Fared {
  Role role = Role::failed;
  std::string body;
  Error error;
  Instant ended{};
};

Task<void> read_body(EntryRef entry, Fared& fared) {
  rt::Loop& loop = co_await rt::this_loop();
  BodyCursor cursor(entry->body());
  while (!cursor.at_end()) {
    if (auto waited = co_await cursor.wait(loop.now() + std::chrono::minutes(1)); !waited) {
      fared.error = waited.error();
      fared.role = Role::failed;
      co_return;
    }
    std::array<Slice, 4> slices;
    const std::size_t count = cursor.peek(slices);
    for (std::size_t i = 0; i < count; ++i) {
      fared.body += slices[i].view();
      cursor.advance(slices[i].size());
    }
  }
}

// What an owner does with its ticket.
struct Plan {
  enum Act { store, pass, fail, give_up, store_and_fail, hold } act = store;
  Duration head_after = milliseconds(10);
  std::string body = "hello";
  Storing storing = fresh_for(60, Instant{});
  int* asked = nullptr;  // counts fetches
};

Task<void> carry_out(Ticket ticket, const Plan& plan, Fared& fared) {
  rt::Loop& loop = co_await rt::this_loop();
  if (plan.asked != nullptr) ++*plan.asked;
  if (!co_await rt::sleep_until(loop.now() + plan.head_after)) co_return;
  const Error error{Errc::refused, Side::origin, Retry::never, "nobody there"};
  switch (plan.act) {
    case Plan::pass:
      ticket.pass();
      co_return;
    case Plan::fail:
      ticket.fail(error);
      co_return;
    case Plan::give_up:
      co_return;
    case Plan::hold:
      ticket.hold_stale(loop.now() + std::chrono::seconds(10));
      co_return;
    case Plan::store:
    case Plan::store_and_fail:
      break;
  }
  Storing storing = plan.storing;
  storing.freshness.received = loop.now();
  const Draft draft(storing);
  const auto entry = ticket.store(draft.draft);
  if (!entry) co_return;
  for (char c : plan.body) {
    if (!co_await rt::sleep_until(loop.now() + milliseconds(1))) co_return;
    if (!co_await ticket.append({&c, 1}, never)) co_return;
  }
  if (plan.act == Plan::store_and_fail) {
    ticket.fail(error);
    co_return;
  }
  [[maybe_unused]] const auto finished = ticket.finish();
  fared.body = body_of(*entry);
}

// One request: looks up, and fetches, joins or goes alone.
Task<void> ask(Site& site, ByteView path, const Plan& plan, Duration patience, Fared& fared) {
  rt::Loop& loop = co_await rt::this_loop();
  const Key key = site.key(path);
  Lookup found = site.cache.find_or_begin(key, loop.now());
  if (found.found == Found::fresh || found.found == Found::held) {
    fared.role = Role::hit;
    co_await read_body(found.entry, fared);
  } else if (found.ticket) {
    fared.role = Role::owner;
    co_await carry_out(std::move(found.ticket), plan, fared);
  } else if (found.fill) {
    auto joined = co_await site.cache.join(found.fill, key, loop.now() + patience);
    if (!joined) {
      fared.error = joined.error();
    } else if (joined->entry) {
      fared.role = Role::joiner;
      co_await read_body(joined->entry, fared);
    } else if (joined->ticket) {
      fared.role = Role::owner;
      co_await carry_out(std::move(joined->ticket), plan, fared);
    } else {
      fared.role = Role::alone;
    }
  } else {
    fared.role = Role::alone;
  }
  fared.ended = loop.now();
}

constexpr Duration long_patience = std::chrono::minutes(1);

std::vector<Fared> ask_many(TwoCores& cores, const Plan& plan, int count = 20, Duration patience = long_patience) {
  std::vector<Fared> fared(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    (i % 2 == 0 ? cores.home : cores.away)
        .spawn(ask(cores.site, "/a", plan, patience, fared[static_cast<std::size_t>(i)]));
  }
  EXPECT_TRUE(cores.run_to_end()) << cores.world.report();
  return fared;
}

int count_of(const std::vector<Fared>& fared, Role role) {
  return static_cast<int>(std::ranges::count(fared, role, &Fared::role));
}

TEST(Join, Coll1OneFetchServesAllWhoAskTogetherOnBothCores) {
  TwoCores cores;
  int asked = 0;
  const std::vector<Fared> fared = ask_many(cores, {.asked = &asked}, 200);
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(count_of(fared, Role::owner), 1);
  EXPECT_EQ(count_of(fared, Role::joiner), 199);
  for (const Fared& one : fared) EXPECT_EQ(one.body, "hello");
  EXPECT_EQ(cores.site.cache.counters().joined, 199U);
}

TEST(Join, Body1JoinersGetTheFirstBytesBeforeTheLastHaveCome) {
  TwoCores cores;
  Fared owner, joiner;
  const Plan plan{.body = "slow body"};
  cores.home.spawn(ask(cores.site, "/a", plan, long_patience, owner));
  cores.world.run_for(milliseconds(2));
  cores.away.spawn(ask(cores.site, "/a", plan, long_patience, joiner));
  EXPECT_TRUE(cores.world.run_until([&] { return joiner.body.size() >= 3; }));
  EXPECT_EQ(cores.home.running(), 1U);
  EXPECT_TRUE(cores.run_to_end());
  EXPECT_EQ(joiner.body, "slow body");
}

TEST(Join, Coll3WhenTheAnswerIsNotSharedEachGoesOnAlone) {
  TwoCores cores;
  int asked = 0;
  const std::vector<Fared> fared = ask_many(cores, {.act = Plan::pass, .asked = &asked});
  EXPECT_EQ(count_of(fared, Role::alone), 19);
  EXPECT_EQ(asked, 1);
  Plan alone{.asked = &asked};
  alone.storing.verdict = Storing::store_alone;
  TwoCores others;
  EXPECT_EQ(count_of(ask_many(others, alone), Role::alone), 19);
}

TEST(Join, AnOriginThatFailsFailsAllWhoWait) {
  TwoCores cores;
  int asked = 0;
  const std::vector<Fared> fared = ask_many(cores, {.act = Plan::fail, .asked = &asked});
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(count_of(fared, Role::failed), 19);
  for (const Fared& one : fared) {
    if (one.role == Role::failed) EXPECT_EQ(one.error.code, Errc::refused);
  }
}

TEST(Join, AnOwnerThatGoesAwayHandsOverToOneOfThoseWhoWait) {
  TwoCores cores;
  const Plan gives_up{.act = Plan::give_up};
  int asked = 0;
  const Plan stores{.asked = &asked};
  Fared owner;
  std::vector<Fared> fared(10);
  cores.home.spawn(ask(cores.site, "/a", gives_up, long_patience, owner));
  cores.world.run_for(milliseconds(2));
  for (Fared& one : fared) cores.away.spawn(ask(cores.site, "/a", stores, long_patience, one));
  EXPECT_TRUE(cores.run_to_end()) << cores.world.report();
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(count_of(fared, Role::owner), 1);
  for (const Fared& one : fared) EXPECT_EQ(one.body, "hello");
}

TEST(Join, AnOwnerWhoseTaskIsCancelledHandsOver) {
  TwoCores cores;
  const Plan stores{.head_after = milliseconds(50)};
  Fared owner, joiner;
  rt::Scope doomed(cores.first);
  doomed.spawn(ask(cores.site, "/a", stores, long_patience, owner));
  cores.world.run_for(milliseconds(2));
  cores.away.spawn(ask(cores.site, "/a", stores, long_patience, joiner));
  cores.world.run_for(milliseconds(2));
  doomed.cancel();
  EXPECT_TRUE(cores.run_to_end());
  EXPECT_EQ(joiner.role, Role::owner);
  EXPECT_EQ(joiner.body, "hello");
}

TEST(Join, HandingOverHasAnEnd) {
  TwoCores cores;
  int asked = 0;
  const std::vector<Fared> fared = ask_many(cores, {.act = Plan::give_up, .asked = &asked}, 50);
  // The first, and one for each round that every waiting request goes along with.
  EXPECT_LE(asked, 1 + 3);
  EXPECT_GE(asked, 2);
  EXPECT_EQ(count_of(fared, Role::failed), 50 - asked);
  EXPECT_EQ(cores.site.cache.counters().bytes_used, 0U);
}

TEST(Join, WaitingEndsAtItsDeadline) {
  TwoCores cores;
  const Plan never_answers{.head_after = std::chrono::minutes(5)};
  const std::vector<Fared> fared = ask_many(cores, never_answers, 5, milliseconds(30));
  EXPECT_EQ(count_of(fared, Role::failed), 4);
  for (const Fared& one : fared) {
    if (one.role != Role::failed) continue;
    EXPECT_EQ(one.error.code, Errc::timed_out);
    EXPECT_LT(one.ended, cores.world.now() - std::chrono::minutes(4));
  }
}

TEST(Join, AFillThatBreaksOffFailsTheReadersAndTheNextRequestBeginsAnew) {
  TwoCores cores;
  const std::vector<Fared> fared = ask_many(cores, {.act = Plan::store_and_fail});
  EXPECT_EQ(count_of(fared, Role::failed), 19);
  for (const Fared& one : fared) {
    if (one.role == Role::failed) EXPECT_EQ(one.body, "hello");
  }
  cores.site.now = cores.world.now();
  EXPECT_TRUE(cores.site.begin("/a").ticket);
}

TEST(Join, Stale5ThoseWhoWaitAreServedTheHeldEntry) {
  TwoCores cores;
  Fared first;
  Plan plan;
  plan.storing = fresh_for(1);
  cores.home.spawn(ask(cores.site, "/a", plan, long_patience, first));
  EXPECT_TRUE(cores.run_to_end());
  cores.world.run_for(seconds(2));
  const std::vector<Fared> fared = ask_many(cores, {.act = Plan::hold});
  EXPECT_EQ(count_of(fared, Role::joiner) + count_of(fared, Role::hit), 19);
  for (const Fared& one : fared) {
    if (one.role != Role::owner) EXPECT_EQ(one.body, "hello");
  }
}

TEST(Join, APurgeWhileTheyWaitMakesLaterOnesAskAnew) {
  TwoCores cores;
  int asked = 0;
  const Plan old{.head_after = milliseconds(50), .body = "old", .asked = &asked};
  const Plan fresh{.head_after = milliseconds(50), .body = "new", .asked = &asked};
  Fared first, joined, later, after;
  cores.home.spawn(ask(cores.site, "/a", old, long_patience, first));
  cores.world.run_for(milliseconds(5));
  cores.away.spawn(ask(cores.site, "/a", old, long_patience, joined));
  cores.world.run_for(milliseconds(5));
  cores.site.purge(1, "/a");
  cores.away.spawn(ask(cores.site, "/a", fresh, long_patience, later));
  EXPECT_TRUE(cores.run_to_end());
  EXPECT_EQ(joined.body, "old");
  EXPECT_EQ(later.body, "new");
  cores.home.spawn(ask(cores.site, "/a", fresh, long_patience, after));
  EXPECT_TRUE(cores.run_to_end());
  EXPECT_EQ(after.role, Role::hit);
  EXPECT_EQ(after.body, "new");
  EXPECT_EQ(asked, 2);
}

// Whatever the order of things: every request ends, nothing is left, and a body is whole or an error was seen.
TEST(Join, AThousandSeedsOfMixedFates) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    TwoCores cores(seed);
    int asked = 0;
    Plan plans[6];
    for (int i = 0; i < 6; ++i) {
      plans[i].act = static_cast<Plan::Act>((seed + static_cast<std::uint64_t>(i) * 7) % 5);
      plans[i].head_after = std::chrono::microseconds(100 * (seed % 17) + 50);
      plans[i].asked = &asked;
    }
    std::vector<Fared> fared(6);
    for (std::size_t i = 0; i < 6; ++i) {
      (i % 2 == 0 ? cores.home : cores.away).spawn(ask(cores.site, "/a", plans[i], milliseconds(200), fared[i]));
      cores.world.run_for(std::chrono::microseconds(seed * 31 % 400));
    }
    if (seed % 3 == 0) cores.home.cancel();
    ASSERT_TRUE(cores.run_to_end()) << cores.world.report();
    for (const Fared& one : fared) {
      if (one.role == Role::joiner || one.role == Role::hit) EXPECT_EQ(one.body, "hello") << "seed " << seed;
    }
    const Counters counters = cores.site.cache.counters();
    EXPECT_EQ(counters.fills, 0U) << "seed " << seed;
    EXPECT_EQ(counters.fills_begun, static_cast<std::uint64_t>(asked)) << "seed " << seed;
    if (counters.entries == 0) EXPECT_EQ(counters.bytes_used, 0U) << "seed " << seed;
  }
}

}  // namespace
}  // namespace gust::cache
