#include "formation/changes.h"

#include <set>

#include "base/result.h"
#include "formation/references.h"
#include "formation/resource_type.h"

namespace gust::formation {
namespace {

std::vector<std::string> differing(const Json& before, const Json& after) {
  std::set<std::string> names;
  for (const auto& [name, value] : before.items()) {
    if (!after.contains(name) || after[name] != value) names.insert(name);
  }
  for (const auto& [name, value] : after.items()) {
    if (!before.contains(name)) names.insert(name);
  }
  return {names.begin(), names.end()};
}

}  // namespace

aws::Answer<std::vector<ResourceChange>> changes_of(const Stack& stack, const Wanted& wanted, Surroundings around) {
  Stack after = stack;
  after.wanted = wanted;
  TRY(const Template made, wanted_template(after, around.account_id, around.region));
  Scope scope = scope_of(after, made, around.account_id, around.region);
  scope.exports = std::move(around.exports);
  std::vector<ResourceChange> changes;
  for (const std::string& name : in_order(made.resources)) {
    const Resource& resource = made.resources.at(name);
    TRY(const Json properties, evaluate(resource.properties, scope));
    const auto existing = stack.resources.find(name);
    if (existing == stack.resources.end() || !existing->second.exists()) {
      changes.push_back({.action = Action::add,
                         .name = name,
                         .type = resource.type,
                         .physical_id = {},
                         .replacement = {},
                         .properties = {}});
      continue;
    }
    const Made& now = existing->second.now;
    if (now.type == resource.type && now.properties == properties) continue;
    const ResourceType* type = find_resource_type(resource.type);
    const bool is_replaced = now.type != resource.type || (type && type->needs_replacement(now.properties, properties));
    const bool is_certain = !is_unresolved(properties) || now.type != resource.type;
    changes.push_back({.action = Action::modify,
                       .name = name,
                       .type = resource.type,
                       .physical_id = now.facts.physical_id,
                       .replacement = !is_replaced ? "False"
                                      : is_certain ? "True"
                                                   : "Conditional",
                       .properties = differing(now.properties, properties)});
    // Whoever refers to it cannot know yet what it will be.
    if (is_replaced) scope.resources.erase(name);
  }
  for (const auto& [name, resource] : stack.resources) {
    if (made.resources.contains(name) || !resource.exists()) continue;
    changes.push_back({.action = Action::remove,
                       .name = name,
                       .type = resource.now.type,
                       .physical_id = resource.now.facts.physical_id,
                       .replacement = {},
                       .properties = {}});
  }
  return changes;
}

}  // namespace gust::formation
