// Arena: memory of one request, given out by moving a pointer and given back whole.
//
// Shape:  copies and arrays of trivially destructible things. clear() keeps the first chunk for the next request.
// Core:   used by one core at a time.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

#include "base/bytes.h"

namespace gust {

class Arena {
 public:
  explicit Arena(std::size_t first_chunk_bytes = 4096) : chunk_bytes_(first_chunk_bytes) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  void* allocate(std::size_t bytes, std::size_t alignment = alignof(std::max_align_t));

  // The bytes, kept until clear().
  ByteView copy(ByteView bytes);
  // All pieces one after the other, kept until clear().
  ByteView join(std::initializer_list<ByteView> pieces);
  // A writable run of `bytes` bytes.
  MutableBytes bytes(std::size_t bytes) { return {static_cast<char*>(allocate(bytes, 1)), bytes}; }

  template <typename T>
  std::span<T> array(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    T* first = static_cast<T*>(allocate(sizeof(T) * count, alignof(T)));
    for (std::size_t i = 0; i < count; ++i) new (first + i) T();
    return {first, count};
  }

  void clear();
  std::size_t bytes_used() const { return used_before_ + used_; }

 private:
  struct Chunk {
    std::unique_ptr<char[]> memory;
    std::size_t bytes;
  };
  void add_chunk(std::size_t at_least);

  std::size_t chunk_bytes_;
  std::vector<Chunk> chunks_;
  std::size_t used_ = 0;         // in the last chunk
  std::size_t used_before_ = 0;  // in the others
};

}  // namespace gust
