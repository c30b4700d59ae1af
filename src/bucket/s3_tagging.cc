// Tags of objects and buckets.
//
// Source: Amazon S3 user guide, "Categorizing your storage using tags"; API reference, PutObjectTagging,
//         PutBucketTagging; 10 tags an object, 50 a bucket, keys of 128 and values of 256 characters.
#include <fmt/format.h>

#include <algorithm>

#include "aws/gen/s3.h"
#include "base/text.h"
#include "bucket/s3_call_internal.h"
#include "bucket/s3_documents_internal.h"
#include "bucket/s3_facts_internal.h"
#include "bucket/s3_payload_internal.h"

namespace gust::bucket {
namespace {

namespace s3 = aws::s3;

constexpr std::size_t object_tags_max = 10;
constexpr std::size_t bucket_tags_max = 50;

std::size_t characters_of(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// Letters, digits and spaces of any script, and + - = . _ : / @; other scripts' punctuation is let through.
bool is_tag_text(std::string_view text) {
  return is_utf8(text) && std::ranges::all_of(text, [](char c) {
           return static_cast<unsigned char>(c) >= 0x80 || is_alpha(c) || is_digit(c) || c == ' ' ||
                  std::string_view("+-=._:/@").contains(c);
         });
}

aws::ServiceError bad_tag(std::string_view key, std::string message) {
  return with_detail(s3_error("InvalidTag", std::move(message)), "TagKey", std::string(key));
}

aws::Answer<std::monostate> check_tags(const std::vector<NameAndValue>& tags, std::size_t tags_max) {
  if (tags.size() > tags_max) {
    return std::unexpected(
        tags_max == object_tags_max
            ? s3_error("BadRequest", "Object tags cannot be greater than 10")
            : s3_error("BadRequest", fmt::format("Bucket tag count cannot be greater than {}", tags_max)));
  }
  for (const NameAndValue& tag : tags) {
    const std::size_t characters = characters_of(tag.name);
    if (characters < 1 || characters > 128 || !is_tag_text(tag.name)) {
      return std::unexpected(bad_tag(tag.name, "The TagKey you have provided is invalid"));
    }
    if (characters_of(tag.value) > 256 || !is_tag_text(tag.value)) {
      aws::ServiceError error = bad_tag(tag.name, "The TagValue you have provided is invalid");
      return std::unexpected(with_detail(std::move(error), "TagValue", tag.value));
    }
    if (starts_with_fold(tag.name, "aws:")) {
      return std::unexpected(bad_tag(tag.name, "System tags cannot be added/updated by requester"));
    }
    if (std::ranges::count(tags, tag.name, &NameAndValue::name) > 1) {
      return std::unexpected(bad_tag(tag.name, "Cannot provide multiple Tags with the same key"));
    }
  }
  return {};
}

std::vector<NameAndValue> tags_of(const std::vector<s3::Tag>& set) {
  std::vector<NameAndValue> tags;
  tags.reserve(set.size());
  for (const s3::Tag& tag : set) tags.push_back({tag.key, tag.value});
  return tags;
}

std::vector<s3::Tag> set_of(const std::vector<NameAndValue>& tags) {
  std::vector<s3::Tag> set;
  set.reserve(tags.size());
  for (const auto& [name, value] : tags) {
    s3::Tag tag;
    tag.key = name;
    tag.value = value;
    set.push_back(std::move(tag));
  }
  return set;
}

S3Task set_tags(S3Call& call, std::vector<NameAndValue> tags, int status) {
  CO_TRY(const BucketInfo bucket, bucket_of(call));
  CO_TRY(VersionChoice version, read_version(call));
  CO_TRY(const ObjectPtr object,
         answer_of(co_await call.store.set_object_tags(call.bucket, call.key, std::move(version), std::move(tags))));
  S3Reply reply = empty_reply(status);
  add_version_header(reply, bucket, *object);
  co_return reply;
}

}  // namespace

aws::Answer<std::vector<NameAndValue>> read_tagging_header(const S3Call& call) {
  const auto text = call.header("x-amz-tagging");
  if (!text) return std::vector<NameAndValue>();
  const auto items = aws::read_query(*text);
  if (!items) {
    return std::unexpected(with_detail(
        s3_error("InvalidArgument",
                 "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without "
                 "tag name duplicates."),
        "ArgumentName", "x-amz-tagging"));
  }
  std::vector<NameAndValue> tags;
  for (const aws::QueryItem& item : *items) tags.push_back({item.name, item.value});
  TRY_OK(check_tags(tags, object_tags_max));
  return tags;
}

S3Task get_object_tagging(S3Call& call) {
  CO_TRY(const BucketInfo bucket, bucket_of(call));
  CO_TRY(const ObjectPtr object, find_version_of(call));
  s3::GetObjectTaggingOutput output;
  output.tag_set = set_of(object->facts.tags);
  S3Reply reply = reply_of(aws::write_output<s3::op::GetObjectTagging>(s3::service(), output, call.id));
  add_version_header(reply, bucket, *object);
  co_return reply;
}

S3Task put_object_tagging(S3Call& call) {
  CO_TRY_OK(bucket_of(call));
  CO_TRY_OK(find_version_of(call));
  CO_TRY(const std::string document, co_await read_document(call));
  CO_TRY(const auto input, read_input_of<s3::op::PutObjectTagging>(call, s3::service(), document));
  std::vector<NameAndValue> tags = tags_of(input.tagging.tag_set);
  CO_TRY_OK(check_tags(tags, object_tags_max));
  co_return co_await set_tags(call, std::move(tags), 200);
}

S3Task delete_object_tagging(S3Call& call) {
  CO_TRY_OK(bucket_of(call));
  CO_TRY_OK(find_version_of(call));
  co_return co_await set_tags(call, {}, 204);
}

S3Task get_bucket_tagging(S3Call& call) {
  CO_TRY(const BucketInfo bucket, bucket_of(call));
  const std::string* kept = bucket.document(document::tagging);
  if (kept == nullptr) {
    co_return std::unexpected(with_detail(s3_error("NoSuchTagSet"), "BucketName", call.bucket));
  }
  CO_TRY(const auto tagging, answer_of(aws::from_json<s3::Tagging>(*kept)));
  s3::GetBucketTaggingOutput output;
  output.tag_set = tagging.tag_set;
  co_return reply_of(aws::write_output<s3::op::GetBucketTagging>(s3::service(), output, call.id));
}

S3Task put_bucket_tagging(S3Call& call) {
  CO_TRY_OK(bucket_of(call));
  CO_TRY(const std::string document, co_await read_document(call));
  CO_TRY(const auto input, read_input_of<s3::op::PutBucketTagging>(call, s3::service(), document));
  CO_TRY_OK(check_tags(tags_of(input.tagging.tag_set), bucket_tags_max));
  co_return co_await keep_document(call, document::tagging, aws::to_json(input.tagging), 204);
}

}  // namespace gust::bucket
