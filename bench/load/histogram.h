// Histogram: latencies counted in buckets whose width grows with their value, after HdrHistogram.
//
// Shape:  128 buckets for each doubling: a percentile is at most 0.8 % above the true one. 64 KiB, whatever is
// recorded. Units:  nanoseconds.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace gust::bench {

class Histogram {
 public:
  void record(std::uint64_t value);

  std::uint64_t count() const { return count_; }
  std::uint64_t max() const { return max_; }
  double mean() const;
  // The least value that `share` (0 to 1) of what was recorded does not exceed, rounded up to its bucket's end; 0 where
  // nothing was recorded.
  std::uint64_t percentile(double share) const;

 private:
  static constexpr unsigned kept_bits = 8;  // of a value, from its highest set bit on
  static std::size_t bucket_of(std::uint64_t value);
  static std::uint64_t last_of(std::size_t bucket);

  std::array<std::uint64_t, (64 - kept_bits + 2) << (kept_bits - 1)> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
  double sum_ = 0;
};

}  // namespace gust::bench
