// GetObject and HeadObject.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "bucket/s3_authorize_internal.h"
#include "bucket/s3_call_internal.h"
#include "bucket/s3_facts_internal.h"
#include "http/conditional.h"
#include "http/range.h"

namespace gust::bucket {
namespace {

struct Override {
  std::string_view item, header;
};
constexpr std::array<Override, 6> overrides{{{"response-cache-control", "Cache-Control"},
                                             {"response-content-disposition", "Content-Disposition"},
                                             {"response-content-encoding", "Content-Encoding"},
                                             {"response-content-language", "Content-Language"},
                                             {"response-content-type", "Content-Type"},
                                             {"response-expires", "Expires"}}};

aws::Answer<std::monostate> apply_overrides(const S3Call& call, S3Reply& reply) {
  for (const auto& [item, header] : overrides) {
    const std::string* value = call.item(item);
    if (value == nullptr) continue;
    if (call.is_anonymous()) {
      return std::unexpected(
          s3_error("InvalidRequest", "Request specific response headers cannot be used for anonymous GET requests."));
    }
    if (!std::ranges::all_of(*value, [](char c) { return c == '\t' || (c >= ' ' && c != '\x7f'); })) {
      return std::unexpected(with_detail(s3_error("InvalidArgument", "Header value cannot be represented."),
                                         "ArgumentName", std::string(item)));
    }
    std::erase_if(reply.headers, [&](const auto& field) { return field.first == header; });
    reply.add(header, *value);
  }
  return {};
}

http::Validators validators_of_object(const Object& object, std::string& etag) {
  etag = quoted(object.etag);
  return {.exists = true,
          .tag = http::EntityTag{.opaque = etag, .is_weak = false},
          .last_modified = object.modified,
          .date = std::nullopt};
}

bool is_in_parts(const Object& object) { return object.etag.contains('-'); }

// The part that partNumber asks for, as a range of the object.
aws::Answer<http::ByteRange> range_of_part(const Object& object, std::string_view text) {
  const auto number = parse_decimal<unsigned>(text);
  if (!number || *number < 1 || *number > 10'000) {
    return std::unexpected(
        s3_error("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive"));
  }
  const std::size_t parts = is_in_parts(object) ? object.pieces.size() : 1;
  if (*number > parts) return std::unexpected(s3_error("InvalidPartNumber"));
  if (!is_in_parts(object)) return http::ByteRange{0, object.size};
  http::ByteRange range;
  for (std::size_t i = 0; i + 1 < *number; ++i) range.offset += object.pieces[i].size;
  range.bytes = object.pieces[*number - 1].size;
  return range;
}

// The one range to answer with; nothing for all of the object. S3 answers a request for several with the whole.
aws::Answer<std::optional<http::ByteRange>> range_of(const S3Call& call, const Object& object,
                                                     const http::Validators& validators) {
  const auto text = call.request().fields.get(http::Name::range);
  if (const std::string* part = call.item("partNumber")) {
    if (text) {
      return std::unexpected(
          s3_error("InvalidRequest", "Cannot specify both Range header and partNumber query parameter"));
    }
    TRY(const http::ByteRange range, range_of_part(object, *part));
    return range;
  }
  if (!text || !http::range_applies(call.request().fields, validators)) return std::nullopt;
  const auto ranges = http::read_range(*text);
  if (!ranges || ranges->size() != 1) return std::nullopt;
  const auto range = http::satisfy(ranges->front(), object.size);
  if (range) return range;
  aws::ServiceError error = s3_error("InvalidRange");
  error.details = {{"RangeRequested", std::string(*text)}, {"ActualObjectSize", std::to_string(object.size)}};
  return std::unexpected(std::move(error));
}

bool wants_checksums(const S3Call& call) {
  const auto mode = call.header("x-amz-checksum-mode");
  return mode && equal_fold(*mode, "ENABLED");
}

}  // namespace

// The object, if the caller may read it. Whoever may not list the bucket does not learn which keys it has. A website
// asks here and nowhere else whether everybody may read.
aws::Answer<ObjectPtr> readable_object(S3Call& call) {
  TRY_OK(bucket_of(call));
  TRY_OK(check_key(call.key));
  TRY(const VersionChoice version, read_version(call));
  TRY_OK(authorize(call, version ? "GetObjectVersion" : "GetObject", call.bucket, call.key, version));
  auto object = find_version_of(call);
  if (!object && object.error().code == "NoSuchKey") TRY_OK(authorize(call, "ListBucket", call.bucket, {}));
  return object;
}

S3Task get_object(S3Call& call) {
  CO_TRY(const ObjectPtr object, readable_object(call));
  S3Reply reply;
  add_object_headers(reply, *object);
  if (const auto bucket = call.store.find_bucket(call.bucket)) {
    add_version_header(reply, *bucket, *object);
    if (call.item("versionId") == nullptr) add_expiration_header(call, *bucket, *object, reply);
  }

  std::string etag;
  const http::Validators validators = validators_of_object(*object, etag);
  switch (http::evaluate_preconditions(call.request().method, call.request().fields, validators)) {
    case http::Precondition::proceed:
      break;
    case http::Precondition::failed: {
      const bool by_tag = call.request().fields.has(http::Name::if_match);
      co_return std::unexpected(
          with_detail(s3_error("PreconditionFailed"), "Condition", by_tag ? "If-Match" : "If-Unmodified-Since"));
    }
    case http::Precondition::not_modified:
      reply.status = 304;
      // RFC 9110 section 15.4.5: what a cache needs, not what describes content that is not sent.
      std::erase_if(reply.headers, [](const auto& field) { return field.first.starts_with("Content-"); });
      co_return reply;
  }
  CO_TRY_OK(apply_overrides(call, reply));
  CO_TRY(const auto range, range_of(call, *object, validators));
  reply.object = object;
  reply.size = object->size;
  if (range) {
    reply.status = 206;
    reply.first = range->offset;
    reply.size = range->bytes;
    if (range->bytes > 0) reply.add("Content-Range", http::content_range_of(*range, object->size));
  }
  const bool by_part = call.item("partNumber") != nullptr;
  if (by_part && is_in_parts(*object)) reply.add("x-amz-mp-parts-count", std::to_string(object->pieces.size()));
  const bool is_whole = !range || range->bytes == object->size;
  if (wants_checksums(call) && is_whole) add_checksum_headers(reply, object->checksums);
  co_return reply;
}

}  // namespace gust::bucket
