#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/date.h"
#include "base/text.h"
#include "bucket/body_folder_internal.h"
#include "bucket/names.h"
#include "bucket/s3_facts_internal.h"
#include "bucket/website.h"

namespace gust::bucket {
namespace {

constexpr std::size_t metadata_bytes_max = 2048;
constexpr std::string_view metadata_prefix = "x-amz-meta-";
constexpr std::array<std::string_view, 6> content_headers{"cache-control",    "content-disposition", "content-encoding",
                                                          "content-language", "content-type",        "expires"};
constexpr std::string_view redirect_header = "x-amz-website-redirect-location";
constexpr std::string_view encryption_header = "x-amz-server-side-encryption";

// The field as it is spelt in answers.
std::string_view spelling_of(std::string_view lower_case) {
  if (lower_case == "cache-control") return "Cache-Control";
  if (lower_case == "content-disposition") return "Content-Disposition";
  if (lower_case == "content-encoding") return "Content-Encoding";
  if (lower_case == "content-language") return "Content-Language";
  if (lower_case == "content-type") return "Content-Type";
  if (lower_case == "expires") return "Expires";
  return lower_case;
}

// All lines of a field together; nothing where there is none.
std::optional<std::string> combined(const S3Call& call, std::string_view name) {
  std::optional<std::string> value;
  for (const aws::HeaderView& field : call.wire.headers) {
    if (!equal_fold(field.name, name)) continue;
    value = value ? *value + ", " + std::string(field.value) : std::string(field.value);
  }
  return value;
}

// Without `aws-chunked`, which is of the transfer and not of the object.
std::string kept_encodings(std::string_view value) {
  std::string kept;
  for (const std::string_view coding : split(value, ',')) {
    if (equal_fold(trim(coding), "aws-chunked") || trim(coding).empty()) continue;
    if (!kept.empty()) kept += ",";
    kept += trim(coding);
  }
  return kept;
}

aws::Answer<std::vector<NameAndValue>> read_metadata(const S3Call& call) {
  std::vector<NameAndValue> metadata;
  for (const aws::HeaderView& field : call.wire.headers) {
    if (!starts_with_fold(field.name, metadata_prefix)) continue;
    std::string name = to_lower(field.name.substr(metadata_prefix.size()));
    const auto same = std::ranges::find(metadata, name, &NameAndValue::name);
    if (same == metadata.end()) {
      metadata.push_back({std::move(name), std::string(trim(field.value))});
    } else {
      same->value += "," + std::string(trim(field.value));
    }
  }
  std::size_t bytes = 0;
  for (const auto& [name, value] : metadata) bytes += name.size() + value.size();
  if (bytes <= metadata_bytes_max) return metadata;
  aws::ServiceError error = s3_error("MetadataTooLarge");
  error.details = {{"Size", std::to_string(bytes)}, {"MaxSizeAllowed", std::to_string(metadata_bytes_max)}};
  return std::unexpected(std::move(error));
}

// Of the service's own keys there is nothing to choose; others are not here.
aws::Answer<std::monostate> check_encryption(std::string_view algorithm) {
  if (algorithm == "AES256") return {};
  if (algorithm == "aws:kms" || algorithm == "aws:kms:dsse" || algorithm == "aws:fsx") {
    return std::unexpected(not_implemented(fmt::format("The header {}: {}", encryption_header, algorithm)));
  }
  aws::ServiceError error = s3_error("InvalidArgument", "The encryption method specified is not supported");
  error.details = {{"ArgumentName", std::string(encryption_header)}, {"ArgumentValue", std::string(algorithm)}};
  return std::unexpected(std::move(error));
}

}  // namespace

namespace {

// What the bucket says about a list that a request brings with it.
aws::Answer<void> check_acl_allowed(const S3Call& call, Acl acl) {
  const auto bucket = call.store.find_bucket(call.bucket);
  if (!bucket) return {};
  const BucketAccessRef says = call.accesses.access_of(*bucket);
  if (!says->has_acls) return std::unexpected(s3_error("AccessControlListNotSupported"));
  if (acl != Acl::public_read || !says->block.block_public_acls) return {};
  return std::unexpected(
      s3_error("AccessDenied",
               "public ACLs are prevented by the BlockPublicAcls setting in S3 Block Public Access of this bucket."));
}

}  // namespace

aws::Answer<Acl> read_acl(const S3Call& call) {
  const auto value = call.header("x-amz-acl");
  if (value && *value != "bucket-owner-full-control") {
    TRY_OK(check_acl_allowed(call, *value == "public-read" ? Acl::public_read : Acl::private_));
  }
  if (!value || *value == "private") return Acl::private_;
  if (*value == "public-read") return Acl::public_read;
  // There is one owner, so these two grant nothing that the owner has not.
  if (!call.key.empty() && (*value == "bucket-owner-full-control" || *value == "bucket-owner-read")) {
    return Acl::private_;
  }
  for (const std::string_view other :
       {"public-read-write", "authenticated-read", "aws-exec-read", "log-delivery-write"}) {
    if (*value == other) return std::unexpected(not_implemented(fmt::format("The canned ACL {}", other)));
  }
  aws::ServiceError error = s3_error("InvalidArgument", "The canned ACL is not valid.");
  error.details = {{"ArgumentName", "x-amz-acl"}, {"ArgumentValue", std::string(*value)}};
  return std::unexpected(std::move(error));
}

aws::Answer<ObjectFacts> read_facts(const S3Call& call) {
  ObjectFacts facts;
  TRY(facts.acl, read_acl(call));
  TRY(facts.metadata, read_metadata(call));
  TRY(facts.tags, read_tagging_header(call));
  for (const std::string_view name : content_headers) {
    auto value = combined(call, name);
    if (name == "content-encoding" && value) value = kept_encodings(*value);
    if (name == "content-type" && (!value || value->empty())) value = "binary/octet-stream";
    if (value && !value->empty()) facts.headers.push_back({std::string(name), *std::move(value)});
  }
  if (const auto location = call.header(redirect_header)) {
    TRY_OK(check_redirect_location(*location));
    facts.headers.push_back({std::string(redirect_header), std::string(*location)});
  }
  if (const auto algorithm = call.header(encryption_header)) {
    TRY_OK(check_encryption(*algorithm));
    facts.headers.push_back({std::string(encryption_header), std::string(*algorithm)});
  }
  return facts;
}

aws::Answer<PutCondition> read_put_condition(const S3Call& call) {
  PutCondition condition;
  if (const auto value = call.header("If-None-Match")) {
    if (*value != "*") return std::unexpected(not_implemented("The header If-None-Match with a value other than *"));
    condition.only_if_absent = true;
  }
  if (const auto value = call.header("If-Match")) {
    if (*value == "*") return std::unexpected(not_implemented("The header If-Match with the value *"));
    condition.only_if_etag = std::string(unquoted(*value));
  }
  return condition;
}

aws::Answer<std::string> read_version_id(std::string_view text) {
  if (text == "null") return "";
  if (is_id(text)) return std::string(text);
  aws::ServiceError error = s3_error(
      "InvalidArgument", text.empty() ? "Version id cannot be the empty string" : "Invalid version id specified");
  error.details = {{"ArgumentName", "versionId"}, {"ArgumentValue", std::string(text)}};
  return std::unexpected(std::move(error));
}

aws::Answer<VersionChoice> read_version(const S3Call& call) {
  const std::string* text = call.item("versionId");
  if (text == nullptr) return std::nullopt;
  TRY(std::string id, read_version_id(*text));
  return id;
}

void add_version_header(S3Reply& reply, const BucketInfo& bucket, const Object& object) {
  if (bucket.versioning != Versioning::never) reply.add("x-amz-version-id", text_of_version(object.version_id));
}

aws::Answer<ObjectPtr> find_version_of(S3Call& call) {
  TRY(const VersionChoice version, read_version(call));
  const auto found = call.store.find_version(call.bucket, call.key, version);
  if (!found) {
    aws::ServiceError error = with_detail(s3_error_of(found.error()), "Key", call.key);
    if (version) error = with_detail(std::move(error), "VersionId", text_of_version(*version));
    return std::unexpected(std::move(error));
  }
  if (!(*found)->is_delete_marker) return *found;
  call.always.emplace_back("x-amz-delete-marker", "true");
  call.always.emplace_back("x-amz-version-id", text_of_version((*found)->version_id));
  if (!version) return std::unexpected(with_detail(s3_error("NoSuchKey"), "Key", call.key));
  call.always.emplace_back("Allow", "DELETE");
  call.always.emplace_back("Last-Modified", http_date_of((*found)->modified));
  aws::ServiceError error = s3_error("MethodNotAllowed");
  error.details = {{"Method", std::string(call.wire.method)}, {"ResourceType", "DeleteMarker"}};
  return std::unexpected(std::move(error));
}

S3Task keep_document(S3Call& call, std::string_view name, std::optional<std::string> text, int status) {
  CO_TRY_OK(answer_of(co_await call.store.set_bucket_document(call.bucket, std::string(name), std::move(text))));
  co_return empty_reply(status);
}

aws::Answer<BucketInfo> bucket_of(const S3Call& call) {
  if (auto bucket = call.store.find_bucket(call.bucket)) return *std::move(bucket);
  return std::unexpected(with_detail(s3_error("NoSuchBucket"), "BucketName", call.bucket));
}

aws::Answer<std::monostate> check_key(std::string_view key) {
  switch (trouble_of_key(key)) {
    case KeyTrouble::none:
      return {};
    case KeyTrouble::too_long: {
      aws::ServiceError error = s3_error("KeyTooLongError");
      error.details = {{"Size", std::to_string(key.size())}, {"MaxSizeAllowed", std::to_string(key_bytes_max)}};
      return std::unexpected(std::move(error));
    }
    case KeyTrouble::empty:
    case KeyTrouble::not_utf8:
    case KeyTrouble::has_nul:
      break;
  }
  return std::unexpected(s3_error("InvalidURI", "The object key must be UTF-8 text without the character NUL."));
}

void add_object_headers(S3Reply& reply, const Object& object) {
  reply.add("Last-Modified", http_date_of(object.modified));
  reply.add("ETag", quoted(object.etag));
  reply.add("Accept-Ranges", "bytes");
  for (const auto& [name, value] : object.facts.headers) reply.add(spelling_of(name), value);
  for (const auto& [name, value] : object.facts.metadata) reply.add(std::string(metadata_prefix) + name, value);
  if (!object.facts.tags.empty()) reply.add("x-amz-tagging-count", std::to_string(object.facts.tags.size()));
}

void add_kept_headers(S3Reply& reply, const Object& object) {
  for (const auto& [name, value] : object.facts.headers) {
    if (name == encryption_header) reply.add(name, value);
  }
}

void add_checksum_headers(S3Reply& reply, const std::vector<Checksum>& checksums, bool with_type) {
  for (const Checksum& checksum : checksums) {
    reply.add(header_of(checksum.kind), text_of(checksum));
    if (with_type && &checksum == checksums.data()) reply.add("x-amz-checksum-type", name_of(checksum.type));
  }
}

}  // namespace gust::bucket
