// Field names as HTTP/2 and HTTP/3 carry them: in lower case.
//
// Source: RFC 9113 section 8.2.1; RFC 9114 section 4.2.
#pragma once

#include <array>

#include "base/text.h"
#include "http/field_name.h"

namespace gust::http {

inline constexpr std::size_t spellings_bytes = [] {
  std::size_t bytes = 0;
  for (const ByteView spelling : name_spellings) bytes += spelling.size();
  return bytes;
}();

inline constexpr auto lower_spellings_text = [] {
  std::array<char, spellings_bytes> text{};
  std::size_t at = 0;
  for (const ByteView spelling : name_spellings) {
    for (const char c : spelling) text[at++] = lower(c);
  }
  return text;
}();

inline constexpr auto lower_spellings = [] {
  std::array<ByteView, name_count> views{};
  std::size_t at = 0;
  for (std::size_t i = 0; i < name_count; ++i) {
    views[i] = ByteView(lower_spellings_text.data() + at, name_spellings[i].size());
    at += name_spellings[i].size();
  }
  return views;
}();

// The name in lower case; empty for Name::other.
constexpr ByteView lower_text_of(Name name) { return lower_spellings[static_cast<std::size_t>(name)]; }

}  // namespace gust::http
