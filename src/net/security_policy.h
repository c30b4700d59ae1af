// SecurityPolicy: CloudFront's security policies by name: which protocols, ciphers and groups a viewer may use.
//
// Source: CLOUDFRONT.md TLS-1, TLS-2; the order of ciphers is that of the service's table, and the server's order wins.
// Shape:  a constant table.
// Limits: OpenSSL 3 as Debian builds it speaks neither SSLv3 nor RC4 nor 3DES: the policies SSLv3 and TLSv1 are clamped
//         to TLS 1.0 and to the ciphers below, the first of both being then the same as the second. The post-quantum
//         groups of the policies of 2025 are not there either.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace gust::net {

enum class TlsVersion : std::uint8_t { tls_1_0, tls_1_1, tls_1_2, tls_1_3 };

// "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"
std::string_view name_of(TlsVersion version);

// Which versions may be spoken; perhaps with gaps.
struct TlsVersions {
  bool tls_1_0 = false;
  bool tls_1_1 = false;
  bool tls_1_2 = true;
  bool tls_1_3 = true;

  bool is_none() const { return !tls_1_0 && !tls_1_1 && !tls_1_2 && !tls_1_3; }
  friend bool operator==(const TlsVersions&, const TlsVersions&) = default;
};

struct SecurityPolicy {
  std::string_view name;  // MinimumProtocolVersion of the API
  TlsVersion least;
  TlsVersion most;
  std::string_view ciphers;  // up to TLS 1.2, in OpenSSL's names, with colons between; empty: none
  std::string_view suites;   // of TLS 1.3
  std::string_view groups;
};

std::span<const SecurityPolicy> security_policies();
// Null where there is no policy of that name. Names have case.
const SecurityPolicy* find_security_policy(std::string_view name);

}  // namespace gust::net
