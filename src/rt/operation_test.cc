#include "rt/operation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>

#include "rt/sim_test_internal.h"

namespace gust::rt {
namespace {

using sim::World;
using std::chrono::milliseconds;
using std::chrono::seconds;

class NotingTimer final : public Timer {
 public:
  NotingTimer(int name, std::vector<int>& fired) : name_(name), fired_(fired) {}
  ~NotingTimer() override { clear(); }

 private:
  void fire() override { fired_.push_back(name_); }
  int name_;
  std::vector<int>& fired_;
};

struct OneHost {
  World world{1};
  Loop& loop{world.add_host("host", "10.0.0.1")};
  std::vector<int> fired;
};

TEST(Timer, AmongEqualTimesTheFirstSetFiresFirst) {
  OneHost host;
  const Instant at = host.world.now() + seconds(1);
  std::vector<std::unique_ptr<NotingTimer>> timers;
  for (int i = 0; i < 10; ++i) {
    timers.push_back(std::make_unique<NotingTimer>(i, host.fired));
    timers.back()->set(host.loop, at);
  }
  host.world.run_for(seconds(2));
  EXPECT_EQ(host.fired, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST(Timer, FiresOnceAndCanBeSetAgain) {
  OneHost host;
  NotingTimer timer(7, host.fired);
  timer.set(host.loop, host.world.now() + seconds(1));
  host.world.run_for(seconds(5));
  EXPECT_FALSE(timer.is_set());
  timer.set(host.loop, host.world.now() + seconds(1));
  timer.set(host.loop, host.world.now() + seconds(2));
  host.world.run_for(milliseconds(1500));
  EXPECT_EQ(host.fired.size(), 1U) << "the later setting replaces the earlier";
  host.world.run_for(seconds(1));
  EXPECT_EQ(host.fired, (std::vector<int>{7, 7}));
}

TEST(Timer, ClearedAndDestroyedTimersLeaveTheOthersInOrder) {
  for (unsigned round = 0; round < 20; ++round) {
    OneHost host;
    std::mt19937 order(round);
    std::vector<std::unique_ptr<NotingTimer>> timers;
    std::vector<int> expected;
    timers.reserve(200);
    for (int i = 0; i < 200; ++i) timers.push_back(std::make_unique<NotingTimer>(i, host.fired));
    std::vector<int> setting(timers.size());
    for (std::size_t i = 0; i < setting.size(); ++i) setting[i] = static_cast<int>(i);
    std::ranges::shuffle(setting, order);
    for (const int i : setting) timers[static_cast<std::size_t>(i)]->set(host.loop, host.world.now() + milliseconds(i));
    for (int i = 0; i < 200; ++i) {
      auto& timer = timers[static_cast<std::size_t>(i)];
      const auto fate = order() % 3;
      if (fate == 0) timer->clear();
      if (fate == 1) timer.reset();
      if (fate == 2) expected.push_back(i);
    }
    host.world.run_for(seconds(1));
    ASSERT_EQ(host.fired, expected);
  }
}

}  // namespace
}  // namespace gust::rt
