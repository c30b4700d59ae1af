// Task: a flow that waits. A lazy coroutine with one owner that gives one value.
//
// Shape:  a Task starts when its owner awaits it (or a Scope spawns it) and ends before its owner does. It inherits its
//         owner's loop and cancel source. Frames come from a pool of the thread, so a Task costs no malloc once warm.
//         What often need not wait is a plain function that gives Task::ready(value) when it did not, and the Task of a
//         coroutine for the rest when it must: awaiting the first makes no frame and suspends nothing.
// Core:   made, run and ended on one core.
// Rule:   named functions with parameters only; a lambda with captures is never a coroutine (STYLE.md).
#pragma once

#include <coroutine>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/check.h"
#include "base/memory_pool.h"

namespace gust::rt {

class Loop;
class CancelSource;

// Where a coroutine runs and who may stop it.
struct Context {
  Loop* loop = nullptr;
  CancelSource* cancel = nullptr;
};

struct PromiseBase {
  Context context;
  std::coroutine_handle<> continuation;

  static void* operator new(std::size_t bytes) { return take_memory(bytes); }
  static void operator delete(void* frame, std::size_t bytes) { give_memory(frame, bytes); }

  std::suspend_always initial_suspend() noexcept { return {}; }
  [[noreturn]] void unhandled_exception() noexcept { check_failed("no exception leaves a task", "task.h", 0); }

  struct Finished {
    bool await_ready() noexcept { return false; }
    template <typename Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) noexcept {
      return self.promise().continuation;
    }
    void await_resume() noexcept {}
  };
  Finished final_suspend() noexcept { return {}; }
};

template <typename T>
class [[nodiscard]] Task {
 public:
  struct promise_type : PromiseBase {
    std::optional<T> value;
    Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
    template <typename U>
    void return_value(U&& result) {
      value.emplace(std::forward<U>(result));
    }
  };

  // A Task that has its value and no frame.
  template <typename U>
  static Task ready(U&& value) {
    Task task(nullptr);
    task.value_.emplace(std::forward<U>(value));
    return task;
  }
  // True where ready() made it; then its value may be taken without awaiting it.
  bool is_ready() const { return !handle_; }
  T take() { return std::move(*value_); }

  Task(Task&& other) noexcept
      : handle_(std::exchange(other.handle_, nullptr)), value_(std::exchange(other.value_, std::nullopt)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(value_, other.value_);
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  struct Await {
    Task& task;
    bool await_ready() noexcept { return task.is_ready(); }
    template <typename Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> owner) noexcept {
      return begin(owner.promise().context, owner);
    }
    std::coroutine_handle<> begin(const Context& context, std::coroutine_handle<> owner) noexcept {
      task.handle_.promise().context = context;
      task.handle_.promise().continuation = owner;
      return task.handle_;
    }
    T await_resume() { return std::move(task.is_ready() ? *task.value_ : *task.handle_.promise().value); }
  };
  Await operator co_await() && noexcept { return {*this}; }

 private:
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
  std::optional<T> value_;  // where there is no frame
};

template <>
class [[nodiscard]] Task<void> {
 public:
  struct promise_type : PromiseBase {
    Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
    void return_void() {}
  };

  // A Task that has ended and has no frame.
  static Task ready() { return Task(nullptr); }
  bool is_ready() const { return !handle_; }

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  struct Await {
    Task& task;
    bool await_ready() noexcept { return task.is_ready(); }
    template <typename Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> owner) noexcept {
      return begin(owner.promise().context, owner);
    }
    std::coroutine_handle<> begin(const Context& context, std::coroutine_handle<> owner) noexcept {
      task.handle_.promise().context = context;
      task.handle_.promise().continuation = owner;
      return task.handle_;
    }
    void await_resume() {}
  };
  Await operator co_await() && noexcept { return {*this}; }

 private:
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

// `Context here = co_await rt::context();` and `Loop& loop = co_await rt::this_loop();`
struct ContextAwait {
  Context found;
  bool await_ready() noexcept { return false; }
  template <typename Promise>
  bool await_suspend(std::coroutine_handle<Promise> self) noexcept {
    found = self.promise().context;
    return false;
  }
  Context await_resume() noexcept { return found; }
};
inline ContextAwait context() { return {}; }

struct LoopAwait : ContextAwait {
  Loop& await_resume() noexcept { return *found.loop; }
};
inline LoopAwait this_loop() { return {}; }

}  // namespace gust::rt
