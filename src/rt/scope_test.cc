#include "rt/scope.h"

#include <gtest/gtest.h>

#include "rt/sim_test_internal.h"

namespace gust::rt {
namespace {

using sim::World;
using std::chrono::seconds;

struct OneHost {
  World world{1};
  Loop& loop{world.add_host("host", "10.0.0.1")};
  bool run_until_ended(const Scope& scope) {
    return world.run_until([&] { return scope.running() == 0; });
  }
};

Task<void> wait_for(Signal& signal, Instant deadline, std::vector<Errc>& outcomes) {
  auto waited = co_await signal.wait(deadline);
  outcomes.push_back(waited ? Errc::bug : waited.error().code);
}

TEST(Scope, WhatIsSpawnedNowRunsUpToItsFirstWaitInsideTheCall) {
  OneHost host;
  Signal signal;
  std::vector<Errc> outcomes;
  Scope scope(host.loop);
  const auto write_down = [](std::vector<Errc>& into) -> Task<void> {
    into.push_back(Errc::closed);
    co_return;
  };
  scope.spawn_now(write_down(outcomes));
  EXPECT_EQ(outcomes, (std::vector<Errc>{Errc::closed}));
  EXPECT_EQ(scope.running(), 0U);
  scope.spawn_now(wait_for(signal, never, outcomes));
  EXPECT_EQ(scope.running(), 1U);
  signal.notify_all();
  EXPECT_TRUE(host.run_until_ended(scope));
  EXPECT_EQ(outcomes, (std::vector<Errc>{Errc::closed, Errc::bug}));
}

Task<void> own_a_child(Signal& signal, std::vector<Errc>& outcomes) {
  Scope child(co_await context());
  child.spawn(wait_for(signal, never, outcomes));
  co_await child.join();
}

TEST(Scope, ACancelOfTheParentReachesTheTasksOfItsChildren) {
  OneHost host;
  Signal signal;
  std::vector<Errc> outcomes;
  Scope scope(host.loop);
  scope.spawn(own_a_child(signal, outcomes));
  EXPECT_TRUE(host.world.run_until_idle());
  EXPECT_EQ(scope.running(), 1U);
  scope.cancel();
  EXPECT_TRUE(host.run_until_ended(scope));
  EXPECT_EQ(outcomes, (std::vector<Errc>{Errc::cancelled}));
}

Task<void> cancel_a_child(Signal& signal, std::vector<Errc>& outcomes) {
  Scope child(co_await context());
  child.spawn(wait_for(signal, never, outcomes));
  co_await sleep_until(child.loop().now() + seconds(1));
  child.cancel();
  co_await child.join();
  co_await wait_for(signal, child.loop().now() + seconds(1), outcomes);
}

TEST(Scope, ACancelOfAChildLeavesTheParentAlone) {
  OneHost host;
  Signal signal;
  std::vector<Errc> outcomes;
  Scope scope(host.loop);
  scope.spawn(cancel_a_child(signal, outcomes));
  EXPECT_TRUE(host.run_until_ended(scope));
  EXPECT_EQ(outcomes, (std::vector<Errc>{Errc::cancelled, Errc::timed_out}));
}

TEST(Scope, ATaskSpawnedAfterTheCancelRunsWithEveryWaitCancelled) {
  OneHost host;
  Signal signal;
  std::vector<Errc> outcomes;
  Scope scope(host.loop);
  scope.cancel();
  scope.spawn(wait_for(signal, never, outcomes));
  EXPECT_TRUE(outcomes.empty()) << "never inside spawn()";
  EXPECT_TRUE(host.run_until_ended(scope));
  EXPECT_EQ(outcomes, (std::vector<Errc>{Errc::cancelled}));
}

TEST(Scope, AChildMadeUnderACancelledParentIsCancelled) {
  OneHost host;
  Signal signal;
  std::vector<Errc> outcomes;
  Scope scope(host.loop);
  scope.cancel();
  scope.spawn(own_a_child(signal, outcomes));
  EXPECT_TRUE(host.run_until_ended(scope));
  EXPECT_EQ(outcomes, (std::vector<Errc>{Errc::cancelled}));
}

Task<void> stop_the_others(Scope& scope) {
  scope.cancel();
  co_return;
}

TEST(Scope, ATaskMayCancelItsOwnScope) {
  OneHost host;
  Signal signal;
  std::vector<Errc> outcomes;
  Scope scope(host.loop);
  for (int i = 0; i < 3; ++i) scope.spawn(wait_for(signal, never, outcomes));
  EXPECT_TRUE(host.world.run_until_idle());
  scope.spawn(stop_the_others(scope));
  EXPECT_TRUE(host.run_until_ended(scope));
  EXPECT_EQ(outcomes.size(), 3U);
}

TEST(CancelSource, CancelledTwiceIsCancelledOnce) {
  CancelSource parent;
  CancelSource first(&parent), second(&parent);
  first.cancel();
  EXPECT_FALSE(parent.is_cancelled() || second.is_cancelled());
  parent.cancel();
  parent.cancel();
  EXPECT_TRUE(second.is_cancelled());
  CancelSource late(&parent);
  EXPECT_TRUE(late.is_cancelled());
}

TEST(ScopeDeathTest, AScopeIsNotDestroyedBeforeItsTasks) {
  OneHost host;
  Signal signal;
  std::vector<Errc> outcomes;
  auto scope = std::make_unique<Scope>(host.loop);
  scope->spawn(wait_for(signal, never, outcomes));
  EXPECT_DEATH(scope.reset(), "running_ == 0");
  scope->cancel();
  EXPECT_TRUE(host.run_until_ended(*scope));
}

}  // namespace
}  // namespace gust::rt
