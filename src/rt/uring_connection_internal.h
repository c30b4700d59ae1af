// UringConnection: what the kernel and a socket's owner share of one TCP connection.
//
// Shape:  bytes come by a multishot receive into the ring's buffers and wait there, in order, until they are read. When
//         the reader is slow (held_max buffers) the receive is withdrawn and reads go straight into the reader's
//         memory, with a poll where they must wait, and so they do at once where much is wanted (bulk_bytes) and no
//         receive is under way. Writes are tried at once, and by a
//         poll when there was no room. So the kernel never holds a caller's buffer behind a call, and every wait ends
//         the moment it is withdrawn.
// Memory: at most what the kernel received until it saw the withdrawal, bounded by the ring's buffers. When those are
//         gone the kernel says so, and connections go by polls until they are armed anew.
#pragma once

#include "rt/network.h"
#include "rt/socket_waits_internal.h"
#include "rt/uring_loop.h"

namespace gust::rt {

class UringConnection final : public Requester, public Postponed {
 public:
  // Owns `descriptor`, which does not block.
  UringConnection(UringLoop& loop, int descriptor) : Requester(loop), descriptor_(descriptor), waits_(loop) {}

  int descriptor() const { return descriptor_; }

  // As the functions of Socket. A write of nothing waits until there is room, or until a connect has ended.
  bool try_read(ReadOperation& operation);
  bool try_write(WriteOperation& operation);
  void park_read(ReadOperation& operation);
  void park_write(WriteOperation& operation);
  void withdraw_read(Errc why) { waits_.withdraw_reader(why); }
  void withdraw_write(Errc why) { waits_.withdraw_writer(why); }
  void reset();

 private:
  enum Kind : unsigned { receiving, readable, writable };
  static constexpr unsigned held_max = 4;
  static constexpr std::size_t bulk_bytes = 16 * 1024;

  ~UringConnection() override;
  void on_completion(unsigned kind, int result, unsigned flags) override;
  void on_release() override;
  void try_again() override;

  void on_received(int result, unsigned flags);
  void go_on_reading();
  void go_on_writing();
  void ask_for_bytes();
  bool take_held(ReadOperation& operation);
  bool receive(ReadOperation& operation);
  bool transmit(WriteOperation& operation);
  bool is_kernel_reading() const { return is_asked(receiving) || is_asked(readable); }
  void hold(std::uint16_t buffer, std::size_t bytes);
  std::size_t copy_held(MutableBytes into);
  void drop_held();

  int descriptor_;
  // Of received buffers, a queue through their links.
  std::uint16_t first_ = 0;
  std::uint16_t last_ = 0;
  std::uint16_t held_ = 0;
  std::uint16_t taken_ = 0;  // bytes of the first that were read
  int failure_ = 0;          // errno behind what is held
  bool has_ended_ = false;   // the peer finished, behind what is held
  bool is_broken_ = false;   // by reset()
  // As far as we know; meaningless while the kernel reads for us.
  bool may_have_bytes_ = false;
  bool may_have_room_ = true;
  bool lacked_buffers_ = false;
  SocketWaits waits_;
};

}  // namespace gust::rt
