// The parts of the compiler: each fills one part of a Distribution and tells what is wrong with it.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/document.h"
#include "config/finding.h"
#include "config/snapshot.h"

namespace gust::config {

// Where in the document we are, and what has been found so far.
class Place {
 public:
  Place(Findings& found, std::string path) : found_(&found), path_(std::move(path)) {}

  Place in(std::string_view member) const { return {*found_, fmt::format("{}.{}", path_, member)}; }
  Place at(std::size_t item) const { return {*found_, fmt::format("{}.Items[{}]", path_, item)}; }

  void tell(std::string message, std::string code = "InvalidArgument") const {
    found_->push_back({path_, std::move(message), std::move(code)});
  }
  // Tells where `holds` is false.
  void expect(bool holds, std::string_view message, std::string_view code = "InvalidArgument") const {
    if (!holds) tell(std::string(message), std::string(code));
  }

 private:
  Findings* found_;
  std::string path_;
};

// Printable ASCII without spaces, at most `most` of it.
bool is_visible_ascii(std::string_view text, std::size_t most);

std::vector<Origin> compile_origins(const aws::cloudfront::Origins& origins, const Place& place);

// In order of precedence, the default one last.
std::vector<Behavior> compile_behaviors(const aws::cloudfront::DistributionConfig& config,
                                        const std::vector<Origin>& origins, const Place& place);

// The cache and origin request policies of one behaviour, of either kind.
struct Policies {
  CachePolicy cache;
  OriginRequestPolicy origin_request;
};
Policies compile_policies(const aws::cloudfront::CacheBehavior& behavior, Origin::Kind target, const Place& place);

}  // namespace gust::config
