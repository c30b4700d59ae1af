#include <algorithm>

#include "net/quic_endpoint_internal.h"
#include "net/quic_keys.h"
#include "net/quic_peer_internal.h"
#include "rt/loop.h"
#include "rt/network.h"

namespace gust::net {
namespace {

// How long receiving rests when the socket fails.
constexpr Duration pause_on_failure = std::chrono::milliseconds(50);

}  // namespace

QuicEndpoint::QuicEndpoint(rt::Loop& loop, QuicAcceptor& acceptor, const QuicLimits& limits,
                           std::shared_ptr<const QuicKeys> keys, QuicGroup* group, std::size_t core)
    : loop_(loop),
      acceptor_(acceptor),
      limits_(limits),
      keys_(std::move(keys)),
      group_(group),
      core_(core),
      by_id_(16, QuicIdHash{keys_->id_seed}),
      working_(loop),
      burying_(loop) {}

QuicEndpoint::~QuicEndpoint() = default;

Result<void> QuicEndpoint::listen(const rt::Endpoint& at, bool share_port) {
  TRY(socket_, loop_.network().open_datagrams(at, {.share_port = share_port}));
  output_.emplace(*socket_);
  return {};
}

void QuicEndpoint::start() {
  if (group_) group_->enter(core_, *this);
  working_.spawn(receive_all());
  working_.spawn(send_all());
}

rt::Task<void> QuicEndpoint::receive_all() {
  while (true) {
    const auto packets = co_await socket_->receive(never);
    if (packets) {
      for (const rt::Datagram& packet : *packets) dispatch(packet, false);
    } else if (packets.error().code == Errc::cancelled || !co_await rt::sleep_until(loop_.now() + pause_on_failure)) {
      co_return;
    }
  }
}

void QuicEndpoint::wake_output(QuicPeer& peer) {
  if (peer.is_to_send) return;
  peer.is_to_send = true;
  to_send_.push_back(&peer);
  work_.notify_all();
}

rt::Task<void> QuicEndpoint::send_all() {
  std::vector<QuicPeer*> now;
  while (true) {
    while (to_send_.empty()) {
      if (!co_await work_.wait(never)) co_return;
    }
    // Those that are added meanwhile have their turn behind these.
    std::swap(now, to_send_);
    for (QuicPeer* peer : now) {
      peer->is_to_send = false;
      if (peer->send()) wake_output(*peer);
    }
    now.clear();
    output_->flush();
    while (output_->is_blocked()) {
      if (!co_await output_->writable(never)) co_return;
      output_->flush();
    }
  }
}

void QuicEndpoint::handshake_ended(bool well) {
  --handshakes_;
  if (well) ++counts_.established;
}

void QuicEndpoint::bury(QuicPeer& peer, Error why, Instant until) {
  --alive_;
  burying_.spawn(let_rest(peer, why, until));
}

rt::Task<void> QuicEndpoint::let_rest(QuicPeer& peer, Error why, Instant until) {
  one_ended_.notify_all();
  co_await peer.end_session(why);
  if (!is_draining_) (void)co_await rt::sleep_until(until);
  std::erase(to_send_, &peer);
  peers_.erase(peer.place);
}

rt::Task<void> QuicEndpoint::drain(Instant deadline) {
  is_draining_ = true;
  for (const auto& peer : peers_) peer->drain();
  while (alive_ > handshakes_) {
    if (!co_await one_ended_.wait(deadline)) break;
  }
  for (const auto& peer : peers_) peer->end_now();
  if (output_) output_->flush();
  if (group_) group_->leave(core_);
  burying_.cancel();
  co_await burying_.join();
  working_.cancel();
  co_await working_.join();
  socket_.reset();
}

// Sheds the connection of which nothing was heard for longest, if it is idle. Its place is free a moment later.
bool QuicEndpoint::make_room() {
  constexpr std::size_t looked_at_max = 16;
  if (peers_.size() > limits_.connections_max + limits_.connections_max / 8) return false;
  std::size_t looked_at = 0;
  for (const auto& peer : peers_) {
    if (++looked_at > looked_at_max) break;
    if (!peer->is_idle()) continue;
    peer->drain();
    return true;
  }
  return false;
}

// --- Which packet is whose.

void QuicEndpoint::dispatch(const rt::Datagram& packet, bool is_handed_over) {
  ngtcp2_version_cid ids;
  const int decoded = packet.bytes.empty() ? NGTCP2_ERR_INVALID_ARGUMENT
                                           : ngtcp2_pkt_decode_version_cid(&ids, native_bytes(packet.bytes),
                                                                           packet.bytes.size(), quic_id_bytes);
  const bool is_other_version = decoded == NGTCP2_ERR_VERSION_NEGOTIATION ||
                                (decoded == 0 && ids.version != 0 && ids.version != NGTCP2_PROTO_VER_V1);
  if (is_other_version) return offer_versions(packet, ids);
  if (decoded != 0 || ids.dcidlen > NGTCP2_MAX_CIDLEN) {
    ++counts_.dropped;
    return;
  }
  const ByteView id = view_of(ids.dcid, ids.dcidlen);
  if (const auto found = by_id_.find(QuicId(id)); found != by_id_.end()) {
    QuicPeer& peer = *found->second;
    peers_.splice(peers_.end(), peers_, peer.place);
    return peer.receive(packet);
  }
  const bool is_long = (static_cast<unsigned char>(packet.bytes.front()) & 0x80) != 0;
  if (is_long) {
    if (ids.version == 0) {
      ++counts_.dropped;
    } else {
      begin(packet);
    }
    return;
  }
  if (group_ && !is_handed_over) {
    const std::size_t home = core_of(id, *keys_);
    if (home != core_ && home < group_->size()) {
      ++(group_->hand_over(home, packet, limits_.handed_over_max) ? counts_.handed_over : counts_.dropped);
      return;
    }
  }
  reset_stray(packet, id);
}

// A packet of no connection that may begin one.
void QuicEndpoint::begin(const rt::Datagram& packet) {
  ngtcp2_pkt_hd head;
  const int accepted = ngtcp2_accept(&head, native_bytes(packet.bytes), packet.bytes.size());
  if (accepted != 0) {
    ++counts_.dropped;
    return;
  }
  if (!is_welcome(packet, head)) return;

  const NativeEndpoint from(packet.from);
  const auto& secret = keys_->token_secret;
  const std::uint8_t* const key = native_bytes(ByteView(secret.data(), secret.size()));
  std::optional<ngtcp2_cid> original;
  bool is_validated = false;
  if (head.token.len > 0 && head.token.base[0] == NGTCP2_CRYPTO_TOKEN_MAGIC_RETRY) {
    ngtcp2_cid before;
    if (ngtcp2_crypto_verify_retry_token(&before, head.token.base, head.token.len, key, secret.size(), head.version,
                                         from.address.addr, from.address.addrlen, &head.dcid,
                                         duration_of(limits_.retry_token_life), time_of(loop_.now())) != 0) {
      return refuse(packet, head, NGTCP2_INVALID_TOKEN);
    }
    original = before;
    is_validated = true;
  } else if (head.token.len > 0) {
    is_validated = ngtcp2_crypto_verify_regular_token(
                       head.token.base, head.token.len, key, secret.size(), from.address.addr, from.address.addrlen,
                       duration_of(limits_.address_token_life), time_of(loop_.wall_now())) == 0;
  }
  if (!is_validated && handshakes_ >= limits_.retry_above) return ask_to_retry(packet, head);

  auto peer = std::make_unique<QuicPeer>(*this);
  if (!peer->begin(packet, head, original, is_validated)) {
    ++counts_.refused;
    return;
  }
  ++handshakes_;
  ++alive_;
  ++counts_.begun;
  QuicPeer& begun = *peer;
  begun.place = peers_.insert(peers_.end(), std::move(peer));
  begun.receive(packet);
}

bool QuicEndpoint::is_welcome(const rt::Datagram& packet, const ngtcp2_pkt_hd& head) {
  const bool has_room =
      !is_draining_ && handshakes_ < limits_.handshakes_max && (peers_.size() < limits_.connections_max || make_room());
  if (!has_room) refuse(packet, head, NGTCP2_CONNECTION_REFUSED);
  return has_room;
}

}  // namespace gust::net
