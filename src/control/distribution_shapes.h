// A stored distribution in the forms that answers have.
#pragma once

#include <cstdint>
#include <string_view>

#include "aws/gen/cloudfront.h"
#include "config/document.h"

namespace gust::control {

// Whole, for Get, Create and Update.
aws::cloudfront::Distribution distribution_of(const config::DistributionDocument& document, std::string_view arn,
                                              std::string_view status, std::int32_t invalidations_in_progress);

// As a list shows it. The document has its defaults filled (defaults.h).
aws::cloudfront::DistributionSummary summary_of(const config::DistributionDocument& document, std::string_view arn,
                                                std::string_view status);

}  // namespace gust::control
