// The policy of a bucket, its public access block and its ownership controls: put, get, delete.
//
// Source: API reference of PutBucketPolicy, GetBucketPolicyStatus, PutPublicAccessBlock, PutBucketOwnershipControls.
#include "aws/gen/s3.h"
#include "bucket/bucket_access.h"
#include "bucket/s3_call_internal.h"
#include "bucket/s3_facts_internal.h"
#include "bucket/s3_payload_internal.h"

namespace gust::bucket {
namespace {

namespace s3 = aws::s3;

aws::ServiceError missing(const S3Call& call, std::string_view code) {
  return with_detail(s3_error(code), "BucketName", call.bucket);
}

}  // namespace

S3Task put_bucket_policy(S3Call& call) {
  CO_TRY(const BucketInfo bucket, bucket_of(call));
  CO_TRY(std::string text, co_await read_document(call));
  CO_TRY(const auto policy, access::read_policy(text, access::PolicyKind::bucket));
  CO_TRY_OK(access::check_fits_bucket(*policy, call.bucket));
  if (call.accesses.access_of(bucket)->block.block_public_policy && access::is_public(*policy)) {
    co_return std::unexpected(s3_error(
        "AccessDenied",
        "public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access of this bucket."));
  }
  co_return co_await keep_document(call, policy_document, std::move(text), 204);
}

S3Task get_bucket_policy(S3Call& call) {
  CO_TRY(const BucketInfo bucket, bucket_of(call));
  const std::string* text = bucket.document(policy_document);
  if (text == nullptr) co_return std::unexpected(missing(call, "NoSuchBucketPolicy"));
  S3Reply reply;
  reply.add("Content-Type", "application/json");
  reply.body = *text;
  co_return reply;
}

S3Task get_bucket_policy_status(S3Call& call) {
  CO_TRY(const BucketInfo bucket, bucket_of(call));
  const BucketAccessRef says = call.accesses.access_of(bucket);
  if (!says->policy) co_return std::unexpected(missing(call, "NoSuchBucketPolicy"));
  s3::GetBucketPolicyStatusOutput output;
  // With RestrictPublicBuckets a policy lets in nobody from outside, whatever it says.
  output.policy_status = s3::PolicyStatus{.is_public = says->has_public_policy && !says->block.restrict_public_buckets};
  co_return reply_of(aws::write_output<s3::op::GetBucketPolicyStatus>(s3::service(), output, call.id));
}

S3Task put_public_access_block(S3Call& call) {
  CO_TRY_OK(bucket_of(call));
  CO_TRY(const std::string document, co_await read_document(call));
  CO_TRY(const auto input, read_input_of<s3::op::PutPublicAccessBlock>(call, s3::service(), document));
  const auto& given = input.public_access_block_configuration;
  const PublicAccessBlock block{.block_public_acls = given.block_public_acls.value_or(false),
                                .ignore_public_acls = given.ignore_public_acls.value_or(false),
                                .block_public_policy = given.block_public_policy.value_or(false),
                                .restrict_public_buckets = given.restrict_public_buckets.value_or(false)};
  co_return co_await keep_document(call, public_access_block_document, write_public_access_block(block), 200);
}

S3Task get_public_access_block(S3Call& call) {
  CO_TRY(const BucketInfo bucket, bucket_of(call));
  if (bucket.document(public_access_block_document) == nullptr) {
    co_return std::unexpected(missing(call, "NoSuchPublicAccessBlockConfiguration"));
  }
  const PublicAccessBlock block = call.accesses.access_of(bucket)->block;
  s3::GetPublicAccessBlockOutput output;
  output.public_access_block_configuration =
      s3::PublicAccessBlockConfiguration{.block_public_acls = block.block_public_acls,
                                         .ignore_public_acls = block.ignore_public_acls,
                                         .block_public_policy = block.block_public_policy,
                                         .restrict_public_buckets = block.restrict_public_buckets};
  co_return reply_of(aws::write_output<s3::op::GetPublicAccessBlock>(s3::service(), output, call.id));
}

S3Task put_bucket_ownership(S3Call& call) {
  CO_TRY(const BucketInfo bucket, bucket_of(call));
  CO_TRY(const std::string document, co_await read_document(call));
  CO_TRY(const auto input, read_input_of<s3::op::PutBucketOwnershipControls>(call, s3::service(), document));
  const auto& rules = input.ownership_controls.rules;
  if (rules.size() != 1) co_return std::unexpected(s3_error("MalformedXML"));
  const std::string& ownership = rules.front().object_ownership;
  if (ownership == ownership_enforced && bucket.acl == Acl::public_read) {
    co_return std::unexpected(s3_error("InvalidBucketAclWithObjectOwnership"));
  }
  co_return co_await keep_document(call, ownership_document, ownership, 200);
}

S3Task get_bucket_ownership(S3Call& call) {
  CO_TRY(const BucketInfo bucket, bucket_of(call));
  const std::string* ownership = bucket.document(ownership_document);
  if (ownership == nullptr) co_return std::unexpected(missing(call, "OwnershipControlsNotFoundError"));
  s3::GetBucketOwnershipControlsOutput output;
  output.ownership_controls = s3::OwnershipControls{};
  output.ownership_controls->rules.push_back({.object_ownership = *ownership});
  co_return reply_of(aws::write_output<s3::op::GetBucketOwnershipControls>(s3::service(), output, call.id));
}

}  // namespace gust::bucket
