#include <algorithm>

#include "rt/blocking.h"
#include "rt/sim_engine_internal.h"
#include "rt/sim_files_internal.h"

namespace gust::rt::sim {
namespace {

// What stands before every call: a host that is down does nothing, and a disk may fail.
Result<void> begin_call(SimLoop& loop, std::string_view what, std::string_view path, std::uint64_t bytes = 0) {
  Host& host = loop.host();
  Engine& engine = loop.engine();
  engine.trace().record(engine.now(), host.name, what, bytes, 0, path);
  if (host.is_down) return fail(Errc::io_failed, "the host is down");
  if (host.disk_error_chance > 0 && engine.chance().happens(host.disk_error_chance)) {
    engine.trace().record(engine.now(), host.name, "disk error");
    return fail(Errc::io_failed, "file operation failed");
  }
  return {};
}

class SimFile final : public File {
 public:
  SimFile(SimLoop& loop, DiskNodeRef node, std::string path, OpenMode mode)
      : loop_(loop), node_(std::move(node)), path_(std::move(path)), mode_(mode), generation_(disk().generation()) {}
  ~SimFile() override {
    if (generation_ == disk().generation()) disk().close(*node_);
  }

  Task<Result<std::size_t>> read_at(ByteCount offset, MutableBytes into) override {
    co_return co_await blocking(loop_, [this, offset, into] { return read_now(offset, into); });
  }
  Task<Result<void>> write_at(ByteCount offset, ByteView bytes) override {
    co_return co_await blocking(loop_, [this, offset, bytes] { return write_now(offset, bytes); });
  }
  Task<Result<void>> sync() override {
    co_return co_await blocking(loop_, [this]() -> Result<void> {
      TRY_OK(begin("sync", 0));
      disk().sync(*node_);
      return {};
    });
  }
  Task<Result<ByteCount>> size() override {
    CO_TRY_OK(begin("size", 0));
    co_return node_->bytes.size();
  }

 private:
  Disk& disk() const { return loop_.host().disk; }
  Result<void> begin(std::string_view what, std::uint64_t bytes) const {
    TRY_OK(begin_call(loop_, what, path_, bytes));
    if (generation_ != disk().generation()) return fail(Errc::io_failed, "opened before the host lost its power");
    return {};
  }

  Result<std::size_t> read_now(ByteCount offset, MutableBytes into) const {
    TRY_OK(begin("read", into.size()));
    const std::string& content = node_->bytes;
    if (offset >= content.size()) return std::size_t{0};
    return content.copy(into.data(), into.size(), static_cast<std::size_t>(offset));
  }

  Result<void> write_now(ByteCount offset, ByteView bytes) const {
    if (mode_ == OpenMode::read) return fail(Errc::io_failed, "opened for reading");
    if (mode_ == OpenMode::append) offset = node_->bytes.size();
    const Result<void> begun = begin("write", bytes.size());
    if (begun) return disk().write(*node_, offset, bytes, loop_.wall_now());
    // A disk that fails may have taken a part.
    const bool is_disk_error = !loop_.host().is_down && generation_ == disk().generation();
    const std::size_t taken = is_disk_error ? loop_.engine().chance().below(bytes.size() + 1) : 0;
    if (taken > 0) TRY_OK(disk().write(*node_, offset, bytes.substr(0, taken), loop_.wall_now()));
    return begun;
  }

  SimLoop& loop_;
  DiskNodeRef node_;
  std::string path_;
  OpenMode mode_;
  std::uint64_t generation_;
};

class SimFiles final : public Files {
 public:
  explicit SimFiles(SimLoop& loop) : loop_(loop) {}

  Task<Result<std::unique_ptr<File>>> open(std::string path, OpenMode mode) override {
    co_return co_await blocking(loop_, [&]() -> Result<std::unique_ptr<File>> {
      TRY_OK(begin_call(loop_, "open", path));
      TRY(DiskNodeRef node, disk().open(path, mode, loop_.wall_now()));
      return std::make_unique<SimFile>(loop_, std::move(node), path, mode);
    });
  }
  Task<Result<FileStatus>> status(std::string path) override {
    co_return co_await blocking(loop_, [&]() -> Result<FileStatus> {
      TRY_OK(begin_call(loop_, "status", path));
      return disk().status(path);
    });
  }
  Task<Result<void>> rename(std::string from, std::string to) override {
    co_return co_await blocking(loop_, [&]() -> Result<void> {
      TRY_OK(begin_call(loop_, "rename", to));
      return disk().rename(from, to);
    });
  }
  Task<Result<void>> remove(std::string path) override {
    co_return co_await blocking(loop_, [&]() -> Result<void> {
      TRY_OK(begin_call(loop_, "remove", path));
      return disk().remove(path);
    });
  }
  Task<Result<void>> remove_directory(std::string path) override {
    co_return co_await blocking(loop_, [&]() -> Result<void> {
      TRY_OK(begin_call(loop_, "remove directory", path));
      return disk().remove_directory(path);
    });
  }
  Task<Result<void>> make_directory(std::string path) override {
    co_return co_await blocking(loop_, [&]() -> Result<void> {
      TRY_OK(begin_call(loop_, "make directory", path));
      return disk().make_directory(path, loop_.wall_now());
    });
  }
  Task<Result<std::vector<std::string>>> list(std::string path) override {
    co_return co_await blocking(loop_, [&]() -> Result<std::vector<std::string>> {
      TRY_OK(begin_call(loop_, "list", path));
      return disk().list(path);
    });
  }
  Task<Result<void>> sync_directory(std::string path) override {
    co_return co_await blocking(loop_, [&]() -> Result<void> {
      TRY_OK(begin_call(loop_, "sync directory", path));
      return disk().sync_directory(path);
    });
  }

 private:
  Disk& disk() const { return loop_.host().disk; }
  SimLoop& loop_;
};

}  // namespace

std::unique_ptr<Files> make_files(SimLoop& loop) { return std::make_unique<SimFiles>(loop); }

}  // namespace gust::rt::sim
