// Signal: coroutines of one core wait until something changes. CrossSignal: the same, told from any core.
//
// Shape:  no state of its own: a waiter looks at its condition, waits, and looks again. notify_all() wakes those who
//         wait now.
#pragma once

#include <atomic>
#include <memory>

#include "base/result.h"
#include "rt/operation.h"

namespace gust::rt {

class Signal {
 public:
  class Wait final : public Operation {
   public:
    Wait(Signal& signal, Instant deadline, bool cancellable)
        : signal_(&signal), deadline_(deadline), cancellable_(cancellable) {}
    bool await_ready() noexcept { return false; }
    template <typename Promise>
    bool await_suspend(std::coroutine_handle<Promise> self) {
      Context context = self.promise().context;
      if (!cancellable_) context.cancel = nullptr;
      if (!begin_in(context, self, deadline_)) {
        outcome_ = Errc::cancelled;
        return false;
      }
      enter();
      return true;
    }
    // fails: timed_out, cancelled
    Result<void> await_resume() {
      if (outcome_ == Errc::bug) return {};
      return fail(outcome_, "the wait ended before it was told");
    }

   private:
    friend class Signal;
    void withdraw(Errc why) override;
    void enter();
    void leave();
    Signal* signal_;
    Instant deadline_;
    bool cancellable_;
    Errc outcome_ = Errc::bug;  // bug: none yet, that is, notified
    Wait* previous_wait_ = nullptr;
    Wait* next_wait_ = nullptr;
  };

  Signal() = default;
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;
  ~Signal();

  Wait wait(Instant deadline) { return {*this, deadline, true}; }
  Wait wait_uncancelled() { return {*this, never, false}; }
  void notify_all();
  void notify_one();

 private:
  Wait* first_ = nullptr;
  Wait* last_ = nullptr;
};

// `co_await rt::sleep_until(at)`: fails only with cancelled.
class Sleep final : public Operation {
 public:
  explicit Sleep(Instant at) : at_(at) {}
  bool await_ready() noexcept { return false; }
  template <typename Promise>
  bool await_suspend(std::coroutine_handle<Promise> self) {
    cancelled_ = !begin(self, at_);
    return !cancelled_;
  }
  Result<void> await_resume() {
    if (cancelled_) return fail(Errc::cancelled, "the sleep was cancelled");
    return {};
  }

 private:
  void withdraw(Errc why) override;
  Instant at_;
  bool cancelled_ = false;
};
inline Sleep sleep_until(Instant at) { return Sleep(at); }

// A Signal that lives on its waiter's core and may be told from any other. Held by shared_ptr on both sides.
class CrossSignal : public std::enable_shared_from_this<CrossSignal> {
 public:
  explicit CrossSignal(Loop& home) : home_(&home) {}
  // On the home core only.
  Signal::Wait wait(Instant deadline) { return local_.wait(deadline); }
  Signal::Wait wait_uncancelled() { return local_.wait_uncancelled(); }
  // From any core; several tellings may become one waking.
  void notify();

 private:
  Loop* home_;
  Signal local_;
  std::atomic<bool> told_ = false;
};

}  // namespace gust::rt
