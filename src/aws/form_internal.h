// Forms of the query protocol: a shape out of `Name=v&Tags.member.1.Key=k`.
//
// Source: the query protocol of the service models (AWS.md section 4).
// Shape:  items sorted by name; a value lies under its dotted name, so that reading is a walk of the shape with no tree
//         of its own. Lists are `Name.member.N`, maps `Name.entry.N.key` and `.value`, N counted from 1 without gaps.
// Stricter: no name twice, none that the shape does not have, no gap in the numbers of a list.
// Limits: form_items_max; depth is that of the shape.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "aws/shape.h"
#include "aws/wire_request.h"

namespace gust::aws {

// Reads `value` out of the items that are not of the protocol itself (Action, Version, X-Amz-...).
//   gives   in `violations`, the required members that are missing, in the service's words
//   fails   with a sentence that names the item
std::expected<std::monostate, std::string> read_form(std::span<const QueryItem> items, const Shape& shape, void* value,
                                                     std::vector<std::string>& violations);

}  // namespace gust::aws
