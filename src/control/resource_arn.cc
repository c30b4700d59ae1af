#include "control/resource_arn.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace gust::control {
namespace {

// The collection in the path, and the kind in ARNs.
constexpr std::array<std::pair<std::string_view, std::string_view>, 18> kinds = {{
    {"distribution", "distribution"},
    {"distributions", "distribution"},
    {"streaming-distribution", "streaming-distribution"},
    {"cache-policy", "cache-policy"},
    {"origin-request-policy", "origin-request-policy"},
    {"response-headers-policy", "response-headers-policy"},
    {"continuous-deployment-policy", "continuous-deployment-policy"},
    {"origin-access-control", "origin-access-control"},
    {"origin-access-identity", "origin-access-identity"},
    {"field-level-encryption", "field-level-encryption-config"},
    {"field-level-encryption-profile", "field-level-encryption-profile"},
    {"function", "function"},
    {"key-value-store", "key-value-store"},
    {"trust-store", "trust-store"},
    {"vpc-origin", "vpcorigin"},
    {"anycast-ip-list", "anycast-ip-list"},
    {"connection-group", "connection-group"},
    {"distribution-tenant", "distribution-tenant"},
}};

}  // namespace

std::string resource_arn_of(std::string_view account_id, const aws::Route& route,
                            const aws::OperationRequest& request) {
  const auto parts = split(route.operation->path, '/');
  const std::string_view collection = parts.size() > 2 ? parts[2] : std::string_view();
  if (collection == "tagging") {
    const auto named = std::ranges::find(request.query, "Resource", &aws::QueryItem::name);
    return named == request.query.end() ? "*" : named->value;
  }
  const auto kind = std::ranges::find(kinds, collection, &std::pair<std::string_view, std::string_view>::first);
  if (kind == kinds.end() || route.labels.empty()) return "*";
  return fmt::format("arn:aws:cloudfront::{}:{}/{}", account_id, kind->second, route.labels.front().second);
}

std::vector<aws::OwnedDeed> deeds_of(std::string_view account_id, const aws::Route& route,
                                     const aws::OperationRequest& request) {
  constexpr std::string_view with_tags = "WithTags";
  std::string_view operation = route.operation->name;
  std::string resource = resource_arn_of(account_id, route, request);
  const bool is_tagged = operation.ends_with(with_tags);
  if (is_tagged) operation.remove_suffix(with_tags.size());
  for (const std::string_view kind : {"distribution", "streaming-distribution"}) {
    const bool makes_one = operation == (kind == "distribution" ? "CreateDistribution" : "CreateStreamingDistribution");
    if (makes_one) resource = fmt::format("arn:aws:cloudfront::{}:{}/*", account_id, kind);
  }
  std::vector<aws::OwnedDeed> deeds{{.action = fmt::format("cloudfront:{}", operation), .resource = resource}};
  if (is_tagged) deeds.push_back({.action = "cloudfront:TagResource", .resource = resource});
  return deeds;
}

}  // namespace gust::control
