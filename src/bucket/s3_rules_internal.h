// What a request may carry: sub-resources and headers that are kept, and those that are refused by name.
//
// Rule:   refuse or keep, never drop (DESIGN.md decision 8).
#pragma once

#include <optional>
#include <string_view>

#include "aws/service_error.h"
#include "bucket/s3_call_internal.h"

namespace gust::bucket {

// The refusal of a header that asks for what is not there: encryption, locks, tags, grants, redirects, storage classes
// other than STANDARD, another owner than ours; and for requests that change something any unknown x-amz- header.
std::optional<aws::ServiceError> refusal_of_headers(const S3Call& call);

struct SubResourceAnswer {
  std::string_view subject;  // what stands behind Get or Put in its action; empty: it is refused by its name alone
  S3Answer answer;
};

// The answer to a request for a sub-resource that cannot be configured here: what S3 says where it is not configured,
// as tools read it, 204 for deleting it, NotImplemented for setting it. Nothing for other requests. The bucket or
// object has to exist. Query names that are unknown are refused where the request would change something or names a
// bucket.
std::optional<SubResourceAnswer> answer_of_subresource(const S3Call& call);

}  // namespace gust::bucket
