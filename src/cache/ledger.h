// Ledger: the memory that a cache holds, counted where it is taken and given back, never above its bound.
//
// Shape:  whoever takes memory charges it first and refunds it when it is really free: an evicted entry that a slow
//         viewer still reads stays on the books. Slabs charge themselves. Shared by all who hold cache memory; it
//         outlives the Cache, and so do the region that large bodies are in, and the slabs.
// Core:   any.
#pragma once

#include <atomic>
#include <memory>

#include "base/bytes.h"
#include "base/page_region.h"
#include "cache/slabs.h"

namespace gust::cache {

class Ledger {
 public:
  explicit Ledger(ByteCount bytes_max, Slabs::Mode mode = Slabs::mode_of_build)
      : bytes_max_(bytes_max), pages_(bytes_max), slabs_(*this, mode) {}

  // Charges `bytes` unless that would pass the bound.
  bool try_charge(ByteCount bytes);
  // Charges `bytes` in any case: for bodies that stream past a full cache inside their window.
  void overdraw(ByteCount bytes) { used_.fetch_add(bytes, std::memory_order_relaxed); }
  void refund(ByteCount bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }

  ByteCount used() const { return used_.load(std::memory_order_relaxed); }
  ByteCount bytes_max() const { return bytes_max_; }
  // Memory for what is charged here and may be sent by reference.
  PageRegion& pages() { return pages_; }
  Slabs& slabs() { return slabs_; }

 private:
  const ByteCount bytes_max_;
  std::atomic<ByteCount> used_ = 0;
  PageRegion pages_;
  Slabs slabs_;
};

// Bytes on the books of a ledger, given back when this goes.
class Charge {
 public:
  Charge() = default;
  // Takes over `bytes` that have been charged already.
  Charge(std::shared_ptr<Ledger> ledger, ByteCount bytes) : ledger_(std::move(ledger)), bytes_(bytes) {}
  Charge(Charge&& other) noexcept : ledger_(std::move(other.ledger_)), bytes_(std::exchange(other.bytes_, 0)) {}
  Charge& operator=(Charge&& other) noexcept {
    std::swap(ledger_, other.ledger_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~Charge() {
    if (ledger_) ledger_->refund(bytes_);
  }
  ByteCount bytes() const { return bytes_; }

 private:
  std::shared_ptr<Ledger> ledger_;
  ByteCount bytes_ = 0;
};

}  // namespace gust::cache
