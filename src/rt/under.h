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
  Under(CancelSource& cancel, Task<T> task)
      : cancel_(&cancel), task_(std::move(task)), await_(std::move(task_).operator co_await()) {}
  Under(const Under&) = delete;
  Under& operator=(const Under&) = delete;

  bool await_ready() noexcept { return false; }
  template <typename Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> owner) noexcept {
    const std::coroutine_handle<> child = await_.await_suspend(owner);
    await_.child.promise().context.cancel = cancel_;
    return child;
  }
  decltype(auto) await_resume() { return await_.await_resume(); }

 private:
  CancelSource* cancel_;
  Task<T> task_;
  typename Task<T>::Await await_;
};

template <typename T>
Under<T> under(CancelSource& cancel, Task<T> task) {
  return {cancel, std::move(task)};
}

}  // namespace gust::rt
