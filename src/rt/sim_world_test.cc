#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "rt/blocking.h"
#include "rt/scope.h"
#include "rt/signal.h"
#include "rt/sim_test_internal.h"

namespace gust::rt::sim {
namespace {

Task<void> sleep_for(Loop& loop, Duration time) { co_await sleep_until(loop.now() + time); }

TEST(SimWorld, TimeIsVirtualAndMovesToTheNextEvent) {
  TwoHosts hosts;
  const Instant start = hosts.world.now();
  ASSERT_TRUE(hosts.world.run(hosts.client, sleep_for(hosts.client, std::chrono::hours{30}), std::chrono::hours{40}));
  EXPECT_GE(hosts.world.now() - start, std::chrono::hours{30});
  EXPECT_LT(hosts.world.now() - start, std::chrono::hours{30} + milliseconds(1));
  hosts.world.run_for(seconds(5));
  EXPECT_GE(hosts.world.now() - start, std::chrono::hours{30} + seconds(5));
}

TEST(SimWorld, TheWallClockCanBeSetAndJumpedWhileTheSteadyOneGoesOn) {
  TwoHosts hosts;
  const Instant before = hosts.world.now();
  EXPECT_EQ(hosts.client.wall_now(), WorldOptions{}.wall_start);
  hosts.world.set_wall(wall_time_of(1'000));
  hosts.world.jump_wall("server", seconds(-30));
  hosts.world.run_for(seconds(10));
  EXPECT_EQ(unix_seconds(hosts.client.wall_now()), 1'010);
  EXPECT_EQ(unix_seconds(hosts.server.wall_now()), 980);
  EXPECT_EQ(hosts.world.now() - before, seconds(10));
}

Task<void> wait_for_ever(Signal& signal) { co_await signal.wait(never); }

TEST(SimWorld, ADeadlockIsNoticedAndReported) {
  TwoHosts hosts(77);
  Signal signal;
  Scope scope(hosts.client);
  scope.spawn(wait_for_ever(signal));
  EXPECT_FALSE(hosts.world.run_until([&] { return scope.running() == 0; }));
  EXPECT_NE(hosts.world.report().find("seed 77: the run deadlocked"), std::string::npos) << hosts.world.report();
  scope.cancel();
  EXPECT_TRUE(hosts.world.run_until([&] { return scope.running() == 0; }));
}

TEST(SimWorld, ATimeLimitEndsARun) {
  TwoHosts hosts;
  Scope scope(hosts.client);
  scope.spawn(sleep_for(hosts.client, seconds(100)));
  EXPECT_FALSE(hosts.world.run_until([&] { return scope.running() == 0; }, seconds(99)));
  EXPECT_NE(hosts.world.report().find("came to its time limit"), std::string::npos);
  EXPECT_TRUE(hosts.world.run_until([&] { return scope.running() == 0; }, seconds(2)));
}

TEST(SimWorld, RunCancelsATaskThatDoesNotEnd) {
  TwoHosts hosts;
  Signal signal;
  EXPECT_FALSE(hosts.world.run(hosts.client, wait_for_ever(signal), seconds(1)));
}

struct Spin {
  Loop& loop;
  bool& goes_on;
  bool await_ready() { return !goes_on; }
  void await_suspend(std::coroutine_handle<> self) { loop.resume_soon(self); }
  void await_resume() {}
};
Task<void> spin(Loop& loop, bool& goes_on) {
  while (goes_on) co_await Spin{loop, goes_on};
}

TEST(SimWorld, ALoopThatSpinsIsNoticed) {
  TwoHosts hosts(1, {.steps_max = 10'000});
  bool goes_on = true;
  Scope scope(hosts.client);
  scope.spawn(spin(hosts.client, goes_on));
  EXPECT_FALSE(hosts.world.run_until([&] { return scope.running() == 0; }));
  EXPECT_NE(hosts.world.report().find("a loop spins"), std::string::npos);
  goes_on = false;
  EXPECT_TRUE(hosts.world.run_until([&] { return scope.running() == 0; }));
}

TEST(SimWorld, PostedJobsKeepTheirOrder) {
  TwoHosts hosts;
  std::vector<int> order;
  for (int i = 0; i < 100; ++i) hosts.client.post([&order, i] { order.push_back(i); });
  EXPECT_TRUE(order.empty());
  EXPECT_TRUE(hosts.world.run_until_idle());
  ASSERT_EQ(order.size(), 100U);
  EXPECT_TRUE(std::ranges::is_sorted(order));
}

Task<void> block_once(Loop& loop, int answer, std::vector<int>& answers) {
  answers.push_back(co_await blocking(loop, [answer] { return answer; }));
}

TEST(SimWorld, OffloadedJobsTakeTimeAndEndInAnyOrder) {
  std::set<std::vector<int>> orders;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    TwoHosts hosts(seed);
    std::vector<int> answers;
    Scope scope(hosts.client);
    for (const int answer : {1, 2, 3}) scope.spawn(block_once(hosts.client, answer, answers));
    const Instant start = hosts.world.now();
    ASSERT_TRUE(hosts.world.run_until([&] { return scope.running() == 0; }));
    EXPECT_GT(hosts.world.now(), start);
    orders.insert(answers);
  }
  EXPECT_GT(orders.size(), 3U);
}

Task<void> note_at(Instant at, int who, std::vector<int>& order) {
  co_await sleep_until(at);
  order.push_back(who);
}

TEST(SimWorld, HostsThatAreReadyTogetherGoOnInAnOrderOfTheSeed) {
  std::set<std::vector<int>> orders;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    TwoHosts hosts(seed);
    std::vector<int> order;
    const Instant at = hosts.world.now() + seconds(1);
    Scope one(hosts.client), two(hosts.server);
    one.spawn(note_at(at, 1, order));
    two.spawn(note_at(at, 2, order));
    ASSERT_TRUE(hosts.world.run_until([&] { return one.running() + two.running() == 0; }));
    orders.insert(order);
  }
  EXPECT_EQ(orders.size(), 2U);
}

// Some traffic with all kinds of chance in it.
std::uint64_t hash_of_a_run(std::uint64_t seed, std::string* report = nullptr) {
  TwoHosts hosts(seed, {.links = {.loss_chance = 0.05, .reset_chance = 0.005}});
  Pair pair = make_pair_of(hosts);
  std::string heard;
  std::size_t taken = 0;
  Errc end = Errc::bug, failure = Errc::bug;
  Scope scope(hosts.client);
  scope.spawn(hear_all(*pair.server, never, heard, end));
  hosts.world.run(hosts.client, write_all(*pair.client, numbered_bytes(100'000), never, taken, failure));
  pair.client->finish_writing();
  hosts.world.run_until([&] { return scope.running() == 0; });
  hosts.world.note("over");
  if (report) *report = hosts.world.report();
  return hosts.world.trace_hash();
}

TEST(SimWorld, ARunIsAFunctionOfItsSeed) {
  std::set<std::uint64_t> hashes;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const std::uint64_t hash = hash_of_a_run(seed);
    EXPECT_EQ(hash_of_a_run(seed), hash) << "seed " << seed;
    hashes.insert(hash);
  }
  EXPECT_EQ(hashes.size(), 20U);
}

TEST(SimWorld, TheReportShowsTheLastEvents) {
  std::string report;
  hash_of_a_run(3, &report);
  EXPECT_NE(report.find("seed 3"), std::string::npos);
  EXPECT_NE(report.find("server     arrived 1 "), std::string::npos) << report;
  EXPECT_NE(report.find("notes over"), std::string::npos);
}

TEST(SimWorld, ChanceAndSecretsOfAHostComeFromTheSeed) {
  std::array<char, 16> a{}, b{}, c{};
  TwoHosts one(5), same(5), other(6);
  one.client.fill_secret(a);
  same.client.fill_secret(b);
  other.client.fill_secret(c);
  EXPECT_EQ(a, b);
  EXPECT_NE(a, c);
  EXPECT_EQ(one.client.random(), same.client.random());
  EXPECT_NE(one.client.random(), one.server.random());
}

}  // namespace
}  // namespace gust::rt::sim
