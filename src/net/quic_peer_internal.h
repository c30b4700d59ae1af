// QuicPeer: one connection, by ngtcp2, and the session that runs on it.
//
// Source: RFC 9000, 9001, 9002; section 10.2 for the closing and the draining state.
// Shape:  receive() takes a packet; send() writes what may be sent now; a timer does what is due. What fails ends the
//         connection: a CONNECTION_CLOSE goes out, and is said again to late packets, ever more rarely.
// Core:   one.
#pragma once

#include <ngtcp2/ngtcp2.h>

#include <optional>
#include <string>
#include <vector>

#include "net/quic_endpoint_internal.h"
#include "net/quic_native_internal.h"
#include "net/quic_session.h"
#include "net/quic_tls_internal.h"
#include "rt/operation.h"

namespace gust::net {

class QuicPeer final : public QuicConnection, private rt::Timer {
 public:
  explicit QuicPeer(QuicEndpoint& endpoint) : endpoint_(endpoint) {}
  ~QuicPeer() override;

  // --- For the endpoint.
  // `original`: the id of the packet before a Retry, where this one has answered it.
  //   fails   out_of_memory, io_failed
  Result<void> begin(const rt::Datagram& packet, const ngtcp2_pkt_hd& head, const std::optional<ngtcp2_cid>& original,
                     bool is_validated);
  void receive(const rt::Datagram& packet);
  // True when it is to be called again once there is room.
  bool send();
  bool is_alive() const { return state_ == State::alive; }
  bool is_idle() const { return is_alive() && session_ && session_->is_idle(); }
  bool is_handshaking() const { return !is_established_; }
  void drain();
  // Ends the connection at once, with a last word to the peer.
  void end_now();
  // What the session has under way ends.
  rt::Task<void> end_session(Error why);
  QuicPeers::iterator place;
  bool is_to_send = false;

  // --- QuicConnection.
  rt::Loop& loop() override { return endpoint_.loop(); }
  rt::Endpoint local() const override { return endpoint_of(ngtcp2_conn_get_path(connection_)->local); }
  rt::Endpoint peer() const override { return endpoint_of(ngtcp2_conn_get_path(connection_)->remote); }
  const TlsFacts& tls() const override { return facts_; }
  Result<QuicStreamId> open_stream() override;
  void wake_output() override { endpoint_.wake_output(*this); }
  void open_window(QuicStreamId stream, ByteCount bytes) override;
  void open_connection_window(ByteCount bytes) override;
  void allow_streams(std::size_t count) override;
  std::uint64_t streams_allowed() const override { return endpoint_.limits().streams_max + streams_added_; }
  void stop_reading(QuicStreamId stream, QuicErrorCode code) override;
  void reset_writing(QuicStreamId stream, QuicErrorCode code) override;
  void close(QuicErrorCode code) override;

 private:
  friend struct QuicCalls;
  enum class State : std::uint8_t { alive, closing, over };

  void fire() override;
  void set_timer();
  ngtcp2_ssize write_packet(MutableBytes into, ngtcp2_path_storage& path, ngtcp2_pkt_info& info, ngtcp2_tstamp now);
  void fail_with(int library_error);
  void close_with(const ngtcp2_connection_close_error& error, Error why);
  void say_close_again();
  void leave(Error why, bool answers_late_packets);
  int judge(const QuicOutcome<void>& outcome);
  int establish();
  void send_tokens();

  QuicEndpoint& endpoint_;
  ngtcp2_conn* connection_ = nullptr;
  QuicTls tls_;
  TlsFacts facts_;
  std::unique_ptr<QuicSession> session_;
  std::vector<QuicId> ids_;  // by which the endpoint knows it
  State state_ = State::alive;
  bool is_established_ = false;
  bool is_counted_ = false;               // among the handshakes
  std::optional<QuicErrorCode> failure_;  // of the session
  std::optional<QuicErrorCode> close_wanted_;
  std::uint64_t streams_added_ = 0;
  std::string last_word_;
  rt::Endpoint last_local_;
  rt::Endpoint last_peer_;
  std::uint32_t late_packets_ = 0;
};

}  // namespace gust::net
