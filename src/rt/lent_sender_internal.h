// LentSender: sends pages to a socket by reference, through a pipe: vmsplice puts references to them into the pipe,
// splice moves these into the socket. No byte is copied.
//
// Source: vmsplice(2), splice(2). MSG_ZEROCOPY and its like in io_uring copy on loopback and bring a notice for each
//         send.
// Needs:  pages that are never written again (base/page_region.h): packets go on referring to them.
// Safety: the pipe is empty between calls, so that what one peer did not take is never sent to another.
// Refused: where the system has no such calls or does not allow them (a filter), it copies from then on; what it is
//         short of (file descriptors, memory) it is asked for again at the next send.
// Core:   one for each loop, used on its thread.
#pragma once

#include <sys/types.h>

#include <span>

#include "base/bytes.h"

namespace gust::rt {

class WriteOperation;

class LentSender {
 public:
  LentSender() = default;
  ~LentSender() { close_pipe(); }
  LentSender(const LentSender&) = delete;
  LentSender& operator=(const LentSender&) = delete;

  // Sends what the socket takes at once: lent pieces by reference, those in front of them copied.
  //   gives   as send_now(): how many bytes were taken, or -errno
  ssize_t send(int socket, const WriteOperation& operation);

 private:
  bool lend(int socket, std::span<const ByteView> pieces, ssize_t& sent);
  void note_refusal(int error);
  bool open_pipe();
  void close_pipe();
  void discard(std::size_t bytes);

  int out_ = -1;
  int in_ = -1;
  int nowhere_ = -1;
  bool is_refused_ = false;
};

}  // namespace gust::rt
