// ResourceType: how resources of one type of a template are made, changed and removed.
//
// Source: CloudFormation Resource Reference: properties, which of them need replacement, what Ref and Fn::GetAtt give.
// Shape:  without state; what a resource is stands in its facts and in the properties that it was last made of.
// Rules:  a property that is not known is refused by name. Removing what is no longer there is success.
// Errors: those of the services, and ValidationError for properties.
#pragma once

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
  std::string region;
};

class ResourceType {
 public:
  virtual ~ResourceType() = default;

  // Whether `properties` could be made. Without effect.
  virtual aws::Answer<void> check(const Json& properties) const = 0;
  // Whether the step from one to the other can only be taken by making a new resource.
  virtual bool needs_replacement(const Json& before, const Json& after) const = 0;

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

}  // namespace gust::formation
