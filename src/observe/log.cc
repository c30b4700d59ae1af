#include "observe/log.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <iterator>

#include "base/date.h"
#include "rt/loop.h"

namespace gust::observe {
namespace {

// What a pipe takes whole and at once (PIPE_BUF of Linux): poll() says writable only when it has room for it.
constexpr std::size_t line_bytes_max = 4096;

void append_visible(std::string_view text, std::size_t bytes_max, std::string& out) {
  for (const char c : text) {
    if (out.size() + 4 > bytes_max) return;
    if (c == '\\') {
      out += "\\\\";
    } else if (c >= ' ' && c <= '~') {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "\\x{:02X}", static_cast<unsigned char>(c));
    }
  }
}

}  // namespace

std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
  }
  return "error";
}

// Standard error is the one descriptor that is not reached through rt: it is inherited, and only ever written to.
void StderrSink::write_line(std::string_view line) {
  pollfd descriptor{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
  if (poll(&descriptor, 1, 0) != 1 || !(descriptor.revents & POLLOUT)) {
    dropped_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  [[maybe_unused]] ssize_t written = 0;
  if (const std::uint64_t dropped = dropped_.exchange(0, std::memory_order_relaxed); dropped > 0) {
    const std::string with_note = fmt::format("({} lines dropped) {}", dropped, line);
    written = write(STDERR_FILENO, with_note.data(), with_note.size());
  } else {
    written = write(STDERR_FILENO, line.data(), line.size());
  }
}

std::string format_log_line(WallTime at, Level level, std::string_view who, std::string_view text) {
  std::string line = fmt::format("{} {} ", iso8601_of(at), name_of(level));
  append_visible(who, line_bytes_max / 4, line);
  line += ": ";
  append_visible(text, line_bytes_max - 1, line);
  line += '\n';
  return line;
}

Log::Log(LogSink& sink, const rt::Loop& loop, std::string who, Level least)
    : sink_(sink), loop_(loop), who_(std::move(who)), least_(least) {}

void Log::put(Level level, std::string_view text) {
  sink_.write_line(format_log_line(loop_.wall_now(), level, who_, text));
}

void Log::put_seldom(std::string_view text, std::uint64_t held_back) {
  if (held_back == 0) return put(Level::warning, text);
  put(Level::warning, fmt::format("{} ({} more like it before)", text, held_back));
}

std::uint64_t Log::turn_for(std::string_view topic, Duration interval) {
  if (least_ > Level::warning) return not_now;
  const Instant now = loop_.now();
  const auto [found, is_first] = topics_.try_emplace(topic, Topic{.next = now, .held_back = 0});
  Topic& entry = found->second;
  if (now < entry.next) {
    ++entry.held_back;
    return not_now;
  }
  entry.next = now + interval;
  return std::exchange(entry.held_back, 0);
}

}  // namespace gust::observe
