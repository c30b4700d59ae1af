// The path patterns of staging distributions, which are the primary's or some of them.
//
// Source: CD-4 (CLOUDFRONT.md section 23).
#pragma once

#include <string_view>

#include "aws/service_error.h"
#include "config/document.h"

namespace gust::control {

// Of every primary and staging distribution that a policy joins, enabled or not, if `concerned` is the id of one of the
// three. The leading slash of a pattern may be left out (PATH-2).
//   fails  InvalidArgument
aws::Answer<void> check_staging_patterns(const config::Documents& documents, std::string_view concerned);

}  // namespace gust::control
