#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "rt/lent_sender_internal.h"
#include "rt/real_network_internal.h"
#include "rt/uring_connection_internal.h"
#include "rt/uring_ring_internal.h"

namespace gust::rt {

UringConnection::~UringConnection() { close(descriptor_); }

void UringConnection::on_release() {
  waits_.close();
  drop_held();
  loop().forget(*this);
}

bool UringConnection::try_read(ReadOperation& operation) {
  if (take_held(operation)) return true;
  return may_have_bytes_ && !is_kernel_reading() && loop().take_immediate() && receive(operation);
}

void UringConnection::park_read(ReadOperation& operation) {
  waits_.enter(operation);
  if (is_kernel_reading()) return;
  if (may_have_bytes_) {
    loop().ask_again(*this);  // not tried, for the sake of others
  } else {
    ask_for_bytes();
  }
}

bool UringConnection::try_write(WriteOperation& operation) {
  if (is_broken_) return transmit(operation);
  return may_have_room_ && !operation.pieces().empty() && loop().take_immediate() && transmit(operation);
}

void UringConnection::park_write(WriteOperation& operation) {
  waits_.enter(operation);
  if (may_have_room_ && !operation.pieces().empty()) {
    loop().ask_again(*this);
  } else if (!is_asked(writable)) {
    if (io_uring_sqe* request = ask(writable)) io_uring_prep_poll_add(request, descriptor_, POLLOUT);
  }
}

void UringConnection::reset() {
  is_broken_ = true;
  drop_held();
  reset_now(descriptor_);
  waits_.end_all(failure_of_socket(ECONNRESET).error());
}

void UringConnection::try_again() {
  if (waits_.reader() && !is_kernel_reading()) go_on_reading();
  if (waits_.writer() && !is_asked(writable)) go_on_writing();
}

void UringConnection::on_completion(unsigned kind, int result, unsigned flags) {
  if (kind == receiving) return on_received(result, flags);
  if (is_released()) return;
  if (kind == readable) {
    may_have_bytes_ = true;
    if (waits_.reader()) go_on_reading();
  } else {
    may_have_room_ = true;
    if (waits_.writer()) go_on_writing();
  }
}

void UringConnection::on_received(int result, unsigned flags) {
  if ((flags & IORING_CQE_F_BUFFER) != 0) {
    const auto buffer = static_cast<std::uint16_t>(flags >> IORING_CQE_BUFFER_SHIFT);
    if (result > 0 && !is_released() && !is_broken_) {
      hold(buffer, static_cast<std::size_t>(result));
    } else {
      loop().ring().give_back(buffer);
    }
  }
  if (is_released()) return;
  if (result == 0) {
    has_ended_ = true;
  } else if (result == -ENOBUFS) {
    lacked_buffers_ = true;
  } else if (result < 0 && result != -ECANCELED && result != -EINTR && result != -EAGAIN) {
    failure_ = -result;
  }
  // A receive that ended has perhaps left bytes in the socket.
  if (!is_asked(receiving)) may_have_bytes_ = true;
  if (waits_.reader()) {
    if (take_held(*waits_.reader())) {
      waits_.end_reader();
    } else if (!is_kernel_reading()) {
      go_on_reading();
    }
  } else if (held_ > held_max) {
    withdraw(receiving);
  }
}

// Of a reader for whom nothing is held and nothing asked.
void UringConnection::go_on_reading() {
  if (take_held(*waits_.reader()) || receive(*waits_.reader())) {
    waits_.end_reader();
  } else {
    ask_for_bytes();
  }
}

void UringConnection::go_on_writing() {
  if (transmit(*waits_.writer())) {
    waits_.end_writer();
  } else if (io_uring_sqe* request = ask(writable)) {
    io_uring_prep_poll_add(request, descriptor_, POLLOUT);
  }
}

void UringConnection::ask_for_bytes() {
  if (lacked_buffers_ || waits_.reader()->into().size() >= bulk_bytes) {
    lacked_buffers_ = false;
    if (io_uring_sqe* request = ask(readable)) io_uring_prep_poll_add(request, descriptor_, POLLIN);
  } else if (io_uring_sqe* request = ask(receiving)) {
    io_uring_prep_recv_multishot(request, descriptor_, nullptr, 0, 0);
    request->flags |= IOSQE_BUFFER_SELECT;
    request->buf_group = UringRing::buffer_group;
  }
}

// False when neither bytes nor an end nor a failure are known.
bool UringConnection::take_held(ReadOperation& operation) {
  if (is_broken_) {
    operation.set_outcome(failure_of_socket(ECONNRESET));
  } else if (held_ > 0) {
    operation.set_outcome(copy_held(operation.into()));
  } else if (failure_ != 0) {
    operation.set_outcome(failure_of_socket(failure_));
  } else if (has_ended_) {
    operation.set_outcome(0);
  } else {
    return false;
  }
  return true;
}

// False when the kernel has nothing now.
bool UringConnection::receive(ReadOperation& operation) {
  const MutableBytes into = operation.into();
  if (into.empty()) {
    operation.set_outcome(0);  // a read with a buffer is worth trying
    return true;
  }
  const ssize_t got = receive_now(descriptor_, into);
  if (got == -EAGAIN) {
    may_have_bytes_ = false;
    return false;
  }
  if (got > 0) {
    may_have_bytes_ = static_cast<std::size_t>(got) == into.size();
    operation.set_outcome(static_cast<std::size_t>(got));
    return true;
  }
  has_ended_ = got == 0;
  failure_ = static_cast<int>(-got);
  return take_held(operation);
}

bool UringConnection::transmit(WriteOperation& operation) {
  if (is_broken_) {
    operation.set_outcome(failure_of_socket(ECONNRESET));
    return true;
  }
  if (operation.pieces().empty()) {
    operation.set_outcome(0);
    return true;
  }
  const ssize_t sent = loop().lent_sender().send(descriptor_, operation);
  if (sent == -EAGAIN) {
    may_have_room_ = false;
    return false;
  }
  if (sent >= 0) {
    operation.set_outcome(static_cast<std::size_t>(sent));
  } else {
    operation.set_outcome(failure_of_socket(static_cast<int>(-sent)));
  }
  return true;
}

void UringConnection::hold(std::uint16_t buffer, std::size_t bytes) {
  UringRing& ring = loop().ring();
  ring.link(buffer).bytes = static_cast<std::uint32_t>(bytes);
  if (held_++ == 0) {
    first_ = buffer;
    taken_ = 0;
  } else {
    ring.link(last_).next = buffer;
  }
  last_ = buffer;
}

std::size_t UringConnection::copy_held(MutableBytes into) {
  UringRing& ring = loop().ring();
  std::size_t copied = 0;
  while (held_ > 0 && copied < into.size()) {
    const UringRing::Link link = ring.link(first_);
    const std::size_t here = std::min<std::size_t>(link.bytes - taken_, into.size() - copied);
    std::memcpy(into.data() + copied, ring.buffer(first_) + taken_, here);
    copied += here;
    taken_ = static_cast<std::uint16_t>(taken_ + here);
    if (taken_ < link.bytes) break;
    ring.give_back(first_);
    first_ = link.next;
    taken_ = 0;
    --held_;
  }
  return copied;
}

void UringConnection::drop_held() {
  for (; held_ > 0; --held_) {
    const std::uint16_t next = loop().ring().link(first_).next;
    loop().ring().give_back(first_);
    first_ = next;
  }
}

}  // namespace gust::rt
