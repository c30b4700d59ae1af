// Pattern: the regular expressions of service models, matched in linear time.
//
// Source: java.util.regex as far as the models use it: literals, `.`, classes with ranges, \d \w \s \uXXXX \p{L} \p{N}
// \p{Z},
//         groups, `|`, `*` `+` `?` `{n}` `{n,}` `{n,m}`, `^` and `$` at the ends.
// Shape:  a small program run over all states at once (Thompson): time is text times pattern, whatever the text.
// Laxer:  every code point from 0x80 counts as a letter, for want of the Unicode tables.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace gust::aws {

class Pattern {
 public:
  // Nothing where the expression uses what is not listed above or is too large (2,000 steps).
  static std::optional<Pattern> compile(std::string_view expression);

  // Whether the whole of the text (UTF-8) matches.
  bool matches(std::string_view text) const;

 private:
  friend class PatternCompiler;
  enum class Do : std::uint8_t { take, fork, jump, accept };
  struct Set {
    std::vector<std::pair<char32_t, char32_t>> ranges;
    bool negated = false;
    bool holds(char32_t point) const;
  };
  struct Step {
    Do what;
    std::size_t a = 0, b = 0;  // take: set a; fork: both; jump: a
  };
  std::vector<Set> sets_;
  std::vector<Step> steps_;
};

}  // namespace gust::aws
