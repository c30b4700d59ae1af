// Defaults, quotas and uses of the three kinds of policies.
//
// Source: CLOUDFRONT.md section 9 (times), KEY-12; AWS.md, "Quotas clients meet". What is sent comes back (API-8).
#include "control/policy_families.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/compile.h"
#include "config/managed_documents.h"
#include "config/policy_uses.h"
#include "control/answers_internal.h"
#include "control/candidate.h"
#include "rt/blocking.h"

namespace gust::control {
namespace {

template <typename Names>
std::size_t count_of(const std::optional<Names>& names) {
  return names ? names->items.size() : 0;
}

// The three lists of names that cache and origin request policies have.
template <typename Headers, typename Cookies, typename Queries>
aws::Answer<void> check_names(const Headers& headers, const Cookies& cookies, const Queries& queries,
                              const Quotas& quotas, std::string_view word) {
  const auto too_many = [&](std::string_view code, std::string_view what) {
    return refuse(fmt::format("TooMany{}In{}", code, word),
                  fmt::format("The number of {} in the policy exceeds the maximum allowed.", what));
  };
  if (count_of(headers.headers) > quotas.policy_headers) return too_many("Headers", "headers");
  if (count_of(cookies.cookies) > quotas.policy_cookies) return too_many("Cookies", "cookies");
  if (count_of(queries.query_strings) > quotas.policy_query_strings) return too_many("QueryStrings", "query strings");
  return {};
}

template <typename Managed>
auto documents_of_all(std::span<const Managed> table) {
  std::vector<decltype(config::document_of(table.front()))> documents;
  for (const Managed& managed : table) documents.push_back(config::document_of(managed));
  return documents;
}
template <typename Policy, typename Managed>
std::optional<Policy> document_if(const Managed* managed) {
  return managed == nullptr ? std::nullopt : std::optional<Policy>(config::document_of(*managed));
}

}  // namespace

template <typename Family, typename Policy, typename Config>
bool PolicyFamily<Family, Policy, Config>::is_used_by(const aws::cloudfront::DistributionConfig& config,
                                                      const std::string& id) {
  return config::policies_of(config).contains(id);
}

template <typename Family, typename Policy, typename Config>
aws::Answer<void> PolicyFamily<Family, Policy, Config>::check_config(const Config& config, const Quotas& quotas) {
  TRY_OK(Family::check_quotas(config, quotas));
  return answer_of(config::check_policy(config));
}

template <typename Family, typename Policy, typename Config>
rt::Task<aws::Answer<void>> PolicyFamily<Family, Policy, Config>::check_in_store(Tools tools, Policy candidate) {
  CO_TRY_STORE(auto listing, co_await tools.store.list(std::string(config::config_prefix)));
  co_return co_await rt::blocking(tools.loop, [&] { return check_users(std::move(listing), std::move(candidate)); });
}

template <typename Family, typename Policy, typename Config>
aws::Answer<void> PolicyFamily<Family, Policy, Config>::check_users(config::Listing listing, Policy candidate) {
  // Who uses the policy has its id somewhere; the others need not be read.
  std::erase_if(listing.documents, [&](const config::Document& stored) {
    return stored.key.starts_with(config::distribution_prefix) && stored.value.find(candidate.id) == stored.value.npos;
  });
  config::Findings unreadable;  // the publisher tells them
  config::Documents documents = config::read_documents(listing, unreadable);
  std::vector<Policy>& policies = documents.policies.*Family::documents_of;
  const auto own = std::ranges::find(policies, candidate.id, &Policy::id);
  if (own == policies.end()) return {};
  std::erase_if(documents.distributions,
                [&](const config::DistributionDocument& each) { return !is_used_by(each.config, candidate.id); });
  *own = std::move(candidate);
  const auto misfit = config::find_misfit(documents.distributions, documents.policies);
  if (!misfit) return {};
  auto refused = answer_of(misfit->found);
  refused.error().message += fmt::format(" The distribution {} uses the policy.", misfit->id);
  return refused;
}

template struct PolicyFamily<CachePolicyFamily, CachePolicyFamily::Resource, CachePolicyFamily::Config>;
template struct PolicyFamily<OriginRequestPolicyFamily, OriginRequestPolicyFamily::Resource,
                             OriginRequestPolicyFamily::Config>;
template struct PolicyFamily<ResponseHeadersPolicyFamily, ResponseHeadersPolicyFamily::Resource,
                             ResponseHeadersPolicyFamily::Config>;

std::optional<CachePolicyFamily::Resource> CachePolicyFamily::find_managed(std::string_view id) {
  return document_if<Resource>(config::find_managed_cache_policy(id));
}
std::vector<CachePolicyFamily::Resource> CachePolicyFamily::all_managed() {
  return documents_of_all(config::managed_cache_policies());
}
std::optional<OriginRequestPolicyFamily::Resource> OriginRequestPolicyFamily::find_managed(std::string_view id) {
  return document_if<Resource>(config::find_managed_origin_request_policy(id));
}
std::vector<OriginRequestPolicyFamily::Resource> OriginRequestPolicyFamily::all_managed() {
  return documents_of_all(config::managed_origin_request_policies());
}
std::optional<ResponseHeadersPolicyFamily::Resource> ResponseHeadersPolicyFamily::find_managed(std::string_view id) {
  return document_if<Resource>(config::find_managed_response_headers_policy(id));
}
std::vector<ResponseHeadersPolicyFamily::Resource> ResponseHeadersPolicyFamily::all_managed() {
  return documents_of_all(config::managed_response_headers_policies());
}

void CachePolicyFamily::fill_defaults(Config& config) {
  constexpr std::int64_t day = 86'400;
  constexpr std::int64_t year = 31'536'000;
  if (!config.comment) config.comment = "";
  if (!config.default_ttl) config.default_ttl = std::max(day, config.min_ttl);
  if (!config.max_ttl) config.max_ttl = std::max(year, *config.default_ttl);
  auto& parameters = config.parameters_in_cache_key_and_forwarded_to_origin;
  if (!parameters) parameters = {false, false, {"none", {}}, {"none", {}}, {"none", {}}};
  if (!parameters->enable_accept_encoding_brotli) parameters->enable_accept_encoding_brotli = false;
}

aws::Answer<void> CachePolicyFamily::check_quotas(const Config& config, const Quotas& quotas) {
  const auto& parameters = config.parameters_in_cache_key_and_forwarded_to_origin;
  if (!parameters) return {};
  return check_names(parameters->headers_config, parameters->cookies_config, parameters->query_strings_config, quotas,
                     word);
}

void OriginRequestPolicyFamily::fill_defaults(Config& config) {
  if (!config.comment) config.comment = "";
}

aws::Answer<void> OriginRequestPolicyFamily::check_quotas(const Config& config, const Quotas& quotas) {
  return check_names(config.headers_config, config.cookies_config, config.query_strings_config, quotas, word);
}

void ResponseHeadersPolicyFamily::fill_defaults(Config& config) {
  if (!config.comment) config.comment = "";
  if (!config.security_headers_config) return;
  if (auto& transport = config.security_headers_config->strict_transport_security) {
    if (!transport->include_subdomains) transport->include_subdomains = false;
    if (!transport->preload) transport->preload = false;
  }
}

aws::Answer<void> ResponseHeadersPolicyFamily::check_quotas(const Config& config, const Quotas& quotas) {
  if (count_of(config.custom_headers_config) > quotas.policy_custom_headers) {
    return refuse("TooManyCustomHeadersInResponseHeadersPolicy",
                  "The number of custom headers in the response headers policy exceeds the maximum.");
  }
  if (count_of(config.remove_headers_config) > quotas.policy_removed_headers) {
    return refuse("TooManyRemoveHeadersInResponseHeadersPolicy",
                  "The number of headers in RemoveHeadersConfig in the response headers policy exceeds the maximum.");
  }
  return {};
}

}  // namespace gust::control
