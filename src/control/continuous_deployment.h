// Continuous deployment policies: which viewers of a distribution see its staging copy.
//
// Source: CD-1, CD-2 (CLOUDFRONT.md section 23); AWS.md section 2. What a policy may say is the compiler's to judge
//         (config/compile_staging.cc). Copying and promoting are Distributions' (distribution_staging.cc).
#pragma once

#include <string>
#include <string_view>

#include "config/document.h"
#include "control/quotas.h"
#include "control/resources.h"

namespace gust::control {

struct ContinuousDeploymentPolicyFamily : PlainFamily<aws::cloudfront::ContinuousDeploymentPolicy> {
  using Config = aws::cloudfront::ContinuousDeploymentPolicyConfig;
  using List = aws::cloudfront::ContinuousDeploymentPolicyList;
  using Create = aws::cloudfront::op::CreateContinuousDeploymentPolicy;
  using Get = aws::cloudfront::op::GetContinuousDeploymentPolicy;
  using GetConfig = aws::cloudfront::op::GetContinuousDeploymentPolicyConfig;
  using ListAll = aws::cloudfront::op::ListContinuousDeploymentPolicies;
  using Update = aws::cloudfront::op::UpdateContinuousDeploymentPolicy;
  using Delete = aws::cloudfront::op::DeleteContinuousDeploymentPolicy;

  static constexpr std::string_view prefix = config::continuous_deployment_policy_prefix;
  static constexpr std::string_view location = "continuous-deployment-policy";
  static constexpr ResourceErrors errors = {
      .missing = {"NoSuchContinuousDeploymentPolicy", "The continuous deployment policy does not exist."},
      .exists = {"ContinuousDeploymentPolicyAlreadyExists",
                 "A continuous deployment policy with this configuration already exists."},
      .too_many = {"TooManyContinuousDeploymentPolicies",
                   "You have reached the maximum number of continuous deployment policies for this AWS account."},
      .in_use = {"ContinuousDeploymentPolicyInUse",
                 "You cannot delete a continuous deployment policy that is associated with a primary distribution."}};

  static constexpr auto quota = &Quotas::policies;
  static constexpr auto config_of = &Resource::continuous_deployment_policy_config;
  static constexpr auto config_of_create = &Create::Input::continuous_deployment_policy_config;
  static constexpr auto config_of_update = &Update::Input::continuous_deployment_policy_config;

  static void begin(Resource& resource, rt::Loop& loop) { resource.id = new_uuid(loop); }
  static void touch(Resource& resource, WallTime now) { resource.last_modified_time = now; }
  static aws::Answer<void> check_config(const Config& config, const Quotas& quotas);
  // The name that it has is that of a staging distribution, and no other policy has it.
  static rt::Task<aws::Answer<void>> check_in_store(Tools tools, Resource candidate);
  static bool is_used_by(const aws::cloudfront::DistributionConfig& config, const std::string& id);
  static aws::cloudfront::ContinuousDeploymentPolicySummary summary_of(const Resource& resource) { return {resource}; }
};

using ContinuousDeploymentPolicies = Resources<ContinuousDeploymentPolicyFamily>;

extern template class Resources<ContinuousDeploymentPolicyFamily>;

}  // namespace gust::control
