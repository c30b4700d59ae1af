// Object: what a bucket store keeps, as plain data: buckets, objects, parts and uploads.
//
// Source: Amazon S3 API reference and user guide ("Object overview", "Multipart upload", "Canned ACL").
// Shape:  immutable once published; shared by the index and every reader.
// Units:  sizes in bytes, times in whole seconds of wall time, ETags without their quotes.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "bucket/checksum.h"

namespace gust::bucket {

class Body;

// The canned access control lists that are kept. Whoever owns the bucket owns all of its objects.
enum class Acl : std::uint8_t { private_, public_read };
std::string_view name_of(Acl acl);  // "private", "public-read"

// Whether versions of a key are kept: never before it was enabled; a suspended one keeps those that are there.
enum class Versioning : std::uint8_t { never, enabled, suspended };
std::string_view name_of(Versioning versioning);  // "", "Enabled", "Suspended"

// What is configured of a bucket, by name ("cors", "policy"), each in the form of whoever wrote it.
using BucketDocuments = std::map<std::string, std::string, std::less<>>;

struct BucketInfo {
  std::string name;
  std::string region;
  std::string owner;  // an account id, opaque here
  Acl acl = Acl::private_;
  WallTime created{};
  Versioning versioning = Versioning::never;
  std::shared_ptr<const BucketDocuments> documents = {};  // null for none

  // The document of that name, or null.
  const std::string* document(std::string_view document_name) const {
    if (!documents) return nullptr;
    const auto found = documents->find(document_name);
    return found == documents->end() ? nullptr : &found->second;
  }
};

struct NameAndValue {
  std::string name;  // lower case, but for tags
  std::string value;
  friend bool operator==(const NameAndValue&, const NameAndValue&) = default;
};

// What its sender says about an object; the store keeps it as it came.
struct ObjectFacts {
  std::vector<NameAndValue> headers;    // content-type, cache-control, content-disposition, ...; never two of a name
  std::vector<NameAndValue> metadata;   // x-amz-meta-*, names without that prefix
  std::vector<NameAndValue> tags = {};  // in the order given
  Acl acl = Acl::private_;
};

// A stretch of an object's bytes: a body file, or a part of a multipart upload.
struct Piece {
  std::shared_ptr<Body> body;
  ByteCount size = 0;
  int part_number = 0;  // 0 for an object that was put whole
  std::vector<Checksum> checksums;
};

// One version of what lies under a key.
struct Object {
  std::string key;
  std::string version_id = {};  // 32 hexadecimal digits; empty for the null version
  std::uint64_t order = 0;      // among the versions of its key; the greatest is the newest
  bool is_delete_marker = false;
  ByteCount size = 0;
  std::string etag;  // hex MD5, or "<hex MD5 of the parts' MD5s>-<parts>"
  WallTime modified{};
  ObjectFacts facts;
  std::vector<Checksum> checksums;
  std::string upload_id;      // of the multipart upload that made it, or empty
  std::vector<Piece> pieces;  // in order; none for an object without bytes
};
using ObjectPtr = std::shared_ptr<const Object>;

struct Part {
  int number = 0;  // 1 to 10,000
  ByteCount size = 0;
  std::string etag;  // hex MD5
  WallTime modified{};
  std::vector<Checksum> checksums;
  std::shared_ptr<Body> body;
};

struct Upload {
  std::string key;
  std::string id;
  WallTime initiated{};
  ObjectFacts facts;
  std::optional<ChecksumKind> checksum_kind;  // as announced; parts must carry it
  ChecksumType checksum_type = ChecksumType::composite;
  std::map<int, Part> parts;  // by number
};
using UploadPtr = std::shared_ptr<const Upload>;

}  // namespace gust::bucket
