#include "origin/fetch.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/arena.h"
#include "http/client_connection.h"
#include "http/exchange.h"
#include "http/framing.h"
#include "net/stream.h"
#include "origin/parent_tier.h"
#include "origin/target.h"
#include "rt/loop.h"
#include "rt/network.h"

namespace gust::origin {
namespace {

constexpr std::size_t addresses_tried_max = 8;

class Connection final : public Poolable {
 public:
  explicit Connection(std::unique_ptr<net::Stream> stream) : http_(std::move(stream)) {}
  bool is_reusable() const override { return http_.is_reusable(); }
  rt::Task<void> watch(Instant until) override { return http_.watch(until); }
  http::ClientConnection& http() { return http_; }

 private:
  http::ClientConnection http_;
};

http::ClientConnection& http_of(const Lease& lease) { return static_cast<Connection*>(lease.connection())->http(); }

// The viewer's body, and whether any of it was asked for: after that the request cannot be sent again.
class OnceBody final : public http::BodyReader {
 public:
  explicit OnceBody(http::BodyReader* inner) : inner_(inner) {}
  bool is_none() const { return inner_ == nullptr; }
  bool is_begun() const { return begun_; }
  rt::Task<Result<Slice>> read(Instant deadline) override {
    begun_ = true;
    return inner_->read(deadline);
  }
  const http::Fields& trailers() const override { return inner_->trailers(); }

 private:
  http::BodyReader* inner_;
  bool begun_ = false;
};

Result<http::BodyFraming> request_framing(const http::RequestHead& head, bool has_body) {
  if (!has_body) {
    // RFC 9110 section 8.6: methods that expect content say that there is none.
    const bool expects_content =
        head.method == http::Method::post || head.method == http::Method::put || head.method == http::Method::patch;
    return expects_content ? http::BodyFraming::of_length(0) : http::BodyFraming::no_body();
  }
  TRY(const auto length, http::read_content_length(head.fields, Side::viewer));
  return length ? http::BodyFraming::of_length(*length) : http::BodyFraming::of_chunks();
}

http::Fields kept_fields(const http::Fields& fields, Arena& arena) {
  http::Fields kept;
  for (const http::Field& field : fields) {
    kept.add(http::Field{.name = arena.copy(field.name), .value = arena.copy(field.value), .known = field.known});
  }
  return kept;
}

}  // namespace

struct Fetched::State {
  Arena arena;
  Lease lease;                         // until the body has ended
  std::unique_ptr<Poolable> switched;  // with 101, in its place
  Duration keep{};
  Instant deadline = never;  // ORIG-7
  http::ResponseHead head;   // in the arena, since the connection's own goes with its next exchange
  http::BodyFraming framing;
  http::Fields trailers;
  std::optional<OnceBody> body;  // of the request; it may be sent beside the response
  Result<void> outcome;          // of the body, once the lease is gone

  void end() {
    trailers = kept_fields(http_of(lease).body().trailers(), arena);
    lease.give_back(keep);
  }
};

Fetched::Fetched(std::unique_ptr<State> state) : state_(std::move(state)) {}
Fetched::Fetched(Fetched&&) noexcept = default;
Fetched& Fetched::operator=(Fetched&&) noexcept = default;
Fetched::~Fetched() = default;

const http::ResponseHead& Fetched::head() const { return state_->head; }
http::BodyFraming Fetched::framing() const { return state_->framing; }
bool Fetched::is_at_hand() const { return state_->lease && http_of(state_->lease).has_all_content(); }
void Fetched::lend_pieces() {
  if (state_->lease) http_of(state_->lease).lend_content();
}
http::Tunnel* Fetched::tunnel() {
  return state_->switched ? &static_cast<Connection*>(state_->switched.get())->http().tunnel() : nullptr;
}
const http::Fields& Fetched::trailers() const { return state_->trailers; }

rt::Task<Result<Slice>> Fetched::read(Instant deadline) {
  State& state = *state_;
  if (!state.lease) {
    if (!state.outcome) co_return std::unexpected(state.outcome.error());
    co_return Slice();
  }
  Result<Slice> piece = co_await http_of(state.lease).body().read(std::min(deadline, state.deadline));
  if (!piece || piece->empty()) co_await http_of(state.lease).end_sending();
  if (!piece) {
    state.outcome = std::unexpected(piece.error());
    state.lease.release();
  } else if (piece->empty()) {
    state.end();
  }
  co_return piece;
}

// One fetch from its begin to the response's head.
struct Fetcher::Trying {
  const OriginTarget& target;
  http::RequestHead request;
  http::BodyFraming framing;
  OnceBody& body;
  FetchFacts& facts;
  rt::Scope* sender;           // may be null
  http::InterimSink* interim;  // may be null
  Fetched::State& state;
  Instant began;
  int attempts_left;  // ORIG-4, ORIG-6
};

Fetcher::Fetcher(rt::Loop& loop, FetcherSettings settings)
    : loop_(loop),
      settings_(std::move(settings)),
      resolver_(loop, settings_.resolver),
      tls_(loop),
      pool_(loop, settings_.pool),
      probes_(loop) {}

Fetcher::~Fetcher() = default;

rt::Task<void> Fetcher::close() {
  probes_.cancel();
  co_await probes_.join();
  co_await pool_.close();
  co_await tls_.close();
  co_await resolver_.close();
}

rt::Task<Result<Fetched>> Fetcher::fetch(const OriginTarget& target, const http::RequestHead& head,
                                         http::BodyReader* body, FetchFacts& facts, rt::Scope* sender,
                                         http::InterimSink* interim) {
  auto state = std::make_unique<Fetched::State>();
  CO_TRY(const http::BodyFraming framing, request_framing(head, body != nullptr));
  facts.phase = FetchPhase::queue;
  CO_TRY(http::RequestHead request, make_origin_request(target, head, state->arena));
  if (target.signing) {
    CO_TRY_OK(signer_.sign(request, body != nullptr, *target.signing, loop_.wall_now(), state->arena));
  }
  Trying trying{.target = target,
                .request = std::move(request),
                .framing = framing,
                .body = state->body.emplace(body),
                .facts = facts,
                .sender = sender,
                .interim = interim,
                .state = *state,
                .began = loop_.now(),
                .attempts_left = std::max(target.attempts, 1)};
  state->keep = target.keepalive_timeout;
  if (target.completion_timeout > Duration::zero()) state->deadline = trying.began + target.completion_timeout;

  const Instant wait_until = std::min(state->deadline, trying.began + target.connect_timeout);
  CO_TRY(state->lease, co_await pool_.take(pool_key_of(target, trying.request), wait_until));
  CO_TRY_OK(co_await exchange(trying));

  http::ClientConnection& connection = http_of(state->lease);
  const http::ResponseHead& answer = connection.head();
  // One copy of the whole, and the same views into it.
  const ByteView text = connection.head_text();
  const ByteView kept = state->arena.copy(text);
  const auto moved = [&](ByteView view) {
    return view.empty() ? ByteView() : ByteView(kept.data() + (view.data() - text.data()), view.size());
  };
  state->head.status = answer.status;
  state->head.version = answer.version;
  state->head.reason = moved(answer.reason);
  state->head.fields.reserve(answer.fields.size());
  for (const http::Field& field : answer.fields) {
    state->head.fields.add(http::Field{.name = moved(field.name), .value = moved(field.value), .known = field.known});
  }
  state->framing = connection.framing();
  facts.phase = FetchPhase::body;
  facts.first_byte = connection.facts().first_byte - trying.began;

  Fetched fetched(std::move(state));
  if (fetched.head().status == 101) {
    fetched.state_->switched = fetched.state_->lease.detach();
    co_return fetched;
  }
  // Nobody need read a body that cannot come to set the connection free.
  if (fetched.framing().is_empty()) CO_TRY_OK(co_await fetched.read());
  co_return fetched;
}

// Sends the request until a response's head has come or no retry is left; see the table at the top of the header.
rt::Task<Result<void>> Fetcher::exchange(Trying& trying) {
  Lease& lease = trying.state.lease;
  const http::Method method = trying.request.method;
  while (true) {
    if (lease.connection()) {
      ++trying.facts.attempts;
    } else {
      CO_TRY_OK(co_await connect(trying));
    }
    http::ClientConnection& connection = http_of(lease);
    trying.facts.connection_reused = lease.is_reused();
    trying.facts.remote = connection.peer();
    trying.facts.phase = FetchPhase::send;
    http::ClientLimits limits;
    limits.head = settings_.head;
    limits.first_byte_time_max = limits.read_time_max = limits.write_time_max = trying.target.read_timeout;
    limits.head_time_max = trying.target.read_timeout;
    connection.set_limits(limits);
    http::BodyReader* body = trying.body.is_none() ? nullptr : &trying.body;
    const Result<void> done = co_await connection.exchange(trying.request, trying.framing, body, trying.state.deadline,
                                                           trying.sender, trying.interim);
    if (done) co_return Result<void>{};

    const http::ClientFacts& facts = connection.facts();
    if (facts.request_sent || facts.bytes_received > 0) trying.facts.phase = FetchPhase::head;
    const Errc code = done.error().code;
    const bool can_send_again = !trying.body.is_begun();
    const bool was_stale = lease.is_reused() && done.error().retry == Retry::if_reused && facts.bytes_received == 0 &&
                           (method.is_idempotent() || facts.bytes_sent == 0);
    const bool is_retried_late =
        code == Errc::timed_out && (method == http::Method::get || method == http::Method::head) &&
        (lease.is_reused() ? --trying.attempts_left : trying.attempts_left) > 0 && loop_.now() < trying.state.deadline;
    lease.close_connection();
    if (!can_send_again || !(was_stale || is_retried_late)) co_return std::unexpected(done.error());
  }
}

rt::Task<Result<void>> Fetcher::connect(Trying& trying) {
  while (true) {
    --trying.attempts_left;
    ++trying.facts.attempts;
    const Instant deadline = std::min(trying.state.deadline, loop_.now() + trying.target.connect_timeout);
    auto connected = co_await connect_once(trying, deadline);
    if (connected) {
      trying.state.lease.set_connection(std::move(*connected));
      co_return Result<void>{};
    }
    const Errc code = connected.error().code;
    const bool may_get_better = trying.facts.phase == FetchPhase::connect && code != Errc::access_denied &&
                                code != Errc::cancelled && loop_.now() < trying.state.deadline;
    if (trying.attempts_left <= 0 || !may_get_better) co_return std::unexpected(connected.error());
  }
}

// Each address in turn; one that stays silent may take an even share of the time that is left.
rt::Task<Result<std::unique_ptr<Poolable>>> Fetcher::connect_once(const Trying& trying, Instant deadline) {
  const bool is_secure = trying.request.scheme == http::Scheme::https;
  FetchFacts& facts = trying.facts;
  const Instant began = loop_.now();
  facts.phase = FetchPhase::resolve;
  facts.resolve = facts.connect = Duration::zero();
  CO_TRY(const std::vector<rt::Endpoint> addresses, co_await addresses_of(trying.target, is_secure, deadline));
  facts.phase = FetchPhase::connect;
  facts.resolve = loop_.now() - began;
  Error last{.code = Errc::access_denied,
             .side = Side::origin,
             .text = "the origin's name leads to no address that may be connected to"};
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    facts.remote = addresses[i];
    const auto left = static_cast<std::int64_t>(addresses.size() - i);
    const Instant share = deadline == never ? never : loop_.now() + (deadline - loop_.now()) / left;
    const Instant connecting = loop_.now();
    auto stream = co_await reach(trying, addresses[i], share);
    facts.connect = loop_.now() - connecting;
    if (stream) co_return std::make_unique<Connection>(std::move(*stream));
    last = stream.error();
    if (last.code == Errc::cancelled || loop_.now() >= deadline) break;
  }
  // Our own descriptors ran out, or the network said no: it is the origin that was not reached.
  if (last.code != Errc::would_exceed_limit) last.side = Side::origin;
  co_return std::unexpected(last);
}

// One address, and the handshake with what answers there.
rt::Task<Result<std::unique_ptr<net::Stream>>> Fetcher::reach(const Trying& trying, rt::Endpoint address,
                                                              Instant deadline) {
  CO_TRY(auto socket, co_await loop_.network().connect(address, deadline));
  auto stream = net::make_tcp_stream(std::move(socket));
  if (trying.request.scheme != http::Scheme::https) co_return stream;
  OriginNames names = names_of(trying.target, trying.request);
  net::TlsClientOptions options;
  if (!rt::read_address(names.asked, 0)) options.server_name = names.asked;
  options.names.push_back(names.origin);
  if (names.asked != names.origin) options.names.push_back(std::move(names.asked));
  options.alpn = {"http/1.1"};
  options.versions = trying.target.secure.versions;
  options.trust = settings_.trust;
  options.session_key = pool_key_of(trying.target, trying.request);
  co_return co_await tls_.connect(std::move(stream), options, deadline);
}

// The addresses that may be connected to, perhaps none.
rt::Task<Result<std::vector<rt::Endpoint>>> Fetcher::addresses_of(const OriginTarget& target, bool is_secure,
                                                                  Instant deadline) {
  if (!target.trusted_endpoints.empty()) co_return target.trusted_endpoints;
  const std::uint16_t port = is_secure ? target.secure.port : target.port;
  CO_TRY(std::vector<rt::Endpoint> addresses, co_await resolver_.resolve(target.host, port, deadline));
  std::erase_if(addresses, [&](const rt::Endpoint& address) {
    return !(address.is_v6 ? target.uses_ipv6 : target.uses_ipv4) || !is_allowed(address, settings_.addresses);
  });
  if (addresses.size() > addresses_tried_max) addresses.resize(addresses_tried_max);
  co_return addresses;
}

rt::Task<void> Fetcher::watch(ParentTier& tier, std::size_t parent) {
  const OriginTarget& target = tier.target(parent);
  while (!tier.is_up(parent)) {
    if (!co_await rt::sleep_until(tier.due(parent))) break;
    const Instant deadline = loop_.now() + target.connect_timeout;
    const auto socket = co_await loop_.network().connect(target.trusted_endpoints.front(), deadline);
    if (!socket && socket.error().code == Errc::cancelled) break;
    tier.report_probe(parent, socket.has_value(), loop_.now());
  }
  tier.end_watch(parent);
}

rt::Task<Result<Fetched>> Fetcher::fetch(ParentTier& tier, std::uint64_t key_hash, const http::RequestHead& head,
                                         http::BodyReader* body, FetchFacts& facts, http::InterimSink* interim) {
  Error last{.code = Errc::unreachable, .side = Side::origin, .text = "every parent is down"};
  facts.phase = FetchPhase::connect;
  for (std::size_t tried = 0; tried < tier.size(); ++tried) {
    const std::optional<std::size_t> parent = tier.choose(key_hash);
    if (!parent) break;
    auto fetched = co_await fetch(tier.target(*parent), head, body, facts, nullptr, interim);
    const bool is_unreached = !fetched && facts.phase <= FetchPhase::connect;
    const bool says_nothing =
        is_unreached && (facts.phase == FetchPhase::queue || fetched.error().code == Errc::cancelled);
    if (says_nothing) co_return fetched;
    // One that stays silent may be cut off: the next try to connect tells.
    const bool is_silent = !fetched && !is_unreached && fetched.error().code == Errc::timed_out;
    tier.report(*parent, !is_unreached && !is_silent, loop_.now());
    if (tier.take_watch(*parent)) probes_.spawn(watch(tier, *parent));
    if (!is_unreached) co_return fetched;
    last = fetched.error();
  }
  co_return std::unexpected(last);
}

}  // namespace gust::origin
