// Finding: one thing that is wrong with a document, told to the operator with its place.
#pragma once

#include <string>
#include <vector>

namespace gust::config {

struct Finding {
  std::string path;                      // "E123.DistributionConfig.Origins.Items[0].DomainName"
  std::string message;                   // a sentence
  std::string code = "InvalidArgument";  // the service's error code for it, such as "NoSuchOrigin"

  friend bool operator==(const Finding&, const Finding&) = default;
};

using Findings = std::vector<Finding>;

}  // namespace gust::config
