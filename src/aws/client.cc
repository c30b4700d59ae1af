#include "aws/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <pugixml.hpp>

#include "aws/shapes.h"
#include "aws/xml_internal.h"
#include "base/result.h"
#include "base/text.h"

namespace gust::aws {
namespace {

using Json = nlohmann::json;

std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

Answer<void> append_value(std::string& out, const Shape& shape, const Json& value, std::string_view path);

Answer<void> append_items(std::string& out, std::string_view name, const Shape& list, const Json& value,
                          std::string_view path) {
  if (!value.is_array()) return refuse("ValidationError", 400, fmt::format("{} must be a list.", path));
  for (const Json& item : value) {
    out += fmt::format("<{}>", name);
    TRY_OK(append_value(out, *list.element, item, path));
    out += fmt::format("</{}>", name);
  }
  return {};
}

Answer<void> check_members(const Shape& shape, const Json& value, std::string_view path) {
  if (!value.is_object()) return refuse("ValidationError", 400, fmt::format("{} must be a structure.", path));
  for (const auto& [name, member] : value.items()) {
    if (std::ranges::find(shape.members, name, &Member::name) == shape.members.end()) {
      return refuse("ValidationError", 400, fmt::format("{} has no member {}.", path, name));
    }
  }
  return {};
}

Answer<void> append_structure(std::string& out, const Shape& shape, const Json& value, std::string_view path) {
  TRY_OK(check_members(shape, value, path));
  for (const Member& member : shape.members) {
    const auto found = value.find(member.name);
    if (found == value.end() || member.location != Location::body || member.attribute) continue;
    const std::string place = fmt::format("{}.{}", path, member.name);
    const Shape& inner = *member.shape;
    if (inner.kind == Kind::list && inner.flattened) {
      TRY_OK(append_items(out, inner.element_wire.empty() ? member.wire : inner.element_wire, inner, *found, place));
      continue;
    }
    out += fmt::format("<{}>", member.wire);
    TRY_OK(append_value(out, inner, *found, place));
    out += fmt::format("</{}>", member.wire);
  }
  return {};
}

Answer<void> append_value(std::string& out, const Shape& shape, const Json& value, std::string_view path) {
  if (shape.kind == Kind::structure) return append_structure(out, shape, value, path);
  if (shape.kind == Kind::list) {
    return append_items(out, shape.element_wire.empty() ? "member" : shape.element_wire, shape, value, path);
  }
  if (value.is_structured()) return refuse("ValidationError", 400, fmt::format("{} must be a scalar.", path));
  append_escaped(out, text_of(value));
  return {};
}

// Fills {Label} and {Label+}; the latter keeps its slashes.
std::string path_of(const Operation& operation, const Json& input) {
  std::string path;
  std::string_view rest = operation.path;
  while (!rest.empty()) {
    const std::size_t start = rest.find('{');
    path += rest.substr(0, start);
    if (start == rest.npos) break;
    const std::size_t end = rest.find('}', start);
    std::string_view label = rest.substr(start + 1, end - start - 1);
    const bool is_greedy = label.ends_with('+');
    if (is_greedy) label.remove_suffix(1);
    const auto member = std::ranges::find_if(operation.input->members, [&](const Member& one) {
      return one.location == Location::uri && one.wire == label;
    });
    if (member != operation.input->members.end() && input.contains(member->name)) {
      path += percent_encode(text_of(input[std::string(member->name)]), is_greedy ? "/" : "");
    }
    rest.remove_prefix(end + 1);
  }
  return path;
}

void add_query_item(std::string& query, std::string_view name, std::string_view value, bool has_value) {
  if (!query.empty()) query += '&';
  query += percent_encode(name);
  if (has_value) query.append("=").append(percent_encode(value));
}

Answer<void> write_body(const Service& service, const Operation& operation, const Json& input, ClientRequest& request) {
  const Shape& shape = *operation.input;
  std::string content;
  std::string_view root = operation.input_root;
  if (shape.payload >= 0) {
    const Member& member = shape.members[static_cast<std::size_t>(shape.payload)];
    const auto found = input.find(member.name);
    if (found == input.end()) return {};
    if (member.shape->kind == Kind::blob) {
      auto bytes = bytes_of_base64(text_of(*found));
      if (!bytes) return refuse("ValidationError", 400, fmt::format("{} must be base64.", member.name));
      request.body = std::move(*bytes);
      return {};
    }
    if (member.shape->kind == Kind::string) {
      request.body = text_of(*found);
      return {};
    }
    root = member.wire;
    TRY_OK(append_value(content, *member.shape, *found, member.name));
  } else {
    const bool has_body =
        std::ranges::any_of(shape.members, [](const Member& member) { return member.location == Location::body; });
    if (!has_body || root.empty()) return {};
    TRY_OK(append_structure(content, shape, input, operation.name));
  }
  request.headers.emplace_back("Content-Type", "application/xml");
  request.body = fmt::format("<{} xmlns=\"{}\">{}</{}>", root, service.xml_namespace, content, root);
  return {};
}

Json value_of_node(const pugi::xml_node& node, const Shape& shape);

Json structure_of_node(const pugi::xml_node& node, const Shape& shape) {
  Json object = Json::object();
  for (const Member& member : shape.members) {
    if (member.location != Location::body || member.attribute) continue;
    const Shape& inner = *member.shape;
    if (inner.kind == Kind::list && inner.flattened) {
      const std::string name(inner.element_wire.empty() ? member.wire : inner.element_wire);
      Json items = Json::array();
      for (const pugi::xml_node& item : node.children(name.c_str()))
        items.push_back(value_of_node(item, *inner.element));
      if (!items.empty()) object[std::string(member.name)] = std::move(items);
    } else if (const pugi::xml_node child = node.child(std::string(member.wire).c_str())) {
      object[std::string(member.name)] = value_of_node(child, inner);
    }
  }
  return object;
}

Json value_of_node(const pugi::xml_node& node, const Shape& shape) {
  const std::string_view text = node.text().get();
  switch (shape.kind) {
    case Kind::structure:
      return structure_of_node(node, shape);
    case Kind::list: {
      Json items = Json::array();
      for (const pugi::xml_node& item : node.children()) items.push_back(value_of_node(item, *shape.element));
      return items;
    }
    case Kind::boolean:
      return text == "true";
    case Kind::integer:
    case Kind::long_integer:
      return parse_signed(text).value_or(0);
    default:
      return text;
  }
}

std::unexpected<ServiceError> unreadable(const Operation& operation) {
  return refuse("InternalFailure", 500, fmt::format("The answer to {} cannot be read.", operation.name));
}

std::unexpected<ServiceError> error_of(const Operation& operation, const ClientAnswer& answer) {
  pugi::xml_document document;
  const bool is_read = static_cast<bool>(document.load_buffer(answer.body.data(), answer.body.size()));
  const pugi::xml_node root = document.document_element();
  const pugi::xml_node error = root.child("Error") ? root.child("Error") : root;
  const std::string code = is_read ? error.child_value("Code") : "";
  const std::string message = is_read ? error.child_value("Message") : "";
  if (code.empty()) {
    return refuse(answer.status == 404 ? "NotFound" : "InternalFailure", answer.status,
                  fmt::format("{} was answered with {}.", operation.name, answer.status));
  }
  return refuse(code, answer.status, message);
}

}  // namespace

Answer<ClientRequest> write_client_request(const Service& service, const Operation& operation, const Json& input) {
  ClientRequest request{
      .method = operation.method, .path = std::string(operation.path), .query = {}, .headers = {}, .body = {}};
  for (const QueryKey& key : operation.fixed_query) add_query_item(request.query, key.name, key.value, key.has_value);
  if (operation.input == nullptr) return request;
  TRY_OK(check_members(*operation.input, input, operation.name));
  request.path = path_of(operation, input);
  for (const Member& member : operation.input->members) {
    const auto found = input.find(member.name);
    if (found == input.end()) continue;
    if (member.location == Location::query) add_query_item(request.query, member.wire, text_of(*found), true);
    if (member.location == Location::header) request.headers.emplace_back(member.wire, text_of(*found));
  }
  TRY_OK(write_body(service, operation, input, request));
  return request;
}

Answer<Json> read_client_answer(const Operation& operation, const ClientAnswer& answer) {
  if (answer.status >= 300) return error_of(operation, answer);
  Json output = Json::object();
  if (operation.output == nullptr) return output;
  const Shape& shape = *operation.output;
  for (const Member& member : shape.members) {
    if (member.location != Location::header) continue;
    for (const auto& [name, value] : answer.headers) {
      if (equal_fold(name, member.wire)) output[std::string(member.name)] = value;
    }
  }
  if (operation.streaming_output) {
    output["Body"] = base64_of(answer.body);
    return output;
  }
  const Member* payload = shape.payload >= 0 ? &shape.members[static_cast<std::size_t>(shape.payload)] : nullptr;
  if (payload && (payload->shape->kind == Kind::blob || payload->shape->kind == Kind::string)) {
    output[std::string(payload->name)] = payload->shape->kind == Kind::blob ? base64_of(answer.body) : answer.body;
    return output;
  }
  if (answer.body.empty()) return output;
  pugi::xml_document document;
  if (!document.load_buffer(answer.body.data(), answer.body.size())) return unreadable(operation);
  if (payload) {
    output[std::string(payload->name)] = value_of_node(document.document_element(), *payload->shape);
  } else {
    output.update(structure_of_node(document.document_element(), shape));
  }
  return output;
}

}  // namespace gust::aws
