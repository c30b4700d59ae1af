#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "aws/scalar_internal.h"
#include "aws/shapes.h"
#include "base/date.h"
#include "base/text.h"

namespace gust::aws {
namespace {

using Json = nlohmann::ordered_json;

// JSON text is UTF-8; other bytes go as {"base64": ...}.
Json json_of_text(const std::string& text) {
  if (is_utf8(text)) return text;
  return Json{{"base64", base64_of(text)}};
}

Json json_of_value(const Shape& shape, const void* value) {
  switch (shape.kind) {
    case Kind::structure: {
      Json object = Json::object();
      for (const Member& member : shape.members) {
        if (is_present(member, value)) {
          object[std::string(member.name)] = json_of_value(*member.shape, value_of(member, value));
        }
      }
      return object;
    }
    case Kind::list: {
      Json array = Json::array();
      for (std::size_t i = 0; i < shape.list->size(value); ++i) {
        array.push_back(json_of_value(*shape.element, shape.list->at(value, i)));
      }
      return array;
    }
    case Kind::map: {
      // As pairs, for names need not be UTF-8 either.
      Json array = Json::array();
      for (const auto& [name, text] : *static_cast<const std::map<std::string, std::string>*>(value)) {
        array.push_back(Json::array({json_of_text(name), json_of_text(text)}));
      }
      return array;
    }
    case Kind::string:
      return json_of_text(*static_cast<const std::string*>(value));
    case Kind::blob:
      return base64_of(static_cast<const Blob*>(value)->bytes);
    case Kind::boolean:
      return *static_cast<const bool*>(value);
    case Kind::integer:
      return *static_cast<const std::int32_t*>(value);
    case Kind::long_integer:
      return *static_cast<const std::int64_t*>(value);
    case Kind::real:
      return *static_cast<const double*>(value);
    case Kind::timestamp:
      return iso8601_exact_of(*static_cast<const WallTime*>(value));
  }
  return nullptr;
}

bool read_text(const Json& json, std::string& text) {
  if (json.is_string()) {
    text = json.get_ref<const std::string&>();
    return true;
  }
  if (!json.is_object() || json.size() != 1 || !json.contains("base64") || !json["base64"].is_string()) return false;
  auto bytes = bytes_of_base64(json["base64"].get_ref<const std::string&>());
  if (bytes) text = std::move(*bytes);
  return bytes.has_value();
}

bool read_value(const Json& json, const Shape& shape, void* value);

bool read_structure(const Json& json, const Shape& shape, void* value) {
  if (!json.is_object()) return false;
  std::size_t known = 0;
  for (const Member& member : shape.members) {
    const auto found = json.find(std::string(member.name));
    if (found != json.end()) {
      ++known;
      if (!read_value(*found, *member.shape, make_value(member, value))) return false;
    } else if (member.required) {
      return false;
    }
  }
  return known == json.size();
}

bool read_map(const Json& json, void* value) {
  if (!json.is_array()) return false;
  for (const Json& pair : json) {
    std::string name, text;
    if (!pair.is_array() || pair.size() != 2 || !read_text(pair[0], name) || !read_text(pair[1], text)) return false;
    static_cast<std::map<std::string, std::string>*>(value)->insert_or_assign(std::move(name), std::move(text));
  }
  return true;
}

bool read_number(const Json& json, const Shape& shape, void* value) {
  if (shape.kind == Kind::real) {
    if (!json.is_number()) return false;
    *static_cast<double*>(value) = json.get<double>();
    return std::isfinite(*static_cast<double*>(value));
  }
  // By way of text, so that one place holds the ranges.
  return json.is_number_integer() && read_scalar(shape, TimeForm::iso8601, json.dump(), value);
}

bool read_value(const Json& json, const Shape& shape, void* value) {
  switch (shape.kind) {
    case Kind::structure:
      return read_structure(json, shape, value);
    case Kind::list:
      if (!json.is_array()) return false;
      for (const Json& item : json) {
        if (!read_value(item, *shape.element, shape.list->add(value))) return false;
      }
      return true;
    case Kind::map:
      return read_map(json, value);
    case Kind::string:
      return read_text(json, *static_cast<std::string*>(value));
    case Kind::blob:
    case Kind::timestamp:
      return json.is_string() && read_scalar(shape, TimeForm::iso8601, json.get_ref<const std::string&>(), value);
    case Kind::boolean:
      if (json.is_boolean()) *static_cast<bool*>(value) = json.get<bool>();
      return json.is_boolean();
    case Kind::integer:
    case Kind::long_integer:
    case Kind::real:
      return read_number(json, shape, value);
  }
  return false;
}

}  // namespace

std::string json_of(const Shape& shape, const void* value) { return json_of_value(shape, value).dump(); }

Result<bool> read_json_into(const Shape& shape, std::string_view json, void* value) {
  const Json parsed = Json::parse(json, nullptr, false);
  if (parsed.is_discarded()) return fail(Errc::bad_syntax, "the document is no JSON");
  if (!read_value(parsed, shape, value)) return fail(Errc::bad_value, "the document does not fit its shape");
  return true;
}

}  // namespace gust::aws
