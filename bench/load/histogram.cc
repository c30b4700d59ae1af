#include "load/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace gust::bench {

std::size_t Histogram::bucket_of(std::uint64_t value) {
  const auto width = static_cast<unsigned>(std::bit_width(value));
  const unsigned dropped = width > kept_bits ? width - kept_bits : 0;
  return (std::size_t{dropped} << (kept_bits - 1)) + static_cast<std::size_t>(value >> dropped);
}

std::uint64_t Histogram::last_of(std::size_t bucket) {
  constexpr std::size_t half = std::size_t{1} << (kept_bits - 1);
  if (bucket < 2 * half) return bucket;
  const std::size_t dropped = bucket / half - 1;
  const std::uint64_t kept = half + bucket % half;
  return (kept << dropped) + ((std::uint64_t{1} << dropped) - 1);
}

void Histogram::record(std::uint64_t value) {
  ++counts_[bucket_of(value)];
  ++count_;
  max_ = std::max(max_, value);
  sum_ += static_cast<double>(value);
}

double Histogram::mean() const { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }

std::uint64_t Histogram::percentile(double share) const {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    seen += counts_[bucket];
    if (seen >= std::max<std::uint64_t>(wanted, 1)) return std::min(last_of(bucket), max_);
  }
  return max_;
}

}  // namespace gust::bench
