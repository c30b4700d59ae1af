#include "http/entity_tag.h"

#include "base/text.h"

namespace gust::http {
namespace {

// etagc: visible ASCII but the quote, and bytes above ASCII. A comma is one of them.
constexpr bool is_tag_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x21 && byte != '"' && byte != 0x7F;
}

std::optional<EntityTag> take_entity_tag(ByteView& text) {
  EntityTag result;
  result.is_weak = text.starts_with("W/");
  ByteView rest = text.substr(result.is_weak ? 2 : 0);
  if (!rest.starts_with('"')) return std::nullopt;
  std::size_t size = 1;
  while (size < rest.size() && is_tag_byte(rest[size])) ++size;
  if (size == rest.size() || rest[size] != '"') return std::nullopt;
  result.opaque = rest.substr(0, size + 1);
  text = rest.substr(size + 1);
  return result;
}

}  // namespace

std::optional<EntityTag> read_entity_tag(ByteView text) {
  const auto result = take_entity_tag(text);
  return text.empty() ? result : std::nullopt;
}

bool equal_strong(const EntityTag& a, const EntityTag& b) { return !a.is_weak && !b.is_weak && a.opaque == b.opaque; }
bool equal_weak(const EntityTag& a, const EntityTag& b) { return a.opaque == b.opaque; }

bool list_matches(ByteView list, const EntityTag& tag, bool (*equal)(const EntityTag&, const EntityTag&)) {
  list = trim(list);
  if (list == "*") return true;
  while (!list.empty()) {
    if (list.front() == ',') {
      list = trim(list.substr(1));
      continue;
    }
    const auto element = take_entity_tag(list);
    if (!element) return false;
    list = trim(list);
    if (!list.empty() && list.front() != ',') return false;
    if (equal(*element, tag)) return true;
  }
  return false;
}

}  // namespace gust::http
