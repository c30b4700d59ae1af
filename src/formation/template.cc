#include "formation/template.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/result.h"
#include "base/text.h"
#include "formation/references.h"

namespace gust::formation {
namespace {

std::unexpected<aws::ServiceError> malformed(std::string_view what) {
  return invalid(fmt::format("Template format error: {}", what));
}

constexpr std::array parameter_types = {"String", "Number", "List<Number>", "CommaDelimitedList",
                                        "AWS::SSM::Parameter::Value<String>"};

bool is_alphanumeric(std::string_view name) {
  return !name.empty() && name.size() <= 255 &&
         std::ranges::all_of(name, [](char c) { return is_digit(c) || is_alpha(c); });
}

// A scalar of a parameter's declaration: templates write 5 and "5" alike.
std::optional<std::string> scalar_of(const Json& json) {
  if (json.is_string()) return json.get<std::string>();
  if (json.is_number() || json.is_boolean()) return json.dump();
  return std::nullopt;
}

// Reads the members of one declaration; what is left over is an error that names it.
class Members {
 public:
  Members(const Json& json, std::string place) : json_(json), place_(std::move(place)) {}

  const Json* take(std::string_view name) {
    taken_.insert(std::string(name));
    const auto found = json_.find(name);
    return found == json_.end() ? nullptr : &*found;
  }
  aws::Answer<std::string> text(std::string_view name) {
    const Json* value = take(name);
    if (!value) return std::string();
    if (const auto text = scalar_of(*value)) return *text;
    return malformed(fmt::format("[{}/{}] must be a string.", place_, name));
  }
  aws::Answer<std::optional<double>> number(std::string_view name) {
    const Json* value = take(name);
    if (!value) return std::optional<double>();
    if (value->is_number()) return std::optional<double>(value->get<double>());
    const Json parsed = value->is_string() ? Json::parse(value->get<std::string>(), nullptr, false) : Json();
    if (parsed.is_number()) return std::optional<double>(parsed.get<double>());
    return malformed(fmt::format("[{}/{}] must be a number.", place_, name));
  }
  aws::Answer<void> done() const {
    for (const auto& [name, value] : json_.items()) {
      if (!taken_.contains(name)) {
        return invalid(fmt::format("Invalid template property or properties [{}] in {}", name, place_));
      }
    }
    return {};
  }
  const std::string& place() const { return place_; }

 private:
  const Json& json_;
  std::string place_;
  std::set<std::string> taken_;
};

aws::Answer<Parameter> read_parameter(const std::string& name, const Json& json) {
  Members members(json, "/Parameters/" + name);
  Parameter parameter;
  TRY(parameter.type, members.text("Type"));
  if (parameter.type.empty()) {
    return malformed(fmt::format("[/Parameters/{}] Every Parameters object must contain a Type member.", name));
  }
  if (std::ranges::find(parameter_types, parameter.type) == parameter_types.end()) {
    return malformed(fmt::format("Unrecognized parameter type: {}", parameter.type));
  }
  TRY(parameter.description, members.text("Description"));
  TRY(parameter.constraint_description, members.text("ConstraintDescription"));
  TRY(parameter.allowed_pattern, members.text("AllowedPattern"));
  TRY(parameter.length_min, members.number("MinLength"));
  TRY(parameter.length_max, members.number("MaxLength"));
  TRY(parameter.value_min, members.number("MinValue"));
  TRY(parameter.value_max, members.number("MaxValue"));
  TRY(const std::string no_echo, members.text("NoEcho"));
  parameter.no_echo = equal_fold(no_echo, "true");
  if (const Json* given = members.take("Default")) {
    parameter.default_value = scalar_of(*given);
    if (!parameter.default_value) {
      return malformed(fmt::format("Every Default member must be a string: [/Parameters/{}]", name));
    }
  }
  if (const Json* given = members.take("AllowedValues")) {
    if (!given->is_array()) return malformed(fmt::format("[/Parameters/{}/AllowedValues] must be a list.", name));
    for (const Json& value : *given) {
      const auto text = scalar_of(value);
      if (!text) return malformed(fmt::format("[/Parameters/{}/AllowedValues] must hold strings.", name));
      parameter.allowed_values.push_back(*text);
    }
  }
  TRY_OK(members.done());
  return parameter;
}

aws::Answer<Removal> read_removal(Members& members, std::string_view name) {
  TRY(const std::string text, members.text(name));
  if (text.empty() || text == "Delete") return Removal::remove;
  if (text == "Retain") return Removal::retain;
  if (text == "RetainExceptOnCreate" && name == "DeletionPolicy") return Removal::retain_except_on_create;
  return malformed(fmt::format("Unrecognized {} {} for resource {}", name, text, members.place()));
}

aws::Answer<Resource> read_resource(const std::string& name, const Json& json) {
  Members members(json, "/Resources/" + name);
  Resource resource;
  TRY(resource.type, members.text("Type"));
  if (resource.type.empty()) {
    return malformed(fmt::format("[/Resources/{}] Every Resources object must contain a Type member.", name));
  }
  TRY(resource.condition, members.text("Condition"));
  TRY(resource.on_delete, read_removal(members, "DeletionPolicy"));
  TRY(resource.on_replace, read_removal(members, "UpdateReplacePolicy"));
  if (const Json* properties = members.take("Properties")) {
    if (!properties->is_object() && !properties->is_null()) {
      return malformed(fmt::format("[/Resources/{}/Properties] must be an object.", name));
    }
    if (properties->is_object()) resource.properties = *properties;
  }
  if (const Json* names = members.take("DependsOn")) {
    const Json list = names->is_string() ? Json::array({*names}) : *names;
    if (!list.is_array()) return malformed(fmt::format("[/Resources/{}/DependsOn] must be a string or list.", name));
    for (const Json& item : list) {
      if (!item.is_string()) return malformed(fmt::format("[/Resources/{}/DependsOn] must hold strings.", name));
      resource.depends_on.push_back(item.get<std::string>());
    }
  }
  // Told to people and tools, without effect on the stack.
  members.take("Metadata");
  TRY_OK(members.done());
  return resource;
}

aws::Answer<Output> read_output(const std::string& name, const Json& json) {
  Members members(json, "/Outputs/" + name);
  Output output;
  const Json* value = members.take("Value");
  if (!value) return malformed(fmt::format("[/Outputs/{}] Every Outputs member must contain a Value object", name));
  output.value = *value;
  TRY(output.description, members.text("Description"));
  TRY(output.condition, members.text("Condition"));
  if (const Json* exported = members.take("Export")) {
    if (!exported->is_object() || exported->size() != 1 || !exported->contains("Name")) {
      return malformed(fmt::format("[/Outputs/{}/Export] must hold a Name alone.", name));
    }
    output.export_name = (*exported)["Name"];
  }
  TRY_OK(members.done());
  return output;
}

aws::Answer<Rule> read_rule(const std::string& name, const Json& json) {
  Members members(json, "/Rules/" + name);
  Rule rule;
  if (const Json* condition = members.take("RuleCondition")) rule.condition = *condition;
  const Json* assertions = members.take("Assertions");
  if (!assertions || !assertions->is_array()) {
    return malformed(fmt::format("[/Rules/{}] Every Rules member must contain a list of Assertions.", name));
  }
  for (const Json& item : *assertions) {
    if (!item.is_object() || !item.contains("Assert")) {
      return malformed(fmt::format("[/Rules/{}/Assertions] must hold objects with an Assert.", name));
    }
    Members inner(item, fmt::format("/Rules/{}/Assertions", name));
    Assertion assertion{.assert = *inner.take("Assert"), .description = {}};
    TRY(assertion.description, inner.text("AssertDescription"));
    TRY_OK(inner.done());
    rule.assertions.push_back(std::move(assertion));
  }
  TRY_OK(members.done());
  return rule;
}

// Reads every member of a section by `read`.
template <typename T>
aws::Answer<std::map<std::string, T>> read_section(const Json& json, std::string_view section, std::size_t most,
                                                   aws::Answer<T> (*read)(const std::string&, const Json&)) {
  std::map<std::string, T> result;
  const auto found = json.find(section);
  if (found == json.end() || found->is_null()) return result;
  if (!found->is_object()) return malformed(fmt::format("[/{}] must be an object.", section));
  if (found->size() > most) {
    return malformed(
        fmt::format("Number of {}, {}, is greater than maximum allowed, {}", to_lower(section), found->size(), most));
  }
  for (const auto& [name, value] : found->items()) {
    if (!is_alphanumeric(name)) {
      return malformed(fmt::format("{} name {} is non alphanumeric.", section.substr(0, section.size() - 1), name));
    }
    if (!value.is_object()) return malformed(fmt::format("[/{}/{}] must be an object.", section, name));
    TRY(T read_value, read(name, value));
    result.emplace(name, std::move(read_value));
  }
  return result;
}

aws::Answer<Json> read_as_is(const std::string&, const Json& json) { return json; }

aws::Answer<void> check_mappings(const std::map<std::string, Json>& mappings) {
  for (const auto& [name, mapping] : mappings) {
    for (const auto& [key, row] : mapping.items()) {
      if (!row.is_object())
        return malformed(fmt::format("Every Mappings attribute must be an object: {}/{}", name, key));
      for (const auto& [column, value] : row.items()) {
        if (scalar_of(value) || value.is_array()) continue;
        return malformed(
            fmt::format("Every Mappings attribute must be a String or a List: {}/{}/{}", name, key, column));
      }
    }
  }
  return {};
}

}  // namespace

aws::Answer<Template> read_template(const Json& json) {
  static constexpr std::array sections = {"AWSTemplateFormatVersion",
                                          "Description",
                                          "Metadata",
                                          "Parameters",
                                          "Mappings",
                                          "Conditions",
                                          "Rules",
                                          "Resources",
                                          "Outputs",
                                          "Transform"};
  for (const auto& [name, value] : json.items()) {
    if (std::ranges::find(sections, name) == sections.end()) {
      return invalid(fmt::format("Invalid template property or properties [{}]", name));
    }
  }
  if (json.contains("Transform")) return invalid("Transforms are not supported by this service: remove Transform.");
  const Json version = json.value("AWSTemplateFormatVersion", Json("2010-09-09"));
  if (version != "2010-09-09") return malformed("Unsupported template format version: it must be 2010-09-09.");
  Template made;
  if (const auto found = json.find("Description"); found != json.end()) {
    if (!found->is_string()) return malformed("Every Description member must be a string.");
    made.description = found->get<std::string>();
    if (made.description.size() > 1024) return malformed("Template description is longer than 1024 bytes.");
  }
  made.metadata = json.value("Metadata", Json());
  TRY(made.parameters, read_section<Parameter>(json, "Parameters", parameters_max, read_parameter));
  TRY(made.mappings, read_section<Json>(json, "Mappings", mappings_max, read_as_is));
  TRY(made.conditions, read_section<Json>(json, "Conditions", resources_max, read_as_is));
  TRY(made.rules, read_section<Rule>(json, "Rules", resources_max, read_rule));
  TRY(made.resources, read_section<Resource>(json, "Resources", resources_max, read_resource));
  TRY(made.outputs, read_section<Output>(json, "Outputs", outputs_max, read_output));
  if (made.resources.empty()) return malformed("At least one Resources member must be defined.");
  TRY_OK(check_mappings(made.mappings));
  TRY_OK(check_references(made));
  return made;
}

}  // namespace gust::formation
