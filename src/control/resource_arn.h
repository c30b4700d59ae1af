// The ARN of what a request to CloudFront is about, for policies.
//
// Source: "Actions, resources, and condition keys for Amazon CloudFront" of the service authorization reference.
#pragma once

#include <string>
#include <string_view>

#include "aws/shapes.h"

namespace gust::control {

// By the path, `/2020-05-31/<kind>/{Id}...`; tagging names its resource itself. "*" for kinds without ARNs, and for
// what is about no one resource.
std::string resource_arn_of(std::string_view account_id, const aws::Route& route, const aws::OperationRequest& request);

}  // namespace gust::control
