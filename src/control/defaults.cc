#include "control/defaults.h"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace gust::control {
namespace {

namespace model = aws::cloudfront;

template <typename T, typename U>
T& fill(std::optional<T>& member, U&& value) {
  if (!member) member = std::forward<U>(value);
  return *member;
}

void fill_origin(model::Origin& origin) {
  fill(origin.origin_path, "");
  fill(origin.custom_headers, model::CustomHeaders{});
  fill(origin.connection_attempts, 3);
  fill(origin.connection_timeout, 10);
  fill(origin.origin_shield, model::OriginShield{});
  fill(origin.origin_access_control_id, "");
  if (origin.s3_origin_config) fill(origin.s3_origin_config->origin_read_timeout, 30);
  if (!origin.custom_origin_config) return;
  fill(origin.custom_origin_config->origin_ssl_protocols,
       model::OriginSslProtocols{3, {"TLSv1", "TLSv1.1", "TLSv1.2"}});
  fill(origin.custom_origin_config->origin_read_timeout, 30);
  fill(origin.custom_origin_config->origin_keepalive_timeout, 5);
}

// The same members in two types of the model.
template <typename BehaviorType>
void fill_behavior(BehaviorType& behavior) {
  fill(behavior.trusted_signers, model::TrustedSigners{});
  fill(behavior.trusted_key_groups, model::TrustedKeyGroups{});
  auto& methods = fill(behavior.allowed_methods, model::AllowedMethods{2, {"HEAD", "GET"}, {}});
  fill(methods.cached_methods, model::CachedMethods{2, {"HEAD", "GET"}});
  fill(behavior.smooth_streaming, false);
  fill(behavior.compress, false);
  fill(behavior.lambda_function_associations, model::LambdaFunctionAssociations{});
  fill(behavior.function_associations, model::FunctionAssociations{});
  fill(behavior.field_level_encryption_id, "");
  fill(behavior.grpc_config, model::GrpcConfig{});
  if (!behavior.forwarded_values) return;
  fill(behavior.forwarded_values->headers, model::Headers{});
  fill(behavior.forwarded_values->query_string_cache_keys, model::QueryStringCacheKeys{});
  // Section 9: the defaults rise with what is given.
  const std::int64_t least = fill(behavior.min_ttl, 0);
  constexpr std::int64_t year = 31'536'000;
  const std::int64_t most = fill(behavior.max_ttl, std::max(year, std::max(least, behavior.default_ttl.value_or(0))));
  fill(behavior.default_ttl, std::max(least, std::min<std::int64_t>(86'400, most)));
}

bool is_given(const std::optional<std::string>& text) { return text && !text->empty(); }

// Alone, the deprecated members Certificate and CertificateSource stand for the others. Else they follow them: clients
// send them back as they got them, whatever they have changed.
void read_deprecated(model::ViewerCertificate& certificate) {
  if (certificate.cloud_front_default_certificate.value_or(false) || is_given(certificate.acm_certificate_arn) ||
      is_given(certificate.iam_certificate_id)) {
    return;
  }
  const std::string source = certificate.certificate_source.value_or("");
  if (source == "acm") certificate.acm_certificate_arn = certificate.certificate;
  if (source == "iam") certificate.iam_certificate_id = certificate.certificate;
  if (source == "cloudfront") certificate.cloud_front_default_certificate = true;
}

void fill_certificate(model::ViewerCertificate& certificate) {
  read_deprecated(certificate);
  if (certificate.cloud_front_default_certificate.value_or(false)) {
    fill(certificate.ssl_support_method, "vip");
    certificate.minimum_protocol_version = "TLSv1";  // TLS-1
    certificate.certificate.reset();
    certificate.certificate_source = "cloudfront";
  } else if (is_given(certificate.acm_certificate_arn)) {
    certificate.cloud_front_default_certificate = false;
    fill(certificate.minimum_protocol_version, "TLSv1");
    certificate.certificate = certificate.acm_certificate_arn;
    certificate.certificate_source = "acm";
  }
}

}  // namespace

void fill_defaults(model::DistributionConfig& config) {
  fill(config.aliases, model::Aliases{});
  fill(config.default_root_object, "");
  for (model::Origin& origin : config.origins.items) fill_origin(origin);
  fill(config.origin_groups, model::OriginGroups{});
  fill_behavior(config.default_cache_behavior);
  for (model::CacheBehavior& behavior : fill(config.cache_behaviors, model::CacheBehaviors{}).items) {
    fill_behavior(behavior);
  }
  for (auto& response : fill(config.custom_error_responses, model::CustomErrorResponses{}).items) {
    fill(response.response_page_path, "");
    fill(response.response_code, "");
    fill(response.error_caching_min_ttl, 10);
  }
  auto& logging = fill(config.logging, model::LoggingConfig{});
  if (!logging.enabled) logging.bucket = logging.prefix = "";  // as the service: deleted when logging is off
  fill(config.price_class, "PriceClass_All");
  model::ViewerCertificate by_default;
  by_default.cloud_front_default_certificate = true;
  fill_certificate(fill(config.viewer_certificate, by_default));
  fill(config.restrictions, model::Restrictions{{"none", 0, {}}});
  fill(config.web_acl_id, "");
  fill(config.http_version, "http2");
  fill(config.is_ipv6_enabled, false);
  fill(config.continuous_deployment_policy_id, "");
  fill(config.staging, false);
}

}  // namespace gust::control
