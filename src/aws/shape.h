// Shape: what the service models say about types and operations, as constant tables that one interpreter walks.
//
// Source: the official service models, by way of tools/shapes/generate.py; nothing here is written by hand.
// Shape:  descriptors point into generated C++ structs by offset and by small access functions, so that the
//         interpreter holds no code per type. Tables live for the whole program and never change.
//
// How a model type is held: string and enumeration std::string, blob Blob, boolean bool, integer std::int32_t, long
// std::int64_t, float and double double, timestamp WallTime, list std::vector, map std::map of strings. A member that
// is not required is a std::optional, but for lists and maps, where empty means absent. A streaming body is no member:
// the operation's flags tell of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace gust::aws {

struct Blob {
  std::string bytes;
};

enum class Kind : std::uint8_t { structure, list, map, string, blob, boolean, integer, long_integer, real, timestamp };
enum class Location : std::uint8_t { body, uri, query, header, header_prefix, status_code };
enum class TimeForm : std::uint8_t { iso8601, http_date, epoch_seconds };

struct OptionalAccess {
  const void* (*get)(const void* optional);  // null where empty
  void* (*make)(void* optional);             // a fresh value
};

struct ListAccess {
  std::size_t (*size)(const void* list);
  const void* (*at)(const void* list, std::size_t index);
  void* (*add)(void* list);
};

struct Shape;

struct Member {
  std::string_view name;  // as in the model, and in JSON
  std::string_view wire;  // element, attribute, header, header prefix, query or form key, or key of a JSON object
  const Shape* shape;
  const OptionalAccess* optional;  // null where the value is held plainly
  std::uint32_t offset;
  Location location;
  TimeForm time_form;
  bool required;
  bool attribute;  // an XML attribute of the element of the structure
};

struct Shape {
  std::string_view name;
  Kind kind;
  std::span<const Member> members;            // structure
  int payload;                                // index of the member that is the whole body, or -1
  std::string_view prefix, prefix_namespace;  // an xmlns:prefix that the element declares
  const Shape* element;                       // list
  const ListAccess* list;
  std::string_view element_wire;  // of a list that is not flattened; of one that is: empty means the member's own
  bool flattened;
  std::int64_t least, most;  // of a number's value or a string's or list's length; int64 limits: none
  std::string_view pattern;
  std::span<const std::string_view> allowed;  // of an enumeration
};

struct QueryKey {
  std::string_view name, value;
  bool has_value;
};

struct ErrorShape {
  std::string_view code;
  int status;
};

struct Operation {
  std::string_view name, method, path;                             // path with {Label} and {Label+}
  std::span<const QueryKey> fixed_query;                           // route: must be in the query
  std::span<const std::string_view> needed_query, needed_headers;  // route: must be there with any value
  const Shape* input;                                              // null: none, or not implemented
  const Shape* output;
  // The root element where no payload member gives one; of the query protocol, the element around the result.
  std::string_view input_root, output_root;
  int status;                              // of success
  bool streaming_input, streaming_output;  // the body is bytes for the handler
  bool unwrapped_output;                   // the only member is the root element
  bool implemented;
  std::span<const ErrorShape> errors;
};

// How requests and answers are spelled (AWS.md section 4).
enum class Protocol : std::uint8_t { rest_xml, query, json, rest_json };
enum class ErrorForm : std::uint8_t { error_response, s3, json };

struct Service {
  std::string_view name;  // as in credential scopes
  std::string_view xml_namespace;
  Protocol protocol;
  ErrorForm error_form;
  std::string_view version;        // of the API: Version in a form of the query protocol
  std::string_view target_prefix;  // json: what stands before the dot in X-Amz-Target
  std::string_view content_type;   // of answers with a document
  std::span<const Operation> operations;
  std::span<const ErrorShape> errors;  // of all implemented operations
};

// What an operation without input or output takes and gives.
struct Nothing {};
const Shape& shape_of(const Nothing*);

}  // namespace gust::aws
