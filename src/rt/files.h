// Files: the file system as awaitables. The real one works on a pool of threads, the simulated one in memory with the
// crash rules of a disk (what was not synced may be lost or torn).
//
// Shape:  paths are of the host; a File is open until destroyed. Nothing here buffers.
// Errors: not_found, exists, access_denied, no_space, not_directory, io_failed.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "rt/task.h"

namespace gust::rt {

enum class OpenMode : std::uint8_t {
  read,           // must exist
  write_new,      // must not exist
  write_replace,  // made or emptied
  append,         // made if missing; write_at ignores its offset
};

struct FileStatus {
  ByteCount size = 0;
  bool is_directory = false;
  WallTime modified;
};

class File {
 public:
  virtual ~File() = default;
  // Bytes read, less than asked for only at the end of the file.
  virtual Task<Result<std::size_t>> read_at(ByteCount offset, MutableBytes into) = 0;
  // Writes all of it.
  virtual Task<Result<void>> write_at(ByteCount offset, ByteView bytes) = 0;
  // Returns when the bytes and the size are on stable storage.
  virtual Task<Result<void>> sync() = 0;
  virtual Task<Result<ByteCount>> size() = 0;
};

class Files {
 public:
  virtual ~Files() = default;
  virtual Task<Result<std::unique_ptr<File>>> open(std::string path, OpenMode mode) = 0;
  virtual Task<Result<FileStatus>> status(std::string path) = 0;
  // Replaces `to`, all or nothing.
  virtual Task<Result<void>> rename(std::string from, std::string to) = 0;
  virtual Task<Result<void>> remove(std::string path) = 0;
  virtual Task<Result<void>> remove_directory(std::string path) = 0;  // must be empty
  // With parents; no error when it exists.
  virtual Task<Result<void>> make_directory(std::string path) = 0;
  // Names in it, sorted.
  virtual Task<Result<std::vector<std::string>>> list(std::string path) = 0;
  // Makes the names in a directory (creates, renames, removes) stable.
  virtual Task<Result<void>> sync_directory(std::string path) = 0;
};

}  // namespace gust::rt
