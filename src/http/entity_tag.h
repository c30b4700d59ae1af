// Entity tags: reading and comparing.
//
// Source: RFC 9110 sections 8.8.3 and 13.1.1.
// Shape:  pure; views into the text.
#pragma once

#include <optional>

#include "base/bytes.h"

namespace gust::http {

struct EntityTag {
  ByteView opaque;  // with its quotes
  bool is_weak = false;
};

// One entity-tag and nothing else; nothing if it is not that. No escapes exist in it (section 8.8.3).
std::optional<EntityTag> read_entity_tag(ByteView text);

// Same characters, and neither is weak.
bool equal_strong(const EntityTag& a, const EntityTag& b);
// Same characters.
bool equal_weak(const EntityTag& a, const EntityTag& b);

// True if `*` or one element of the list equals `tag` by `equal`. A list out of grammar matches up to where it breaks.
bool list_matches(ByteView list, const EntityTag& tag, bool (*equal)(const EntityTag&, const EntityTag&));

}  // namespace gust::http
