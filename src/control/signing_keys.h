// Public keys and key groups, which signed URLs and cookies, and field-level encryption, name.
//
// Source: CLOUDFRONT.md section 20; AWS.md section 2. A key cannot be changed but for its comment. Behaviours cannot
//         name key groups yet (config/settings_table.cc), so nothing here reaches the nodes.
#pragma once

#include <string>
#include <string_view>

#include "control/quotas.h"
#include "control/resources.h"

namespace gust::control {

inline constexpr std::string_view public_key_prefix = "cloudfront/public-key/";
inline constexpr std::string_view key_group_prefix = "cloudfront/key-group/";

struct PublicKeyFamily : PlainFamily<aws::cloudfront::PublicKey> {
  using Config = aws::cloudfront::PublicKeyConfig;
  using List = aws::cloudfront::PublicKeyList;
  using Create = aws::cloudfront::op::CreatePublicKey;
  using Get = aws::cloudfront::op::GetPublicKey;
  using GetConfig = aws::cloudfront::op::GetPublicKeyConfig;
  using ListAll = aws::cloudfront::op::ListPublicKeys;
  using Update = aws::cloudfront::op::UpdatePublicKey;
  using Delete = aws::cloudfront::op::DeletePublicKey;

  static constexpr std::string_view prefix = public_key_prefix;
  static constexpr std::string_view location = "public-key";
  static constexpr ResourceErrors errors = {
      .missing = {"NoSuchPublicKey", "The specified public key doesn't exist."},
      .exists = {"PublicKeyAlreadyExists", "The specified public key already exists."},
      .too_many = {"TooManyPublicKeys",
                   "The maximum number of public keys have been created. To create a new public "
                   "key, delete one of the existing keys."},
      .in_use = {"PublicKeyInUse", "The specified public key is in use."}};

  static constexpr auto quota = &Quotas::public_keys;
  static constexpr auto config_of = &Resource::public_key_config;
  static constexpr auto config_of_create = &Create::Input::public_key_config;
  static constexpr auto config_of_update = &Update::Input::public_key_config;

  static void begin(Resource& resource, rt::Loop& loop);
  static void fill_defaults(Config& config);
  static std::string name_of(const Config& config) { return config.name; }
  static std::string reference_of(const Config& config) { return config.caller_reference; }
  static aws::Answer<void> check_config(const Config& config, const Quotas& quotas);
  static aws::Answer<void> check_update(const Config& before, const Config& after);
  static rt::Task<aws::Answer<std::string>> find_other_user(Tools tools, std::string id);
  static aws::cloudfront::PublicKeySummary summary_of(const Resource& resource);
};

struct KeyGroupFamily : PlainFamily<aws::cloudfront::KeyGroup> {
  using Config = aws::cloudfront::KeyGroupConfig;
  using List = aws::cloudfront::KeyGroupList;
  using Create = aws::cloudfront::op::CreateKeyGroup;
  using Get = aws::cloudfront::op::GetKeyGroup;
  using GetConfig = aws::cloudfront::op::GetKeyGroupConfig;
  using ListAll = aws::cloudfront::op::ListKeyGroups;
  using Update = aws::cloudfront::op::UpdateKeyGroup;
  using Delete = aws::cloudfront::op::DeleteKeyGroup;
  using ListUsers = aws::cloudfront::op::ListDistributionsByKeyGroup;

  static constexpr std::string_view prefix = key_group_prefix;
  static constexpr std::string_view location = "key-group";
  static constexpr ResourceErrors errors = {
      .missing = {"NoSuchResource", "A resource that was specified is not valid."},
      .exists = {"KeyGroupAlreadyExists",
                 "A key group with this name already exists. You must provide a unique name. To modify an existing key "
                 "group, use UpdateKeyGroup."},
      .too_many = {"TooManyKeyGroups", "You have reached the maximum number of key groups for this account."},
      .in_use = {"ResourceInUse", "Cannot delete this resource because it is in use."}};

  static constexpr auto quota = &Quotas::key_groups;
  static constexpr auto config_of = &Resource::key_group_config;
  static constexpr auto config_of_create = &Create::Input::key_group_config;
  static constexpr auto config_of_update = &Update::Input::key_group_config;
  static constexpr auto id_of_list_users = &ListUsers::Input::key_group_id;

  static void begin(Resource& resource, rt::Loop& loop) { resource.id = new_uuid(loop); }
  static void touch(Resource& resource, WallTime now) { resource.last_modified_time = now; }
  static void fill_defaults(Config& config);
  static std::string name_of(const Config& config) { return config.name; }
  static aws::Answer<void> check_config(const Config& config, const Quotas& quotas);
  // Its keys are there.
  static rt::Task<aws::Answer<void>> check_in_store(Tools tools, Resource candidate);
  static bool is_used_by(const aws::cloudfront::DistributionConfig& config, const std::string& id);
  static aws::cloudfront::KeyGroupSummary summary_of(const Resource& resource);
};

extern template class Resources<PublicKeyFamily>;
extern template class Resources<KeyGroupFamily>;

}  // namespace gust::control
