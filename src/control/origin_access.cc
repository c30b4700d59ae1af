#include "control/origin_access.h"

#include "access/caller.h"
#include "config/compile.h"
#include "config/policy_uses.h"
#include "control/candidate.h"
#include "control/resources_internal.h"

namespace gust::control {

namespace model = aws::cloudfront;

void OriginAccessControlFamily::fill_defaults(Config& config) {
  if (!config.description) config.description = "";
}

aws::Answer<void> OriginAccessControlFamily::check_config(const Config& config, const Quotas&) {
  return answer_of(config::check_policy(config));
}

bool OriginAccessControlFamily::is_used_by(const model::DistributionConfig& config, const std::string& id) {
  return config::policies_of(config).contains(id);
}

model::OriginAccessControlSummary OriginAccessControlFamily::summary_of(const Resource& resource) {
  const Config config = resource.origin_access_control_config.value_or(Config{});
  model::OriginAccessControlSummary summary;
  summary.id = resource.id;
  summary.name = config.name;
  summary.description = config.description.value_or("");
  summary.signing_protocol = config.signing_protocol;
  summary.signing_behavior = config.signing_behavior;
  summary.origin_access_control_origin_type = config.origin_access_control_origin_type;
  return summary;
}

void OriginAccessIdentityFamily::begin(Resource& resource, rt::Loop& loop) {
  resource.id = new_id(loop, 'E');
  resource.s3_canonical_user_id = access::make_canonical_user_id(resource.id);
}

aws::Answer<void> OriginAccessIdentityFamily::check_config(const Config& config, const Quotas&) {
  return answer_of(config::check_policy(config));
}

bool OriginAccessIdentityFamily::is_used_by(const model::DistributionConfig& config, const std::string& id) {
  return config::policies_of(config).contains(id);
}

model::CloudFrontOriginAccessIdentitySummary OriginAccessIdentityFamily::summary_of(const Resource& resource) {
  model::CloudFrontOriginAccessIdentitySummary summary;
  summary.id = resource.id;
  summary.s3_canonical_user_id = resource.s3_canonical_user_id;
  if (const auto& config = resource.cloud_front_origin_access_identity_config) summary.comment = config->comment;
  return summary;
}

template class Resources<OriginAccessControlFamily>;
template class Resources<OriginAccessIdentityFamily>;

}  // namespace gust::control
