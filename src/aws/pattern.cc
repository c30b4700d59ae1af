#include "aws/pattern.h"

#include <algorithm>

#include "base/text.h"

namespace gust::aws {
namespace {

constexpr std::size_t steps_max = 2000;
constexpr int group_depth_max = 16;
constexpr char32_t last_point = 0x10FFFF;

using Ranges = std::vector<std::pair<char32_t, char32_t>>;

// The next code point; a byte that is no UTF-8 stands for itself.
char32_t take_point(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (length > text.size()) {
    text.remove_prefix(1);
    return first;
  }
  char32_t point = length == 1 ? first : first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) point = point << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
  text.remove_prefix(length);
  return point;
}

}  // namespace

bool Pattern::Set::holds(char32_t point) const {
  const bool found =
      std::ranges::any_of(ranges, [&](const auto& range) { return range.first <= point && point <= range.second; });
  return found != negated;
}

// Recursive descent; writes steps as it reads, and copies a piece's steps to repeat it.
class PatternCompiler {
 public:
  explicit PatternCompiler(std::string_view expression) : left_(expression) {}

  std::optional<Pattern> run() {
    if (left_.starts_with('^')) left_.remove_prefix(1);
    if (left_.ends_with('$') && !left_.ends_with("\\$")) left_.remove_suffix(1);
    if (!choice(0) || !left_.empty()) return std::nullopt;
    add({Pattern::Do::accept});
    if (!good_) return std::nullopt;
    return std::move(made_);
  }

 private:
  using Do = Pattern::Do;
  std::vector<Pattern::Step>& steps() { return made_.steps_; }
  void add(Pattern::Step step) {
    good_ = good_ && steps().size() < steps_max;
    if (good_) steps().push_back(step);
  }

  bool choice(int depth) {
    if (depth > group_depth_max) return false;
    const std::size_t start = steps().size();
    if (!sequence(depth)) return false;
    if (!left_.starts_with('|')) return true;
    left_.remove_prefix(1);
    insert(start, {Do::fork, start + 1, steps().size() + 2});
    const std::size_t jump = steps().size();
    add({Do::jump});
    if (!choice(depth + 1) || !good_) return false;
    steps()[jump].a = steps().size();
    return true;
  }

  bool sequence(int depth) {
    while (good_ && !left_.empty() && left_.front() != '|' && left_.front() != ')') {
      const std::size_t start = steps().size();
      if (!atom(depth) || !repeat(start)) return false;
    }
    return good_;
  }

  bool atom(int depth) {
    if (left_.starts_with('(')) {
      left_.remove_prefix(1);
      if (left_.starts_with("?:")) left_.remove_prefix(2);
      if (left_.starts_with('?') || !choice(depth + 1) || !left_.starts_with(')')) return false;
      left_.remove_prefix(1);
      return true;
    }
    Pattern::Set set;
    if (left_.starts_with('[')) {
      if (!bracket(set)) return false;
    } else if (left_.starts_with('.')) {
      left_.remove_prefix(1);
      set = {{{'\n', '\n'}, {'\r', '\r'}}, true};
    } else if (left_.starts_with('\\')) {
      if (!escape(set.ranges)) return false;
    } else if (std::string_view("*+?{}^$]").find(left_.front()) != std::string_view::npos) {
      return false;
    } else {
      const char32_t point = take_point(left_);
      set.ranges = {{point, point}};
    }
    made_.sets_.push_back(std::move(set));
    add({Do::take, made_.sets_.size() - 1});
    return true;
  }

  bool bracket(Pattern::Set& set) {
    left_.remove_prefix(1);
    if (left_.starts_with('^')) {
      set.negated = true;
      left_.remove_prefix(1);
    }
    while (!left_.empty() && left_.front() != ']') {
      if (left_.front() == '[' || left_.starts_with("&&")) return false;
      if (left_.front() == '\\' && !left_.starts_with("\\u")) {
        if (!escape(set.ranges)) return false;
        continue;
      }
      const auto from = bound();
      if (!from) return false;
      // `a-z` is a range; a hyphen at the end, or behind a range, is itself.
      if (left_.size() >= 2 && left_.front() == '-' && left_[1] != ']' &&
          (left_[1] != '\\' || left_.substr(1).starts_with("\\u"))) {
        left_.remove_prefix(1);
        const auto to = bound();
        if (!to || *to < *from) return false;
        set.ranges.emplace_back(*from, *to);
      } else {
        set.ranges.emplace_back(*from, *from);
      }
    }
    if (left_.empty()) return false;
    left_.remove_prefix(1);
    return true;
  }

  // One end of a range: a character, or its code.
  std::optional<char32_t> bound() {
    if (!left_.starts_with("\\u")) return take_point(left_);
    left_.remove_prefix(2);
    return code();
  }

  // The four digits of \uXXXX.
  std::optional<char32_t> code() {
    if (left_.size() < 4) return std::nullopt;
    char32_t point = 0;
    for (const char c : left_.substr(0, 4)) {
      const int digit = hex_digit_value(c);
      if (digit < 0) return std::nullopt;
      point = point * 16 + static_cast<char32_t>(digit);
    }
    left_.remove_prefix(4);
    return point;
  }

  bool escape(Ranges& ranges) {
    left_.remove_prefix(1);
    if (left_.empty()) return false;
    const char c = left_.front();
    left_.remove_prefix(1);
    const auto append = [&](const Ranges& more) { ranges.insert(ranges.end(), more.begin(), more.end()); };
    if (c == 'd') return append({{'0', '9'}}), true;
    if (c == 'w') return append({{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}), true;
    if (c == 's') return append({{'\t', '\r'}, {' ', ' '}}), true;
    if (c == 't') return append({{'\t', '\t'}}), true;
    if (c == 'n') return append({{'\n', '\n'}}), true;
    if (c == 'r') return append({{'\r', '\r'}}), true;
    if (c == 'u') {
      const auto point = code();
      return point && (append({{*point, *point}}), true);
    }
    if (c == 'p') {
      if (left_.size() < 3 || left_[0] != '{' || left_[2] != '}') return false;
      const char category = left_[1];
      left_.remove_prefix(3);
      if (category == 'L') return append({{'A', 'Z'}, {'a', 'z'}, {0x80, last_point}}), true;
      if (category == 'N') return append({{'0', '9'}}), true;
      if (category == 'Z') return append({{' ', ' '}, {0xA0, 0xA0}, {0x2000, 0x200A}, {0x2028, 0x2029}}), true;
      return false;
    }
    if (is_alpha(c) || is_digit(c)) return false;
    return append({{static_cast<unsigned char>(c), static_cast<unsigned char>(c)}}), true;
  }

  bool repeat(std::size_t start) {
    std::size_t least = 1, most = 1;
    bool endless = false;
    if (left_.starts_with('*') || left_.starts_with('+') || left_.starts_with('?')) {
      least = left_.front() == '+' ? 1 : 0;
      endless = left_.front() != '?';
      left_.remove_prefix(1);
    } else if (left_.starts_with('{')) {
      const Cut braces = cut(left_.substr(1), '}');
      const Cut bounds = cut(braces.before, ',');
      const auto from = parse_decimal<std::size_t>(bounds.before);
      const auto to = bounds.found && !bounds.after.empty() ? parse_decimal<std::size_t>(bounds.after) : from;
      endless = bounds.found && bounds.after.empty();
      if (!braces.found || !from || !to || *to < *from || *to > steps_max) return false;
      least = *from;
      most = *to;
      left_ = braces.after;
    } else {
      return true;
    }
    const std::vector<Pattern::Step> piece(steps().begin() + static_cast<std::ptrdiff_t>(start), steps().end());
    steps().resize(start);
    for (std::size_t i = 0; good_ && i < least; ++i) copy(piece, start);
    if (endless) {
      const std::size_t fork = steps().size();
      add({Do::fork, fork + 1, fork + piece.size() + 2});
      copy(piece, start);
      add({Do::jump, fork});
    } else {
      for (std::size_t i = least; good_ && i < most; ++i) {
        const std::size_t fork = steps().size();
        add({Do::fork, fork + 1, fork + piece.size() + 1});
        copy(piece, start);
      }
    }
    return good_;
  }

  // Appends steps that were written for `from`, moved to where they stand now.
  void copy(const std::vector<Pattern::Step>& piece, std::size_t from) {
    const std::size_t base = steps().size();
    for (Pattern::Step step : piece) {
      if (step.what == Do::fork || step.what == Do::jump) step.a += base - from;
      if (step.what == Do::fork) step.b += base - from;
      add(step);
    }
  }

  // Puts a step in front of those from `at`, whose targets move with them.
  void insert(std::size_t at, Pattern::Step step) {
    for (std::size_t i = at; i < steps().size(); ++i) {
      if (steps()[i].what == Do::fork || steps()[i].what == Do::jump) ++steps()[i].a;
      if (steps()[i].what == Do::fork) ++steps()[i].b;
    }
    steps().insert(steps().begin() + static_cast<std::ptrdiff_t>(at), step);
  }

  std::string_view left_;
  Pattern made_;
  bool good_ = true;
};

std::optional<Pattern> Pattern::compile(std::string_view expression) { return PatternCompiler(expression).run(); }

bool Pattern::matches(std::string_view text) const {
  std::vector<std::size_t> now, next, open;
  std::vector<std::size_t> seen(steps_.size(), 0);
  std::size_t round = 1;
  // All steps reachable without taking a character; each once a round.
  const auto reach = [&](std::vector<std::size_t>& into, std::size_t from) {
    open.push_back(from);
    while (!open.empty()) {
      const std::size_t at = open.back();
      open.pop_back();
      if (seen[at] == round) continue;
      seen[at] = round;
      const Step& step = steps_[at];
      if (step.what == Do::take || step.what == Do::accept) {
        into.push_back(at);
      } else {
        open.push_back(step.a);
        if (step.what == Do::fork) open.push_back(step.b);
      }
    }
  };
  reach(now, 0);
  while (!text.empty() && !now.empty()) {
    const char32_t point = take_point(text);
    ++round;
    next.clear();
    for (const std::size_t at : now) {
      if (steps_[at].what == Do::take && sets_[steps_[at].a].holds(point)) reach(next, at + 1);
    }
    now.swap(next);
  }
  return std::ranges::any_of(now, [&](std::size_t at) { return steps_[at].what == Do::accept; });
}

}  // namespace gust::aws
