// PutObject, DeleteObject and DeleteObjects.
#include <fmt/format.h>

#include "aws/gen/s3.h"
#include "bucket/s3_authorize_internal.h"
#include "bucket/s3_call_internal.h"
#include "bucket/s3_facts_internal.h"
#include "bucket/s3_payload_internal.h"

namespace gust::bucket {
namespace {

constexpr std::size_t deletes_max = 1000;

// Refuses before the body is read what would be refused behind it.
aws::Answer<std::monostate> check_condition_early(const S3Call& call, const PutCondition& condition) {
  const auto object = call.store.find_object(call.bucket, call.key);
  if (condition.only_if_absent && object) return std::unexpected(s3_error("PreconditionFailed"));
  return {};
}

// Deletes one key of many.
rt::Task<aws::Answer<aws::s3::DeletedObject>> delete_one(S3Call& call, const aws::s3::ObjectIdentifier& object) {
  CO_TRY_OK(check_key(object.key));
  VersionChoice version;
  if (object.version_id) {
    CO_TRY(version, read_version_id(*object.version_id));
  }
  CO_TRY_OK(authorize(call, version ? "DeleteObjectVersion" : "DeleteObject", call.bucket, object.key, version));
  DeleteCondition condition;
  if (object.etag) condition.only_if_etag = std::string(unquoted(*object.etag));
  CO_TRY(const Deleted deleted, answer_of(co_await call.store.delete_object(call.bucket, object.key, std::move(version),
                                                                            std::move(condition))));
  aws::s3::DeletedObject result;
  result.key = object.key;
  result.version_id = object.version_id;
  if (deleted.is_marker) {
    result.delete_marker = true;
    result.delete_marker_version_id = text_of_version(deleted.version_id.value_or(""));
  }
  co_return result;
}

}  // namespace

S3Task put_object(S3Call& call) {
  CO_TRY(const BucketInfo bucket, bucket_of(call));
  CO_TRY_OK(check_key(call.key));
  CO_TRY(ObjectFacts facts, read_facts(call));
  CO_TRY(PutCondition condition, read_put_condition(call));
  CO_TRY_OK(check_condition_early(call, condition));
  CO_TRY(WrittenBody body, co_await write_payload(call, {}));
  CO_TRY(const ObjectPtr object, answer_of(co_await call.store.put_object(call.bucket, call.key, std::move(body),
                                                                          std::move(facts), std::move(condition))));
  S3Reply reply;
  reply.add("ETag", quoted(object->etag));
  add_checksum_headers(reply, object->checksums);
  add_version_header(reply, bucket, *object);
  add_kept_headers(reply, *object);
  add_expiration_header(call, bucket, *object, reply);
  co_return reply;
}

S3Task delete_object(S3Call& call) {
  CO_TRY_OK(bucket_of(call));
  CO_TRY_OK(check_key(call.key));
  CO_TRY(VersionChoice version, read_version(call));
  DeleteCondition condition;
  if (const auto etag = call.header("If-Match")) condition.only_if_etag = std::string(unquoted(*etag));
  CO_TRY(const Deleted deleted,
         answer_of(co_await call.store.delete_object(call.bucket, call.key, std::move(version), std::move(condition))));
  S3Reply reply = empty_reply(204);
  if (deleted.is_marker) reply.add("x-amz-delete-marker", "true");
  if (deleted.version_id) reply.add("x-amz-version-id", text_of_version(*deleted.version_id));
  co_return reply;
}

S3Task delete_objects(S3Call& call) {
  CO_TRY_OK(bucket_of(call));
  CO_TRY(const std::string document, co_await read_document(call));
  CO_TRY(const auto input, read_input_of<aws::s3::op::DeleteObjects>(call, aws::s3::service(), document));
  if (input.delete_.objects.empty() || input.delete_.objects.size() > deletes_max) {
    co_return std::unexpected(s3_error("MalformedXML"));
  }
  aws::s3::DeleteObjectsOutput output;
  for (const aws::s3::ObjectIdentifier& object : input.delete_.objects) {
    auto deleted = co_await delete_one(call, object);
    if (!deleted) {
      aws::s3::Error error;
      error.key = object.key;
      error.version_id = object.version_id;
      error.code = deleted.error().code;
      error.message = deleted.error().message;
      output.errors.push_back(std::move(error));
    } else if (!input.delete_.quiet.value_or(false)) {
      output.deleted.push_back(*std::move(deleted));
    }
  }
  co_return reply_of(aws::write_output<aws::s3::op::DeleteObjects>(aws::s3::service(), output, call.id));
}

}  // namespace gust::bucket
