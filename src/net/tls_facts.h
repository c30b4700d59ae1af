// TlsFacts: what a TLS handshake came to, for whoever looks at a Stream afterwards: routes, logs, headers of the
// viewer.
//
// Source: RFC 8446 and RFC 5246 (the handshake), RFC 6066 section 3 (server name), RFC 7301 (ALPN).
// Shape:  a plain struct, complete when the handshake is; it stays as it is while the connection lives. The same for
//         TLS over TCP and for QUIC.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/time.h"

namespace gust::net {

// The certificate that the peer showed.
struct PeerCertificate {
  std::string pem;            // the certificate itself, without its chain
  std::string serial_number;  // hexadecimal, upper case, without leading zeros
  std::string subject;        // RFC 2253 form: "CN=client,O=Example"
  std::string issuer;
  std::string sha256;  // of its DER, hexadecimal, lower case
  WallTime not_before{};
  WallTime not_after{};
  bool is_verified = false;  // against the trust store of the site; false where the site passes any through
};

struct TlsFacts {
  std::string_view version;  // "TLSv1.2", "TLSv1.3"; static text
  std::string_view cipher;  // as OpenSSL names it: "TLS_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"; static text
  std::string server_name;  // of the viewer's server_name extension, lower case; empty: none came
  std::string alpn;         // the protocol that was chosen ("http/1.1", "h2"); empty: none
  bool is_resumed = false;  // an earlier session went on, without a full handshake
  std::shared_ptr<const PeerCertificate> peer_certificate;  // null: none was shown
};

}  // namespace gust::net
