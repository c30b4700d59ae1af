#include "rt/scope.h"

#include "rt/loop.h"

namespace gust::rt {
namespace {

Task<void> wait_for_none(const std::size_t& running, Signal& ended) {
  while (running > 0) co_await ended.wait_uncancelled();
}

}  // namespace

// The root frame of a spawned task: it belongs to itself and goes when the task ends.
struct Scope::Detached {
  struct promise_type : PromiseBase {
    Scope* scope;
    promise_type(Scope& owner, const Task<void>&) : scope(&owner) {}
    Detached get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    void return_void() {}

    struct Ended {
      bool await_ready() noexcept { return false; }
      void await_suspend(std::coroutine_handle<promise_type> self) noexcept {
        Scope* owner = self.promise().scope;
        self.destroy();
        owner->one_ended();
      }
      void await_resume() noexcept {}
    };
    Ended final_suspend() noexcept { return {}; }
  };
  std::coroutine_handle<promise_type> handle;
};

Scope::Detached Scope::run(Scope&, Task<void> task) { co_await std::move(task); }

std::coroutine_handle<> Scope::begin(Task<void> task) {
  ++running_;
  Detached root = run(*this, std::move(task));
  root.handle.promise().context = {loop_, &cancel_};
  return root.handle;
}

void Scope::spawn(Task<void> task) { loop_->resume_soon(begin(std::move(task))); }

void Scope::spawn_now(Task<void> task) { begin(std::move(task)).resume(); }

void Scope::one_ended() {
  if (--running_ == 0) ended_.notify_all();
}

Task<void> Scope::join() {
  if (running_ == 0) return Task<void>::ready();
  return wait_for_none(running_, ended_);
}

}  // namespace gust::rt
