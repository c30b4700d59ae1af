// The three kinds of policies: the types and words in which their operations differ.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "aws/gen/cloudfront.h"
#include "aws/service_error.h"
#include "config/document.h"
#include "config/managed_policies.h"
#include "control/quotas.h"

namespace gust::control {

struct CachePolicyFamily {
  using Policy = aws::cloudfront::CachePolicy;
  using Config = aws::cloudfront::CachePolicyConfig;
  using Summary = aws::cloudfront::CachePolicySummary;
  using List = aws::cloudfront::CachePolicyList;
  using CreateRequest = aws::cloudfront::CreateCachePolicyRequest;
  using CreateResult = aws::cloudfront::CreateCachePolicyResult;
  using GetRequest = aws::cloudfront::GetCachePolicyRequest;
  using GetResult = aws::cloudfront::GetCachePolicyResult;
  using GetConfigRequest = aws::cloudfront::GetCachePolicyConfigRequest;
  using GetConfigResult = aws::cloudfront::GetCachePolicyConfigResult;
  using ListRequest = aws::cloudfront::ListCachePoliciesRequest;
  using ListResult = aws::cloudfront::ListCachePoliciesResult;
  using UpdateRequest = aws::cloudfront::UpdateCachePolicyRequest;
  using UpdateResult = aws::cloudfront::UpdateCachePolicyResult;
  using DeleteRequest = aws::cloudfront::DeleteCachePolicyRequest;
  using ListUsersRequest = aws::cloudfront::ListDistributionsByCachePolicyIdRequest;
  using ListUsersResult = aws::cloudfront::ListDistributionsByCachePolicyIdResult;

  static constexpr std::string_view prefix = config::cache_policy_prefix;
  static constexpr std::string_view word = "CachePolicy", words = "CachePolicies";  // in codes of errors
  static constexpr std::string_view name = "cache policy", resource = "cache-policy";

  static constexpr auto config_of = &Policy::cache_policy_config;
  static constexpr auto config_of_create = &CreateRequest::cache_policy_config;
  static constexpr auto config_of_update = &UpdateRequest::cache_policy_config;
  static constexpr auto id_of_list_users = &ListUsersRequest::cache_policy_id;
  static constexpr auto documents_of = &config::PolicyDocuments::cache;

  static std::span<const config::ManagedCachePolicy> managed() { return config::managed_cache_policies(); }
  static void fill_defaults(Config& config);
  static aws::Answer<void> check_quotas(const Config& config, const Quotas& quotas);
};

struct OriginRequestPolicyFamily {
  using Policy = aws::cloudfront::OriginRequestPolicy;
  using Config = aws::cloudfront::OriginRequestPolicyConfig;
  using Summary = aws::cloudfront::OriginRequestPolicySummary;
  using List = aws::cloudfront::OriginRequestPolicyList;
  using CreateRequest = aws::cloudfront::CreateOriginRequestPolicyRequest;
  using CreateResult = aws::cloudfront::CreateOriginRequestPolicyResult;
  using GetRequest = aws::cloudfront::GetOriginRequestPolicyRequest;
  using GetResult = aws::cloudfront::GetOriginRequestPolicyResult;
  using GetConfigRequest = aws::cloudfront::GetOriginRequestPolicyConfigRequest;
  using GetConfigResult = aws::cloudfront::GetOriginRequestPolicyConfigResult;
  using ListRequest = aws::cloudfront::ListOriginRequestPoliciesRequest;
  using ListResult = aws::cloudfront::ListOriginRequestPoliciesResult;
  using UpdateRequest = aws::cloudfront::UpdateOriginRequestPolicyRequest;
  using UpdateResult = aws::cloudfront::UpdateOriginRequestPolicyResult;
  using DeleteRequest = aws::cloudfront::DeleteOriginRequestPolicyRequest;
  using ListUsersRequest = aws::cloudfront::ListDistributionsByOriginRequestPolicyIdRequest;
  using ListUsersResult = aws::cloudfront::ListDistributionsByOriginRequestPolicyIdResult;

  static constexpr std::string_view prefix = config::origin_request_policy_prefix;
  static constexpr std::string_view word = "OriginRequestPolicy", words = "OriginRequestPolicies";
  static constexpr std::string_view name = "origin request policy", resource = "origin-request-policy";

  static constexpr auto config_of = &Policy::origin_request_policy_config;
  static constexpr auto config_of_create = &CreateRequest::origin_request_policy_config;
  static constexpr auto config_of_update = &UpdateRequest::origin_request_policy_config;
  static constexpr auto id_of_list_users = &ListUsersRequest::origin_request_policy_id;
  static constexpr auto documents_of = &config::PolicyDocuments::origin_request;

  static std::span<const config::ManagedOriginRequestPolicy> managed() {
    return config::managed_origin_request_policies();
  }
  static void fill_defaults(Config& config);
  static aws::Answer<void> check_quotas(const Config& config, const Quotas& quotas);
};

struct ResponseHeadersPolicyFamily {
  using Policy = aws::cloudfront::ResponseHeadersPolicy;
  using Config = aws::cloudfront::ResponseHeadersPolicyConfig;
  using Summary = aws::cloudfront::ResponseHeadersPolicySummary;
  using List = aws::cloudfront::ResponseHeadersPolicyList;
  using CreateRequest = aws::cloudfront::CreateResponseHeadersPolicyRequest;
  using CreateResult = aws::cloudfront::CreateResponseHeadersPolicyResult;
  using GetRequest = aws::cloudfront::GetResponseHeadersPolicyRequest;
  using GetResult = aws::cloudfront::GetResponseHeadersPolicyResult;
  using GetConfigRequest = aws::cloudfront::GetResponseHeadersPolicyConfigRequest;
  using GetConfigResult = aws::cloudfront::GetResponseHeadersPolicyConfigResult;
  using ListRequest = aws::cloudfront::ListResponseHeadersPoliciesRequest;
  using ListResult = aws::cloudfront::ListResponseHeadersPoliciesResult;
  using UpdateRequest = aws::cloudfront::UpdateResponseHeadersPolicyRequest;
  using UpdateResult = aws::cloudfront::UpdateResponseHeadersPolicyResult;
  using DeleteRequest = aws::cloudfront::DeleteResponseHeadersPolicyRequest;
  using ListUsersRequest = aws::cloudfront::ListDistributionsByResponseHeadersPolicyIdRequest;
  using ListUsersResult = aws::cloudfront::ListDistributionsByResponseHeadersPolicyIdResult;

  static constexpr std::string_view prefix = config::response_headers_policy_prefix;
  static constexpr std::string_view word = "ResponseHeadersPolicy", words = "ResponseHeadersPolicies";
  static constexpr std::string_view name = "response headers policy", resource = "response-headers-policy";

  static constexpr auto config_of = &Policy::response_headers_policy_config;
  static constexpr auto config_of_create = &CreateRequest::response_headers_policy_config;
  static constexpr auto config_of_update = &UpdateRequest::response_headers_policy_config;
  static constexpr auto id_of_list_users = &ListUsersRequest::response_headers_policy_id;
  static constexpr auto documents_of = &config::PolicyDocuments::response_headers;

  static std::span<const config::ManagedResponseHeadersPolicy> managed() {
    return config::managed_response_headers_policies();
  }
  static void fill_defaults(Config& config);
  static aws::Answer<void> check_quotas(const Config& config, const Quotas& quotas);
};

}  // namespace gust::control
