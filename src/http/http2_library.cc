#include <algorithm>
#include <cstring>

#include "base/memory_pool.h"
#include "http/http2_library_internal.h"

namespace gust::http {

void* Http2Memory::take(std::size_t bytes) {
  const std::size_t whole = bytes + sizeof(Front);
  if (whole < bytes || held_ + whole > most_) return nullptr;
  held_ += whole;
  return new (take_memory(whole)) Front{whole, 0} + 1;
}

void Http2Memory::give(void* piece) {
  if (piece == nullptr) return;
  Front* const front = static_cast<Front*>(piece) - 1;
  held_ -= front->bytes;
  give_memory(front, front->bytes);
}

void* Http2Memory::allocate(std::size_t bytes, void* self) { return static_cast<Http2Memory*>(self)->take(bytes); }

void Http2Memory::release(void* piece, void* self) { static_cast<Http2Memory*>(self)->give(piece); }

void* Http2Memory::allocate_zeroed(std::size_t count, std::size_t bytes, void* self) {
  if (bytes != 0 && count > SIZE_MAX / bytes) return nullptr;
  void* const piece = static_cast<Http2Memory*>(self)->take(count * bytes);
  if (piece != nullptr) std::memset(piece, 0, count * bytes);
  return piece;
}

void* Http2Memory::resize(void* piece, std::size_t bytes, void* self) {
  auto* const memory = static_cast<Http2Memory*>(self);
  void* const other = memory->take(bytes);
  if (other == nullptr || piece == nullptr) return other;
  const std::size_t before = (static_cast<Front*>(piece) - 1)->bytes - sizeof(Front);
  std::memcpy(other, piece, std::min(before, bytes));
  memory->give(piece);
  return other;
}

}  // namespace gust::http
