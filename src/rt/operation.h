// Operation: one wait of one coroutine, the leaf of every flow; and CancelSource, the path on which waits are ended.
//
// Shape:  an Operation lives in the frame of the coroutine that awaits it. It ends exactly once: by what it waits for,
//         by its deadline (Errc::timed_out) or by its scope's cancel (Errc::cancelled). The coroutine goes on from the
//         loop's ready queue, never from inside the call that ended it.
// Core:   all of it on the core of the loop.
#pragma once

#include <coroutine>
#include <cstdint>

#include "base/result.h"
#include "base/time.h"
#include "rt/task.h"

namespace gust::rt {

// A thing to be called at a time. Owned by its maker; leaves the loop's heap when destroyed.
class Timer {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  bool is_set() const { return loop_ != nullptr; }
  // When it fires; only while it is set.
  Instant at() const { return at_; }
  void set(Loop& loop, Instant at);
  void clear() {
    if (loop_ != nullptr) leave();
  }

 protected:
  virtual ~Timer() { clear(); }

 private:
  friend class Loop;
  virtual void fire() = 0;
  void leave();

  Loop* loop_ = nullptr;
  Instant at_{};
  std::uint64_t order_ = 0;  // first set, first fired, among equal times
  std::size_t heap_index_ = 0;
};

class Operation;

// Ends all waits begun under it, now and from now on. A child source is cancelled with its parent.
class CancelSource {
 public:
  explicit CancelSource(CancelSource* parent = nullptr);
  CancelSource(const CancelSource&) = delete;
  CancelSource& operator=(const CancelSource&) = delete;
  ~CancelSource();

  void cancel();
  bool is_cancelled() const { return cancelled_; }

 private:
  friend class Operation;
  Operation* first_ = nullptr;
  CancelSource* parent_ = nullptr;
  CancelSource* first_child_ = nullptr;
  CancelSource* previous_sibling_ = nullptr;
  CancelSource* next_sibling_ = nullptr;
  bool cancelled_ = false;
};

class Operation : private Timer {
 public:
  Operation() = default;
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  // Called from await_suspend: enters the timer and the cancel list. False when the wait is over before it began
  // (cancelled already); then withdraw() has not been called and the coroutine must not suspend.
  template <typename Promise>
  bool begin(std::coroutine_handle<Promise> self, Instant deadline) {
    return begin_in(self.promise().context, self, deadline);
  }
  bool begin_in(const Context& context, std::coroutine_handle<> self, Instant deadline);

  // What the operation waited for has come, or it was withdrawn: the coroutine goes on. Exactly once.
  void end();
  bool is_waiting() const { return static_cast<bool>(self_); }
  Loop* loop() const { return context_.loop; }

 protected:
  ~Operation() override {
    if (self_) unlink();
  }

 private:
  friend class CancelSource;
  // Leave whatever is waited for, remember `why` as the outcome, and call end(), now or when the buffers are free.
  virtual void withdraw(Errc why) = 0;
  void fire() final { withdraw(Errc::timed_out); }
  void unlink();

  Context context_;
  std::coroutine_handle<> self_;
  Operation* previous_ = nullptr;
  Operation* next_ = nullptr;
};

}  // namespace gust::rt
