// TlsBook: which certificate, policy and rules a TLS handshake gets, by the server's name that the viewer says.
//
// Source: RFC 6066 section 3; CLOUDFRONT.md DIST-1 (the most specific name wins), DIST-3 (a wildcard is one label),
//         DIST-5, TLS-1, TLS-3, TLS-5.
// Shape:  built once, then immutable and shared by all cores: no lock on a look-up. A change is a new book, which
//         handshakes from then on use (TlsServer::install); connections keep what they began with.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace gust::net {

class Certificate;
class TrustStore;
struct SecurityPolicy;

// Certificates of viewers (TLS-5).
struct ClientCertificateRules {
  enum Mode : std::uint8_t {
    none,         // not asked for
    optional,     // one that is shown must be good
    required,     // one must be shown, and good
    passthrough,  // asked for, but not judged: whoever reads TlsFacts judges
  };
  Mode mode = none;
  std::shared_ptr<const TrustStore> trust;  // optional, required: never null
  bool tells_names = false;                 // of the trust store's authorities, to the viewer
  bool ignores_expiry = false;
};

struct TlsSite {
  // Of whom this is (a distribution, say): a session of one site is never resumed at another.
  std::string id;
  // Not empty; of each kind of key at most one. The viewer's algorithms decide between RSA and ECDSA.
  std::vector<std::shared_ptr<const Certificate>> certificates;
  const SecurityPolicy* policy = nullptr;  // never null
  bool offers_http2 = false;               // by ALPN, to viewers with TLS 1.2 or later and a server name (TLS-3)
  bool offers_http3 = false;               // over QUIC, where no client certificates are asked for (TLS-3)
  ClientCertificateRules clients;
};

class TlsBook {
 public:
  // `name`: a host name, or "*.example.com", which covers one label. The first site of a name stays. Null: the name is
  // refused, also where a wildcard covers it.
  void add(std::string_view name, std::shared_ptr<const TlsSite> site);
  // For viewers without a server name; without one their handshakes are refused (DIST-5).
  void set_without_name(std::shared_ptr<const TlsSite> site) { without_name_ = std::move(site); }

  // Null: none. `server_name` empty: the viewer said none. Without regard to case; an exact name wins over a wildcard.
  const std::shared_ptr<const TlsSite>* find(std::string_view server_name) const;
  std::size_t size() const { return sites_.size(); }

 private:
  std::map<std::string, std::shared_ptr<const TlsSite>, std::less<>> sites_;  // names in lower case
  std::shared_ptr<const TlsSite> without_name_;
};

}  // namespace gust::net
