// QuicSession and QuicConnection: the seam between a QUIC connection and the protocol that runs on its streams.
//
// Source: RFC 9000 sections 2, 3 and 4.
// Shape:  the connection calls the session when something came, and asks it for output when it may send; the session
//         never waits in these calls, and calls the connection back to open windows, to end streams, and to say that it
//         has something to send. Streams are known by their numbers.
// Errors: an error code of the application ends the connection with it (RFC 9000 section 20.2).
// Core:   one.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "base/result.h"
#include "rt/address.h"
#include "rt/task.h"

namespace gust::rt {
class Loop;
}

namespace gust::net {

struct TlsFacts;

using QuicStreamId = std::int64_t;
using QuicErrorCode = std::uint64_t;
template <typename T>
using QuicOutcome = std::expected<T, QuicErrorCode>;

// What a session is given to work with; outlives it.
class QuicConnection {
 public:
  virtual ~QuicConnection() = default;
  virtual rt::Loop& loop() = 0;
  virtual rt::Endpoint local() const = 0;
  virtual rt::Endpoint peer() const = 0;
  // Complete: a session is made when the handshake is about to be.
  virtual const TlsFacts& tls() const = 0;

  // A new stream of ours, in one direction.
  //   fails   would_exceed_limit (the peer allows no more)
  virtual Result<QuicStreamId> open_stream() = 0;
  // There may be something to send: output() is asked soon.
  virtual void wake_output() = 0;
  // The peer may send so many bytes more on the stream, or on all of them.
  virtual void open_window(QuicStreamId stream, ByteCount bytes) = 0;
  virtual void open_connection_window(ByteCount bytes) = 0;
  // The peer may begin so many streams more.
  virtual void allow_streams(std::size_t count) = 0;
  // How many it may have begun by now, all told.
  virtual std::uint64_t streams_allowed() const = 0;
  // Tells the peer that nothing more is read (STOP_SENDING), or written (RESET_STREAM).
  virtual void stop_reading(QuicStreamId stream, QuicErrorCode code) = 0;
  virtual void reset_writing(QuicStreamId stream, QuicErrorCode code) = 0;
  // Ends the connection, soon.
  virtual void close(QuicErrorCode code) = 0;
};

class QuicSession {
 public:
  virtual ~QuicSession() = default;

  // Bytes may be sent: opens its own streams. First, and once.
  virtual QuicOutcome<void> begin() = 0;
  // Bytes of a stream, in order; gives how many of them the windows may be opened for at once.
  virtual QuicOutcome<std::size_t> received(QuicStreamId stream, ByteView bytes, bool is_last) = 0;
  // The peer has so many bytes more of the stream: what was given for them may go.
  virtual QuicOutcome<void> acknowledged(QuicStreamId stream, ByteCount bytes) = 0;
  // The peer reset the stream: no more of it comes.
  virtual QuicOutcome<void> peer_reset(QuicStreamId stream, QuicErrorCode code) = 0;
  // The stream is over, both ways. Without a code: in order.
  virtual QuicOutcome<void> closed(QuicStreamId stream, std::optional<QuicErrorCode> code) = 0;
  // A stream that was held_by_window() may go on.
  virtual QuicOutcome<void> window_opened(QuicStreamId stream) = 0;

  struct Output {
    QuicStreamId stream = -1;  // -1: nothing to send
    std::size_t pieces = 0;    // that were put into `into`
    bool is_last = false;      // the stream ends behind them
  };
  // What to send next. The bytes stay where they are until they are acknowledged() or the stream is closed().
  virtual QuicOutcome<Output> output(std::span<ByteView> into) = 0;
  // Of what output() gave, so many bytes are on their way (0 with an end alone).
  virtual QuicOutcome<void> took(QuicStreamId stream, std::size_t bytes) = 0;
  // Of what output() gave, nothing can go: now, or ever (the peer reads no more, or the stream was reset).
  virtual void held_by_window(QuicStreamId stream) = 0;
  virtual void not_writable(QuicStreamId stream) = 0;

  // True while no exchange is under way; not once it is drained.
  virtual bool is_idle() const = 0;
  // Takes no more requests, and closes the connection when those under way are over.
  virtual void drain() = 0;
  // The connection is over, for `why`: ends what is under way, and has ended when all of that has.
  virtual rt::Task<void> end(Error why) = 0;
};

// Makes the session of each new connection. Outlives them.
class QuicAcceptor {
 public:
  virtual ~QuicAcceptor() = default;
  virtual std::unique_ptr<QuicSession> make_session(QuicConnection& connection) = 0;
};

}  // namespace gust::net
