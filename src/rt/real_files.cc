#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "rt/blocking.h"
#include "rt/real_files_internal.h"

namespace gust::rt {
namespace {

std::unexpected<Error> failure_of(int error) {
  switch (error) {
    case ENOENT:
      return fail(Errc::not_found, "no such file or directory");
    case EEXIST:
    case ENOTEMPTY:
      return fail(Errc::exists, "file or directory exists");
    case EACCES:
    case EPERM:
    case EROFS:
      return fail(Errc::access_denied, "permission denied");
    case ENOSPC:
    case EDQUOT:
      return fail(Errc::no_space, "no space left on the device");
    case ENOTDIR:
      return fail(Errc::not_directory, "not a directory");
    case EMFILE:
    case ENFILE:
      return fail(Errc::would_exceed_limit, "out of file descriptors");
    default:
      return fail(Errc::io_failed, "file operation failed");
  }
}

class RealFile final : public File {
 public:
  RealFile(Loop& loop, int descriptor, bool appends) : loop_(loop), descriptor_(descriptor), appends_(appends) {}
  ~RealFile() override { close(descriptor_); }

  Task<Result<std::size_t>> read_at(ByteCount offset, MutableBytes into) override {
    co_return co_await blocking(loop_, [this, offset, into] { return read_now(offset, into); });
  }
  Task<Result<void>> write_at(ByteCount offset, ByteView bytes) override {
    co_return co_await blocking(loop_, [this, offset, bytes] { return write_now(offset, bytes); });
  }
  Task<Result<void>> sync() override {
    co_return co_await blocking(loop_, [this]() -> Result<void> {
      if (fsync(descriptor_) != 0) return failure_of(errno);
      return {};
    });
  }
  Task<Result<ByteCount>> size() override {
    struct stat status{};
    if (fstat(descriptor_, &status) != 0) co_return failure_of(errno);
    co_return static_cast<ByteCount>(status.st_size);
  }

 private:
  Result<std::size_t> read_now(ByteCount offset, MutableBytes into) const {
    std::size_t done = 0;
    while (done < into.size()) {
      const ssize_t got = pread(descriptor_, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return failure_of(errno);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }
  Result<void> write_now(ByteCount offset, ByteView bytes) const {
    while (!bytes.empty()) {
      const ssize_t put = appends_ ? write(descriptor_, bytes.data(), bytes.size())
                                   : pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return failure_of(errno);
      offset += static_cast<ByteCount>(put);
      bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return {};
  }

  Loop& loop_;
  int descriptor_;
  bool appends_;
};

Result<void> outcome(int returned) {
  if (returned != 0) return failure_of(errno);
  return {};
}

class RealFiles final : public Files {
 public:
  explicit RealFiles(Loop& loop) : loop_(loop) {}

  Task<Result<std::unique_ptr<File>>> open(std::string path, OpenMode mode) override {
    int flags = O_CLOEXEC;
    if (mode == OpenMode::read) flags |= O_RDONLY;
    if (mode == OpenMode::write_new) flags |= O_RDWR | O_CREAT | O_EXCL;
    if (mode == OpenMode::write_replace) flags |= O_RDWR | O_CREAT | O_TRUNC;
    if (mode == OpenMode::append) flags |= O_RDWR | O_CREAT | O_APPEND;
    CO_TRY(const int descriptor, co_await blocking(loop_, [&path, flags]() -> Result<int> {
             const int opened = ::open(path.c_str(), flags, 0600);
             if (opened < 0) return failure_of(errno);
             return opened;
           }));
    co_return std::make_unique<RealFile>(loop_, descriptor, mode == OpenMode::append);
  }
  Task<Result<FileStatus>> status(std::string path) override {
    co_return co_await blocking(loop_, [&path]() -> Result<FileStatus> {
      struct stat found{};
      if (stat(path.c_str(), &found) != 0) return failure_of(errno);
      return FileStatus{.size = static_cast<ByteCount>(found.st_size),
                        .is_directory = S_ISDIR(found.st_mode),
                        .modified = WallTime{std::chrono::seconds{found.st_mtim.tv_sec} +
                                             std::chrono::nanoseconds{found.st_mtim.tv_nsec}}};
    });
  }
  Task<Result<void>> rename(std::string from, std::string to) override {
    co_return co_await blocking(loop_, [&] { return outcome(std::rename(from.c_str(), to.c_str())); });
  }
  Task<Result<void>> remove(std::string path) override {
    co_return co_await blocking(loop_, [&] { return outcome(unlink(path.c_str())); });
  }
  Task<Result<void>> remove_directory(std::string path) override {
    co_return co_await blocking(loop_, [&] { return outcome(rmdir(path.c_str())); });
  }
  Task<Result<void>> make_directory(std::string path) override {
    co_return co_await blocking(loop_, [&]() -> Result<void> {
      std::error_code error;
      std::filesystem::create_directories(path, error);
      if (error) return failure_of(error.value());
      return {};
    });
  }
  Task<Result<std::vector<std::string>>> list(std::string path) override {
    co_return co_await blocking(loop_, [&]() -> Result<std::vector<std::string>> {
      std::error_code error;
      std::vector<std::string> names;
      std::filesystem::directory_iterator at(path, error);
      for (; !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
        names.push_back(at->path().filename().string());
      }
      if (error) return failure_of(error.value());
      std::ranges::sort(names);
      return names;
    });
  }
  Task<Result<void>> sync_directory(std::string path) override {
    co_return co_await blocking(loop_, [&]() -> Result<void> {
      const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      if (descriptor < 0) return failure_of(errno);
      const int synced = fsync(descriptor);
      const int error = errno;
      close(descriptor);
      if (synced != 0) return failure_of(error);
      return {};
    });
  }

 private:
  Loop& loop_;
};

}  // namespace

std::unique_ptr<Files> make_real_files(Loop& loop) { return std::make_unique<RealFiles>(loop); }

}  // namespace gust::rt
