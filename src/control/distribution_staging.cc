// Distributions: copying one for staging, and promoting what was staged.
//
// Source: CD-1, CD-5 (CLOUDFRONT.md section 23).
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "aws/shapes.h"
#include "base/text.h"
#include "control/answers_internal.h"
#include "control/distributions.h"
#include "control/ids.h"
#include "control/keys_internal.h"
#include "control/resources.h"
#include "rt/loop.h"

namespace gust::control {

namespace model = aws::cloudfront;

rt::Task<aws::Answer<model::CopyDistributionResult>> Distributions::copy(model::CopyDistributionRequest request) {
  if (!request.staging.value_or(false)) {
    co_return refuse("InvalidArgument", "The parameter Staging is true: distributions are copied for staging only.");
  }
  CO_TRY(StoredDistribution stored, co_await find_matching(request.primary_distribution_id, request.if_match));
  model::DistributionConfig config = std::move(stored.document.config);
  if (config.staging.value_or(false)) {
    co_return refuse("InvalidArgument", "A staging distribution cannot be copied.");
  }
  config.caller_reference = std::move(request.caller_reference);
  config.staging = true;
  if (request.enabled) config.enabled = *request.enabled;
  config.continuous_deployment_policy_id = "";
  config.aliases = model::Aliases{};
  CO_TRY(Created created, co_await make(std::move(config), {}));
  co_return model::CopyDistributionResult{std::move(created.distribution), std::move(created.location),
                                          std::move(created.etag)};
}

// `If-Match: <primary>,<staging>`: the configuration of the one is taken for the other, and the policy that shared the
// viewers between them is disabled, at once.
rt::Task<aws::Answer<model::UpdateDistributionWithStagingConfigResult>> Distributions::promote(
    model::UpdateDistributionWithStagingConfigRequest request) {
  const std::string both = request.if_match.value_or("");
  const Cut versions = cut(std::string_view(both), ',');
  const std::string of_primary(trim(versions.before));
  const std::string of_staging(trim(versions.after));
  CO_TRY_STORE(const auto turn, co_await tools_.turns.take());
  CO_TRY(StoredDistribution primary, co_await find_matching(request.id, of_primary));
  if (!request.staging_distribution_id) {
    co_return refuse("InvalidArgument", "The parameter StagingDistributionId is required.");
  }
  CO_TRY(StoredDistribution staging, co_await find_matching(*request.staging_distribution_id, of_staging));
  model::DistributionConfig& config = primary.document.config;
  const std::string policy_id = config.continuous_deployment_policy_id.value_or("");
  std::optional<config::Document> stored_policy;
  if (!policy_id.empty()) {
    CO_TRY_STORE(stored_policy, co_await tools_.store.get(
                                    fmt::format("{}{}", config::continuous_deployment_policy_prefix, policy_id)));
  }
  if (!stored_policy) {
    co_return refuse("IllegalUpdate", "The distribution has no continuous deployment policy.");
  }
  CO_TRY_STORE(auto policy, aws::from_json<model::ContinuousDeploymentPolicy>(stored_policy->value));
  const auto& names = policy.continuous_deployment_policy_config.staging_distribution_dns_names.items;
  if (std::ranges::none_of(names, [&](const auto& name) { return equal_fold(name, staging.document.domain_name); })) {
    co_return refuse("IllegalUpdate",
                     "The distribution's continuous deployment policy names another staging "
                     "distribution.");
  }

  model::DistributionConfig promoted = std::move(staging.document.config);
  promoted.caller_reference = std::move(config.caller_reference);
  promoted.aliases = std::move(config.aliases);
  promoted.continuous_deployment_policy_id = policy_id;
  promoted.staging = false;
  const model::DistributionConfig before = std::exchange(config, std::move(promoted));
  primary.document.last_modified = tools_.loop.wall_now();
  policy.continuous_deployment_policy_config.enabled = false;
  policy.last_modified_time = tools_.loop.wall_now();
  CO_TRY_OK(co_await check(primary.document, before));
  const std::string key = distribution_key(request.id);
  std::vector<config::Write> writes;
  writes.push_back({key, config::write_document(primary.document), primary.revision});
  writes.push_back({stored_policy->key, aws::to_json(policy), stored_policy->revision});
  const auto made = co_await tools_.store.commit(std::move(writes));
  if (!made && made.error().code == Errc::conflict) {
    co_return refuse("PreconditionFailed", "The distribution was changed by another request meanwhile.");
  }
  if (!made) co_return refuse(made.error());
  CO_TRY(auto distribution, co_await shape_of({std::move(primary.document), *made}));
  distribution.status = "InProgress";
  co_return model::UpdateDistributionWithStagingConfigResult{std::move(distribution), etag_of(key, *made)};
}

}  // namespace gust::control
