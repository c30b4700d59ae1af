#include "cache/frequency_sketch.h"

#include <algorithm>
#include <bit>

namespace gust::cache {
namespace {

// Table and stripe use bits of the hash as they are; this makes others of it.
std::uint64_t mix(std::uint64_t hash) {
  hash *= 0x9E3779B97F4A7C15;
  return hash ^ (hash >> 29);
}

}  // namespace

FrequencySketch::FrequencySketch(std::size_t counters, std::uint64_t period)
    : lines_(std::bit_floor(std::max<std::size_t>(counters / sizeof(Line), 1))),
      period_(std::max<std::uint64_t>(period, 1)) {}

std::uint8_t FrequencySketch::add(std::uint64_t hash, std::uint8_t times) {
  counted_ += times;
  if (counted_ >= period_) age();
  const std::uint64_t mixed = mix(hash);
  Line& line = lines_[line_of(mixed)];
  std::array<std::uint8_t*, rows> mine;
  std::uint8_t least = UINT8_MAX;
  for (std::size_t row = 0; row < rows; ++row) {
    mine[row] = &line.counters[row * columns + ((mixed >> (4 * row)) & (columns - 1))];
    least = std::min(least, *mine[row]);
  }
  const auto raised = static_cast<std::uint8_t>(std::min<unsigned>(least + times, UINT8_MAX));
  for (std::uint8_t* counter : mine) *counter = std::max(*counter, raised);
  return raised;
}

std::uint8_t FrequencySketch::estimate(std::uint64_t hash) const {
  const std::uint64_t mixed = mix(hash);
  const Line& line = lines_[line_of(mixed)];
  std::uint8_t least = UINT8_MAX;
  for (std::size_t row = 0; row < rows; ++row) {
    least = std::min(least, line.counters[row * columns + ((mixed >> (4 * row)) & (columns - 1))]);
  }
  return least;
}

void FrequencySketch::age() {
  for (Line& line : lines_) {
    for (std::uint8_t& counter : line.counters) counter /= 2;
  }
  counted_ /= 2;
}

}  // namespace gust::cache
