// Scope: the owner of spawned tasks. It outlives them: whoever makes a Scope joins it before it goes.
//
// Use:    Scope scope(co_await rt::context()); scope.spawn(serve(...)); ... scope.cancel(); co_await scope.join();
// Core:   one.
#pragma once

#include <cstddef>

#include "rt/operation.h"
#include "rt/signal.h"
#include "rt/task.h"

namespace gust::rt {

class Scope {
 public:
  // Spawned tasks run on `parent.loop` and are cancelled with `parent.cancel` (may be null).
  explicit Scope(const Context& parent) : loop_(parent.loop), cancel_(parent.cancel) {}
  explicit Scope(Loop& loop) : loop_(&loop), cancel_(nullptr) {}
  ~Scope() { CHECK(running_ == 0); }

  // Starts `task` in this turn or the next; never inside this call.
  void spawn(Task<void> task);
  // Starts `task` inside this call, which comes back when it first waits, or ends: for what is likely not to wait.
  void spawn_now(Task<void> task);
  // Ends every wait of every task of the scope.
  void cancel() { cancel_.cancel(); }
  bool is_cancelled() const { return cancel_.is_cancelled(); }
  // Waits until all have ended. Not ended by a cancel of the caller: the tasks are.
  Task<void> join();

  std::size_t running() const { return running_; }
  Loop& loop() const { return *loop_; }

 private:
  struct Detached;
  static Detached run(Scope& scope, Task<void> task);
  std::coroutine_handle<> begin(Task<void> task);
  void one_ended();

  Loop* loop_;
  CancelSource cancel_;
  std::size_t running_ = 0;
  Signal ended_;
};

}  // namespace gust::rt
