// Scanning bytes of a head, sixteen at a time where the processor has SSE2 (every x86-64), else one by one.
//
// Source: RFC 9110 sections 5.5 and 5.6.2.
// Shape:  a Stop says which bytes end a scan, for one byte and for sixteen; find_stop() gives the first of them.
#pragma once

#include <array>
#include <cstddef>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/bytes.h"
#include "base/text.h"

namespace gust::http {

// One bit a property for each byte value.
enum ByteClass : unsigned char {
  token_byte = 1,  // tchar
  path_byte = 2,   // visible ASCII other than # ? and backslash
  query_byte = 4,  // visible ASCII other than #
  host_byte = 8,   // of a host's name: letters, digits, `-`, `.` and `_`; all of them are token bytes
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
    if (is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_') classes |= host_byte;
  }
  return result;
}();

constexpr bool is_of(ByteClass byte_class, char c) {
  return (byte_classes[static_cast<unsigned char>(c)] & byte_class) != 0;
}

constexpr bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; }

#if defined(__SSE2__)
// True where a byte lies from `first` to `last`.
inline __m128i is_within(__m128i bytes, unsigned char first, unsigned char last) {
  const __m128i above = _mm_sub_epi8(bytes, _mm_set1_epi8(static_cast<char>(first)));
  const __m128i width = _mm_set1_epi8(static_cast<char>(last - first));
  return _mm_cmpeq_epi8(_mm_min_epu8(above, width), above);
}
inline __m128i is_byte(__m128i bytes, char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); }
#endif

// A control byte other than HTAB (so also CR and LF).
struct ControlStop {
  static bool is_stop(char c) { return is_control(c); }
#if defined(__SSE2__)
  static __m128i are_stops(__m128i bytes) {
    return _mm_or_si128(_mm_andnot_si128(is_byte(bytes, '\t'), is_within(bytes, 0, 0x1F)), is_byte(bytes, 0x7F));
  }
#endif
};

// The byte itself.
template <char stop>
struct ByteStop {
  static bool is_stop(char c) { return c == stop; }
#if defined(__SSE2__)
  static __m128i are_stops(__m128i bytes) { return is_byte(bytes, stop); }
#endif
};

// A byte outside of the class.
struct PathStop {
  static bool is_stop(char c) { return !is_of(path_byte, c); }
#if defined(__SSE2__)
  static __m128i are_stops(__m128i bytes) {
    const __m128i marks = _mm_or_si128(_mm_or_si128(is_byte(bytes, '#'), is_byte(bytes, '?')), is_byte(bytes, '\\'));
    const __m128i visible = is_within(bytes, 0x21, 0x7E);
    return _mm_or_si128(marks, _mm_andnot_si128(visible, _mm_set1_epi8(-1)));
  }
#endif
};
struct QueryStop {
  static bool is_stop(char c) { return !is_of(query_byte, c); }
#if defined(__SSE2__)
  static __m128i are_stops(__m128i bytes) {
    const __m128i visible = is_within(bytes, 0x21, 0x7E);
    return _mm_or_si128(is_byte(bytes, '#'), _mm_andnot_si128(visible, _mm_set1_epi8(-1)));
  }
#endif
};
struct HostStop {
  static bool is_stop(char c) { return !is_of(host_byte, c); }
#if defined(__SSE2__)
  static __m128i are_stops(__m128i bytes) {
    const __m128i alpha = is_within(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 'z');
    const __m128i rest = _mm_andnot_si128(is_byte(bytes, '/'), is_within(bytes, '-', '9'));  // - . / and digits
    const __m128i good = _mm_or_si128(_mm_or_si128(alpha, rest), is_byte(bytes, '_'));
    return _mm_andnot_si128(good, _mm_set1_epi8(-1));
  }
#endif
};

// The first stop from `at` to `end`, or `end`.
//   needs   the bytes from `floor` (at most `at`) on are readable: a last piece shorter than sixteen is looked at with
//           what stands before it
template <typename Stop>
const char* find_stop(const char* at, const char* end, [[maybe_unused]] const char* floor) {
#if defined(__SSE2__)
  const auto stops_at = [](const char* sixteen) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(sixteen));
    return static_cast<unsigned>(_mm_movemask_epi8(Stop::are_stops(bytes)));
  };
  for (; end - at >= 16; at += 16) {
    if (const unsigned stops = stops_at(at); stops != 0) return at + __builtin_ctz(stops);
  }
  if (at == end) return end;
  if (end - floor >= 16) {
    const unsigned stops = stops_at(end - 16) >> (16 - (end - at));
    return stops != 0 ? at + __builtin_ctz(stops) : end;
  }
#endif
  while (at != end && !Stop::is_stop(*at)) ++at;
  return at;
}

// How many bytes from the front of `text` are no stops.
template <typename Stop>
std::size_t span_before(ByteView text) {
  return static_cast<std::size_t>(find_stop<Stop>(text.data(), text.data() + text.size(), text.data()) - text.data());
}

inline bool has_control(ByteView text) { return span_before<ControlStop>(text) != text.size(); }

// How many bytes from the front of `text` belong to the class.
constexpr std::size_t span_of(ByteClass byte_class, ByteView text) {
  std::size_t count = 0;
  while (count < text.size() && is_of(byte_class, text[count])) ++count;
  return count;
}

}  // namespace gust::http
