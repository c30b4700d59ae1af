#include "bucket/names.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace gust::bucket {
namespace {

bool is_name_byte(char c) { return (c >= 'a' && c <= 'z') || is_digit(c); }

bool looks_like_ipv4(std::string_view name) {
  const auto labels = split(name, '.');
  return labels.size() == 4 && std::ranges::all_of(labels, [](std::string_view label) {
           return !label.empty() && std::ranges::all_of(label, is_digit);
         });
}

}  // namespace

bool is_bucket_name(std::string_view name) {
  if (name.size() < 3 || name.size() > 63) return false;
  if (!is_name_byte(name.front()) || !is_name_byte(name.back())) return false;
  if (!std::ranges::all_of(name, [](char c) { return is_name_byte(c) || c == '.' || c == '-'; })) return false;
  if (name.contains("..") || looks_like_ipv4(name)) return false;
  constexpr std::array<std::string_view, 3> prefixes{"xn--", "sthree-", "amzn-s3-demo-"};
  constexpr std::array<std::string_view, 5> suffixes{"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"};
  return std::ranges::none_of(prefixes, [&](std::string_view prefix) { return name.starts_with(prefix); }) &&
         std::ranges::none_of(suffixes, [&](std::string_view suffix) { return name.ends_with(suffix); });
}

KeyTrouble trouble_of_key(std::string_view key) {
  if (key.empty()) return KeyTrouble::empty;
  if (key.size() > key_bytes_max) return KeyTrouble::too_long;
  if (key.contains('\0')) return KeyTrouble::has_nul;
  if (!is_utf8(key)) return KeyTrouble::not_utf8;
  return KeyTrouble::none;
}

}  // namespace gust::bucket
