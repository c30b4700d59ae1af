#include "http/field_name.h"

#include <array>
#include <cstring>

#include "base/text.h"

namespace gust::http {
namespace {

constexpr std::size_t slots = 512;

constexpr std::size_t slot_of(ByteView text) {
  const auto at = [&](std::size_t i) { return static_cast<std::size_t>(lower(text[i])); };
  return (text.size() * 7 + at(0) * 13 + at(text.size() / 2) * 31 + at(text.size() - 1) * 101) % slots;
}

// Open addressing, laid out by the compiler; a slot that holds `other` ends the search.
constexpr auto table = [] {
  std::array<Name, slots> result{};
  for (std::size_t i = 1; i < name_count; ++i) {
    std::size_t slot = slot_of(name_spellings[i]);
    while (result[slot] != Name::other) slot = (slot + 1) % slots;
    result[slot] = static_cast<Name>(i);
  }
  return result;
}();

// Eight bytes at a time. Setting bit 5 folds the case of letters and leaves `-` and digits alone; no other byte of a
// token falls together with one of ours.
bool same_name(ByteView known, ByteView token) {
  if (known.size() != token.size()) return false;
  constexpr std::uint64_t fold = 0x2020202020202020;
  const char* a = known.data();
  const char* b = token.data();
  std::size_t left = known.size();
  for (; left >= 8; left -= 8, a += 8, b += 8) {
    std::uint64_t x = 0;
    std::uint64_t y = 0;
    std::memcpy(&x, a, 8);
    std::memcpy(&y, b, 8);
    if ((x | fold) != (y | fold)) return false;
  }
  for (; left > 0; --left, ++a, ++b) {
    if ((*a | 0x20) != (*b | 0x20)) return false;
  }
  return true;
}

}  // namespace

Name known_name(ByteView text) {
  if (text.empty()) return Name::other;
  for (std::size_t slot = slot_of(text); table[slot] != Name::other; slot = (slot + 1) % slots) {
    if (same_name(text_of(table[slot]), text)) return table[slot];
  }
  return Name::other;
}

}  // namespace gust::http
