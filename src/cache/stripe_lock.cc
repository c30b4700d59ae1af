#include "cache/stripe_lock.h"

namespace gust::cache {

void StripeLock::wait() {
  // Longer than the lock is held, shorter than a trip through the kernel.
  constexpr int spins = 200;
  for (int i = 0; i < spins; ++i) {
    std::uint32_t expected = free;
    if (state_.load(std::memory_order_relaxed) == free &&
        state_.compare_exchange_weak(expected, held, std::memory_order_acquire, std::memory_order_relaxed)) {
      ++waits_;
      return;
    }
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
  while (state_.exchange(awaited, std::memory_order_acquire) != free) {
    state_.wait(awaited, std::memory_order_relaxed);
  }
  ++waits_;
}

}  // namespace gust::cache
