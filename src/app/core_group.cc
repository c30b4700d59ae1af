#include "app/core_group.h"

#include <atomic>
#include <future>

#include "rt/loop.h"
#include "rt/signal.h"

namespace gust::app {

struct CoreGroup::Core {
  explicit Core(rt::Loop& its_loop) : loop(its_loop), scope(its_loop) {}
  rt::Loop& loop;
  rt::Scope scope;
};

namespace {

// What the asking and the working core share.
struct Errand {
  explicit Errand(rt::Loop& home) : told(std::make_shared<rt::CrossSignal>(home)) {}
  std::shared_ptr<rt::CrossSignal> told;
  std::atomic<bool> is_done = false;
};

rt::Task<void> run(std::function<rt::Task<void>()> make_task, std::shared_ptr<Errand> errand) {
  co_await make_task();
  // Told in a later turn, when this task has left its scope: the group may go as soon as the last on() returns.
  rt::Loop& here = co_await rt::this_loop();
  here.post([errand] {
    errand->is_done.store(true, std::memory_order_release);
    errand->told->notify();
  });
}

}  // namespace

CoreGroup::CoreGroup(std::vector<rt::Loop*> loops) {
  for (rt::Loop* loop : loops) cores_.push_back(std::make_unique<Core>(*loop));
}

CoreGroup::~CoreGroup() = default;

rt::Loop& CoreGroup::loop(std::size_t core) const { return cores_[core]->loop; }
rt::Scope& CoreGroup::scope(std::size_t core) const { return cores_[core]->scope; }

void CoreGroup::wait_for_last_turns() const {
  for (std::size_t core = 0; core < count(); ++core) {
    std::promise<void> turned;
    loop(core).post([&turned] { turned.set_value(); });
    turned.get_future().get();
  }
}

rt::Task<void> CoreGroup::on(std::size_t core, std::function<rt::Task<void>()> make_task) {
  rt::Loop& home = co_await rt::this_loop();
  Core& there = *cores_[core];
  if (&there.loop == &home) {
    co_await make_task();
    co_return;
  }
  const auto errand = std::make_shared<Errand>(home);
  there.loop.post([&there, &make_task, errand] { there.scope.spawn(run(std::move(make_task), errand)); });
  // The errand is not abandoned: what it works on belongs to the caller.
  while (!errand->is_done.load(std::memory_order_acquire)) co_await errand->told->wait_uncancelled();
}

}  // namespace gust::app
