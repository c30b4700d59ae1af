#include "control/staging_patterns.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

#include "base/text.h"
#include "control/answers_internal.h"

namespace gust::control {
namespace {

using config::DistributionDocument;

std::string_view without_slash(std::string_view pattern) {
  return pattern.starts_with('/') ? pattern.substr(1) : pattern;
}

aws::Answer<void> check_pair(const DistributionDocument& primary, const DistributionDocument& staging) {
  std::set<std::string_view> known;
  if (primary.config.cache_behaviors) {
    for (const auto& behavior : primary.config.cache_behaviors->items) {
      known.insert(without_slash(behavior.path_pattern));
    }
  }
  if (!staging.config.cache_behaviors) return {};
  for (const auto& behavior : staging.config.cache_behaviors->items) {
    if (known.contains(without_slash(behavior.path_pattern))) continue;
    return refuse("InvalidArgument",
                  fmt::format("The staging distribution {} has a cache behavior for the path pattern {}, which its "
                              "primary distribution {} does not have.",
                              staging.id, behavior.path_pattern, primary.id));
  }
  return {};
}

}  // namespace

aws::Answer<void> check_staging_patterns(const config::Documents& documents, std::string_view concerned) {
  const auto& distributions = documents.distributions;
  for (const auto& policy : documents.policies.continuous_deployment) {
    const auto& names = policy.continuous_deployment_policy_config.staging_distribution_dns_names.items;
    const auto primary = std::ranges::find_if(distributions, [&](const DistributionDocument& each) {
      return each.config.continuous_deployment_policy_id == policy.id;
    });
    const auto staging = std::ranges::find_if(distributions, [&](const DistributionDocument& each) {
      return !names.empty() && equal_fold(each.domain_name, names.front()) && each.config.staging.value_or(false);
    });
    if (primary == distributions.end() || staging == distributions.end()) continue;
    if (primary->id != concerned && staging->id != concerned && policy.id != concerned) continue;
    if (auto fits = check_pair(*primary, *staging); !fits) return fits;
  }
  return {};
}

}  // namespace gust::control
