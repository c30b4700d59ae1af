#include "rt/loop.h"

#include "base/check.h"

namespace gust::rt {

Loop::~Loop() { CHECK(timers_.empty()); }

void Loop::run_ready() {
  running_.swap(ready_);
  for (std::coroutine_handle<> coroutine : running_) coroutine.resume();
  running_.clear();
}

void Loop::fire_timers(Instant now) {
  while (!timers_.empty() && timers_.front()->at_ <= now) {
    Timer* due = timers_.front();
    remove_timer(*due);
    due->fire();
  }
}

Instant Loop::next_timer() const { return timers_.empty() ? never : timers_.front()->at_; }

bool Loop::is_before(const Timer* a, const Timer* b) const {
  return a->at_ != b->at_ ? a->at_ < b->at_ : a->order_ < b->order_;
}

void Loop::place(Timer* timer, std::size_t index) {
  timers_[index] = timer;
  timer->heap_index_ = index;
}

void Loop::sift_up(std::size_t index) {
  Timer* timer = timers_[index];
  while (index > 0 && is_before(timer, timers_[(index - 1) / 2])) {
    place(timers_[(index - 1) / 2], index);
    index = (index - 1) / 2;
  }
  place(timer, index);
}

void Loop::sift_down(std::size_t index) {
  Timer* timer = timers_[index];
  while (true) {
    std::size_t child = index * 2 + 1;
    if (child >= timers_.size()) break;
    if (child + 1 < timers_.size() && is_before(timers_[child + 1], timers_[child])) ++child;
    if (!is_before(timers_[child], timer)) break;
    place(timers_[child], index);
    index = child;
  }
  place(timer, index);
}

void Loop::add_timer(Timer& timer, Instant at) {
  timer.loop_ = this;
  timer.at_ = at;
  timer.order_ = next_order_++;
  timers_.push_back(&timer);
  sift_up(timers_.size() - 1);
}

void Loop::remove_timer(Timer& timer) {
  const std::size_t index = timer.heap_index_;
  timer.loop_ = nullptr;
  Timer* last = timers_.back();
  timers_.pop_back();
  if (last == &timer) return;
  place(last, index);
  sift_up(index);
  sift_down(last->heap_index_);
}

}  // namespace gust::rt
