// ClientConnection: HTTP/1.1 on one Stream to an origin or a parent tier.
//
// Source: RFC 9112 sections 6.3, 8 and 9; RFC 9110 sections 10.1.1 and 15.2; CloudFront's ORIG-5, LIM-5 and BODY-5;
//         SECURITY "origin's answer".
// Shape:  one exchange at a time: exchange(), then body() to its end; then again while is_reusable(). Connecting is
//         elsewhere.
// Errors: side origin; retry if_reused when nothing of the response had come and the connection had served before, so
//         that an idle connection that the origin closed meanwhile costs nothing (RFC 9112 section 9.3.1).
// Core:   one.
#pragma once

#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "http/chunked.h"
#include "http/head_parser.h"
#include "http/message.h"
#include "rt/address.h"
#include "rt/task.h"

namespace gust::net {
class Stream;
}
namespace gust::rt {
class Scope;
}

namespace gust::http {

class BodyReader;
class Tunnel;

struct ClientLimits {
  HeadLimits head = {};  // LIM-5
  ChunkedLimits chunked = {};
  ByteCount body_bytes_max = ByteCount{1} << 62;
  std::uint32_t interim_responses_max = 8;  // 1xx before the final head; only one of them may be 100 (BODY-5)
  Duration first_byte_time_max = std::chrono::seconds{30};  // ORIG-5: from the request's end
  Duration read_time_max = std::chrono::seconds{30};        // ORIG-5: between reads
  Duration head_time_max = std::chrono::seconds{30};        // from a head's first byte to its last, trickling or not
  Duration write_time_max = std::chrono::seconds{30};       // each write of the request
  Duration expect_time_max = std::chrono::seconds{1};       // for 100 before the body is sent without it
};

// What is known of the exchange under way or done; good after a failure too.
struct ClientFacts {
  ByteCount bytes_sent = 0;
  ByteCount bytes_received = 0;
  bool request_sent = false;  // whole, body included
  Instant first_byte{};       // of the response; only when bytes_received is not 0
};

// Who is told of interim responses (RFC 9110 section 15.2), each as it comes and before the final head: 102, 103 and
// the like. Not of 100, which answers what this connection asked, nor of 101.
class InterimSink {
 public:
  virtual ~InterimSink() = default;
  // `head` is good until this returns.
  virtual rt::Task<void> pass_on(const ResponseHead& head) = 0;
};

class ClientConnection {
 public:
  explicit ClientConnection(std::unique_ptr<net::Stream> stream, const ClientLimits& limits = {});
  ~ClientConnection();
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;

  // Limits from the next exchange on.
  void set_limits(const ClientLimits& limits);

  // Sends the request and reads the head of the final response; interim responses go to `interim`, if any. The body is
  // sent while the response is awaited. What of it is unsent when the final head comes is sent by `sender` behind that,
  // so that both bodies stream at once, until end_sending(); without a `sender` it is not sent any more. With `Expect:
  // 100-continue` in head.fields the body waits for 100. `deadline` bounds all of it.
  //   needs   `head` and `body` outlive the wait, `body` also what runs in `sender`; `body` is null where `framing` is
  //           empty
  //   fails   reset, closed (no response), timed_out, head_too_large, bad_status_line, bad_version, bad_field,
  //           bad_framing, unsupported, cancelled; short_body or what `body` fails with, side viewer; head_writer's
  rt::Task<Result<void>> exchange(const RequestHead& head, BodyFraming framing, BodyReader* body, Instant deadline,
                                  rt::Scope* sender = nullptr, InterimSink* interim = nullptr);
  // Stops what is still being sent of the request's body, and returns when it has ended.
  rt::Task<void> end_sending();

  // Of the response; good until the next exchange().
  const ResponseHead& head() const;
  // The bytes that the head was read from and that its views look into, reason and fields; good as long as it is.
  ByteView head_text() const;
  BodyFraming framing() const;
  // After a 101 that head.upgrade of the request asked for: the connection, which serves no other exchange.
  Tunnel& tunnel();
  // The content of the response. Its end is short_body when the origin closed before it.
  BodyReader& body();
  // After exchange(): true where all of its body has come with the head, so that reading it waits for nothing.
  bool has_all_content() const;
  // After exchange(): the pieces of its body are good until the next read() only, and those that came with the head are
  // not copied.
  void lend_content();
  const ClientFacts& facts() const;

  // True when request and response were whole, nothing came behind the response and neither side wants to close.
  bool is_reusable() const;
  // Waits while idle, until anything arrives (then is_reusable() no longer holds), until `until`, or until a cancel.
  // Not beside exchange(): a pool spawns it, cancels it and joins it before it hands the connection out.
  rt::Task<void> watch(Instant until);

  rt::Endpoint local() const;
  rt::Endpoint peer() const;
  // Destroying it closes the connection in order; this throws away what is under way.
  void reset();

 private:
  struct State;
  std::shared_ptr<State> state_;  // with the task that sends a body
};

}  // namespace gust::http
