// DistributionDocument: what the store keeps of a distribution, and its text form.
//
// Shape:  JSON in the members of the service's model; nothing that can be worked out again (status, ARN, ETag) is kept.
//         The document's revision in the store is its version: ETag and Deployed are made from it.
#pragma once

#include <string>
#include <string_view>

#include "aws/gen/cloudfront.h"
#include "base/result.h"
#include "base/time.h"

namespace gust::config {

// The prefix of the keys, as in `cloudfront/distribution/E123`.
inline constexpr std::string_view distribution_prefix = "cloudfront/distribution/";

struct DistributionDocument {
  std::string id;
  std::string domain_name;
  WallTime last_modified{};
  aws::cloudfront::DistributionConfig config;
};

std::string write_document(const DistributionDocument& document);

//   fails  bad_syntax; bad_value: a member is missing, unknown or of a wrong type
Result<DistributionDocument> read_document(std::string_view text);

}  // namespace gust::config
