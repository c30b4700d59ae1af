#include "cache/waiters.h"

#include <algorithm>

#include "rt/loop.h"

namespace gust::cache {

// Telling and entering meet in places_, which both change: either this sees the place, or the place, which looks at the
// condition after it entered, sees what was done before this call.
void Waiters::notify_all() {
  if (places_.fetch_add(0, std::memory_order_acq_rel) == 0) return;
  const std::scoped_lock lock(mutex_);
  for (const CoreWaiters& core : cores_) {
    if (core.places > 0) core.signal->notify();
  }
}

Waiters::Place::Place(Waiters& waiters, rt::Loop& loop) : waiters_(waiters), loop_(&loop) {
  const std::scoped_lock lock(waiters.mutex_);
  auto at = std::ranges::find(waiters.cores_, &loop, &CoreWaiters::loop);
  if (at == waiters.cores_.end()) {
    at = waiters.cores_.insert(at, {&loop, std::make_shared<rt::CrossSignal>(loop), 0});
  }
  ++at->places;
  signal_ = at->signal;
  waiters.places_.fetch_add(1, std::memory_order_acq_rel);
}

Waiters::Place::~Place() {
  const std::scoped_lock lock(waiters_.mutex_);
  --std::ranges::find(waiters_.cores_, loop_, &CoreWaiters::loop)->places;
  waiters_.places_.fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace gust::cache
