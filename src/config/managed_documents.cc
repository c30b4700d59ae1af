#include "config/managed_documents.h"

#include <string>
#include <vector>

namespace gust::config {

namespace model = aws::cloudfront;
using Mode = Selection::Mode;

namespace {

// They have been the same since they came out; the moment is of no meaning.
constexpr WallTime modified = wall_time_of(1'609'459'200);

std::vector<std::string> names_of(const ManagedSelection& selection) {
  return {selection.names.begin(), selection.names.end()};
}

// HeaderNames, CookieNames and QueryStringNames look alike; absent where no names are asked for.
template <typename Names>
std::optional<Names> list_of(const ManagedSelection& selection) {
  if (selection.names.empty()) return std::nullopt;
  return Names{static_cast<std::int32_t>(selection.names.size()), names_of(selection)};
}

std::string behavior_of(const ManagedSelection& selection) {
  switch (selection.mode) {
    case Mode::none:
      return "none";
    case Mode::all:
      return "all";
    case Mode::listed:
      return "whitelist";
    case Mode::all_except:
      return "allExcept";
  }
  return "none";
}

std::string header_behavior_of(const ManagedOriginRequestPolicy& policy) {
  if (policy.adds_headers) return "allViewerAndWhitelistCloudFront";
  return policy.headers.mode == Mode::all ? "allViewer" : behavior_of(policy.headers);
}

model::ResponseHeadersPolicyCorsConfig cors_of(bool preflight) {
  const auto one = [](const char* text) { return std::vector<std::string>{text}; };
  model::ResponseHeadersPolicyCorsConfig cors;
  cors.access_control_allow_origins = {1, one("*")};
  cors.access_control_allow_headers = {1, one("*")};
  cors.access_control_allow_methods = {2, {"GET", "HEAD"}};
  if (preflight) {
    cors.access_control_allow_methods = {7, {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}};
    cors.access_control_expose_headers = {1, one("*")};
  }
  return cors;
}

model::ResponseHeadersPolicySecurityHeadersConfig security_headers() {
  model::ResponseHeadersPolicySecurityHeadersConfig headers;
  headers.xss_protection = {.override = false, .protection = true, .mode_block = true, .report_uri = {}};
  headers.frame_options = {.override = false, .frame_option = "SAMEORIGIN"};
  headers.referrer_policy = {.override = false, .referrer_policy = "strict-origin-when-cross-origin"};
  headers.content_type_options = {.override = true};
  headers.strict_transport_security = {
      .override = false, .include_subdomains = false, .preload = false, .access_control_max_age_sec = 31'536'000};
  return headers;
}

}  // namespace

model::CachePolicy document_of(const ManagedCachePolicy& policy) {
  model::CachePolicyConfig config;
  config.comment = policy.comment;
  config.name = policy.name;
  config.min_ttl = policy.min_ttl;
  config.default_ttl = policy.default_ttl;
  config.max_ttl = policy.max_ttl;
  auto& parameters = config.parameters_in_cache_key_and_forwarded_to_origin.emplace();
  parameters.enable_accept_encoding_gzip = policy.gzip;
  parameters.enable_accept_encoding_brotli = policy.brotli;
  parameters.headers_config = {behavior_of(policy.headers), list_of<model::Headers>(policy.headers)};
  parameters.cookies_config = {behavior_of(policy.cookies), list_of<model::CookieNames>(policy.cookies)};
  parameters.query_strings_config = {behavior_of(policy.query), list_of<model::QueryStringNames>(policy.query)};
  return {std::string(policy.id), modified, std::move(config)};
}

model::OriginRequestPolicy document_of(const ManagedOriginRequestPolicy& policy) {
  model::OriginRequestPolicyConfig config;
  config.comment = policy.comment;
  config.name = policy.name;
  config.headers_config = {header_behavior_of(policy), list_of<model::Headers>(policy.headers)};
  config.cookies_config = {behavior_of(policy.cookies), list_of<model::CookieNames>(policy.cookies)};
  config.query_strings_config = {behavior_of(policy.query), list_of<model::QueryStringNames>(policy.query)};
  return {std::string(policy.id), modified, std::move(config)};
}

model::ResponseHeadersPolicy document_of(const ManagedResponseHeadersPolicy& policy) {
  model::ResponseHeadersPolicyConfig config;
  config.comment = policy.comment;
  config.name = policy.name;
  if (policy.cors) config.cors_config = cors_of(policy.preflight);
  if (policy.security) config.security_headers_config = security_headers();
  config.server_timing_headers_config.emplace();
  return {std::string(policy.id), modified, std::move(config)};
}

}  // namespace gust::config
