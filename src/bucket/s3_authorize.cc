#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "access/decision.h"
#include "base/text.h"
#include "bucket/bucket_access.h"
#include "bucket/s3_authorize_internal.h"
#include "bucket/s3_facts_internal.h"
#include "rt/address.h"

namespace gust::bucket {
namespace {

struct Row {
  std::string_view operation, action;
  std::string_view of_version = {};  // where the request names a version
};

// Operations whose action has another name. Those with an empty one ask themselves, for each key (readable_object,
// delete_objects); GetObjectAttributes does too, for reading the object.
constexpr auto rows = std::to_array<Row>({
    {"CompleteMultipartUpload", "PutObject"},
    {"CopyObject", "PutObject"},
    {"CreateMultipartUpload", "PutObject"},
    {"DeleteBucketCors", "PutBucketCORS"},
    {"DeleteBucketEncryption", "PutEncryptionConfiguration"},
    {"DeleteBucketLifecycle", "PutLifecycleConfiguration"},
    {"DeleteBucketOwnershipControls", "PutBucketOwnershipControls"},
    {"DeleteBucketTagging", "PutBucketTagging"},
    {"DeleteObject", "DeleteObject", "DeleteObjectVersion"},
    {"DeleteObjectTagging", "DeleteObjectTagging", "DeleteObjectVersionTagging"},
    {"DeleteObjects", ""},
    {"DeletePublicAccessBlock", "PutBucketPublicAccessBlock"},
    {"GetBucketCors", "GetBucketCORS"},
    {"GetBucketEncryption", "GetEncryptionConfiguration"},
    {"GetBucketLifecycleConfiguration", "GetLifecycleConfiguration"},
    {"GetObject", ""},
    {"GetObjectAcl", "GetObjectAcl", "GetObjectVersionAcl"},
    {"GetObjectAttributes", "GetObjectAttributes", "GetObjectVersionAttributes"},
    {"GetObjectTagging", "GetObjectTagging", "GetObjectVersionTagging"},
    {"GetPublicAccessBlock", "GetBucketPublicAccessBlock"},
    {"HeadBucket", "ListBucket"},
    {"HeadObject", ""},
    {"ListBuckets", "ListAllMyBuckets"},
    {"ListMultipartUploads", "ListBucketMultipartUploads"},
    {"ListObjectVersions", "ListBucketVersions"},
    {"ListObjects", "ListBucket"},
    {"ListObjectsV2", "ListBucket"},
    {"ListParts", "ListMultipartUploadParts"},
    {"PutBucketCors", "PutBucketCORS"},
    {"PutBucketEncryption", "PutEncryptionConfiguration"},
    {"PutBucketLifecycleConfiguration", "PutLifecycleConfiguration"},
    {"PutObjectAcl", "PutObjectAcl", "PutObjectVersionAcl"},
    {"PutObjectTagging", "PutObjectTagging", "PutObjectVersionTagging"},
    {"PutPublicAccessBlock", "PutBucketPublicAccessBlock"},
    {"UploadPart", "PutObject"},
    {"UploadPartCopy", "PutObject"},
});

// Root of the bucket's account can always repair its policy.
bool repairs_policy(std::string_view action) {
  return action == "PutBucketPolicy" || action == "GetBucketPolicy" || action == "DeleteBucketPolicy";
}

std::string resource_of(const std::string& bucket, const std::string& key) {
  if (bucket.empty()) return "arn:aws:s3:::*";
  return fmt::format("arn:aws:s3:::{}{}{}", bucket, key.empty() ? "" : "/", key);
}

// What a list that lets everybody read lets everybody do.
bool is_let_by_acl(const S3Call& call, std::string_view action, const BucketInfo& bucket, const std::string& key,
                   const VersionChoice& version) {
  const bool lists = action == "ListBucket" || action == "ListBucketVersions" || action == "ListBucketMultipartUploads";
  if (lists) return bucket.acl == Acl::public_read;
  if (action != "GetObject" && action != "GetObjectVersion") return false;
  const auto object = call.store.find_version(bucket.name, key, version);
  // Who may list the bucket is told that there is no such key.
  if (!object || (*object)->is_delete_marker) return bucket.acl == Acl::public_read;
  return (*object)->facts.acl == Acl::public_read;
}

void add_tags(const S3Call& call, const std::string& bucket, const std::string& key, const VersionChoice& version,
              access::Context& context) {
  if (!key.empty()) {
    if (const auto object = call.store.find_version(bucket, key, version)) {
      for (const auto& [name, value] : (*object)->facts.tags) context.add("s3:ExistingObjectTag/" + name, value);
    }
  }
  if (const auto tags = read_tagging_header(call)) {
    for (const auto& [name, value] : *tags) {
      context.add("s3:RequestObjectTag/" + name, value);
      context.add("s3:RequestObjectTagKeys", name);
    }
  }
}

std::string_view auth_type_of(aws::SignatureKind kind) {
  switch (kind) {
    case aws::SignatureKind::header:
      return "REST-HEADER";
    case aws::SignatureKind::query:
      return "REST-QUERY-STRING";
    case aws::SignatureKind::form:
      return "POST";
  }
  return "";
}

access::Context context_of(const S3Call& call, const std::string& bucket, const std::string& key,
                           const VersionChoice& version) {
  const std::string peer = rt::address_text(call.exchange.peer());
  access::RequestFacts facts{.source_ip = peer, .is_secure = false, .now = call.now};
  facts.user_agent = call.header("User-Agent").value_or("");
  facts.referer = call.header("Referer").value_or("");
  if (call.verified) facts.region = call.verified->region;
  access::Context context = make_context(call.caller, facts);
  context.add("aws:ResourceAccount", call.options.owner_id).add("s3:ResourceAccount", call.options.owner_id);
  for (const std::string_view item : {"prefix", "delimiter", "max-keys"}) {
    if (const std::string* value = call.item(item)) context.add(fmt::format("s3:{}", item), *value);
  }
  for (const std::string_view header :
       {"x-amz-acl", "x-amz-content-sha256", "x-amz-copy-source", "x-amz-metadata-directive", "x-amz-object-ownership",
        "x-amz-server-side-encryption", "x-amz-storage-class", "x-amz-website-redirect-location", "if-match",
        "if-none-match"}) {
    if (const auto value = call.header(header)) context.add(fmt::format("s3:{}", header), std::string(*value));
  }
  if (version) context.add("s3:VersionId", text_of_version(*version));
  if (call.verified) {
    context.add("s3:authType", std::string(auth_type_of(call.verified->kind)));
    context.add("s3:signatureversion", "AWS4-HMAC-SHA256");
    const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(call.now - call.verified->signed_at);
    context.add("s3:signatureAge", std::to_string(age.count()));
  }
  add_tags(call, bucket, key, version, context);
  return context;
}

}  // namespace

aws::Answer<void> find_caller(S3Call& call) {
  if (!call.verified) return {};
  call.identity = call.directory.find(call.verified->access_key_id);
  if (!call.identity) return std::unexpected(s3_error("InvalidAccessKeyId"));
  call.caller = call.identity->caller;
  if (call.identity->is_edge) {
    TRY(call.caller, access::caller_of_edge(call.wire));
  }
  return {};
}

aws::Answer<void> authorize(S3Call& call, std::string_view action, const std::string& bucket, const std::string& key,
                            const VersionChoice& version) {
  const auto info = bucket.empty() ? std::nullopt : call.store.find_bucket(bucket);
  const BucketAccessRef says = info ? call.accesses.access_of(*info) : nullptr;
  const std::string_view owner = info ? std::string_view(info->owner) : std::string_view(call.options.owner_id);
  const auto* root = std::get_if<access::RootUser>(&call.caller);
  const bool is_owner = root != nullptr && root->account_id == owner;
  const bool is_plain = !says || (!says->policy && !says->is_damaged);
  if (is_owner && (is_plain || repairs_policy(action))) return {};

  const std::string full_action = fmt::format("s3:{}", action);
  const std::string resource = resource_of(bucket, key);
  const access::Context context = context_of(call, bucket, key, version);
  const access::Question question{call.caller, full_action, resource, context};
  access::Grounds grounds;
  if (call.identity) grounds.identity_policies = call.identity->policies;
  grounds.resource_account = owner;
  if (says) {
    grounds.resource_policy = says->policy.get();
    grounds.is_let_by_acl = says->honours_public_acls() && is_let_by_acl(call, action, *info, key, version);
    grounds.is_shut_to_outsiders = says->has_public_policy && says->block.restrict_public_buckets;
  }
  access::Decision decision = access::decide(question, grounds);
  if (says && says->is_damaged && decision.is_let()) decision = {access::Reason::explicit_deny_of_resource};
  if (decision.is_let()) return {};
  call.refusal = access::log_line_of_refusal(question, decision);
  return std::unexpected(s3_error("AccessDenied", access::words_of_refusal(question, decision)));
}

aws::Answer<void> authorize_operation(S3Call& call, std::string_view operation) {
  const auto row = std::ranges::find(rows, operation, &Row::operation);
  std::string_view action = row == rows.end() ? operation : row->action;
  if (!call.bucket.empty() && operation != "CreateBucket") TRY_OK(bucket_of(call));
  if (action.empty()) return {};
  VersionChoice version;
  if (row != rows.end() && !row->of_version.empty() && call.item("versionId") != nullptr) {
    action = row->of_version;
    TRY(version, read_version(call));
  }
  TRY_OK(authorize(call, action, call.bucket, call.key, version));

  const bool makes_object =
      operation == "PutObject" || operation == "CopyObject" || operation == "CreateMultipartUpload";
  const auto acl = call.header("x-amz-acl");
  if (makes_object && acl && *acl != "private") TRY_OK(authorize(call, "PutObjectAcl", call.bucket, call.key));
  if (makes_object && call.header("x-amz-tagging")) TRY_OK(authorize(call, "PutObjectTagging", call.bucket, call.key));
  if (operation == "CreateBucket") {
    if (acl && *acl != "private") TRY_OK(authorize(call, "PutBucketAcl", call.bucket, {}));
    if (call.header("x-amz-object-ownership")) {
      TRY_OK(authorize(call, "PutBucketOwnershipControls", call.bucket, {}));
    }
  }
  return {};
}

aws::Answer<void> authorize_subresource(S3Call& call, std::string_view subject) {
  if (!subject.empty()) {
    const std::string_view verb = call.request().method.is_safe() ? "Get" : "Put";
    return authorize(call, fmt::format("{}{}", verb, subject), call.bucket, call.key);
  }
  // It is refused by its name, to those who have one.
  if (!call.is_anonymous()) return {};
  return std::unexpected(s3_error("AccessDenied"));
}

}  // namespace gust::bucket
