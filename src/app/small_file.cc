#include "app/small_file.h"

#include "rt/files.h"

namespace gust::app {

rt::Task<Result<std::string>> read_small_file(rt::Files& files, std::string path, std::size_t bytes_max) {
  CO_TRY(const auto file, co_await files.open(path, rt::OpenMode::read));
  std::string text(bytes_max + 1, '\0');
  CO_TRY(const std::size_t bytes, co_await file->read_at(0, text));
  if (bytes > bytes_max) co_return fail(Errc::corrupt, "the file is longer than any that was written");
  text.resize(bytes);
  co_return text;
}

rt::Task<Result<void>> write_small_file(rt::Files& files, std::string folder, std::string path, std::string text) {
  const std::string beside = path + ".new";
  {
    CO_TRY(const auto file, co_await files.open(beside, rt::OpenMode::write_replace));
    CO_TRY_OK(co_await file->write_at(0, text));
    CO_TRY_OK(co_await file->sync());
  }
  CO_TRY_OK(co_await files.rename(beside, path));
  co_return co_await files.sync_directory(folder);
}

}  // namespace gust::app
