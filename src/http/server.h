// Server: the connections that arrive on one port of one core.
//
// Source: SECURITY.md "Resources": bounded connections, the oldest idle one shed first; DESIGN.md decision 2.
// Shape:  listen(), start(), and at the end drain(). Every core of a node has one on the same port (share_port). With a
//         TlsServer every connection begins with a handshake, which counts as a connection and has handshake_time_max.
//         A connection speaks HTTP/2 where its handshake chose "h2" or, without TLS and where the limits allow that,
//         where it begins with the preface; else HTTP/1.1.
// Core:   one.
#pragma once

#include <list>
#include <memory>
#include <vector>

#include "base/result.h"
#include "http/message.h"
#include "http/server_connection.h"
#include "rt/address_range.h"
#include "rt/scope.h"
#include "rt/signal.h"
#include "rt/task.h"

namespace gust::net {
class Stream;
class TlsServer;
}  // namespace gust::net
namespace gust::rt {
class Listener;
class Loop;
}  // namespace gust::rt

namespace gust::http {

class Server {
 public:
  // `loop`, `handler` and `tls` outlive it. `tls`: null where connections are in the clear.
  Server(rt::Loop& loop, Handler& handler, const ServerLimits& limits, std::size_t connections_max,
         net::TlsServer* tls = nullptr);
  ~Server();  // drain() has ended
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Connections from these addresses are of load balancers and begin with a PROXY header, which is believed and has
  // handshake_time_max to come (net/proxy_protocol.h); those from others begin without. Before start().
  void trust_proxies(std::vector<rt::AddressRange> proxies) { proxies_ = std::move(proxies); }

  //   fails   address_in_use, access_denied, io_failed
  Result<void> listen(const rt::Endpoint& at, bool share_port);
  // Where it listens, with the port that was chosen for port 0.
  rt::Endpoint local() const;
  // Accepts from now on.
  void start();
  // Accepts no more, lets the exchanges under way end until `deadline`, then ends what is left.
  rt::Task<void> drain(Instant deadline);

  std::size_t connections() const { return connections_.size(); }
  // Connections that were turned away because none could be shed.
  std::uint64_t turned_away() const { return turned_away_; }

 private:
  class Served;
  rt::Task<void> accept_all();
  rt::Task<void> serve(std::unique_ptr<net::Stream> stream);
  rt::Task<void> serve_behind_preludes(std::unique_ptr<net::Stream> stream, bool is_proxied);
  bool make_room();

  rt::Loop& loop_;
  Handler& handler_;
  ServerLimits limits_;
  std::size_t connections_max_;
  net::TlsServer* tls_;
  std::vector<rt::AddressRange> proxies_;
  std::unique_ptr<rt::Listener> listener_;
  rt::Scope accepting_;
  rt::Scope serving_;
  std::list<Connection*> connections_;
  rt::Signal one_ended_;
  std::uint64_t turned_away_ = 0;
};

}  // namespace gust::http
