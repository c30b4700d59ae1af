// Changes: what a deployment of something wanted would do to a stack, without doing it.
//
// Source: CloudFormation API Reference, ResourceChange: Action, Replacement, Scope.
// Shape:  a pure function. A resource that refers to one that will be replaced or made is changed for all that is
// known,
//         and that is what its change says (Replacement Conditional where only then it would be replaced).
#pragma once

#include <string>
#include <vector>

#include "formation/asked.h"
#include "formation/stack.h"

namespace gust::formation {

enum class Action : std::uint8_t { add, modify, remove };

struct ResourceChange {
  Action action = Action::add;
  std::string name, type, physical_id;
  std::string replacement;              // True, False or Conditional; of modify
  std::vector<std::string> properties;  // those that differ
};

//   fails  ValidationError: the wanted template's
aws::Answer<std::vector<ResourceChange>> changes_of(const Stack& stack, const Wanted& wanted, Surroundings around);

}  // namespace gust::formation
