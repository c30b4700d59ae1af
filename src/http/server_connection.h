// ServerConnection: HTTP/1.1 on one Stream of a viewer.
//
// Source: RFC 9112 sections 9.3 (persistence), 9.3.2 (pipelining), 9.6 (closing); RFC 9110 section 10.1.1 (Expect);
//         SECURITY "HTTP/1 framing" and "Resources".
// Shape:  one request at a time: the next head is read when the answer before it is out and its body consumed, so that
//         pipelined requests are answered in order and nothing left over is read as something else. A head or framing
//         that is refused is answered, the connection closed.
// Memory: buffers, field lists and the arena are the thread's pool's and go back to it while the connection is idle; a
//         request answered at once from memory costs no malloc once warm, and no frame or suspension here.
// Core:   one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/time.h"
#include "http/chunked.h"
#include "http/connection.h"
#include "http/head_parser.h"
#include "http/http2_limits.h"
#include "http/message.h"
#include "rt/task.h"

namespace gust::net {
class Stream;
}

namespace gust::http {

class Handler;

struct ServerLimits {
  HeadLimits head = {};
  ChunkedLimits chunked = {};
  ByteCount body_bytes_max = 64_GiB;    // LIM-4
  std::uint32_t requests_max = 10'000;  // of one connection
  // The handshake of TLS, where there is one.
  Duration handshake_time_max = std::chrono::seconds{10};
  // A head: from its first byte (the first of a connection: from its begin) to its end.
  Duration head_time_max = std::chrono::seconds{10};
  // Between an answer and the next request.
  Duration idle_time_max = std::chrono::seconds{60};
  // A body: waiting for it may take this long in all, and a second more for each body_rate_min bytes that came.
  Duration body_time_max = std::chrono::seconds{20};
  ByteCount body_rate_min = 1_KiB;
  // A reader: each batch of write_batch_bytes may take this long, and a second more for each write_rate_min bytes in
  // it.
  Duration write_time_max = std::chrono::seconds{20};
  ByteCount write_rate_min = 16_KiB;
  std::size_t write_batch_bytes = 256 * 1024;
  // What is consumed of a body that the handler did not read; with more the connection is closed.
  ByteCount unread_body_bytes_max = 256_KiB;
  // Closing while the viewer still sends: so much is read and dropped, lest a reset destroys the answer (section 9.6).
  ByteCount linger_bytes_max = 1_MiB;
  Duration linger_time_max = std::chrono::seconds{2};
  // Says "Connection: keep-alive" in answers on connections that go on (HDR-12).
  bool says_keep_alive = true;
  // Connections of HTTP/2. All but what HTTP/1.1 says of its framing holds for them too.
  Http2Limits http2 = {};
  // Takes HTTP/2 on a connection without TLS whose viewer begins with its preface (RFC 9113 section 3.3).
  bool takes_http2_preface = false;
};

class ServerConnection final : public Connection {
 public:
  // `handler` and `limits` outlive it.
  ServerConnection(std::unique_ptr<net::Stream> stream, Scheme scheme, Handler& handler, const ServerLimits& limits);
  ~ServerConnection() override;

  rt::Task<void> serve() override;
  void drain() override;
  bool is_idle() const override;
  Instant idle_since() const override;

  // Once served: what a viewer left that began with the preface of HTTP/2, where that is taken; else no stream.
  struct Http2Start {
    std::unique_ptr<net::Stream> stream;
    std::string begun;  // what was read of it
  };
  Http2Start take_http2_start();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gust::http
