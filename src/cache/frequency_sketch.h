// FrequencySketch: how often each key was asked for, roughly, also of keys that are not stored any more.
//
// Source: count-min sketch with conservative update (Cormode and Muthukrishnan; Estan and Varghese), the four
//         counters of a key in one cache line, and the ageing of TinyLFU (Einziger, Friedman, Manes).
// Shape:  8-bit counters that stop at their maximum; all are halved once as many requests were counted as the period
//         says. An estimate is never too low but for ageing, and too high where keys share all their counters.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace gust::cache {

class FrequencySketch {
 public:
  // About `counters` of them, at least 64.
  FrequencySketch(std::size_t counters, std::uint64_t period);

  // Counts `times` more requests for a key. Gives how many are known of it now.
  std::uint8_t add(std::uint64_t hash, std::uint8_t times);
  std::uint8_t estimate(std::uint64_t hash) const;

 private:
  static constexpr std::size_t rows = 4;
  static constexpr std::size_t columns = 16;
  struct alignas(64) Line {
    std::array<std::uint8_t, rows * columns> counters{};
  };
  std::size_t line_of(std::uint64_t mixed) const { return (mixed >> 32) & (lines_.size() - 1); }
  void age();

  std::vector<Line> lines_;
  const std::uint64_t period_;
  std::uint64_t counted_ = 0;
};

}  // namespace gust::cache
