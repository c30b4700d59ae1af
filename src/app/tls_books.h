// TlsBooks: from the configuration in force, what handshakes with viewers go by.
//
// Source: DIST-3, DIST-5, TLS-1, TLS-3, TLS-5 (CLOUDFRONT.md section 2).
// Shape:  make() gives a book for each Snapshot. A certificate is unsealed and read once, however many distributions
// and
//         Snapshots show it, and a site that has not changed is the same object in the next book.
// Rule:   a distribution's own domain name shows the default certificate by the policy TLSv1 (TLS-1); its alternate
//         names show its own. A certificate or trust store that cannot be read leaves its names without TLS, and is
//         reported.
// Core:   one.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/seal.h"
#include "config/snapshot.h"
#include "net/tls_book.h"

namespace gust::net {
class Certificate;
struct SecurityPolicy;
}  // namespace gust::net

namespace gust::app {

class TlsBooks {
 public:
  // `seal`: what the keys of certificates are sealed with. `report`: one line for the operator.
  TlsBooks(Seal seal, std::string domain_suffix, std::function<void(std::string_view line)> report);

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
  struct Trust {
    std::optional<std::string> authorities;       // as they were read
    std::shared_ptr<const net::TrustStore> read;  // null: they cannot be
    bool is_in_use = true;
  };
  using CertificateRef = std::shared_ptr<const net::Certificate>;
  CertificateRef certificate_of(const DocumentRef& document);
  // Nothing where the trust store cannot be read.
  std::optional<net::ClientCertificateRules> rules_of(const config::ClientCertificates& clients);
  // The one of that key as it was, where nothing has changed. Null where something cannot be read.
  std::shared_ptr<const net::TlsSite> site_of(const std::string& key, const CertificateRef& certificate,
                                              const net::SecurityPolicy* policy, const config::ViewerTls& tls);
  void add_to(net::TlsBook& book, const config::Distribution& distribution);

  Seal seal_;
  std::string domain_suffix_;
  std::function<void(std::string_view line)> report_;
  CertificateRef default_;
  std::map<std::string, Read> certificates_;  // by ARN
  std::map<std::string, Trust> trusts_;       // by the id of the trust store
  std::map<std::string, Site> sites_;
};

}  // namespace gust::app
