// StripeLock: the lock of one stripe of the index, held for nanoseconds, that counts how often somebody had to wait.
//
// Source: the second mutex of Drepper, Futexes are tricky, after a short spin.
// Shape:  BasicLockable, 16 bytes; to take it when it is free is one compare-and-exchange, to give it back one
//         exchange.
#pragma once

#include <atomic>
#include <cstdint>

namespace gust::cache {

class StripeLock {
 public:
  void lock() {
    std::uint32_t expected = free;
    if (!state_.compare_exchange_strong(expected, held, std::memory_order_acquire, std::memory_order_relaxed))
        [[unlikely]] {
      wait();
    }
  }
  void unlock() {
    if (state_.exchange(free, std::memory_order_release) == awaited) [[unlikely]]
      state_.notify_one();
  }
  //   needs   the lock is held
  std::uint64_t waits() const { return waits_; }

 private:
  enum : std::uint32_t { free, held, awaited };
  void wait();
  std::atomic<std::uint32_t> state_ = free;
  std::uint64_t waits_ = 0;
};

}  // namespace gust::cache
