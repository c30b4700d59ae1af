// The signature of a browser's form for S3: over the form's policy instead of over the request.
//
// Source: Amazon S3 API reference, "Authenticating requests: browser-based uploads using POST (AWS Signature Version
//         4)". The policy itself, its end in time too, is the caller's to check.
#pragma once

#include <string_view>

#include "aws/sigv4.h"

namespace gust::aws {

// The fields that sign; the policy in base64, as it was sent.
struct SignedForm {
  std::string_view algorithm, credential, date, policy, signature;
};

//   gives   whose key it is, and when the form says that it was signed; that is no older than its day, for the key is
//   of
//           that day
//   fails   InvalidRequest, AuthorizationQueryParametersError 400, InvalidAccessKeyId, SignatureDoesNotMatch 403
Answer<Verified> verify_form_signature(const SignedForm& form, const FindSecret& find_secret);

}  // namespace gust::aws
