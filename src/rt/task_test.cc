#include "rt/task.h"

#include <gtest/gtest.h>

#include "base/result.h"
#include "rt/scope.h"
#include "rt/sim_world.h"
#include "rt/under.h"

namespace gust::rt {
namespace {

// Ready where it need not wait, else a coroutine for the rest.
Task<Result<int>> rest(int value) { co_return value; }
Task<Result<int>> give(int value, bool at_once) { return at_once ? Task<Result<int>>::ready(value) : rest(value); }

Task<void> await_both(int& sum) {
  sum += *co_await give(1, true);
  sum += *co_await give(20, false);
  CancelSource source;
  sum += *co_await under(source, give(300, true));
  sum += *co_await under(source, give(4000, false));
  co_await Task<void>::ready();
}

TEST(Task, OneThatIsReadyIsAwaitedLikeAnyOther) {
  sim::World world(1);
  int sum = 0;
  EXPECT_TRUE(world.run(world.add_host("a", "10.0.0.1"), await_both(sum)));
  EXPECT_EQ(sum, 4321);
}

TEST(Task, AReadyOneGivesItsValueWithoutBeingAwaited) {
  Task<Result<int>> task = give(7, true);
  ASSERT_TRUE(task.is_ready());
  EXPECT_EQ(task.take(), 7);
  EXPECT_FALSE(give(7, false).is_ready());
}

TEST(Task, AScopeRunsAReadyOne) {
  sim::World world(1);
  Scope scope(world.add_host("a", "10.0.0.1"));
  scope.spawn(Task<void>::ready());
  EXPECT_TRUE(world.run_until([&] { return scope.running() == 0; }));
}

}  // namespace
}  // namespace gust::rt
