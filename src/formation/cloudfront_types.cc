#include "formation/cloudfront_types.h"

#include <fmt/format.h>

#include <algorithm>
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
  bool has_caller_reference = false;
  bool has_tags = false;  // Tags beside the configuration
  bool is_switched_off_first = false;
  bool is_delivered = false;  // it is there when its Status is Deployed
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> rows = {
      {.type = "AWS::CloudFront::Distribution",
       .noun = "Distribution",
       .config = "DistributionConfig",
       .attributes = {"Id", "DomainName"},
       .has_caller_reference = true,
       .has_tags = true,
       .is_switched_off_first = true,
       .is_delivered = true},
      {.type = "AWS::CloudFront::CachePolicy",
       .noun = "CachePolicy",
       .config = "CachePolicyConfig",
       .attributes = {"Id", "LastModifiedTime"}},
      {.type = "AWS::CloudFront::OriginRequestPolicy",
       .noun = "OriginRequestPolicy",
       .config = "OriginRequestPolicyConfig",
       .attributes = {"Id", "LastModifiedTime"}},
      {.type = "AWS::CloudFront::ResponseHeadersPolicy",
       .noun = "ResponseHeadersPolicy",
       .config = "ResponseHeadersPolicyConfig",
       .attributes = {"Id", "LastModifiedTime"}},
      {.type = "AWS::CloudFront::OriginAccessControl",
       .noun = "OriginAccessControl",
       .config = "OriginAccessControlConfig",
       .attributes = {"Id"}},
      {.type = "AWS::CloudFront::CloudFrontOriginAccessIdentity",
       .noun = "CloudFrontOriginAccessIdentity",
       .config = "CloudFrontOriginAccessIdentityConfig",
       .attributes = {"Id", "S3CanonicalUserId"},
       .has_caller_reference = true},
      {.type = "AWS::CloudFront::PublicKey",
       .noun = "PublicKey",
       .config = "PublicKeyConfig",
       .attributes = {"Id", "CreatedTime"}},
      {.type = "AWS::CloudFront::KeyGroup",
       .noun = "KeyGroup",
       .config = "KeyGroupConfig",
       .attributes = {"Id", "LastModifiedTime"}},
      {.type = "AWS::CloudFront::ContinuousDeploymentPolicy",
       .noun = "ContinuousDeploymentPolicy",
       .config = "ContinuousDeploymentPolicyConfig",
       .attributes = {"Id", "LastModifiedTime"}},
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
    for (const auto& [name, value] : properties.items()) {
      if (name == kind_.config || (kind_.has_tags && name == "Tags")) continue;
      return invalid(fmt::format("Properties validation failed: #: extraneous key [{}] is not permitted", name));
    }
    const std::string name(kind_.config);
    if (!properties.contains(name)) {
      return invalid(fmt::format("Properties validation failed: #: required key [{}] not found", name));
    }
    TRY_OK(to_api(config_shape(kind_), properties[name], "#/" + name));
    TRY_OK(tags_of(properties));
    return {};
  }

  bool needs_replacement(const Json&, const Json&) const override { return false; }

  rt::Task<aws::Answer<ResourceFacts>> create(Services& services, Making making, Json properties) const override {
    CO_TRY_OK(check(properties));
    CO_TRY(Json config, to_api(config_shape(kind_), properties[std::string(kind_.config)], "#"));
    // The stack, the resource and the turn: what is made once more in a later turn is another resource.
    if (kind_.has_caller_reference) {
      config["CallerReference"] = fmt::format("{}-{}-{}", making.stack_name, making.logical_id, making.unique);
    }
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
    ResourceFacts facts = facts_of(answer);
    co_await wait_until_delivered(services, facts.physical_id);
    co_return facts;
  }

  rt::Task<aws::Answer<ResourceFacts>> update(Services& services, Making, ResourceFacts facts, Json before,
                                              Json after) const override {
    const std::string name(kind_.config);
    CO_TRY_OK(check(after));
    CO_TRY(Json config, to_api(config_shape(kind_), after[name], "#"));
    CO_TRY(Json now, co_await get(services, facts.physical_id));
    if (kind_.has_caller_reference) config["CallerReference"] = now[std::string(kind_.noun)][name]["CallerReference"];
    Json input = {{"Id", facts.physical_id}, {"IfMatch", now["ETag"]}};
    input[name] = std::move(config);
    CO_TRY(const Json answer, co_await services.call(service, fmt::format("Update{}", kind_.noun), std::move(input)));
    if (kind_.has_tags) CO_TRY_OK(co_await change_tags(services, answer, std::move(before), std::move(after)));
    co_await wait_until_delivered(services, facts.physical_id);
    co_return facts_of(answer);
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
  rt::Task<aws::Answer<Json>> get(Services& services, std::string id) const {
    return services.call(service, fmt::format("Get{}", kind_.noun), Json{{"Id", id}});
  }

  // A node that is away for long does not hold the stack for ever: the distribution is made, and goes out to it later.
  rt::Task<void> wait_until_delivered(Services& services, std::string id) const {
    constexpr int looks_max = 200;
    if (!kind_.is_delivered) co_return;
    for (int look = 0; look < looks_max; ++look) {
      const auto now = co_await get(services, id);
      if (!now || now->value(std::string(kind_.noun), Json::object()).value("Status", "") == "Deployed") co_return;
      co_await services.pause(std::chrono::milliseconds(look < 20 ? 10 : 250));
    }
  }

  // gives  the ETag to delete it with
  rt::Task<aws::Answer<Json>> switch_off(Services& services, Json now) const {
    Json& resource = now[std::string(kind_.noun)];
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
    const Json arn = answer.value(std::string(kind_.noun), Json::object()).value("ARN", std::string());
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

  ResourceFacts facts_of(const Json& answer) const {
    const Json resource = answer.value(std::string(kind_.noun), Json::object());
    ResourceFacts facts{.physical_id = resource.value("Id", std::string()), .attributes = {}};
    for (const std::string_view attribute : kind_.attributes) {
      if (const auto found = resource.find(attribute); found != resource.end() && found->is_string()) {
        facts.attributes.emplace(attribute, found->get<std::string>());
      }
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
