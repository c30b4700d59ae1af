// DistributionUses: which distributions name a thing, for lists by that thing and for "in use".
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "aws/gen/cloudfront.h"

namespace gust::control {

// What a configuration names, and how.
enum class Named : std::uint8_t {
  function,                // its ARN, in behaviours
  realtime_log_config,     // its ARN, in behaviours
  field_level_encryption,  // its id, in behaviours
  key_group,               // its id, in behaviours
  trust_store,             // its id, for viewers' certificates
  web_acl,                 // its id or ARN; "null" is named where there is none
};

bool names(const aws::cloudfront::DistributionConfig& config, Named what, std::string_view value);

// For find_distributions() of resources.h, and for lists.
std::function<bool(const aws::cloudfront::DistributionConfig&)> that_name(Named what, std::string value);

}  // namespace gust::control
