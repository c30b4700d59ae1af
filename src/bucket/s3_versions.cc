// GetBucketVersioning, PutBucketVersioning and ListObjectVersions.
#include <charconv>

#include "aws/gen/s3.h"
#include "bucket/s3_call_internal.h"
#include "bucket/s3_facts_internal.h"
#include "bucket/s3_listing_internal.h"
#include "bucket/s3_payload_internal.h"

namespace gust::bucket {
namespace {

namespace s3 = aws::s3;

std::uint64_t order_of_version(std::string_view id) {
  std::uint64_t order = 0;
  std::from_chars(id.data(), id.data() + 8, order, 16);
  return order;
}

// Where the page begins. An id of ours begins with its version's order, so it marks a place even when that version is
// gone by now; that of a null version is looked up.
aws::Answer<VersionQuery> read_place(const S3Call& call, const s3::ListObjectVersionsRequest& input) {
  VersionQuery query{.prefix = input.prefix.value_or(""),
                     .delimiter = input.delimiter.value_or(""),
                     .after_key = input.key_marker.value_or(""),
                     .after_order = std::nullopt};
  if (!input.version_id_marker || input.version_id_marker->empty()) return query;
  if (query.after_key.empty()) {
    return std::unexpected(
        with_detail(s3_error("InvalidArgument", "A version-id marker cannot be specified without a key marker."),
                    "ArgumentName", "version-id-marker"));
  }
  TRY(const std::string id, read_version_id(*input.version_id_marker));
  if (!id.empty()) {
    query.after_order = order_of_version(id);
  } else if (const auto null_version = call.store.find_version(call.bucket, query.after_key, id)) {
    query.after_order = (*null_version)->order;
  }
  return query;
}

}  // namespace

S3Task get_bucket_versioning(S3Call& call) {
  CO_TRY(const BucketInfo bucket, bucket_of(call));
  s3::GetBucketVersioningOutput output;
  if (bucket.versioning != Versioning::never) output.status = name_of(bucket.versioning);
  co_return reply_of(aws::write_output<s3::op::GetBucketVersioning>(s3::service(), output, call.id));
}

S3Task put_bucket_versioning(S3Call& call) {
  CO_TRY_OK(bucket_of(call));
  CO_TRY(const std::string document, co_await read_document(call));
  CO_TRY(const auto input, read_input_of<s3::op::PutBucketVersioning>(call, s3::service(), document));
  const s3::VersioningConfiguration& asked = input.versioning_configuration;
  if (asked.mfa_delete && *asked.mfa_delete != "Disabled") {
    co_return std::unexpected(not_implemented("MfaDelete in a VersioningConfiguration"));
  }
  if (!asked.status) co_return std::unexpected(s3_error("IllegalVersioningConfigurationException"));
  const Versioning versioning =
      *asked.status == name_of(Versioning::enabled) ? Versioning::enabled : Versioning::suspended;
  CO_TRY_OK(answer_of(co_await call.store.set_versioning(call.bucket, versioning)));
  co_return S3Reply();
}

S3Task list_object_versions(S3Call& call) {
  CO_TRY_OK(bucket_of(call));
  CO_TRY(const auto input, read_input_of<s3::op::ListObjectVersions>(call, s3::service()));
  CO_TRY(const ListedNames names, ListedNames::read(input.encoding_type));
  CO_TRY(const std::size_t items_max, read_items_max(input.max_keys, "max-keys"));
  CO_TRY(VersionQuery query, read_place(call, input));
  query.items_max = items_max;
  CO_TRY(const VersionPage page, answer_of(call.store.list_versions(call.bucket, query)));

  s3::ListObjectVersionsOutput output;
  for (const VersionPage::Item& item : page.items) {
    const Object& version = *item.version;
    if (version.is_delete_marker) {
      s3::DeleteMarkerEntry marker;
      marker.owner = owner_of(call);
      marker.key = names(version.key);
      marker.version_id = text_of_version(version.version_id);
      marker.is_latest = item.is_newest;
      marker.last_modified = version.modified;
      output.delete_markers.push_back(std::move(marker));
      continue;
    }
    s3::ObjectVersion entry;
    entry.owner = owner_of(call);
    entry.key = names(version.key);
    entry.version_id = text_of_version(version.version_id);
    entry.is_latest = item.is_newest;
    entry.last_modified = version.modified;
    entry.etag = quoted(version.etag);
    entry.size = static_cast<std::int64_t>(version.size);
    entry.storage_class = "STANDARD";
    for (const Checksum& checksum : version.checksums) {
      entry.checksum_algorithm.emplace_back(name_of(checksum.kind));
      entry.checksum_type = name_of(checksum.type);
    }
    output.versions.push_back(std::move(entry));
  }
  for (const std::string& prefix : page.common_prefixes) output.common_prefixes.push_back({.prefix = names(prefix)});
  output.name = call.bucket;
  output.prefix = names(input.prefix.value_or(""));
  output.key_marker = names(input.key_marker.value_or(""));
  output.version_id_marker = input.version_id_marker.value_or("");
  output.delimiter = names(if_not_empty(input.delimiter));
  output.max_keys = static_cast<std::int32_t>(items_max);
  output.encoding_type = names.encoding_type();
  output.is_truncated = page.is_truncated;
  if (page.is_truncated) {
    output.next_key_marker = names(page.last_key);
    if (page.last_version) output.next_version_id_marker = text_of_version(page.last_version->version_id);
  }
  co_return reply_of(aws::write_output<s3::op::ListObjectVersions>(s3::service(), output, call.id));
}

}  // namespace gust::bucket
