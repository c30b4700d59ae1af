// under: awaits a task beneath a CancelSource of its own, so that this one wait can be ended and its owner goes on.
//
// Use:    CancelSource idle(here.cancel);  auto n = co_await rt::under(idle, stream.read(into, deadline));
//         Make the source a child of the owner's, or a cancel of the owner no longer reaches the task.
// Core:   one.
#pragma once

#include <coroutine>
#include <utility>

#include "rt/operation.h"
#include "rt/task.h"

namespace gust::rt {

template <typename T>
class Under {
 public:
  Under(CancelSource& cancel, Task<T> task) : cancel_(&cancel), task_(std::move(task)) {}
  Under(const Under&) = delete;
  Under& operator=(const Under&) = delete;

  bool await_ready() noexcept { return task_.is_ready(); }
  template <typename Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> owner) noexcept {
    Context context = owner.promise().context;
    context.cancel = cancel_;
    return std::move(task_).operator co_await().begin(context, owner);
  }
  decltype(auto) await_resume() { return std::move(task_).operator co_await().await_resume(); }

 private:
  CancelSource* cancel_;
  Task<T> task_;
};

template <typename T>
Under<T> under(CancelSource& cancel, Task<T> task) {
  return {cancel, std::move(task)};
}

}  // namespace gust::rt
