#include "app/authority_files.h"

#include "app/small_file.h"
#include "rt/files.h"
#include "rt/loop.h"

namespace gust::app {
namespace {

std::string folder_of(std::string_view data) { return std::string(data) + "/authority"; }

}  // namespace

std::string authority_root_path(std::string_view data) { return folder_of(data) + "/root.pem"; }

rt::Task<Result<acm::Authority>> open_authority(rt::Loop& loop, std::string data) {
  rt::Files& files = loop.files();
  const std::string folder = folder_of(data), root_path = authority_root_path(data), key_path = folder + "/root.key";
  auto root = co_await read_small_file(files, root_path);
  if (root) {
    CO_TRY(std::string key, co_await read_small_file(files, key_path));
    co_return acm::Authority::read(*std::move(root), std::move(key));
  }
  if (root.error().code != Errc::not_found) co_return std::unexpected(root.error());
  CO_TRY_OK(co_await files.make_directory(folder));
  CO_TRY(acm::Authority made, acm::Authority::make(loop.wall_now()));
  // The root last: a key without one is of an attempt that did not end.
  CO_TRY_OK(co_await write_small_file(files, folder, key_path, made.key_pem()));
  CO_TRY_OK(co_await write_small_file(files, folder, root_path, made.root_pem()));
  co_return made;
}

}  // namespace gust::app
