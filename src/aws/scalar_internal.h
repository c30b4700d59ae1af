// Scalars: one value of a model type to its text on the wire and back; and where members lie in their struct.
#pragma once

#include <string>
#include <string_view>

#include "aws/shape.h"

namespace gust::aws {

constexpr bool is_scalar(Kind kind) { return kind > Kind::map; }

// False where the text is no value of that kind: integers in their range, `true` or `false`, base64, a date.
bool read_scalar(const Shape& shape, TimeForm form, std::string_view text, void* value);
std::string scalar_text(const Shape& shape, TimeForm form, const void* value);

inline const void* place_of(const Member& member, const void* owner) {
  return static_cast<const char*>(owner) + member.offset;
}

// The value of a member, or null where it is absent; an empty list or map is not absent.
inline const void* value_of(const Member& member, const void* owner) {
  const void* place = place_of(member, owner);
  return member.optional != nullptr ? member.optional->get(place) : place;
}

// Where to write the value of a member.
inline void* make_value(const Member& member, void* owner) {
  void* place = static_cast<char*>(owner) + member.offset;
  return member.optional != nullptr ? member.optional->make(place) : place;
}

// Whether there is something to write: an optional with a value, a list or map with items, or what is required.
bool is_present(const Member& member, const void* owner);

}  // namespace gust::aws
