// The ARN of what a request to CloudFront is about, for policies.
//
// Source: "Actions, resources, and condition keys for Amazon CloudFront" of the service authorization reference.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "aws/access.h"
#include "aws/shapes.h"

namespace gust::control {

// By the path, `/2020-05-31/<kind>/{Id}...`; tagging names its resource itself. "*" for kinds without ARNs, and for
// what is about no one resource.
std::string resource_arn_of(std::string_view account_id, const aws::Route& route, const aws::OperationRequest& request);

// What a request does, for policies: as a rule, the operation's name on that ARN. A create is about any distribution,
// and one with tags is a create and a tagging.
std::vector<aws::OwnedDeed> deeds_of(std::string_view account_id, const aws::Route& route,
                                     const aws::OperationRequest& request);

}  // namespace gust::control
