// WrittenOver: what unsafe methods have changed, so that nothing from before is served.
//
// Source: RFC 9111 section 4.4.
// Shape:  a fixed table of counts by the hash of distribution and path. What is stored remembers its count; when
//         that has moved on, it is of no use. Two paths that share a place clear each other: too much, never too
//         little, and of N requests that change something each costs a share of 1/places of what is stored. This
//         cache's own: other nodes hear nothing of it.
// Limits: a count that comes round to its old value after 2^32 changes of one place would be missed; what is stored is
//         held against the table by each round of reclaim, many times in between.
// Core:   any.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "base/hash.h"

namespace gust::cache {

class WrittenOver {
 public:
  // `places`: a power of two.
  WrittenOver(std::size_t places, const HashSeed& seed);

  std::uint32_t place_of(ByteView distribution, ByteView path_and_query) const;
  std::uint32_t count_at(std::uint32_t place) const { return counts_[place].load(std::memory_order_acquire); }
  void add(ByteView distribution, ByteView path_and_query);
  // False as long as nothing was ever added: then every count is 0.
  bool any() const { return any_.load(std::memory_order_acquire); }

 private:
  const std::size_t mask_;
  const HashSeed seed_;
  const std::unique_ptr<std::atomic<std::uint32_t>[]> counts_;
  std::atomic<bool> any_ = false;
};

}  // namespace gust::cache
