// Small files: whole texts of a few KiB in the data folder, never half written.
//
// Shape:  written beside their place and renamed over it. The process's umask makes them readable by their owner only.
#pragma once

#include <string>

#include "base/result.h"
#include "rt/task.h"

namespace gust::rt {
class Files;
}

namespace gust::app {

inline constexpr std::size_t small_file_bytes_max = 65'536;

//   fails  not_found, access_denied, io_failed; corrupt when it is longer than `bytes_max`
rt::Task<Result<std::string>> read_small_file(rt::Files& files, std::string path,
                                              std::size_t bytes_max = small_file_bytes_max);

// Stable when it returns; `folder` is where `path` lies.
//   fails  access_denied, no_space, io_failed
rt::Task<Result<void>> write_small_file(rt::Files& files, std::string folder, std::string path, std::string text);

}  // namespace gust::app
