#include "formation/cloudfront_types.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "aws/gen/cloudfront.h"
#include "base/result.h"
#include "formation/properties.h"

namespace gust::formation {
namespace {

// How a type differs from the others. The operations are Create, Get, Update and Delete with `noun` behind them.
struct Kind {
  std::string_view type, noun, config;       // `config`: the property, and the member of the API's input
  std::vector<std::string_view> attributes;  // members of the result that Fn::GetAtt gives
  std::string_view list, listed;             // the operation that lists them, and the member of its answer
  std::string_view identity;                 // the member of the configuration that no two of them share
  std::string_view resource = {};            // of answers, and behind Get; empty: the noun
  std::string_view arn = {};                 // Fn::GetAtt gives Arn, with this kind in it
  bool is_flat = false;                      // the properties are the configuration's members
  bool has_caller_reference = false;         // of our making
  bool has_tags = false;                     // Tags beside the configuration
  bool is_switched_off_first = false;
  bool is_delivered = false;  // it is there when its Status is Deployed
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> rows = {
      {.type = "AWS::CloudFront::Distribution",
       .noun = "Distribution",
       .config = "DistributionConfig",
       .attributes = {"Id", "DomainName"},
       .list = "ListDistributions",
       .listed = "DistributionList",
       .identity = "CallerReference",
       .has_caller_reference = true,
       .has_tags = true,
       .is_switched_off_first = true,
       .is_delivered = true},
      {.type = "AWS::CloudFront::CachePolicy",
       .noun = "CachePolicy",
       .config = "CachePolicyConfig",
       .attributes = {"Id", "LastModifiedTime"},
       .list = "ListCachePolicies",
       .listed = "CachePolicyList",
       .identity = "Name"},
      {.type = "AWS::CloudFront::OriginRequestPolicy",
       .noun = "OriginRequestPolicy",
       .config = "OriginRequestPolicyConfig",
       .attributes = {"Id", "LastModifiedTime"},
       .list = "ListOriginRequestPolicies",
       .listed = "OriginRequestPolicyList",
       .identity = "Name"},
      {.type = "AWS::CloudFront::ResponseHeadersPolicy",
       .noun = "ResponseHeadersPolicy",
       .config = "ResponseHeadersPolicyConfig",
       .attributes = {"Id", "LastModifiedTime"},
       .list = "ListResponseHeadersPolicies",
       .listed = "ResponseHeadersPolicyList",
       .identity = "Name"},
      {.type = "AWS::CloudFront::OriginAccessControl",
       .noun = "OriginAccessControl",
       .config = "OriginAccessControlConfig",
       .attributes = {"Id"},
       .list = "ListOriginAccessControls",
       .listed = "OriginAccessControlList",
       .identity = "Name"},
      {.type = "AWS::CloudFront::CloudFrontOriginAccessIdentity",
       .noun = "CloudFrontOriginAccessIdentity",
       .config = "CloudFrontOriginAccessIdentityConfig",
       .attributes = {"Id", "S3CanonicalUserId"},
       .list = "ListCloudFrontOriginAccessIdentities",
       .listed = "CloudFrontOriginAccessIdentityList",
       .identity = "CallerReference",
       .has_caller_reference = true},
      {.type = "AWS::CloudFront::PublicKey",
       .noun = "PublicKey",
       .config = "PublicKeyConfig",
       .attributes = {"Id", "CreatedTime"},
       .list = "ListPublicKeys",
       .listed = "PublicKeyList",
       .identity = "Name"},
      {.type = "AWS::CloudFront::KeyGroup",
       .noun = "KeyGroup",
       .config = "KeyGroupConfig",
       .attributes = {"Id", "LastModifiedTime"},
       .list = "ListKeyGroups",
       .listed = "KeyGroupList",
       .identity = "Name"},
      {.type = "AWS::CloudFront::ContinuousDeploymentPolicy",
       .noun = "ContinuousDeploymentPolicy",
       .config = "ContinuousDeploymentPolicyConfig",
       .attributes = {"Id", "LastModifiedTime"},
       .list = "ListContinuousDeploymentPolicies",
       .listed = "ContinuousDeploymentPolicyList",
       .identity = "StagingDistributionDnsNames"},
      {.type = "AWS::CloudFront::FieldLevelEncryptionConfig",
       .noun = "FieldLevelEncryptionConfig",
       .config = "FieldLevelEncryptionConfig",
       .attributes = {"Id", "LastModifiedTime"},
       .list = "ListFieldLevelEncryptionConfigs",
       .listed = "FieldLevelEncryptionList",
       .identity = "CallerReference",
       .resource = "FieldLevelEncryption",
       .arn = "field-level-encryption-config",
       .is_flat = true},
      {.type = "AWS::CloudFront::FieldLevelEncryptionProfile",
       .noun = "FieldLevelEncryptionProfile",
       .config = "FieldLevelEncryptionProfileConfig",
       .attributes = {"Id", "LastModifiedTime"},
       .list = "ListFieldLevelEncryptionProfiles",
       .listed = "FieldLevelEncryptionProfileList",
       .identity = "Name",
       .arn = "field-level-encryption-profile"},
  };
  return rows;
}

constexpr const char* service = "cloudfront";

const aws::Shape& config_shape(const Kind& kind) {
  const aws::Operation* create = find_operation(aws::cloudfront::service(), fmt::format("Create{}", kind.noun));
  return *member_shape(*create->input, kind.config);
}

class ConfigType : public ResourceType {
 public:
  explicit ConfigType(const Kind& kind) : kind_(kind) {}

  aws::Answer<void> check(const Json& properties) const override {
    if (!kind_.is_flat) {
      const std::array<std::string_view, 2> known = {kind_.config, "Tags"};
      TRY_OK(check_names(properties, std::span(known).first(kind_.has_tags ? 2 : 1), std::span(known).first(1)));
    }
    TRY_OK(config_of(properties, {}));
    TRY_OK(tags_of(properties));
    return {};
  }

  // A caller reference stays what it is as long as the thing does.
  bool needs_replacement(const Json& before, const Json& after) const override {
    return kind_.is_flat && before.value(kind_.identity, Json()) != after.value(kind_.identity, Json());
  }

  bool has_own_name(const Json&) const override { return kind_.has_caller_reference; }

  rt::Task<aws::Answer<std::optional<ResourceFacts>>> find(Services& services, Making making,
                                                           Json properties) const override {
    CO_TRY(const Json config, config_of(properties, making));
    if (!config.contains(kind_.identity)) co_return std::optional<ResourceFacts>();
    std::string marker;
    do {
      Json input = {{"MaxItems", "100"}};
      if (!marker.empty()) input["Marker"] = marker;
      CO_TRY(const Json answer, co_await services.call(service, std::string(kind_.list), std::move(input)));
      const Json page = answer.value(kind_.listed, Json::object());
      for (const Json& item : page.value("Items", Json::array())) {
        const Json listed = item.value(resource_name(), item);
        CO_TRY(const Json identity, co_await identity_of(services, listed));
        if (identity != config[kind_.identity]) continue;
        const auto now = co_await get(services, listed.value("Id", ""));
        co_return facts_if_there(now, [&](const Json& there) { return facts_of(there, making); });
      }
      marker = page.value("NextMarker", "");
    } while (!marker.empty());
    co_return std::optional<ResourceFacts>();
  }

  rt::Task<aws::Answer<ResourceFacts>> create(Services& services, Making making, Json properties) const override {
    CO_TRY_OK(check(properties));
    CO_TRY(Json config, config_of(properties, making));
    CO_TRY(const Json tags, tags_of(properties));
    Json input;
    std::string operation = fmt::format("Create{}", kind_.noun);
    if (!tags.empty()) {
      operation += "WithTags";
      input[fmt::format("{}WithTags", kind_.config)] = {{kind_.config, config}, {"Tags", {{"Items", tags}}}};
    } else {
      input[std::string(kind_.config)] = std::move(config);
    }
    CO_TRY(const Json answer, co_await services.call(service, operation, std::move(input)));
    ResourceFacts facts = facts_of(answer, making);
    co_await wait_until_delivered(services, facts.physical_id);
    co_return facts;
  }

  rt::Task<aws::Answer<ResourceFacts>> update(Services& services, Making making, ResourceFacts facts, Json before,
                                              Json after) const override {
    const std::string name(kind_.config);
    CO_TRY_OK(check(after));
    CO_TRY(Json config, config_of(after, making));
    CO_TRY(Json now, co_await get(services, facts.physical_id));
    if (kind_.has_caller_reference) config["CallerReference"] = now[resource_name()][name]["CallerReference"];
    Json input = {{"Id", facts.physical_id}, {"IfMatch", now["ETag"]}};
    input[name] = std::move(config);
    CO_TRY(const Json answer, co_await services.call(service, fmt::format("Update{}", kind_.noun), std::move(input)));
    if (kind_.has_tags) CO_TRY_OK(co_await change_tags(services, answer, std::move(before), std::move(after)));
    co_await wait_until_delivered(services, facts.physical_id);
    co_return facts_of(answer, making);
  }

  rt::Task<aws::Answer<void>> remove(Services& services, ResourceFacts facts, Json) const override {
    auto now = co_await get(services, facts.physical_id);
    if (!now) co_return gone_is_done(now);
    Json input = {{"Id", facts.physical_id}, {"IfMatch", (*now)["ETag"]}};
    if (kind_.is_switched_off_first) {
      CO_TRY(input["IfMatch"], co_await switch_off(services, std::move(*now)));
      co_await wait_until_delivered(services, facts.physical_id);  // API-4
    }
    const auto removed = co_await services.call(service, fmt::format("Delete{}", kind_.noun), std::move(input));
    co_return gone_is_done(removed);
  }

 private:
  std::string resource_name() const { return std::string(kind_.resource.empty() ? kind_.noun : kind_.resource); }

  // As the API takes it.
  aws::Answer<Json> config_of(const Json& properties, const Making& making) const {
    const std::string name(kind_.config);
    TRY(Json config, kind_.is_flat ? to_api(config_shape(kind_), properties, "#")
                                   : to_api(config_shape(kind_), properties[name], "#/" + name));
    // The stack, the resource and the turn: what is made once more in a later turn is another resource.
    if (kind_.has_caller_reference) {
      config["CallerReference"] = fmt::format("{}-{}-{}", making.stack_name, making.logical_id, making.unique);
    }
    return config;
  }

  // Of a row of a list, which has it somewhere, or not at all.
  rt::Task<aws::Answer<Json>> identity_of(Services& services, Json listed) const {
    const Json config = listed.value(kind_.config, listed);
    if (const auto found = config.find(kind_.identity); found != config.end()) co_return *found;
    const auto now = co_await get(services, listed.value("Id", ""));
    if (!now && now.error().status == 404) co_return Json();  // gone meanwhile
    if (!now) co_return std::unexpected(now.error());
    co_return now->value(resource_name(), Json::object())
        .value(kind_.config, Json::object())
        .value(kind_.identity, Json());
  }

  rt::Task<aws::Answer<Json>> get(Services& services, std::string id) const {
    return services.call(service, "Get" + resource_name(), Json{{"Id", id}});
  }

  // A node that is away for long does not hold the stack for ever: the distribution is made, and goes out to it later.
  rt::Task<void> wait_until_delivered(Services& services, std::string id) const {
    constexpr int looks_max = 200;
    if (!kind_.is_delivered) co_return;
    for (int look = 0; look < looks_max; ++look) {
      const auto now = co_await get(services, id);
      if (!now || now->value(resource_name(), Json::object()).value("Status", "") == "Deployed") co_return;
      co_await services.pause(std::chrono::milliseconds(look < 20 ? 10 : 250));
    }
  }

  // gives  the ETag to delete it with
  rt::Task<aws::Answer<Json>> switch_off(Services& services, Json now) const {
    Json& resource = now[resource_name()];
    Json config = resource[std::string(kind_.config)];
    if (config["Enabled"] == true) {
      config["Enabled"] = false;
      Json input = {{"Id", resource["Id"]}, {"IfMatch", now["ETag"]}};
      input[std::string(kind_.config)] = std::move(config);
      CO_TRY(now, co_await services.call(service, fmt::format("Update{}", kind_.noun), std::move(input)));
    }
    co_return now["ETag"];
  }

  rt::Task<aws::Answer<void>> change_tags(Services& services, Json answer, Json before, Json after) const {
    CO_TRY(const Json old_tags, tags_of(before));
    CO_TRY(const Json new_tags, tags_of(after));
    const Json arn = answer.value(resource_name(), Json::object()).value("ARN", std::string());
    Json gone = Json::array();
    for (const Json& tag : old_tags) {
      const auto has_key = [&](const Json& other) { return other["Key"] == tag["Key"]; };
      if (std::ranges::none_of(new_tags, has_key)) gone.push_back(tag["Key"]);
    }
    if (!gone.empty()) {
      CO_TRY_OK(co_await services.call(service, "UntagResource", {{"Resource", arn}, {"TagKeys", {{"Items", gone}}}}));
    }
    if (!new_tags.empty() && new_tags != old_tags) {
      CO_TRY_OK(co_await services.call(service, "TagResource", {{"Resource", arn}, {"Tags", {{"Items", new_tags}}}}));
    }
    co_return aws::Answer<void>{};
  }

  ResourceFacts facts_of(const Json& answer, const Making& making) const {
    const Json resource = answer.value(resource_name(), Json::object());
    ResourceFacts facts{.physical_id = resource.value("Id", std::string()), .attributes = {}};
    for (const std::string_view attribute : kind_.attributes) {
      if (const auto found = resource.find(attribute); found != resource.end() && found->is_string()) {
        facts.attributes.emplace(attribute, found->get<std::string>());
      }
    }
    if (!kind_.arn.empty()) {
      facts.attributes.emplace(
          "Arn", fmt::format("arn:aws:cloudfront::{}:{}/{}", making.account_id, kind_.arn, facts.physical_id));
    }
    return facts;
  }

  const Kind& kind_;
};

}  // namespace

void add_cloudfront_types(std::map<std::string, std::unique_ptr<ResourceType>, std::less<>>& types) {
  for (const Kind& kind : kinds()) types.emplace(kind.type, std::make_unique<ConfigType>(kind));
}

}  // namespace gust::formation
