// SocketWaits: who waits on one socket: at most one reader and one writer, and one timer for the deadlines of both.
//
// Shape:  the timer is only ever moved forward when a deadline is nearer than it; one that comes too early finds
// nothing
//         due and is set anew. So reads and writes whose deadlines move on with each of them do not touch the loop's
//         timers.
// Needs:  a socket with keeps_deadlines.
// Core:   the loop's.
#pragma once

#include <utility>

#include "rt/network.h"
#include "rt/real_loop.h"

namespace gust::rt {

class SocketWaits final : private Timer {
 public:
  explicit SocketWaits(RealLoop& loop) : loop_(loop) {}

  ReadOperation* reader() const { return reader_; }
  WriteOperation* writer() const { return writer_; }
  bool empty() const { return !reader_ && !writer_; }

  void enter(ReadOperation& reader);
  void enter(WriteOperation& writer);
  // The operation, whose outcome is set, ends.
  void end_reader() { std::exchange(reader_, nullptr)->end(); }
  void end_writer() { std::exchange(writer_, nullptr)->end(); }
  void withdraw_reader(Errc why);
  void withdraw_writer(Errc why);
  // Both, those that there are.
  void end_all(Error error);
  // No one waits and no timer is set from here on.
  void close();

 private:
  void wake_by(Instant deadline);
  void fire() override;

  RealLoop& loop_;
  ReadOperation* reader_ = nullptr;
  WriteOperation* writer_ = nullptr;
};

}  // namespace gust::rt
