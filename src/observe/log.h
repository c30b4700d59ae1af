// Log: what the program says about itself: start, stop, warnings. One line each.
//
// Shape:  `2025-01-31T12:34:56.789Z warning edge BOM50: origin pics is down (refused)`. Bytes outside visible ASCII
//         appear as \xNN and `\` as `\\`, so that nothing from outside makes a second line or speaks to a terminal.
//         Lines are cut at 4096 bytes.
// Core:   a Log belongs to one core; a LogSink takes lines from any thread.
#pragma once

#include <fmt/core.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/time.h"

namespace gust::rt {
class Loop;
}

namespace gust::observe {

enum class Level : std::uint8_t { debug, info, warning, error };
std::string_view name_of(Level level);

// Takes whole lines, each with its line end, from any thread; never waits.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void write_line(std::string_view line) = 0;
};

// Writes to standard error. When its reader is too slow, lines are dropped and counted; the next that passes says so.
class StderrSink final : public LogSink {
 public:
  void write_line(std::string_view line) override;

 private:
  std::atomic<std::uint64_t> dropped_ = 0;
};

// Formats a line as above, with its line end.
std::string format_log_line(WallTime at, Level level, std::string_view who, std::string_view text);

class Log {
 public:
  // `who` stands in every line (`edge BOM50`); lines below `least` are not made. `sink` and `loop` outlive the Log.
  Log(LogSink& sink, const rt::Loop& loop, std::string who, Level least = Level::info);

  template <typename... Arguments>
  void info(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    write(Level::info, format, std::forward<Arguments>(arguments)...);
  }
  template <typename... Arguments>
  void warning(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    write(Level::warning, format, std::forward<Arguments>(arguments)...);
  }
  template <typename... Arguments>
  void write(Level level, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    if (level >= least_) put(level, fmt::format(format, std::forward<Arguments>(arguments)...));
  }

  // A warning that may come at the rate of requests: at most one line per `interval` for each `topic` (static text),
  // and that line ends with how many were held back since the last one.
  template <typename... Arguments>
  void warn_seldom(std::string_view topic, Duration interval, fmt::format_string<Arguments...> format,
                   Arguments&&... arguments) {
    if (const auto held_back = turn_for(topic, interval); held_back != not_now) {
      put_seldom(fmt::format(format, std::forward<Arguments>(arguments)...), held_back);
    }
  }

 private:
  static constexpr std::uint64_t not_now = ~std::uint64_t{0};
  void put(Level level, std::string_view text);
  void put_seldom(std::string_view text, std::uint64_t held_back);
  // How many lines of the topic were held back before this one, or not_now.
  std::uint64_t turn_for(std::string_view topic, Duration interval);

  struct Topic {
    Instant next;
    std::uint64_t held_back;
  };
  LogSink& sink_;
  const rt::Loop& loop_;
  std::string who_;
  Level least_;
  std::map<std::string_view, Topic, std::less<>> topics_;
};

}  // namespace gust::observe
