// Invalidations: their operations.
//
// Source: CLOUDFRONT.md section 19 (INV-1, INV-2, INV-10, INV-11). CallerReference makes CreateInvalidation idempotent.
// Stricter: a `*` that is not at the end is refused (INV-2 leaves it open), and so are tag purges (TAG-3), which this
//           release does not provide.
#pragma once

#include <string>
#include <vector>

#include "aws/gen/cloudfront.h"
#include "aws/service_error.h"
#include "control/distributions.h"
#include "control/invalidation_document.h"

namespace gust::control {

class Invalidations {
 public:
  explicit Invalidations(const Tools& tools) : tools_(tools) {}

  rt::Task<aws::Answer<aws::cloudfront::CreateInvalidationResult>> create(
      aws::cloudfront::CreateInvalidationRequest request);
  rt::Task<aws::Answer<aws::cloudfront::GetInvalidationResult>> get(aws::cloudfront::GetInvalidationRequest request);
  // The newest first.
  rt::Task<aws::Answer<aws::cloudfront::ListInvalidationsResult>> list(
      aws::cloudfront::ListInvalidationsRequest request);

 private:
  rt::Task<aws::Answer<aws::cloudfront::CreateInvalidationResult>> first_of(std::string distribution,
                                                                            std::string reference,
                                                                            std::vector<std::string> paths);
  rt::Task<aws::Answer<void>> check_in_progress(std::string distribution, std::vector<std::string> paths);
  rt::Task<Result<std::vector<config::Write>>> oldest_beyond_limit(std::string distribution);

  Tools tools_;
};

}  // namespace gust::control
