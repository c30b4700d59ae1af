#include <algorithm>
#include <array>

#include "base/text.h"
#include "bucket/body_folder_internal.h"
#include "rt/files.h"
#include "rt/loop.h"

namespace gust::bucket {

std::string make_id(rt::Loop& loop) {
  std::array<char, 16> chance{};
  loop.fill_secret(chance);
  return hex_of({chance.data(), chance.size()});
}

bool is_id(std::string_view text) {
  return text.size() == 32 && std::ranges::all_of(text, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

std::string BodyFolder::folder_of(std::string_view id) const { return path_ + "/" + std::string(id.substr(0, 2)); }
std::string BodyFolder::path_of(std::string_view id) const { return folder_of(id) + "/" + std::string(id); }

rt::Task<Result<void>> BodyFolder::make_folder_of(std::string id) {
  const std::string folder = folder_of(id);
  {
    const std::lock_guard lock(mutex_);
    if (made_.contains(folder)) co_return Result<void>();
  }
  // Two cores may both make it; that does no harm.
  rt::Files& files = (co_await rt::this_loop()).files();
  CO_TRY_OK(co_await files.make_directory(folder));
  CO_TRY_OK(co_await files.sync_directory(path_));
  const std::lock_guard lock(mutex_);
  made_.insert(folder);
  co_return Result<void>();
}

void BodyFolder::remove_later(std::string id) {
  const std::lock_guard lock(mutex_);
  if (home_loop_ == nullptr) return;
  home_loop_->post([self = shared_from_this(), id = std::move(id)]() mutable { self->begin_removal(std::move(id)); });
}

void BodyFolder::begin_removal(std::string id) {
  if (home_ != nullptr) home_->spawn(remove(shared_from_this(), std::move(id)));
}

rt::Task<void> BodyFolder::remove(std::shared_ptr<BodyFolder> folder, std::string id) {
  rt::Files& files = (co_await rt::this_loop()).files();
  static_cast<void>(co_await files.remove(folder->path_of(id)));
}

void BodyFolder::stop() {
  const std::lock_guard lock(mutex_);
  home_loop_ = nullptr;
  home_ = nullptr;
}

}  // namespace gust::bucket
