#include "rt/operation.h"

#include "rt/loop.h"

namespace gust::rt {

void Timer::set(Loop& loop, Instant at) {
  clear();
  loop.add_timer(*this, at);
}

void Timer::leave() { loop_->remove_timer(*this); }

CancelSource::CancelSource(CancelSource* parent) : parent_(parent) {
  if (!parent_) return;
  cancelled_ = parent_->cancelled_;
  next_sibling_ = parent_->first_child_;
  if (next_sibling_) next_sibling_->previous_sibling_ = this;
  parent_->first_child_ = this;
}

CancelSource::~CancelSource() {
  CHECK(!first_ && !first_child_);
  if (!parent_) return;
  (previous_sibling_ ? previous_sibling_->next_sibling_ : parent_->first_child_) = next_sibling_;
  if (next_sibling_) next_sibling_->previous_sibling_ = previous_sibling_;
}

void CancelSource::cancel() {
  if (cancelled_) return;
  cancelled_ = true;
  // Each operation leaves the list at once; an operation whose buffers are still in use ends itself later.
  while (Operation* operation = first_) {
    operation->unlink();
    operation->withdraw(Errc::cancelled);
  }
  for (CancelSource* child = first_child_; child; child = child->next_sibling_) child->cancel();
}

bool Operation::begin_in(const Context& context, std::coroutine_handle<> self, Instant deadline) {
  context_ = context;
  if (context_.cancel) {
    if (context_.cancel->cancelled_) return false;
    next_ = context_.cancel->first_;
    if (next_) next_->previous_ = this;
    context_.cancel->first_ = this;
  }
  self_ = self;
  if (deadline != never) set(*context_.loop, deadline);
  return true;
}

void Operation::unlink() {
  if (!context_.cancel) return;
  if (previous_) {
    previous_->next_ = next_;
  } else if (context_.cancel->first_ == this) {
    context_.cancel->first_ = next_;
  } else {
    return;  // left before
  }
  if (next_) next_->previous_ = previous_;
  previous_ = next_ = nullptr;
}

void Operation::end() {
  clear();
  unlink();
  if (self_) context_.loop->resume_soon(std::exchange(self_, nullptr));
}

}  // namespace gust::rt
