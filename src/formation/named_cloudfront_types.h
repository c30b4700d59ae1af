// The types AWS::CloudFront::* whose resources clients name themselves: functions, key value stores, real-time log
// configurations, and the subscription that a distribution has.
//
// Source: CloudFormation Resource Reference. A function with AutoPublish is published when it is made and when it is
//         changed.
// Shape:  a template's properties are the members of the create operation's input, but for AutoPublish.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "formation/resource_type.h"

namespace gust::formation {

void add_named_cloudfront_types(std::map<std::string, std::unique_ptr<ResourceType>, std::less<>>& types);

}  // namespace gust::formation
