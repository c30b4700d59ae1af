// Quotas: how much an account may have, each with the error that says so.
//
// Source: the quotas page of the developer guide (Lim) and AWS.md, "Quotas clients meet".
#pragma once

#include <cstddef>

namespace gust::control {

struct Quotas {
  std::size_t distributions = 200;                    // TooManyDistributions
  std::size_t origins = 100;                          // TooManyOrigins, a distribution (PATH-7)
  std::size_t cache_behaviors = 75;                   // TooManyCacheBehaviors, a distribution, without the default one
  std::size_t origin_custom_headers = 10;             // TooManyOriginCustomHeaders, an origin (OHDR-6)
  std::size_t forwarded_headers = 10;                 // TooManyHeadersInForwardedValues
  std::size_t forwarded_cookies = 10;                 // TooManyCookieNamesInWhiteList
  std::size_t forwarded_query_strings = 10;           // TooManyQueryStringParameters
  std::size_t invalidation_paths_in_progress = 3000;  // TooManyInvalidationsInProgress, a distribution (INV-11)
  std::size_t wildcards_in_progress = 15;             // the same
  std::size_t invalidations_kept = 1000;              // a distribution; older completed ones are forgotten
  std::size_t tags = 50;                              // InvalidTagging, a resource
};

}  // namespace gust::control
