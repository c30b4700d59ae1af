// GetBucketCors, PutBucketCors and DeleteBucketCors; preflight requests, and the CORS headers of other answers.
#include "aws/gen/s3.h"
#include "bucket/cors.h"
#include "bucket/s3_call_internal.h"
#include "bucket/s3_documents_internal.h"
#include "bucket/s3_facts_internal.h"
#include "bucket/s3_payload_internal.h"

namespace gust::bucket {
namespace {

namespace s3 = aws::s3;

aws::ServiceError forbidden(const S3Call& call, std::string message) {
  aws::ServiceError error{"AccessForbidden", 403, std::move(message), {}};
  error.details = {{"Method", std::string(call.header("Access-Control-Request-Method").value_or(""))},
                   {"ResourceType", call.key.empty() ? "BUCKET" : "OBJECT"}};
  return error;
}

}  // namespace

S3Task get_bucket_cors(S3Call& call) {
  CO_TRY(const BucketInfo bucket, bucket_of(call));
  const auto kept = call.documents.cors.of(bucket);
  if (!kept) co_return std::unexpected(with_detail(s3_error("NoSuchCORSConfiguration"), "BucketName", call.bucket));
  s3::GetBucketCorsOutput output;
  output.cors_rules = kept->cors_rules;
  co_return reply_of(aws::write_output<s3::op::GetBucketCors>(s3::service(), output, call.id));
}

S3Task put_bucket_cors(S3Call& call) {
  CO_TRY_OK(bucket_of(call));
  CO_TRY(const std::string document, co_await read_document(call));
  CO_TRY(const auto input, read_input_of<s3::op::PutBucketCors>(call, s3::service(), document));
  CO_TRY_OK(check_cors(input.cors_configuration));
  co_return co_await keep_document(call, document::cors, aws::to_json(input.cors_configuration), 200);
}

S3Answer answer_preflight(S3Call& call) {
  const auto origin = call.header("Origin");
  if (!origin) {
    return std::unexpected(s3_error("BadRequest", "Insufficient information. Origin request header needed."));
  }
  const auto method = call.header("Access-Control-Request-Method");
  if (!method) return std::unexpected(s3_error("BadRequest", "Invalid Access-Control-Request-Method: null"));
  const auto bucket = call.store.find_bucket(call.bucket);
  const auto configuration = bucket ? call.documents.cors.of(*bucket) : nullptr;
  if (!configuration) return std::unexpected(forbidden(call, "CORSResponse: CORS is not enabled for this bucket."));
  const CorsRequest request{
      .origin = *origin, .method = *method, .headers = call.header("Access-Control-Request-Headers").value_or("")};
  const s3::CORSRule* rule = find_cors_rule(*configuration, request);
  if (rule == nullptr) {
    return std::unexpected(
        forbidden(call,
                  "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, "
                  "request method / Access-Control-Request-Method or Access-Control-Request-Headers are not "
                  "whitelisted by the resource's CORS spec."));
  }
  S3Reply reply;
  reply.headers = cors_headers(*rule, request);
  return reply;
}

void add_cors_headers(S3Call& call) {
  const auto origin = call.header("Origin");
  if (!origin || call.bucket.empty()) return;
  const auto bucket = call.store.find_bucket(call.bucket);
  const auto configuration = bucket ? call.documents.cors.of(*bucket) : nullptr;
  if (!configuration) return;
  const CorsRequest request{.origin = *origin, .method = call.wire.method, .headers = {}};
  const s3::CORSRule* rule = find_cors_rule(*configuration, request);
  if (rule == nullptr) return;
  for (auto& field : cors_headers(*rule, request)) call.always.push_back(std::move(field));
}

}  // namespace gust::bucket
