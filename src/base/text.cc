#include "base/text.h"

#include <algorithm>

namespace gust {

bool equal_fold(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

bool starts_with_fold(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && equal_fold(text.substr(0, prefix.size()), prefix);
}

std::string to_lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), lower);
  return result;
}

std::string_view trim(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

Cut cut(std::string_view text, char at) {
  const auto found = text.find(at);
  if (found == std::string_view::npos) return {text, {}, false};
  return {text.substr(0, found), text.substr(found + 1), true};
}

Cut cut(std::string_view text, std::string_view at) {
  const auto found = text.find(at);
  if (found == std::string_view::npos) return {text, {}, false};
  return {text.substr(0, found), text.substr(found + at.size()), true};
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  while (true) {
    const Cut c = cut(text, at);
    parts.push_back(c.before);
    if (!c.found) return parts;
    text = c.after;
  }
}

std::string join(const std::vector<std::string>& parts, std::string_view between) {
  std::string result;
  for (const std::string& part : parts) {
    if (&part != parts.data()) result += between;
    result += part;
  }
  return result;
}

std::optional<std::int64_t> parse_signed(std::string_view text) {
  std::int64_t value{};
  const char* end = text.data() + text.size();
  auto [at, error] = std::from_chars(text.data(), end, value, 10);
  if (text.empty() || error != std::errc() || at != end) return std::nullopt;
  return value;
}

std::string hex_of(std::string_view bytes) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string result;
  result.reserve(bytes.size() * 2);
  for (char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    result += digits[byte >> 4];
    result += digits[byte & 15];
  }
  return result;
}

std::optional<std::string> bytes_of_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string result;
  result.reserve(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = hex_digit_value(hex[i]);
    const int low = hex_digit_value(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    result += static_cast<char>(high * 16 + low);
  }
  return result;
}

namespace {

constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (is_digit(c)) return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

}  // namespace

std::string base64_of(std::string_view bytes) {
  std::string result;
  result.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t have = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) group = group << 8 | (j < have ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    for (std::size_t j = 0; j < 4; ++j) result += j <= have ? base64_digits[group >> (18 - 6 * j) & 63] : '=';
  }
  return result;
}

std::optional<std::string> bytes_of_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string result;
  result.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const bool last = i + 4 == text.size();
    std::size_t padding = 0;
    if (last && text[i + 3] == '=') padding = text[i + 2] == '=' ? 2 : 1;
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 4 - padding; ++j) {
      const int value = base64_value(text[i + j]);
      if (value < 0) return std::nullopt;
      group |= static_cast<std::uint32_t>(value) << (18 - 6 * j);
    }
    for (std::size_t j = 0; j < 3 - padding; ++j) result += static_cast<char>(group >> (16 - 8 * j) & 255);
  }
  return result;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit_value(text[i + 1]);
    const int low = hex_digit_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    result += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return result;
}

std::string percent_encode(std::string_view text, std::string_view keep) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string result;
  result.reserve(text.size());
  for (char c : text) {
    const bool plain = is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
    if (plain || keep.find(c) != std::string_view::npos) {
      result += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    result += '%';
    result += digits[byte >> 4];
    result += digits[byte & 15];
  }
  return result;
}

bool is_utf8(std::string_view text) {
  const auto byte_at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  for (std::size_t i = 0; i < text.size();) {
    const unsigned char first = byte_at(i);
    std::size_t length = 1;
    std::uint32_t point = first;
    if (first >= 0x80) {
      if (first >= 0xC2 && first <= 0xDF)
        length = 2, point = first & 0x1FU;
      else if (first >= 0xE0 && first <= 0xEF)
        length = 3, point = first & 0x0FU;
      else if (first >= 0xF0 && first <= 0xF4)
        length = 4, point = first & 0x07U;
      else
        return false;
      if (i + length > text.size()) return false;
      for (std::size_t j = 1; j < length; ++j) {
        if ((byte_at(i + j) & 0xC0U) != 0x80U) return false;
        point = point << 6 | (byte_at(i + j) & 0x3FU);
      }
      if (length == 3 && (point < 0x800 || (point >= 0xD800 && point <= 0xDFFF))) return false;
      if (length == 4 && (point < 0x10000 || point > 0x10FFFF)) return false;
    }
    i += length;
  }
  return true;
}

}  // namespace gust
