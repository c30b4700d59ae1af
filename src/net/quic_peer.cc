#include <bit>

#include "net/quic_calls_internal.h"
#include "net/quic_keys.h"
#include "net/quic_peer_internal.h"
#include "rt/loop.h"

namespace gust::net {
namespace {

constexpr std::uint64_t one_way_streams_max = 16;  // HTTP/3 has three, and a peer may try others (RFC 9114 section 9)
constexpr std::size_t ids_of_peer_max = 8;

ngtcp2_settings settings_for(rt::Loop& loop, const QuicLimits& limits) {
  ngtcp2_settings settings;
  ngtcp2_settings_default(&settings);
  settings.cc_algo = NGTCP2_CC_ALGO_CUBIC;
  settings.initial_ts = time_of(loop.now());
  settings.handshake_timeout = duration_of(limits.handshake_time_max);
  settings.rand_ctx.native_handle = &loop;
  return settings;
}

ngtcp2_transport_params parameters_for(const QuicLimits& limits) {
  ngtcp2_transport_params parameters;
  ngtcp2_transport_params_default(&parameters);
  parameters.initial_max_stream_data_bidi_remote = limits.stream_window_bytes;
  parameters.initial_max_stream_data_uni = limits.stream_window_bytes;
  parameters.initial_max_data = limits.connection_window_bytes;
  parameters.initial_max_streams_bidi = limits.streams_max;
  parameters.initial_max_streams_uni = one_way_streams_max;
  parameters.max_idle_timeout = duration_of(limits.idle_time_max);
  parameters.active_connection_id_limit = ids_of_peer_max - 1;
  parameters.grease_quic_bit = 1;
  return parameters;
}

}  // namespace

QuicPeer::~QuicPeer() {
  clear();
  session_.reset();
  for (const QuicId& id : ids_) endpoint_.forget(id);
  if (is_counted_) endpoint_.handshake_ended(false);
  if (connection_) ngtcp2_conn_del(connection_);
}

Result<void> QuicPeer::begin(const rt::Datagram& packet, const ngtcp2_pkt_hd& head,
                             const std::optional<ngtcp2_cid>& original, bool is_validated) {
  ngtcp2_settings settings = settings_for(loop(), endpoint_.limits());
  if (is_validated) settings.token = head.token;
  ngtcp2_transport_params parameters = parameters_for(endpoint_.limits());
  parameters.original_dcid = original.value_or(head.dcid);
  if (original) {
    parameters.retry_scid = head.dcid;
    parameters.retry_scid_present = 1;
  }
  const QuicId own = endpoint_.make_id();
  const ngtcp2_cid own_native = native_of(own);
  const auto& secret = endpoint_.keys().reset_secret;
  parameters.stateless_reset_token_present = 1;
  if (ngtcp2_crypto_generate_stateless_reset_token(parameters.stateless_reset_token,
                                                   native_bytes({secret.data(), secret.size()}), secret.size(),
                                                   &own_native) != 0) {
    return fail(Errc::io_failed, "GnuTLS refuses a digest");
  }
  const NativePath path(packet.to, packet.from);
  if (ngtcp2_conn_server_new(&connection_, &head.scid, &own_native, &path.path, head.version, &quic_calls(), &settings,
                             &parameters, nullptr, this) != 0) {
    connection_ = nullptr;
    return fail(Errc::out_of_memory, "no memory for a connection");
  }
  TRY_OK(tls_.begin(connection_, endpoint_.credentials(), endpoint_.keys()));
  is_counted_ = true;
  // The peer goes on using the id that it chose until it hears of ours.
  for (const QuicId& id : {own, QuicId(view_of(head.dcid))}) {
    ids_.push_back(id);
    endpoint_.know(id, *this);
  }
  return {};
}

void QuicPeer::receive(const rt::Datagram& packet) {
  if (state_ == State::closing) return say_close_again();
  if (state_ != State::alive) return;
  const NativePath path(packet.to, packet.from);
  const ngtcp2_pkt_info info{.ecn = static_cast<std::uint32_t>(packet.ecn)};
  const int outcome = ngtcp2_conn_read_pkt(connection_, &path.path, &info, native_bytes(packet.bytes),
                                           packet.bytes.size(), time_of(loop().now()));
  if (outcome != 0) return fail_with(outcome);
  wake_output();
}

void QuicPeer::fire() {
  if (state_ != State::alive) return;
  const int outcome = ngtcp2_conn_handle_expiry(connection_, time_of(loop().now()));
  if (outcome != 0) return fail_with(outcome);
  wake_output();
}

void QuicPeer::set_timer() {
  const Instant due = instant_of(ngtcp2_conn_get_expiry(connection_));
  if (due == never) return clear();
  set(loop(), due);
}

// Called when the client's Finished is here: its address is validated by then (RFC 9000 section 8.1).
int QuicPeer::establish() {
  is_established_ = true;
  is_counted_ = false;
  endpoint_.handshake_ended(true);
  facts_ = tls_.facts();
  send_tokens();
  session_ = endpoint_.acceptor().make_session(*this);
  return judge(session_->begin());
}

void QuicPeer::send_tokens() {
  tls_.send_ticket();
  std::array<std::uint8_t, NGTCP2_CRYPTO_MAX_REGULAR_TOKENLEN> token;
  const ngtcp2_path* const path = ngtcp2_conn_get_path(connection_);
  const auto& secret = endpoint_.keys().token_secret;
  const ngtcp2_ssize size =
      ngtcp2_crypto_generate_regular_token(token.data(), native_bytes({secret.data(), secret.size()}), secret.size(),
                                           path->remote.addr, path->remote.addrlen, time_of(loop().wall_now()));
  if (size > 0) ngtcp2_conn_submit_new_token(connection_, token.data(), static_cast<std::size_t>(size));
}

int QuicPeer::judge(const QuicOutcome<void>& outcome) {
  if (outcome) return 0;
  failure_ = outcome.error();
  return NGTCP2_ERR_CALLBACK_FAILURE;
}

// --- Sending.

bool QuicPeer::send() {
  if (state_ != State::alive) return false;
  if (close_wanted_) {
    ngtcp2_connection_close_error error;
    ngtcp2_connection_close_error_set_application_error(&error, *close_wanted_, nullptr, 0);
    close_with(error, {Errc::closed, Side::own, Retry::never, "the connection was closed"});
    return false;
  }
  const ngtcp2_tstamp now = time_of(loop().now());
  const std::size_t packet_bytes_max = ngtcp2_conn_get_max_tx_udp_payload_size(connection_);
  ngtcp2_path_storage path;
  ngtcp2_path_storage_zero(&path);
  ngtcp2_pkt_info info{};
  bool has_room = true;
  for (std::size_t left = ngtcp2_conn_get_send_quantum(connection_);;) {
    const MutableBytes space = endpoint_.output().space();
    has_room = space.size() >= packet_bytes_max;
    if (!has_room) break;
    const ngtcp2_ssize written = write_packet(space.first(packet_bytes_max), path, info, now);
    if (written < 0) {
      fail_with(static_cast<int>(written));
      return false;
    }
    if (written == 0) break;
    const auto bytes = static_cast<std::size_t>(written);
    endpoint_.output().add(bytes, endpoint_of(path.path.local), endpoint_of(path.path.remote),
                           static_cast<rt::Ecn>(info.ecn & 3));
    if (bytes >= left) break;
    left -= bytes;
  }
  ngtcp2_conn_update_pkt_tx_time(connection_, now);
  set_timer();
  return !has_room;
}

ngtcp2_ssize QuicPeer::write_packet(MutableBytes into, ngtcp2_path_storage& path, ngtcp2_pkt_info& info,
                                    ngtcp2_tstamp now) {
  while (true) {
    std::array<ByteView, 16> pieces;
    QuicSession::Output output;
    if (session_ && ngtcp2_conn_get_max_data_left(connection_) > 0) {
      const auto given = session_->output(pieces);
      if (!given) return judge(std::unexpected(given.error()));
      output = *given;
    }
    std::array<ngtcp2_vec, 16> vectors;
    for (std::size_t i = 0; i < output.pieces; ++i) {
      vectors[i] = {const_cast<std::uint8_t*>(native_bytes(pieces[i])), pieces[i].size()};
    }
    std::uint32_t flags = NGTCP2_WRITE_STREAM_FLAG_MORE;
    if (output.is_last) flags |= NGTCP2_WRITE_STREAM_FLAG_FIN;
    ngtcp2_ssize taken = -1;
    const ngtcp2_ssize written =
        ngtcp2_conn_writev_stream(connection_, &path.path, &info, native_room(into), into.size(), &taken, flags,
                                  output.stream, vectors.data(), output.pieces, now);
    if (written == NGTCP2_ERR_STREAM_DATA_BLOCKED) {
      session_->held_by_window(output.stream);
    } else if (written == NGTCP2_ERR_STREAM_SHUT_WR || written == NGTCP2_ERR_STREAM_NOT_FOUND) {
      session_->not_writable(output.stream);
    } else {
      if (taken >= 0 && output.stream >= 0) {
        const auto took = session_->took(output.stream, static_cast<std::size_t>(taken));
        if (!took) return judge(std::unexpected(took.error()));
      }
      if (written != NGTCP2_ERR_WRITE_MORE) return written;
    }
  }
}

// --- The end.

void QuicPeer::fail_with(int library_error) {
  switch (library_error) {
    case NGTCP2_ERR_DRAINING:
      return leave({Errc::closed, Side::viewer, Retry::never, "the peer closed the connection"}, false);
    case NGTCP2_ERR_DROP_CONN:
    case NGTCP2_ERR_RETRY:
      return leave({Errc::reset, Side::viewer, Retry::never, "the connection was of no use"}, false);
    case NGTCP2_ERR_IDLE_CLOSE:
    case NGTCP2_ERR_HANDSHAKE_TIMEOUT:
      return leave({Errc::timed_out, Side::viewer, Retry::never, "nothing was heard of the peer"}, false);
    default:
      break;
  }
  ngtcp2_connection_close_error error;
  if (failure_) {
    ngtcp2_connection_close_error_set_application_error(&error, *failure_, nullptr, 0);
  } else if (library_error == NGTCP2_ERR_CRYPTO) {
    ngtcp2_connection_close_error_set_transport_error_tls_alert(&error, ngtcp2_conn_get_tls_alert(connection_), nullptr,
                                                                0);
  } else {
    ngtcp2_connection_close_error_set_transport_error_liberr(&error, library_error, nullptr, 0);
  }
  close_with(error, {Errc::reset, Side::viewer, Retry::never, "the connection broke a rule of its protocol"});
}

void QuicPeer::close_with(const ngtcp2_connection_close_error& error, Error why) {
  ngtcp2_path_storage path;
  ngtcp2_path_storage_zero(&path);
  ngtcp2_pkt_info info{};
  std::array<char, QuicOutput::packet_bytes_max> word;
  const ngtcp2_ssize written = ngtcp2_conn_write_connection_close(
      connection_, &path.path, &info, native_room(word), NGTCP2_MAX_UDP_PAYLOAD_SIZE, &error, time_of(loop().now()));
  if (written <= 0) return leave(why, false);
  last_word_.assign(word.data(), static_cast<std::size_t>(written));
  last_local_ = endpoint_of(path.path.local);
  last_peer_ = endpoint_of(path.path.remote);
  leave(why, true);
  say_close_again();
}

// Ever more rarely: to the first, the second, the fourth late packet and so on (RFC 9000 section 10.2.1).
void QuicPeer::say_close_again() {
  if (last_word_.empty() || !std::has_single_bit(++late_packets_)) return;
  const MutableBytes space = endpoint_.output().space();
  if (space.size() < last_word_.size()) return;
  last_word_.copy(space.data(), last_word_.size());
  endpoint_.output().add(last_word_.size(), last_local_, last_peer_);
  endpoint_.wake_output(*this);
}

void QuicPeer::leave(Error why, bool answers_late_packets) {
  if (state_ != State::alive) return;
  clear();
  if (is_counted_) endpoint_.handshake_ended(false);
  is_counted_ = false;
  state_ = answers_late_packets ? State::closing : State::over;
  // RFC 9000 section 10.2: three times the probe timeout.
  const auto rest = Duration(static_cast<std::int64_t>(3 * ngtcp2_conn_get_pto(connection_)));
  endpoint_.bury(*this, why, loop().now() + rest);
}

void QuicPeer::drain() {
  if (is_alive() && session_) session_->drain();
}

void QuicPeer::end_now() {
  if (!is_alive()) return;
  ngtcp2_connection_close_error error;
  ngtcp2_connection_close_error_default(&error);
  close_with(error, {Errc::cancelled, Side::own, Retry::never, "the endpoint ends"});
}

rt::Task<void> QuicPeer::end_session(Error why) {
  if (session_) co_await session_->end(why);
}

// --- For the session.

Result<QuicStreamId> QuicPeer::open_stream() {
  QuicStreamId stream = -1;
  if (ngtcp2_conn_open_uni_stream(connection_, &stream, nullptr) == 0) return stream;
  return fail(Errc::would_exceed_limit, "the peer allows no more streams");
}

void QuicPeer::open_window(QuicStreamId stream, ByteCount bytes) {
  if (!is_alive() || bytes == 0) return;
  ngtcp2_conn_extend_max_stream_offset(connection_, stream, bytes);
  wake_output();
}

void QuicPeer::open_connection_window(ByteCount bytes) {
  if (!is_alive() || bytes == 0) return;
  ngtcp2_conn_extend_max_offset(connection_, bytes);
  wake_output();
}

void QuicPeer::allow_streams(std::size_t count) {
  if (!is_alive()) return;
  streams_added_ += count;
  ngtcp2_conn_extend_max_streams_bidi(connection_, count);
  wake_output();
}

void QuicPeer::stop_reading(QuicStreamId stream, QuicErrorCode code) {
  if (!is_alive()) return;
  ngtcp2_conn_shutdown_stream_read(connection_, stream, code);
  wake_output();
}

void QuicPeer::reset_writing(QuicStreamId stream, QuicErrorCode code) {
  if (!is_alive()) return;
  ngtcp2_conn_shutdown_stream_write(connection_, stream, code);
  wake_output();
}

void QuicPeer::close(QuicErrorCode code) {
  if (!close_wanted_) close_wanted_ = code;
  wake_output();
}

}  // namespace gust::net
