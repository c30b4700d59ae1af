// Exchange: one request and its response, the same for HTTP/1.1, HTTP/2 and HTTP/3.
//
// Source: DESIGN "How one request flows"; RFC 9110 sections 6, 9.3.2, 10.1.1 and 15.2.
// Shape:  the connection makes it and gives it to a Handler. The request's views and everything in the arena live as
//         long as it does. Answer in one call with respond(), or with start(), write() and finish().
//         start(), write() and finish() do in the call what needs no waiting; their Task is ready then (rt/task.h).
// Limits: deadlines of reading and writing are the connection's (ServerLimits); they end the exchange, not the caller's
//         patience, for which read() takes a deadline.
// Core:   belongs to its connection; one call under way at a time for reading, one for answering.
#pragma once

#include <span>
#include <string>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "http/message.h"
#include "rt/address.h"
#include "rt/task.h"

namespace gust::net {
struct TlsFacts;
}

namespace gust::http {

// The content of a message as it comes.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  // The next bytes of the content, at least one; an empty Slice is its end, again at each later call.
  //   fails   short_body, bad_chunk, bad_trailer, body_too_large, timed_out, reset, cancelled; the same again later
  virtual rt::Task<Result<Slice>> read(Instant deadline) = 0;
  // The trailer fields; complete behind the end, empty before it.
  virtual const Fields& trailers() const = 0;
};

// What logs and metrics want to know.
struct ExchangeFacts {
  Instant began{};                     // the first byte of the request was here
  Instant first_byte_sent{};           // of the final response; only with status
  std::uint16_t status = 0;            // of the final response; 0: none was begun
  ByteCount bytes_received = 0;        // head and body as on the wire
  ByteCount bytes_sent = 0;            // heads and content as on the wire, what the kernel took
  ByteCount content_bytes_sent = 0;    // without framing
  bool is_on_used_connection = false;  // others were served on its connection before
  bool viewer_left = false;            // the connection broke, or its reader was too slow, before the answer was out
};

class Tunnel;

class Exchange {
 public:
  virtual ~Exchange() = default;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  const RequestHead& request() const { return request_; }
  BodyFraming request_framing() const { return request_framing_; }
  // Reading for the first time sends "100 Continue" where the viewer expects it, even of a body that has come.
  virtual BodyReader& body() = 0;
  Arena& arena() { return arena_; }
  virtual rt::Endpoint local() const = 0;
  virtual rt::Endpoint peer() const = 0;
  // Of the connection's TLS handshake; null where it has none.
  virtual const net::TlsFacts* tls() const { return nullptr; }
  const ExchangeFacts& facts() const { return facts_; }

  // Sends an interim response (100 to 199 but not 101). Does nothing for HTTP/1.0 viewers.
  //   fails   bug (a final response was begun, or the status is not an interim one), and as write()
  virtual rt::Task<Result<void>> inform(const ResponseHead& head) = 0;

  // Sends the head of the final response and the first bytes of content in one vectored write.
  //   framing  of_length(n): write() brings exactly n bytes; of_chunks() or to_close(): the length is not known, and
  //   the
  //            connection frames it as the viewer's version allows; no_body(): none
  // For HEAD, 204 and 304 no content leaves: what is written is dropped. A Content-Length in head.fields tells their
  // length; framing and Connection fields in head.fields are otherwise ignored. Date and Server are the caller's.
  //   fails   bug (begun already), bad_field, bad_status_line (nothing was sent: another answer may be given); as
  //   write()
  virtual rt::Task<Result<void>> start(const ResponseHead& head, BodyFraming framing, std::span<const Slice> first) = 0;

  // Sends content without copying; ends when the kernel has taken it.
  //   fails   reset, timed_out (a reader that is too slow), cancelled: the viewer is gone, no call will work; bug: more
  //           than the length that start() was told
  virtual rt::Task<Result<void>> write(std::span<const Slice> content) = 0;

  // Ends the response; `trailers` (may be null) go out where the framing can carry them, else they are dropped.
  //   fails   bug (less than the length that start() was told: the viewer is cut off), bad_field, and as write()
  virtual rt::Task<Result<void>> finish(const Fields* trailers) = 0;

  // Gives up: the viewer sees that the response is not whole. What was written is still delivered where the framing
  // lets the viewer tell.
  virtual void abort() = 0;

  // Answers with `head`, a 101, and makes a Tunnel of the connection, which closes behind this exchange. The Tunnel is
  // good until the exchange is over.
  //   needs   the request asked for head.upgrade
  //   fails   bug (a response was begun, or the head is not that of a switch), unsupported (this version of HTTP has no
  //           such thing), as write()
  virtual rt::Task<Result<Tunnel*>> switch_protocols(const ResponseHead& head);

  // The connection ends behind this exchange, and the response says so if it has not begun.
  virtual void close_after() = 0;

  // start(), all of `content`, and finish(), in one vectored write.
  rt::Task<Result<void>> respond(const ResponseHead& head, std::span<const Slice> content);
  rt::Task<Result<void>> respond(const ResponseHead& head, Slice content);
  // As above with a copy of `text`, for small answers.
  rt::Task<Result<void>> respond_text(const ResponseHead& head, ByteView text);
  // start() without first bytes.
  rt::Task<Result<void>> start(const ResponseHead& head, BodyFraming framing) { return start(head, framing, {}); }

  bool is_begun() const { return facts_.status != 0; }
  bool is_finished() const { return finished_; }

 protected:
  explicit Exchange(Arena& arena) : arena_(arena) {}

  RequestHead request_;
  BodyFraming request_framing_;
  ExchangeFacts facts_;
  bool finished_ = false;  // the response went out whole

 private:
  rt::Task<Result<void>> finish_behind(rt::Task<Result<void>> started);

  Arena& arena_;
};

// A head that was refused before it became an Exchange.
struct Refusal {
  Error error;
  std::uint16_t status;  // what the viewer is told
  rt::Endpoint local;
  rt::Endpoint peer;
  ByteCount bytes_received;
  Instant began;
};

// What exchanges are given to. Outlives the connections.
class Handler {
 public:
  virtual ~Handler() = default;
  // Answers the exchange. Returning without an answer means 500; without finish(), abort().
  virtual rt::Task<void> handle(Exchange& exchange) = 0;
  // Counts and logs a refused head, and may add fields and content to its answer. The connection is closed behind it.
  virtual void refused(const Refusal& refusal, ResponseHead& answer, std::string& content);
};

}  // namespace gust::http
