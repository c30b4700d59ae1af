#include "rt/look_up_pool.h"

#include <gtest/gtest.h>

#include <latch>
#include <mutex>
#include <optional>

#include "rt/cores.h"
#include "rt/loop.h"
#include "rt/scope.h"

namespace gust::rt {
namespace {

using Found = LookUpPool::Found;

// A name server that answers once it is let; names that begin with "fast" at once.
struct Server {
  std::mutex mutex;
  std::condition_variable changed;
  bool is_let = false;
  std::size_t asked = 0;

  Found answer(const std::string& name) {
    std::unique_lock lock(mutex);
    ++asked;
    changed.notify_all();
    if (!name.starts_with("fast")) changed.wait(lock, [&] { return is_let; });
    return std::vector{*read_address("192.0.2.1", 0)};
  }
  void let() {
    const std::scoped_lock lock(mutex);
    is_let = true;
    changed.notify_all();
  }
  void wait_for(std::size_t count) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return asked >= count; });
  }
};

struct LookUpPoolTest : testing::Test {
  LookUpPool make(const LookUpLimits& limits) {
    return LookUpPool([server = server](const std::string& name) { return server->answer(name); }, limits);
  }
  static Task<void> find_into(LookUpPool& pool, std::string name, std::optional<Found>& into) {
    into.emplace(co_await pool.find(std::move(name)));
  }
  // Runs `job` on the loop and waits for its end.
  void on_loop(Job job) {
    std::latch done(1);
    cores.loop(0).post([&] {
      job();
      done.count_down();
    });
    done.wait();
  }
  static Task<void> join_then(Scope& scope, std::latch& done) {
    co_await scope.join();
    done.count_down();
  }
  void join(Scope& scope, Scope& joining) {
    std::latch done(1);
    on_loop([&] { joining.spawn(join_then(scope, done)); });
    done.wait();
  }

  std::shared_ptr<Server> server = std::make_shared<Server>();
  Cores cores{1, 1};
};

TEST_F(LookUpPoolTest, ANameIsFoundOnAnotherThread) {
  LookUpPool pool = make({});
  std::optional<Found> found;
  Scope scope(cores.loop(0));
  Scope joining(cores.loop(0));
  on_loop([&] { scope.spawn(find_into(pool, "fast.test", found)); });
  join(scope, joining);
  ASSERT_TRUE(found && *found);
  EXPECT_EQ(address_text((*found)->front()), "192.0.2.1");
  on_loop([] {});
}

TEST_F(LookUpPoolTest, ACancelEndsTheWaitAtOnceThoughTheServerIsSilent) {
  std::optional<Found> found;
  {
    LookUpPool pool = make({});
    Scope scope(cores.loop(0));
    Scope joining(cores.loop(0));
    on_loop([&] { scope.spawn(find_into(pool, "slow.test", found)); });
    server->wait_for(1);
    on_loop([&] { scope.cancel(); });
    join(scope, joining);
    on_loop([] {});
  }
  ASSERT_TRUE(found && !*found);
  EXPECT_EQ(found->error().code, Errc::cancelled);
  server->let();  // the pool is gone, the look-up ends by itself
}

TEST_F(LookUpPoolTest, OneSilentNameHoldsUpNoOther) {
  LookUpPool pool = make({.threads = 2});
  std::optional<Found> slow;
  std::optional<Found> fast;
  Scope slow_scope(cores.loop(0));
  Scope fast_scope(cores.loop(0));
  Scope joining(cores.loop(0));
  on_loop([&] { slow_scope.spawn(find_into(pool, "slow.test", slow)); });
  server->wait_for(1);
  on_loop([&] { fast_scope.spawn(find_into(pool, "fast.test", fast)); });
  join(fast_scope, joining);
  EXPECT_TRUE(fast && *fast);
  EXPECT_FALSE(slow);
  server->let();
  join(slow_scope, joining);
  EXPECT_TRUE(slow && *slow);
  on_loop([] {});
}

TEST_F(LookUpPoolTest, NamesThatWaitAreBounded) {
  LookUpPool pool = make({.threads = 1, .waiting_max = 2});
  std::optional<Found> found[4];
  Scope scope(cores.loop(0));
  Scope joining(cores.loop(0));
  on_loop([&] { scope.spawn(find_into(pool, "slow.test", found[0])); });
  server->wait_for(1);
  on_loop([&] {
    for (int i = 1; i < 4; ++i) scope.spawn(find_into(pool, "slow.test", found[i]));
  });
  on_loop([] {});
  server->let();
  join(scope, joining);
  EXPECT_TRUE(*found[0] && *found[1] && *found[2]);
  ASSERT_FALSE(*found[3]);
  EXPECT_EQ(found[3]->error().code, Errc::would_exceed_limit);
  on_loop([] {});
}

}  // namespace
}  // namespace gust::rt
