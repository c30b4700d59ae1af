// Scanning bytes of a head, sixteen at a time where the processor has SSE2 (every x86-64), else one by one.
//
// Source: RFC 9110 sections 5.5 and 5.6.2.
#pragma once

#include <array>
#include <cstddef>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/bytes.h"
#include "base/text.h"

namespace gust::http {

constexpr bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; }

// The first control byte other than HTAB (so also CR and LF), or `end`.
inline const char* find_control(const char* at, const char* end) {
#if defined(__SSE2__)
  const __m128i last_control = _mm_set1_epi8(0x1F);
  const __m128i tab = _mm_set1_epi8('\t');
  const __m128i del = _mm_set1_epi8(0x7F);
  for (; end - at >= 16; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(bytes, last_control), bytes);
    const __m128i stop = _mm_or_si128(_mm_andnot_si128(_mm_cmpeq_epi8(bytes, tab), low), _mm_cmpeq_epi8(bytes, del));
    const int mask = _mm_movemask_epi8(stop);
    if (mask != 0) return at + __builtin_ctz(static_cast<unsigned>(mask));
  }
#endif
  while (at != end && !is_control(*at)) ++at;
  return at;
}

inline bool has_control(ByteView text) {
  const char* end = text.data() + text.size();
  return find_control(text.data(), end) != end;
}

// One bit a property for each byte value.
enum ByteClass : unsigned char {
  token_byte = 1,  // tchar
  path_byte = 2,   // visible ASCII other than # ? and backslash
  query_byte = 4,  // visible ASCII other than #
};

inline constexpr std::array<unsigned char, 256> byte_classes = [] {
  std::array<unsigned char, 256> result{};
  const ByteView marks = "!#$%&'*+-.^_`|~";
  for (int i = 0x21; i < 0x7F; ++i) {
    const char c = static_cast<char>(i);
    unsigned char& classes = result[static_cast<std::size_t>(i)];
    if (is_alpha(c) || is_digit(c) || marks.find(c) != ByteView::npos) classes |= token_byte;
    if (c != '#' && c != '?' && c != '\\') classes |= path_byte;
    if (c != '#') classes |= query_byte;
  }
  return result;
}();

constexpr bool is_of(ByteClass byte_class, char c) {
  return (byte_classes[static_cast<unsigned char>(c)] & byte_class) != 0;
}

// How many bytes from the front of `text` belong to the class.
constexpr std::size_t span_of(ByteClass byte_class, ByteView text) {
  std::size_t count = 0;
  while (count < text.size() && is_of(byte_class, text[count])) ++count;
  return count;
}

}  // namespace gust::http
