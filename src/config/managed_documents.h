// A managed policy in the service's shape, as answers show it and as the compiler takes it.
#pragma once

#include "aws/gen/cloudfront.h"
#include "config/managed_policies.h"

namespace gust::config {

aws::cloudfront::CachePolicy document_of(const ManagedCachePolicy& policy);
aws::cloudfront::OriginRequestPolicy document_of(const ManagedOriginRequestPolicy& policy);
aws::cloudfront::ResponseHeadersPolicy document_of(const ManagedResponseHeadersPolicy& policy);

}  // namespace gust::config
