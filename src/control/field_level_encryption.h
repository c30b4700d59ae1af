// Field-level encryption: its configurations and profiles, kept for the day that a behaviour can name one. Nothing is
// encrypted yet, and the settings table refuses a behaviour that asks for it.
//
// Source: AWS.md sections 2 and 3; the developer guide, "Using field-level encryption to help protect sensitive data".
#pragma once

#include <string>
#include <string_view>

#include "control/quotas.h"
#include "control/resources.h"

namespace gust::control {

struct FieldLevelEncryptionConfigFamily : PlainFamily<aws::cloudfront::FieldLevelEncryption> {
  using Config = aws::cloudfront::FieldLevelEncryptionConfig;
  using List = aws::cloudfront::FieldLevelEncryptionList;
  using Create = aws::cloudfront::op::CreateFieldLevelEncryptionConfig;
  using Get = aws::cloudfront::op::GetFieldLevelEncryption;
  using GetConfig = aws::cloudfront::op::GetFieldLevelEncryptionConfig;
  using ListAll = aws::cloudfront::op::ListFieldLevelEncryptionConfigs;
  using Update = aws::cloudfront::op::UpdateFieldLevelEncryptionConfig;
  using Delete = aws::cloudfront::op::DeleteFieldLevelEncryptionConfig;

  static constexpr std::string_view prefix = "cloudfront/field-level-encryption/";
  static constexpr std::string_view location = "field-level-encryption";
  static constexpr ResourceErrors errors = {
      .missing = {"NoSuchFieldLevelEncryptionConfig",
                  "The specified configuration for field-level encryption doesn't exist."},
      .exists = {"FieldLevelEncryptionConfigAlreadyExists",
                 "The specified configuration for field-level encryption already exists."},
      .too_many = {"TooManyFieldLevelEncryptionConfigs",
                   "The maximum number of configurations for field-level encryption have been created."},
      .in_use = {"FieldLevelEncryptionConfigInUse",
                 "The specified configuration for field-level encryption is in use."}};

  static constexpr auto quota = &Quotas::field_level_encryption_configs;
  static constexpr auto config_of = &Resource::field_level_encryption_config;
  static constexpr auto config_of_create = &Create::Input::field_level_encryption_config;
  static constexpr auto config_of_update = &Update::Input::field_level_encryption_config;

  static void begin(Resource& resource, rt::Loop& loop) { resource.id = new_id(loop, 'C'); }
  static void touch(Resource& resource, WallTime now) { resource.last_modified_time = now; }
  static std::string reference_of(const Config& config) { return config.caller_reference; }
  static constexpr ReuseRule reuse_rule = ReuseRule::same_again;
  static aws::Answer<void> check_config(const Config& config, const Quotas& quotas);
  // The profiles that it names are there.
  static rt::Task<aws::Answer<void>> check_in_store(Tools tools, Resource candidate);
  static bool is_used_by(const aws::cloudfront::DistributionConfig& config, const std::string& id);
  static aws::cloudfront::FieldLevelEncryptionSummary summary_of(const Resource& resource);
};

struct FieldLevelEncryptionProfileFamily : PlainFamily<aws::cloudfront::FieldLevelEncryptionProfile> {
  using Config = aws::cloudfront::FieldLevelEncryptionProfileConfig;
  using List = aws::cloudfront::FieldLevelEncryptionProfileList;
  using Create = aws::cloudfront::op::CreateFieldLevelEncryptionProfile;
  using Get = aws::cloudfront::op::GetFieldLevelEncryptionProfile;
  using GetConfig = aws::cloudfront::op::GetFieldLevelEncryptionProfileConfig;
  using ListAll = aws::cloudfront::op::ListFieldLevelEncryptionProfiles;
  using Update = aws::cloudfront::op::UpdateFieldLevelEncryptionProfile;
  using Delete = aws::cloudfront::op::DeleteFieldLevelEncryptionProfile;

  static constexpr std::string_view prefix = "cloudfront/field-level-encryption-profile/";
  static constexpr std::string_view location = "field-level-encryption-profile";
  static constexpr ResourceErrors errors = {
      .missing = {"NoSuchFieldLevelEncryptionProfile",
                  "The specified profile for field-level encryption doesn't exist."},
      .exists = {"FieldLevelEncryptionProfileAlreadyExists",
                 "The specified profile for field-level encryption already exists."},
      .too_many = {"TooManyFieldLevelEncryptionProfiles",
                   "The maximum number of profiles for field-level encryption have been created."},
      .in_use = {"FieldLevelEncryptionProfileInUse", "The specified profile for field-level encryption is in use."}};

  static constexpr auto quota = &Quotas::field_level_encryption_profiles;
  static constexpr auto config_of = &Resource::field_level_encryption_profile_config;
  static constexpr auto config_of_create = &Create::Input::field_level_encryption_profile_config;
  static constexpr auto config_of_update = &Update::Input::field_level_encryption_profile_config;

  static void begin(Resource& resource, rt::Loop& loop) { resource.id = new_id(loop, 'P'); }
  static void touch(Resource& resource, WallTime now) { resource.last_modified_time = now; }
  static std::string name_of(const Config& config) { return config.name; }
  static std::string reference_of(const Config& config) { return config.caller_reference; }
  static constexpr ReuseRule reuse_rule = ReuseRule::same_again;
  static aws::Answer<void> check_config(const Config& config, const Quotas& quotas);
  // The public keys that it names are there.
  static rt::Task<aws::Answer<void>> check_in_store(Tools tools, Resource candidate);
  static rt::Task<aws::Answer<std::string>> find_other_user(Tools tools, std::string id);
  static aws::cloudfront::FieldLevelEncryptionProfileSummary summary_of(const Resource& resource);
};

// Whether a profile names the public key.
bool names_public_key(const aws::cloudfront::FieldLevelEncryptionProfileConfig& config, std::string_view key_id);

extern template class Resources<FieldLevelEncryptionConfigFamily>;
extern template class Resources<FieldLevelEncryptionProfileFamily>;

}  // namespace gust::control
