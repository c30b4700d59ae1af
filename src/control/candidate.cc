#include "control/candidate.h"

#include <fmt/format.h>

#include "config/compile.h"
#include "control/answers_internal.h"

namespace gust::control {
namespace {

namespace model = aws::cloudfront;

template <typename BehaviorType>
aws::Answer<void> check_forwarded(const BehaviorType& behavior, const Quotas& quotas) {
  if (!behavior.forwarded_values) return {};
  const model::ForwardedValues& values = *behavior.forwarded_values;
  if (values.headers && values.headers->items.size() > quotas.forwarded_headers) {
    return refuse("TooManyHeadersInForwardedValues", "Your request contains too many headers in forwarded values.");
  }
  if (values.cookies.whitelisted_names && values.cookies.whitelisted_names->items.size() > quotas.forwarded_cookies) {
    return refuse("TooManyCookieNamesInWhiteList",
                  "Your request contains more cookie names in the whitelist than are allowed per cache behavior.");
  }
  if (values.query_string_cache_keys && values.query_string_cache_keys->items.size() > quotas.forwarded_query_strings) {
    return refuse("TooManyQueryStringParameters", "Your request contains too many query string parameters.");
  }
  return {};
}

aws::Answer<void> check_quotas(const model::DistributionConfig& config, const Quotas& quotas) {
  if (config.aliases && config.aliases->items.size() > quotas.alternate_names) {
    return refuse("TooManyDistributionCNAMEs", "Your request contains more CNAMEs than are allowed per distribution.");
  }
  if (config.origins.items.size() > quotas.origins) {
    return refuse("TooManyOrigins", "You cannot create more origins for the distribution.");
  }
  for (const model::Origin& origin : config.origins.items) {
    if (origin.custom_headers && origin.custom_headers->items.size() > quotas.origin_custom_headers) {
      return refuse("TooManyOriginCustomHeaders", "Your request contains too many origin custom headers.");
    }
  }
  if (config.origin_groups && config.origin_groups->items.size() > quotas.origin_groups) {
    return refuse("TooManyOriginGroupsPerDistribution", "You cannot create more origin groups for the distribution.");
  }
  if (auto fits = check_forwarded(config.default_cache_behavior, quotas); !fits) return fits;
  if (!config.cache_behaviors) return {};
  if (config.cache_behaviors->items.size() > quotas.cache_behaviors) {
    return refuse("TooManyCacheBehaviors", "You cannot create more cache behaviors for the distribution.");
  }
  for (const model::CacheBehavior& behavior : config.cache_behaviors->items) {
    if (auto fits = check_forwarded(behavior, quotas); !fits) return fits;
  }
  return {};
}

}  // namespace

aws::Answer<void> check_candidate(const config::DistributionDocument& document, const config::PolicyDocuments& policies,
                                  const Quotas& quotas) {
  if (auto fits = check_quotas(document.config, quotas); !fits) return fits;
  return answer_of(config::check_distribution(document, policies));
}

aws::Answer<void> answer_of(const config::Findings& found) {
  if (found.empty()) return {};
  const config::Finding& first = found.front();
  if (first.message.find(first.path) != std::string::npos) return refuse(first.code, first.message);
  return refuse(first.code, fmt::format("{} ({})", first.message, first.path));
}

}  // namespace gust::control
