#include "control/distribution_shapes.h"

namespace gust::control {

namespace model = aws::cloudfront;

namespace {

// Of mainland China's registration, which is nobody's business here: the service says the same of all other names.
std::vector<model::AliasICPRecordal> recordals_of(const model::DistributionConfig& config) {
  std::vector<model::AliasICPRecordal> all;
  if (!config.aliases) return all;
  for (const std::string& alias : config.aliases->items) all.push_back({alias, "APPROVED"});
  return all;
}

}  // namespace

model::Distribution distribution_of(const config::DistributionDocument& document, std::string_view arn,
                                    std::string_view status, std::int32_t invalidations_in_progress) {
  model::Distribution out;
  out.id = document.id;
  out.arn = arn;
  out.status = status;
  out.last_modified_time = document.last_modified;
  out.in_progress_invalidation_batches = invalidations_in_progress;
  out.domain_name = document.domain_name;
  out.active_trusted_signers.emplace();
  out.active_trusted_key_groups.emplace();
  out.distribution_config = document.config;
  out.alias_icp_recordals = recordals_of(document.config);
  return out;
}

model::DistributionSummary summary_of(const config::DistributionDocument& document, std::string_view arn,
                                      std::string_view status) {
  const model::DistributionConfig& config = document.config;
  model::DistributionSummary out;
  out.id = document.id;
  out.arn = arn;
  out.status = status;
  out.last_modified_time = document.last_modified;
  out.domain_name = document.domain_name;
  out.aliases = config.aliases.value_or(model::Aliases{});
  out.origins = config.origins;
  out.origin_groups = config.origin_groups;
  out.default_cache_behavior = config.default_cache_behavior;
  out.cache_behaviors = config.cache_behaviors.value_or(model::CacheBehaviors{});
  out.custom_error_responses = config.custom_error_responses.value_or(model::CustomErrorResponses{});
  out.comment = config.comment;
  out.price_class = config.price_class.value_or("");
  out.enabled = config.enabled;
  out.viewer_certificate = config.viewer_certificate.value_or(model::ViewerCertificate{});
  out.restrictions = config.restrictions.value_or(model::Restrictions{});
  out.web_acl_id = config.web_acl_id.value_or("");
  out.http_version = config.http_version.value_or("");
  out.is_ipv6_enabled = config.is_ipv6_enabled.value_or(false);
  out.staging = config.staging.value_or(false);
  out.alias_icp_recordals = recordals_of(config);
  return out;
}

}  // namespace gust::control
