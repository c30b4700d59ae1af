// hash128: a fast keyed hash for tables and routing. Not a digest: who knows the seed can make collisions.
//
// Source: the multiply-and-fold construction of wyhash (public domain), with two lanes for 128 bits.
// Shape:  a pure function of (bytes, seed), the same on every machine of the same byte order.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace gust {

struct Hash128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  friend bool operator==(const Hash128&, const Hash128&) = default;
};

// Secret of a table, so that nobody outside can choose keys that collide.
struct HashSeed {
  std::uint64_t first = 0x9E3779B97F4A7C15;
  std::uint64_t second = 0xC2B2AE3D27D4EB4F;
};

Hash128 hash128(ByteView bytes, const HashSeed& seed);

// For std::unordered_map: the bits are good already.
struct HashOfHash {
  std::size_t operator()(const Hash128& hash) const { return hash.low; }
};

}  // namespace gust
