// Facts of objects: from request headers to ObjectFacts, and from objects to response headers.
//
// Source: Amazon S3 API reference, PutObject and GetObject; user guide, "Working with object metadata".
#pragma once

#include <optional>
#include <string_view>

#include "bucket/s3_call_internal.h"

namespace gust::bucket {

// The content headers, x-amz-meta-* and x-amz-acl of a request that makes an object.
//   fails  MetadataTooLarge, InvalidArgument (the ACL), NotImplemented (an ACL that is legal but not kept)
aws::Answer<ObjectFacts> read_facts(const S3Call& call);

// x-amz-acl; private where it is not given. fails: InvalidArgument, NotImplemented
aws::Answer<Acl> read_acl(const S3Call& call);

// If-None-Match and If-Match of a request that makes an object.
//   fails  NotImplemented for If-None-Match other than `*`
aws::Answer<PutCondition> read_put_condition(const S3Call& call);

// x-amz-tagging: tags of an object as a query string.
//   fails  InvalidArgument, InvalidTag, BadRequest (more than 10)
aws::Answer<std::vector<NameAndValue>> read_tagging_header(const S3Call& call);

// `versionId` of the query, or of another place.
//   fails  InvalidArgument for what is not the form of an id
aws::Answer<VersionChoice> read_version(const S3Call& call);
aws::Answer<std::string> read_version_id(std::string_view text);
// As the wire has it: "null" for the null version.
inline std::string text_of_version(std::string_view version_id) {
  return version_id.empty() ? "null" : std::string(version_id);
}
// x-amz-version-id, in buckets that have or had versioning.
void add_version_header(S3Reply& reply, const BucketInfo& bucket, const Object& object);
// The version of the request's key that it asks for, not a delete marker.
//   fails  NoSuchBucket, NoSuchKey (with x-amz-delete-marker where a marker hides it), NoSuchVersion, MethodNotAllowed
//          (the version is a marker), InvalidArgument
aws::Answer<ObjectPtr> find_version_of(S3Call& call);

// The same, if the caller may read it; otherwise AccessDenied.
aws::Answer<ObjectPtr> readable_object(S3Call& call);

// Keeps or, with nothing, removes a document of the request's bucket. gives: the empty answer of that status
//   fails  as BucketStore::set_bucket_document
S3Task keep_document(S3Call& call, std::string_view name, std::optional<std::string> text, int status);

// x-amz-expiration, where a lifecycle rule ends this current version.
void add_expiration_header(S3Call& call, const BucketInfo& bucket, const Object& object, S3Reply& reply);

// The bucket of the request. fails: NoSuchBucket
aws::Answer<BucketInfo> bucket_of(const S3Call& call);

// The operations that remove a document: DeleteBucketCors, DeleteBucketPolicy and their kin.
template <const std::string_view& name>
S3Task delete_document(S3Call& call) {
  CO_TRY_OK(bucket_of(call));
  co_return co_await keep_document(call, name, std::nullopt, 204);
}
// fails: KeyTooLongError, InvalidURI
aws::Answer<std::monostate> check_key(std::string_view key);

// Content headers, metadata, ETag, Last-Modified and Accept-Ranges.
void add_object_headers(S3Reply& reply, const Object& object);
// What an answer to a write repeats: x-amz-server-side-encryption.
void add_kept_headers(S3Reply& reply, const Object& object);
// x-amz-checksum-* and x-amz-checksum-type.
void add_checksum_headers(S3Reply& reply, const std::vector<Checksum>& checksums, bool with_type = true);

// Sets the checksum members of a generated shape.
template <typename Shape>
void set_checksums(Shape& shape, const std::vector<Checksum>& checksums) {
  for (const Checksum& checksum : checksums) {
    switch (checksum.kind) {
      case ChecksumKind::crc32:
        shape.checksum_crc32 = text_of(checksum);
        break;
      case ChecksumKind::crc32c:
        shape.checksum_crc32c = text_of(checksum);
        break;
      case ChecksumKind::crc64nvme:
        shape.checksum_crc64_nvme = text_of(checksum);
        break;
      case ChecksumKind::sha1:
        shape.checksum_sha1 = text_of(checksum);
        break;
      case ChecksumKind::sha256:
        shape.checksum_sha256 = text_of(checksum);
        break;
    }
    if constexpr (requires { shape.checksum_type; }) shape.checksum_type = name_of(checksum.type);
  }
}

}  // namespace gust::bucket
