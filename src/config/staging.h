// Staging: how the viewers of a distribution are shared with its staging copy.
//
// Source: CD-1, CD-3 (CLOUDFRONT.md section 23).
// Laxer:  no upper bound of a day's or an hour's traffic sends everything to the primary (CD-6).
#pragma once

#include <cstdint>
#include <string>

namespace gust::config {

struct StagingShare {
  enum class By : std::uint8_t { header, weight };

  std::string domain_name;  // of the staging distribution
  By by = By::header;
  std::string header, value;  // requests that have exactly this field, by its name in lower case
  double weight = 0;          // of all requests; 0 to 0.15
};

}  // namespace gust::config
