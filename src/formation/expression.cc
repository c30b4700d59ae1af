#include "formation/expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/result.h"
#include "base/text.h"
#include "formation/references.h"

namespace gust::formation {
namespace {

std::unexpected<aws::ServiceError> wrong(std::string_view what) {
  return invalid(fmt::format("Template error: {}", what));
}

Json no_value() { return Json(Json::value_t::discarded); }

bool is_function(const Json& value) {
  if (!value.is_object() || value.size() != 1) return false;
  const std::string& name = value.begin().key();
  return name == "Ref" || name == "Condition" || name.starts_with("Fn::");
}

aws::Answer<bool> truth_of(const Json& value, const Scope& scope, int depth);
aws::Answer<Json> value_of(const Json& expression, const Scope& scope);

aws::Answer<Json> value_of_ref(const Json& argument, const Scope& scope) {
  if (!argument.is_string()) return wrong("every Ref must hold the name of a parameter or resource");
  const std::string& name = argument.get_ref<const std::string&>();
  if (name == "AWS::NoValue") return no_value();
  if (name == "AWS::AccountId") return scope.account_id;
  if (name == "AWS::Region") return scope.region;
  if (name == "AWS::Partition") return "aws";
  if (name == "AWS::StackId") return scope.stack_id;
  if (name == "AWS::StackName") return scope.stack_name;
  if (name == "AWS::URLSuffix") return scope.url_suffix;
  if (name == "AWS::NotificationARNs") return Json::array();
  if (const auto parameter = scope.made->parameters.find(name); parameter != scope.made->parameters.end()) {
    const auto text = scope.parameters.find(name);
    if (text == scope.parameters.end()) return wrong(fmt::format("parameter {} has no value", name));
    return value_of_parameter(parameter->second, text->second);
  }
  if (const auto resource = scope.resources.find(name); resource != scope.resources.end()) {
    return resource->second.physical_id;
  }
  return Json{{"Ref", name}};
}

aws::Answer<Json> value_of_attribute(const std::string& name, const std::string& attribute, const Scope& scope) {
  const auto resource = scope.resources.find(name);
  if (resource == scope.resources.end()) return Json{{"Fn::GetAtt", Json::array({name, attribute})}};
  const auto found = resource->second.attributes.find(attribute);
  if (found != resource->second.attributes.end()) return found->second;
  return wrong(fmt::format("resource {} does not support attribute type {} in Fn::GetAtt", name, attribute));
}

aws::Answer<Json> value_of_get_att(const Json& argument, const Scope& scope) {
  if (argument.is_string()) {
    const Cut parts = cut(argument.get_ref<const std::string&>(), '.');
    return value_of_attribute(std::string(parts.before), std::string(parts.after), scope);
  }
  if (!argument.is_array() || argument.size() != 2 || !argument[0].is_string()) {
    return wrong(
        "every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute");
  }
  TRY(const Json attribute, value_of(argument[1], scope));
  if (!attribute.is_string()) return wrong("the attribute of Fn::GetAtt must be a string");
  return value_of_attribute(argument[0].get<std::string>(), attribute.get<std::string>(), scope);
}

aws::Answer<Json> value_of_join(const Json& arguments) {
  if (!arguments.is_array() || arguments.size() != 2 || !arguments[0].is_string() || !arguments[1].is_array()) {
    return wrong(
        "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be "
        "joined or a function that returns a list of strings");
  }
  std::vector<std::string> parts;
  for (const Json& item : arguments[1]) {
    const auto text = text_of(item);
    if (!text) return wrong("every item of Fn::Join must be a string");
    parts.push_back(*text);
  }
  return join(parts, arguments[0].get_ref<const std::string&>());
}

aws::Answer<Json> value_of_sub(const Json& argument, const Scope& scope) {
  const bool has_own = argument.is_array();
  if (has_own && (argument.size() != 2 || !argument[0].is_string() || !argument[1].is_object())) {
    return wrong("Fn::Sub expression must be a string or a list of a string and a map");
  }
  if (!has_own && !argument.is_string()) return wrong("Fn::Sub expression does not resolve to a string");
  TRY(const auto pieces, pieces_of((has_own ? argument[0] : argument).get_ref<const std::string&>()));
  std::string text;
  for (const Piece& piece : pieces) {
    if (!piece.is_name) {
      text += piece.text;
      continue;
    }
    Json value;
    if (has_own && argument[1].contains(piece.text)) {
      TRY(value, value_of(argument[1][piece.text], scope));
    } else if (const Cut parts = cut(piece.text, '.'); parts.found) {
      TRY(value, value_of_attribute(std::string(parts.before), std::string(parts.after), scope));
    } else {
      TRY(value, value_of_ref(piece.text, scope));
    }
    if (is_unresolved(value)) return Json{{"Fn::Sub", argument}};
    const auto part = text_of(value);
    if (!part) return wrong(fmt::format("variable {} in Fn::Sub expression does not resolve to a string", piece.text));
    text += *part;
  }
  return text;
}

aws::Answer<Json> value_of_select(const Json& arguments) {
  const auto text = arguments.is_array() && arguments.size() == 2 ? text_of(arguments[0]) : std::nullopt;
  const auto index = text ? parse_decimal<std::size_t>(*text) : std::nullopt;
  if (!index || !arguments[1].is_array()) {
    return wrong("every Fn::Select object requires two non-null parameters, an integer index and a list");
  }
  if (*index >= arguments[1].size())
    return wrong(fmt::format("Fn::Select cannot select nonexistent value at index {}", *index));
  return arguments[1][*index];
}

aws::Answer<Json> value_of_split(const Json& arguments) {
  if (!arguments.is_array() || arguments.size() != 2 || !arguments[0].is_string() || !arguments[1].is_string() ||
      arguments[0].get_ref<const std::string&>().empty()) {
    return wrong(
        "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or "
        "a function that returns a string to be split");
  }
  Json parts = Json::array();
  for (std::string_view rest = arguments[1].get_ref<const std::string&>();;) {
    const Cut piece = cut(rest, std::string_view(arguments[0].get_ref<const std::string&>()));
    parts.push_back(std::string(piece.before));
    if (!piece.found) return parts;
    rest = piece.after;
  }
}

aws::Answer<Json> value_of_find_in_map(const Json& arguments, const Scope& scope) {
  const bool has_default = arguments.is_array() && arguments.size() == 4 && arguments[3].is_object() &&
                           arguments[3].size() == 1 && arguments[3].contains("DefaultValue");
  if (!arguments.is_array() || (arguments.size() != 3 && !has_default)) {
    return wrong(
        "every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return "
        "value");
  }
  std::array<std::string, 3> names;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto text = text_of(arguments[i]);
    if (!text) return wrong("the parameters of Fn::FindInMap must be strings");
    names[i] = *text;
  }
  const auto mapping = scope.made->mappings.find(names[0]);
  const Json* row = mapping != scope.made->mappings.end() && mapping->second.contains(names[1])
                        ? &mapping->second[names[1]]
                        : nullptr;
  if (row && row->contains(names[2])) return (*row)[names[2]];
  if (has_default) return arguments[3]["DefaultValue"];
  return wrong(fmt::format("Unable to get mapping for {}::{}::{}", names[0], names[1], names[2]));
}

aws::Answer<Json> value_of_if(const Json& argument, const Scope& scope) {
  if (!argument.is_array() || argument.size() != 3 || !argument[0].is_string()) {
    return wrong("Fn::If requires a list argument with three elements, of which the first is the name of a condition");
  }
  TRY(const bool holds, evaluate_condition(argument[0].get<std::string>(), scope));
  return value_of(argument[holds ? 1 : 2], scope);
}

aws::Answer<Json> value_of_import(const Json& name, const Scope& scope) {
  if (!name.is_string()) return wrong("the attribute in Fn::ImportValue must be a string");
  const auto found = scope.exports.find(name.get<std::string>());
  if (found == scope.exports.end()) {
    return invalid(fmt::format("No export named {} found.", name.get<std::string>()));
  }
  return found->second;
}

// Those whose arguments are worked out first.
aws::Answer<Json> value_of_plain_function(const std::string& name, const Json& arguments, const Scope& scope) {
  if (name == "Fn::Join") return value_of_join(arguments);
  if (name == "Fn::Select") return value_of_select(arguments);
  if (name == "Fn::Split") return value_of_split(arguments);
  if (name == "Fn::FindInMap") return value_of_find_in_map(arguments, scope);
  if (name == "Fn::ImportValue") return value_of_import(arguments, scope);
  if (name == "Fn::Base64") {
    const auto text = text_of(arguments);
    if (!text) return wrong("every Fn::Base64 object must have a string-type value");
    return base64_of(*text);
  }
  if (name == "Fn::GetAZs") {
    const std::string region =
        arguments.is_string() && !arguments.get<std::string>().empty() ? arguments.get<std::string>() : scope.region;
    return Json::array({region + "a", region + "b", region + "c"});
  }
  if (name == "Fn::Length") {
    if (!arguments.is_array()) return wrong("Fn::Length needs a list");
    return arguments.size();
  }
  if (name == "Fn::ToJsonString") return arguments.dump();
  return wrong(fmt::format("{} is not supported by this service", name));
}

bool is_logical(std::string_view name) {
  static constexpr std::array names = {"Fn::And",   "Fn::Or",       "Fn::Not",          "Fn::Equals",
                                       "Condition", "Fn::Contains", "Fn::EachMemberIn", "Fn::EachMemberEquals"};
  return std::ranges::find(names, name) != names.end();
}

aws::Answer<Json> value_of_function(const std::string& name, const Json& argument, const Scope& scope) {
  if (name == "Ref") return value_of_ref(argument, scope);
  if (name == "Fn::GetAtt") return value_of_get_att(argument, scope);
  if (name == "Fn::Sub") return value_of_sub(argument, scope);
  if (name == "Fn::If") return value_of_if(argument, scope);
  TRY(const Json arguments, value_of(argument, scope));
  if (is_unresolved(arguments)) return Json{{name, arguments}};
  return value_of_plain_function(name, arguments, scope);
}

aws::Answer<Json> value_of(const Json& expression, const Scope& scope) {
  if (is_function(expression) && !is_logical(expression.begin().key())) {
    return value_of_function(expression.begin().key(), expression.begin().value(), scope);
  }
  if (expression.is_array()) {
    Json array = Json::array();
    for (const Json& item : expression) {
      TRY(Json value, value_of(item, scope));
      if (!value.is_discarded()) array.push_back(std::move(value));
    }
    return array;
  }
  if (!expression.is_object()) return expression;
  Json object = Json::object();
  for (const auto& [name, item] : expression.items()) {
    TRY(Json value, value_of(item, scope));
    if (!value.is_discarded()) object[name] = std::move(value);
  }
  return object;
}

// Conditions name each other without rings (template.h), which bounds this; `depth` bounds what is written in one.
aws::Answer<bool> truth_of_all(const Json& list, const Scope& scope, bool all, std::string_view name, int depth) {
  if (!list.is_array() || list.size() < 2 || list.size() > 10) {
    return wrong(fmt::format("every {} object requires a list of at least 2 and at most 10 boolean parameters", name));
  }
  bool result = all;
  for (const Json& item : list) {
    TRY(const bool holds, truth_of(item, scope, depth + 1));
    result = all ? result && holds : result || holds;
  }
  return result;
}

aws::Answer<bool> is_contained(const Json& argument, const Scope& scope, std::string_view name) {
  TRY(const Json lists, value_of(argument, scope));
  if (!lists.is_array() || lists.size() != 2)
    return wrong(fmt::format("every {} object requires two parameters", name));
  const auto contains = [](const Json& list, const Json& value) {
    return list.is_array() &&
           std::ranges::any_of(list, [&](const Json& item) { return text_of(item) == text_of(value); });
  };
  if (name == "Fn::Contains") return contains(lists[0], lists[1]);
  if (!lists[0].is_array()) return wrong(fmt::format("the first parameter of {} must be a list", name));
  return std::ranges::all_of(lists[0], [&](const Json& item) {
    return name == "Fn::EachMemberIn" ? contains(lists[1], item) : text_of(item) == text_of(lists[1]);
  });
}

aws::Answer<bool> truth_of(const Json& value, const Scope& scope, int depth) {
  if (depth > template_depth_max) return wrong("conditions are nested too deeply");
  if (value.is_boolean()) return value.get<bool>();
  if (!is_function(value)) return wrong("a condition must be a function of conditions, such as Fn::Equals");
  const std::string& name = value.begin().key();
  const Json& argument = value.begin().value();
  if (name == "Condition" && argument.is_string()) return evaluate_condition(argument.get<std::string>(), scope);
  if (name == "Fn::And" || name == "Fn::Or") return truth_of_all(argument, scope, name == "Fn::And", name, depth);
  if (name == "Fn::Not") {
    if (!argument.is_array() || argument.size() != 1)
      return wrong("every Fn::Not object requires one boolean parameter");
    TRY(const bool holds, truth_of(argument[0], scope, depth + 1));
    return !holds;
  }
  if (name == "Fn::Equals") {
    TRY(const Json sides, value_of(argument, scope));
    if (!sides.is_array() || sides.size() != 2) {
      return wrong("every Fn::Equals object requires a list of 2 string parameters");
    }
    const auto left = text_of(sides[0]), right = text_of(sides[1]);
    return left && right ? *left == *right : sides[0] == sides[1];
  }
  if (is_logical(name)) return is_contained(argument, scope, name);
  return wrong(fmt::format("{} cannot stand where a condition is expected", name));
}

}  // namespace

std::optional<std::string> text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  return std::nullopt;
}

std::vector<std::string> imports_in(const Json& expression, const Scope& scope) {
  std::vector<std::string> names;
  if (!expression.is_structured()) return names;
  for (const auto& [name, item] : expression.items()) {
    if (name == "Fn::ImportValue") {
      const auto worked_out = value_of(item, scope);
      if (worked_out && worked_out->is_string()) names.push_back(worked_out->get<std::string>());
    } else {
      std::ranges::move(imports_in(item, scope), std::back_inserter(names));
    }
  }
  return names;
}

bool is_unresolved(const Json& value) {
  if (is_function(value) && !is_logical(value.begin().key())) return true;
  return value.is_structured() && std::ranges::any_of(value, [](const Json& item) { return is_unresolved(item); });
}

aws::Answer<Json> evaluate(const Json& expression, const Scope& scope) { return value_of(expression, scope); }

aws::Answer<bool> evaluate_condition(const std::string& name, const Scope& scope) {
  const auto found = scope.made->conditions.find(name);
  if (found == scope.made->conditions.end()) return wrong(fmt::format("unresolved condition {}", name));
  return truth_of(found->second, scope, 0);
}

aws::Answer<void> check_rules(const Scope& scope) {
  for (const auto& [name, rule] : scope.made->rules) {
    if (rule.condition) {
      TRY(const bool applies, truth_of(*rule.condition, scope, 0));
      if (!applies) continue;
    }
    for (const Assertion& assertion : rule.assertions) {
      TRY(const bool holds, truth_of(assertion.assert, scope, 0));
      if (holds) continue;
      return invalid(fmt::format("Template validation error: the assertion of rule {} does not hold: {}", name,
                                 assertion.description));
    }
  }
  return {};
}

}  // namespace gust::formation
