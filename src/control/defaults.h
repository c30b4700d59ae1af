// Defaults: what the service fills in, so that a configuration read back is whole and stays as it is.
//
// Source: AWS.md section 3, "read-back", and API-8: a plan made of the read-back finds nothing to change.
#pragma once

#include "aws/gen/cloudfront.h"

namespace gust::control {

// Fills every member that is absent and has a default; changes none that is there.
void fill_defaults(aws::cloudfront::DistributionConfig& config);

}  // namespace gust::control
