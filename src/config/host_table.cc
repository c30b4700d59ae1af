#include "config/host_table.h"

#include <cstring>

#include "base/text.h"

namespace gust::config {
namespace {

// Setting bit 5 makes upper case lower and takes few other bytes together: equal_fold() tells those apart.
constexpr std::uint64_t fold_case = 0x2020202020202020;

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  const unsigned __int128 product = static_cast<unsigned __int128>(a ^ 0xA0761D6478BD642F) * (b ^ 0xE7037ED1A0B428DB);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t word_at(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, 8);
  return word | fold_case;
}

std::uint64_t hash_of(std::string_view name) {
  std::uint64_t hash = name.size();
  if (name.size() < 8) {
    for (const char c : name) hash = mix(hash, static_cast<unsigned char>(c) | 0x20U);
    return hash;
  }
  const char* const last = name.data() + name.size() - 8;
  for (const char* at = name.data(); at < last; at += 8) hash = mix(hash, word_at(at));
  return mix(hash, word_at(last));  // some bytes twice, rather than a shorter word
}

constexpr std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }

}  // namespace

void HostTable::add(std::string_view name, std::size_t number) {
  if (find(name)) return;
  names_.push_back({to_lower(name), hash_of(name), number});
  if (2 * names_.size() <= slots_.size()) return place(names_.back().hash, names_.size() - 1);
  slots_.assign(slots_.empty() ? 8 : 2 * slots_.size(), {});
  for (std::size_t i = 0; i < names_.size(); ++i) place(names_[i].hash, i);
}

void HostTable::place(std::uint64_t hash, std::size_t name) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  while (slots_[at].name != 0) at = (at + 1) & mask;
  slots_[at] = {tag_of(hash), static_cast<std::uint32_t>(name + 1)};
}

std::optional<std::size_t> HostTable::find(std::string_view name) const {
  if (slots_.empty()) return std::nullopt;
  const std::uint64_t hash = hash_of(name);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask; slots_[at].name != 0; at = (at + 1) & mask) {
    if (slots_[at].hash != tag_of(hash)) continue;
    const Name& found = names_[slots_[at].name - 1];
    // Viewers send lower case.
    if (found.text == name || equal_fold(found.text, name)) return found.number;
  }
  return std::nullopt;
}

}  // namespace gust::config
