#include "base/bytes.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace gust {

BlockRef BlockRef::make(std::size_t capacity) {
  void* memory = ::operator new(sizeof(Block) + capacity);
  return BlockRef(new (memory) Block(capacity));
}

void BlockRef::drop() {
  if (block_->shares_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    block_->~Block();
    ::operator delete(block_);
  }
}

Slice Slice::copy_of(ByteView bytes) {
  if (bytes.empty()) return {};
  BlockRef block = BlockRef::make(bytes.size());
  std::memcpy(block->data(), bytes.data(), bytes.size());
  return {std::move(block), 0, bytes.size()};
}

Slice Slice::part(std::size_t offset, std::size_t size) const {
  Slice result = *this;
  result.view_.remove_prefix(std::min(offset, view_.size()));
  result.view_ = result.view_.substr(0, size);
  return result;
}

}  // namespace gust
