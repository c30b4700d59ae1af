#include "config/glob.h"

#include <algorithm>

namespace gust::config {
namespace {

constexpr std::size_t bits = 64;

void set_bit(std::uint64_t* words, std::size_t bit) { words[bit / bits] |= std::uint64_t{1} << (bit % bits); }
bool has_bit(const std::uint64_t* words, std::size_t bit) { return (words[bit / bits] >> (bit % bits) & 1U) != 0; }

}  // namespace

Glob::Glob(std::string_view pattern) {
  const std::size_t wild = std::min(pattern.find_first_of("*?"), pattern.size());
  literal_ = pattern.substr(0, wild);
  std::string_view rest = pattern.substr(wild);
  is_literal_ = rest.empty();
  const std::size_t tail = std::min(rest.find_first_not_of('*'), rest.size());
  is_framed_ = tail > 0 && rest.find_first_of("*?", tail) == std::string_view::npos;
  if (is_framed_) tail_ = rest.substr(tail);
  if (is_literal_ || is_framed_) return;

  // State i: the first i of the bytes that the rest asks for (all but its stars) have been seen.
  end_ = static_cast<std::size_t>(std::ranges::count_if(rest, [](char c) { return c != '*'; }));
  loops_.resize(end_ / bits + 1);
  std::uint8_t classes = 1;
  for (const char c : rest) {
    std::uint8_t& its_class = class_of_[static_cast<unsigned char>(c)];
    // 255 classes and the one of the others; a pattern with every byte in it has `*` and `?` among them.
    if (c != '*' && c != '?' && its_class == 0) its_class = classes++;
  }
  takes_.resize(classes * words());
  std::size_t state = 0;
  for (const char c : rest) {
    if (c == '*') {
      set_bit(loops_.data(), state);
      continue;
    }
    for (std::size_t its_class = 0; its_class < classes; ++its_class) {
      const bool takes = c == '?' || class_of_[static_cast<unsigned char>(c)] == its_class;
      if (takes) set_bit(&takes_[its_class * words()], state);
    }
    ++state;
  }
}

bool Glob::matches(std::string_view text) const {
  if (!text.starts_with(literal_)) return false;
  if (is_literal_) return text.size() == literal_.size();
  text.remove_prefix(literal_.size());
  if (is_framed_) return text.ends_with(tail_);

  if (words() <= 4) {
    std::array<std::uint64_t, 4> at{};
    return walk(at.data(), text);
  }
  Words at(words());
  return walk(at.data(), text);
}

bool Glob::walk(std::uint64_t* at, std::string_view text) const {
  set_bit(at, 0);
  for (const char c : text) {
    const std::uint64_t* takes = &takes_[class_of_[static_cast<unsigned char>(c)] * words()];
    std::uint64_t carry = 0;
    std::uint64_t any = 0;
    for (std::size_t i = 0; i < words(); ++i) {
      const std::uint64_t taken = at[i] & takes[i];
      at[i] = (taken << 1) | carry | (at[i] & loops_[i]);
      carry = taken >> (bits - 1);
      any |= at[i];
    }
    if (any == 0) return false;
  }
  return has_bit(at, end_);
}

}  // namespace gust::config
