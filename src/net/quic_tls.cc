#include <ngtcp2/ngtcp2_crypto_gnutls.h>

#include <array>
#include <cstring>

#include "base/text.h"
#include "net/quic_keys.h"
#include "net/quic_tls_internal.h"

namespace gust::net {
namespace {

// AES first: with the instructions for it that all servers have, it is several times as fast here as ChaCha20.
constexpr const char* priorities =
    "NONE:+VERS-TLS1.3:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:+AEAD:+SIGN-ALL:-SIGN-RSA-SHA1:-SIGN-ECDSA-SHA1:"
    "+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:+GROUP-SECP521R1:+CTYPE-X509:"
    "%DISABLE_TLS13_COMPAT_MODE:%SERVER_PRECEDENCE";

constexpr std::string_view protocol = "h3";

gnutls_datum_t datum_of(ByteView bytes) {
  return {reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data())), static_cast<unsigned>(bytes.size())};
}

std::string_view name_of_cipher(gnutls_cipher_algorithm_t cipher) {
  switch (cipher) {
    case GNUTLS_CIPHER_AES_128_GCM:
      return "TLS_AES_128_GCM_SHA256";
    case GNUTLS_CIPHER_AES_256_GCM:
      return "TLS_AES_256_GCM_SHA384";
    case GNUTLS_CIPHER_CHACHA20_POLY1305:
      return "TLS_CHACHA20_POLY1305_SHA256";
    default:
      return "";
  }
}

}  // namespace

QuicTls::~QuicTls() {
  if (session_) gnutls_deinit(session_);
}

Result<void> QuicTls::begin(ngtcp2_conn* connection, QuicCredentialStore& credentials, const QuicKeys& keys) {
  connection_ = connection;
  store_ = &credentials;
  if (gnutls_init(&session_, GNUTLS_SERVER | GNUTLS_NO_AUTO_SEND_TICKET | GNUTLS_NO_SIGNAL) != 0) {
    session_ = nullptr;
    return fail(Errc::out_of_memory, "no memory for a TLS session");
  }
  reference_.get_conn = [](ngtcp2_crypto_conn_ref* reference) {
    return static_cast<QuicTls*>(reference->user_data)->connection_;
  };
  reference_.user_data = this;
  gnutls_session_set_ptr(session_, &reference_);
  const gnutls_datum_t ticket_key = datum_of({keys.ticket_key.data(), keys.ticket_key.size()});
  const gnutls_datum_t name = datum_of(protocol);
  if (gnutls_priority_set_direct(session_, priorities, nullptr) != 0 ||
      gnutls_session_ticket_enable_server(session_, &ticket_key) != 0 ||
      ngtcp2_crypto_gnutls_configure_server_session(session_) != 0 ||
      gnutls_alpn_set_protocols(session_, &name, 1, GNUTLS_ALPN_MANDATORY) != 0) {
    return fail(Errc::io_failed, "GnuTLS refuses what a QUIC session needs");
  }
  gnutls_handshake_set_post_client_hello_function(session_, choose_certificate);
  gnutls_handshake_set_hook_function(session_, GNUTLS_HANDSHAKE_CLIENT_HELLO, GNUTLS_HOOK_POST, check_protocol);
  ngtcp2_conn_set_tls_native_handle(connection, session_);
  return {};
}

int QuicTls::choose_certificate(gnutls_session_t session) {
  auto* const reference = static_cast<ngtcp2_crypto_conn_ref*>(gnutls_session_get_ptr(session));
  QuicTls& self = *static_cast<QuicTls*>(reference->user_data);
  std::array<char, 256> name;
  std::size_t size = name.size();
  unsigned type = 0;
  const bool has_name = gnutls_server_name_get(session, name.data(), &size, &type, 0) == 0 && type == GNUTLS_NAME_DNS;
  if (has_name) self.server_name_ = to_lower(ByteView(name.data(), size));
  self.credentials_ = self.store_->find(self.server_name_);
  if (!self.credentials_) return GNUTLS_E_UNRECOGNIZED_NAME;
  return gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, self.credentials_->handle);
}

// GnuTLS lets those pass who ask for no protocol at all.
int QuicTls::check_protocol(gnutls_session_t session, unsigned, unsigned, unsigned, const gnutls_datum_t*) {
  gnutls_datum_t chosen{};
  const bool is_ours = gnutls_alpn_get_selected_protocol(session, &chosen) == 0 &&
                       ByteView(reinterpret_cast<char*>(chosen.data), chosen.size) == protocol;
  return is_ours ? 0 : GNUTLS_E_NO_APPLICATION_PROTOCOL;
}

TlsFacts QuicTls::facts() const {
  TlsFacts facts;
  facts.version = "TLSv1.3";
  facts.cipher = name_of_cipher(gnutls_cipher_get(session_));
  facts.server_name = server_name_;
  facts.alpn = protocol;
  facts.is_resumed = gnutls_session_is_resumed(session_) != 0;
  return facts;
}

}  // namespace gust::net
