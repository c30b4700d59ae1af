#include "base/arena.h"

#include <algorithm>
#include <cstring>

#include "base/memory_pool.h"

namespace gust {

void* Arena::allocate_in_new_chunk(std::size_t bytes, std::size_t alignment) {
  used_before_ = bytes_used();
  const std::size_t wanted = chunks_ ? std::min<std::size_t>((chunks_->bytes) * 2, chunk_bytes_ << 8) : chunk_bytes_;
  const std::size_t chunk_bytes = room_of_memory(std::max(wanted, sizeof(Chunk) + bytes + alignment));
  chunks_ = new (take_memory(chunk_bytes)) Chunk{.before = chunks_, .bytes = chunk_bytes};
  at_ = begin_of(*chunks_);
  end_ = reinterpret_cast<std::uintptr_t>(chunks_) + chunk_bytes;
  return allocate(bytes, alignment);
}

ByteView Arena::copy(ByteView source) {
  if (source.empty()) return {};
  char* first = static_cast<char*>(allocate(source.size(), 1));
  std::memcpy(first, source.data(), source.size());
  return {first, source.size()};
}

ByteView Arena::join(std::initializer_list<ByteView> pieces) {
  std::size_t total = 0;
  for (ByteView piece : pieces) total += piece.size();
  if (total == 0) return {};
  char* first = static_cast<char*>(allocate(total, 1));
  char* at = first;
  for (ByteView piece : pieces) {
    if (!piece.empty()) std::memcpy(at, piece.data(), piece.size());
    at += piece.size();
  }
  return {first, total};
}

void Arena::clear() {
  while (chunks_ != nullptr) {
    Chunk* const newest = chunks_;
    chunks_ = newest->before;
    give_memory(newest, newest->bytes);
  }
  at_ = end_ = 0;
  used_before_ = 0;
}

}  // namespace gust
