#include "control/distribution_uses.h"

#include <algorithm>
#include <utility>

namespace gust::control {

namespace model = aws::cloudfront;

namespace {

// The same members in two types of the model.
template <typename BehaviorType>
bool behavior_names(const BehaviorType& behavior, Named what, std::string_view value) {
  switch (what) {
    case Named::function:
      return behavior.function_associations &&
             std::ranges::any_of(behavior.function_associations->items,
                                 [&](const auto& association) { return association.function_arn == value; });
    case Named::realtime_log_config:
      return behavior.realtime_log_config_arn == value;
    case Named::field_level_encryption:
      return behavior.field_level_encryption_id == value;
    case Named::key_group:
      return behavior.trusted_key_groups &&
             std::ranges::find(behavior.trusted_key_groups->items, value) != behavior.trusted_key_groups->items.end();
    case Named::trust_store:
    case Named::web_acl:
      break;
  }
  return false;
}

}  // namespace

bool names(const model::DistributionConfig& config, Named what, std::string_view value) {
  if (what == Named::web_acl) {
    const std::string acl = config.web_acl_id.value_or("");
    return acl.empty() ? value == "null" : acl == value;
  }
  if (what == Named::trust_store) {
    const auto& mtls = config.viewer_mtls_config;
    return mtls && mtls->trust_store_config && mtls->trust_store_config->trust_store_id == value;
  }
  if (behavior_names(config.default_cache_behavior, what, value)) return true;
  return config.cache_behaviors &&
         std::ranges::any_of(config.cache_behaviors->items, [&](const model::CacheBehavior& behavior) {
           return behavior_names(behavior, what, value);
         });
}

std::function<bool(const model::DistributionConfig&)> that_name(Named what, std::string value) {
  return [what, value = std::move(value)](const auto& config) { return names(config, what, value); };
}

}  // namespace gust::control
