#include "rt/signal.h"

#include "rt/loop.h"

namespace gust::rt {

void Signal::Wait::enter() {
  previous_wait_ = signal_->last_;
  (previous_wait_ ? previous_wait_->next_wait_ : signal_->first_) = this;
  signal_->last_ = this;
}

void Signal::Wait::leave() {
  (previous_wait_ ? previous_wait_->next_wait_ : signal_->first_) = next_wait_;
  (next_wait_ ? next_wait_->previous_wait_ : signal_->last_) = previous_wait_;
  previous_wait_ = next_wait_ = nullptr;
}

void Signal::Wait::withdraw(Errc why) {
  outcome_ = why;
  leave();
  end();
}

Signal::~Signal() { CHECK(!first_); }

void Signal::notify_one() {
  if (Wait* wait = first_) {
    wait->leave();
    wait->end();
  }
}

void Signal::notify_all() {
  while (first_) notify_one();
}

void Sleep::withdraw(Errc why) {
  cancelled_ = why == Errc::cancelled;
  end();
}

void CrossSignal::notify() {
  if (told_.exchange(true, std::memory_order_acq_rel)) return;
  home_->post([self = shared_from_this()] {
    // An exchange, so that whoever finds the flag still set has had what it told of seen by those woken below.
    self->told_.exchange(false, std::memory_order_acq_rel);
    self->local_.notify_all();
  });
}

}  // namespace gust::rt
