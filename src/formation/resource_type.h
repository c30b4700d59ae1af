// ResourceType: how resources of one type of a template are made, changed and removed.
//
// Source: CloudFormation Resource Reference: properties, which of them need replacement, what Ref and Fn::GetAtt give.
// Shape:  without state; what a resource is stands in its facts and in the properties that it was last made of.
// Rules:  a property that is not known is refused by name. Removing what is no longer there is success.
// Errors: those of the services, and ValidationError for properties.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formation/expression.h"
#include "formation/services.h"

namespace gust::formation {

// Of which stack a resource is, for the names that it is given.
struct Making {
  std::string stack_name, stack_id, logical_id;
  std::string unique;  // differs each time a resource is made; letters and digits, upper case
  std::string region, account_id;
};

class ResourceType {
 public:
  virtual ~ResourceType() = default;

  // Whether `properties` could be made. Without effect.
  virtual aws::Answer<void> check(const Json& properties) const = 0;
  // Whether the step from one to the other can only be taken by making a new resource.
  virtual bool needs_replacement(const Json& before, const Json& after) const = 0;

  // The resource that a create() with the same making and properties has made, if it is there: what a making leaves
  // that was cut off before its end was noted.
  virtual rt::Task<aws::Answer<std::optional<ResourceFacts>>> find(Services& services, Making making,
                                                                   Json properties) const = 0;
  // Whether nobody but that making can have made what find() gives. If not, it is looked for before create() too.
  virtual bool has_own_name(const Json& properties) const = 0;

  virtual rt::Task<aws::Answer<ResourceFacts>> create(Services& services, Making making, Json properties) const = 0;
  virtual rt::Task<aws::Answer<ResourceFacts>> update(Services& services, Making making, ResourceFacts facts,
                                                      Json before, Json after) const = 0;
  virtual rt::Task<aws::Answer<void>> remove(Services& services, ResourceFacts facts, Json properties) const = 0;
};

// Null for a type that is not known.
const ResourceType* find_resource_type(std::string_view name);

// A name of at most `bytes_max`: STACK-LOGICAL-UNIQUE, shortened from the left parts.
std::string make_name(const Making& making, std::size_t bytes_max);

// {"Tags": [{"Key", "Value"}]} of properties, checked.
aws::Answer<Json> tags_of(const Json& properties);

// Success where the service says that there is no such thing.
aws::Answer<void> gone_is_done(const aws::Answer<Json>& answer);

// Nothing where the service says so, else what `facts_of` makes of the answer.
template <typename FactsOf>
aws::Answer<std::optional<ResourceFacts>> facts_if_there(const aws::Answer<Json>& answer, FactsOf&& facts_of) {
  if (answer) return std::optional<ResourceFacts>(facts_of(*answer));
  if (answer.error().status == 404) return std::optional<ResourceFacts>();
  return std::unexpected(answer.error());
}

//   fails  ValidationError: a property that is not among `known`, or one of `required` that is missing
aws::Answer<void> check_names(const Json& properties, std::span<const std::string_view> known,
                              std::span<const std::string_view> required);

}  // namespace gust::formation
