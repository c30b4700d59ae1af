// Files over the operating system, on the loop's pool of threads.
#pragma once

#include <memory>

#include "rt/files.h"

namespace gust::rt {

class Loop;
std::unique_ptr<Files> make_real_files(Loop& loop);

}  // namespace gust::rt
