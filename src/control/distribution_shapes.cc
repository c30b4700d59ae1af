#include "control/distribution_shapes.h"

namespace gust::control {

namespace model = aws::cloudfront;

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
  return out;
}

}  // namespace gust::control
