// A managed policy in the form that answers have.
#pragma once

#include "aws/gen/cloudfront.h"
#include "config/managed_policies.h"

namespace gust::control {

aws::cloudfront::CachePolicy shape_of(const config::ManagedCachePolicy& policy);
aws::cloudfront::OriginRequestPolicy shape_of(const config::ManagedOriginRequestPolicy& policy);
aws::cloudfront::ResponseHeadersPolicy shape_of(const config::ManagedResponseHeadersPolicy& policy);

}  // namespace gust::control
