// A template, read and checked: what its sections say, before any function in it is worked out.
//
// Source: CloudFormation User Guide, "Template anatomy" and the pages of its sections.
// Shape:  sections as maps by name; values that may hold functions stay JSON (expression.h works them out).
// Rules:  every Ref, Fn::GetAtt, Fn::Sub and DependsOn names something that exists, conditions and mappings too, and no
//         resources wait for each other in a ring. What this release does not do (Transform) is refused, not passed
//         over.
// Limits: those of the service: resources_max, parameters_max, outputs_max, mappings_max.
// Errors: ValidationError 400 in the service's words.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formation/template_text.h"

namespace gust::formation {

inline constexpr std::size_t resources_max = 500;
inline constexpr std::size_t parameters_max = 200;
inline constexpr std::size_t outputs_max = 200;
inline constexpr std::size_t mappings_max = 200;

struct Parameter {
  std::string type;  // String, Number, List<Number>, CommaDelimitedList, AWS::SSM::Parameter::Value<String>
  std::string description, constraint_description, allowed_pattern;
  std::optional<std::string> default_value;
  std::vector<std::string> allowed_values;
  std::optional<double> length_min, length_max, value_min, value_max;
  bool no_echo = false;
};

// What becomes of a resource that the stack no longer has.
enum class Removal : std::uint8_t { remove, retain, retain_except_on_create };

struct Resource {
  std::string type;
  Json properties = Json::object();
  std::string condition;  // empty: always
  std::vector<std::string> depends_on;
  Removal on_delete = Removal::remove, on_replace = Removal::remove;
};

struct Output {
  Json value;
  std::string description, condition;
  std::optional<Json> export_name;
};

struct Assertion {
  Json assert;
  std::string description;
};
struct Rule {
  std::optional<Json> condition;
  std::vector<Assertion> assertions;
};

struct Template {
  std::string description;
  Json metadata;
  std::map<std::string, Parameter> parameters;
  std::map<std::string, Json> mappings, conditions;
  std::map<std::string, Rule> rules;
  std::map<std::string, Resource> resources;
  std::map<std::string, Output> outputs;
};

aws::Answer<Template> read_template(const Json& json);

}  // namespace gust::formation
