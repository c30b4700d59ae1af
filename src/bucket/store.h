// BucketStore: buckets and objects in a folder of the file system, atomic and durable; the front door of bucket/.
//
// Source: Amazon S3 API reference for what each operation promises; DESIGN.md ("bucket"), SECURITY.md ("bucket paths").
// Shape:  a key is data: its record lies under the SHA-256 of the key, its bytes under a generated id.
//             FOLDER/format                              which layout this is
//             FOLDER/buckets/<bucket>/bucket             the bucket's record
//             FOLDER/buckets/<bucket>/objects/<hh>/<sha256 of key>    the record of an object, its null version
//             FOLDER/buckets/<bucket>/objects/<hh>/<sha256 of key>.<version id>    of any other version
//             FOLDER/buckets/<bucket>/uploads/<id>/      `upload`, and a record for each part
//             FOLDER/bodies/<hh>/<id>                    bytes, written once
//         The records are also in memory, in key order: looking up and listing touch no file.
//         Each change of versions (a put, a delete marker, the end of a version) is one record that comes or goes;
//         which version is the newest stands in the records themselves. Nothing has to be moved or counted.
// Safety: a change is: bytes written and synced, record written beside its place and synced, renamed over the old one,
//         folder synced, then answered. A crash at any point leaves the old or the new object, whole.
// Cores:  all may call. Look-ups are plain functions behind a lock held for microseconds; bodies are written and read
//         with the files of the calling core; what changes records runs on the home core (the one that opened the
//         store), changes of one key one after the other. Open and close on the home core.
// Errors: an Error of side viewer has the S3 error code as its text (see refusal below); one of side own is a failure
//         of the disk.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "bucket/body.h"
#include "bucket/listing.h"
#include "bucket/object.h"
#include "rt/task.h"

namespace gust::bucket {

struct StoreOptions {
  ByteCount part_bytes_min = 5_MiB;  // of every part but the last
  std::size_t buckets_max = 1000;
  std::size_t uploads_max = 10'000;  // unfinished, of one bucket
};

// What a start found.
struct StartReport {
  std::size_t buckets = 0;
  std::size_t objects = 0;  // versions and markers too
  std::size_t uploads = 0;
  std::size_t remnants_removed = 0;  // of work that a crash cut off
  std::size_t records_corrupt = 0;   // left where they are; no body is removed while there are any
};

// The refusals a caller meets; the text is the S3 error code.
namespace refusal {
inline constexpr Error no_such_bucket{Errc::not_found, Side::viewer, Retry::never, "NoSuchBucket"};
inline constexpr Error no_such_key{Errc::not_found, Side::viewer, Retry::never, "NoSuchKey"};
inline constexpr Error no_such_version{Errc::not_found, Side::viewer, Retry::never, "NoSuchVersion"};
inline constexpr Error is_delete_marker{Errc::conflict, Side::viewer, Retry::never, "MethodNotAllowed"};
inline constexpr Error no_such_upload{Errc::not_found, Side::viewer, Retry::never, "NoSuchUpload"};
inline constexpr Error bucket_exists{Errc::exists, Side::viewer, Retry::never, "BucketAlreadyExists"};
inline constexpr Error bucket_is_yours{Errc::exists, Side::viewer, Retry::never, "BucketAlreadyOwnedByYou"};
inline constexpr Error bucket_not_empty{Errc::conflict, Side::viewer, Retry::never, "BucketNotEmpty"};
inline constexpr Error too_many_buckets{Errc::would_exceed_limit, Side::viewer, Retry::never, "TooManyBuckets"};
inline constexpr Error too_many_uploads{Errc::would_exceed_limit, Side::viewer, Retry::never, "SlowDown"};
inline constexpr Error bad_bucket_name{Errc::bad_value, Side::viewer, Retry::never, "InvalidBucketName"};
inline constexpr Error precondition_failed{Errc::conflict, Side::viewer, Retry::never, "PreconditionFailed"};
inline constexpr Error bad_digest{Errc::bad_value, Side::viewer, Retry::never, "BadDigest"};
inline constexpr Error bad_size{Errc::bad_value, Side::viewer, Retry::never, "InvalidRequest"};
inline constexpr Error bad_part{Errc::bad_value, Side::viewer, Retry::never, "InvalidPart"};
inline constexpr Error bad_part_order{Errc::bad_value, Side::viewer, Retry::never, "InvalidPartOrder"};
inline constexpr Error part_too_small{Errc::bad_value, Side::viewer, Retry::never, "EntityTooSmall"};
inline constexpr Error bad_argument{Errc::bad_value, Side::viewer, Retry::never, "InvalidArgument"};
}  // namespace refusal

// What must hold, in the moment of publishing, for a put or a complete to take place.
struct PutCondition {
  bool only_if_absent = false;              // If-None-Match: *
  std::optional<std::string> only_if_etag;  // If-Match, without quotes; no_such_key where there is no object
  // Of the object that is to be published:
  std::vector<Checksum> only_if_checksums = {};  // values only; bad_digest
  std::optional<ByteCount> only_if_size = {};    // bad_size
};

// Which version of a key: the newest, or that of an id ("" for the null version).
using VersionChoice = std::optional<std::string>;

// What must hold in the moment of deleting.
struct DeleteCondition {
  std::optional<std::string> only_if_etag = {};  // If-Match, without quotes; `*` for any; no_such_key for nothing
  ObjectPtr only_if_still = {};                  // it is exactly this version, unchanged; null: whatever it is
};

// What a delete did. Of a bucket that never had versioning both are empty.
struct Deleted {
  bool is_marker = false;    // a marker was set or, by its version id, taken away
  VersionChoice version_id;  // of the marker that was set, or the version that is gone; "" for the null version
};

// A part as the client names it in CompleteMultipartUpload.
struct NamedPart {
  int number = 0;
  std::string etag;
  std::vector<Checksum> checksums;  // must agree with the part's, where given
};

class BucketStore {
 public:
  class State;  // store_state_internal.h

  // Opens or makes the store in `folder`; reads all records and removes remnants.
  //   needs   the folder belongs to this store alone
  //   fails   corrupt (another layout, a bucket's record), io_failed, access_denied, no_space
  static rt::Task<Result<std::unique_ptr<BucketStore>>> open(std::string folder, StoreOptions options = {});
  // Waits for what runs. Nobody may call afterwards; readers have ended before.
  rt::Task<void> close();
  ~BucketStore();
  BucketStore(const BucketStore&) = delete;
  BucketStore& operator=(const BucketStore&) = delete;

  const StartReport& start_report() const;

  // Buckets.
  std::optional<BucketInfo> find_bucket(std::string_view name) const;
  std::vector<BucketInfo> list_buckets() const;  // by name
  // fails: bad_bucket_name, bucket_exists (another owner), bucket_is_yours, too_many_buckets
  rt::Task<Result<void>> create_bucket(std::string name, std::string region, std::string owner, Acl acl);
  // Aborts its uploads. fails: no_such_bucket, bucket_not_empty
  rt::Task<Result<void>> delete_bucket(std::string name);
  // fails: no_such_bucket
  rt::Task<Result<void>> set_bucket_acl(std::string name, Acl acl);
  // enabled or suspended. fails: no_such_bucket
  rt::Task<Result<void>> set_versioning(std::string name, Versioning versioning);
  // Keeps a document of that name (a short word without `:`) beside the bucket, in place of the one before; nothing
  // takes it away. fails: no_such_bucket
  rt::Task<Result<void>> set_bucket_document(std::string name, std::string document, std::optional<std::string> text);

  // Objects.
  // The current version. fails: no_such_bucket, no_such_key
  Result<ObjectPtr> find_object(std::string_view bucket, std::string_view key) const;
  // That version, be it a delete marker; without an id the newest. fails: no_such_bucket, no_such_key, no_such_version
  Result<ObjectPtr> find_version(std::string_view bucket, std::string_view key, const VersionChoice& version) const;
  // fails: no_such_bucket
  Result<VersionPage> list_versions(std::string_view bucket, const VersionQuery& query) const;
  // Keys behind `after` with all their versions, oldest first, until there are `versions_max` or more; at the end none.
  // fails: no_such_bucket
  Result<std::vector<std::vector<ObjectPtr>>> list_histories(std::string_view bucket, std::string_view after,
                                                             std::size_t versions_max) const;
  // fails: no_such_bucket
  Result<ListPage> list_objects(std::string_view bucket, const ListQuery& query) const;
  // A new body, for put_object or put_part; removed when it is dropped unpublished. MD5 is always computed.
  std::unique_ptr<BodyWriter> begin_body(std::vector<ChecksumKind> kinds);
  // Publishes a body as an object, in place of the one that was there or, with versioning, as its newest version.
  //   needs   a legal key (names.h)
  //   fails   no_such_bucket, no_such_key, precondition_failed
  rt::Task<Result<ObjectPtr>> put_object(std::string bucket, std::string key, WrittenBody body, ObjectFacts facts,
                                         PutCondition condition);
  // A new object of the same bytes, ETag and checksums; copies no byte. `to_*` may name the source itself.
  //   fails   no_such_bucket, no_such_key, precondition_failed
  rt::Task<Result<ObjectPtr>> copy_object(ObjectPtr source, std::string to_bucket, std::string to_key,
                                          ObjectFacts facts, PutCondition condition);
  // Keep everything else, the time too. fail: no_such_bucket, no_such_key, no_such_version, is_delete_marker
  rt::Task<Result<ObjectPtr>> set_object_acl(std::string bucket, std::string key, VersionChoice version, Acl acl);
  rt::Task<Result<ObjectPtr>> set_object_tags(std::string bucket, std::string key, VersionChoice version,
                                              std::vector<NameAndValue> tags);
  // Without a version: takes the object away or, with versioning, sets a delete marker. No error where there is
  // nothing. fails: no_such_bucket, no_such_key and precondition_failed (the condition)
  rt::Task<Result<Deleted>> delete_object(std::string bucket, std::string key, VersionChoice version = {},
                                          DeleteCondition condition = {});

  // Multipart uploads.
  // fails: no_such_bucket, too_many_uploads
  rt::Task<Result<UploadPtr>> create_upload(std::string bucket, std::string key, ObjectFacts facts,
                                            std::optional<ChecksumKind> kind, ChecksumType type);
  // The upload as it is now. fails: no_such_bucket, no_such_upload
  Result<UploadPtr> find_upload(std::string_view bucket, std::string_view key, std::string_view id) const;
  // fails: no_such_bucket
  Result<UploadPage> list_uploads(std::string_view bucket, const UploadQuery& query) const;
  // Adds a part or replaces that of the number. fails: no_such_bucket, no_such_upload, bad_argument (the number)
  rt::Task<Result<Part>> put_part(std::string bucket, std::string key, std::string id, int number, WrittenBody body);
  // The same from all bytes of an object that has one piece, without copying; see can_share_as_part.
  rt::Task<Result<Part>> share_part(std::string bucket, std::string key, std::string id, int number, ObjectPtr source);
  static bool can_share_as_part(const Object& source, std::optional<ChecksumKind> kind);
  // Makes the object of the parts named and ends the upload; other parts are dropped. Asked again with the same parts,
  // it gives the object that it made, while that is there.
  //   fails   no_such_bucket, no_such_upload, bad_part (missing, other ETag or checksum), bad_part_order,
  //           part_too_small, no_such_key, precondition_failed, bad_digest, bad_size
  rt::Task<Result<ObjectPtr>> complete_upload(std::string bucket, std::string key, std::string id,
                                              std::vector<NamedPart> parts, PutCondition condition);
  // fails: no_such_bucket, no_such_upload
  rt::Task<Result<void>> abort_upload(std::string bucket, std::string key, std::string id);

 private:
  explicit BucketStore(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gust::bucket
