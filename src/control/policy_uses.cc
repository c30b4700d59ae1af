#include "control/policy_uses.h"

#include <algorithm>

namespace gust::control {

namespace model = aws::cloudfront;

std::set<std::string> policies_of(const model::DistributionConfig& config) {
  std::set<std::string> ids;
  const auto look_at = [&](const auto& behavior) {
    for (const auto* id :
         {&behavior.cache_policy_id, &behavior.origin_request_policy_id, &behavior.response_headers_policy_id}) {
      if (*id && !(*id)->empty()) ids.insert(**id);
    }
  };
  look_at(config.default_cache_behavior);
  if (!config.cache_behaviors) return ids;
  for (const model::CacheBehavior& behavior : config.cache_behaviors->items) look_at(behavior);
  return ids;
}

config::Revision newest_policy_of(const model::DistributionConfig& config, const config::Listing& stored) {
  const std::set<std::string> ids = policies_of(config);
  config::Revision newest = config::absent;
  for (const config::Document& document : stored.documents) {
    if (ids.contains(document.key.substr(document.key.rfind('/') + 1))) newest = std::max(newest, document.revision);
  }
  return newest;
}

}  // namespace gust::control
