#include "cache/variant.h"

#include <algorithm>
#include <charconv>
#include <span>

#include "base/arena.h"
#include "base/text.h"
#include "http/conditional.h"
#include "http/field_values.h"
#include "http/fields.h"

namespace gust::cache {
namespace {

using http::Name;

bool is_of_the_cache(Name name) { return name != Name::request_range && http::is_condition_or_range(name); }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Copies `value` without what may stand around the commas of a list; what is quoted stays as it is.
ByteView compact(ByteView value, bool ignores_case, Arena& arena) {
  const MutableBytes room = arena.bytes(value.size());
  char* at = room.data();
  bool is_quoted = false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (is_quoted && c == '\\' && i + 1 < value.size()) {
      *at++ = c;
      *at++ = value[++i];
      continue;
    }
    if (c == '"') is_quoted = !is_quoted;
    if (!is_quoted && (c == ' ' || c == '\t')) {
      const std::size_t next = std::min(value.find_first_not_of(" \t", i), value.size());
      const bool is_around_comma = at == room.data() || at[-1] == ',' || next == value.size() || value[next] == ',';
      if (!is_around_comma) at = std::copy(value.begin() + i, value.begin() + next, at);
      i = next - 1;
      continue;
    }
    *at++ = ignores_case ? lower(c) : c;
  }
  return {room.data(), static_cast<std::size_t>(at - room.data())};
}

// The elements of a list in order of their bytes.
ByteView sorted(ByteView list, Arena& arena) {
  const auto count_max = static_cast<std::size_t>(std::ranges::count(list, ',')) + 1;
  const std::span<ByteView> elements = arena.array<ByteView>(count_max);
  std::size_t count = 0;
  http::ListReader reader(list);
  while (const auto element = reader.next()) elements[count++] = *element;
  std::ranges::sort(elements.first(count));
  const MutableBytes room = arena.bytes(list.size() + 1);
  char* at = room.data();
  for (ByteView element : elements.first(count)) {
    if (at != room.data()) *at++ = ',';
    at = std::copy(element.begin(), element.end(), at);
  }
  return {room.data(), static_cast<std::size_t>(at - room.data())};
}

// Nothing where the origin is not sent the field.
std::optional<ByteView> selecting_value(const http::Fields& request, ByteView name, Arena& arena) {
  const http::NameRef ref(name);
  if (is_of_the_cache(ref.known)) return std::nullopt;
  const auto value = request.combined(ref, arena);
  if (!value) return std::nullopt;
  const bool is_coding = ref.known == Name::accept_encoding;
  const ByteView plain = compact(*value, is_coding || ref.known == Name::accept_language, arena);
  return is_coding ? sorted(plain, arena) : plain;
}

char* put_part(char* at, char* end, char letter, ByteView value) {
  *at++ = letter;
  at = std::to_chars(at, end, value.size()).ptr;
  *at++ = ':';
  return std::copy(value.begin(), value.end(), at);
}

constexpr std::size_t part_bytes_max = 2 + 20;  // beside the value

ByteView moved(ByteView part, ByteView from, ByteView to) {
  return to.substr(static_cast<std::size_t>(part.data() - from.data()), part.size());
}

}  // namespace

std::optional<VaryNames> read_vary(const http::Fields& response) {
  VaryNames names;
  for (const http::Field* at = response.find(Name::vary); at != nullptr; at = response.find(Name::vary, at)) {
    http::ListReader reader(at->value);
    while (const auto name = reader.next()) {
      // What a request's Host selects is not among its fields here.
      if (*name == "*" || !http::is_token(*name) || equal_fold(*name, "host")) return std::nullopt;
      names.push_back(to_lower(*name));
      if (names.size() > 4 * vary_names_max) return std::nullopt;
    }
  }
  std::ranges::sort(names);
  const auto again = std::ranges::unique(names);
  names.erase(again.begin(), again.end());
  if (names.size() > vary_names_max) return std::nullopt;
  return names;
}

bool includes(const VaryNames& all, const VaryNames& some) { return std::ranges::includes(all, some); }

VaryNames unite(const VaryNames& known, const VaryNames& fresh) {
  VaryNames both;
  std::ranges::set_union(known, fresh, std::back_inserter(both));
  return both.size() > vary_names_max ? fresh : both;
}

Key make_variant_key(const Key& key, const VaryNames& names, const http::Fields& request, const HashSeed& seed,
                     Arena& arena) {
  const std::span<std::optional<ByteView>> values = arena.array<std::optional<ByteView>>(names.size());
  std::size_t bytes = key.text.size();
  for (std::size_t i = 0; i < names.size(); ++i) {
    values[i] = selecting_value(request, names[i], arena);
    bytes += 2 * part_bytes_max + names[i].size() + values[i].value_or(ByteView()).size();
  }
  const MutableBytes room = arena.bytes(bytes);
  char* const end = room.data() + room.size();
  char* at = std::copy(key.text.begin(), key.text.end(), room.data());
  for (std::size_t i = 0; i < names.size(); ++i) {
    at = put_part(at, end, 'N', names[i]);
    if (values[i]) at = put_part(at, end, 'V', *values[i]);
  }

  Key variant;
  variant.text = {room.data(), static_cast<std::size_t>(at - room.data())};
  variant.distribution = moved(key.distribution, key.text, variant.text);
  variant.path_and_query = moved(key.path_and_query, key.text, variant.text);
  variant.hash = {.low = hash128(variant.text, seed).low, .high = key.hash.high};
  variant.first = key.hash;
  return variant;
}

}  // namespace gust::cache
