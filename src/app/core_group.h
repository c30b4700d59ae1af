// CoreGroup: the loops of a process with a scope on each, so that work can be sent to a core and waited for.
//
// Shape:  `co_await group.on(core, function)` runs the task that `function` makes on that core and comes back to the
//         caller's. Parts that live on a core are made, used and ended there.
// Core:   on() from a coroutine of any of the group's cores.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "rt/scope.h"
#include "rt/task.h"

namespace gust::rt {
class Loop;
}

namespace gust::app {

class CoreGroup {
 public:
  // `loops` outlive it.
  explicit CoreGroup(std::vector<rt::Loop*> loops);
  ~CoreGroup();
  CoreGroup(const CoreGroup&) = delete;
  CoreGroup& operator=(const CoreGroup&) = delete;

  std::size_t count() const { return cores_.size(); }
  rt::Loop& loop(std::size_t core) const;
  // For long-lived tasks of a core; spawn on that core only.
  rt::Scope& scope(std::size_t core) const;

  // Who tells that it is over does so from inside a task, whose end still touches its scope. Behind this, all such
  // tasks have ended and the scopes may go. Not from a loop of the group.
  void wait_for_last_turns() const;

  // Runs the task on `core` and returns when it has ended.
  rt::Task<void> on(std::size_t core, std::function<rt::Task<void>()> make_task);

 private:
  struct Core;
  std::vector<std::unique_ptr<Core>> cores_;
};

}  // namespace gust::app
