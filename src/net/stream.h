// Stream: ordered bytes with backpressure, whatever carries them: TCP today, TLS and QUIC streams behind the same door.
//
// Shape:  one read and one write may be under way at a time. Destroying a Stream closes it after what was written.
// Core:   belongs to the loop of its socket.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "rt/address.h"
#include "rt/network.h"
#include "rt/task.h"

namespace gust::net {

struct TlsFacts;

class Stream {
 public:
  virtual ~Stream() = default;

  // Some bytes; 0 says that the peer has finished.
  //   fails  reset, timed_out, cancelled, io_failed
  virtual rt::Task<Result<std::size_t>> read(MutableBytes into, Instant deadline) = 0;
  // All of the pieces, in as few sends as the kernel takes.
  //   needs  `pieces` and their bytes outlive the wait; `pieces` is used up as it goes (its views are moved forward)
  //   fails  reset, timed_out, cancelled, io_failed
  virtual rt::Task<Result<void>> write(std::span<ByteView> pieces, Instant deadline) = 0;
  // What can be done without waiting. Reading: as read(), or nothing where it would wait. Writing: how many bytes were
  // taken, perhaps none; `pieces` is used up as by write().
  //   fails  reset, io_failed
  virtual std::optional<Result<std::size_t>> try_read(MutableBytes into) = 0;
  virtual Result<std::size_t> try_write(std::span<ByteView> pieces) = 0;
  // As write() and try_write(); the pieces from number `copied` on are lent (rt/network.h). What has no use for that
  // copies them.
  virtual rt::Task<Result<void>> write_lent(std::span<ByteView> pieces, [[maybe_unused]] std::size_t copied,
                                            Instant deadline) {
    return write(pieces, deadline);
  }
  virtual Result<std::size_t> try_write_lent(std::span<ByteView> pieces, [[maybe_unused]] std::size_t copied) {
    return try_write(pieces);
  }
  // Waits, without a buffer, until try_read() is worth calling; now and then too early.
  //   fails  timed_out; cancelled, by `cancel` where it is not null, else by the awaiting task's own source; or as
  //          try_read(), which then fails too
  virtual rt::ReadOperation readable(Instant deadline, rt::CancelSource* cancel) = 0;
  // The peer reads the end after what was written.
  virtual void finish_writing() = 0;
  // Throws away what is unsent; the peer sees a reset.
  virtual void reset() = 0;
  virtual rt::Endpoint local() const = 0;
  virtual rt::Endpoint peer() const = 0;
  // What the TLS handshake came to; null where there was none.
  virtual const TlsFacts* tls() const { return nullptr; }
};

// A Stream over a plain TCP socket.
std::unique_ptr<Stream> make_tcp_stream(std::unique_ptr<rt::Socket> socket);

}  // namespace gust::net
