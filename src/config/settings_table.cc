#include "config/settings_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"

namespace gust::config {
namespace {

using enum Treatment;

constexpr std::string_view no_iam_certificates = "certificates are those of ACM";

constexpr std::string_view until_signed_urls =
    "signed URLs and cookies are not checked yet, so a private behaviour would be open to everybody";

constexpr SettingRow rows[] = {
    {"DistributionConfig", "CallerReference", kept},
    {"DistributionConfig", "Aliases", enforced},
    {"DistributionConfig", "DefaultRootObject", enforced},
    {"DistributionConfig", "Origins", enforced},
    {"DistributionConfig", "OriginGroups", enforced},
    {"DistributionConfig", "DefaultCacheBehavior", enforced},
    {"DistributionConfig", "CacheBehaviors", enforced},
    {"DistributionConfig", "CustomErrorResponses", enforced},
    {"DistributionConfig", "Comment", kept},
    {"DistributionConfig", "Logging", enforced},
    {"DistributionConfig", "PriceClass", kept},  // it steers name resolution between places only (PRICE-1)
    {"DistributionConfig", "Enabled", enforced},
    {"DistributionConfig", "ViewerCertificate", enforced},
    {"DistributionConfig", "Restrictions", enforced},
    {"DistributionConfig", "WebACLId", refused, ""},
    {"DistributionConfig", "HttpVersion", refused, "http1.1|http2|http3|http2and3"},
    {"DistributionConfig", "IsIPV6Enabled", kept},
    {"DistributionConfig", "ContinuousDeploymentPolicyId", enforced},
    {"DistributionConfig", "Staging", enforced},
    {"DistributionConfig", "AnycastIpListId", refused, ""},
    {"DistributionConfig", "TenantConfig", enforced},
    {"TenantConfig", "ParameterDefinitions", refused, ""},
    {"DistributionConfig", "ConnectionMode", refused, "direct"},
    {"DistributionConfig", "ViewerMtlsConfig", enforced},
    {"ViewerMtlsConfig", "Mode", enforced},
    {"ViewerMtlsConfig", "TrustStoreConfig", enforced},
    {"TrustStoreConfig", "TrustStoreId", enforced},
    {"TrustStoreConfig", "AdvertiseTrustStoreCaNames", enforced},
    {"TrustStoreConfig", "IgnoreCertificateExpiry", enforced},
    {"DistributionConfig", "ConnectionFunctionAssociation", enforced},
    {"ConnectionFunctionAssociation", "Id", refused, "", "there is no engine for function code yet"},
    {"DistributionConfig", "CacheTagConfig", enforced},
    {"CacheTagConfig", "HeaderName", enforced},

    {"Aliases", "Quantity", enforced},
    {"Aliases", "Items", enforced},

    {"Origins", "Quantity", enforced},
    {"Origins", "Items", enforced},
    {"Origin", "Id", enforced},
    {"Origin", "DomainName", enforced},
    {"Origin", "OriginPath", enforced},
    {"Origin", "CustomHeaders", enforced},
    {"Origin", "S3OriginConfig", enforced},
    {"Origin", "CustomOriginConfig", enforced},
    {"Origin", "ConnectionAttempts", enforced},
    {"Origin", "ConnectionTimeout", enforced},
    {"Origin", "OriginShield", enforced},
    {"Origin", "OriginAccessControlId", enforced},
    {"Origin", "ResponseCompletionTimeout", enforced},
    {"Origin", "VpcOriginConfig", enforced},
    {"VpcOriginConfig", "VpcOriginId", refused, "", "there are no VPCs"},
    {"VpcOriginConfig", "OwnerAccountId", refused, "", "there are no VPCs"},
    {"VpcOriginConfig", "OriginReadTimeout", kept},
    {"VpcOriginConfig", "OriginKeepaliveTimeout", kept},
    {"CustomHeaders", "Quantity", enforced},
    {"CustomHeaders", "Items", enforced},
    {"OriginCustomHeader", "HeaderName", enforced},
    {"OriginCustomHeader", "HeaderValue", enforced},
    {"S3OriginConfig", "OriginAccessIdentity", enforced},
    {"S3OriginConfig", "OriginReadTimeout", enforced},
    {"CustomOriginConfig", "HTTPPort", enforced},
    {"CustomOriginConfig", "HTTPSPort", enforced},
    {"CustomOriginConfig", "OriginProtocolPolicy", enforced},
    {"CustomOriginConfig", "OriginSslProtocols", enforced},
    {"CustomOriginConfig", "OriginReadTimeout", enforced},
    {"CustomOriginConfig", "OriginKeepaliveTimeout", enforced},
    {"CustomOriginConfig", "IpAddressType", enforced},
    {"CustomOriginConfig", "OriginMtlsConfig", enforced},
    {"OriginMtlsConfig", "ClientCertificateArn", refused, "", "origins are not shown certificates yet"},
    {"OriginSslProtocols", "Quantity", enforced},
    {"OriginSslProtocols", "Items", enforced},
    {"OriginShield", "Enabled", refused, "false"},
    {"OriginShield", "OriginShieldRegion", kept},
    {"OriginGroups", "Quantity", enforced},
    {"OriginGroups", "Items", enforced},
    {"OriginGroup", "Id", enforced},
    {"OriginGroup", "FailoverCriteria", enforced},
    {"OriginGroup", "SelectionCriteria", refused, "default"},
    {"OriginGroup", "Members", enforced},
    {"OriginGroupFailoverCriteria", "StatusCodes", enforced},
    {"OriginGroupMembers", "Quantity", enforced},
    {"OriginGroupMembers", "Items", enforced},
    {"OriginGroupMember", "OriginId", enforced},
    {"StatusCodes", "Quantity", enforced},
    {"StatusCodes", "Items", enforced},

    {"CacheBehavior", "PathPattern", enforced},
    {"CacheBehavior", "TargetOriginId", enforced},
    {"CacheBehavior", "TrustedSigners", enforced},
    {"CacheBehavior", "TrustedKeyGroups", enforced},
    {"CacheBehavior", "ViewerProtocolPolicy", enforced},
    {"CacheBehavior", "AllowedMethods", enforced},
    {"CacheBehavior", "SmoothStreaming", refused, "false"},
    {"CacheBehavior", "Compress", enforced},
    {"CacheBehavior", "LambdaFunctionAssociations", enforced},
    {"CacheBehavior", "FunctionAssociations", enforced},
    {"CacheBehavior", "FieldLevelEncryptionId", refused, ""},
    {"CacheBehavior", "RealtimeLogConfigArn", refused, ""},
    {"CacheBehavior", "CachePolicyId", enforced},
    {"CacheBehavior", "OriginRequestPolicyId", enforced},
    {"CacheBehavior", "ResponseHeadersPolicyId", enforced},
    {"CacheBehavior", "ForwardedValues", enforced},
    {"CacheBehavior", "GrpcConfig", enforced},
    {"CacheBehavior", "MinTTL", enforced},
    {"CacheBehavior", "DefaultTTL", enforced},
    {"CacheBehavior", "MaxTTL", enforced},
    {"CacheBehaviors", "Quantity", enforced},
    {"CacheBehaviors", "Items", enforced},
    {"GrpcConfig", "Enabled", refused, "false"},
    {"TrustedSigners", "Enabled", refused, "false", until_signed_urls},
    {"TrustedSigners", "Quantity", kept},
    {"TrustedSigners", "Items", kept},
    {"TrustedKeyGroups", "Enabled", refused, "false", until_signed_urls},
    {"TrustedKeyGroups", "Quantity", kept},
    {"TrustedKeyGroups", "Items", kept},
    {"AllowedMethods", "Quantity", enforced},
    {"AllowedMethods", "Items", enforced},
    {"AllowedMethods", "CachedMethods", enforced},
    {"CachedMethods", "Quantity", enforced},
    {"CachedMethods", "Items", enforced},
    {"LambdaFunctionAssociations", "Quantity", refused, "0"},
    {"LambdaFunctionAssociations", "Items", refused},
    {"FunctionAssociations", "Quantity", refused, "0"},
    {"FunctionAssociations", "Items", refused},
    {"ForwardedValues", "QueryString", enforced},
    {"ForwardedValues", "Cookies", enforced},
    {"ForwardedValues", "Headers", enforced},
    {"ForwardedValues", "QueryStringCacheKeys", enforced},
    {"CookiePreference", "Forward", enforced},
    {"CookiePreference", "WhitelistedNames", enforced},
    {"CookieNames", "Quantity", enforced},
    {"CookieNames", "Items", enforced},
    {"Headers", "Quantity", enforced},
    {"Headers", "Items", enforced},
    {"QueryStringCacheKeys", "Quantity", enforced},
    {"QueryStringCacheKeys", "Items", enforced},

    {"CustomErrorResponses", "Quantity", enforced},
    {"CustomErrorResponses", "Items", enforced},
    {"CustomErrorResponse", "ErrorCode", enforced},
    {"CustomErrorResponse", "ResponsePagePath", enforced},
    {"CustomErrorResponse", "ResponseCode", enforced},
    {"CustomErrorResponse", "ErrorCachingMinTTL", enforced},

    {"LoggingConfig", "Enabled", enforced},
    {"LoggingConfig", "IncludeCookies", enforced},
    {"LoggingConfig", "Bucket", enforced},
    {"LoggingConfig", "Prefix", enforced},

    {"ViewerCertificate", "CloudFrontDefaultCertificate", enforced},
    {"ViewerCertificate", "IAMCertificateId", refused, "", no_iam_certificates},
    {"ViewerCertificate", "ACMCertificateArn", enforced},
    {"ViewerCertificate", "SSLSupportMethod", enforced},
    {"ViewerCertificate", "MinimumProtocolVersion", enforced},
    {"ViewerCertificate", "Certificate", kept},
    {"ViewerCertificate", "CertificateSource", kept},

    {"Restrictions", "GeoRestriction", enforced},
    {"GeoRestriction", "RestrictionType", enforced},
    {"GeoRestriction", "Quantity", enforced},
    {"GeoRestriction", "Items", enforced},

    {"OriginAccessControlConfig", "Name", enforced},
    {"OriginAccessControlConfig", "Description", kept},
    {"OriginAccessControlConfig", "SigningProtocol", refused, "sigv4"},
    {"OriginAccessControlConfig", "SigningBehavior", enforced},
    {"OriginAccessControlConfig", "OriginAccessControlOriginType", refused, "s3"},
    {"CloudFrontOriginAccessIdentityConfig", "CallerReference", kept},
    {"CloudFrontOriginAccessIdentityConfig", "Comment", kept},

    {"CachePolicyConfig", "Comment", kept},
    {"CachePolicyConfig", "Name", enforced},
    {"CachePolicyConfig", "DefaultTTL", enforced},
    {"CachePolicyConfig", "MaxTTL", enforced},
    {"CachePolicyConfig", "MinTTL", enforced},
    {"CachePolicyConfig", "ParametersInCacheKeyAndForwardedToOrigin", enforced},
    {"ParametersInCacheKeyAndForwardedToOrigin", "EnableAcceptEncodingGzip", enforced},
    {"ParametersInCacheKeyAndForwardedToOrigin", "EnableAcceptEncodingBrotli", enforced},
    {"ParametersInCacheKeyAndForwardedToOrigin", "HeadersConfig", enforced},
    {"ParametersInCacheKeyAndForwardedToOrigin", "CookiesConfig", enforced},
    {"ParametersInCacheKeyAndForwardedToOrigin", "QueryStringsConfig", enforced},
    {"CachePolicyHeadersConfig", "HeaderBehavior", enforced},
    {"CachePolicyHeadersConfig", "Headers", enforced},
    {"CachePolicyCookiesConfig", "CookieBehavior", enforced},
    {"CachePolicyCookiesConfig", "Cookies", enforced},
    {"CachePolicyQueryStringsConfig", "QueryStringBehavior", enforced},
    {"CachePolicyQueryStringsConfig", "QueryStrings", enforced},
    {"OriginRequestPolicyHeadersConfig", "HeaderBehavior", enforced},
    {"OriginRequestPolicyHeadersConfig", "Headers", enforced},
    {"OriginRequestPolicyCookiesConfig", "CookieBehavior", enforced},
    {"OriginRequestPolicyCookiesConfig", "Cookies", enforced},
    {"OriginRequestPolicyQueryStringsConfig", "QueryStringBehavior", enforced},
    {"OriginRequestPolicyQueryStringsConfig", "QueryStrings", enforced},
    {"QueryStringNames", "Quantity", enforced},
    {"QueryStringNames", "Items", enforced},
    {"OriginRequestPolicyConfig", "Comment", kept},
    {"OriginRequestPolicyConfig", "Name", enforced},
    {"OriginRequestPolicyConfig", "HeadersConfig", enforced},
    {"OriginRequestPolicyConfig", "CookiesConfig", enforced},
    {"OriginRequestPolicyConfig", "QueryStringsConfig", enforced},

    {"ResponseHeadersPolicyConfig", "Comment", kept},
    {"ResponseHeadersPolicyConfig", "Name", enforced},
    {"ResponseHeadersPolicyConfig", "CorsConfig", enforced},
    {"ResponseHeadersPolicyConfig", "SecurityHeadersConfig", enforced},
    {"ResponseHeadersPolicyConfig", "ServerTimingHeadersConfig", enforced},
    {"ResponseHeadersPolicyConfig", "CustomHeadersConfig", enforced},
    {"ResponseHeadersPolicyConfig", "RemoveHeadersConfig", enforced},
    {"ResponseHeadersPolicyCorsConfig", "AccessControlAllowOrigins", enforced},
    {"ResponseHeadersPolicyCorsConfig", "AccessControlAllowHeaders", enforced},
    {"ResponseHeadersPolicyCorsConfig", "AccessControlAllowMethods", enforced},
    {"ResponseHeadersPolicyCorsConfig", "AccessControlAllowCredentials", enforced},
    {"ResponseHeadersPolicyCorsConfig", "AccessControlExposeHeaders", enforced},
    {"ResponseHeadersPolicyCorsConfig", "AccessControlMaxAgeSec", enforced},
    {"ResponseHeadersPolicyCorsConfig", "OriginOverride", enforced},
    {"ResponseHeadersPolicyAccessControlAllowOrigins", "Quantity", enforced},
    {"ResponseHeadersPolicyAccessControlAllowOrigins", "Items", enforced},
    {"ResponseHeadersPolicyAccessControlAllowHeaders", "Quantity", enforced},
    {"ResponseHeadersPolicyAccessControlAllowHeaders", "Items", enforced},
    {"ResponseHeadersPolicyAccessControlAllowMethods", "Quantity", enforced},
    {"ResponseHeadersPolicyAccessControlAllowMethods", "Items", enforced},
    {"ResponseHeadersPolicyAccessControlExposeHeaders", "Quantity", enforced},
    {"ResponseHeadersPolicyAccessControlExposeHeaders", "Items", enforced},
    {"ResponseHeadersPolicySecurityHeadersConfig", "XSSProtection", enforced},
    {"ResponseHeadersPolicySecurityHeadersConfig", "FrameOptions", enforced},
    {"ResponseHeadersPolicySecurityHeadersConfig", "ReferrerPolicy", enforced},
    {"ResponseHeadersPolicySecurityHeadersConfig", "ContentSecurityPolicy", enforced},
    {"ResponseHeadersPolicySecurityHeadersConfig", "ContentTypeOptions", enforced},
    {"ResponseHeadersPolicySecurityHeadersConfig", "StrictTransportSecurity", enforced},
    {"ResponseHeadersPolicyXSSProtection", "Override", enforced},
    {"ResponseHeadersPolicyXSSProtection", "Protection", enforced},
    {"ResponseHeadersPolicyXSSProtection", "ModeBlock", enforced},
    {"ResponseHeadersPolicyXSSProtection", "ReportUri", enforced},
    {"ResponseHeadersPolicyFrameOptions", "Override", enforced},
    {"ResponseHeadersPolicyFrameOptions", "FrameOption", enforced},
    {"ResponseHeadersPolicyReferrerPolicy", "Override", enforced},
    {"ResponseHeadersPolicyReferrerPolicy", "ReferrerPolicy", enforced},
    {"ResponseHeadersPolicyContentSecurityPolicy", "Override", enforced},
    {"ResponseHeadersPolicyContentSecurityPolicy", "ContentSecurityPolicy", enforced},
    {"ResponseHeadersPolicyContentTypeOptions", "Override", enforced},
    {"ResponseHeadersPolicyStrictTransportSecurity", "Override", enforced},
    {"ResponseHeadersPolicyStrictTransportSecurity", "IncludeSubdomains", enforced},
    {"ResponseHeadersPolicyStrictTransportSecurity", "Preload", enforced},
    {"ResponseHeadersPolicyStrictTransportSecurity", "AccessControlMaxAgeSec", enforced},
    {"ResponseHeadersPolicyServerTimingHeadersConfig", "Enabled", enforced},
    {"ResponseHeadersPolicyServerTimingHeadersConfig", "SamplingRate", enforced},
    {"ResponseHeadersPolicyCustomHeadersConfig", "Quantity", enforced},
    {"ResponseHeadersPolicyCustomHeadersConfig", "Items", enforced},
    {"ResponseHeadersPolicyCustomHeader", "Header", enforced},
    {"ResponseHeadersPolicyCustomHeader", "Value", enforced},
    {"ResponseHeadersPolicyCustomHeader", "Override", enforced},
    {"ResponseHeadersPolicyRemoveHeadersConfig", "Quantity", enforced},
    {"ResponseHeadersPolicyRemoveHeadersConfig", "Items", enforced},
    {"ResponseHeadersPolicyRemoveHeader", "Header", enforced},

    {"ContinuousDeploymentPolicyConfig", "StagingDistributionDnsNames", enforced},
    {"ContinuousDeploymentPolicyConfig", "Enabled", enforced},
    {"ContinuousDeploymentPolicyConfig", "TrafficConfig", enforced},
    {"StagingDistributionDnsNames", "Quantity", enforced},
    {"StagingDistributionDnsNames", "Items", enforced},
    {"TrafficConfig", "SingleWeightConfig", enforced},
    {"TrafficConfig", "SingleHeaderConfig", enforced},
    {"TrafficConfig", "Type", enforced},
    {"ContinuousDeploymentSingleWeightConfig", "Weight", enforced},
    {"ContinuousDeploymentSingleWeightConfig", "SessionStickinessConfig", refused, "",
     "each request is shared out by itself"},
    {"SessionStickinessConfig", "IdleTTL", refused},
    {"SessionStickinessConfig", "MaximumTTL", refused},
    {"ContinuousDeploymentSingleHeaderConfig", "Header", enforced},
    {"ContinuousDeploymentSingleHeaderConfig", "Value", enforced},

    // No behaviour can name them yet.
    {"FieldLevelEncryptionConfig", "CallerReference", kept},
    {"FieldLevelEncryptionConfig", "Comment", kept},
    {"FieldLevelEncryptionConfig", "QueryArgProfileConfig", kept},
    {"FieldLevelEncryptionConfig", "ContentTypeProfileConfig", kept},
    {"QueryArgProfileConfig", "ForwardWhenQueryArgProfileIsUnknown", kept},
    {"QueryArgProfileConfig", "QueryArgProfiles", kept},
    {"QueryArgProfiles", "Quantity", kept},
    {"QueryArgProfiles", "Items", kept},
    {"QueryArgProfile", "QueryArg", kept},
    {"QueryArgProfile", "ProfileId", kept},
    {"ContentTypeProfileConfig", "ForwardWhenContentTypeIsUnknown", kept},
    {"ContentTypeProfileConfig", "ContentTypeProfiles", kept},
    {"ContentTypeProfiles", "Quantity", kept},
    {"ContentTypeProfiles", "Items", kept},
    {"ContentTypeProfile", "Format", kept},
    {"ContentTypeProfile", "ProfileId", kept},
    {"ContentTypeProfile", "ContentType", kept},
    {"FieldLevelEncryptionProfileConfig", "Name", kept},
    {"FieldLevelEncryptionProfileConfig", "CallerReference", kept},
    {"FieldLevelEncryptionProfileConfig", "Comment", kept},
    {"FieldLevelEncryptionProfileConfig", "EncryptionEntities", kept},
    {"EncryptionEntities", "Quantity", kept},
    {"EncryptionEntities", "Items", kept},
    {"EncryptionEntity", "PublicKeyId", kept},
    {"EncryptionEntity", "ProviderId", kept},
    {"EncryptionEntity", "FieldPatterns", kept},
    {"FieldPatterns", "Quantity", kept},
    {"FieldPatterns", "Items", kept},
};

// The text of a boolean, a number or a string, as `accepted` writes it.
std::optional<std::string> text_of(const aws::Shape& shape, const void* value) {
  switch (shape.kind) {
    case aws::Kind::boolean:
      return *static_cast<const bool*>(value) ? "true" : "false";
    case aws::Kind::integer:
      return std::to_string(*static_cast<const std::int32_t*>(value));
    case aws::Kind::long_integer:
      return std::to_string(*static_cast<const std::int64_t*>(value));
    case aws::Kind::string:
      return *static_cast<const std::string*>(value);
    default:
      return std::nullopt;
  }
}

bool is_let_through(const SettingRow& row, const aws::Shape& shape, const void* value) {
  if (shape.kind == aws::Kind::list) return shape.list->size(value) == 0;
  const auto text = text_of(shape, value);
  const std::vector<std::string_view> accepted = split(row.accepted, '|');
  return text && std::ranges::find(accepted, *text) != accepted.end();
}

const void* place_of(const aws::Member& member, const void* structure) {
  const void* place = static_cast<const char*>(structure) + member.offset;
  return member.optional ? member.optional->get(place) : place;
}

// Where the walk is. There is text of it only where something is found.
struct Path {
  const Path* owner = nullptr;
  std::string_view name = {};       // of a member, or of the whole value
  std::optional<std::size_t> item;  // of a list

  std::string text() const {
    if (owner == nullptr) return std::string(name);
    return item ? fmt::format("{}[{}]", owner->text(), *item) : fmt::format("{}.{}", owner->text(), name);
  }
};

class Walk {
 public:
  Findings found;

  void look_at(const aws::Shape& shape, const void* value, const Path& path) {
    if (shape.kind == aws::Kind::structure) look_at_members(shape, value, path);
    if (shape.kind != aws::Kind::list) return;
    for (std::size_t i = 0; i < shape.list->size(value); ++i) {
      look_at(*shape.element, shape.list->at(value, i), {.owner = &path, .name = {}, .item = i});
    }
  }

 private:
  void look_at_members(const aws::Shape& shape, const void* value, const Path& path) {
    compare_quantity(shape, value, path);
    for (const aws::Member& member : shape.members) {
      const void* place = place_of(member, value);
      if (place == nullptr) continue;
      const Path member_path{.owner = &path, .name = member.name, .item = {}};
      const SettingRow* row = find_setting(shape.name, member.name);
      if (row == nullptr || (row->treatment == refused && !is_let_through(*row, *member.shape, place))) {
        refuse(row, member_path.text());
      } else {
        look_at(*member.shape, place, member_path);
      }
    }
  }

  void compare_quantity(const aws::Shape& shape, const void* value, const Path& path) {
    const auto quantity = std::ranges::find(shape.members, std::string_view("Quantity"), &aws::Member::name);
    const auto items = std::ranges::find(shape.members, std::string_view("Items"), &aws::Member::name);
    if (quantity == shape.members.end() || items == shape.members.end()) return;
    const std::int32_t told = *static_cast<const std::int32_t*>(place_of(*quantity, value));
    const std::size_t counted = items->shape->list->size(place_of(*items, value));
    if (std::cmp_equal(told, counted)) return;
    found.push_back({path.text(),
                     fmt::format("The value of Quantity ({}) and the size of Items ({}) don't match.", told, counted),
                     "InconsistentQuantities"});
  }

  void refuse(const SettingRow* row, const std::string& path) {
    std::string message = fmt::format("The setting {} is not provided by this release of Gustfront", path);
    if (row && !row->reason.empty()) message += fmt::format(": {}", row->reason);
    if (row && !row->accepted.empty()) {
      message += fmt::format(" (accepted: {})", join_words(row->accepted));
    }
    found.push_back({path, message + "."});
  }

  static std::string join_words(std::string_view accepted) {
    std::string words;
    for (const std::string_view word : split(accepted, '|')) {
      words += fmt::format("{}{}", words.empty() ? "" : ", ", word);
    }
    return words;
  }
};

}  // namespace

std::span<const SettingRow> settings_table() { return rows; }

const SettingRow* find_setting(std::string_view shape, std::string_view member) {
  if (shape == "DefaultCacheBehavior") shape = "CacheBehavior";
  static const auto by_names = [] {
    std::map<std::pair<std::string_view, std::string_view>, const SettingRow*> all;
    for (const SettingRow& row : rows) all.emplace(std::pair(row.shape, row.member), &row);
    return all;
  }();
  const auto found = by_names.find({shape, member});
  return found == by_names.end() ? nullptr : found->second;
}

Findings check_settings(const aws::Shape& shape, const void* value, std::string_view path) {
  Walk walk;
  walk.look_at(shape, value, {.owner = nullptr, .name = path, .item = {}});
  return std::move(walk.found);
}

}  // namespace gust::config
