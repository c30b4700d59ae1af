#include "config/policy_uses.h"

#include <algorithm>

namespace gust::config {

namespace model = aws::cloudfront;

std::set<std::string> policies_of(const model::DistributionConfig& config) {
  std::set<std::string> ids;
  const auto look_at = [&](const auto& behavior) {
    for (const auto* id :
         {&behavior.cache_policy_id, &behavior.origin_request_policy_id, &behavior.response_headers_policy_id}) {
      if (*id && !(*id)->empty()) ids.insert(**id);
    }
  };
  for (const model::Origin& origin : config.origins.items) {
    if (const std::string control = origin.origin_access_control_id.value_or(""); !control.empty()) ids.insert(control);
    if (!origin.s3_origin_config) continue;
    const std::string_view identity = origin.s3_origin_config->origin_access_identity;
    if (!identity.empty()) ids.emplace(identity.substr(identity.rfind('/') + 1));
  }
  if (config.viewer_certificate) {
    const std::string arn = config.viewer_certificate->acm_certificate_arn.value_or("");
    if (!arn.empty()) ids.insert(arn.substr(arn.rfind('/') + 1));
  }
  if (config.viewer_mtls_config && config.viewer_mtls_config->trust_store_config) {
    ids.insert(config.viewer_mtls_config->trust_store_config->trust_store_id);
  }
  look_at(config.default_cache_behavior);
  if (const std::string policy = config.continuous_deployment_policy_id.value_or(""); !policy.empty()) {
    ids.insert(policy);
  }
  if (!config.cache_behaviors) return ids;
  for (const model::CacheBehavior& behavior : config.cache_behaviors->items) look_at(behavior);
  return ids;
}

Revision newest_policy_of(const model::DistributionConfig& config, const Listing& stored) {
  const std::set<std::string> ids = policies_of(config);
  Revision newest = absent;
  for (const Document& document : stored.documents) {
    if (ids.contains(document.key.substr(document.key.rfind('/') + 1))) newest = std::max(newest, document.revision);
  }
  return newest;
}

}  // namespace gust::config
