// S3Call: one request as the operations of this service see it, and S3Reply, what they answer.
//
// Shape:  made by the front of the service (s3_service.cc), which has found bucket and key, checked the signature and
//         refused headers that are not supported. Operations are tasks from a call to a reply.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/directory.h"
#include "aws/shapes.h"
#include "aws/sigv4.h"
#include "aws/wire_request.h"
#include "base/bytes.h"
#include "bucket/bucket_access.h"
#include "bucket/object.h"
#include "bucket/s3_error_internal.h"
#include "bucket/s3_service.h"
#include "bucket/store.h"
#include "http/exchange.h"
#include "http/message.h"
#include "rt/task.h"

namespace gust::bucket {

struct S3Documents;

struct S3Call {
  BucketStore& store;
  const S3Options& options;
  S3Documents& documents;
  const access::Directory& directory;
  BucketAccessCache& accesses;
  http::Exchange& exchange;
  aws::WireRequest wire;
  std::vector<aws::QueryItem> query;
  std::string bucket, key;                // decoded; empty where the request names none
  bool is_virtual_hosted = false;         // the bucket came from Host
  bool is_website = false;                // Host is the website endpoint of the bucket
  std::optional<aws::Verified> verified;  // empty for an anonymous request
  aws::RequestId id;
  WallTime now{};
  access::CallerIdentity caller = access::Anonymous{};
  access::IdentityRef identity = nullptr;  // of the key that signed; null for an anonymous request
  std::string refusal = {};                // why access was refused, for the operator
  std::vector<std::pair<std::string, std::string>> always = {};  // headers of the answer, be it an error or not

  const http::RequestHead& request() const { return exchange.request(); }
  bool is_anonymous() const { return !verified; }
  bool is_head() const { return request().method == http::Method::head; }
  std::optional<std::string_view> header(std::string_view name) const { return wire.header(name); }
  // The value of the query item, or null.
  const std::string* item(std::string_view name) const { return aws::find_item(query, name); }
  aws::OperationRequest as_operation(std::string_view body) const {
    return {.method = wire.method,
            .path = wire.path,
            .query = query,
            .headers = wire.headers,
            .bucket = bucket,
            .key = key,
            .body = body};
  }
};

struct S3Reply {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  // Where set, the content is this stretch of the object instead of `body`.
  ObjectPtr object;
  ByteCount first = 0, size = 0;

  S3Reply& add(std::string_view name, std::string_view value) {
    headers.emplace_back(name, value);
    return *this;
  }
};

using S3Answer = aws::Answer<S3Reply>;
using S3Task = rt::Task<S3Answer>;

inline S3Reply empty_reply(int status) {
  S3Reply reply;
  reply.status = status;
  return reply;
}
inline S3Reply reply_of(aws::WireAnswer answer) {
  S3Reply reply;
  reply.status = answer.status;
  reply.headers = std::move(answer.headers);
  reply.body = std::move(answer.body);
  return reply;
}
inline std::string quoted(std::string_view etag) { return "\"" + std::string(etag) + "\""; }
inline std::string_view unquoted(std::string_view etag) {
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') return etag.substr(1, etag.size() - 2);
  return etag;
}

// The generated input of the operation. fails: as aws::read_input
template <typename Op>
aws::Answer<typename Op::Input> read_input_of(const S3Call& call, const aws::Service& service,
                                              std::string_view body = {}) {
  const auto request = call.as_operation(body);
  auto route = aws::find_operation(service, request);
  if (!route) return std::unexpected(route.error());
  return aws::read_input<Op>(service, *route, request);
}

// --- Operations, by file. Each `fails` with the codes of its page in the API reference.

// s3_buckets.cc
S3Task list_buckets(S3Call& call);
S3Task create_bucket(S3Call& call);
S3Task head_bucket(S3Call& call);
S3Task delete_bucket(S3Call& call);
S3Task get_bucket_location(S3Call& call);
// s3_policy.cc
S3Task put_bucket_policy(S3Call& call);
S3Task get_bucket_policy(S3Call& call);
S3Task get_bucket_policy_status(S3Call& call);
S3Task put_public_access_block(S3Call& call);
S3Task get_public_access_block(S3Call& call);
S3Task put_bucket_ownership(S3Call& call);
S3Task get_bucket_ownership(S3Call& call);
// s3_acl.cc
S3Task get_bucket_acl(S3Call& call);
S3Task put_bucket_acl(S3Call& call);
S3Task get_object_acl(S3Call& call);
S3Task put_object_acl(S3Call& call);
// s3_list.cc
S3Task list_objects(S3Call& call);
S3Task list_objects_v2(S3Call& call);
S3Task list_multipart_uploads(S3Call& call);
S3Task list_parts(S3Call& call);
// s3_read.cc
S3Task get_object(S3Call& call);  // and HeadObject
// s3_attributes.cc
S3Task get_object_attributes(S3Call& call);
// s3_versions.cc
S3Task get_bucket_versioning(S3Call& call);
S3Task put_bucket_versioning(S3Call& call);
S3Task list_object_versions(S3Call& call);
// s3_cors.cc
S3Task get_bucket_cors(S3Call& call);
S3Task put_bucket_cors(S3Call& call);
S3Answer answer_preflight(S3Call& call);
void add_cors_headers(S3Call& call);  // of the rule that lets this request's Origin read
// s3_encryption.cc
S3Task get_bucket_encryption(S3Call& call);
S3Task put_bucket_encryption(S3Call& call);
// s3_lifecycle.cc
S3Task get_bucket_lifecycle(S3Call& call);
S3Task put_bucket_lifecycle(S3Call& call);
// s3_website.cc
S3Task get_bucket_website(S3Call& call);
S3Task put_bucket_website(S3Call& call);
rt::Task<S3Reply> serve_website(S3Call& call);  // a request to the website endpoint
// s3_post.cc
bool is_form_post(const S3Call& call);  // a POST to the bucket with a form
S3Task post_object(S3Call& call);
// s3_tagging.cc
S3Task get_object_tagging(S3Call& call);
S3Task put_object_tagging(S3Call& call);
S3Task delete_object_tagging(S3Call& call);
S3Task get_bucket_tagging(S3Call& call);
S3Task put_bucket_tagging(S3Call& call);
// s3_write.cc
S3Task put_object(S3Call& call);
S3Task delete_object(S3Call& call);
S3Task delete_objects(S3Call& call);
// s3_copy.cc
S3Task copy_object(S3Call& call);
S3Task upload_part_copy(S3Call& call);
// s3_multipart.cc
S3Task create_multipart_upload(S3Call& call);
S3Task upload_part(S3Call& call);
S3Task complete_multipart_upload(S3Call& call);
S3Task abort_multipart_upload(S3Call& call);

}  // namespace gust::bucket
