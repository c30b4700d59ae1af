// Words: the lines of a scenario file cut into words, and read one after the other.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "scenarios/scenario_reader.h"

namespace gust::scenarios {

template <typename T>
using Read = std::expected<T, Mistake>;

struct Word {
  std::string text;
  bool is_quoted = false;
};

struct Line {
  int number = 0;
  bool is_indented = false;
  std::vector<Word> words;
};

// "200ms"; none where the text is no such time.
std::optional<Duration> read_time(std::string_view text);

// Lines that hold words.
Read<std::vector<Line>> read_lines(std::string_view text);

// A walk over the words of one line.
class Words {
 public:
  explicit Words(const Line& line) : line_(line) {}

  int line() const { return line_.number; }
  bool is_at_end() const { return at_ == line_.words.size(); }
  // Takes the next word if it is this one, unquoted.
  bool take(std::string_view keyword);
  // The next word; `what` is what the mistake says is missing.
  Read<std::string> next(std::string_view what);
  Read<std::uint64_t> next_number(std::string_view what);
  Read<Duration> next_time();
  Read<void> end() const;
  std::unexpected<Mistake> mistake(std::string text) const {
    return std::unexpected(Mistake{line_.number, std::move(text)});
  }

 private:
  const Line& line_;
  std::size_t at_ = 0;
};

}  // namespace gust::scenarios
