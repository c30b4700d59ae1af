#include "rt/network.h"

namespace gust::rt {

bool ReadOperation::await_ready() { return socket_->try_read(*this); }
bool ReadOperation::wait_in(const Context& context, std::coroutine_handle<> self) {
  if (!begin_in(context, self, socket_->keeps_deadlines_ ? never : deadline_)) {
    outcome_ = fail(Errc::cancelled, "the read was cancelled");
    return false;
  }
  socket_->park_read(*this);
  return true;
}
void ReadOperation::withdraw(Errc why) { socket_->withdraw_read(*this, why); }

bool WriteOperation::await_ready() { return socket_->try_write(*this); }
bool WriteOperation::wait_in(const Context& context, std::coroutine_handle<> self) {
  if (!begin_in(context, self, socket_->keeps_deadlines_ ? never : deadline_)) {
    outcome_ = fail(Errc::cancelled, "the write was cancelled");
    return false;
  }
  socket_->park_write(*this);
  return true;
}
void WriteOperation::withdraw(Errc why) { socket_->withdraw_write(*this, why); }

}  // namespace gust::rt
