// Eviction: which stored response goes when memory is wanted. A policy object for each stripe of the index.
//
// Shape:  the index tells the policy what comes and goes and asks it for victims; a hit only counts up in the
//         node. No list moves on a hit, but for policies that ask to be told of hits (those of
//         measurements). All stripes of a cache share one clock, by which the values of their victims can be compared.
// Core:   under the mutex of the stripe; the clock from any.
// Table:  docs/cache-policies.md has what each misses, and what it costs.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>

#include "base/bytes.h"

namespace gust::cache {

// The part of an index slot that a policy uses.
struct EvictionNode {
  EvictionNode* newer = nullptr;
  EvictionNode* older = nullptr;
  std::uint64_t key_hash = 0;  // set once
  double clock = 0;            // when it was stored, or looked at last
  std::uint32_t units = 0;     // see bytes()
  std::uint16_t queue = 0;     // the policy's: where it lies
  std::uint8_t touches = 0;    // hits since the policy looked last; stops at its maximum

  // Of the head and the body, when it was stored; rounded up to 64, and 256 GiB at most.
  ByteCount bytes() const { return ByteCount{units} * 64; }
  void set_bytes(ByteCount bytes) {
    units = static_cast<std::uint32_t>(std::min<ByteCount>((bytes + 63) / 64, UINT32_MAX));
  }
};

// What all policies of a cache share: the value of the last that was evicted. Never goes back, but for races between
// stripes, which matter to nobody.
class EvictionClock {
 public:
  double now() const { return now_.load(std::memory_order_relaxed); }
  void advance(double to) {
    if (to > now()) now_.store(to, std::memory_order_relaxed);
  }

 private:
  std::atomic<double> now_ = 0;
};

class EvictionPolicy {
 public:
  explicit EvictionPolicy(EvictionClock& clock, bool is_told_of_hits = false)
      : clock_(clock), is_told_of_hits_(is_told_of_hits) {}
  EvictionPolicy(const EvictionPolicy&) = delete;
  EvictionPolicy& operator=(const EvictionPolicy&) = delete;
  virtual ~EvictionPolicy() = default;

  virtual void add(EvictionNode& node) = 0;
  virtual void remove(EvictionNode& node) = 0;
  // The one to evict, still in the policy until remove(); null when it holds none.
  virtual EvictionNode* victim() = 0;
  // What victim() is worth by the clock, which is set to it when it goes: of several stripes the least goes. Before
  // victim() it may be too low, as hits are looked at late. 0: this policy does not compare.
  virtual double least_value() const { return 0; }

  // What it has taken for itself so far, but for what it took when it was made; never less than before.
  virtual std::size_t bytes() const { return 0; }

  // A hit.
  void touch(EvictionNode& node) {
    if (node.touches != UINT8_MAX) ++node.touches;
    if (is_told_of_hits_) [[unlikely]]
      hit(node);
  }

 protected:
  virtual void hit(EvictionNode& /*node*/) {}
  EvictionClock& clock_;

 private:
  const bool is_told_of_hits_;
};

// What a policy is made for: one stripe of `stripes`, and its share of `bytes_max`.
struct EvictionPlace {
  EvictionClock& clock;
  std::size_t stripes;
  ByteCount bytes_max;
};
using MakeEvictionPolicy = std::function<std::unique_ptr<EvictionPolicy>(const EvictionPlace&)>;

// A list of nodes in the order in which they came.
class EvictionQueue {
 public:
  void push(EvictionNode& node) {
    node.newer = nullptr;
    node.older = newest_;
    (newest_ != nullptr ? newest_->newer : oldest_) = &node;
    newest_ = &node;
  }
  void remove(EvictionNode& node) {
    (node.newer != nullptr ? node.newer->older : newest_) = node.older;
    (node.older != nullptr ? node.older->newer : oldest_) = node.newer;
    node.newer = node.older = nullptr;
  }
  EvictionNode* oldest() const { return oldest_; }
  bool empty() const { return oldest_ == nullptr; }

 private:
  EvictionNode* newest_ = nullptr;
  EvictionNode* oldest_ = nullptr;
};

// Lazy segregated GDSF, the default: lsg.h.
inline constexpr double lsg_size_exponent = 0.9;
MakeEvictionPolicy lsg(double size_exponent = lsg_size_exponent);
// SIEVE (Zhang et al., NSDI 2024): one FIFO; a hand goes from old to new, spares what was touched since it last came by
// and evicts the first that was not. Blind to sizes.
std::unique_ptr<EvictionPolicy> make_sieve(const EvictionPlace& place);

}  // namespace gust::cache
