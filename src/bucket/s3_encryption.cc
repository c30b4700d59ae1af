// GetBucketEncryption, PutBucketEncryption and DeleteBucketEncryption.
//
// Source: Amazon S3 user guide, "Setting default server-side encryption behavior": every bucket has AES256 unless it is
//         told otherwise, and a client sees nothing of it.
// Rule:   AES256 is kept and answered, as the service does; it says who holds the keys of the disk, which here is
//         whoever runs this server (docs/guide/buckets.md). Keys of KMS are refused by name.
#include "aws/gen/s3.h"
#include "bucket/s3_call_internal.h"
#include "bucket/s3_documents_internal.h"
#include "bucket/s3_facts_internal.h"
#include "bucket/s3_payload_internal.h"

namespace gust::bucket {
namespace {

namespace s3 = aws::s3;

aws::Answer<std::monostate> check(const s3::ServerSideEncryptionConfiguration& configuration) {
  if (configuration.rules.size() != 1) return std::unexpected(s3_error("MalformedXML"));
  const s3::ServerSideEncryptionRule& rule = configuration.rules.front();
  if (!rule.apply_server_side_encryption_by_default) return std::unexpected(s3_error("MalformedXML"));
  const auto& by_default = *rule.apply_server_side_encryption_by_default;
  if (by_default.sse_algorithm != "AES256") {
    return std::unexpected(not_implemented("The SSEAlgorithm " + by_default.sse_algorithm));
  }
  if (by_default.kms_master_key_id) {
    return std::unexpected(
        s3_error("InvalidArgument", "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms"));
  }
  return {};
}

}  // namespace

S3Task get_bucket_encryption(S3Call& call) {
  CO_TRY(const BucketInfo bucket, bucket_of(call));
  s3::GetBucketEncryptionOutput output;
  s3::ServerSideEncryptionRule rule;
  rule.apply_server_side_encryption_by_default.emplace().sse_algorithm = "AES256";
  rule.bucket_key_enabled = false;
  if (const std::string* kept = bucket.document(document::encryption)) {
    CO_TRY(output.server_side_encryption_configuration,
           answer_of(aws::from_json<s3::ServerSideEncryptionConfiguration>(*kept)));
  } else {
    output.server_side_encryption_configuration.emplace().rules.push_back(std::move(rule));
  }
  co_return reply_of(aws::write_output<s3::op::GetBucketEncryption>(s3::service(), output, call.id));
}

S3Task put_bucket_encryption(S3Call& call) {
  CO_TRY_OK(bucket_of(call));
  CO_TRY(const std::string document, co_await read_document(call));
  CO_TRY(const auto input, read_input_of<s3::op::PutBucketEncryption>(call, s3::service(), document));
  CO_TRY_OK(check(input.server_side_encryption_configuration));
  co_return co_await keep_document(call, document::encryption, aws::to_json(input.server_side_encryption_configuration),
                                   200);
}

}  // namespace gust::bucket
