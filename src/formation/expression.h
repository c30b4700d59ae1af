// Expressions: the intrinsic functions of a template, worked out.
//
// Source: CloudFormation User Guide, "Intrinsic function reference", "Pseudo parameters", "Rule functions".
// Shape:  pure functions of an expression and a Scope. A reference to a resource that does not exist yet is left as it
//         stands, and so is each function around it: that is what a change set shows, and what tells a deployment
//         that something was used before it was made.
// Rules:  {"Ref": "AWS::NoValue"} removes the member or item that it is the value of.
// Errors: ValidationError 400, "Template error: ...".
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "formation/parameters.h"
#include "formation/template.h"

namespace gust::formation {

// What is known of a resource that exists.
struct ResourceFacts {
  std::string physical_id;                        // what Ref gives
  std::map<std::string, std::string> attributes;  // what Fn::GetAtt gives
};

// Exports of the account's stacks, by name.
using Exports = std::map<std::string, std::string>;

struct Scope {
  const Template* made = nullptr;
  ParameterValues parameters;
  std::string account_id, region, stack_id, stack_name, url_suffix = "amazonaws.com";
  std::map<std::string, ResourceFacts> resources;
  Exports exports;
};

//   gives  the value; discarded (Json::is_discarded) where it is AWS::NoValue
aws::Answer<Json> evaluate(const Json& expression, const Scope& scope);

aws::Answer<bool> evaluate_condition(const std::string& name, const Scope& scope);

// The assertions of the template's rules.
//   fails  "Template validation error: <the assertion's description>"
aws::Answer<void> check_rules(const Scope& scope);

// The names that Fn::ImportValue takes in `expression`, as far as they can be worked out.
std::vector<std::string> imports_in(const Json& expression, const Scope& scope);

// Whether functions are left in it.
bool is_unresolved(const Json& value);

// A scalar as properties of type text take it: true is "true". Nothing for lists and objects.
std::optional<std::string> text_of(const Json& value);

}  // namespace gust::formation
