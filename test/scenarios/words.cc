#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "scenarios/words_internal.h"

namespace gust::scenarios {
namespace {

std::unexpected<Mistake> mistake_at(int line, std::string_view text) {
  return std::unexpected(Mistake{line, std::string(text)});
}

// The part of a quoted word after the opening quote; moves `rest` behind the closing one.
Read<std::string> read_quoted(std::string_view& rest, int line) {
  std::string text;
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == '"') return text;
    if (c != '\\') {
      text += c;
      continue;
    }
    const char escaped = rest.empty() ? '\0' : rest.front();
    if (!rest.empty()) rest.remove_prefix(1);
    constexpr std::string_view names = "rnt\"\\", bytes = "\r\n\t\"\\";
    if (const std::size_t found = names.find(escaped); escaped != '\0' && found != std::string_view::npos) {
      text += bytes[found];
    } else if (const auto byte = bytes_of_hex(rest.substr(0, 2)); escaped == 'x' && byte && byte->size() == 1) {
      text += *byte;
      rest.remove_prefix(2);
    } else {
      return mistake_at(line, "unknown escape in a quoted word");
    }
  }
  return mistake_at(line, "a quoted word is not closed");
}

Read<std::vector<Word>> read_words(std::string_view rest, int line) {
  std::vector<Word> words;
  while (true) {
    rest = trim(rest);
    if (rest.empty() || rest.front() == '#') return words;
    if (rest.front() == '"') {
      rest.remove_prefix(1);
      Read<std::string> text = read_quoted(rest, line);
      if (!text) return std::unexpected(text.error());
      words.push_back({.text = std::move(*text), .is_quoted = true});
      continue;
    }
    const std::size_t end = std::min(rest.find_first_of(" \t"), rest.size());
    words.push_back({.text = std::string(rest.substr(0, end))});
    rest.remove_prefix(end);
  }
}

}  // namespace

std::optional<Duration> read_time(std::string_view text) {
  struct Unit {
    std::string_view name;
    Duration length;
  };
  static constexpr std::array<Unit, 6> units{{{"us", std::chrono::microseconds{1}},
                                              {"ms", std::chrono::milliseconds{1}},
                                              {"s", std::chrono::seconds{1}},
                                              {"m", std::chrono::minutes{1}},
                                              {"h", std::chrono::hours{1}},
                                              {"d", std::chrono::hours{24}}}};
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto count = parse_decimal<std::uint32_t>(text.substr(0, digits));
  for (const Unit& unit : units) {
    if (count && text.substr(digits) == unit.name) return *count * unit.length;
  }
  return std::nullopt;
}

Read<std::vector<Line>> read_lines(std::string_view text) {
  std::vector<Line> lines;
  int number = 0;
  for (std::string_view line : split(text, '\n')) {
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    Read<std::vector<Word>> words = read_words(line, number);
    if (!words) return std::unexpected(words.error());
    if (words->empty()) continue;
    const bool is_indented = line.starts_with(' ') || line.starts_with('\t');
    lines.push_back({.number = number, .is_indented = is_indented, .words = std::move(*words)});
  }
  return lines;
}

bool Words::take(std::string_view keyword) {
  if (is_at_end() || line_.words[at_].is_quoted || line_.words[at_].text != keyword) return false;
  ++at_;
  return true;
}

Read<std::string> Words::next(std::string_view what) {
  if (is_at_end()) return mistake(fmt::format("expected {} at the end of the line", what));
  return line_.words[at_++].text;
}

Read<std::uint64_t> Words::next_number(std::string_view what) {
  const Read<std::string> word = next(what);
  if (!word) return std::unexpected(word.error());
  if (const auto number = parse_decimal(*word)) return *number;
  return mistake(fmt::format("expected {}, found `{}`", what, *word));
}

Read<Duration> Words::next_time() {
  const Read<std::string> word = next("a time");
  if (!word) return std::unexpected(word.error());
  if (const auto time = read_time(*word)) return *time;
  return mistake(fmt::format("expected a time such as 200ms, found `{}`", *word));
}

Read<void> Words::end() const {
  if (is_at_end()) return {};
  return mistake(fmt::format("`{}` is not understood here", line_.words[at_].text));
}

}  // namespace gust::scenarios
