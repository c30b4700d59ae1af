// JSON bodies of the json and rest-json protocols: a shape out of a document, and a document out of a shape.
//
// Source: RFC 8259; the json 1.0, json 1.1 and rest-json protocols of the service models (AWS.md section 4). The form
//         of the document store is another: json_of() in shapes.h.
// Stricter: no member that the shape does not have, none twice; UTF-8 only.
// Limits: body_bytes_max, json_depth_max, json_values_max.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "aws/shape.h"

namespace gust::aws {

inline constexpr std::size_t json_depth_max = 32;
inline constexpr std::size_t json_values_max = 100'000;

// Reads a whole document into `value`; null counts as absent.
//   path    the name of the value in violations
//   gives   in `violations`, the required members that are missing, in the service's words
//   fails   with a sentence that says what is wrong
std::expected<std::monostate, std::string> read_json_document(std::string_view document, const Shape& shape,
                                                              void* value, std::string_view path,
                                                              std::vector<std::string>& violations);

// Leaves out members that are not in the body. The document's own lists are told where they are empty too, as the
// service does; those further in are not.
std::string write_json_document(const Shape& shape, const void* value);

}  // namespace gust::aws
