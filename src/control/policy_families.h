// The three kinds of policies: the types and words in which their operations differ.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/document.h"
#include "control/quotas.h"
#include "control/resources.h"

namespace gust::control {

// What the three have in common. `Family` is one of those below.
template <typename Family, typename Policy, typename Config>
struct PolicyFamily : PlainFamily<Policy> {
  static void begin(Policy& policy, rt::Loop& loop) { policy.id = new_uuid(loop); }
  static void touch(Policy& policy, WallTime now) { policy.last_modified_time = now; }
  static std::string name_of(const Config& config) { return config.name; }
  static bool is_used_by(const aws::cloudfront::DistributionConfig& config, const std::string& id);
  static aws::Answer<void> check_config(const Config& config, const Quotas& quotas);
  // The distributions that name it must still be right.
  static rt::Task<aws::Answer<void>> check_in_store(Tools tools, Policy candidate);
  static aws::Answer<void> check_users(config::Listing listing, Policy candidate);
  static auto summary_of(const Policy& policy) {
    return typename Family::Summary{Family::find_managed(policy.id) ? "managed" : "custom", policy};
  }
  static constexpr auto quota = &Quotas::policies;
};

struct CachePolicyFamily
    : PolicyFamily<CachePolicyFamily, aws::cloudfront::CachePolicy, aws::cloudfront::CachePolicyConfig> {
  using Config = aws::cloudfront::CachePolicyConfig;
  using Summary = aws::cloudfront::CachePolicySummary;
  using List = aws::cloudfront::CachePolicyList;
  using Create = aws::cloudfront::op::CreateCachePolicy;
  using Get = aws::cloudfront::op::GetCachePolicy;
  using GetConfig = aws::cloudfront::op::GetCachePolicyConfig;
  using ListAll = aws::cloudfront::op::ListCachePolicies;
  using Update = aws::cloudfront::op::UpdateCachePolicy;
  using Delete = aws::cloudfront::op::DeleteCachePolicy;
  using ListUsers = aws::cloudfront::op::ListDistributionsByCachePolicyId;

  static constexpr std::string_view prefix = config::cache_policy_prefix;
  static constexpr std::string_view word = "CachePolicy";  // in codes of errors
  static constexpr std::string_view location = "cache-policy";
  static constexpr ResourceErrors errors = {
      .missing = {"NoSuchCachePolicy", "The cache policy does not exist."},
      .exists = {"CachePolicyAlreadyExists", "A cache policy with this name already exists."},
      .too_many = {"TooManyCachePolicies", "You have reached the maximum number of policies of this kind."},
      .in_use = {"CachePolicyInUse",
                 "Cannot delete the cache policy because it is attached to one or more cache behaviors."}};

  static constexpr auto config_of = &Resource::cache_policy_config;
  static constexpr auto config_of_create = &Create::Input::cache_policy_config;
  static constexpr auto config_of_update = &Update::Input::cache_policy_config;
  static constexpr auto id_of_list_users = &ListUsers::Input::cache_policy_id;
  static constexpr auto documents_of = &config::PolicyDocuments::cache;

  static void fill_defaults(Config& config);
  static aws::Answer<void> check_quotas(const Config& config, const Quotas& quotas);
  static std::optional<Resource> find_managed(std::string_view id);
  static std::vector<Resource> all_managed();
};

struct OriginRequestPolicyFamily : PolicyFamily<OriginRequestPolicyFamily, aws::cloudfront::OriginRequestPolicy,
                                                aws::cloudfront::OriginRequestPolicyConfig> {
  using Config = aws::cloudfront::OriginRequestPolicyConfig;
  using Summary = aws::cloudfront::OriginRequestPolicySummary;
  using List = aws::cloudfront::OriginRequestPolicyList;
  using Create = aws::cloudfront::op::CreateOriginRequestPolicy;
  using Get = aws::cloudfront::op::GetOriginRequestPolicy;
  using GetConfig = aws::cloudfront::op::GetOriginRequestPolicyConfig;
  using ListAll = aws::cloudfront::op::ListOriginRequestPolicies;
  using Update = aws::cloudfront::op::UpdateOriginRequestPolicy;
  using Delete = aws::cloudfront::op::DeleteOriginRequestPolicy;
  using ListUsers = aws::cloudfront::op::ListDistributionsByOriginRequestPolicyId;

  static constexpr std::string_view prefix = config::origin_request_policy_prefix;
  static constexpr std::string_view word = "OriginRequestPolicy";  // in codes of errors
  static constexpr std::string_view location = "origin-request-policy";
  static constexpr ResourceErrors errors = {
      .missing = {"NoSuchOriginRequestPolicy", "The origin request policy does not exist."},
      .exists = {"OriginRequestPolicyAlreadyExists", "An origin request policy with this name already exists."},
      .too_many = {"TooManyOriginRequestPolicies", "You have reached the maximum number of policies of this kind."},
      .in_use = {"OriginRequestPolicyInUse",
                 "Cannot delete the origin request policy because it is attached to one or more cache behaviors."}};

  static constexpr auto config_of = &Resource::origin_request_policy_config;
  static constexpr auto config_of_create = &Create::Input::origin_request_policy_config;
  static constexpr auto config_of_update = &Update::Input::origin_request_policy_config;
  static constexpr auto id_of_list_users = &ListUsers::Input::origin_request_policy_id;
  static constexpr auto documents_of = &config::PolicyDocuments::origin_request;

  static void fill_defaults(Config& config);
  static aws::Answer<void> check_quotas(const Config& config, const Quotas& quotas);
  static std::optional<Resource> find_managed(std::string_view id);
  static std::vector<Resource> all_managed();
};

struct ResponseHeadersPolicyFamily : PolicyFamily<ResponseHeadersPolicyFamily, aws::cloudfront::ResponseHeadersPolicy,
                                                  aws::cloudfront::ResponseHeadersPolicyConfig> {
  using Config = aws::cloudfront::ResponseHeadersPolicyConfig;
  using Summary = aws::cloudfront::ResponseHeadersPolicySummary;
  using List = aws::cloudfront::ResponseHeadersPolicyList;
  using Create = aws::cloudfront::op::CreateResponseHeadersPolicy;
  using Get = aws::cloudfront::op::GetResponseHeadersPolicy;
  using GetConfig = aws::cloudfront::op::GetResponseHeadersPolicyConfig;
  using ListAll = aws::cloudfront::op::ListResponseHeadersPolicies;
  using Update = aws::cloudfront::op::UpdateResponseHeadersPolicy;
  using Delete = aws::cloudfront::op::DeleteResponseHeadersPolicy;
  using ListUsers = aws::cloudfront::op::ListDistributionsByResponseHeadersPolicyId;

  static constexpr std::string_view prefix = config::response_headers_policy_prefix;
  static constexpr std::string_view word = "ResponseHeadersPolicy";  // in codes of errors
  static constexpr std::string_view location = "response-headers-policy";
  static constexpr ResourceErrors errors = {
      .missing = {"NoSuchResponseHeadersPolicy", "The response headers policy does not exist."},
      .exists = {"ResponseHeadersPolicyAlreadyExists", "A response headers policy with this name already exists."},
      .too_many = {"TooManyResponseHeadersPolicies", "You have reached the maximum number of policies of this kind."},
      .in_use = {"ResponseHeadersPolicyInUse",
                 "Cannot delete the response headers policy because it is attached to one or more cache behaviors."}};

  static constexpr auto config_of = &Resource::response_headers_policy_config;
  static constexpr auto config_of_create = &Create::Input::response_headers_policy_config;
  static constexpr auto config_of_update = &Update::Input::response_headers_policy_config;
  static constexpr auto id_of_list_users = &ListUsers::Input::response_headers_policy_id;
  static constexpr auto documents_of = &config::PolicyDocuments::response_headers;

  static void fill_defaults(Config& config);
  static aws::Answer<void> check_quotas(const Config& config, const Quotas& quotas);
  static std::optional<Resource> find_managed(std::string_view id);
  static std::vector<Resource> all_managed();
};

}  // namespace gust::control
