#include "http/field_name.h"

#include <array>
#include <cstring>

#include "base/text.h"

namespace gust::http {
namespace {

constexpr std::size_t slots = 512;

// Folds the case of letters and leaves `-` and digits alone; no other byte of a token falls together with one of ours.
constexpr std::size_t folded(char c) { return static_cast<unsigned char>(c) | 0x20U; }

// A perfect hash of the names: the factors were found by trying, and the compiler checks them below. A new name that
// collides wants new factors. `text` has two bytes at least.
constexpr std::size_t slot_of(ByteView text) {
  const std::size_t size = text.size();
  return (size * 51 + folded(text[0]) * 401 + folded(text[size / 2]) * 501 + folded(text[size - 2]) * 44) % slots;
}

constexpr auto table = [] {
  std::array<Name, slots> result{};
  for (std::size_t i = 1; i < name_count; ++i) result[slot_of(name_spellings[i])] = static_cast<Name>(i);
  return result;
}();

constexpr bool each_has_its_slot = [] {
  for (std::size_t i = 1; i < name_count; ++i) {
    if (name_spellings[i].size() < 2 || table[slot_of(name_spellings[i])] != static_cast<Name>(i)) return false;
  }
  return true;
}();
static_assert(each_has_its_slot, "two names fall together: find other factors for slot_of");

template <typename Word>
bool same_word(const char* a, const char* b) {
  Word x = 0;
  Word y = 0;
  std::memcpy(&x, a, sizeof x);
  std::memcpy(&y, b, sizeof y);
  constexpr auto fold = static_cast<Word>(0x2020202020202020);
  return (x | fold) == (y | fold);
}

// A word at a time, the last one overlapping.
template <typename Word>
bool same_words(const char* a, const char* b, std::size_t size) {
  for (std::size_t i = 0; i + sizeof(Word) < size; i += sizeof(Word)) {
    if (!same_word<Word>(a + i, b + i)) return false;
  }
  return same_word<Word>(a + size - sizeof(Word), b + size - sizeof(Word));
}

// `size` is 2 at least.
bool same_name(const char* known, const char* token, std::size_t size) {
  if (size >= 8) return same_words<std::uint64_t>(known, token, size);
  if (size >= 4) return same_words<std::uint32_t>(known, token, size);
  return same_words<std::uint16_t>(known, token, size);
}

}  // namespace

Name known_name(ByteView text) {
  if (text.size() < 2) return Name::other;
  const Name found = table[slot_of(text)];
  const ByteView spelling = text_of(found);
  return spelling.size() == text.size() && same_name(spelling.data(), text.data(), text.size()) ? found : Name::other;
}

}  // namespace gust::http
