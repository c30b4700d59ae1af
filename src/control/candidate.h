// Candidate: whether a configuration that a client sends may become a distribution's.
//
// Source: AWS.md, "Validation worth having on day one" and "Quotas clients meet". The rules of single settings are the
//         compiler's (config/compile.h); quotas are the account's and stand here.
#pragma once

#include "aws/service_error.h"
#include "config/document.h"
#include "control/quotas.h"

namespace gust::control {

// `policies` are the account's own.
//   fails  the service's error for the first thing that is wrong
aws::Answer<void> check_candidate(const config::DistributionDocument& document, const config::PolicyDocuments& policies,
                                  const Quotas& quotas);

// The first finding as the service's error; success where there is none.
aws::Answer<void> answer_of(const config::Findings& found);

}  // namespace gust::control
