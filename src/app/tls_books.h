// TlsBooks: from the configuration in force, what handshakes with viewers go by.
//
// Source: DIST-3, DIST-5, TLS-1, TLS-3 (CLOUDFRONT.md section 2).
// Shape:  make() gives a book for each Snapshot. A certificate is unsealed and read once, however many distributions
// and
//         Snapshots show it, and a site that has not changed is the same object in the next book.
// Rule:   a distribution's own domain name shows the default certificate by the policy TLSv1 (TLS-1); its alternate
//         names show its own. A certificate that cannot be read leaves its names without TLS, and is reported.
// Core:   one.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/seal.h"
#include "config/snapshot.h"
#include "net/tls_book.h"

namespace gust::net {
class Certificate;
}

namespace gust::app {

class TlsBooks {
 public:
  // `seal`: what the keys of certificates are sealed with. `speaks_http2`: whether the servers behind the handshakes
  // do; else it is offered to nobody. `report`: one line for the operator.
  TlsBooks(Seal seal, std::string domain_suffix, bool speaks_http2, std::function<void(std::string_view line)> report);

  // The certificate of `*.<domain suffix>`, for the books to come.
  void set_default(std::shared_ptr<const net::Certificate> certificate);

  std::shared_ptr<const net::TlsBook> make(const config::Snapshot& snapshot);

 private:
  using DocumentRef = std::shared_ptr<const config::CertificateDocument>;
  struct Read {
    DocumentRef document;
    std::shared_ptr<const net::Certificate> certificate;  // null: it cannot be read
    bool is_in_use = true;
  };
  struct Site {
    std::shared_ptr<const net::TlsSite> site;
    bool is_in_use = true;
  };
  std::shared_ptr<const net::Certificate> certificate_of(const DocumentRef& document);
  std::shared_ptr<const net::TlsSite> site_of(const config::Distribution& distribution);

  Seal seal_;
  std::string domain_suffix_;
  bool speaks_http2_;
  std::function<void(std::string_view line)> report_;
  std::shared_ptr<const net::TlsSite> default_site_, default_site_http11_;
  std::map<std::string, Read> certificates_;  // by ARN
  std::map<std::string, Site> sites_;         // by the id of the distribution
};

}  // namespace gust::app
