// Policies: the managed ones, to list and to look at. Policies of one's own are not provided by this release.
//
// Source: AWS.md, "Managed policies"; config/managed_policies.h.
// Shape:  pure functions.
#pragma once

#include "aws/gen/cloudfront.h"
#include "aws/service_error.h"

namespace gust::control {

aws::Answer<aws::cloudfront::ListCachePoliciesResult> list_cache_policies(
    const aws::cloudfront::ListCachePoliciesRequest& request);
aws::Answer<aws::cloudfront::GetCachePolicyResult> get_cache_policy(
    const aws::cloudfront::GetCachePolicyRequest& request);
aws::Answer<aws::cloudfront::GetCachePolicyConfigResult> get_cache_policy_config(
    const aws::cloudfront::GetCachePolicyConfigRequest& request);

aws::Answer<aws::cloudfront::ListOriginRequestPoliciesResult> list_origin_request_policies(
    const aws::cloudfront::ListOriginRequestPoliciesRequest& request);
aws::Answer<aws::cloudfront::GetOriginRequestPolicyResult> get_origin_request_policy(
    const aws::cloudfront::GetOriginRequestPolicyRequest& request);
aws::Answer<aws::cloudfront::GetOriginRequestPolicyConfigResult> get_origin_request_policy_config(
    const aws::cloudfront::GetOriginRequestPolicyConfigRequest& request);

aws::Answer<aws::cloudfront::ListResponseHeadersPoliciesResult> list_response_headers_policies(
    const aws::cloudfront::ListResponseHeadersPoliciesRequest& request);
aws::Answer<aws::cloudfront::GetResponseHeadersPolicyResult> get_response_headers_policy(
    const aws::cloudfront::GetResponseHeadersPolicyRequest& request);
aws::Answer<aws::cloudfront::GetResponseHeadersPolicyConfigResult> get_response_headers_policy_config(
    const aws::cloudfront::GetResponseHeadersPolicyConfigRequest& request);

}  // namespace gust::control
