#include "formation/properties.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "base/result.h"
#include "base/text.h"
#include "formation/expression.h"

namespace gust::formation {
namespace {

std::unexpected<aws::ServiceError> refuse_property(std::string_view path, std::string_view what) {
  return invalid(fmt::format("Properties validation failed: {}: {}", path, what));
}

// Members that the reference spells in another way than the model.
struct OtherName {
  std::string_view shape, property, member;
};
constexpr std::array other_names = {
    OtherName{"Origin", "OriginCustomHeaders", "CustomHeaders"},
    OtherName{"DistributionConfig", "IPV6Enabled", "IsIPV6Enabled"},
    OtherName{"GeoRestriction", "Locations", "Items"},
};

// Members that the API requires and templates may leave out.
struct Default {
  std::string_view shape, member, json;
};
constexpr std::array defaults = {
    Default{"DistributionConfig", "Comment", "\"\""},    Default{"CustomOriginConfig", "HTTPPort", "80"},
    Default{"CustomOriginConfig", "HTTPSPort", "443"},   Default{"S3OriginConfig", "OriginAccessIdentity", "\"\""},
    Default{"LoggingConfig", "IncludeCookies", "false"}, Default{"LoggingConfig", "Prefix", "\"\""},
    Default{"LoggingConfig", "Enabled", "true"},         Default{"TrustedSigners", "Enabled", "true"},
    Default{"TrustedKeyGroups", "Enabled", "true"},
};

const aws::Member* find_member(const aws::Shape& shape, std::string_view property) {
  const auto other = std::ranges::find_if(
      other_names, [&](const OtherName& row) { return row.property == property && shape.name.ends_with(row.shape); });
  const std::string_view name = other == other_names.end() ? property : other->member;
  const auto found =
      std::ranges::find_if(shape.members, [&](const aws::Member& member) { return equal_fold(member.name, name); });
  return found == shape.members.end() ? nullptr : &*found;
}

bool has_member(const aws::Shape& shape, std::string_view name) { return member_shape(shape, name) != nullptr; }

bool is_counted_list(const aws::Shape& shape) {
  return shape.kind == aws::Kind::structure && has_member(shape, "Quantity") && has_member(shape, "Items");
}

void fill_missing(const aws::Shape& shape, Json& object) {
  for (const Default& row : defaults) {
    const std::string name(row.member);
    if (shape.name.ends_with(row.shape) && has_member(shape, name) && !object.contains(name)) {
      object[name] = Json::parse(row.json);
    }
  }
  if (!is_counted_list(shape) || object.contains("Quantity")) return;
  object["Quantity"] = object.contains("Items") ? object["Items"].size() : 0;
}

aws::Answer<Json> structure_of(const aws::Shape& shape, const Json& property, std::string_view path) {
  Json object = Json::object();
  for (const auto& [name, value] : property.items()) {
    const aws::Member* member = find_member(shape, name);
    const std::string place = fmt::format("{}/{}", path, name);
    // A template has CachedMethods beside AllowedMethods, the API within.
    if (!member && name == "CachedMethods" && has_member(shape, "AllowedMethods")) {
      const aws::Shape& methods = *member_shape(*member_shape(shape, "AllowedMethods"), "CachedMethods");
      TRY(object["AllowedMethods"]["CachedMethods"], to_api(methods, value, place));
      continue;
    }
    if (!member) return refuse_property(path, fmt::format("extraneous key [{}] is not permitted", name));
    TRY(Json converted, to_api(*member->shape, value, place));
    Json& target = object[std::string(member->name)];
    if (target.is_object()) {
      target.update(converted);
    } else {
      target = std::move(converted);
    }
  }
  // Methods that are cached are the two that always are, where a template names none of what is allowed.
  if (const auto methods = object.find("AllowedMethods"); methods != object.end() && !methods->contains("Quantity")) {
    methods->update(Json{{"Quantity", 2}, {"Items", {"HEAD", "GET"}}});
  }
  fill_missing(shape, object);
  return object;
}

aws::Answer<Json> scalar_of(const aws::Shape& shape, const Json& property, std::string_view path) {
  const auto text = text_of(property);
  const auto mismatch = [&](std::string_view wanted) {
    return refuse_property(path, fmt::format("expected type: {}, found: {}", wanted, property.type_name()));
  };
  switch (shape.kind) {
    case aws::Kind::boolean:
      if (text && equal_fold(*text, "true")) return true;
      if (text && equal_fold(*text, "false")) return false;
      return mismatch("Boolean");
    case aws::Kind::integer:
    case aws::Kind::long_integer: {
      // Doubles hold whole numbers exactly up to 2^53.
      if (property.is_number_float() && std::abs(property.get<double>()) < 9e15 &&
          property.get<double>() == std::floor(property.get<double>())) {
        return static_cast<std::int64_t>(property.get<double>());
      }
      const auto number = text ? parse_signed(*text) : std::nullopt;
      if (!number) return mismatch("Integer");
      return *number;
    }
    case aws::Kind::real: {
      Json number = text ? Json::parse(*text, nullptr, false) : Json();
      if (!number.is_number()) return mismatch("Number");
      return number;
    }
    default:
      if (!text) return mismatch("String");
      return *text;
  }
}

}  // namespace

aws::Answer<Json> to_api(const aws::Shape& shape, const Json& property, std::string_view path) {
  if (shape.kind == aws::Kind::structure) {
    if (property.is_array() && is_counted_list(shape)) return structure_of(shape, Json{{"Items", property}}, path);
    if (!property.is_object()) {
      return refuse_property(path, fmt::format("expected type: JSONObject, found: {}", property.type_name()));
    }
    return structure_of(shape, property, path);
  }
  if (shape.kind == aws::Kind::list) {
    if (!property.is_array()) {
      return refuse_property(path, fmt::format("expected type: JSONArray, found: {}", property.type_name()));
    }
    Json array = Json::array();
    for (std::size_t i = 0; i < property.size(); ++i) {
      TRY(Json item, to_api(*shape.element, property[i], fmt::format("{}/{}", path, i)));
      array.push_back(std::move(item));
    }
    return array;
  }
  return scalar_of(shape, property, path);
}

const aws::Operation* find_operation(const aws::Service& service, std::string_view name) {
  const auto found = std::ranges::find(service.operations, name, &aws::Operation::name);
  return found == service.operations.end() ? nullptr : &*found;
}

const aws::Shape* member_shape(const aws::Shape& shape, std::string_view name) {
  const auto found = std::ranges::find(shape.members, name, &aws::Member::name);
  return found == shape.members.end() ? nullptr : found->shape;
}

}  // namespace gust::formation
