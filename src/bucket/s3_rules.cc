#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "bucket/s3_rules_internal.h"

namespace gust::bucket {
namespace {

using Names = std::initializer_list<std::string_view>;

bool starts_with_any(std::string_view name, const Names& prefixes) {
  return std::ranges::any_of(prefixes, [&](std::string_view prefix) { return starts_with_fold(name, prefix); });
}
bool is_any(std::string_view name, const Names& names) {
  return std::ranges::any_of(names, [&](std::string_view other) { return equal_fold(name, other); });
}

// How a sub-resource that is never configured is answered.
struct SubResource {
  std::string_view name;
  std::string_view subject;  // of its actions
  bool of_bucket, of_object;
  int status;             // of reading it
  std::string_view code;  // of the error; empty: `text` is the document's root and content
  std::string_view text;  // the error's sentence, or "ROOT content"
  bool can_delete;        // deleting what is not there is 204
};

constexpr auto sub_resources = std::to_array<SubResource>({
    {"accelerate", "AccelerateConfiguration", true, false, 200, "", "AccelerateConfiguration ", false},
    {"analytics", "AnalyticsConfiguration", true, false, 404, "NoSuchConfiguration",
     "The specified configuration does not exist.", false},
    {"intelligent-tiering", "IntelligentTieringConfiguration", true, false, 404, "NoSuchConfiguration",
     "The specified configuration does not exist.", false},
    {"inventory", "InventoryConfiguration", true, false, 404, "NoSuchConfiguration",
     "The specified configuration does not exist.", false},
    {"legal-hold", "ObjectLegalHold", false, true, 404, "NoSuchObjectLockConfiguration",
     "The specified object does not have a ObjectLock configuration", false},
    {"logging", "BucketLogging", true, false, 200, "", "BucketLoggingStatus ", false},
    {"metrics", "MetricsConfiguration", true, false, 404, "NoSuchConfiguration",
     "The specified configuration does not exist.", false},
    {"notification", "BucketNotification", true, false, 200, "", "NotificationConfiguration ", false},
    {"object-lock", "BucketObjectLockConfiguration", true, false, 404, "ObjectLockConfigurationNotFoundError",
     "Object Lock configuration does not exist for this bucket", false},
    {"replication", "ReplicationConfiguration", true, false, 404, "ReplicationConfigurationNotFoundError",
     "The replication configuration was not found", true},
    {"requestPayment", "BucketRequestPayment", true, false, 200, "",
     "RequestPaymentConfiguration <Payer>BucketOwner</Payer>", false},
    {"retention", "ObjectRetention", false, true, 404, "NoSuchObjectLockConfiguration",
     "The specified object does not have a ObjectLock configuration", false},
});

// Names of the S3 API that mean another operation than that of the plain request, none of them ours.
constexpr auto other_operations = std::to_array<std::string_view>(
    {"abac", "append", "metadataConfiguration", "metadataInventoryTable", "metadataJournalTable", "metadataTable",
     "renameObject", "restore", "select", "select-type", "session", "torrent"});

// Names that some operation of ours reads.
bool is_known_item(std::string_view name) {
  return is_any(name, {"acl",
                       "attributes",
                       "bucket-region",
                       "continuation-token",
                       "cors",
                       "delete",
                       "delimiter",
                       "encoding-type",
                       "encryption",
                       "fetch-owner",
                       "key-marker",
                       "lifecycle",
                       "list-type",
                       "location",
                       "marker",
                       "max-buckets",
                       "max-keys",
                       "max-parts",
                       "max-uploads",
                       "ownershipControls",
                       "partNumber",
                       "part-number-marker",
                       "policy",
                       "policyStatus",
                       "prefix",
                       "publicAccessBlock",
                       "start-after",
                       "tagging",
                       "uploadId",
                       "uploads",
                       "upload-id-marker",
                       "versionId",
                       "versioning",
                       "versions",
                       "version-id-marker",
                       "website",
                       "x-id",
                       "response-cache-control",
                       "response-content-disposition",
                       "response-content-encoding",
                       "response-content-language",
                       "response-content-type",
                       "response-expires"}) ||
         starts_with_fold(name, "X-Amz-");
}

S3Reply document_of(std::string_view text) {
  const Cut parts = cut(text, ' ');
  S3Reply reply;
  reply.add("Content-Type", "application/xml");
  reply.body = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{0} xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{1}</{0}>",
      parts.before, parts.after);
  return reply;
}

S3Answer answer_of(const S3Call& call, const SubResource& found) {
  if (!call.store.find_bucket(call.bucket)) {
    return std::unexpected(with_detail(s3_error("NoSuchBucket"), "BucketName", call.bucket));
  }
  if (!call.key.empty()) {
    if (const auto object = call.store.find_object(call.bucket, call.key); !object) {
      return std::unexpected(with_detail(s3_error_of(object.error()), "Key", call.key));
    }
  }
  const http::Method method = call.request().method;
  if (method == http::Method::delete_ && found.can_delete) return empty_reply(204);
  if (method != http::Method::get)
    return std::unexpected(not_implemented(fmt::format("The sub-resource {}", found.name)));
  if (found.code.empty()) return document_of(found.text);
  aws::ServiceError error{std::string(found.code), found.status, std::string(found.text), {}};
  return std::unexpected(with_detail(std::move(error), "BucketName", call.bucket));
}

bool changes_meaning(std::string_view name) {
  if (equal_fold(name, "x-amz-server-side-encryption")) return false;  // its value decides
  return starts_with_any(name, {"x-amz-server-side-encryption", "x-amz-copy-source-server-side-encryption",
                                "x-amz-object-lock-", "x-amz-grant-"}) ||
         is_any(name,
                {"x-amz-mfa", "x-amz-write-offset-bytes", "x-amz-if-match-last-modified-time", "x-amz-if-match-size"});
}

// Headers that operations of ours read, that signatures use, or that ask for nothing.
bool is_known_amz_header(std::string_view name) {
  return starts_with_any(name, {"x-amz-meta-", "x-amz-cf-"}) ||
         is_any(name, {"x-amz-acl",
                       "x-amz-checksum-algorithm",
                       "x-amz-checksum-crc32",
                       "x-amz-checksum-crc32c",
                       "x-amz-checksum-crc64nvme",
                       "x-amz-checksum-mode",
                       "x-amz-checksum-sha1",
                       "x-amz-checksum-sha256",
                       "x-amz-checksum-type",
                       "x-amz-content-sha256",
                       "x-amz-copy-source",
                       "x-amz-copy-source-if-match",
                       "x-amz-copy-source-if-modified-since",
                       "x-amz-copy-source-if-none-match",
                       "x-amz-copy-source-if-unmodified-since",
                       "x-amz-copy-source-range",
                       "x-amz-date",
                       "x-amz-decoded-content-length",
                       "x-amz-expected-bucket-owner",
                       "x-amz-max-parts",
                       "x-amz-metadata-directive",
                       "x-amz-mp-object-size",
                       "x-amz-object-attributes",
                       "x-amz-part-number-marker",
                       "x-amz-request-payer",
                       "x-amz-sdk-checksum-algorithm",
                       "x-amz-security-token",
                       "x-amz-source-account",
                       "x-amz-source-arn",
                       "x-amz-source-expected-bucket-owner",
                       "x-amz-tagging",
                       "x-amz-tagging-directive",
                       "x-amz-trailer",
                       "x-amz-server-side-encryption",
                       "x-amz-transition-default-minimum-object-size",
                       "x-amz-user-agent",
                       "x-amz-website-redirect-location"});
}

// A header that is kept with some values only; `known` says whether it is one of those.
std::optional<aws::ServiceError> refusal_of_value(const S3Call& call, const aws::HeaderView& field, bool& known) {
  const auto refused = [&] { return not_implemented(fmt::format("The header {}: {}", field.name, field.value)); };
  known = true;
  if (equal_fold(field.name, "x-amz-storage-class")) {
    if (field.value == "STANDARD") return std::nullopt;
    if (is_any(field.value, {"REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER",
                             "GLACIER_IR", "DEEP_ARCHIVE", "OUTPOSTS", "EXPRESS_ONEZONE", "SNOW"})) {
      return refused();
    }
    return s3_error("InvalidStorageClass");
  }
  if (equal_fold(field.name, "x-amz-object-ownership")) {
    // Whoever owns the bucket owns its objects, so the first two cannot be told apart.
    const bool is_known = is_any(field.value, {"ObjectWriter", "BucketOwnerPreferred", ownership_enforced});
    return is_known ? std::nullopt : std::optional(s3_error("InvalidArgument"));
  }
  if (is_any(field.name, {"x-amz-bucket-object-lock-enabled", "x-amz-bypass-governance-retention"})) {
    return equal_fold(field.value, "false") ? std::nullopt : std::optional(refused());
  }
  if (is_any(field.name, {"x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"})) {
    return field.value == call.options.owner_id ? std::nullopt : std::optional(s3_error("AccessDenied"));
  }
  known = false;
  return std::nullopt;
}

}  // namespace

std::optional<aws::ServiceError> refusal_of_headers(const S3Call& call) {
  for (const aws::HeaderView& field : call.wire.headers) {
    if (!starts_with_fold(field.name, "x-amz-")) continue;
    bool known = false;
    if (auto refused = refusal_of_value(call, field, known)) return refused;
    const bool is_foreign = !known && !is_known_amz_header(field.name) && !call.request().method.is_safe();
    if (is_foreign || changes_meaning(field.name)) return not_implemented(fmt::format("The header {}", field.name));
  }
  return std::nullopt;
}

std::optional<SubResourceAnswer> answer_of_subresource(const S3Call& call) {
  const auto refused = [](aws::ServiceError error) {
    return SubResourceAnswer{.subject = {}, .answer = std::unexpected(std::move(error))};
  };
  if (call.bucket.empty()) return std::nullopt;
  const bool of_object = !call.key.empty();
  for (const aws::QueryItem& item : call.query) {
    const auto found = std::ranges::find_if(sub_resources, [&](const SubResource& row) {
      return row.name == item.name && (of_object ? row.of_object : row.of_bucket);
    });
    if (found != sub_resources.end()) {
      return SubResourceAnswer{.subject = found->subject, .answer = answer_of(call, *found)};
    }
    // Without its header the request would be taken for one for the object.
    if (item.name == "attributes" && of_object && !call.header("x-amz-object-attributes")) {
      return refused(with_detail(s3_error("InvalidArgument", "Missing required header for this request."),
                                 "ArgumentName", "x-amz-object-attributes"));
    }
    if (std::ranges::find(other_operations, item.name) != other_operations.end()) {
      return refused(not_implemented(fmt::format("The sub-resource {}", item.name)));
    }
    // S3 ignores what it does not know when an object is read; so a query that only tells caches apart does no harm.
    const bool reads_object = of_object && call.request().method.is_safe();
    if (!reads_object && !is_known_item(item.name)) {
      return refused(not_implemented(fmt::format("The query parameter {}", item.name)));
    }
  }
  return std::nullopt;
}

}  // namespace gust::bucket
