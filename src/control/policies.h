// Policies: cache policies, origin request policies and response headers policies, managed and of the account's own.
//
// Source: AWS.md sections 2 and 3. What a policy may say is the compiler's to judge (config/compile.h, check_policy);
// the
//         distributions that name a policy are Deployed when the nodes have it.
#pragma once

#include "control/policy_families.h"
#include "control/resources.h"

namespace gust::control {

using CachePolicies = Resources<CachePolicyFamily>;
using OriginRequestPolicies = Resources<OriginRequestPolicyFamily>;
using ResponseHeadersPolicies = Resources<ResponseHeadersPolicyFamily>;

extern template class Resources<CachePolicyFamily>;
extern template class Resources<OriginRequestPolicyFamily>;
extern template class Resources<ResponseHeadersPolicyFamily>;

}  // namespace gust::control
