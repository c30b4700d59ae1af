#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "aws/json_document_internal.h"
#include "aws/scalar_internal.h"
#include "aws/shapes.h"
#include "aws/validate_internal.h"
#include "base/result.h"
#include "base/text.h"
#include "base/time.h"

namespace gust::aws {
namespace {

using Json = nlohmann::json;
using Done = std::expected<std::monostate, std::string>;

std::unexpected<std::string> problem(std::string text) { return std::unexpected(std::move(text)); }

// Makes the tree as nlohmann's own builder does, but stops at the first sign of too much of something.
class Builder final : public nlohmann::json_sax<Json> {
 public:
  Json root;
  std::string trouble;

  bool null() override { return put(nullptr) != nullptr; }
  bool boolean(bool value) override { return put(value) != nullptr; }
  bool number_integer(number_integer_t value) override { return put(value) != nullptr; }
  bool number_unsigned(number_unsigned_t value) override { return put(value) != nullptr; }
  bool number_float(number_float_t value, const string_t&) override { return put(value) != nullptr; }
  bool string(string_t& value) override { return put(std::move(value)) != nullptr; }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    if (open_.back()->contains(name)) return stop("A member stands twice in an object.");
    key_ = std::move(name);
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return stop("The body is not well-formed JSON.");
  }

 private:
  bool stop(std::string_view text) {
    if (trouble.empty()) trouble = text;
    return false;
  }
  Json* put(Json value) {
    if (++values_ > json_values_max) return stop("The body holds too many values."), nullptr;
    if (open_.empty()) return &(root = std::move(value));
    if (open_.back()->is_array()) return &open_.back()->emplace_back(std::move(value));
    return &((*open_.back())[key_] = std::move(value));
  }
  bool open(Json value) {
    if (open_.size() == json_depth_max) return stop("The body is nested too deeply.");
    Json* made = put(std::move(value));
    if (made != nullptr) open_.push_back(made);
    return made != nullptr;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  std::vector<Json*> open_;  // an element moves only when its closed neighbour is followed by another
  std::string key_;
  std::size_t values_ = 0;
};

class Reader {
 public:
  explicit Reader(std::vector<std::string>& violations) : violations_(violations) {}

  Done read(const Json& json, const Shape& shape, TimeForm form, void* value, const std::string& path) {
    switch (shape.kind) {
      case Kind::structure:
        return read_structure(json, shape, value, path);
      case Kind::list:
        if (!json.is_array()) return wrong_kind(json, path, "a list");
        for (std::size_t i = 0; i < json.size(); ++i) {
          TRY_OK(read(json[i], *shape.element, form, shape.list->add(value), fmt::format("{}.{}.member", path, i + 1)));
        }
        return {};
      case Kind::map:
        return read_map(json, value, path);
      case Kind::boolean:
        if (!json.is_boolean()) return wrong_kind(json, path, "a Boolean");
        *static_cast<bool*>(value) = json.get<bool>();
        return {};
      case Kind::integer:
      case Kind::long_integer:
        // By way of text, so that one place holds the ranges.
        if (json.is_number_integer() && read_scalar(shape, form, json.dump(), value)) return {};
        return wrong_kind(json, path, shape.kind == Kind::integer ? "an Integer" : "a Long");
      case Kind::real:
        if (!json.is_number()) return wrong_kind(json, path, "a Double");
        *static_cast<double*>(value) = json.get<double>();
        return {};
      case Kind::timestamp:
        if (form == TimeForm::epoch_seconds) return read_epoch(json, value, path);
        [[fallthrough]];
      case Kind::string:
      case Kind::blob:
        if (json.is_string() && read_scalar(shape, form, json.get_ref<const std::string&>(), value)) return {};
        return wrong_kind(json, path, shape.kind == Kind::timestamp ? "a Timestamp" : "a String");
    }
    return problem("Unexpected value.");
  }

 private:
  static Done wrong_kind(const Json& json, const std::string& path, std::string_view wanted) {
    std::string_view found = "NULL_VALUE";
    if (json.is_string()) found = "STRING_VALUE";
    if (json.is_number()) found = "NUMBER_VALUE";
    if (json.is_boolean()) found = json.get<bool>() ? "TRUE_VALUE" : "FALSE_VALUE";
    if (json.is_structured()) found = json.is_array() ? "Start of list" : "Start of structure or map";
    return problem(fmt::format("{} can not be converted to {} at '{}'.", found, wanted, path));
  }

  Done read_structure(const Json& json, const Shape& shape, void* value, const std::string& path) {
    if (!json.is_object()) return wrong_kind(json, path, "a Structure");
    std::size_t known = 0;
    for (const Member& member : shape.members) {
      if (member.location != Location::body) continue;
      const auto found = json.find(std::string(member.wire));
      if (found != json.end()) ++known;
      if (found != json.end() && !found->is_null()) {
        TRY_OK(read(*found, *member.shape, member.time_form, make_value(member, value), path_of(path, member)));
      } else if (member.required) {
        add_missing(violations_, path, member);
      }
    }
    if (known == json.size()) return {};
    for (const auto& [name, inside] : json.items()) {
      const auto is_named = [&](const Member& member) {
        return member.location == Location::body && member.wire == name;
      };
      if (std::ranges::none_of(shape.members, is_named)) {
        return problem(fmt::format("Unexpected member '{}' in '{}'.", name, path.empty() ? shape.name : path));
      }
    }
    return {};
  }

  static Done read_map(const Json& json, void* value, const std::string& path) {
    if (!json.is_object()) return wrong_kind(json, path, "a Map");
    for (const auto& [name, text] : json.items()) {
      if (!text.is_string()) return wrong_kind(text, path, "a String");
      static_cast<std::map<std::string, std::string>*>(value)->insert_or_assign(name, text.get<std::string>());
    }
    return {};
  }

  static Done read_epoch(const Json& json, void* value, const std::string& path) {
    // The year 2255; nanoseconds since 1970 go little further.
    constexpr double seconds_max = 9e9;
    if (!json.is_number() || !(std::abs(json.get<double>()) < seconds_max)) {
      return wrong_kind(json, path, "a Timestamp");
    }
    *static_cast<WallTime*>(value) =
        WallTime(std::chrono::milliseconds(static_cast<std::int64_t>(std::llround(json.get<double>() * 1000))));
    return {};
  }

  std::vector<std::string>& violations_;
};

Json json_value(const Shape& shape, TimeForm form, const void* value) {
  switch (shape.kind) {
    case Kind::structure: {
      Json object = Json::object();
      for (const Member& member : shape.members) {
        if (member.location != Location::body || !is_present(member, value)) continue;
        object[std::string(member.wire)] = json_value(*member.shape, member.time_form, value_of(member, value));
      }
      return object;
    }
    case Kind::list: {
      Json array = Json::array();
      for (std::size_t i = 0; i < shape.list->size(value); ++i) {
        array.push_back(json_value(*shape.element, form, shape.list->at(value, i)));
      }
      return array;
    }
    case Kind::map:
      return *static_cast<const std::map<std::string, std::string>*>(value);
    case Kind::boolean:
      return *static_cast<const bool*>(value);
    case Kind::integer:
      return *static_cast<const std::int32_t*>(value);
    case Kind::long_integer:
      return *static_cast<const std::int64_t*>(value);
    case Kind::real:
      return *static_cast<const double*>(value);
    case Kind::timestamp:
      if (form == TimeForm::epoch_seconds) {
        const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(
                                      static_cast<const WallTime*>(value)->time_since_epoch())
                                      .count();
        if (milliseconds % 1000 == 0) return milliseconds / 1000;
        return static_cast<double>(milliseconds) / 1000;
      }
      [[fallthrough]];
    case Kind::string:
    case Kind::blob:
      return scalar_text(shape, form, value);
  }
  return nullptr;
}

}  // namespace

Done read_json_document(std::string_view document, const Shape& shape, void* value, std::string_view path,
                        std::vector<std::string>& violations) {
  if (document.size() > body_bytes_max) return problem("The body is too large.");
  Builder builder;
  // The library reports by the builder; what it throws itself is for callers of its other calls.
  if (!Json::sax_parse(document, &builder)) return problem(std::move(builder.trouble));
  return Reader(violations).read(builder.root, shape, TimeForm::epoch_seconds, value, std::string(path));
}

std::string write_json_document(const Shape& shape, const void* value) {
  Json document = json_value(shape, TimeForm::epoch_seconds, value);
  for (const Member& member : shape.members) {
    const bool is_body = member.location == Location::body;
    if (is_body && member.shape->kind == Kind::list) document.emplace(member.wire, Json::array());
  }
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace gust::aws
