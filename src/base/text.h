// Text: the small string functions that every module needs, ASCII only and without locale.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gust {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_alpha(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
// The value of a hexadecimal digit, or -1.
constexpr int hex_digit_value(char c) {
  if (is_digit(c)) return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

// Without regard to case.
bool equal_fold(std::string_view a, std::string_view b);
bool starts_with_fold(std::string_view text, std::string_view prefix);
std::string to_lower(std::string_view text);

// Without leading and trailing spaces and tabs (RFC 9110 OWS).
std::string_view trim(std::string_view text);
// Before and after the first `at`; the second is empty and `found` false where there is none.
struct Cut {
  std::string_view before, after;
  bool found;
};
Cut cut(std::string_view text, char at);
Cut cut(std::string_view text, std::string_view at);
std::vector<std::string_view> split(std::string_view text, char at);
std::string join(const std::vector<std::string>& parts, std::string_view between);

// A whole non-negative decimal number and nothing else: no sign, no space; empty on overflow.
template <std::unsigned_integral T = std::uint64_t>
std::optional<T> parse_decimal(std::string_view text) {
  T value{};
  const char* end = text.data() + text.size();
  auto [at, error] = std::from_chars(text.data(), end, value, 10);
  if (text.empty() || error != std::errc() || at != end) return std::nullopt;
  return value;
}
// A whole decimal number with an optional leading minus.
std::optional<std::int64_t> parse_signed(std::string_view text);

std::string hex_of(std::string_view bytes);  // lower case
std::optional<std::string> bytes_of_hex(std::string_view hex);
std::string base64_of(std::string_view bytes);                      // RFC 4648 section 4, padded
std::optional<std::string> bytes_of_base64(std::string_view text);  // strict: padded, no other characters

// Percent-coding (RFC 3986 section 2.1). Decoding a `%` without two hex digits gives nothing.
std::optional<std::string> percent_decode(std::string_view text);
// Encodes every byte outside A-Z a-z 0-9 - . _ ~ and the ones in `keep`, with upper-case hex digits.
std::string percent_encode(std::string_view text, std::string_view keep = "");

// True for well-formed UTF-8 (RFC 3629).
bool is_utf8(std::string_view text);

}  // namespace gust
