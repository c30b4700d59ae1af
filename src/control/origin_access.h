// Origin access controls and origin access identities: who the edge is when it asks a private origin.
//
// Source: CLOUDFRONT.md OAC-1 to OAC-3; AWS.md section 3, "CallerReference". The compiler judges what they may say and
//         the distributions that name them (config/compile_origin_access.cc, config/compile_origins.cc).
#pragma once

#include <string>
#include <string_view>

#include "config/document.h"
#include "control/quotas.h"
#include "control/resources.h"

namespace gust::control {

struct OriginAccessControlFamily : PlainFamily<aws::cloudfront::OriginAccessControl> {
  using Config = aws::cloudfront::OriginAccessControlConfig;
  using List = aws::cloudfront::OriginAccessControlList;
  using Create = aws::cloudfront::op::CreateOriginAccessControl;
  using Get = aws::cloudfront::op::GetOriginAccessControl;
  using GetConfig = aws::cloudfront::op::GetOriginAccessControlConfig;
  using ListAll = aws::cloudfront::op::ListOriginAccessControls;
  using Update = aws::cloudfront::op::UpdateOriginAccessControl;
  using Delete = aws::cloudfront::op::DeleteOriginAccessControl;

  static constexpr std::string_view prefix = config::origin_access_control_prefix;
  static constexpr std::string_view location = "origin-access-control";
  static constexpr ResourceErrors errors = {
      .missing = {"NoSuchOriginAccessControl", "The origin access control does not exist."},
      .exists = {"OriginAccessControlAlreadyExists", "An origin access control with this name already exists."},
      .too_many = {"TooManyOriginAccessControls",
                   "The number of origin access controls in your account exceeds the maximum allowed."},
      .in_use = {"OriginAccessControlInUse",
                 "Cannot delete the origin access control because it's in use by one or more distributions."}};

  static constexpr auto quota = &Quotas::origin_access_controls;
  static constexpr auto config_of = &Resource::origin_access_control_config;
  static constexpr auto config_of_create = &Create::Input::origin_access_control_config;
  static constexpr auto config_of_update = &Update::Input::origin_access_control_config;

  static void begin(Resource& resource, rt::Loop& loop) { resource.id = new_id(loop, 'E'); }
  static void fill_defaults(Config& config);
  static std::string name_of(const Config& config) { return config.name; }
  static aws::Answer<void> check_config(const Config& config, const Quotas& quotas);
  static bool is_used_by(const aws::cloudfront::DistributionConfig& config, const std::string& id);
  static aws::cloudfront::OriginAccessControlSummary summary_of(const Resource& resource);
};

struct OriginAccessIdentityFamily : PlainFamily<aws::cloudfront::CloudFrontOriginAccessIdentity> {
  using Config = aws::cloudfront::CloudFrontOriginAccessIdentityConfig;
  using List = aws::cloudfront::CloudFrontOriginAccessIdentityList;
  using Create = aws::cloudfront::op::CreateCloudFrontOriginAccessIdentity;
  using Get = aws::cloudfront::op::GetCloudFrontOriginAccessIdentity;
  using GetConfig = aws::cloudfront::op::GetCloudFrontOriginAccessIdentityConfig;
  using ListAll = aws::cloudfront::op::ListCloudFrontOriginAccessIdentities;
  using Update = aws::cloudfront::op::UpdateCloudFrontOriginAccessIdentity;
  using Delete = aws::cloudfront::op::DeleteCloudFrontOriginAccessIdentity;

  static constexpr std::string_view prefix = config::origin_access_identity_prefix;
  static constexpr std::string_view location = "origin-access-identity/cloudfront";
  static constexpr ResourceErrors errors = {
      .missing = {"NoSuchCloudFrontOriginAccessIdentity", "The specified origin access identity does not exist."},
      .exists = {"CloudFrontOriginAccessIdentityAlreadyExists",
                 "The CallerReference was used for another origin access identity with other content."},
      .too_many = {"TooManyCloudFrontOriginAccessIdentities",
                   "Processing your request would cause you to exceed the maximum number of origin access identities "
                   "allowed."},
      .in_use = {"CloudFrontOriginAccessIdentityInUse", "The Origin Access Identity specified is already in use."}};

  static constexpr auto quota = &Quotas::origin_access_identities;
  static constexpr auto config_of = &Resource::cloud_front_origin_access_identity_config;
  static constexpr auto config_of_create = &Create::Input::cloud_front_origin_access_identity_config;
  static constexpr auto config_of_update = &Update::Input::cloud_front_origin_access_identity_config;

  static void begin(Resource& resource, rt::Loop& loop);
  static std::string reference_of(const Config& config) { return config.caller_reference; }
  static constexpr ReuseRule reuse_rule = ReuseRule::same_again;
  static aws::Answer<void> check_config(const Config& config, const Quotas& quotas);
  static bool is_used_by(const aws::cloudfront::DistributionConfig& config, const std::string& id);
  static aws::cloudfront::CloudFrontOriginAccessIdentitySummary summary_of(const Resource& resource);
};

extern template class Resources<OriginAccessControlFamily>;
extern template class Resources<OriginAccessIdentityFamily>;

}  // namespace gust::control
