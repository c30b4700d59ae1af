// Eviction: which stored response goes when memory is wanted. A policy object for each stripe of the index.
//
// Shape:  the index tells the policy what comes and goes and asks it for victims; a hit only counts up in the node,
// under
//         the stripe's mutex, which a lookup holds anyway. No list moves on a hit.
// Core:   under the mutex of the stripe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/bytes.h"

namespace gust::cache {

// The part of an index slot that a policy uses.
struct EvictionNode {
  EvictionNode* newer = nullptr;
  EvictionNode* older = nullptr;
  ByteCount bytes = 0;       // of the head and the body, when it was stored
  std::uint8_t touches = 0;  // hits since the policy looked last; stops at its maximum

  void touch() {
    if (touches != UINT8_MAX) ++touches;
  }
};

class EvictionPolicy {
 public:
  virtual ~EvictionPolicy() = default;
  virtual void add(EvictionNode& node) = 0;
  virtual void remove(EvictionNode& node) = 0;
  // The one to evict, still in the policy until remove(); null when it holds none.
  virtual EvictionNode* victim() = 0;
};

using MakeEvictionPolicy = std::function<std::unique_ptr<EvictionPolicy>()>;

// SIEVE (Zhang et al., NSDI 2024): one FIFO; a hand goes from old to new, spares what was touched since it last came by
// and evicts the first that was not.
std::unique_ptr<EvictionPolicy> make_sieve();

}  // namespace gust::cache
