#include <algorithm>

#include "base/text.h"
#include "rt/blocking.h"
#include "rt/sim_datagrams_internal.h"
#include "rt/sim_network_internal.h"

namespace gust::rt::sim {
namespace {

constexpr Duration connect_wait_most = std::chrono::seconds{127};  // six retransmissions of a SYN, as Linux does
constexpr Duration backlog_retry = std::chrono::seconds{1};        // RFC 6298 section 2.1

// A connect under way, shared by the caller's task and the packets.
struct Dial {
  Signal changed;
  std::optional<Errc> failure;
  ConnectionRef connection;
  bool is_abandoned = false;  // the caller waits no longer
};
using DialRef = std::shared_ptr<Dial>;

void answer(const DialRef& dial, Errc failure) {
  dial->failure = failure;
  dial->changed.notify_all();
}

void answer(const DialRef& dial, ConnectionRef connection) {
  if (dial->is_abandoned) return connection->close(0);
  dial->connection = std::move(connection);
  dial->changed.notify_all();
}

// The first packet of a connect, on its way to `server` and back.
void knock(Engine& engine, Host& client, const Endpoint& from, Host& server, const Endpoint& to, const DialRef& dial) {
  engine.send(client, server, [&engine, &client, from, &server, to, dial] {
    if (dial->is_abandoned || client.is_down) return;
    std::vector<SimListener*> open;
    for (SimListener* listener : server.listeners) {
      if (listener->takes(to)) open.push_back(listener);
    }
    if (open.empty()) {
      engine.trace().record(engine.now(), server.name, "refused a connection to port", to.port);
      return engine.send(server, client, [dial] { answer(dial, Errc::refused); });
    }
    SimListener& listener = *open[open.size() == 1 ? 0 : engine.chance().below(open.size())];
    if (listener.is_full()) {
      return engine.schedule(backlog_retry, [&engine, &client, from, &server, to, dial] {
        knock(engine, client, from, server, to, dial);
      });
    }
    auto connection = std::make_shared<Connection>(engine, client, from, server, to);
    engine.trace().record(engine.now(), server.name, "connected", connection->id, to.port, client.name);
    listener.enter(connection);
    engine.send(server, client, [dial, connection] { answer(dial, connection); });
  });
}

}  // namespace

SimListener::SimListener(SimLoop& loop, const Endpoint& at, const ListenOptions& options)
    : loop_(loop), at_(at), options_(options) {
  options_.backlog = std::max(options_.backlog, 1);
  loop_.host().listeners.push_back(this);
}

SimListener::~SimListener() {
  std::erase(loop_.host().listeners, this);
  for (const ConnectionRef& connection : waiting_) connection->reset(1);
}

bool SimListener::takes(const Endpoint& to) const { return overlap(at_, to); }

void SimListener::enter(ConnectionRef connection) {
  waiting_.push_back(std::move(connection));
  ready_.notify_all();
}

void SimListener::die() {
  std::erase(loop_.host().listeners, this);
  waiting_.clear();
}

Task<Result<std::unique_ptr<Socket>>> SimListener::accept(Instant deadline) {
  while (waiting_.empty()) CO_TRY_OK(co_await ready_.wait(deadline));
  if (loop_.host().sockets >= loop_.host().sockets_max) {
    co_return fail(Errc::would_exceed_limit, "out of file descriptors or socket memory");
  }
  ConnectionRef connection = std::move(waiting_.front());
  waiting_.pop_front();
  co_return std::make_unique<SimSocket>(std::move(connection), 1);
}

void crash_network(Engine& engine, Host& host) {
  while (!host.listeners.empty()) host.listeners.back()->die();
  for (SimDatagrams* socket : std::exchange(host.datagrams, {})) socket->die();
  std::vector<ConnectionRef> alive;
  for (const auto& [id, connection] : engine.connections()) alive.push_back(connection->shared_from_this());
  for (const ConnectionRef& connection : alive) {
    for (const std::size_t side : {0U, 1U}) {
      if (connection->ends[side].host == &host) connection->die(side);
    }
  }
}

namespace {

class SimNetwork final : public Network {
 public:
  explicit SimNetwork(SimLoop& loop) : loop_(loop) {}

  Result<std::unique_ptr<Listener>> listen(const Endpoint& at, const ListenOptions& options) override {
    TRY(const Endpoint chosen, choose(at, [&](const Endpoint& free) { return is_free(free); }));
    for (const SimListener* other : host().listeners) {
      if (other->takes(chosen) && !(options.share_port && other->shares_port())) {
        return fail(Errc::address_in_use, "address already in use");
      }
    }
    engine().trace().record(engine().now(), host().name, "listens on port", chosen.port);
    return std::make_unique<SimListener>(loop_, chosen, options);
  }

  Result<std::unique_ptr<Datagrams>> open_datagrams(const Endpoint& at, const DatagramOptions& options) override {
    const auto is_open = [&](const Endpoint& where) {
      return std::ranges::any_of(host().datagrams, [&](const SimDatagrams* other) { return other->overlaps(where); });
    };
    TRY(const Endpoint chosen, choose(at, [&](const Endpoint& free) { return !is_open(free); }));
    for (const SimDatagrams* other : host().datagrams) {
      if (other->overlaps(chosen) && !(options.share_port && other->shares_port())) {
        return fail(Errc::address_in_use, "address already in use");
      }
    }
    if (host().sockets >= host().sockets_max) {
      return fail(Errc::would_exceed_limit, "out of file descriptors or socket memory");
    }
    return std::make_unique<SimDatagrams>(loop_, chosen, options);
  }

  bool is_free(const Endpoint& at) override {
    return std::ranges::none_of(host().listeners, [&](const SimListener* other) { return other->takes(at); });
  }

  Task<Result<std::unique_ptr<Socket>>> connect(const Endpoint& to, Instant deadline) override {
    if (host().sockets >= host().sockets_max) {
      co_return fail(Errc::would_exceed_limit, "out of file descriptors or socket memory");
    }
    Host* server = engine().find_host(host(), to);
    const std::optional<Endpoint> from = source_for(to);
    if (!server || !from) co_return fail(Errc::unreachable, "host or network unreachable");
    auto dial = std::make_shared<Dial>();
    if (!host().is_down) knock(engine(), host(), *from, *server, to, dial);
    const Instant given_up = loop_.now() + connect_wait_most;
    const Result<void> waited = co_await dial->changed.wait(std::min(deadline, given_up));
    dial->is_abandoned = true;
    // An answer may have come between the end of the wait and this turn.
    if (!waited && dial->connection) dial->connection->close(0);
    if (!waited) co_return std::unexpected(waited.error());
    if (dial->failure) co_return fail(*dial->failure, "connection refused");
    co_return std::make_unique<SimSocket>(std::move(dial->connection), 0);
  }

  Task<Result<std::vector<Endpoint>>> resolve(std::string_view name, std::uint16_t port) override {
    if (auto literal = read_address(name, port)) co_return std::vector{*literal};
    const std::string asked = to_lower(name);
    if (asked == "localhost" || asked.ends_with(".localhost")) {
      co_return std::vector{*read_address("127.0.0.1", port), *read_address("::1", port)};
    }
    // A look-up takes its time.
    co_await blocking(loop_, [] { return true; });
    const auto found = engine().names().find(asked);
    engine().trace().record(engine().now(), host().name, "resolved", 0, 0, asked);
    if (host().is_down || found == engine().names().end() || found->second.empty()) {
      co_return fail(Errc::name_not_found, "the host name does not resolve");
    }
    std::vector<Endpoint> endpoints = found->second;
    for (Endpoint& endpoint : endpoints) endpoint.port = port;
    co_return endpoints;
  }

 private:
  Engine& engine() const { return loop_.engine(); }
  Host& host() const { return loop_.host(); }

  // `at`, with a port that `is_free` where it leaves the choice.
  Result<Endpoint> choose(Endpoint at, auto is_free) {
    if (!is_any(at) && engine().find_host(host(), at) != &host()) {
      return fail(Errc::unreachable, "address not available on this host");
    }
    if (host().is_down) return fail(Errc::io_failed, "the host is down");
    if (at.port != 0) return at;
    do at.port = host().take_port();
    while (!is_free(at));
    return at;
  }

  std::optional<Endpoint> source_for(const Endpoint& to) {
    std::optional<Endpoint> source;
    if (is_loopback(to)) source = to;
    for (const Endpoint& own : host().addresses) {
      if (!source && own.is_v6 == to.is_v6) source = own;
    }
    if (source) source->port = host().take_port();
    return source;
  }

  SimLoop& loop_;
};

}  // namespace

std::unique_ptr<Network> make_network(SimLoop& loop) { return std::make_unique<SimNetwork>(loop); }

}  // namespace gust::rt::sim
