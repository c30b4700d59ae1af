// What ACME servers answer, read and checked.
//
// Source: RFC 8555 sections 7.1, 7.5, 8; RFC 7807 (problems).
// Shape:  pure functions of JSON text of at most 256 KiB. Members that we do not use are passed over, as they may be of
//         any extension.
// Errors: bad_syntax: no JSON object; bad_value: a member that we use is missing or is not what it should be.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace gust::acm {

struct AcmeDirectory {
  std::string new_nonce, new_account, new_order;  // URLs
  bool needs_binding = false;                     // externalAccountRequired
};
Result<AcmeDirectory> read_acme_directory(std::string_view json);

struct AcmeProblem {
  std::string type;    // without "urn:ietf:params:acme:error:"; empty: not told
  std::string detail;  // printable, at most 300 bytes
};
// Never fails: what cannot be read is a problem without a type.
AcmeProblem read_acme_problem(std::string_view json);

struct AcmeOrder {
  std::string status;  // pending, ready, processing, valid, invalid
  std::vector<std::string> authorizations;
  std::string finalize, certificate;  // URLs; the second only of a valid order
  AcmeProblem problem;                // of an invalid one
};
Result<AcmeOrder> read_acme_order(std::string_view json);

struct AcmeAuthorization {
  std::string status;  // pending, valid, invalid, deactivated, expired, revoked
  std::string name;    // of the identifier
  // Of the challenge http-01; empty where there is none.
  std::string challenge_url, token;
  AcmeProblem problem;  // of a challenge that failed
};
Result<AcmeAuthorization> read_acme_authorization(std::string_view json);

// How long to wait before the next look: as Retry-After says in seconds, between 1 and 30; else 2.
Duration pause_of(std::string_view retry_after);

}  // namespace gust::acm
