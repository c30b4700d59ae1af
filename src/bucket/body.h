// Body: bytes in one immutable file with a generated name, and the ways to write and read it.
//
// Shape:  a BodyWriter makes a file that nothing refers to yet. A record (an object or a part) that is published owns a
//         Body; a file leaves the disk when neither a record nor a reader needs it, so readers of a replaced object end
//         undisturbed. What a crash leaves without owner is removed at the next start.
// Memory: nothing is buffered here; callers bring buffers of body_buffer_bytes.
// Core:   a writer or reader stays on the core that made it; Body may be shared by all.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "bucket/object.h"
#include "rt/files.h"
#include "rt/task.h"

namespace gust::bucket {

inline constexpr ByteCount body_buffer_bytes = 128_KiB;

class BodyFolder;

class Body {
 public:
  Body(std::shared_ptr<BodyFolder> folder, std::string id);
  ~Body();
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;

  const std::string& id() const { return id_; }
  std::string path() const;
  // Published records that refer to it. Without any, the file goes with the last share.
  void add_owner() { owners_.fetch_add(1, std::memory_order_relaxed); }
  void drop_owner() { owners_.fetch_sub(1, std::memory_order_relaxed); }

 private:
  std::shared_ptr<BodyFolder> folder_;
  std::string id_;
  std::atomic<int> owners_ = 0;
};

// Bytes on stable storage that no record refers to yet.
struct WrittenBody {
  std::shared_ptr<Body> body;  // null for no bytes
  ByteCount size = 0;
  std::string md5;                  // 16 raw bytes
  std::vector<Checksum> checksums;  // of the kinds asked for
};

class BodyWriter {
 public:
  // Made by BucketStore::begin_body.
  BodyWriter(std::shared_ptr<BodyFolder> folder, std::vector<ChecksumKind> kinds);

  // fails: no_space, io_failed, access_denied, would_exceed_limit (out of descriptors)
  rt::Task<Result<void>> write(ByteView bytes);
  // Syncs file and name. Once, at the end.
  rt::Task<Result<WrittenBody>> finish();
  ByteCount size() const { return size_; }

 private:
  rt::Task<Result<void>> open();

  std::shared_ptr<BodyFolder> folder_;
  std::shared_ptr<Body> body_;
  std::unique_ptr<rt::File> file_;
  ByteCount size_ = 0;
  Md5 md5_;
  std::vector<ChecksumKind> kinds_;
  std::vector<Digest> digests_;
};

// Reads a stretch of an object, piece after piece. Keeps the object's bodies alive.
class ObjectReader {
 public:
  // needs  first + size <= object->size
  ObjectReader(ObjectPtr object, ByteCount first, ByteCount size);

  // Bytes read into the front of `into`; 0 at the end only.
  //   fails  io_failed; corrupt where a file is missing or shorter than its record says
  rt::Task<Result<std::size_t>> read(MutableBytes into);
  ByteCount left() const { return left_; }

 private:
  ObjectPtr object_;
  std::size_t piece_ = 0;
  ByteCount offset_ = 0;  // in the piece
  ByteCount left_ = 0;
  std::unique_ptr<rt::File> file_;  // of the piece
};

}  // namespace gust::bucket
