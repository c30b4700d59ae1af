// ListObjects, ListObjectsV2, ListMultipartUploads and ListParts.
#include <fmt/format.h>

#include <algorithm>

#include "aws/gen/s3.h"
#include "base/text.h"
#include "bucket/s3_call_internal.h"
#include "bucket/s3_facts_internal.h"
#include "bucket/s3_listing_internal.h"

namespace gust::bucket {
namespace {

namespace s3 = aws::s3;

constexpr std::string_view token_start = "1";  // the form of continuation tokens

// What both versions of the listing write alike.
template <typename Output>
void add_page(Output& output, const S3Call& call, const ListPage& page, const ListedNames& names, bool with_owner) {
  for (const ObjectPtr& object : page.objects) {
    s3::Object item;
    item.key = names(object->key);
    item.last_modified = object->modified;
    item.etag = quoted(object->etag);
    item.size = static_cast<std::int64_t>(object->size);
    item.storage_class = "STANDARD";
    for (const Checksum& checksum : object->checksums) {
      item.checksum_algorithm.emplace_back(name_of(checksum.kind));
      item.checksum_type = name_of(checksum.type);
    }
    if (with_owner) item.owner = owner_of(call);
    output.contents.push_back(std::move(item));
  }
  for (const std::string& prefix : page.common_prefixes) output.common_prefixes.push_back({.prefix = names(prefix)});
  output.name = call.bucket;
  output.is_truncated = page.is_truncated;
  output.encoding_type = names.encoding_type();
}

// The token is opaque to the client: the last item of its page in base64, behind a mark of its form.
std::string token_of(std::string_view last) { return base64_of(fmt::format("{}{}", token_start, last)); }

aws::Answer<std::string> read_token(std::string_view token) {
  const auto text = bytes_of_base64(token);
  if (!text || !text->starts_with(token_start)) {
    return std::unexpected(with_detail(s3_error("InvalidArgument", "The continuation token provided is incorrect"),
                                       "ArgumentName", "continuation-token"));
  }
  return text->substr(token_start.size());
}

}  // namespace

aws::Answer<ListedNames> ListedNames::read(const std::optional<std::string>& encoding) {
  if (encoding && *encoding != "url") {
    aws::ServiceError error = s3_error("InvalidArgument", "Invalid Encoding Method specified in Request");
    error.details = {{"ArgumentName", "encoding-type"}, {"ArgumentValue", *encoding}};
    return std::unexpected(std::move(error));
  }
  return ListedNames(encoding.has_value());
}

std::string ListedNames::operator()(const std::string& name) const {
  return encodes_ ? percent_encode(name, "/") : name;
}

aws::Answer<std::size_t> read_items_max(const std::optional<std::int32_t>& asked, std::string_view name) {
  if (!asked) return list_items_max;
  if (*asked < 0) {
    aws::ServiceError error =
        s3_error("InvalidArgument", fmt::format("Argument {} must be an integer between 0 and 2147483647", name));
    error.details = {{"ArgumentName", std::string(name)}, {"ArgumentValue", std::to_string(*asked)}};
    return std::unexpected(std::move(error));
  }
  return std::min(static_cast<std::size_t>(*asked), list_items_max);
}

S3Task list_objects(S3Call& call) {
  CO_TRY_OK(bucket_of(call));
  CO_TRY(const auto input, read_input_of<s3::op::ListObjects>(call, s3::service()));
  CO_TRY(const ListedNames names, ListedNames::read(input.encoding_type));
  CO_TRY(const std::size_t items_max, read_items_max(input.max_keys, "max-keys"));
  CO_TRY(const ListPage page, answer_of(call.store.list_objects(call.bucket, {.prefix = input.prefix.value_or(""),
                                                                              .delimiter = input.delimiter.value_or(""),
                                                                              .after = input.marker.value_or(""),
                                                                              .items_max = items_max})));
  s3::ListObjectsOutput output;
  add_page(output, call, page, names, true);
  output.prefix = names(input.prefix.value_or(""));
  output.marker = names(input.marker.value_or(""));
  output.delimiter = names(if_not_empty(input.delimiter));
  output.max_keys = static_cast<std::int32_t>(items_max);
  if (page.is_truncated && output.delimiter) output.next_marker = names(page.last);
  co_return reply_of(aws::write_output<s3::op::ListObjects>(s3::service(), output, call.id));
}

S3Task list_objects_v2(S3Call& call) {
  CO_TRY_OK(bucket_of(call));
  CO_TRY(const auto input, read_input_of<s3::op::ListObjectsV2>(call, s3::service()));
  CO_TRY(const ListedNames names, ListedNames::read(input.encoding_type));
  CO_TRY(const std::size_t items_max, read_items_max(input.max_keys, "max-keys"));
  std::string after = input.start_after.value_or("");
  if (input.continuation_token) {
    CO_TRY(after, read_token(*input.continuation_token));
  }
  CO_TRY(const ListPage page, answer_of(call.store.list_objects(call.bucket, {.prefix = input.prefix.value_or(""),
                                                                              .delimiter = input.delimiter.value_or(""),
                                                                              .after = after,
                                                                              .items_max = items_max})));
  s3::ListObjectsV2Output output;
  add_page(output, call, page, names, input.fetch_owner.value_or(false));
  output.prefix = names(input.prefix.value_or(""));
  output.delimiter = names(if_not_empty(input.delimiter));
  output.max_keys = static_cast<std::int32_t>(items_max);
  output.key_count = static_cast<std::int32_t>(page.objects.size() + page.common_prefixes.size());
  output.continuation_token = input.continuation_token;
  output.start_after = names(if_not_empty(input.start_after));
  if (page.is_truncated) output.next_continuation_token = token_of(page.last);
  co_return reply_of(aws::write_output<s3::op::ListObjectsV2>(s3::service(), output, call.id));
}

S3Task list_multipart_uploads(S3Call& call) {
  CO_TRY_OK(bucket_of(call));
  CO_TRY(const auto input, read_input_of<s3::op::ListMultipartUploads>(call, s3::service()));
  CO_TRY(const ListedNames names, ListedNames::read(input.encoding_type));
  CO_TRY(const std::size_t items_max, read_items_max(input.max_uploads, "max-uploads"));
  // Without a key marker the id marker means nothing.
  const bool by_key = input.key_marker && !input.key_marker->empty();
  CO_TRY(const UploadPage page,
         answer_of(call.store.list_uploads(call.bucket, {.prefix = input.prefix.value_or(""),
                                                         .delimiter = input.delimiter.value_or(""),
                                                         .after_key = input.key_marker.value_or(""),
                                                         .after_id = by_key ? input.upload_id_marker.value_or("") : "",
                                                         .items_max = items_max})));
  s3::ListMultipartUploadsOutput output;
  for (const UploadPtr& upload : page.uploads) {
    s3::MultipartUpload item;
    item.upload_id = upload->id;
    item.key = names(upload->key);
    item.initiated = upload->initiated;
    item.storage_class = "STANDARD";
    item.owner = owner_of(call);
    item.initiator = s3::Initiator{.id = call.options.owner_id, .display_name = call.options.owner_name};
    if (upload->checksum_kind) item.checksum_algorithm = name_of(*upload->checksum_kind);
    output.uploads.push_back(std::move(item));
  }
  for (const std::string& prefix : page.common_prefixes) output.common_prefixes.push_back({.prefix = names(prefix)});
  output.bucket = call.bucket;
  output.key_marker = names(input.key_marker.value_or(""));
  output.upload_id_marker = input.upload_id_marker.value_or("");
  output.prefix = names(if_not_empty(input.prefix));
  output.delimiter = names(if_not_empty(input.delimiter));
  output.encoding_type = names.encoding_type();
  output.max_uploads = static_cast<std::int32_t>(items_max);
  output.is_truncated = page.is_truncated;
  if (page.is_truncated) {
    output.next_key_marker = names(page.last_key);
    output.next_upload_id_marker = page.last_id;
  }
  co_return reply_of(aws::write_output<s3::op::ListMultipartUploads>(s3::service(), output, call.id));
}

S3Task list_parts(S3Call& call) {
  CO_TRY_OK(bucket_of(call));
  CO_TRY(const auto input, read_input_of<s3::op::ListParts>(call, s3::service()));
  CO_TRY(const std::size_t items_max, read_items_max(input.max_parts, "max-parts"));
  CO_TRY(const UploadPtr upload, answer_of(call.store.find_upload(call.bucket, call.key, input.upload_id)));
  s3::ListPartsOutput output;
  const std::int32_t marker = input.part_number_marker.value_or(0);
  auto at = upload->parts.upper_bound(marker);
  for (; at != upload->parts.end() && output.parts.size() < items_max; ++at) {
    const Part& part = at->second;
    s3::Part item;
    item.part_number = part.number;
    item.last_modified = part.modified;
    item.etag = quoted(part.etag);
    item.size = static_cast<std::int64_t>(part.size);
    set_checksums(item, part.checksums);
    output.next_part_number_marker = part.number;
    output.parts.push_back(std::move(item));
  }
  output.bucket = call.bucket;
  output.key = call.key;
  output.upload_id = upload->id;
  output.part_number_marker = marker;
  output.max_parts = static_cast<std::int32_t>(items_max);
  output.is_truncated = items_max > 0 && at != upload->parts.end();
  output.initiator = s3::Initiator{.id = call.options.owner_id, .display_name = call.options.owner_name};
  output.owner = owner_of(call);
  output.storage_class = "STANDARD";
  if (upload->checksum_kind) {
    output.checksum_algorithm = name_of(*upload->checksum_kind);
    output.checksum_type = name_of(upload->checksum_type);
  }
  co_return reply_of(aws::write_output<s3::op::ListParts>(s3::service(), output, call.id));
}

}  // namespace gust::bucket
