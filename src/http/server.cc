#include "http/server.h"

#include <algorithm>

#include "http/http2_connection.h"
#include "net/proxy_protocol.h"
#include "net/stream.h"
#include "net/tls_facts.h"
#include "net/tls_server.h"
#include "rt/loop.h"
#include "rt/network.h"

namespace gust::http {
namespace {

// How long accepting rests when the process is out of descriptors.
constexpr Duration pause_when_full = std::chrono::milliseconds(50);

}  // namespace

Server::Server(rt::Loop& loop, Handler& handler, const ServerLimits& limits, std::size_t connections_max,
               net::TlsServer* tls)
    : loop_(loop),
      handler_(handler),
      limits_(limits),
      connections_max_(connections_max),
      tls_(tls),
      accepting_(loop),
      serving_(loop) {}

Server::~Server() = default;

Result<void> Server::listen(const rt::Endpoint& at, bool share_port) {
  TRY(listener_, loop_.network().listen(at, {.share_port = share_port}));
  return {};
}

rt::Endpoint Server::local() const { return listener_->local(); }

void Server::start() { accepting_.spawn(accept_all()); }

rt::Task<void> Server::accept_all() {
  while (true) {
    auto socket = co_await listener_->accept(never);
    if (!socket) {
      if (socket.error().code == Errc::cancelled) co_return;
      if (!co_await rt::sleep_until(loop_.now() + pause_when_full)) co_return;
      continue;
    }
    // Counted from the spawn: those of this turn are not in connections_ yet.
    if (serving_.running() >= connections_max_ && !make_room()) {
      ++turned_away_;
      (*socket)->reset();
      continue;
    }
    auto stream = net::make_tcp_stream(std::move(*socket));
    const auto is_of = [peer = stream->peer()](const rt::AddressRange& range) { return rt::holds(range, peer); };
    const bool is_proxied = std::ranges::any_of(proxies_, is_of);
    const bool is_bare = tls_ == nullptr && !is_proxied;
    serving_.spawn(is_bare ? serve(std::move(stream)) : serve_behind_preludes(std::move(stream), is_proxied));
  }
}

// Sheds the connection that has been idle for longest. The place is free a moment later.
bool Server::make_room() {
  Connection* oldest = nullptr;
  for (Connection* connection : connections_) {
    if (connection->is_idle() && (!oldest || connection->idle_since() < oldest->idle_since())) oldest = connection;
  }
  if (oldest) oldest->drain();
  return oldest != nullptr;
}

// Not among connections_ until it can have a request: a drain need not wait for it.
rt::Task<void> Server::serve_behind_preludes(std::unique_ptr<net::Stream> stream, bool is_proxied) {
  const Instant deadline = loop_.now() + limits_.handshake_time_max;
  if (is_proxied) {
    auto proxied = co_await net::accept_proxied(std::move(stream), deadline);
    if (!proxied) co_return;
    stream = std::move(*proxied);
  }
  if (tls_ != nullptr) {
    auto within = co_await tls_->accept(std::move(stream), deadline);
    if (!within) co_return;
    stream = std::move(*within);
  }
  if (!accepting_.is_cancelled()) co_await serve(std::move(stream));
}

// A connection that is being served.
class Server::Served {
 public:
  Served(Server& server, Connection& connection)
      : server_(server), place_(server.connections_.insert(server.connections_.end(), &connection)) {}
  ~Served() {
    server_.connections_.erase(place_);
    server_.one_ended_.notify_all();
  }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

 private:
  Server& server_;
  std::list<Connection*>::iterator place_;
};

rt::Task<void> Server::serve(std::unique_ptr<net::Stream> stream) {
  const Scheme scheme = tls_ == nullptr ? Scheme::http : Scheme::https;
  ServerConnection::Http2Start start;
  if (const net::TlsFacts* const tls = stream->tls(); tls != nullptr && tls->alpn == "h2") {
    start.stream = std::move(stream);
  } else {
    ServerConnection connection(std::move(stream), scheme, handler_, limits_);
    const Served served(*this, connection);
    co_await connection.serve();
    start = connection.take_http2_start();
  }
  if (!start.stream) co_return;
  Http2Connection connection(std::move(start.stream), scheme, handler_, limits_, std::move(start.begun));
  const Served served(*this, connection);
  co_await connection.serve();
}

rt::Task<void> Server::drain(Instant deadline) {
  accepting_.cancel();
  co_await accepting_.join();
  listener_.reset();
  for (Connection* connection : connections_) connection->drain();
  while (!connections_.empty()) {
    if (!co_await one_ended_.wait(deadline)) break;
  }
  serving_.cancel();
  co_await serving_.join();
}

}  // namespace gust::http
