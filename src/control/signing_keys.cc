#include "control/signing_keys.h"

#include <algorithm>
#include <set>

#include "base/public_key.h"
#include "base/text.h"
#include "control/distribution_uses.h"
#include "control/field_level_encryption.h"
#include "control/resources_internal.h"

namespace gust::control {

namespace model = aws::cloudfront;

namespace {

aws::Answer<void> check_words(const std::string& name, const std::optional<std::string>& comment) {
  if (!is_name(name, 128)) return invalid("A name has from 1 to 128 characters out of letters, digits, - and _.");
  if (comment.value_or("").size() <= 128 && is_utf8(comment.value_or(""))) return {};
  return invalid("A comment has at most 128 characters.");
}

}  // namespace

void PublicKeyFamily::begin(Resource& resource, rt::Loop& loop) {
  resource.id = new_id(loop, 'K');
  resource.created_time = loop.wall_now();
}

void PublicKeyFamily::fill_defaults(Config& config) {
  if (!config.comment) config.comment = "";
}

aws::Answer<void> PublicKeyFamily::check_config(const Config& config, const Quotas&) {
  if (config.caller_reference.empty()) return refuse("InvalidArgument", "The parameter CallerReference is empty.");
  TRY_OK(check_words(config.name, config.comment));
  const auto key = read_public_key(config.encoded_key);
  const bool is_good = key && ((key->kind == PublicKeyKind::rsa && key->bits == 2048) || key->is_p256);
  if (is_good) return {};
  return refuse(
      "InvalidArgument",
      "Your request contains an empty, invalid or out of limits encoded key. It is the PEM text of an RSA key "
      "of 2048 bits or of an ECDSA key on the curve P-256.");
}

aws::Answer<void> PublicKeyFamily::check_update(const Config& before, const Config& after) {
  const bool is_same = before.caller_reference == after.caller_reference && before.name == after.name &&
                       before.encoded_key == after.encoded_key;
  if (is_same) return {};
  return refuse("CannotChangeImmutablePublicKeyFields",
                "You can't change the value of a public key, its name or CallerReference.");
}

rt::Task<aws::Answer<std::string>> PublicKeyFamily::find_other_user(Tools tools, std::string id) {
  CO_TRY_STORE(const auto listing, co_await tools.store.list(std::string(key_group_prefix)));
  for (const config::Document& stored : listing.documents) {
    CO_TRY_STORE(const auto group, aws::from_json<model::KeyGroup>(stored.value));
    if (std::ranges::find(group.key_group_config.items, id) == group.key_group_config.items.end()) continue;
    co_return fmt::format("the key group {}", group.id);
  }
  CO_TRY_STORE(const auto profiles, co_await tools.store.list(std::string(FieldLevelEncryptionProfileFamily::prefix)));
  for (const config::Document& stored : profiles.documents) {
    CO_TRY_STORE(const auto profile, aws::from_json<model::FieldLevelEncryptionProfile>(stored.value));
    if (!names_public_key(profile.field_level_encryption_profile_config, id)) continue;
    co_return fmt::format("the field-level encryption profile {}", profile.id);
  }
  co_return std::string();
}

model::PublicKeySummary PublicKeyFamily::summary_of(const Resource& resource) {
  const Config& config = resource.public_key_config;
  model::PublicKeySummary summary;
  summary.id = resource.id;
  summary.name = config.name;
  summary.created_time = resource.created_time;
  summary.encoded_key = config.encoded_key;
  summary.comment = config.comment;
  return summary;
}

void KeyGroupFamily::fill_defaults(Config& config) {
  if (!config.comment) config.comment = "";
}

aws::Answer<void> KeyGroupFamily::check_config(const Config& config, const Quotas& quotas) {
  TRY_OK(check_words(config.name, config.comment));
  if (config.items.empty()) return refuse("InvalidArgument", "A key group has at least one public key.");
  if (config.items.size() > quotas.public_keys_in_key_group) {
    return refuse("TooManyPublicKeysInKeyGroup",
                  "The number of public keys in this key group is more than the maximum allowed.");
  }
  const std::set<std::string_view> ids(config.items.begin(), config.items.end());
  if (ids.size() == config.items.size()) return {};
  return refuse("InvalidArgument", "A public key is in the key group twice.");
}

rt::Task<aws::Answer<void>> KeyGroupFamily::check_in_store(Tools tools, Resource candidate) {
  for (const std::string& id : candidate.key_group_config.items) {
    if (!is_resource_id(id)) co_return refuse("InvalidArgument", "A public key of the key group doesn't exist.");
    CO_TRY_STORE(const auto stored, co_await tools.store.get(key_of<PublicKeyFamily>(id)));
    if (stored) continue;
    co_return refuse("InvalidArgument", fmt::format("The public key {} of the key group doesn't exist.", id));
  }
  co_return aws::Answer<void>();
}

bool KeyGroupFamily::is_used_by(const model::DistributionConfig& config, const std::string& id) {
  return names(config, Named::key_group, id);
}

model::KeyGroupSummary KeyGroupFamily::summary_of(const Resource& resource) { return {resource}; }

template class Resources<PublicKeyFamily>;
template class Resources<KeyGroupFamily>;

}  // namespace gust::control
