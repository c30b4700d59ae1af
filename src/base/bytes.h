// Bytes: views, reference-counted blocks and slices of them.
//
// Shape:  ByteView borrows. Slice owns a share of an immutable Block, so that one copy of a body serves every reader
//         on every core. The bytes that a Slice shows are never written again; its writer may go on behind them.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace gust {

using ByteView = std::string_view;
using ByteCount = std::uint64_t;
using MutableBytes = std::span<char>;

constexpr ByteCount operator""_KiB(unsigned long long n) { return n * 1024; }
constexpr ByteCount operator""_MiB(unsigned long long n) { return n * 1024 * 1024; }
constexpr ByteCount operator""_GiB(unsigned long long n) { return n * 1024 * 1024 * 1024; }

// Memory with a share count in front. Made by make_block; freed with its last Slice or BlockRef.
class Block {
 public:
  char* data() { return reinterpret_cast<char*>(this + 1); }
  const char* data() const { return reinterpret_cast<const char*>(this + 1); }
  std::size_t capacity() const { return capacity_; }

 private:
  friend class BlockRef;
  explicit Block(std::size_t capacity) : capacity_(capacity) {}
  std::atomic<std::uint32_t> shares_{1};
  std::size_t capacity_;
};

// One share of a Block.
class BlockRef {
 public:
  BlockRef() = default;
  BlockRef(const BlockRef& other) : block_(other.block_) {
    if (block_) block_->shares_.fetch_add(1, std::memory_order_relaxed);
  }
  BlockRef(BlockRef&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  BlockRef& operator=(BlockRef other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~BlockRef() {
    if (block_) drop();
  }

  Block* operator->() const { return block_; }
  Block& operator*() const { return *block_; }
  explicit operator bool() const { return block_ != nullptr; }

  // A new block of at least `capacity` bytes, not zeroed.
  static BlockRef make(std::size_t capacity);

 private:
  explicit BlockRef(Block* block) : block_(block) {}
  void drop();
  Block* block_ = nullptr;
};

// A run of bytes inside a shared block. An empty Slice ends a body.
class Slice {
 public:
  Slice() = default;
  Slice(BlockRef block, std::size_t offset, std::size_t size)
      : block_(std::move(block)), view_(block_->data() + offset, size) {}

  // A copy of `bytes` in a block of its own.
  static Slice copy_of(ByteView bytes);

  // A Slice without a share: for bytes that someone else keeps for as long as it is used.
  static Slice borrowed(ByteView bytes) {
    Slice result;
    result.view_ = bytes;
    return result;
  }

  // As borrowed(), of pages that the kernel may go on referring to after the use: see base/page_region.h.
  static Slice lent(ByteView bytes) {
    Slice result = borrowed(bytes);
    result.is_lent_ = true;
    return result;
  }
  bool is_lent() const { return is_lent_; }

  ByteView view() const { return view_; }
  std::size_t size() const { return view_.size(); }
  bool empty() const { return view_.empty(); }

  // The part from `offset`, at most `size` bytes, sharing the block.
  Slice part(std::size_t offset, std::size_t size) const;
  void drop_front(std::size_t bytes) { view_.remove_prefix(bytes); }

 private:
  BlockRef block_;
  ByteView view_;
  bool is_lent_ = false;
};

}  // namespace gust
