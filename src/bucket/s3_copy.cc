// CopyObject and UploadPartCopy.
#include <fmt/format.h>

#include <algorithm>

#include "aws/gen/s3.h"
#include "base/date.h"
#include "base/text.h"
#include "bucket/s3_authorize_internal.h"
#include "bucket/s3_call_internal.h"
#include "bucket/s3_facts_internal.h"
#include "http/conditional.h"
#include "http/range.h"

namespace gust::bucket {
namespace {

namespace s3 = aws::s3;

constexpr ByteCount copy_bytes_max = 5_GiB;

struct Source {
  std::string bucket, key;
  VersionChoice version = {};
  ObjectPtr object = nullptr;
};

aws::ServiceError bad_source(std::string message) {
  return with_detail(s3_error("InvalidArgument", std::move(message)), "ArgumentName", "x-amz-copy-source");
}

aws::Answer<ObjectPtr> find_object(const S3Call& call, const Source& source) {
  const auto object = call.store.find_version(source.bucket, source.key, source.version);
  if (!object) {
    aws::ServiceError error = s3_error_of(object.error());
    error.details = {{"BucketName", source.bucket}, {"Key", source.key}};
    return std::unexpected(std::move(error));
  }
  if (!(*object)->is_delete_marker) return *object;
  if (!source.version) return std::unexpected(with_detail(s3_error("NoSuchKey"), "Key", source.key));
  return std::unexpected(s3_error(
      "InvalidRequest", "The source of a copy request may not specifically refer to a delete marker by version id."));
}

// x-amz-copy-source: `[/]BUCKET/KEY[?versionId=ID]`, percent-coded.
aws::Answer<Source> read_source(S3Call& call) {
  std::string_view text = call.header("x-amz-copy-source").value_or("");
  if (text.starts_with('/')) text.remove_prefix(1);
  const Cut version = cut(text, std::string_view("?versionId="));
  Source source;
  if (version.found) {
    TRY(source.version, read_version_id(version.after));
  }
  const auto decoded = percent_decode(version.before);
  if (!decoded) return std::unexpected(bad_source("The x-amz-copy-source header is not percent-coded correctly."));
  const Cut parts = cut(*decoded, '/');
  if (!parts.found || parts.before.empty() || parts.after.empty()) {
    return std::unexpected(bad_source("Copy Source must mention the source bucket and key: sourcebucket/sourcekey"));
  }
  source.bucket = parts.before;
  source.key = parts.after;
  TRY_OK(authorize(call, source.version ? "GetObjectVersion" : "GetObject", source.bucket, source.key, source.version));
  auto object = find_object(call, source);
  // As readable_object: whoever may not list the bucket does not learn which keys it has.
  if (!object && object.error().code == "NoSuchKey") TRY_OK(authorize(call, "ListBucket", source.bucket, {}));
  TRY(source.object, std::move(object));
  return source;
}

void add_source_version(const S3Call& call, const Source& source, S3Reply& reply) {
  const auto bucket = call.store.find_bucket(source.bucket);
  if (!bucket || bucket->versioning == Versioning::never) return;
  reply.add("x-amz-copy-source-version-id", text_of_version(source.object->version_id));
}

// The x-amz-copy-source-if- headers have the meaning that RFC 9110 gives to their kin; what would be 304 is 412 here.
aws::Answer<std::monostate> check_source(const S3Call& call, const Object& object) {
  http::Fields fields;
  const std::pair<http::Name, std::string_view> kin[] = {
      {http::Name::if_match, "x-amz-copy-source-if-match"},
      {http::Name::if_none_match, "x-amz-copy-source-if-none-match"},
      {http::Name::if_modified_since, "x-amz-copy-source-if-modified-since"},
      {http::Name::if_unmodified_since, "x-amz-copy-source-if-unmodified-since"}};
  std::vector<std::string> tags;  // S3 takes a tag without its quotes as well
  tags.reserve(2);
  for (const auto& [name, header] : kin) {
    auto value = call.header(header);
    if (!value) continue;
    const bool is_tag = name == http::Name::if_match || name == http::Name::if_none_match;
    if (is_tag && *value != "*" && !value->contains('"')) value = tags.emplace_back(quoted(*value));
    fields.add(name, *value);
  }
  const std::string etag = quoted(object.etag);
  const http::Validators validators{.exists = true,
                                    .tag = http::EntityTag{.opaque = etag, .is_weak = false},
                                    .last_modified = object.modified,
                                    .date = std::nullopt};
  if (http::evaluate_preconditions(http::Method::get, fields, validators) != http::Precondition::proceed) {
    return std::unexpected(s3_error("PreconditionFailed"));
  }
  return {};
}

bool is_of_one_request(const NameAndValue& header) {
  return header.name == "x-amz-website-redirect-location" || header.name == "x-amz-server-side-encryption";
}

std::vector<NameAndValue> own_headers_of(const ObjectFacts& facts) {
  std::vector<NameAndValue> own;
  std::ranges::copy_if(facts.headers, std::back_inserter(own), is_of_one_request);
  return own;
}

// The facts of the copy: those of the source, or those of this request with x-amz-metadata-directive REPLACE.
aws::Answer<ObjectFacts> facts_of_copy(const S3Call& call, const Source& source) {
  TRY(ObjectFacts facts, read_facts(call));
  const auto tagging = call.header("x-amz-tagging-directive").value_or("COPY");
  if (tagging != "COPY" && tagging != "REPLACE") {
    return std::unexpected(with_detail(s3_error("InvalidArgument", "Unknown tagging directive."), "ArgumentName",
                                       "x-amz-tagging-directive"));
  }
  if (tagging == "COPY") facts.tags = source.object->facts.tags;
  const auto directive = call.header("x-amz-metadata-directive");
  if (directive && *directive == "REPLACE") return facts;
  if (directive && *directive != "COPY") {
    return std::unexpected(with_detail(s3_error("InvalidArgument", "Unknown metadata directive."), "ArgumentName",
                                       "x-amz-metadata-directive"));
  }
  // These two are never copied; they are those of this request.
  const std::vector<NameAndValue> own = own_headers_of(facts);
  if (source.bucket == call.bucket && source.key == call.key && !source.version && own.empty()) {
    return std::unexpected(
        s3_error("InvalidRequest",
                 "This copy request is illegal because it is trying to copy an object to itself without changing the "
                 "object's metadata, storage class, website redirect location or encryption attributes."));
  }
  facts.headers = source.object->facts.headers;
  std::erase_if(facts.headers, is_of_one_request);
  facts.headers.insert(facts.headers.end(), own.begin(), own.end());
  facts.metadata = source.object->facts.metadata;
  return facts;
}

// The stretch of the source that x-amz-copy-source-range names, `bytes=first-last`; all of it without one.
aws::Answer<http::ByteRange> range_of_source(const S3Call& call, const Object& object) {
  const auto text = call.header("x-amz-copy-source-range");
  if (!text) return http::ByteRange{0, object.size};
  const auto ranges = http::read_range(*text);
  if (!ranges || ranges->size() != 1 || !ranges->front().first || !ranges->front().last) {
    return std::unexpected(with_detail(
        s3_error("InvalidArgument",
                 "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the "
                 "zero-based offsets of the first and last bytes to copy"),
        "ArgumentName", "x-amz-copy-source-range"));
  }
  if (*ranges->front().last >= object.size) {
    return std::unexpected(s3_error(
        "InvalidArgument", fmt::format("Range specified is not valid for source object of size: {}", object.size)));
  }
  return *http::satisfy(ranges->front(), object.size);
}

rt::Task<Result<WrittenBody>> copy_bytes(BucketStore& store, ObjectPtr object, http::ByteRange range,
                                         std::vector<ChecksumKind> kinds) {
  const auto writer = store.begin_body(std::move(kinds));
  ObjectReader reader(object, range.offset, range.bytes);
  std::string buffer(std::min<ByteCount>(range.bytes, body_buffer_bytes), '\0');
  while (reader.left() > 0) {
    CO_TRY(const std::size_t got, co_await reader.read(buffer));
    CO_TRY_OK(co_await writer->write(ByteView(buffer).substr(0, got)));
  }
  co_return co_await writer->finish();
}

}  // namespace

S3Task copy_object(S3Call& call) {
  CO_TRY(const BucketInfo bucket, bucket_of(call));
  CO_TRY_OK(check_key(call.key));
  CO_TRY(const Source source, read_source(call));
  CO_TRY_OK(check_source(call, *source.object));
  CO_TRY(ObjectFacts facts, facts_of_copy(call, source));
  CO_TRY(PutCondition condition, read_put_condition(call));
  if (source.object->size > copy_bytes_max) {
    co_return std::unexpected(
        s3_error("InvalidRequest",
                 "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120"));
  }
  std::optional<ChecksumKind> asked;
  if (const auto name = call.header("x-amz-checksum-algorithm")) {
    asked = find_checksum_kind(*name);
    if (!asked) co_return std::unexpected(s3_error("InvalidRequest", "Checksum algorithm provided is unsupported."));
  }
  ObjectPtr object;
  if (asked && find_checksum(source.object->checksums, *asked) == nullptr) {
    // Another checksum than the source has is of bytes that have to be read.
    CO_TRY(WrittenBody body,
           answer_of(co_await copy_bytes(call.store, source.object, {0, source.object->size}, {*asked})));
    CO_TRY(object, answer_of(co_await call.store.put_object(call.bucket, call.key, std::move(body), std::move(facts),
                                                            std::move(condition))));
  } else {
    CO_TRY(object, answer_of(co_await call.store.copy_object(source.object, call.bucket, call.key, std::move(facts),
                                                             std::move(condition))));
  }
  s3::CopyObjectOutput output;
  s3::CopyObjectResult& result = output.copy_object_result.emplace();
  result.etag = quoted(object->etag);
  result.last_modified = object->modified;
  set_checksums(result, object->checksums);
  S3Reply reply = reply_of(aws::write_output<s3::op::CopyObject>(s3::service(), output, call.id));
  add_version_header(reply, bucket, *object);
  add_source_version(call, source, reply);
  add_kept_headers(reply, *object);
  co_return reply;
}

S3Task upload_part_copy(S3Call& call) {
  CO_TRY_OK(bucket_of(call));
  CO_TRY(const auto input, read_input_of<s3::op::UploadPartCopy>(call, s3::service()));
  CO_TRY(const UploadPtr upload, answer_of(call.store.find_upload(call.bucket, call.key, input.upload_id)));
  CO_TRY(const Source source, read_source(call));
  CO_TRY_OK(check_source(call, *source.object));
  CO_TRY(const http::ByteRange range, range_of_source(call, *source.object));
  if (range.bytes > copy_bytes_max) {
    co_return std::unexpected(
        s3_error("InvalidRequest",
                 "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120"));
  }
  const bool is_whole = range.bytes == source.object->size;
  Part part;
  if (is_whole && BucketStore::can_share_as_part(*source.object, upload->checksum_kind)) {
    CO_TRY(part, answer_of(co_await call.store.share_part(call.bucket, call.key, input.upload_id, input.part_number,
                                                          source.object)));
  } else {
    std::vector<ChecksumKind> kinds;
    if (upload->checksum_kind) kinds.push_back(*upload->checksum_kind);
    CO_TRY(WrittenBody body, answer_of(co_await copy_bytes(call.store, source.object, range, std::move(kinds))));
    CO_TRY(part, answer_of(co_await call.store.put_part(call.bucket, call.key, input.upload_id, input.part_number,
                                                        std::move(body))));
  }
  s3::UploadPartCopyOutput output;
  s3::CopyPartResult& result = output.copy_part_result.emplace();
  result.etag = quoted(part.etag);
  result.last_modified = part.modified;
  set_checksums(result, part.checksums);
  S3Reply reply = reply_of(aws::write_output<s3::op::UploadPartCopy>(s3::service(), output, call.id));
  add_source_version(call, source, reply);
  co_return reply;
}

}  // namespace gust::bucket
