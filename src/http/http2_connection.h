// Http2Connection: HTTP/2 on one Stream of a viewer.
//
// Source: RFC 9113; RFC 9218 (priorities); RFC 8441 (WebSocket); SECURITY.md "HTTP/2 and HTTP/3".
// Shape:  one loop reads; every stream is an Exchange, given to the Handler in a scope of the connection; one path
//         writes. Framing, header compression, flow control and the order of streams are nghttp2's; what is read of a
//         request, and every limit, is ours and the same as for HTTP/1.1 where HTTP/2 does not say otherwise.
//         A request that is malformed by RFC 9113 is reset; one that breaks a limit, or HTTP/1.1's rules for targets
//         and hosts, is answered. Either way it reaches no Handler but by refused().
// Memory: bounded by Http2Limits; an idle connection keeps what nghttp2 needs for its tables, and no buffers of ours.
// Core:   one.
#pragma once

#include <memory>
#include <string>

#include "http/connection.h"
#include "http/message.h"
#include "http/server_connection.h"

namespace gust::http {

// What a viewer of HTTP/2 sends first (RFC 9113 section 3.4).
inline constexpr ByteView http2_preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

class Http2Connection final : public Connection {
 public:
  // `handler` and `limits` outlive it. `begun`: bytes that were read off the stream already.
  Http2Connection(std::unique_ptr<net::Stream> stream, Scheme scheme, Handler& handler, const ServerLimits& limits,
                  std::string begun = {});
  ~Http2Connection() override;

  rt::Task<void> serve() override;
  // Two GOAWAYs, by which no request is lost, where exchanges are under way; one where there are none.
  void drain() override;
  bool is_idle() const override;
  Instant idle_since() const override;
  // What the library holds, and content that nobody has read.
  ByteCount memory_held() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gust::http
