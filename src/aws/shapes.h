// Shapes: from a request to a typed input, and from a typed output or error to an answer.
//
// Source: the service models (aws/gen/*.h) and the protocols rest-xml, query, json 1.0 and 1.1 and rest-json (AWS.md
//         section 4); DESIGN.md decision 8.
// Shape:  one interpreter over the tables of shape.h. Pure functions; request ids and bodies come from the caller.
// Rules:  refuse or keep, never drop: an XML element or attribute that the model does not know is an error that names
// it.
//         Query keys and headers that the model does not know are left to the caller, as S3 itself ignores them, but a
//         request that means an operation we do not have is refused by that operation's name.
// Limits: body_bytes_max of XML (the caller's reading limit should be no larger), xml_depth_max,
//         xml_list_items_max, violations_max told.
// Errors: CloudFront: MalformedInput (bytes), MalformedXML with the service's "N validation errors detected: ..."
// (rules);
//         S3: MalformedXML, InvalidArgument; query: MalformedInput, ValidationError; JSON: SerializationException,
//         ValidationException; NotImplemented 501; 404 and 405 by the service.
//
// How a control handler does it (a plain function; a coroutine uses the same calls with CO_TRY around its co_await):
//
//   const auto query = read_query(wire.query);             // nothing: answer InvalidArgument 400
//   const OperationRequest request{.method = wire.method, .path = wire.path, .query = *query,
//                                  .headers = wire.headers, .bucket = {}, .key = {}, .body = body};
//   TRY(const Route route, find_operation(cloudfront::service(), request));
//   if (route.operation == &cloudfront::op::CreateDistribution::operation()) {
//     TRY(const auto input, read_input<cloudfront::op::CreateDistribution>(cloudfront::service(), route, request));
//     cloudfront::CreateDistributionResult output = ...;
//     return write_output<cloudfront::op::CreateDistribution>(cloudfront::service(), output, request_id);
//   }
//   // and a ServiceError from any of these: write_error(cloudfront::service(), error, request_id, is_head)
//
// handlers.h holds the table form of this. The protocol is the service's own: handlers are alike for all of them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "aws/service_error.h"
#include "aws/shape.h"
#include "aws/wire_request.h"
#include "base/result.h"

namespace gust::aws {

inline constexpr std::size_t body_bytes_max = 4 * 1024 * 1024;
inline constexpr int xml_depth_max = 32;
// An empty element of few bytes may make a value of a kilobyte. CompleteMultipartUpload has the longest list.
inline constexpr std::size_t xml_list_items_max = 10'000;
inline constexpr std::size_t form_items_max = 10'000;
inline constexpr std::size_t violations_max = 10;

// A request as operations see it. For S3 the caller has found bucket and key (decoded; empty: none) by path or by host.
struct OperationRequest {
  std::string_view method;
  std::string_view path;  // raw; not used for S3
  std::span<const QueryItem> query;
  std::span<const HeaderView> headers;
  std::string_view bucket, key;  // S3 only
  std::string_view body;         // whole, but not of operations with streaming_input
};

struct Route {
  const Operation* operation;
  std::vector<std::pair<std::string, std::string>> labels;  // of the path, decoded
  std::vector<QueryItem> form;                              // query protocol: query and form, decoded
};

// The operation a request means. REST: by method, path and query keys; the one that names most of them wins. Query: by
// Action and Version, in the query or in a form. JSON: by X-Amz-Target.
//   fails   NotImplemented 501 for an operation we know but do not have; S3 MethodNotAllowed 405; query
//           MalformedQueryString, MissingAction, InvalidAction 400; else UnknownOperationException 404 (json: 400)
Answer<Route> find_operation(const Service& service, const OperationRequest& request);

// What is to be sent. Without a body of its own for operations with streaming_output.
struct WireAnswer {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

struct RequestId {
  std::string id;
  std::string s3_id_2;  // x-amz-id-2 and HostId; S3 only
};

// The type-erased forms; `input` and `output` are of the operation's types.
Answer<std::monostate> read_input_into(const Service& service, const Route& route, const OperationRequest& request,
                                       void* input);
WireAnswer write_output_of(const Service& service, const Operation& operation, const void* output,
                           const RequestId& request_id);

template <typename Op>
Answer<typename Op::Input> read_input(const Service& service, const Route& route, const OperationRequest& request) {
  Answer<typename Op::Input> input;
  if (auto done = read_input_into(service, route, request, &*input); !done) return std::unexpected(done.error());
  return input;
}
template <typename Op>
WireAnswer write_output(const Service& service, const typename Op::Output& output, const RequestId& request_id) {
  return write_output_of(service, Op::operation(), &output, request_id);
}

// The error body of the service, none for HEAD. Characters that no header may hold become spaces.
WireAnswer write_error(const Service& service, const ServiceError& error, const RequestId& request_id,
                       bool head_request = false);

// NotImplemented 501, naming the operation.
ServiceError not_implemented(const Service& service, const Operation& operation);

// An error of the model with the model's status; 400 for a code that the model does not know.
ServiceError service_error(const Service& service, std::string_view code, std::string message);

// What texts may hold.
enum class TextRule : std::uint8_t {
  any_bytes,
  of_xml,  // what XML 1.0 section 2.2 can hold: anything else would make an answer that tells it unreadable
};

// Whether a value keeps the model's rules (required lists, enumerations, lengths, ranges, patterns).
//   gives   the violations in the service's words; `path` is the name of the value in them
std::vector<std::string> violations_of(const Shape& shape, const void* value, std::string_view path,
                                       TextRule texts = TextRule::any_bytes);

// Any shape as JSON text and back, losing nothing; members by their model names, times in ISO 8601, blobs in base64,
// strings that are not UTF-8 as {"base64": ...}. For the document store.
//   fails   bad_syntax; bad_value for an unknown member, a missing required one or a wrong type (side: own)
std::string json_of(const Shape& shape, const void* value);
Result<bool> read_json_into(const Shape& shape, std::string_view json, void* value);

template <typename T>
const Shape& shape_for() {
  return shape_of(static_cast<const T*>(nullptr));
}
template <typename T>
std::string to_json(const T& value) {
  return json_of(shape_for<T>(), &value);
}
template <typename T>
Result<T> from_json(std::string_view json) {
  Result<T> value;
  if (auto done = read_json_into(shape_for<T>(), json, &*value); !done) return std::unexpected(done.error());
  return value;
}
template <typename T>
bool same_value(const T& a, const T& b) {
  return to_json(a) == to_json(b);
}

}  // namespace gust::aws
