#include "config/path_pattern.h"

#include <algorithm>

#include "base/text.h"

namespace gust::config {

std::string PathPattern::with_slash(std::string_view pattern) {
  if (pattern.starts_with('/') || pattern.starts_with('*')) return std::string(pattern);
  return "/" + std::string(pattern);
}

bool is_path_pattern(std::string_view pattern) {
  constexpr std::string_view marks = "_-.*$/~\"'@:+&?";
  return !pattern.empty() && pattern.size() <= 255 && std::ranges::all_of(pattern, [&](char c) {
    return is_alpha(c) || is_digit(c) || marks.find(c) != std::string_view::npos;
  });
}

}  // namespace gust::config
