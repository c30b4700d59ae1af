#include "formation/resource_type.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

#include "base/result.h"
#include "formation/bucket_types.h"
#include "formation/cloudfront_types.h"
#include "formation/named_cloudfront_types.h"

namespace gust::formation {
namespace {

using Types = std::map<std::string, std::unique_ptr<ResourceType>, std::less<>>;

// AWS::CDK::Metadata says which constructs a template was made of, AWS::CloudFormation::WaitConditionHandle is what
// templates without resources hold: neither does anything.
class PassiveType : public ResourceType {
 public:
  aws::Answer<void> check(const Json&) const override { return {}; }
  bool needs_replacement(const Json&, const Json&) const override { return false; }
  rt::Task<aws::Answer<std::optional<ResourceFacts>>> find(Services&, Making, Json) const override {
    co_return std::optional<ResourceFacts>();
  }
  bool has_own_name(const Json&) const override { return true; }
  rt::Task<aws::Answer<ResourceFacts>> create(Services&, Making making, Json) const override {
    co_return ResourceFacts{.physical_id = make_name(making, 255), .attributes = {}};
  }
  rt::Task<aws::Answer<ResourceFacts>> update(Services&, Making, ResourceFacts facts, Json, Json) const override {
    co_return facts;
  }
  rt::Task<aws::Answer<void>> remove(Services&, ResourceFacts, Json) const override { co_return aws::Answer<void>{}; }
};

Types make_types() {
  Types types;
  add_cloudfront_types(types);
  add_named_cloudfront_types(types);
  add_bucket_types(types);
  types.emplace("AWS::CDK::Metadata", std::make_unique<PassiveType>());
  types.emplace("AWS::CloudFormation::WaitConditionHandle", std::make_unique<PassiveType>());
  return types;
}

}  // namespace

const ResourceType* find_resource_type(std::string_view name) {
  static const Types types = make_types();
  const auto found = types.find(name);
  return found == types.end() ? nullptr : found->second.get();
}

std::string make_name(const Making& making, std::size_t bytes_max) {
  const std::size_t room = bytes_max - making.unique.size() - 2;
  const std::string logical = making.logical_id.substr(0, room / 2);
  const std::string stack = making.stack_name.substr(0, room - logical.size());
  return fmt::format("{}-{}-{}", stack, logical, making.unique);
}

aws::Answer<Json> tags_of(const Json& properties) {
  Json tags = Json::array();
  const auto given = properties.find("Tags");
  if (given == properties.end()) return tags;
  if (!given->is_array()) return invalid("Properties validation failed: #/Tags: expected type: JSONArray");
  for (const Json& tag : *given) {
    const auto key = tag.is_object() && tag.contains("Key") ? text_of(tag["Key"]) : std::nullopt;
    const auto value = tag.is_object() && tag.contains("Value") ? text_of(tag["Value"]) : std::nullopt;
    if (!key || !value || tag.size() != 2) {
      return invalid("Properties validation failed: #/Tags: every tag must have a Key and a Value");
    }
    tags.push_back({{"Key", *key}, {"Value", *value}});
  }
  return tags;
}

aws::Answer<void> gone_is_done(const aws::Answer<Json>& answer) {
  if (answer || answer.error().status == 404) return {};
  return std::unexpected(answer.error());
}

aws::Answer<void> check_names(const Json& properties, std::span<const std::string_view> known,
                              std::span<const std::string_view> required) {
  for (const auto& [name, value] : properties.items()) {
    if (std::ranges::find(known, name) != known.end()) continue;
    return invalid(fmt::format("Properties validation failed: #: extraneous key [{}] is not permitted", name));
  }
  for (const std::string_view name : required) {
    if (properties.contains(name)) continue;
    return invalid(fmt::format("Properties validation failed: #: required key [{}] not found", name));
  }
  return {};
}

}  // namespace gust::formation
