// OriginTarget: where a request goes when the cache cannot answer it, and how long each part may take.
//
// Source: CLOUDFRONT.md ORIG-1 to ORIG-8, URL-1; SECURITY.md "origin pool poisoning across tenants".
// Shape:  a plain struct with its own texts. The caller makes it once per Snapshot (or node) from its own documents and
//         keeps it while requests use it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/arena.h"
#include "base/time.h"
#include "http/message.h"
#include "net/security_policy.h"
#include "rt/address.h"

namespace gust::origin {

struct Signing;

struct CustomHeader {
  std::string name, value;
};

// ORIG-1.
enum class OriginProtocol : std::uint8_t {
  http,
  https,
  match,  // that of the head that is given to fetch()
};

// What is said and reached over TLS.
struct SecureTarget {
  std::uint16_t port = 443;
  std::string host_header;         // as OriginTarget::host_header
  net::TlsVersions versions = {};  // ORIG-3
};

struct OriginTarget {
  std::string id;      // of the origin in its distribution, for logs
  std::string tenant;  // distribution id: connections are never shared between tenants
  std::string host;    // name, or address literal without brackets
  std::uint16_t port = 80;
  // Host of the request; empty: the authority of the head that is given to fetch().
  std::string host_header;
  OriginProtocol protocol = OriginProtocol::http;
  bool uses_ipv4 = true, uses_ipv6 = true;   // ORIG-3: of the name's addresses
  SecureTarget secure;                       // https, match
  std::string path;                          // URL-1: put in front of the request's; empty or "/x", no slash at the end
  std::vector<CustomHeader> custom_headers;  // replace fields of the same name

  // Null: requests are not signed.
  std::shared_ptr<const Signing> signing;

  // Endpoints of our own (parent tiers, the bucket store): no name is resolved and the AddressPolicy is not asked.
  // Never filled from a document of a tenant.
  std::vector<rt::Endpoint> trusted_endpoints;

  Duration connect_timeout = std::chrono::seconds{10};  // ORIG-4, each attempt
  int attempts = 3;  // ORIG-4: of connecting, and of GET and HEAD after a read timeout (ORIG-6); at least 1
  Duration read_timeout = std::chrono::seconds{30};      // ORIG-5: to the first byte, and between two reads
  Duration keepalive_timeout = std::chrono::seconds{5};  // ORIG-8; zero: connections are not kept
  Duration completion_timeout = Duration::zero();        // ORIG-7: the whole exchange; zero: none
};

// Whether a request of that scheme goes over TLS.
bool is_secure(const OriginTarget& target, http::Scheme scheme);

// The name of `target`: tenant, and host and port or the trusted endpoints. One for both protocols.
std::string pool_key_of(const OriginTarget& target);
// The name under which the connection that `request`, of make_origin_request(), needs is pooled: where it goes over TLS
// also what the peer's identity was judged by, so that no other request gets it.
std::string pool_key_of(const OriginTarget& target, const http::RequestHead& request);

// The names of which the origin's certificate must cover one (ORIG-2): of the origin, and the host that `request` says.
// The second is also what the server is told, where it is not an address.
struct OriginNames {
  std::string origin;
  std::string asked;
};
OriginNames names_of(const OriginTarget& target, const http::RequestHead& request);

// The head to send: `viewer` with the target's Host, path and custom headers, and without hop-by-hop fields. Its scheme
// is that of the connection it needs.
//   gives   views into `viewer`, `target` and `arena`, which outlive the head
//   fails   bad_target (side own): the path in front of the request's gives no valid target
Result<http::RequestHead> make_origin_request(const OriginTarget& target, const http::RequestHead& viewer,
                                              Arena& arena);

}  // namespace gust::origin
