// The signature of a browser's form: over its policy instead of over the request.
#include "aws/sigv4_form.h"

#include <algorithm>

#include "aws/canonical_internal.h"
#include "base/date.h"
#include "base/digest.h"
#include "base/text.h"

namespace gust::aws {
namespace {

std::unexpected<ServiceError> malformed(std::string message) {
  return refuse("AuthorizationQueryParametersError", 400, std::move(message));
}

}  // namespace

Answer<Verified> verify_form_signature(const SignedForm& form, const FindSecret& find_secret) {
  if (form.algorithm != "AWS4-HMAC-SHA256") {
    return refuse("InvalidRequest", 400,
                  "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.");
  }
  const auto parts = split(form.credential, '/');
  if (parts.size() != 5 || parts[3] != "s3" || parts[4] != "aws4_request") {
    return malformed(
        "Error parsing the X-Amz-Credential parameter; it must be of the form KEY/DATE/REGION/s3/"
        "aws4_request.");
  }
  if (!form.date.starts_with(parts[1]) || parts[1].size() != 8) {
    return malformed("X-Amz-Date must be of the day that the credential scope names.");
  }
  const auto signed_at = read_iso8601_basic(form.date);
  if (!signed_at) return malformed("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
  const auto secret = find_secret(parts[0]);
  if (!secret) {
    auto refused =
        refuse("InvalidAccessKeyId", 403, "The AWS Access Key Id you provided does not exist in our records.");
    refused.error().details.emplace_back("AWSAccessKeyId", std::string(parts[0]));
    return refused;
  }
  const std::string key = signing_key(*secret, parts[1], parts[2], parts[3]);
  if (!equal_in_constant_time(hex_of(hmac_sha256(key, form.policy)), form.signature)) {
    return refuse("SignatureDoesNotMatch", 403,
                  "The request signature we calculated does not match the signature you provided. Check your key and "
                  "signing method.");
  }
  Verified verified;
  verified.access_key_id = parts[0];
  verified.region = parts[2];
  verified.service = parts[3];
  verified.kind = SignatureKind::form;
  verified.signed_at = *signed_at;
  return verified;
}

}  // namespace gust::aws
