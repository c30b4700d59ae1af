// PutObject, DeleteObject and DeleteObjects.
#include <fmt/format.h>

#include "aws/gen/s3.h"
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

// Deletes one key of many; the refusal, if any.
rt::Task<std::optional<aws::ServiceError>> delete_one(S3Call& call, std::string key,
                                                      std::optional<std::string> version) {
  if (auto legal = check_key(key); !legal) co_return legal.error();
  if (version && *version != "null") co_return s3_error("NoSuchVersion");
  if (auto done = co_await call.store.delete_object(call.bucket, std::move(key)); !done) {
    co_return s3_error_of(done.error());
  }
  co_return std::nullopt;
}

}  // namespace

S3Task put_object(S3Call& call) {
  CO_TRY_OK(bucket_of(call));
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
  co_return reply;
}

S3Task delete_object(S3Call& call) {
  CO_TRY_OK(bucket_of(call));
  CO_TRY_OK(check_key(call.key));
  if (call.header("If-Match")) co_return std::unexpected(not_implemented("The header If-Match of a delete"));
  const std::string* version = call.item("versionId");
  if (version != nullptr && *version != "null") co_return std::unexpected(s3_error("NoSuchVersion"));
  CO_TRY_OK(answer_of(co_await call.store.delete_object(call.bucket, call.key)));
  co_return empty_reply(204);
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
    const auto refused = co_await delete_one(call, object.key, object.version_id);
    if (refused) {
      aws::s3::Error error;
      error.key = object.key;
      error.version_id = object.version_id;
      error.code = refused->code;
      error.message = refused->message;
      output.errors.push_back(std::move(error));
    } else if (!input.delete_.quiet.value_or(false)) {
      aws::s3::DeletedObject deleted;
      deleted.key = object.key;
      deleted.version_id = object.version_id;
      output.deleted.push_back(std::move(deleted));
    }
  }
  co_return reply_of(aws::write_output<aws::s3::op::DeleteObjects>(aws::s3::service(), output, call.id));
}

}  // namespace gust::bucket
