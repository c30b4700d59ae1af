#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "aws/json_document_internal.h"
#include "aws/scalar_internal.h"
#include "aws/shapes.h"
#include "aws/xml_internal.h"

namespace gust::aws {
namespace {

// No value may end its line or begin another.
std::string header_text(std::string text) {
  std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return text;
}

void add_request_id(const Service& service, const RequestId& id, WireAnswer& answer) {
  if (service.error_form == ErrorForm::s3) {
    answer.headers.emplace_back("x-amz-request-id", id.id);
    answer.headers.emplace_back("x-amz-id-2", id.s3_id_2);
  } else {
    answer.headers.emplace_back("x-amzn-RequestId", id.id);
  }
}

void set_document(const Service& service, WireAnswer& answer, std::string body) {
  answer.headers.emplace_back("Content-Type", service.content_type);
  answer.body = std::move(body);
}

bool is_json(const Service& service) {
  return service.protocol == Protocol::json || service.protocol == Protocol::rest_json;
}

void add_header(const Member& member, const void* output, WireAnswer& answer) {
  if (member.location == Location::body || !is_present(member, output)) return;
  const void* value = value_of(member, output);
  if (member.location == Location::header_prefix) {
    for (const auto& [name, text] : *static_cast<const std::map<std::string, std::string>*>(value)) {
      answer.headers.emplace_back(std::string(member.wire) + name, header_text(text));
    }
  } else if (member.location == Location::status_code) {
    answer.status = *static_cast<const std::int32_t*>(value);
  } else if (member.shape->kind != Kind::list) {
    answer.headers.emplace_back(member.wire, header_text(scalar_text(*member.shape, member.time_form, value)));
  }
}

void write_body(const Service& service, const Operation& operation, const void* output, WireAnswer& answer) {
  const Shape& shape = *operation.output;
  if (shape.payload >= 0) {
    const Member& member = shape.members[static_cast<std::size_t>(shape.payload)];
    if (!is_present(member, output)) return;
    const void* value = value_of(member, output);
    if (member.shape->kind == Kind::blob) {
      answer.body = static_cast<const Blob*>(value)->bytes;
    } else if (member.shape->kind == Kind::string) {
      answer.body = *static_cast<const std::string*>(value);
    } else if (is_json(service)) {
      set_document(service, answer, write_json_document(*member.shape, value));
    } else {
      set_document(service, answer, write_xml(member.wire, service.xml_namespace, *member.shape, value));
    }
    return;
  }
  const bool has_body =
      std::ranges::any_of(shape.members, [](const Member& member) { return member.location == Location::body; });
  if (!has_body) return;
  if (is_json(service)) return set_document(service, answer, write_json_document(shape, output));
  if (operation.unwrapped_output) {
    // <LocationConstraint>REGION</LocationConstraint>, empty where the member is absent.
    const Member& member = shape.members.front();
    std::string body = fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{} xmlns=\"{}\">",
                                   operation.output_root, service.xml_namespace);
    if (const void* value = value_of(member, output)) {
      append_escaped(body, scalar_text(*member.shape, member.time_form, value));
    }
    set_document(service, answer, body + fmt::format("</{}>", operation.output_root));
    return;
  }
  set_document(service, answer, write_xml(operation.output_root, service.xml_namespace, shape, output));
}

// <OpResponse><OpResult>...</OpResult><ResponseMetadata/></OpResponse>; no result where the operation gives none.
std::string query_document(const Service& service, const Operation& operation, const void* output,
                           const RequestId& id) {
  std::string body = fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{}Response xmlns=\"{}\">",
                                 operation.name, service.xml_namespace);
  if (operation.output != nullptr) append_answer_xml(body, operation.output_root, *operation.output, output);
  body +=
      fmt::format("<ResponseMetadata><RequestId>{}</RequestId></ResponseMetadata></{}Response>", id.id, operation.name);
  return body;
}

std::string json_error_body(const ServiceError& error) {
  const nlohmann::json body{{"__type", error.code}, {"message", error.message}};
  return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void append_element(std::string& out, std::string_view name, std::string_view text) {
  out.append("<").append(name).append(">");
  append_escaped(out, text);
  out.append("</").append(name).append(">");
}

std::string error_body(const Service& service, const ServiceError& error, const RequestId& id) {
  std::string body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  if (service.error_form == ErrorForm::s3) {
    body += "<Error>";
    append_element(body, "Code", error.code);
    append_element(body, "Message", error.message);
    for (const auto& [name, text] : error.details) append_element(body, name, text);
    append_element(body, "RequestId", id.id);
    append_element(body, "HostId", id.s3_id_2);
    return body + "</Error>";
  }
  body += fmt::format("<ErrorResponse xmlns=\"{}\"><Error>", service.xml_namespace);
  append_element(body, "Type", error.status < 500 ? "Sender" : "Receiver");
  append_element(body, "Code", error.code);
  append_element(body, "Message", error.message);
  body += "</Error>";
  append_element(body, "RequestId", id.id);
  return body + "</ErrorResponse>";
}

}  // namespace

WireAnswer write_output_of(const Service& service, const Operation& operation, const void* output,
                           const RequestId& request_id) {
  WireAnswer answer;
  answer.status = operation.status;
  add_request_id(service, request_id, answer);
  if (service.protocol == Protocol::query) {
    set_document(service, answer, query_document(service, operation, output, request_id));
    return answer;
  }
  if (operation.output == nullptr) {
    // A document even so: clients read one.
    if (service.protocol == Protocol::json) set_document(service, answer, "{}");
    return answer;
  }
  for (const Member& member : operation.output->members) add_header(member, output, answer);
  if (!operation.streaming_output && operation.method != "HEAD") write_body(service, operation, output, answer);
  return answer;
}

WireAnswer write_error(const Service& service, const ServiceError& error, const RequestId& request_id,
                       bool head_request) {
  WireAnswer answer;
  answer.status = error.status;
  add_request_id(service, request_id, answer);
  if (service.error_form == ErrorForm::json) answer.headers.emplace_back("X-Amzn-ErrorType", error.code);
  if (head_request) return answer;
  set_document(service, answer,
               service.error_form == ErrorForm::json ? json_error_body(error) : error_body(service, error, request_id));
  return answer;
}

ServiceError service_error(const Service& service, std::string_view code, std::string message) {
  const auto known = std::ranges::find(service.errors, code, &ErrorShape::code);
  return {std::string(code), known == service.errors.end() ? 400 : known->status, std::move(message), {}};
}

const Shape& shape_of(const Nothing*) {
  static constexpr Shape nothing{"Nothing", Kind::structure, {}, -1, {}, {}, nullptr, nullptr, {}, false, 0, 0, {}, {}};
  return nothing;
}

}  // namespace gust::aws
