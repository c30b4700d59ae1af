#include "control/field_level_encryption.h"

#include <set>

#include "base/text.h"
#include "config/settings_table.h"
#include "control/candidate.h"
#include "control/distribution_uses.h"
#include "control/resources_internal.h"
#include "control/signing_keys.h"

namespace gust::control {

namespace model = aws::cloudfront;

namespace {

// The ids of the profiles that a configuration names.
std::set<std::string> profiles_of(const model::FieldLevelEncryptionConfig& config) {
  std::set<std::string> ids;
  if (config.query_arg_profile_config && config.query_arg_profile_config->query_arg_profiles) {
    for (const auto& item : config.query_arg_profile_config->query_arg_profiles->items) ids.insert(item.profile_id);
  }
  if (config.content_type_profile_config && config.content_type_profile_config->content_type_profiles) {
    for (const auto& item : config.content_type_profile_config->content_type_profiles->items) {
      if (item.profile_id && !item.profile_id->empty()) ids.insert(*item.profile_id);
    }
  }
  return ids;
}

aws::Answer<void> check_query_arguments(const model::QueryArgProfileConfig& config, const Quotas& quotas) {
  if (!config.query_arg_profiles) return {};
  const auto& items = config.query_arg_profiles->items;
  if (items.size() > quotas.field_level_encryption_query_arguments) {
    return refuse("TooManyFieldLevelEncryptionQueryArgProfiles",
                  "The maximum number of query arg profiles for field-level encryption have been created.");
  }
  std::set<std::string_view> seen;
  for (const model::QueryArgProfile& item : items) {
    if (item.profile_id.empty()) {
      return refuse("QueryArgProfileEmpty", "No profile specified for the field-level encryption query argument.");
    }
    if (item.query_arg.empty()) return invalid("A query argument of field-level encryption has a name.");
    if (!seen.insert(item.query_arg).second) {
      return invalid(fmt::format("The query argument {} stands twice.", item.query_arg));
    }
  }
  return {};
}

aws::Answer<void> check_content_types(const model::ContentTypeProfileConfig& config, const Quotas& quotas) {
  if (!config.content_type_profiles) return {};
  const auto& items = config.content_type_profiles->items;
  if (items.size() > quotas.field_level_encryption_content_types) {
    return refuse("TooManyFieldLevelEncryptionContentTypeProfiles",
                  "The maximum number of content type profiles for field-level encryption have been created.");
  }
  for (const model::ContentTypeProfile& item : items) {
    if (item.content_type != "application/x-www-form-urlencoded") {
      return invalid("The content type of field-level encryption is application/x-www-form-urlencoded.");
    }
  }
  return {};
}

// A field's name, or the beginning of names and `*`.
bool is_field_pattern(std::string_view pattern) {
  constexpr std::string_view marks = "[]._-";
  if (pattern.ends_with('*')) pattern.remove_suffix(1);
  return pattern.size() <= 128 && std::ranges::all_of(pattern, [&](char c) {
           return is_alpha(c) || is_digit(c) || marks.find(c) != std::string_view::npos;
         });
}

// Whether some field would be meant by both.
bool overlap(std::string_view a, std::string_view b) {
  const auto covers = [](std::string_view wide, std::string_view name) {
    return wide.ends_with('*') ? name.starts_with(wide.substr(0, wide.size() - 1)) : wide == name;
  };
  return covers(a, b) || covers(b, a);
}

aws::Answer<void> check_entity(const model::EncryptionEntity& entity, const Quotas& quotas) {
  if (entity.provider_id.empty()) return invalid("The parameter ProviderId is empty.");
  const auto& patterns = entity.field_patterns.items;
  if (patterns.empty()) return invalid("The parameter FieldPatterns has at least one pattern.");
  if (patterns.size() > quotas.field_level_encryption_fields) {
    return refuse("TooManyFieldLevelEncryptionFieldPatterns",
                  "The maximum number of field patterns for field-level encryption have been created.");
  }
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (patterns[i].empty() || !is_field_pattern(patterns[i])) {
      return invalid(fmt::format("The field pattern {} is not valid.", patterns[i]));
    }
    for (std::size_t other = 0; other < i; ++other) {
      if (overlap(patterns[i], patterns[other])) {
        return invalid(fmt::format("The field patterns {} and {} overlap.", patterns[other], patterns[i]));
      }
    }
  }
  return {};
}

}  // namespace

aws::Answer<void> FieldLevelEncryptionConfigFamily::check_config(const Config& config, const Quotas& quotas) {
  TRY_OK(answer_of(config::check_settings(aws::shape_for<Config>(), &config, "FieldLevelEncryptionConfig")));
  if (config.caller_reference.empty()) return invalid("The parameter CallerReference is empty.");
  if (config.query_arg_profile_config) TRY_OK(check_query_arguments(*config.query_arg_profile_config, quotas));
  if (config.content_type_profile_config) TRY_OK(check_content_types(*config.content_type_profile_config, quotas));
  return {};
}

rt::Task<aws::Answer<void>> FieldLevelEncryptionConfigFamily::check_in_store(Tools tools, Resource candidate) {
  for (const std::string& id : profiles_of(candidate.field_level_encryption_config)) {
    const Refusal& missing = FieldLevelEncryptionProfileFamily::errors.missing;
    if (!is_resource_id(id)) co_return refuse(missing);
    CO_TRY_STORE(const auto profile, co_await tools.store.get(key_of<FieldLevelEncryptionProfileFamily>(id)));
    if (!profile) co_return refuse(missing);
  }
  co_return aws::Answer<void>();
}

bool FieldLevelEncryptionConfigFamily::is_used_by(const model::DistributionConfig& config, const std::string& id) {
  return names(config, Named::field_level_encryption, id);
}

model::FieldLevelEncryptionSummary FieldLevelEncryptionConfigFamily::summary_of(const Resource& resource) {
  const Config& config = resource.field_level_encryption_config;
  return {resource.id, resource.last_modified_time, config.comment, config.query_arg_profile_config,
          config.content_type_profile_config};
}

aws::Answer<void> FieldLevelEncryptionProfileFamily::check_config(const Config& config, const Quotas& quotas) {
  TRY_OK(answer_of(config::check_settings(aws::shape_for<Config>(), &config, "FieldLevelEncryptionProfileConfig")));
  if (config.caller_reference.empty()) return invalid("The parameter CallerReference is empty.");
  if (config.name.empty() || config.name.size() > 128) {
    return invalid("The parameter Name has from 1 to 128 characters.");
  }
  if (config.encryption_entities.items.size() > quotas.field_level_encryption_entities) {
    return refuse("TooManyFieldLevelEncryptionEncryptionEntities",
                  "The maximum number of encryption entities for field-level encryption have been created.");
  }
  for (const model::EncryptionEntity& entity : config.encryption_entities.items) TRY_OK(check_entity(entity, quotas));
  return {};
}

rt::Task<aws::Answer<void>> FieldLevelEncryptionProfileFamily::check_in_store(Tools tools, Resource candidate) {
  for (const auto& entity : candidate.field_level_encryption_profile_config.encryption_entities.items) {
    const std::string& id = entity.public_key_id;
    std::optional<config::Document> key;
    if (is_resource_id(id)) {
      CO_TRY_STORE(key, co_await tools.store.get(key_of<PublicKeyFamily>(id)));
    }
    if (!key) co_return refuse(PublicKeyFamily::errors.missing);
  }
  co_return aws::Answer<void>();
}

rt::Task<aws::Answer<std::string>> FieldLevelEncryptionProfileFamily::find_other_user(Tools tools, std::string id) {
  CO_TRY_STORE(const auto listing, co_await tools.store.list(std::string(FieldLevelEncryptionConfigFamily::prefix)));
  for (const config::Document& stored : listing.documents) {
    CO_TRY_STORE(const auto user, aws::from_json<model::FieldLevelEncryption>(stored.value));
    if (profiles_of(user.field_level_encryption_config).contains(id)) {
      co_return fmt::format("the field-level encryption configuration {}", user.id);
    }
  }
  co_return std::string();
}

model::FieldLevelEncryptionProfileSummary FieldLevelEncryptionProfileFamily::summary_of(const Resource& resource) {
  const Config& config = resource.field_level_encryption_profile_config;
  return {resource.id, resource.last_modified_time, config.name, config.encryption_entities, config.comment};
}

bool names_public_key(const model::FieldLevelEncryptionProfileConfig& config, std::string_view key_id) {
  return std::ranges::any_of(config.encryption_entities.items,
                             [&](const model::EncryptionEntity& entity) { return entity.public_key_id == key_id; });
}

template class Resources<FieldLevelEncryptionConfigFamily>;
template class Resources<FieldLevelEncryptionProfileFamily>;

}  // namespace gust::control
