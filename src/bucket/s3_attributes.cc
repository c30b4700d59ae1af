// GetObjectAttributes.
#include <algorithm>

#include "aws/gen/s3.h"
#include "base/date.h"
#include "base/text.h"
#include "bucket/s3_call_internal.h"
#include "bucket/s3_facts_internal.h"
#include "bucket/s3_listing_internal.h"

namespace gust::bucket {
namespace {

namespace s3 = aws::s3;

// Clients write several in one field, with commas.
aws::Answer<std::vector<std::string_view>> read_attributes(const S3Call& call) {
  std::vector<std::string_view> asked;
  for (const aws::HeaderView& field : call.wire.headers) {
    if (!equal_fold(field.name, "x-amz-object-attributes")) continue;
    for (const std::string_view name : split(field.value, ',')) asked.push_back(trim(name));
  }
  constexpr std::array<std::string_view, 5> known{"ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"};
  const bool is_legal = !asked.empty() && std::ranges::all_of(asked, [&](std::string_view name) {
    return std::ranges::find(known, name) != known.end();
  });
  if (is_legal) return asked;
  return std::unexpected(with_detail(s3_error("InvalidArgument", "Invalid attribute name specified."), "ArgumentName",
                                     "x-amz-object-attributes"));
}

aws::Answer<std::optional<std::int32_t>> read_count(const S3Call& call, std::string_view name) {
  const auto text = call.header(name);
  if (!text) return std::nullopt;
  const auto number = parse_decimal<std::uint32_t>(*text);
  if (number && *number <= 0x7fff'ffff) return static_cast<std::int32_t>(*number);
  return std::unexpected(
      with_detail(s3_error("InvalidArgument", "The value must be an integer between 0 and 2147483647"), "ArgumentName",
                  std::string(name)));
}

// S3 names the parts one by one only where they have checksums of their own.
aws::Answer<s3::GetObjectAttributesParts> parts_of(const S3Call& call, const Object& object) {
  TRY(const auto asked, read_count(call, "x-amz-max-parts"));
  TRY(const auto marker, read_count(call, "x-amz-part-number-marker"));
  TRY(const std::size_t items_max, read_items_max(asked, "x-amz-max-parts"));
  s3::GetObjectAttributesParts parts;
  parts.total_parts_count = static_cast<std::int32_t>(object.pieces.size());
  const bool are_named =
      std::ranges::all_of(object.pieces, [](const Piece& piece) { return !piece.checksums.empty(); });
  if (!are_named) return parts;
  parts.part_number_marker = marker.value_or(0);
  parts.max_parts = static_cast<std::int32_t>(items_max);
  parts.is_truncated = false;
  for (const Piece& piece : object.pieces) {
    if (piece.part_number <= marker.value_or(0)) continue;
    if (parts.parts.size() == items_max) {
      parts.is_truncated = true;
      break;
    }
    s3::ObjectPart part;
    part.part_number = piece.part_number;
    part.size = static_cast<std::int64_t>(piece.size);
    set_checksums(part, piece.checksums);
    parts.next_part_number_marker = piece.part_number;
    parts.parts.push_back(std::move(part));
  }
  return parts;
}

}  // namespace

S3Task get_object_attributes(S3Call& call) {
  CO_TRY(const BucketInfo bucket, bucket_of(call));
  CO_TRY(const auto attributes, read_attributes(call));
  CO_TRY(const ObjectPtr object, readable_object(call));
  const auto asks = [&](std::string_view name) { return std::ranges::find(attributes, name) != attributes.end(); };
  s3::GetObjectAttributesOutput output;
  // This one is written without quotes.
  if (asks("ETag")) output.etag = object->etag;
  if (asks("ObjectSize")) output.object_size = static_cast<std::int64_t>(object->size);
  if (asks("StorageClass")) output.storage_class = "STANDARD";
  if (asks("Checksum") && !object->checksums.empty()) set_checksums(output.checksum.emplace(), object->checksums);
  if (asks("ObjectParts") && !object->upload_id.empty()) {
    CO_TRY(output.object_parts, parts_of(call, *object));
  }
  output.last_modified = object->modified;
  S3Reply reply = reply_of(aws::write_output<s3::op::GetObjectAttributes>(s3::service(), output, call.id));
  add_version_header(reply, bucket, *object);
  co_return reply;
}

}  // namespace gust::bucket
