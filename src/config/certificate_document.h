// Certificate documents: what the store keeps of a certificate of ACM, of whichever source.
//
// Source: ACM API of 2015-12-08 (CertificateDetail); the words of `status`, `type`, `key_algorithm` and the like are
// the
//         model's.
// Shape:  JSON under `cloudfront/config/certificate/<id>`, with the rest that a Snapshot is made of; the id is what
//         stands behind the last slash of the ARN. The private key is sealed under the ARN (base/seal.h); nothing that
//         the certificate itself says stands here twice but for the names, which there are before it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace gust::config {

// What follows is an id, as in `cloudfront/config/certificate/3b1c...`.
inline constexpr std::string_view certificate_prefix = "cloudfront/config/certificate/";

struct CertificateDocument {
  std::string arn;
  std::string type = "AMAZON_ISSUED";  // or IMPORTED
  std::string status;                  // PENDING_VALIDATION, ISSUED, INACTIVE, EXPIRED, VALIDATION_TIMED_OUT, FAILED
  std::string failure_reason;          // of FAILED; empty: none
  std::string domain_name;             // the first of `names`, or the common name of one that was imported
  std::vector<std::string> names;      // lower case; of one that was imported, what its SAN says
  std::string key_algorithm;           // RSA_2048, EC_prime256v1, ...

  // Empty until it is issued. PEM, one or more blocks.
  std::string certificate;  // the leaf
  std::string chain;        // what is sent behind it, without the root where that is known not to be needed
  std::string sealed_key;   // Seal::close(arn, PKCS #8 in PEM)
  std::string staple;       // the newest OCSP response, DER; empty: there is no responder, or none was heard

  std::string validation_method;  // DNS, HTTP; empty: imported
  std::vector<std::string> validated_names;
  std::string idempotency_token;  // of the request; empty: none
  bool is_logged = true;          // CertificateTransparencyLoggingPreference
  bool is_exportable = false;

  WallTime created{};
  WallTime issued{};                           // of this certificate; 1970: not yet
  WallTime renewed{};                          // when a renewal was last tried or done; 1970: never
  std::string renewal_status, renewal_reason;  // empty: none was tried

  std::map<std::string, std::string> tags;
};

std::string key_of(const CertificateDocument& document);
std::string write_document(const CertificateDocument& document);

//   fails  corrupt: a member is missing or of a wrong type
Result<CertificateDocument> read_certificate_document(std::string_view text);

}  // namespace gust::config
