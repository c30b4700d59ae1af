// The types AWS::S3::Bucket and AWS::S3::BucketPolicy.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "formation/resource_type.h"

namespace gust::formation {

void add_bucket_types(std::map<std::string, std::unique_ptr<ResourceType>, std::less<>>& types);

}  // namespace gust::formation
