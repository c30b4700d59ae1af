// What a request to CloudFormation does to which stack, for policies.
//
// Source: "Actions, resources, and condition keys for AWS CloudFormation" of the service authorization reference.
// Rules:  a stack is arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/ID, a name without a stack stack/NAME/*. A change
//         set is judged by the stack that it is for. What is about no one stack is about "*".
#pragma once

#include <string_view>

#include "aws/access.h"
#include "aws/shapes.h"
#include "formation/stack_store.h"

namespace gust::formation {

aws::OwnedDeed deed_of(const aws::Route& route, const StackStore& store, std::string_view account_id,
                       std::string_view region);

}  // namespace gust::formation
