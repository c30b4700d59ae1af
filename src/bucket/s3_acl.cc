// GetBucketAcl, PutBucketAcl, GetObjectAcl and PutObjectAcl: canned lists only.
#include "aws/gen/s3.h"
#include "bucket/s3_call_internal.h"
#include "bucket/s3_facts_internal.h"
#include "bucket/s3_payload_internal.h"

namespace gust::bucket {
namespace {

namespace s3 = aws::s3;

template <typename Output>
Output output_of(const S3Call& call, Acl acl) {
  Output output;
  output.owner = s3::Owner{.display_name = call.options.owner_name, .id = call.options.owner_id};
  s3::Grantee owner;
  owner.display_name = call.options.owner_name;
  owner.id = call.options.owner_id;
  owner.type = "CanonicalUser";
  output.grants.push_back({.grantee = std::move(owner), .permission = "FULL_CONTROL"});
  if (acl == Acl::public_read) {
    s3::Grantee everybody;
    everybody.type = "Group";
    everybody.uri = "http://acs.amazonaws.com/groups/global/AllUsers";
    output.grants.push_back({.grantee = std::move(everybody), .permission = "READ"});
  }
  return output;
}

// The canned list to set. A list of grants in the body is refused.
rt::Task<aws::Answer<Acl>> read_new_acl(S3Call& call) {
  const auto bucket = call.store.find_bucket(call.bucket);
  if (bucket && !call.accesses.access_of(*bucket)->has_acls) {
    co_return std::unexpected(s3_error("AccessControlListNotSupported"));
  }
  CO_TRY(const Acl acl, read_acl(call));
  CO_TRY(const std::string document, co_await read_document(call));
  if (!document.empty()) {
    co_return std::unexpected(not_implemented("A list of grants, other than a canned one in x-amz-acl,"));
  }
  if (!call.header("x-amz-acl")) {
    co_return std::unexpected(with_detail(s3_error("MissingSecurityHeader"), "MissingHeaderName", "x-amz-acl"));
  }
  co_return acl;
}

}  // namespace

S3Task get_bucket_acl(S3Call& call) {
  CO_TRY(const BucketInfo bucket, bucket_of(call));
  const auto output = output_of<s3::GetBucketAclOutput>(call, bucket.acl);
  co_return reply_of(aws::write_output<s3::op::GetBucketAcl>(s3::service(), output, call.id));
}

S3Task put_bucket_acl(S3Call& call) {
  CO_TRY_OK(bucket_of(call));
  CO_TRY(const Acl acl, co_await read_new_acl(call));
  CO_TRY_OK(answer_of(co_await call.store.set_bucket_acl(call.bucket, acl)));
  co_return S3Reply();
}

S3Task get_object_acl(S3Call& call) {
  CO_TRY(const BucketInfo bucket, bucket_of(call));
  CO_TRY(const ObjectPtr object, find_version_of(call));
  const auto output = output_of<s3::GetObjectAclOutput>(call, object->facts.acl);
  S3Reply reply = reply_of(aws::write_output<s3::op::GetObjectAcl>(s3::service(), output, call.id));
  add_version_header(reply, bucket, *object);
  co_return reply;
}

S3Task put_object_acl(S3Call& call) {
  CO_TRY(const BucketInfo bucket, bucket_of(call));
  CO_TRY_OK(find_version_of(call));
  CO_TRY(const VersionChoice version, read_version(call));
  CO_TRY(const Acl acl, co_await read_new_acl(call));
  const auto done = co_await call.store.set_object_acl(call.bucket, call.key, version, acl);
  if (!done) co_return std::unexpected(with_detail(s3_error_of(done.error()), "Key", call.key));
  S3Reply reply;
  add_version_header(reply, bucket, **done);
  co_return reply;
}

}  // namespace gust::bucket
