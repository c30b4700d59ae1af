// XML bodies: a shape out of a document, and a document out of a shape.
//
// Source: XML 1.0 without DTDs; the rest-xml protocol.
// Stricter: one root and nothing beside it; no DOCTYPE, no processing instructions, UTF-8 only; no element or attribute
//         that the shape does not have, none twice.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "aws/shape.h"

namespace gust::aws {

// Reads a whole document into `value`.
//   root    the name that the root element must have; empty: any
//   path    the name of the value in violations
//   gives   in `violations`, the required members that are missing, in the service's words
//   fails   with a sentence that names the element
std::expected<std::monostate, std::string> read_xml(std::string_view document, std::string_view root,
                                                    const Shape& shape, void* value, std::string_view path,
                                                    std::vector<std::string>& violations);

// A whole document with declaration. Leaves out members that are not in the body.
std::string write_xml(std::string_view root, std::string_view xml_namespace, const Shape& shape, const void* value);

// Appends the result of an operation of the query protocol: one element without declaration or namespace. As with the
// service, its lists are told where they are empty too; those further in are not.
void append_answer_xml(std::string& out, std::string_view root, const Shape& shape, const void* value);

// Appends text with the characters escaped that XML needs; control characters as references, as S3 writes them.
void append_escaped(std::string& out, std::string_view text);

// Whether every byte may stand in an XML document and every reference is one we know.
bool is_plain_xml(std::string_view document);

}  // namespace gust::aws
