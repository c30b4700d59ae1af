#include "control/policies.h"

#include <span>
#include <string>
#include <vector>

#include "config/managed_policies.h"
#include "control/answers_internal.h"
#include "control/ids.h"
#include "control/paging.h"
#include "control/policy_shapes.h"

namespace gust::control {

namespace model = aws::cloudfront;

namespace {

// Managed policies never change, so neither do their ETags.
std::string etag_of_managed(std::string_view id) { return etag_of(id, 0); }

// The page of a table of managed policies that a request asks for.
template <typename Policy, typename Request>
struct Listed {
  std::vector<const Policy*> policies;
  std::int32_t max_items = 0;
  std::optional<std::string> next_marker;

  static aws::Answer<Listed> read(const Request& request, std::span<const Policy> table) {
    TRY(const PageRequest page_request, read_page_request(request.marker, request.max_items));
    if (request.type && *request.type != "managed" && *request.type != "custom") {
      return refuse("InvalidArgument", "The parameter Type is managed or custom.");
    }
    std::vector<std::string> ids;
    if (request.type != "custom") {
      for (const Policy& policy : table) ids.emplace_back(policy.id);
    }
    TRY(const std::size_t first, place_behind(ids, page_request.marker));
    const Page page = page_of(ids, first, page_request.max_items);
    Listed listed;
    listed.max_items = page_request.max_items;
    for (std::size_t i = page.first; i < page.end; ++i) listed.policies.push_back(&table[i]);
    if (!page.next_marker.empty()) listed.next_marker = page.next_marker;
    return listed;
  }
};

// The head of a list, the same in all three of the model's types.
template <typename List, typename ListedType>
List list_of(const ListedType& listed) {
  List list;
  list.max_items = listed.max_items;
  list.next_marker = listed.next_marker;
  list.quantity = static_cast<std::int32_t>(listed.policies.size());
  return list;
}

std::unexpected<aws::ServiceError> no_such(std::string_view code, std::string_view kind) {
  return refuse(code, fmt::format("The {} does not exist.", kind));
}

}  // namespace

aws::Answer<model::ListCachePoliciesResult> list_cache_policies(const model::ListCachePoliciesRequest& request) {
  using Page = Listed<config::ManagedCachePolicy, model::ListCachePoliciesRequest>;
  TRY(const Page listed, Page::read(request, config::managed_cache_policies()));
  auto list = list_of<model::CachePolicyList>(listed);
  for (const auto* policy : listed.policies) list.items.push_back({"managed", shape_of(*policy)});
  return model::ListCachePoliciesResult{std::move(list)};
}

aws::Answer<model::GetCachePolicyResult> get_cache_policy(const model::GetCachePolicyRequest& request) {
  const auto* policy = config::find_managed_cache_policy(request.id);
  if (policy == nullptr) return no_such("NoSuchCachePolicy", "cache policy");
  return model::GetCachePolicyResult{shape_of(*policy), etag_of_managed(request.id)};
}

aws::Answer<model::GetCachePolicyConfigResult> get_cache_policy_config(
    const model::GetCachePolicyConfigRequest& request) {
  const auto* policy = config::find_managed_cache_policy(request.id);
  if (policy == nullptr) return no_such("NoSuchCachePolicy", "cache policy");
  return model::GetCachePolicyConfigResult{shape_of(*policy).cache_policy_config, etag_of_managed(request.id)};
}

aws::Answer<model::ListOriginRequestPoliciesResult> list_origin_request_policies(
    const model::ListOriginRequestPoliciesRequest& request) {
  using Page = Listed<config::ManagedOriginRequestPolicy, model::ListOriginRequestPoliciesRequest>;
  TRY(const Page listed, Page::read(request, config::managed_origin_request_policies()));
  auto list = list_of<model::OriginRequestPolicyList>(listed);
  for (const auto* policy : listed.policies) list.items.push_back({"managed", shape_of(*policy)});
  return model::ListOriginRequestPoliciesResult{std::move(list)};
}

aws::Answer<model::GetOriginRequestPolicyResult> get_origin_request_policy(
    const model::GetOriginRequestPolicyRequest& request) {
  const auto* policy = config::find_managed_origin_request_policy(request.id);
  if (policy == nullptr) return no_such("NoSuchOriginRequestPolicy", "origin request policy");
  return model::GetOriginRequestPolicyResult{shape_of(*policy), etag_of_managed(request.id)};
}

aws::Answer<model::GetOriginRequestPolicyConfigResult> get_origin_request_policy_config(
    const model::GetOriginRequestPolicyConfigRequest& request) {
  const auto* policy = config::find_managed_origin_request_policy(request.id);
  if (policy == nullptr) return no_such("NoSuchOriginRequestPolicy", "origin request policy");
  return model::GetOriginRequestPolicyConfigResult{shape_of(*policy).origin_request_policy_config,
                                                   etag_of_managed(request.id)};
}

aws::Answer<model::ListResponseHeadersPoliciesResult> list_response_headers_policies(
    const model::ListResponseHeadersPoliciesRequest& request) {
  using Page = Listed<config::ManagedResponseHeadersPolicy, model::ListResponseHeadersPoliciesRequest>;
  TRY(const Page listed, Page::read(request, config::managed_response_headers_policies()));
  auto list = list_of<model::ResponseHeadersPolicyList>(listed);
  for (const auto* policy : listed.policies) list.items.push_back({"managed", shape_of(*policy)});
  return model::ListResponseHeadersPoliciesResult{std::move(list)};
}

aws::Answer<model::GetResponseHeadersPolicyResult> get_response_headers_policy(
    const model::GetResponseHeadersPolicyRequest& request) {
  const auto* policy = config::find_managed_response_headers_policy(request.id);
  if (policy == nullptr) return no_such("NoSuchResponseHeadersPolicy", "response headers policy");
  return model::GetResponseHeadersPolicyResult{shape_of(*policy), etag_of_managed(request.id)};
}

aws::Answer<model::GetResponseHeadersPolicyConfigResult> get_response_headers_policy_config(
    const model::GetResponseHeadersPolicyConfigRequest& request) {
  const auto* policy = config::find_managed_response_headers_policy(request.id);
  if (policy == nullptr) return no_such("NoSuchResponseHeadersPolicy", "response headers policy");
  return model::GetResponseHeadersPolicyConfigResult{shape_of(*policy).response_headers_policy_config,
                                                     etag_of_managed(request.id)};
}

}  // namespace gust::control
