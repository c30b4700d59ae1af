// The types AWS::CloudFront::* whose resources are one configuration with an id and an ETag.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "formation/resource_type.h"

namespace gust::formation {

void add_cloudfront_types(std::map<std::string, std::unique_ptr<ResourceType>, std::less<>>& types);

}  // namespace gust::formation
