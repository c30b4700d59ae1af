#include "origin/pool.h"

#include <gtest/gtest.h>

#include <optional>

#include "origin/manual_loop_internal.h"

namespace gust::origin {
namespace {

using std::chrono::seconds;

// A connection on which the test lets things arrive.
class FakeConnection final : public Poolable {
 public:
  FakeConnection(int number, int& open) : number_(number), open_(open) { ++open_; }
  ~FakeConnection() override { --open_; }
  bool is_reusable() const override { return !arrived_; }
  rt::Task<void> watch(Instant until) override {
    if (!arrived_) co_await signal_.wait(until);
  }
  void arrive() {
    arrived_ = true;
    signal_.notify_all();
  }
  int number() const { return number_; }

 private:
  int number_;
  int& open_;
  bool arrived_ = false;
  rt::Signal signal_;
};

struct PoolTest : testing::Test {
  ~PoolTest() override {
    rt::Scope closing(loop);
    closing.spawn(pool->close());
    loop.settle();
    EXPECT_EQ(open, 0);
  }
  void limit(const PoolLimits& limits) { pool.emplace(loop, limits); }

  static rt::Task<void> take_into(Pool& pool, std::string key, Instant deadline, std::optional<Result<Lease>>& into) {
    into.emplace(co_await pool.take(std::move(key), deadline));
  }
  // The lease, made now: for takes that need not wait.
  Lease take(const std::string& key) {
    std::optional<Result<Lease>> taken;
    rt::Scope scope(loop);
    scope.spawn(take_into(*pool, key, loop.now(), taken));
    loop.settle();
    EXPECT_TRUE(taken && *taken);
    return std::move(**taken);
  }
  Lease connected(const std::string& key) {
    Lease lease = take(key);
    if (!lease.connection()) lease.set_connection(std::make_unique<FakeConnection>(++made, open));
    return lease;
  }
  static int number_of(const Lease& lease) { return static_cast<FakeConnection*>(lease.connection())->number(); }
  // A connection of `key`, idle; the pointer is good while it is.
  FakeConnection* idle(const std::string& key, Duration keep = seconds(5)) {
    Lease lease = connected(key);
    auto* connection = static_cast<FakeConnection*>(lease.connection());
    lease.give_back(keep);
    loop.settle();
    return connection;
  }

  ManualLoop loop;
  int open = 0;
  int made = 0;
  std::optional<Pool> pool{std::in_place, loop, PoolLimits{}};
};

TEST_F(PoolTest, WhatWasGivenBackServesAgain) {
  idle("a");
  Lease lease = take("a");
  ASSERT_TRUE(lease.connection());
  EXPECT_TRUE(lease.is_reused());
  EXPECT_EQ(number_of(lease), 1);
  EXPECT_EQ(pool->counts().reused, 1U);
  EXPECT_EQ(pool->counts().idle, 0U);
}

TEST_F(PoolTest, SecurityConnectionsAreNeverSharedBetweenKeys) {
  idle("tenant1\nhost:80");
  EXPECT_FALSE(take("tenant2\nhost:80").connection());
}

TEST_F(PoolTest, WhatWasNotGivenBackIsClosed) {
  connected("a").release();
  EXPECT_EQ(open, 0);
  EXPECT_FALSE(take("a").connection());
}

TEST_F(PoolTest, TheNewestIdleConnectionIsGivenFirst) {
  Lease first = connected("a");
  Lease second = connected("a");
  first.give_back(seconds(5));
  second.give_back(seconds(5));
  EXPECT_EQ(number_of(take("a")), 2);
}

TEST_F(PoolTest, Orig8AnIdleConnectionIsClosedAtItsExpiry) {
  idle("a", seconds(5));
  loop.advance(seconds(4));
  EXPECT_EQ(open, 1);
  loop.advance(seconds(1));
  EXPECT_EQ(open, 0);
  EXPECT_EQ(pool->counts().expired, 1U);
  EXPECT_FALSE(take("a").connection());
}

TEST_F(PoolTest, Orig8WithoutKeepAliveNothingIsKept) {
  connected("a").give_back(Duration::zero());
  EXPECT_EQ(open, 0);
}

TEST_F(PoolTest, AnIdleConnectionOnWhichSomethingArrivesIsClosed) {
  idle("a")->arrive();
  loop.settle();
  EXPECT_EQ(open, 0);
  EXPECT_EQ(pool->counts().ended, 1U);
}

TEST_F(PoolTest, AConnectionThatEndsAsItIsTakenIsNotGivenOutAndTheNextIs) {
  Lease one = connected("a");
  Lease two = connected("a");
  auto* second = static_cast<FakeConnection*>(two.connection());
  one.give_back(seconds(5));
  two.give_back(seconds(5));
  loop.settle();
  second->arrive();  // its watch has not gone on yet
  EXPECT_EQ(number_of(take("a")), 1);
}

TEST_F(PoolTest, AConnectionTakenBeforeItsWatchBeganIsGood) {
  connected("a").give_back(seconds(5));
  Lease lease = take("a");
  EXPECT_EQ(number_of(lease), 1);
}

TEST_F(PoolTest, AConnectionThatIsNotCleanIsNotKept) {
  Lease lease = connected("a");
  static_cast<FakeConnection*>(lease.connection())->arrive();
  lease.give_back(seconds(5));
  EXPECT_EQ(open, 0);
}

TEST_F(PoolTest, IdleConnectionsAreBoundedPerKeyAndInAll) {
  limit({.idle_per_key_max = 2, .idle_max = 3});
  std::vector<Lease> leases;
  for (const char* key : {"a", "a", "a", "b", "b"}) leases.push_back(connected(key));
  for (Lease& lease : leases) lease.give_back(seconds(5));
  loop.settle();
  EXPECT_EQ(pool->counts().idle, 3U);
  EXPECT_EQ(open, 3);
  EXPECT_EQ(number_of(take("a")), 3);
  leases.clear();
}

struct PoolQueue : PoolTest {
  PoolQueue() { limit({.connections_per_key_max = 1, .waiting_per_key_max = 2}); }
  void wait_for(const std::string& key, Duration patience) {
    auto& slot = taken.emplace_back();
    scope.spawn(take_into(*pool, key, loop.now() + patience, slot));
    loop.settle();
  }
  void forget() { taken.clear(); }

  std::deque<std::optional<Result<Lease>>> taken;
  rt::Scope scope{loop};
};

TEST_F(PoolQueue, WhoFindsTheBoundReachedWaitsInTurn) {
  Lease held = connected("a");
  wait_for("a", seconds(9));
  wait_for("a", seconds(9));
  EXPECT_FALSE(taken[0] || taken[1]);
  held.give_back(seconds(5));
  loop.settle();
  ASSERT_TRUE(taken[0] && *taken[0]);
  EXPECT_EQ(number_of(**taken[0]), 1);
  EXPECT_FALSE(taken[1]);
  (*taken[0])->release();
  loop.settle();
  ASSERT_TRUE(taken[1] && *taken[1]);
  EXPECT_FALSE((*taken[1])->connection());  // the right to make one
  forget();
}

TEST_F(PoolQueue, OtherKeysDoNotWait) {
  Lease held = connected("a");
  wait_for("b", seconds(9));
  EXPECT_TRUE(taken[0]);
  forget();
}

TEST_F(PoolQueue, AFullQueueRefuses) {
  Lease held = connected("a");
  for (int i = 0; i < 3; ++i) wait_for("a", seconds(1));
  ASSERT_TRUE(taken[2]);
  EXPECT_EQ(taken[2]->error().code, Errc::would_exceed_limit);
  loop.advance(seconds(1));
}

TEST_F(PoolQueue, AWaitThatIsTooLongFailsAndLeavesTheQueue) {
  Lease held = connected("a");
  wait_for("a", seconds(1));
  loop.advance(seconds(1));
  ASSERT_TRUE(taken[0]);
  EXPECT_EQ(taken[0]->error().code, Errc::would_exceed_limit);
  EXPECT_EQ(pool->counts().waiting, 0U);
  held.release();
  EXPECT_EQ(pool->counts().leased, 0U);
}

TEST_F(PoolQueue, ACancelLeavesTheQueue) {
  Lease held = connected("a");
  wait_for("a", seconds(9));
  scope.cancel();
  loop.settle();
  ASSERT_TRUE(taken[0]);
  EXPECT_EQ(taken[0]->error().code, Errc::cancelled);
  EXPECT_EQ(pool->counts().waiting, 0U);
}

TEST_F(PoolTest, AClosedPoolGivesNothingAndKeepsNothing) {
  idle("a");
  Lease late = connected("b");
  rt::Scope scope(loop);
  scope.spawn(pool->close());
  loop.settle();
  EXPECT_EQ(open, 1);
  late.give_back(seconds(5));
  EXPECT_EQ(open, 0);
  std::optional<Result<Lease>> taken;
  scope.spawn(take_into(*pool, "a", never, taken));
  loop.settle();
  EXPECT_EQ(taken->error().code, Errc::cancelled);
}

}  // namespace
}  // namespace gust::origin
