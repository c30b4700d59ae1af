#include "rt/signal.h"

#include <gtest/gtest.h>

#include <thread>

#include "rt/cores.h"
#include "rt/scope.h"
#include "rt/sim_test_internal.h"

namespace gust::rt {
namespace {

using sim::World;
using std::chrono::milliseconds;
using std::chrono::seconds;

struct OneHost {
  World world{1};
  Loop& loop{world.add_host("host", "10.0.0.1")};
  Scope scope{loop};
  bool run_until_ended() {
    return world.run_until([&] { return scope.running() == 0; });
  }
};

Task<void> wait_and_note(Signal& signal, Instant deadline, int who, std::vector<int>& woken,
                         std::vector<Errc>& failed) {
  auto waited = co_await signal.wait(deadline);
  if (waited) {
    woken.push_back(who);
  } else {
    failed.push_back(waited.error().code);
  }
}

TEST(Signal, NotifyOneWakesInTheOrderOfWaiting) {
  OneHost host;
  Signal signal;
  std::vector<int> woken;
  std::vector<Errc> failed;
  for (int who = 0; who < 4; ++who) host.scope.spawn(wait_and_note(signal, never, who, woken, failed));
  EXPECT_TRUE(host.world.run_until_idle());
  signal.notify_one();
  EXPECT_TRUE(woken.empty()) << "never from inside the call";
  EXPECT_TRUE(host.world.run_until_idle());
  EXPECT_EQ(woken, (std::vector<int>{0}));
  signal.notify_all();
  EXPECT_TRUE(host.run_until_ended());
  EXPECT_EQ(woken, (std::vector<int>{0, 1, 2, 3}));
}

TEST(Signal, AWaiterThatTimedOutOrWasCancelledLeavesTheOthersInOrder) {
  OneHost host;
  Signal signal;
  std::vector<int> woken;
  std::vector<Errc> failed;
  const Instant soon = host.world.now() + seconds(1);
  Scope cancelled(host.loop);
  host.scope.spawn(wait_and_note(signal, never, 0, woken, failed));
  host.scope.spawn(wait_and_note(signal, soon, 1, woken, failed));
  host.scope.spawn(wait_and_note(signal, never, 2, woken, failed));
  EXPECT_TRUE(host.world.run_until_idle());
  cancelled.spawn(wait_and_note(signal, never, 3, woken, failed));
  EXPECT_TRUE(host.world.run_until_idle());
  cancelled.cancel();
  EXPECT_TRUE(host.world.run_until_idle());
  EXPECT_EQ(failed, (std::vector<Errc>{Errc::timed_out, Errc::cancelled}));
  signal.notify_all();
  EXPECT_TRUE(host.run_until_ended());
  EXPECT_EQ(woken, (std::vector<int>{0, 2}));
}

TEST(Signal, ToldBeforeTheDeadlineIsNotTimedOut) {
  OneHost host;
  Signal signal;
  std::vector<int> woken;
  std::vector<Errc> failed;
  host.scope.spawn(wait_and_note(signal, host.world.now() + milliseconds(1), 0, woken, failed));
  EXPECT_TRUE(host.world.run_until([&] { return host.loop.now() > Instant{} && host.scope.running() == 1; }));
  host.world.run_for(Duration{500'000});
  signal.notify_all();
  host.world.run_for(seconds(1));
  EXPECT_EQ(woken.size() + failed.size(), 1U);
  EXPECT_EQ(woken, (std::vector<int>{0}));
}

Task<void> sleep_and_note(Instant at, int who, std::vector<int>& woken, std::vector<Errc>& failed) {
  auto slept = co_await sleep_until(at);
  if (slept) {
    woken.push_back(who);
  } else {
    failed.push_back(slept.error().code);
  }
}

TEST(Sleep, EndsAtItsTimeOrByCancel) {
  OneHost host;
  std::vector<int> woken;
  std::vector<Errc> failed;
  host.scope.spawn(sleep_and_note(host.world.now() + seconds(2), 2, woken, failed));
  host.scope.spawn(sleep_and_note(host.world.now() + seconds(1), 1, woken, failed));
  host.scope.spawn(sleep_and_note(host.world.now() - seconds(1), 0, woken, failed));
  host.scope.spawn(sleep_and_note(never, 3, woken, failed));
  host.world.run_for(seconds(3));
  EXPECT_EQ(woken, (std::vector<int>{0, 1, 2}));
  host.scope.cancel();
  EXPECT_TRUE(host.run_until_ended());
  EXPECT_EQ(failed, (std::vector<Errc>{Errc::cancelled}));
}

Task<void> wait_for_count(CrossSignal& signal, const std::atomic<int>& count, int goal, bool& reached) {
  while (count.load() < goal) {
    if (!co_await signal.wait(never)) co_return;
  }
  reached = true;
}

TEST(CrossSignal, SeveralTellingsBecomeAtLeastOneWaking) {
  OneHost host;
  auto signal = std::make_shared<CrossSignal>(host.loop);
  std::atomic<int> count = 0;
  bool reached = false;
  host.scope.spawn(wait_for_count(*signal, count, 3, reached));
  EXPECT_TRUE(host.world.run_until_idle());
  for (int i = 0; i < 3; ++i) {
    ++count;
    signal->notify();
  }
  EXPECT_TRUE(host.run_until_ended());
  EXPECT_TRUE(reached);
}

TEST(CrossSignal, OutlivesItsHolderWhileATellingIsUnderWay) {
  OneHost host;
  auto signal = std::make_shared<CrossSignal>(host.loop);
  std::weak_ptr<CrossSignal> seen = signal;
  signal->notify();
  signal.reset();
  EXPECT_FALSE(seen.expired());
  EXPECT_TRUE(host.world.run_until_idle());
  EXPECT_TRUE(seen.expired());
}

// Real threads: what the sanitizer for threads looks at.
struct Meeting {
  explicit Meeting(Loop& home) : signal(std::make_shared<CrossSignal>(home)) {}
  std::shared_ptr<CrossSignal> signal;
  std::atomic<int> count = 0;
  bool reached = false;
  std::atomic<bool> is_over = false;
};

Task<void> meet(Meeting& meeting, int goal) {
  co_await wait_for_count(*meeting.signal, meeting.count, goal, meeting.reached);
}

Task<void> run_meeting(Meeting& meeting, int goal) {
  Scope scope(co_await context());
  scope.spawn(meet(meeting, goal));
  co_await scope.join();
  meeting.is_over.store(true);
  meeting.is_over.notify_all();
}

TEST(CrossSignal, IsToldFromOtherThreadsWithoutLosingAWaking) {
  Cores cores(1);
  Loop& home = cores.loop(0);
  Meeting meeting(home);
  std::unique_ptr<Scope> scope;
  home.post([&] {
    scope = std::make_unique<Scope>(home);
    scope->spawn(run_meeting(meeting, 2000));
  });
  {
    std::vector<std::jthread> tellers;
    tellers.reserve(2);
    for (int t = 0; t < 2; ++t) {
      tellers.emplace_back([&meeting] {
        for (int i = 0; i < 1000; ++i) {
          meeting.count.fetch_add(1);
          meeting.signal->notify();
        }
      });
    }
  }
  meeting.is_over.wait(false);
  std::atomic<bool> is_gone = false;
  home.post([&] {
    scope.reset();
    is_gone.store(true);
    is_gone.notify_all();
  });
  is_gone.wait(false);
  EXPECT_TRUE(meeting.reached);
}

}  // namespace
}  // namespace gust::rt
