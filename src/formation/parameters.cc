#include "formation/parameters.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "aws/pattern.h"
#include "base/result.h"
#include "base/text.h"

namespace gust::formation {
namespace {

constexpr std::size_t value_bytes_max = 4096;

std::unexpected<aws::ServiceError> refuse_value(const std::string& name, const Parameter& parameter,
                                                std::string_view rule) {
  if (!parameter.constraint_description.empty()) {
    return invalid(
        fmt::format("Parameter '{}' failed to satisfy constraint: {}", name, parameter.constraint_description));
  }
  return invalid(fmt::format("Parameter '{}' {}", name, rule));
}

std::optional<double> number_of(std::string_view text) {
  const Json parsed = Json::parse(trim(text), nullptr, false);
  return parsed.is_number() ? std::optional<double>(parsed.get<double>()) : std::nullopt;
}

bool is_list(const Parameter& parameter) {
  return parameter.type == "CommaDelimitedList" || parameter.type == "List<Number>";
}

std::vector<std::string> items_of(const Parameter& parameter, const std::string& text) {
  if (!is_list(parameter)) return {text};
  std::vector<std::string> items;
  for (const std::string_view item : split(text, ',')) items.emplace_back(trim(item));
  return items;
}

aws::Answer<void> check_item(const std::string& name, const Parameter& parameter, const std::string& item) {
  const auto& allowed = parameter.allowed_values;
  if (!allowed.empty() && std::ranges::find(allowed, item) == allowed.end()) {
    return refuse_value(name, parameter, "must be one of AllowedValues");
  }
  if (!parameter.allowed_pattern.empty()) {
    const auto pattern = aws::Pattern::compile(parameter.allowed_pattern);
    if (!pattern) return invalid(fmt::format("Template error: AllowedPattern of parameter '{}' is not valid", name));
    if (!pattern->matches(item)) {
      return refuse_value(name, parameter, fmt::format("must match pattern {}", parameter.allowed_pattern));
    }
  }
  const auto length = static_cast<double>(item.size());
  if (parameter.length_min && length < *parameter.length_min) {
    return refuse_value(name, parameter, fmt::format("must contain at least {} characters", *parameter.length_min));
  }
  if (parameter.length_max && length > *parameter.length_max) {
    return refuse_value(name, parameter, fmt::format("must contain at most {} characters", *parameter.length_max));
  }
  if (parameter.type != "Number" && parameter.type != "List<Number>") return {};
  const auto number = number_of(item);
  if (!number) return refuse_value(name, parameter, "must be a number");
  if (parameter.value_min && *number < *parameter.value_min) {
    return refuse_value(name, parameter, fmt::format("must be a number not less than {}", *parameter.value_min));
  }
  if (parameter.value_max && *number > *parameter.value_max) {
    return refuse_value(name, parameter, fmt::format("must be a number not greater than {}", *parameter.value_max));
  }
  return {};
}

}  // namespace

aws::Answer<ParameterValues> read_parameters(const Template& made, const std::vector<GivenParameter>& given,
                                             const ParameterValues* previous) {
  std::map<std::string, const GivenParameter*> by_name;
  std::vector<std::string> unknown, missing;
  for (const GivenParameter& one : given) {
    if (!made.parameters.contains(one.name)) unknown.push_back(one.name);
    if (!by_name.emplace(one.name, &one).second) {
      return invalid(fmt::format("Parameters: the key {} is given twice", one.name));
    }
  }
  if (!unknown.empty()) {
    return invalid(fmt::format("Parameters: [{}] do not exist in the template", fmt::join(unknown, ", ")));
  }
  ParameterValues values;
  for (const auto& [name, parameter] : made.parameters) {
    const auto found = by_name.find(name);
    if (found != by_name.end() && found->second->use_previous) {
      if (!previous || !previous->contains(name)) {
        return invalid(
            fmt::format("Invalid input for parameter key {}. Cannot specify usePreviousValue as true for a "
                        "parameter key not in the previous template",
                        name));
      }
      values[name] = previous->at(name);
    } else if (found != by_name.end()) {
      values[name] = found->second->value;
    } else if (parameter.default_value) {
      values[name] = *parameter.default_value;
    } else {
      missing.push_back(name);
      continue;
    }
    if (values[name].size() > value_bytes_max) {
      return invalid(fmt::format("Parameter '{}' is longer than {} bytes", name, value_bytes_max));
    }
    for (const std::string& item : items_of(parameter, values[name])) TRY_OK(check_item(name, parameter, item));
    if (parameter.type.starts_with("AWS::SSM::")) TRY_OK(resolve_system_parameter(values[name]));
  }
  if (!missing.empty()) return invalid(fmt::format("Parameters: [{}] must have values", fmt::join(missing, ", ")));
  return values;
}

aws::Answer<std::string> resolve_system_parameter(const std::string& name) {
  if (name.starts_with("/cdk-bootstrap/") && name.ends_with("/version")) return std::string("30");
  return invalid(fmt::format("Unable to fetch parameters [{}] from parameter store for this account.", name));
}

Json value_of_parameter(const Parameter& parameter, const std::string& text) {
  if (is_list(parameter)) return items_of(parameter, text);
  if (parameter.type.starts_with("AWS::SSM::")) {
    const auto resolved = resolve_system_parameter(text);
    return resolved ? *resolved : text;
  }
  return text;
}

}  // namespace gust::formation
