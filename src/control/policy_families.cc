// Defaults and quotas of the three kinds of policies.
//
// Source: CLOUDFRONT.md section 9 (times), KEY-12; AWS.md, "Quotas clients meet". What is sent comes back (API-8).
#include "control/policy_families.h"

#include <fmt/format.h>

#include <algorithm>

#include "control/answers_internal.h"

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

}  // namespace

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
