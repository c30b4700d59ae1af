// X.509: what a certificate says of itself, in the words of ACM's model, and whether a chain belongs together.
//
// Source: RFC 5280, RFC 7468; ACM's CertificateDetail.
// Shape:  pure functions over PEM; what is given back as PEM was written anew, so that nothing else comes along with
// it. Limits: chain_certificates_max, certificate_bytes_max.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"

namespace gust::acm {

inline constexpr std::size_t chain_certificates_max = 10;
inline constexpr std::size_t certificate_bytes_max = 32'768;  // of one, in PEM
inline constexpr std::size_t chain_bytes_max = 65'536;        // of all together

struct CertificateFacts {
  std::string subject;  // "CN=a.example"
  std::string issuer;   // its organization, else its common name
  std::string serial;   // "0a:1b:..."
  WallTime not_before{}, not_after{};
  std::string key_algorithm;        // "RSA_2048"
  std::string signature_algorithm;  // "SHA256WITHRSA"
  std::string common_name;
  std::vector<std::string> names;                                    // DNS names of the SAN, lower case
  std::vector<std::string> key_usages;                               // DIGITAL_SIGNATURE, ...
  std::vector<std::pair<std::string, std::string>> extended_usages;  // TLS_WEB_SERVER_AUTHENTICATION and its OID
  std::string ocsp_responder;                                        // http://...; empty: none
};

// Of one certificate in PEM. fails: bad_syntax
Result<CertificateFacts> read_certificate_facts(ByteView pem);

// The certificates in `pem`, each as PEM of its own, in their order. Text between them is left out.
//   fails  bad_syntax: none, another kind of block, or one that cannot be read; would_exceed_limit
Result<std::vector<std::string>> split_certificates(ByteView pem, std::size_t most);

// What keeps certificate, key and the certificates above it from being used together.
enum class Mismatch : std::uint8_t { none, key, not_self_signed, chain };
// `key_pem` may be empty: not looked at. Dates do not matter.
Mismatch find_mismatch(ByteView certificate, const std::vector<std::string>& chain, ByteView key_pem);

}  // namespace gust::acm
