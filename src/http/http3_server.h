// Http3Server: HTTP/3 to the viewers that arrive on one UDP port of one core.
//
// Source: RFC 9114; net/quic_server.h for the connections, docs/decisions/quic.md for what was chosen.
// Shape:  as http::Server: listen(), start(), and at the end drain(). install() says for which names it answers, now
// and
//         whenever that changes. Every core of a node has one on the same port (share_port), with the same keys and in
//         one group.
// Core:   one.
#pragma once

#include <memory>

#include "base/result.h"
#include "base/time.h"
#include "rt/address.h"
#include "rt/task.h"

namespace gust::net {
class QuicGroup;
struct QuicCounts;
struct QuicKeys;
struct QuicLimits;
class TlsBook;
}  // namespace gust::net
namespace gust::rt {
class Loop;
}

namespace gust::http {

class Handler;
struct Http3Limits;
struct ServerLimits;

// What an Http3Server is told; all of it outlives it.
struct Http3Parts {
  rt::Loop& loop;
  Handler& handler;
  const ServerLimits& limits;
  const Http3Limits& http3_limits;
  const net::QuicLimits& quic_limits;
  net::QuicGroup* group = nullptr;  // null: the only core
  std::size_t core = 0;             // its place in the group
};

class Http3Server {
 public:
  Http3Server(const Http3Parts& parts, std::shared_ptr<const net::QuicKeys> keys);
  ~Http3Server();  // drain() has ended
  Http3Server(const Http3Server&) = delete;
  Http3Server& operator=(const Http3Server&) = delete;

  //   fails   address_in_use, access_denied, io_failed
  Result<void> listen(const rt::Endpoint& at, bool share_port);
  rt::Endpoint local() const;
  void install(std::shared_ptr<const net::TlsBook> book);
  void start();
  // Takes no more connections, tells viewers to go (GOAWAY), lets the exchanges under way end until `deadline`, then
  // ends what is left.
  rt::Task<void> drain(Instant deadline);

  std::size_t connections() const;
  const net::QuicCounts& counts() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gust::http
