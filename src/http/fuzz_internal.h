// What the fuzzers of this folder share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace gust::http {

inline ByteView view_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Stops the fuzzer with a finding.
inline void expect(bool holds) {
  if (!holds) __builtin_trap();
}

// Calls `read(front)` with fronts of `in` that grow by `step`, each a copy in memory of its own, until it gives
// something other than 0 or the last had all of `in`.
template <typename Read>
auto read_growing(ByteView in, std::size_t step, Read read) {
  for (std::size_t size = step;; size += step) {
    const std::string front(in.substr(0, size));
    auto result = read(ByteView(front));
    if (!result || *result != 0 || size >= in.size()) return result;
  }
}

}  // namespace gust::http
