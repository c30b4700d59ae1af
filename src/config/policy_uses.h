// Which policies a distribution names, of behaviours and of origins, and its certificate. Their ids are made at random,
// so an id is of one kind only.
#pragma once

#include <set>
#include <string>

#include "aws/gen/cloudfront.h"
#include "config/store.h"

namespace gust::config {

std::set<std::string> policies_of(const aws::cloudfront::DistributionConfig& config);

// The revision of the newest of those policies; `stored` lists the documents of policies.
Revision newest_policy_of(const aws::cloudfront::DistributionConfig& config, const Listing& stored);

}  // namespace gust::config
