// Snapshot: the configuration in force at a node. Immutable, replaced whole, shared by all cores.
//
// Source: CloudFront's DistributionConfig and policies (API), compiled by compile.h; rule ids of CLOUDFRONT.md.
// Shape:  plain data. What a node makes of it for speed (key rules, targets) is proxy's own business.
// Errors: none here; what does not compile never becomes a Snapshot (DESIGN.md decision 9).
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/time.h"
#include "config/host_table.h"
#include "config/staging.h"
#include "net/security_policy.h"

namespace gust::net {
struct SecurityPolicy;
}

namespace gust::config {

struct CertificateDocument;
struct TrustStoreDocument;

// Which of a request's query parameters, headers or cookies (KEY-3, ORP-2).
struct Selection {
  enum class Mode : std::uint8_t { none, all, listed, all_except };
  Mode mode = Mode::none;
  std::vector<std::string> names;  // header names in lower case; others as written
  bool patterns = false;           // KEY-8: names of the legacy cookie list may hold `*` and `?`
};

// Which reading of the caching rules is in force (DESIGN.md decision 4).
enum class Profile : std::uint8_t {
  cloudfront,  // the service's
  rfc9111,     // RFC 9110 and 9111 to the letter; chosen by a cache policy whose name ends in `-rfc9111`
};

struct CachePolicy {
  std::string id;    // empty: from the legacy fields of the behaviour
  std::string name;  // for decision records
  Profile profile = Profile::cloudfront;
  Duration min_ttl{};
  Duration default_ttl = std::chrono::hours(24);
  Duration max_ttl = std::chrono::hours(24) * 365;
  Selection query, headers, cookies;
  // Codings that take part in the key, normalised (AE-1 to AE-5).
  bool gzip = false;
  bool brotli = false;
  bool zstd = false;  // our extension; chosen by a cache policy whose name ends in `-zstd` or `-zstd-rfc9111`

  bool is_caching_disabled() const { return max_ttl <= Duration::zero(); }  // TTL-9
};

// What goes to the origin beside what is in the key (section 6.3).
struct OriginRequestPolicy {
  std::string id;
  std::string name;
  Selection query, headers, cookies;
};

// What CORS requests are answered (RHP-3).
struct CorsAnswers {
  std::vector<std::string> allow_origins;  // exact, `*`, or `*.` as the leftmost label
  std::vector<std::string> allow_methods, allow_headers, expose_headers;
  bool allow_credentials = false;
  std::optional<std::int64_t> max_age;  // seconds, of a preflight
  bool overrides = false;
};

// What is taken from and added to the answers of a behaviour (RHP-1 to RHP-6).
struct ResponseHeadersPolicy {
  struct Header {
    std::string name, value;
    bool overrides = false;  // RHP-2: takes the place of the origin's
  };
  using Cors = CorsAnswers;

  std::string id;
  std::string name;
  std::vector<std::string> removed;  // in lower case
  std::optional<Cors> cors;
  std::vector<Header> headers;               // the security headers, then the custom ones
  std::optional<double> server_timing_rate;  // RHP-6: percent of requests, 0 to 100; absent: off
};

struct CustomHeader {
  std::string name, value;
};

// What viewers get instead of an error (CER-1).
struct ErrorPage {
  std::string path;          // fetched through the behaviour that it matches (CER-2); empty: the error as it is
  std::uint16_t status = 0;  // what the viewer is told
};
using ErrorPages = std::map<int, ErrorPage>;  // by the status that they stand for

// How the requests to an origin are signed, so that it answers nobody else (OAC-1).
struct OriginAccess {
  enum class Kind : std::uint8_t { control, identity };
  Kind kind = Kind::control;
  std::string id;                // of the origin access control or identity
  bool prefers_viewers = false;  // no-override: a viewer's own Authorization goes on, and nothing is signed
};

struct Origin {
  enum class Kind : std::uint8_t { bucket, custom };
  enum class Protocol : std::uint8_t { http_only, https_only, match_viewer };  // ORIG-1
  std::string id;
  Kind kind = Kind::custom;
  std::string domain_name;  // also the Host of origin requests unless the viewer's is forwarded
  std::string bucket;       // the bucket that the name means, where it has the form of one (any kind)
  std::string path;         // URL-1: empty or "/x", no slash at the end
  Protocol protocol = Protocol::http_only;
  std::uint16_t port = 80;
  std::uint16_t https_port = 443;
  net::TlsVersions tls_versions;  // ORIG-3
  // ORIG-3: which of its addresses are used.
  bool uses_ipv4 = true;
  bool uses_ipv6 = true;
  std::vector<CustomHeader> custom_headers;
  std::optional<OriginAccess> access;                       // empty: requests are not signed
  int connection_attempts = 3;                              // ORIG-4
  Duration connection_timeout = std::chrono::seconds(10);   // ORIG-4
  Duration read_timeout = std::chrono::seconds(30);         // ORIG-5
  Duration keepalive_timeout = std::chrono::seconds(5);     // ORIG-8
  Duration response_completion_timeout = Duration::zero();  // ORIG-7; zero: none
  // Extensions (extension_header.h). Of behaviours with this origin, instead of the distribution's.
  ErrorPages error_pages;
  std::string cache_tag_header;  // in lower case; empty: the distribution's
};

// FAIL-1 to FAIL-4: the origin that is asked when the first member of a behaviour's origin group fails.
struct Failover {
  std::string group;                    // its id
  std::size_t second = 0;               // index into Distribution::origins
  std::vector<std::uint16_t> statuses;  // on which it is asked; 503 also stands for no connection, 504 for a timeout

  bool is_on(std::uint16_t status) const { return std::ranges::find(statuses, status) != statuses.end(); }
};

enum class ViewerProtocolPolicy : std::uint8_t { allow_all, https_only, redirect_to_https };

// Bits of method sets (METH-1, METH-2).
enum MethodBits : std::uint8_t {
  method_get = 1,
  method_head = 2,
  method_options = 4,
  method_put = 8,
  method_post = 16,
  method_patch = 32,
  method_delete = 64,
};

struct Behavior {
  std::string path_pattern;  // "*" for the default behaviour
  std::size_t origin = 0;    // index into Distribution::origins; of a group: its first member
  std::optional<Failover> failover;
  ViewerProtocolPolicy viewer_protocol_policy = ViewerProtocolPolicy::allow_all;
  std::uint8_t allowed_methods = method_get | method_head;
  std::uint8_t cached_methods = method_get | method_head;
  CachePolicy cache;
  OriginRequestPolicy origin_request;
  std::optional<ResponseHeadersPolicy> response_headers;
  bool compress = false;  // CMP-1
};

// GEO-1: the countries whose viewers are served, or are not.
struct GeoRestriction {
  enum class Kind : std::uint8_t { none, only_these, all_but_these };
  Kind kind = Kind::none;
  std::vector<std::string> countries;  // ISO 3166-1 alpha-2, in upper case

  // GEO-2: a viewer whose country is not known (empty) is served.
  bool refuses(std::string_view country) const;
};

// Whether viewers are asked for certificates, and whose are believed (TLS-5).
struct ClientCertificates {
  enum class Mode : std::uint8_t { none, optional, required };
  Mode mode = Mode::none;
  std::shared_ptr<const TrustStoreDocument> trust;  // null where mode is none
  bool tells_names = false;                         // of the authorities, to the viewer
  bool ignores_expiry = false;
};

// How viewers reach a distribution over TLS by its alternate names. By its own domain name they meet the default
// certificate and the policy TLSv1, whatever stands here (TLS-1).
struct ViewerTls {
  // With its key sealed; null: there are no alternate names.
  std::shared_ptr<const CertificateDocument> certificate;
  const net::SecurityPolicy* policy = nullptr;  // null where there is no certificate
  bool offers_http2 = true;                     // TLS-3; by all its names
  bool offers_http3 = false;                    // likewise; never where clients are asked for certificates
  ClientCertificates clients;                   // TLS-5; by all its names
};

struct Distribution {
  std::string id;
  std::string domain_name;  // d<13>.<suffix>
  std::vector<std::string> aliases;
  ViewerTls tls;
  bool enabled = true;  // DIST-6
  std::string default_root_object;
  std::vector<Origin> origins;
  std::vector<Behavior> behaviors;  // in order of precedence; the default one is last (PATH-1)
  // ERR-4: error caching minimum TTL by status; 10 s for a status that is not named.
  std::map<int, Duration> error_caching_min_ttl;
  ErrorPages error_pages;
  GeoRestriction geo;
  std::string log_destination;  // LOG-1: `<bucket>/<prefix>`, the prefix empty or with its slash; empty: to no bucket
  bool logs_cookies = false;
  std::string cache_tag_header;         // TAG-1: in lower case; empty: no tags
  bool is_staging = false;              // CD-1: no viewer reaches it by its name
  std::optional<StagingShare> staging;  // CD-1: who goes to the staging copy instead
};

// One that has not changed is the same in each Snapshot.
using DistributionRef = std::shared_ptr<const Distribution>;

class Snapshot {
 public:
  // `distributions` in any order; names are unique (DIST-1), which the compiler has checked.
  Snapshot(std::uint64_t revision, std::vector<DistributionRef> distributions);
  Snapshot(std::uint64_t revision, std::vector<Distribution> distributions);

  // The store's revision that this Snapshot shows.
  std::uint64_t revision() const { return revision_; }
  const std::vector<DistributionRef>& refs() const { return distributions_; }
  auto distributions() const {
    return std::views::transform(distributions_,
                                 [](const DistributionRef& ref) -> const Distribution& { return *ref; });
  }

  // The distribution that a viewer's Host names: without port, without regard to case; an exact name before the most
  // specific wildcard (DIST-1). Null where there is none.
  const Distribution* find_distribution(std::string_view host) const;
  const Distribution* find_by_id(std::string_view id) const;
  // CD-1: the staging distribution that is meant; null where it is not there or not enabled.
  const Distribution* find_staging(const StagingShare& share) const;

  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  std::uint64_t revision_;
  std::vector<DistributionRef> distributions_;
  HostTable by_name_;
  HostTable staging_;                                        // those that are enabled, by domain name
  HostTable by_wildcard_;                                    // what follows `*`, as in ".example.com"
  std::unordered_map<std::string_view, std::size_t> by_id_;  // views into distributions_
};

using SnapshotRef = std::shared_ptr<const Snapshot>;

}  // namespace gust::config
