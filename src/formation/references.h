// References: which parts of a template speak of which others, and in what order its resources can be made.
//
// Source: CloudFormation User Guide: Ref, Fn::GetAtt, Fn::Sub, DependsOn, Condition.
// Errors: ValidationError 400 in the service's words.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "formation/template.h"

namespace gust::formation {

// Whether every name stands for something, and nothing waits for itself.
aws::Answer<void> check_references(const Template& made);

// The names that Ref, Fn::GetAtt and Fn::Sub in `value` speak of.
std::set<std::string> names_in(const Json& value);

// The resources in an order in which each stands behind those that it names, by whatever way; names decide between
// equals. Only of `resources`, so that those whose condition is false can be left out before.
std::vector<std::string> in_order(const std::map<std::string, Resource>& resources);

// The `${Name}` and `${Name.Attribute}` of a text of Fn::Sub. `${!Literal}` is none.
struct Piece {
  std::string text;
  bool is_name = false;
};
aws::Answer<std::vector<Piece>> pieces_of(std::string_view text);

}  // namespace gust::formation
