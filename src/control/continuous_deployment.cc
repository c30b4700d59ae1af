#include "control/continuous_deployment.h"

#include "base/text.h"
#include "config/compile.h"
#include "control/candidate.h"
#include "control/resources_internal.h"
#include "control/staging_patterns.h"

namespace gust::control {

namespace model = aws::cloudfront;

aws::Answer<void> ContinuousDeploymentPolicyFamily::check_config(const Config& config, const Quotas& /*quotas*/) {
  return answer_of(config::check_policy(config));
}

rt::Task<aws::Answer<void>> ContinuousDeploymentPolicyFamily::check_in_store(Tools tools, Resource candidate) {
  const std::string name = candidate.continuous_deployment_policy_config.staging_distribution_dns_names.items.front();
  CO_TRY_STORE(const auto listing, co_await tools.store.list(std::string(config::config_prefix)));
  config::Findings unreadable;  // the publisher tells them
  config::Documents documents = config::read_documents(listing, unreadable);
  if (std::ranges::none_of(documents.distributions, [&](const config::DistributionDocument& document) {
        return equal_fold(document.domain_name, name) && document.config.staging.value_or(false);
      })) {
    co_return refuse("InvalidArgument", fmt::format("{} is not the domain name of a staging distribution.", name));
  }
  for (const Resource& other : documents.policies.continuous_deployment) {
    const auto& names = other.continuous_deployment_policy_config.staging_distribution_dns_names.items;
    if (other.id == candidate.id || names.empty() || !equal_fold(names.front(), name)) continue;
    co_return refuse(
        "StagingDistributionInUse",
        fmt::format("The continuous deployment policy {} already uses this staging distribution.", other.id));
  }
  const std::string id = candidate.id;
  std::erase_if(documents.policies.continuous_deployment, [&](const Resource& other) { return other.id == id; });
  documents.policies.continuous_deployment.push_back(std::move(candidate));
  co_return check_staging_patterns(documents, id);
}

bool ContinuousDeploymentPolicyFamily::is_used_by(const model::DistributionConfig& config, const std::string& id) {
  return config.continuous_deployment_policy_id == id;
}

template class Resources<ContinuousDeploymentPolicyFamily>;

}  // namespace gust::control
