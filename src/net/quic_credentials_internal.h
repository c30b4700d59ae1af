// QuicCredentials: the certificates of a site as GnuTLS holds them, made when its first handshake asks for them.
//
// Source: RFC 9001 section 4.4; the sites are those of TlsBook, which TLS over TCP goes by too.
// Shape:  one store a core; what no site shows any more is dropped with the next book. A connection keeps what it uses.
// Rule:   a site that asks for client certificates, or offers no HTTP/3, has none.
#pragma once

#include <gnutls/gnutls.h>

#include <map>
#include <memory>
#include <string_view>

#include "net/tls_book.h"

namespace gust::net {

struct QuicCredentials {
  gnutls_certificate_credentials_t handle = nullptr;
  QuicCredentials() = default;
  QuicCredentials(const QuicCredentials&) = delete;
  QuicCredentials& operator=(const QuicCredentials&) = delete;
  ~QuicCredentials();
};

class QuicCredentialStore {
 public:
  void install(std::shared_ptr<const TlsBook> book);
  // Null: no site of that name speaks HTTP/3 here, or GnuTLS does not read its certificates.
  std::shared_ptr<const QuicCredentials> find(std::string_view server_name);

 private:
  std::shared_ptr<const TlsBook> book_;
  std::map<std::shared_ptr<const TlsSite>, std::shared_ptr<const QuicCredentials>> by_site_;
};

}  // namespace gust::net
