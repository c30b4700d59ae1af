// GetBucketLifecycleConfiguration, PutBucketLifecycleConfiguration and DeleteBucketLifecycle; x-amz-expiration.
#include <fmt/format.h>

#include "aws/gen/s3.h"
#include "base/date.h"
#include "base/text.h"
#include "bucket/lifecycle.h"
#include "bucket/s3_call_internal.h"
#include "bucket/s3_documents_internal.h"
#include "bucket/s3_facts_internal.h"
#include "bucket/s3_payload_internal.h"

namespace gust::bucket {
namespace {

namespace s3 = aws::s3;

// Newer clients say, and read back, from which size on objects change their storage class. There is one class here.
constexpr std::string_view minimum_header = "x-amz-transition-default-minimum-object-size";
constexpr std::string_view minimum_default = "all_storage_classes_128K";

}  // namespace

S3Task get_bucket_lifecycle(S3Call& call) {
  CO_TRY(const BucketInfo bucket, bucket_of(call));
  const auto kept = call.documents.lifecycle.of(bucket);
  if (!kept) {
    co_return std::unexpected(with_detail(s3_error("NoSuchLifecycleConfiguration"), "BucketName", call.bucket));
  }
  s3::GetBucketLifecycleConfigurationOutput output;
  output.rules = kept->rules;
  S3Reply reply = reply_of(aws::write_output<s3::op::GetBucketLifecycleConfiguration>(s3::service(), output, call.id));
  reply.add(minimum_header, minimum_default);
  co_return reply;
}

S3Task put_bucket_lifecycle(S3Call& call) {
  CO_TRY_OK(bucket_of(call));
  if (const auto minimum = call.header(minimum_header); minimum && *minimum != minimum_default) {
    co_return std::unexpected(not_implemented(fmt::format("The header {}: {}", minimum_header, *minimum)));
  }
  CO_TRY(const std::string document, co_await read_document(call));
  CO_TRY(auto input, read_input_of<s3::op::PutBucketLifecycleConfiguration>(call, s3::service(), document));
  if (!input.lifecycle_configuration) co_return std::unexpected(s3_error("MalformedXML"));
  CO_TRY_OK(check_lifecycle(*input.lifecycle_configuration));
  CO_TRY(S3Reply reply,
         co_await keep_document(call, document::lifecycle, aws::to_json(*input.lifecycle_configuration), 200));
  reply.add(minimum_header, minimum_default);
  co_return reply;
}

void add_expiration_header(S3Call& call, const BucketInfo& bucket, const Object& object, S3Reply& reply) {
  const auto rules = call.documents.lifecycle.of(bucket);
  if (!rules) return;
  const auto expiry = expiry_of(*rules, object);
  if (!expiry) return;
  reply.add("x-amz-expiration", fmt::format("expiry-date=\"{}\", rule-id=\"{}\"", http_date_of(expiry->at),
                                            percent_encode(expiry->rule_id)));
}

}  // namespace gust::bucket
