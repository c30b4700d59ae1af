// Arena: memory of one request, given out by moving a pointer and given back whole.
//
// Shape:  copies and arrays of trivially destructible things, in chunks from the thread's pool. An empty one holds
// none. Core:   used by one core at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <type_traits>

#include "base/bytes.h"

namespace gust {

class Arena {
 public:
  explicit Arena(std::size_t first_chunk_bytes = 4096) : chunk_bytes_(first_chunk_bytes) {}
  ~Arena() { clear(); }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  void* allocate(std::size_t bytes, std::size_t alignment = alignof(std::max_align_t)) {
    const std::uintptr_t at = (at_ + alignment - 1) & ~(alignment - 1);
    if (at + bytes > end_ || at_ == 0) return allocate_in_new_chunk(bytes, alignment);
    at_ = at + bytes;
    return reinterpret_cast<void*>(at);
  }

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
  // What was given out, and what alignment lost.
  std::size_t bytes_used() const { return used_before_ + (chunks_ ? at_ - begin_of(*chunks_) : 0); }

 private:
  struct Chunk {
    Chunk* before;
    std::size_t bytes;  // with this head
  };
  static std::uintptr_t begin_of(const Chunk& chunk) { return reinterpret_cast<std::uintptr_t>(&chunk + 1); }
  void* allocate_in_new_chunk(std::size_t bytes, std::size_t alignment);

  std::uintptr_t at_ = 0;  // in the newest chunk
  std::uintptr_t end_ = 0;
  Chunk* chunks_ = nullptr;  // newest first
  std::size_t chunk_bytes_;
  std::size_t used_before_ = 0;  // in the chunks before the newest
};

}  // namespace gust
