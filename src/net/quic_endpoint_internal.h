// QuicEndpoint: which connections a core has, which packet is whose, and what is answered to packets of no connection.
//
// Source: RFC 9000 sections 5.2 (matching packets), 6 (version negotiation), 8.1 (address validation), 10.3 (stateless
//         reset), 14.1 (datagrams of at least 1200 bytes).
#pragma once

#include <ngtcp2/ngtcp2.h>

#include <list>
#include <optional>
#include <unordered_map>
#include <vector>

#include "net/quic_credentials_internal.h"
#include "net/quic_group.h"
#include "net/quic_ids_internal.h"
#include "net/quic_limits.h"
#include "net/quic_output_internal.h"
#include "net/quic_server.h"
#include "rt/scope.h"
#include "rt/signal.h"

namespace gust::net {

class QuicPeer;
using QuicPeers = std::list<std::unique_ptr<QuicPeer>>;

class QuicEndpoint final : public QuicGroup::Member {
 public:
  QuicEndpoint(rt::Loop& loop, QuicAcceptor& acceptor, const QuicLimits& limits, std::shared_ptr<const QuicKeys> keys,
               QuicGroup* group, std::size_t core);
  ~QuicEndpoint();

  Result<void> listen(const rt::Endpoint& at, bool share_port);
  rt::Endpoint local() const { return socket_->local(); }
  void install(std::shared_ptr<const TlsBook> book) { credentials_.install(std::move(book)); }
  void start();
  rt::Task<void> drain(Instant deadline);
  std::size_t connections() const { return peers_.size(); }
  std::size_t handshakes() const { return handshakes_; }
  const QuicCounts& counts() const { return counts_; }

  // A packet that came, or that another core handed over.
  void take(const rt::Datagram& packet) override { dispatch(packet, true); }

  // --- For connections.
  rt::Loop& loop() { return loop_; }
  QuicAcceptor& acceptor() { return acceptor_; }
  const QuicLimits& limits() const { return limits_; }
  const QuicKeys& keys() const { return *keys_; }
  QuicCredentialStore& credentials() { return credentials_; }
  QuicOutput& output() { return *output_; }
  // A new id of a connection of this core, not yet known.
  QuicId make_id() { return make_quic_id(loop_, *keys_, core_); }
  void know(const QuicId& id, QuicPeer& peer) { by_id_.emplace(id, &peer); }
  void forget(const QuicId& id) { by_id_.erase(id); }
  void wake_output(QuicPeer& peer);
  // Of the handshakes under way: one has ended, well or not.
  void handshake_ended(bool well);
  // The connection is over: nothing is sent any more but the answer to late packets until `until`.
  void bury(QuicPeer& peer, Error why, Instant until);

 private:
  rt::Task<void> receive_all();
  rt::Task<void> send_all();
  rt::Task<void> let_rest(QuicPeer& peer, Error why, Instant until);
  void dispatch(const rt::Datagram& packet, bool is_handed_over);
  void begin(const rt::Datagram& packet);
  bool is_welcome(const rt::Datagram& packet, const ngtcp2_pkt_hd& head);
  bool make_room();
  bool may_answer_stray();
  void offer_versions(const rt::Datagram& packet, const ngtcp2_version_cid& ids);
  void ask_to_retry(const rt::Datagram& packet, const ngtcp2_pkt_hd& head);
  void refuse(const rt::Datagram& packet, const ngtcp2_pkt_hd& head, std::uint64_t error_code);
  void reset_stray(const rt::Datagram& packet, ByteView id);
  bool answer(const rt::Datagram& packet, ngtcp2_ssize bytes);

  rt::Loop& loop_;
  QuicAcceptor& acceptor_;
  const QuicLimits& limits_;
  std::shared_ptr<const QuicKeys> keys_;
  QuicGroup* group_;
  std::size_t core_;
  QuicCredentialStore credentials_;
  std::unique_ptr<rt::Datagrams> socket_;
  std::optional<QuicOutput> output_;
  QuicPeers peers_;  // whoever was heard of last stands last
  std::unordered_map<QuicId, QuicPeer*, QuicIdHash> by_id_;
  std::vector<QuicPeer*> to_send_;
  rt::Signal work_;
  rt::Signal one_ended_;
  rt::Scope working_;
  rt::Scope burying_;
  std::size_t handshakes_ = 0;
  std::size_t alive_ = 0;  // of the peers
  bool is_draining_ = false;
  Instant stray_second_{};
  std::uint32_t stray_answers_ = 0;  // in the second from then on
  QuicCounts counts_;
};

}  // namespace gust::net
