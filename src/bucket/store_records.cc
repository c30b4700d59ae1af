// Records of the BucketStore on disk: put in place for good, and removed.
#include <fmt/format.h>

#include "bucket/store_state_internal.h"
#include "rt/files.h"
#include "rt/loop.h"

namespace gust::bucket {
namespace {

rt::Task<Result<void>> write_file(rt::Files& files, std::string path, std::string bytes) {
  CO_TRY(const auto file, co_await files.open(std::move(path), rt::OpenMode::write_new));
  CO_TRY_OK(co_await file->write_at(0, bytes));
  co_return co_await file->sync();
}

}  // namespace

rt::Task<Result<void>> BucketStore::State::write_record(Place place, std::string bytes, bool& placed) {
  placed = false;
  const std::string fresh = fmt::format("{}.{}.new", place.path(), make_id(scope.loop()));
  auto written = co_await write_file(files(), fresh, std::move(bytes));
  if (written) written = co_await files().rename(fresh, place.path());
  if (!written) {
    static_cast<void>(co_await files().remove(fresh));
    co_return written;
  }
  placed = true;
  co_return co_await files().sync_directory(place.folder);
}

rt::Task<Result<void>> BucketStore::State::remove_record(Place place, bool& removed) {
  removed = false;
  const auto gone = co_await files().remove(place.path());
  if (!gone && gone.error().code != Errc::not_found) co_return gone;
  removed = true;
  co_return co_await files().sync_directory(place.folder);
}

rt::Task<void> BucketStore::State::remove_tree(rt::Files& files, std::string path) {
  const auto names = co_await files.list(path);
  if (!names) co_return;
  for (const std::string& name : *names) {
    const std::string inner = path + "/" + name;
    // Tried first, and never asked whether it is a folder: a link to one is removed, not followed.
    if (!co_await files.remove(inner)) co_await remove_tree(files, inner);
  }
  static_cast<void>(co_await files.remove_directory(path));
}

}  // namespace gust::bucket
