// TlsServer: TLS with viewers, of one core.
//
// Source: RFC 8446, RFC 5246; RFC 6066 (server name, staples), RFC 7301 (ALPN), RFC 5077 (tickets); CLOUDFRONT.md
//         DIST-5, TLS-1 to TLS-5; SECURITY.md "TLS": no renegotiation, no compression, a deadline for the handshake.
// Shape:  accept() takes a Stream and gives the Stream within, whose tls() tells what was agreed. What a viewer gets is
//         decided by the TlsBook in force when its handshake begins. OpenSSL runs inside the calls, on this core.
// Time:   certificates of viewers are judged at the loop's wall time; ticket keys go by it too.
// Core:   one. Outlives its Streams; close() has ended before it goes.
#pragma once

#include <memory>

#include "base/result.h"
#include "base/time.h"
#include "net/stream.h"
#include "net/ticket_keys.h"
#include "rt/scope.h"
#include "rt/task.h"

namespace gust::net {

class TlsBook;

struct TlsServerCounts {
  std::uint64_t handshakes = 0;  // that ended well
  std::uint64_t resumed = 0;     // of these
  std::uint64_t failed = 0;
};

class TlsServer {
 public:
  // `keys`: the same beginning for all cores and nodes that shall resume each other's sessions.
  TlsServer(rt::Loop& loop, const TicketKeys& keys);
  ~TlsServer();
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  // For handshakes that begin from now on. Before the first, every handshake is refused.
  void install(std::shared_ptr<const TlsBook> book);

  //   fails  reset (garbage, nothing in common, no site of that name, a certificate that is not good; the text says
  //          which), timed_out, cancelled
  rt::Task<Result<std::unique_ptr<Stream>>> accept(std::unique_ptr<Stream> stream, Instant deadline);

  // Stops what closed Streams still send. All Streams are gone by then.
  rt::Task<void> close();
  const TlsServerCounts& counts() const { return counts_; }

 private:
  struct State;
  rt::Loop& loop_;
  rt::Scope closing_;
  TlsServerCounts counts_;
  std::unique_ptr<State> state_;
};

}  // namespace gust::net
