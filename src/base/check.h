// CHECK: shared state of our own is in doubt, so stop, in every build. Never reached by a peer's data.
#pragma once

namespace gust {
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}

#define CHECK(condition)                                    \
  do {                                                      \
    if (!(condition)) [[unlikely]]                          \
      ::gust::check_failed(#condition, __FILE__, __LINE__); \
  } while (false)
