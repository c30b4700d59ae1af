// May the sender of a request do what it asks? Asked before every operation, of all who have a say: the sender's own
// policies, the bucket's policy, its access control lists and its public access block.
//
// Source: "How Amazon S3 authorizes a request"; "Actions, resources, and condition keys for Amazon S3".
// Rule:   an operation that is not in the table below asks for the action of its own name.
#pragma once

#include <string>
#include <string_view>

#include "aws/service_error.h"
#include "bucket/s3_call_internal.h"

namespace gust::bucket {

// Who sent the request, by its verified signature. Before anything else here.
//   fails  AccessDenied: an edge that does not say whom it signs for; a key that has gone meanwhile
aws::Answer<void> find_caller(S3Call& call);

// Whether the sender may do the action to the bucket, or to the key in it.
//   action   without "s3:"
//   version  of the key, where one is asked for
//   fails    AccessDenied, in the service's words; the reason for the operator goes to call.refusals
aws::Answer<void> authorize(S3Call& call, std::string_view action, const std::string& bucket, const std::string& key,
                            const VersionChoice& version = {});
// For the operation of that name on the request's own bucket and key, with what its headers ask for beside it.
aws::Answer<void> authorize_operation(S3Call& call, std::string_view operation);
// For a sub-resource that is answered without an operation.
//   subject  as in SubResourceAnswer
aws::Answer<void> authorize_subresource(S3Call& call, std::string_view subject);

}  // namespace gust::bucket
