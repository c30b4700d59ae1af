// BodyFolder: where body files lie, and their removal when nobody needs them.
//
// Shape:  FOLDER/<two first digits of the id>/<id>; ids are 32 hexadecimal digits of chance.
// Core:   all, but for its making and stop(), which belong to the home core. Removals run there.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "rt/scope.h"
#include "rt/task.h"

namespace gust::rt {
class Files;
class Loop;
}  // namespace gust::rt

namespace gust::bucket {

// 32 hexadecimal digits.
std::string make_id(rt::Loop& loop);
bool is_id(std::string_view text);

class BodyFolder : public std::enable_shared_from_this<BodyFolder> {
 public:
  // `home` outlives the time until stop().
  BodyFolder(std::string path, rt::Scope& home) : path_(std::move(path)), home_loop_(&home.loop()), home_(&home) {}

  const std::string& path() const { return path_; }
  std::string folder_of(std::string_view id) const;
  std::string path_of(std::string_view id) const;
  // Makes folder_of(id) where it is not there, to stay.
  rt::Task<Result<void>> make_folder_of(std::string id);
  // Soon, on the home core; what fails or comes after stop() is left for the next start.
  void remove_later(std::string id);
  // Nothing is removed any more.
  void stop();

 private:
  void begin_removal(std::string id);
  static rt::Task<void> remove(std::shared_ptr<BodyFolder> folder, std::string id);

  std::string path_;
  std::mutex mutex_;
  std::set<std::string, std::less<>> made_;  // guarded
  rt::Loop* home_loop_;                      // guarded; null when stopped
  rt::Scope* home_;                          // of the home core; null when stopped
};

}  // namespace gust::bucket
