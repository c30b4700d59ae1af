// FormPolicy: what the signer of a browser's form allows to be sent with it.
//
// Source: Amazon S3 API reference, "Creating a POST policy"; every field but the signature's own must be allowed for.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "aws/service_error.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "bucket/object.h"

namespace gust::bucket {

// Of the file.
struct FormLimits {
  std::optional<ByteCount> bytes_min, bytes_max;
};

//   policy  in base64
//   fields  of the form, names in lower case, `key` as it will be used
//   fails   InvalidPolicyDocument 400, AccessDenied 403 (it has ended, a condition does not hold, a field too many)
aws::Answer<FormLimits> check_form_policy(std::string_view policy, const std::vector<NameAndValue>& fields,
                                          std::string_view bucket, WallTime now);

}  // namespace gust::bucket
