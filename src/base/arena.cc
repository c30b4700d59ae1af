#include "base/arena.h"

#include <algorithm>
#include <cstring>

namespace gust {

void* Arena::allocate(std::size_t bytes, std::size_t alignment) {
  if (chunks_.empty()) add_chunk(bytes + alignment);
  while (true) {
    Chunk& chunk = chunks_.back();
    void* at = chunk.memory.get() + used_;
    std::size_t room = chunk.bytes - used_;
    if (std::align(alignment, bytes, at, room)) {
      used_ = static_cast<std::size_t>(static_cast<char*>(at) - chunk.memory.get()) + bytes;
      return at;
    }
    add_chunk(bytes + alignment);
  }
}

void Arena::add_chunk(std::size_t at_least) {
  used_before_ += used_;
  used_ = 0;
  const std::size_t bytes = std::max(at_least, chunk_bytes_ << std::min<std::size_t>(chunks_.size(), 8));
  chunks_.push_back({std::make_unique_for_overwrite<char[]>(bytes), bytes});
}

ByteView Arena::copy(ByteView source) { return join({source}); }

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
  if (chunks_.size() > 1) chunks_.resize(1);
  used_ = 0;
  used_before_ = 0;
}

}  // namespace gust
