// Time: durations, the steady clock that timers use, and the wall clock that dates use. Clocks are read through rt.
#pragma once

#include <chrono>
#include <cstdint>

namespace gust {

using Duration = std::chrono::nanoseconds;

// Steady time of one loop: never goes back. Good for deadlines and ages inside one process.
struct SteadyClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<SteadyClock, Duration>;
  static constexpr bool is_steady = true;
};
using Instant = SteadyClock::time_point;

// Wall time: nanoseconds since 1970-01-01T00:00:00Z. May jump.
struct WallClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<WallClock, Duration>;
  static constexpr bool is_steady = false;
};
using WallTime = WallClock::time_point;

inline constexpr Instant never = Instant::max();

// Whole seconds since 1970, rounded down.
constexpr std::int64_t unix_seconds(WallTime at) {
  return std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
}
constexpr WallTime wall_time_of(std::int64_t unix_seconds) { return WallTime{std::chrono::seconds{unix_seconds}}; }

}  // namespace gust
