#include <ngtcp2/ngtcp2_crypto.h>

#include "net/quic_calls_internal.h"
#include "net/quic_keys.h"
#include "net/quic_peer_internal.h"
#include "rt/loop.h"

namespace gust::net {

// `user` is the connection's QuicPeer in all of them.
struct QuicCalls {
  static QuicPeer& peer_of(void* user) { return *static_cast<QuicPeer*>(user); }

  static int handshake_completed(ngtcp2_conn*, void* user) { return peer_of(user).establish(); }

  static int stream_data(ngtcp2_conn*, std::uint32_t flags, std::int64_t stream, std::uint64_t,
                         const std::uint8_t* data, std::size_t size, void* user, void*) {
    QuicPeer& peer = peer_of(user);
    if (!peer.session_) return NGTCP2_ERR_CALLBACK_FAILURE;
    const auto taken = peer.session_->received(stream, view_of(data, size), (flags & NGTCP2_STREAM_DATA_FLAG_FIN) != 0);
    if (!taken) return peer.judge(std::unexpected(taken.error()));
    peer.open_window(stream, *taken);
    peer.open_connection_window(*taken);
    return 0;
  }

  static int acknowledged(ngtcp2_conn*, std::int64_t stream, std::uint64_t, std::uint64_t size, void* user, void*) {
    QuicPeer& peer = peer_of(user);
    return peer.session_ ? peer.judge(peer.session_->acknowledged(stream, size)) : 0;
  }

  static int stream_close(ngtcp2_conn* connection, std::uint32_t flags, std::int64_t stream, std::uint64_t code,
                          void* user, void*) {
    QuicPeer& peer = peer_of(user);
    const bool is_ours = ngtcp2_conn_is_local_stream(connection, stream) != 0;
    const bool is_one_way = (stream & 2) != 0;
    if (!is_ours && is_one_way) ngtcp2_conn_extend_max_streams_uni(connection, 1);
    if (!peer.session_) return 0;
    std::optional<QuicErrorCode> told;
    if (flags & NGTCP2_STREAM_CLOSE_FLAG_APP_ERROR_CODE_SET) told = code;
    return peer.judge(peer.session_->closed(stream, told));
  }

  static int stream_reset(ngtcp2_conn*, std::int64_t stream, std::uint64_t, std::uint64_t code, void* user, void*) {
    QuicPeer& peer = peer_of(user);
    return peer.session_ ? peer.judge(peer.session_->peer_reset(stream, code)) : 0;
  }

  static int window_opened(ngtcp2_conn*, std::int64_t stream, std::uint64_t, void* user, void*) {
    QuicPeer& peer = peer_of(user);
    return peer.session_ ? peer.judge(peer.session_->window_opened(stream)) : 0;
  }

  // For packet numbers and the like, of no secrecy.
  static void random(std::uint8_t* into, std::size_t size, const ngtcp2_rand_ctx* context) {
    auto& loop = *static_cast<rt::Loop*>(context->native_handle);
    loop.fill_secret({reinterpret_cast<char*>(into), size});
  }

  static int challenge(ngtcp2_conn*, std::uint8_t* into, void* user) {
    peer_of(user).loop().fill_secret({reinterpret_cast<char*>(into), NGTCP2_PATH_CHALLENGE_DATALEN});
    return 0;
  }

  static int new_id(ngtcp2_conn*, ngtcp2_cid* id, std::uint8_t* token, std::size_t, void* user) {
    QuicPeer& peer = peer_of(user);
    const QuicId made = peer.endpoint_.make_id();
    *id = native_of(made);
    const auto& secret = peer.endpoint_.keys().reset_secret;
    if (ngtcp2_crypto_generate_stateless_reset_token(token, native_bytes({secret.data(), secret.size()}), secret.size(),
                                                     id) != 0) {
      return NGTCP2_ERR_CALLBACK_FAILURE;
    }
    peer.ids_.push_back(made);
    peer.endpoint_.know(made, peer);
    return 0;
  }

  static int drop_id(ngtcp2_conn*, const ngtcp2_cid* id, void* user) {
    QuicPeer& peer = peer_of(user);
    const QuicId gone(view_of(*id));
    std::erase(peer.ids_, gone);
    peer.endpoint_.forget(gone);
    return 0;
  }
};

const ngtcp2_callbacks& quic_calls() {
  static const ngtcp2_callbacks calls = [] {
    ngtcp2_callbacks made{};
    made.recv_client_initial = ngtcp2_crypto_recv_client_initial_cb;
    made.recv_crypto_data = ngtcp2_crypto_recv_crypto_data_cb;
    made.handshake_completed = QuicCalls::handshake_completed;
    made.encrypt = ngtcp2_crypto_encrypt_cb;
    made.decrypt = ngtcp2_crypto_decrypt_cb;
    made.hp_mask = ngtcp2_crypto_hp_mask_cb;
    made.recv_stream_data = QuicCalls::stream_data;
    made.acked_stream_data_offset = QuicCalls::acknowledged;
    made.stream_close = QuicCalls::stream_close;
    made.stream_reset = QuicCalls::stream_reset;
    made.extend_max_stream_data = QuicCalls::window_opened;
    made.rand = QuicCalls::random;
    made.get_new_connection_id = QuicCalls::new_id;
    made.remove_connection_id = QuicCalls::drop_id;
    made.update_key = ngtcp2_crypto_update_key_cb;
    made.delete_crypto_aead_ctx = ngtcp2_crypto_delete_crypto_aead_ctx_cb;
    made.delete_crypto_cipher_ctx = ngtcp2_crypto_delete_crypto_cipher_ctx_cb;
    made.get_path_challenge_data = QuicCalls::challenge;
    made.version_negotiation = ngtcp2_crypto_version_negotiation_cb;
    return made;
  }();
  return calls;
}

}  // namespace gust::net
