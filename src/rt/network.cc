#include "rt/network.h"

namespace gust::rt {

bool ReadOperation::await_ready() { return socket_->try_read(*this); }
void ReadOperation::park() { socket_->park_read(*this); }
void ReadOperation::withdraw(Errc why) { socket_->withdraw_read(*this, why); }

bool WriteOperation::await_ready() { return socket_->try_write(*this); }
void WriteOperation::park() { socket_->park_write(*this); }
void WriteOperation::withdraw(Errc why) { socket_->withdraw_write(*this, why); }

}  // namespace gust::rt
