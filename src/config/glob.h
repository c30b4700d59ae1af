// Glob: text against a pattern of `*` (any run, also none) and `?` (exactly one byte), by whole and by case.
//
// Source: PATH-3 and KEY-8 of CLOUDFRONT.md.
// Shape:  made once for a pattern, then a pure function of the text. The pattern's states are bits of a few words that
//         move together, so that the time is that of the text times the words (one for each 64 bytes of pattern),
//         whatever the two say: there is no backtracking to provoke. Patterns up to 255 bytes need no memory to match.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gust::config {

class Glob {
 public:
  explicit Glob(std::string_view pattern);

  bool matches(std::string_view text) const;

 private:
  using Words = std::vector<std::uint64_t>;
  // `at` is zeroed, words() long.
  bool walk(std::uint64_t* at, std::string_view text) const;
  std::size_t words() const { return loops_.size(); }

  std::string literal_;      // the pattern's bytes before its first `*` or `?`
  bool is_literal_ = false;  // the whole of it
  bool is_framed_ = false;   // the rest is `*` and then tail_: no walk is needed
  std::string tail_;
  std::array<std::uint8_t, 256> class_of_{};  // bytes that the pattern names; 0: all others
  Words takes_;                               // for each class, the states that go on at such a byte
  Words loops_;                               // the states that stay: a `*` stands there
  std::size_t end_ = 0;                       // the state in which all is matched
};

}  // namespace gust::config
