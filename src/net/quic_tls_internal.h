// QuicTls: the TLS 1.3 handshake of one QUIC connection, by GnuTLS.
//
// Source: RFC 9001; RFC 8446; RFC 7301 (ALPN "h3", RFC 9114 section 3.1).
// Shape:  ngtcp2's helper moves the handshake messages; this sets the session up, chooses the certificate by the server
//         name, and tells what came of it. Early data is off: docs/decisions/quic.md.
// Rule:   randomness of the handshake is GnuTLS's own; nothing else depends on it.
#pragma once

#include <gnutls/gnutls.h>
#include <ngtcp2/ngtcp2_crypto.h>

#include <memory>

#include "base/result.h"
#include "net/quic_credentials_internal.h"
#include "net/tls_facts.h"

namespace gust::net {

struct QuicKeys;

class QuicTls {
 public:
  QuicTls() = default;
  ~QuicTls();
  QuicTls(const QuicTls&) = delete;
  QuicTls& operator=(const QuicTls&) = delete;

  // `credentials` outlives it.
  //   fails   out_of_memory, io_failed (GnuTLS refuses)
  Result<void> begin(ngtcp2_conn* connection, QuicCredentialStore& credentials, const QuicKeys& keys);
  gnutls_session_t session() { return session_; }
  // With the handshake's keys in place.
  TlsFacts facts() const;
  // Sends a ticket with which the peer may go on another time.
  void send_ticket() { gnutls_session_ticket_send(session_, 1, 0); }

 private:
  static int choose_certificate(gnutls_session_t session);
  static int check_protocol(gnutls_session_t session, unsigned, unsigned, unsigned, const gnutls_datum_t*);

  ngtcp2_crypto_conn_ref reference_{};
  ngtcp2_conn* connection_ = nullptr;
  gnutls_session_t session_ = nullptr;
  QuicCredentialStore* store_ = nullptr;
  std::shared_ptr<const QuicCredentials> credentials_;
  std::string server_name_;
};

}  // namespace gust::net
