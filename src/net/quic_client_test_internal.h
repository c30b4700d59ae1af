// A QUIC client made of ngtcp2, for tests: raw streams over rt's datagrams, so over the simulated network as well. It
// verifies no certificate, and shows what a test wants to know of its connection.
#pragma once

#include <gnutls/gnutls.h>
#include <ngtcp2/ngtcp2_crypto.h>
#include <ngtcp2/ngtcp2_crypto_gnutls.h>

#include <array>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/check.h"
#include "net/quic_native_internal.h"
#include "rt/loop.h"
#include "rt/network.h"
#include "rt/scope.h"
#include "rt/signal.h"

namespace gust::net {

struct QuicTestOptions {
  std::string server_name = "localhost";
  std::string protocol = "h3";
  std::uint32_t version = NGTCP2_PROTO_VER_V1;
  ByteCount stream_window = 256_KiB;
  ByteCount connection_window = 1_MiB;
  std::string ticket = {};  // of an earlier connection
  std::string token = {};   // likewise
};

class QuicTestClient : private rt::Timer {
 public:
  using Options = QuicTestOptions;
  struct Stream {
    std::string received;
    bool has_ended = false;
    std::optional<std::uint64_t> reset_code, close_code;  // by the peer; of the whole stream
    std::string to_send;
    std::size_t sent = 0;
    bool ends = false;
    bool end_sent = false;
    bool is_held = false;
    bool is_closed = false;
  };

  QuicTestClient(rt::Loop& loop, const rt::Endpoint& server, Options options = {})
      : loop_(loop), options_(std::move(options)), server_(server), scope_(loop) {
    open_socket();
    begin();
  }
  ~QuicTestClient() override {
    clear();
    CHECK(scope_.running() == 0);
    if (connection_) ngtcp2_conn_del(connection_);
    gnutls_deinit(session_);
    gnutls_certificate_free_credentials(credentials_);
  }

  // Receives and sends from now on; until stop().
  void start() {
    scope_.spawn(receive(*sockets_.back()));
    send();
  }
  rt::Task<void> stop() {
    clear();
    scope_.cancel();
    co_await scope_.join();
  }

  bool is_established = false;
  bool is_confirmed = false;
  bool was_retried = false;
  bool was_reset_statelessly = false;
  bool saw_versions = false;
  std::uint64_t key_updates = 0;
  int failure = 0;  // of ngtcp2, that ended the connection
  std::optional<std::uint64_t> close_code;
  bool closed_by_application = false;
  std::string new_token;
  std::uint64_t bytes_sent = 0, bytes_received = 0, packets_received = 0;
  std::map<std::int64_t, Stream> streams;
  bool is_silent = false;  // sends nothing any more

  bool is_over() const { return failure != 0; }
  bool is_resumed() const { return gnutls_session_is_resumed(session_) != 0; }
  // With which another connection goes on.
  std::string ticket() const {
    gnutls_datum_t data{};
    if (gnutls_session_get_data2(session_, &data) != 0) return {};
    std::string text(reinterpret_cast<char*>(data.data), data.size);
    gnutls_free(data.data);
    return text;
  }
  ngtcp2_conn* native() { return connection_; }

  std::int64_t open(bool one_way = false) {
    std::int64_t id = -1;
    const int opened = one_way ? ngtcp2_conn_open_uni_stream(connection_, &id, nullptr)
                               : ngtcp2_conn_open_bidi_stream(connection_, &id, nullptr);
    if (opened != 0) return -1;
    streams[id].to_send.reserve(1 << 20);  // what is sent again stays where it is
    return id;
  }
  void say(std::int64_t id, std::string_view bytes, bool is_last = false) {
    streams[id].to_send += bytes;
    streams[id].ends |= is_last;
    send();
  }
  void reset(std::int64_t id, std::uint64_t code) {
    ngtcp2_conn_shutdown_stream_write(connection_, id, code);
    send();
  }
  void stop_reading(std::int64_t id, std::uint64_t code) {
    ngtcp2_conn_shutdown_stream_read(connection_, id, code);
    send();
  }
  void open_window(std::int64_t id, ByteCount bytes) {
    ngtcp2_conn_extend_max_stream_offset(connection_, id, bytes);
    ngtcp2_conn_extend_max_offset(connection_, bytes);
    send();
  }
  bool opens_windows = true;
  bool update_key() {
    const bool done = ngtcp2_conn_initiate_key_update(connection_, time_of(loop_.now())) == 0;
    send();
    return done;
  }
  // Goes on from another socket.
  bool migrate() {
    open_socket();
    scope_.spawn(receive(*sockets_.back()));
    const NativePath path(local(), server_);
    const bool done = ngtcp2_conn_initiate_immediate_migration(connection_, &path.path, time_of(loop_.now())) == 0;
    send();
    return done;
  }
  // Sends bytes of no connection.
  void throw_packet(std::string_view bytes) { scope_.spawn(throw_it(std::string(bytes))); }
  // What send() would send as one packet, without sending it.
  std::string make_packet() {
    std::array<std::uint8_t, 1500> buffer;
    ngtcp2_path_storage path;
    ngtcp2_path_storage_zero(&path);
    ngtcp2_pkt_info info{};
    const auto size = ngtcp2_conn_write_pkt(connection_, &path.path, &info, buffer.data(), 1200, time_of(loop_.now()));
    CHECK(size >= 0);
    return std::string(view_of(buffer.data(), static_cast<std::size_t>(size)));
  }
  void close(std::uint64_t code = 0x100) {
    ngtcp2_connection_close_error error;
    ngtcp2_connection_close_error_set_application_error(&error, code, nullptr, 0);
    std::array<std::uint8_t, 1500> buffer;
    ngtcp2_path_storage path;
    ngtcp2_path_storage_zero(&path);
    ngtcp2_pkt_info info{};
    const auto size = ngtcp2_conn_write_connection_close(connection_, &path.path, &info, buffer.data(), 1200, &error,
                                                         time_of(loop_.now()));
    if (size > 0) give(view_of(buffer.data(), static_cast<std::size_t>(size)));
    fail_with(NGTCP2_ERR_CLOSING);
  }
  void send();

 private:
  void open_socket() {
    rt::Endpoint any;
    any.is_v6 = server_.is_v6;
    sockets_.push_back(std::move(*loop_.network().open_datagrams(any, {})));
  }
  // As which ngtcp2 knows the latest socket: any address will do, as long as it is another one each time.
  rt::Endpoint local() const {
    rt::Endpoint endpoint = sockets_.back()->local();
    endpoint.address = {10, 0, 0, 1};
    return endpoint;
  }
  void begin();
  void begin_tls();
  void fail_with(int error) {
    if (failure == 0) failure = error;
    clear();
  }
  void give(std::string_view packet) {
    if (is_silent) return;
    bytes_sent += packet.size();
    const auto taken = sockets_.back()->try_send({.bytes = packet, .segment_bytes = packet.size(), .to = server_});
    (void)taken;  // where there was no room it is lost
  }
  rt::Task<void> receive(rt::Datagrams& socket) {
    while (true) {
      const auto packets = co_await socket.receive(never);
      if (!packets) co_return;
      for (const rt::Datagram& packet : *packets) take(packet);
      send();
    }
  }
  void take(const rt::Datagram& packet) {
    bytes_received += packet.bytes.size();
    ++packets_received;
    if (is_over()) return;
    const NativePath path(local(), server_);
    const ngtcp2_pkt_info info{};
    const int outcome = ngtcp2_conn_read_pkt(connection_, &path.path, &info, native_bytes(packet.bytes),
                                             packet.bytes.size(), time_of(loop_.now()));
    if (outcome == 0) return;
    if (outcome == NGTCP2_ERR_DRAINING) {
      ngtcp2_connection_close_error error;
      ngtcp2_conn_get_connection_close_error(connection_, &error);
      if (!was_reset_statelessly) close_code = error.error_code;
      closed_by_application = error.type == NGTCP2_CONNECTION_CLOSE_ERROR_CODE_TYPE_APPLICATION;
    }
    fail_with(outcome);
  }
  void fire() override {
    if (is_over()) return;
    const int outcome = ngtcp2_conn_handle_expiry(connection_, time_of(loop_.now()));
    if (outcome != 0) return fail_with(outcome);
    send();
  }
  rt::Task<void> throw_it(std::string bytes) {
    while (true) {
      const auto taken = sockets_.back()->try_send({.bytes = bytes, .segment_bytes = bytes.size(), .to = server_});
      if (!taken || *taken || !co_await sockets_.back()->writable(never)) co_return;
    }
  }
  static QuicTestClient& of(void* user) { return *static_cast<QuicTestClient*>(user); }
  ngtcp2_callbacks calls();

  rt::Loop& loop_;
  Options options_;
  rt::Endpoint server_;
  rt::Scope scope_;
  std::vector<std::unique_ptr<rt::Datagrams>> sockets_;
  ngtcp2_conn* connection_ = nullptr;
  gnutls_session_t session_ = nullptr;
  gnutls_certificate_credentials_t credentials_ = nullptr;
  ngtcp2_crypto_conn_ref reference_{};
};

inline void QuicTestClient::begin() {
  const auto random_id = [&] {
    std::array<char, 12> bytes;
    loop_.fill_secret(bytes);
    return native_of(QuicId(ByteView(bytes.data(), bytes.size())));
  };
  ngtcp2_settings settings;
  ngtcp2_settings_default(&settings);
  settings.initial_ts = time_of(loop_.now());
  settings.rand_ctx.native_handle = &loop_;
  settings.token = {const_cast<std::uint8_t*>(native_bytes(options_.token)), options_.token.size()};
  ngtcp2_transport_params parameters;
  ngtcp2_transport_params_default(&parameters);
  parameters.initial_max_stream_data_bidi_local = options_.stream_window;
  parameters.initial_max_stream_data_uni = 256_KiB;
  parameters.initial_max_data = options_.connection_window;
  parameters.initial_max_streams_uni = 16;
  parameters.max_idle_timeout = duration_of(std::chrono::seconds(30));
  parameters.active_connection_id_limit = 7;
  const ngtcp2_cid to = random_id();
  const ngtcp2_cid own = random_id();
  const NativePath path(local(), server_);
  const ngtcp2_callbacks callbacks = calls();
  CHECK(ngtcp2_conn_client_new(&connection_, &to, &own, &path.path, options_.version, &callbacks, &settings,
                               &parameters, nullptr, this) == 0);
  begin_tls();
}

inline void QuicTestClient::begin_tls() {
  CHECK(gnutls_init(&session_, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL) == 0);
  CHECK(ngtcp2_crypto_gnutls_configure_client_session(session_) == 0);
  CHECK(gnutls_priority_set_direct(session_, "NORMAL:-VERS-ALL:+VERS-TLS1.3:%DISABLE_TLS13_COMPAT_MODE", nullptr) == 0);
  gnutls_certificate_allocate_credentials(&credentials_);
  gnutls_credentials_set(session_, GNUTLS_CRD_CERTIFICATE, credentials_);
  if (!options_.server_name.empty()) {
    gnutls_server_name_set(session_, GNUTLS_NAME_DNS, options_.server_name.data(), options_.server_name.size());
  }
  if (!options_.protocol.empty()) {
    const gnutls_datum_t name{const_cast<std::uint8_t*>(native_bytes(options_.protocol)),
                              static_cast<unsigned>(options_.protocol.size())};
    gnutls_alpn_set_protocols(session_, &name, 1, 0);
  }
  if (!options_.ticket.empty()) gnutls_session_set_data(session_, options_.ticket.data(), options_.ticket.size());
  reference_.get_conn = [](ngtcp2_crypto_conn_ref* reference) {
    return static_cast<QuicTestClient*>(reference->user_data)->connection_;
  };
  reference_.user_data = this;
  gnutls_session_set_ptr(session_, &reference_);
  ngtcp2_conn_set_tls_native_handle(connection_, session_);
}

inline ngtcp2_callbacks QuicTestClient::calls() {
  ngtcp2_callbacks made{};
  made.client_initial = ngtcp2_crypto_client_initial_cb;
  made.recv_crypto_data = ngtcp2_crypto_recv_crypto_data_cb;
  made.encrypt = ngtcp2_crypto_encrypt_cb;
  made.decrypt = ngtcp2_crypto_decrypt_cb;
  made.hp_mask = ngtcp2_crypto_hp_mask_cb;
  made.recv_retry = [](ngtcp2_conn* connection, const ngtcp2_pkt_hd* head, void* user) {
    of(user).was_retried = true;
    return ngtcp2_crypto_recv_retry_cb(connection, head, user);
  };
  made.update_key = [](ngtcp2_conn* connection, std::uint8_t* rx_secret, std::uint8_t* tx_secret,
                       ngtcp2_crypto_aead_ctx* rx, std::uint8_t* rx_iv, ngtcp2_crypto_aead_ctx* tx, std::uint8_t* tx_iv,
                       const std::uint8_t* rx_now, const std::uint8_t* tx_now, std::size_t size, void* user) {
    ++of(user).key_updates;
    return ngtcp2_crypto_update_key_cb(connection, rx_secret, tx_secret, rx, rx_iv, tx, tx_iv, rx_now, tx_now, size,
                                       user);
  };
  made.delete_crypto_aead_ctx = ngtcp2_crypto_delete_crypto_aead_ctx_cb;
  made.delete_crypto_cipher_ctx = ngtcp2_crypto_delete_crypto_cipher_ctx_cb;
  made.get_path_challenge_data = ngtcp2_crypto_get_path_challenge_data_cb;
  made.version_negotiation = ngtcp2_crypto_version_negotiation_cb;
  made.rand = [](std::uint8_t* into, std::size_t size, const ngtcp2_rand_ctx* context) {
    static_cast<rt::Loop*>(context->native_handle)->fill_secret({reinterpret_cast<char*>(into), size});
  };
  made.get_new_connection_id = [](ngtcp2_conn*, ngtcp2_cid* id, std::uint8_t* token, std::size_t size, void* user) {
    std::array<char, 20> bytes;
    of(user).loop_.fill_secret(bytes);
    *id = native_of(QuicId(ByteView(bytes.data(), size)));
    of(user).loop_.fill_secret({reinterpret_cast<char*>(token), NGTCP2_STATELESS_RESET_TOKENLEN});
    return 0;
  };
  made.handshake_completed = [](ngtcp2_conn*, void* user) {
    of(user).is_established = true;
    return 0;
  };
  made.handshake_confirmed = [](ngtcp2_conn*, void* user) {
    of(user).is_confirmed = true;
    return 0;
  };
  made.recv_version_negotiation = [](ngtcp2_conn*, const ngtcp2_pkt_hd*, const std::uint32_t*, std::size_t,
                                     void* user) {
    of(user).saw_versions = true;
    return 0;
  };
  made.recv_stateless_reset = [](ngtcp2_conn*, const ngtcp2_pkt_stateless_reset*, void* user) {
    of(user).was_reset_statelessly = true;
    return 0;
  };
  made.recv_new_token = [](ngtcp2_conn*, const ngtcp2_vec* token, void* user) {
    of(user).new_token = view_of(token->base, token->len);
    return 0;
  };
  made.recv_stream_data = [](ngtcp2_conn* connection, std::uint32_t flags, std::int64_t id, std::uint64_t,
                             const std::uint8_t* data, std::size_t size, void* user, void*) {
    Stream& stream = of(user).streams[id];
    stream.received += view_of(data, size);
    stream.has_ended |= (flags & NGTCP2_STREAM_DATA_FLAG_FIN) != 0;
    if (of(user).opens_windows) {
      ngtcp2_conn_extend_max_stream_offset(connection, id, size);
      ngtcp2_conn_extend_max_offset(connection, size);
    }
    return 0;
  };
  made.stream_reset = [](ngtcp2_conn*, std::int64_t id, std::uint64_t, std::uint64_t code, void* user, void*) {
    of(user).streams[id].reset_code = code;
    return 0;
  };
  made.stream_close = [](ngtcp2_conn*, std::uint32_t flags, std::int64_t id, std::uint64_t code, void* user, void*) {
    Stream& stream = of(user).streams[id];
    stream.is_closed = true;
    if (flags & NGTCP2_STREAM_CLOSE_FLAG_APP_ERROR_CODE_SET) stream.close_code = code;
    return 0;
  };
  made.extend_max_stream_data = [](ngtcp2_conn*, std::int64_t id, std::uint64_t, void* user, void*) {
    of(user).streams[id].is_held = false;
    return 0;
  };
  return made;
}

inline void QuicTestClient::send() {
  if (is_over()) return;
  const ngtcp2_tstamp now = time_of(loop_.now());
  ngtcp2_path_storage path;
  ngtcp2_path_storage_zero(&path);
  ngtcp2_pkt_info info{};
  std::array<std::uint8_t, 1500> buffer;
  const std::size_t most = ngtcp2_conn_get_max_tx_udp_payload_size(connection_);
  while (true) {
    std::int64_t id = -1;
    Stream* stream = nullptr;
    for (auto& [its_id, one] : streams) {
      const bool has_more = one.sent < one.to_send.size() || (one.ends && !one.end_sent);
      if (has_more && !one.is_held && !one.is_closed && ngtcp2_conn_get_max_data_left(connection_) > 0) {
        id = its_id;
        stream = &one;
        break;
      }
    }
    ngtcp2_vec rest{};
    std::uint32_t flags = NGTCP2_WRITE_STREAM_FLAG_NONE;
    if (stream) {
      rest = {const_cast<std::uint8_t*>(native_bytes(stream->to_send)) + stream->sent,
              stream->to_send.size() - stream->sent};
      if (stream->ends) flags = NGTCP2_WRITE_STREAM_FLAG_FIN;
    }
    ngtcp2_ssize taken = -1;
    const auto size = ngtcp2_conn_writev_stream(connection_, &path.path, &info, buffer.data(), most, &taken, flags, id,
                                                &rest, stream ? 1 : 0, now);
    if (stream && taken >= 0) {
      stream->sent += static_cast<std::size_t>(taken);
      stream->end_sent = stream->ends && stream->sent == stream->to_send.size();
    }
    if (size == NGTCP2_ERR_STREAM_DATA_BLOCKED || size == NGTCP2_ERR_STREAM_SHUT_WR ||
        size == NGTCP2_ERR_STREAM_NOT_FOUND) {
      stream->is_held = true;
      continue;
    }
    if (size < 0) return fail_with(static_cast<int>(size));
    if (size == 0) break;
    give(view_of(buffer.data(), static_cast<std::size_t>(size)));
  }
  ngtcp2_conn_update_pkt_tx_time(connection_, now);
  const Instant due = instant_of(ngtcp2_conn_get_expiry(connection_));
  if (due == never) return clear();
  set(loop_, due);
}

}  // namespace gust::net
