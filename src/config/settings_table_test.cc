#include "config/settings_table.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "aws/gen/cloudfront.h"
#include "aws/shapes.h"
#include "config/distribution_test_internal.h"

namespace gust::config {
namespace {

namespace model = aws::cloudfront;

// Every member of the model below a shape, but for what is inside refused lists.
void collect(const aws::Shape& shape, std::set<std::string>& members, std::set<std::string>& unclassified) {
  if (shape.kind == aws::Kind::list) return collect(*shape.element, members, unclassified);
  for (const aws::Member& member : shape.members) {
    const std::string_view owner = shape.name == "DefaultCacheBehavior" ? "CacheBehavior" : shape.name;
    members.insert(fmt::format("{}.{}", owner, member.name));
    const SettingRow* row = find_setting(shape.name, member.name);
    if (row == nullptr) unclassified.insert(fmt::format("{}.{}", shape.name, member.name));
    const bool is_refused_list = row && row->treatment == Treatment::refused && member.shape->kind == aws::Kind::list;
    if (!is_refused_list) collect(*member.shape, members, unclassified);
  }
}

TEST(SettingsTable, ClassifiesEveryMemberOfTheModelAndNothingElse) {
  std::set<std::string> members;
  std::set<std::string> unclassified;
  collect(aws::shape_for<model::DistributionConfig>(), members, unclassified);
  collect(aws::shape_for<model::CachePolicyConfig>(), members, unclassified);
  collect(aws::shape_for<model::OriginRequestPolicyConfig>(), members, unclassified);
  collect(aws::shape_for<model::ResponseHeadersPolicyConfig>(), members, unclassified);
  collect(aws::shape_for<model::ContinuousDeploymentPolicyConfig>(), members, unclassified);
  collect(aws::shape_for<model::FieldLevelEncryptionConfig>(), members, unclassified);
  collect(aws::shape_for<model::FieldLevelEncryptionProfileConfig>(), members, unclassified);
  collect(aws::shape_for<model::OriginAccessControlConfig>(), members, unclassified);
  collect(aws::shape_for<model::CloudFrontOriginAccessIdentityConfig>(), members, unclassified);
  EXPECT_EQ(unclassified, std::set<std::string>{});
  for (const SettingRow& row : settings_table()) {
    EXPECT_TRUE(members.contains(fmt::format("{}.{}", row.shape, row.member))) << row.shape << "." << row.member;
  }
}

TEST(SettingsTable, RefusesOnlyScalarsAndListsSoThatNothingIsRefusedUnseen) {
  for (const SettingRow& row : settings_table()) {
    if (row.treatment != Treatment::refused) EXPECT_TRUE(row.accepted.empty()) << row.shape << "." << row.member;
  }
}

Findings check(const model::DistributionConfig& config) {
  return check_settings(aws::shape_for<model::DistributionConfig>(), &config, "DistributionConfig");
}

using Change = void (*)(model::DistributionConfig&);

struct Refused {
  const char* path;
  Change change;
};

class RefusedSetting : public testing::TestWithParam<Refused> {};

TEST_P(RefusedSetting, IsRefusedByName) {
  model::DistributionConfig config = small_distribution().config;
  GetParam().change(config);
  const Findings found = check(config);
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found.front().path, GetParam().path);
  EXPECT_EQ(found.front().code, "InvalidArgument");
  EXPECT_NE(found.front().message.find(GetParam().path), std::string::npos) << found.front().message;
}

const Refused refused_settings[] = {
    {"DistributionConfig.DefaultCacheBehavior.SmoothStreaming",
     [](auto& c) { c.default_cache_behavior.smooth_streaming = true; }},
    {"DistributionConfig.DefaultCacheBehavior.TrustedSigners.Enabled",
     [](auto& c) { c.default_cache_behavior.trusted_signers = model::TrustedSigners{true, 1, {"self"}}; }},
    {"DistributionConfig.DefaultCacheBehavior.TrustedKeyGroups.Enabled",
     [](auto& c) { c.default_cache_behavior.trusted_key_groups = model::TrustedKeyGroups{true, 1, {"id"}}; }},
    {"DistributionConfig.DefaultCacheBehavior.LambdaFunctionAssociations.Quantity",
     [](auto& c) {
       c.default_cache_behavior.lambda_function_associations =
           model::LambdaFunctionAssociations{1, {{"arn", "viewer-request", {}}}};
     }},
    {"DistributionConfig.DefaultCacheBehavior.FunctionAssociations.Quantity",
     [](auto& c) {
       c.default_cache_behavior.function_associations = model::FunctionAssociations{1, {{"arn", "viewer-request"}}};
     }},
    {"DistributionConfig.DefaultCacheBehavior.FieldLevelEncryptionId",
     [](auto& c) { c.default_cache_behavior.field_level_encryption_id = "id"; }},
    {"DistributionConfig.DefaultCacheBehavior.RealtimeLogConfigArn",
     [](auto& c) { c.default_cache_behavior.realtime_log_config_arn = "arn"; }},
    {"DistributionConfig.CacheBehaviors.Items[1].SmoothStreaming",
     [](auto& c) {
       c.cache_behaviors = model::CacheBehaviors{2, {behavior_for("a"), behavior_for("b")}};
       c.cache_behaviors->items[1].smooth_streaming = true;
     }},
    {"DistributionConfig.WebACLId", [](auto& c) { c.web_acl_id = "arn"; }},
    {"DistributionConfig.ViewerCertificate.IAMCertificateId",
     [](auto& c) { c.viewer_certificate.emplace().iam_certificate_id = "id"; }},
    {"DistributionConfig.Origins.Items[0].OriginShield.Enabled",
     [](auto& c) { c.origins.items[0].origin_shield = model::OriginShield{true, "ap-south-1"}; }},
    {"DistributionConfig.Origins.Items[0].CustomOriginConfig.OriginMtlsConfig.ClientCertificateArn",
     [](auto& c) { c.origins.items[0].custom_origin_config->origin_mtls_config = model::OriginMtlsConfig{"arn"}; }},
    {"DistributionConfig.DefaultCacheBehavior.GrpcConfig.Enabled",
     [](auto& c) { c.default_cache_behavior.grpc_config = model::GrpcConfig{true}; }},
};

INSTANTIATE_TEST_SUITE_P(All, RefusedSetting, testing::ValuesIn(refused_settings));

TEST(SettingsTable, SettingsThatAskForNothingAreLetThrough) {
  model::DistributionConfig config = small_distribution().config;
  EXPECT_EQ(check(config), Findings{});
  auto& behavior = config.default_cache_behavior;
  behavior.smooth_streaming = false;
  behavior.trusted_signers = model::TrustedSigners{};
  behavior.lambda_function_associations = model::LambdaFunctionAssociations{};
  behavior.field_level_encryption_id = "";
  config.origin_groups = model::OriginGroups{};
  config.restrictions = model::Restrictions{{"none", 0, {}}};
  config.web_acl_id = "";
  config.logging = model::LoggingConfig{};
  config.viewer_certificate = model::ViewerCertificate{.cloud_front_default_certificate = true,
                                                       .iam_certificate_id = {},
                                                       .acm_certificate_arn = {},
                                                       .ssl_support_method = "vip",
                                                       .minimum_protocol_version = "TLSv1",
                                                       .certificate = {},
                                                       .certificate_source = "cloudfront"};
  config.http_version = "http1.1";
  config.staging = false;
  config.price_class = "PriceClass_100";
  config.is_ipv6_enabled = true;
  EXPECT_EQ(check(config), Findings{});
}

TEST(SettingsTable, ARefusalSaysWhatWouldBeAccepted) {
  model::DistributionConfig config = small_distribution().config;
  config.http_version = "http4";
  const Findings found = check(config);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(
      found[0].message,
      "The setting DistributionConfig.HttpVersion is not provided by this release of Gustfront (accepted: http1.1, "
      "http2, http3, http2and3).");
}

TEST(SettingsTable, QuantitiesThatAreNotTheNumberOfItemsAreInconsistent) {
  model::DistributionConfig config = small_distribution().config;
  config.origins.quantity = 2;
  config.default_cache_behavior.allowed_methods =
      model::AllowedMethods{2, {"GET", "HEAD"}, model::CachedMethods{1, {}}};
  const Findings found = check(config);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].code, "InconsistentQuantities");
  EXPECT_EQ(found[0].path, "DistributionConfig.Origins");
  EXPECT_EQ(found[1].path, "DistributionConfig.DefaultCacheBehavior.AllowedMethods.CachedMethods");
}

}  // namespace
}  // namespace gust::config
