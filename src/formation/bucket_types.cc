#include "formation/bucket_types.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/result.h"
#include "base/text.h"

namespace gust::formation {
namespace {

constexpr const char* service = "s3";

std::unexpected<aws::ServiceError> refuse_property(std::string_view path, std::string_view what) {
  return invalid(fmt::format("Properties validation failed: {}: {}", path, what));
}

// Renames members of an object; what is not named stays.
Json renamed(Json object, std::initializer_list<std::pair<std::string_view, std::string_view>> names) {
  if (!object.is_object()) return object;
  for (const auto& [from, to] : names) {
    if (const auto found = object.find(from); found != object.end()) {
      object[std::string(to)] = std::move(*found);
      object.erase(std::string(from));
    }
  }
  return object;
}

// Truth values and numbers that a template wrote as texts.
Json with_scalars(Json value) {
  if (value.is_structured()) {
    for (Json& item : value) item = with_scalars(std::move(item));
  } else if (value == "true" || value == "false") {
    return value == "true";
  }
  return value;
}

Json list_of(const Json& value, const auto& each) {
  Json list = Json::array();
  if (value.is_array()) {
    for (const Json& item : value) list.push_back(each(item));
  }
  return list;
}

// How the API takes each property. The reference's names are those of S3's model but for these.
Json website_of(const Json& value) {
  Json website = value;
  if (const auto index = website.find("IndexDocument"); index != website.end()) *index = Json{{"Suffix", *index}};
  if (const auto error = website.find("ErrorDocument"); error != website.end()) *error = Json{{"Key", *error}};
  if (const auto rules = website.find("RoutingRules"); rules != website.end()) {
    *rules = list_of(*rules, [](const Json& rule) {
      return renamed(rule, {{"RedirectRule", "Redirect"}, {"RoutingRuleCondition", "Condition"}});
    });
  }
  return website;
}

Json cors_of(const Json& value) {
  return {{"CORSRules", list_of(value.value("CorsRules", Json()), [](const Json& rule) {
             return renamed(rule, {{"ExposedHeaders", "ExposeHeaders"}, {"MaxAge", "MaxAgeSeconds"}, {"Id", "ID"}});
           })}};
}

Json lifecycle_of(const Json& value) {
  return {{"Rules", list_of(value.value("Rules", Json()), [](const Json& rule) {
             Json made = renamed(rule, {{"Id", "ID"}});
             Json filter = Json::object();
             if (made.contains("Prefix")) filter["Prefix"] = made["Prefix"];
             for (const char* name : {"ObjectSizeGreaterThan", "ObjectSizeLessThan"}) {
               if (made.contains(name)) filter[name] = made[name];
             }
             if (made.contains("TagFilters")) filter["Tags"] = made["TagFilters"];
             for (const char* name : {"Prefix", "TagFilters", "ObjectSizeGreaterThan", "ObjectSizeLessThan"})
               made.erase(name);
             const bool is_plain = filter.size() <= 1 && !filter.contains("Tags");
             made["Filter"] = is_plain ? filter : Json{{"And", filter}};
             for (const auto& [from, to] : {std::pair{"ExpirationInDays", "Days"}, std::pair{"ExpirationDate", "Date"},
                                            std::pair{"ExpiredObjectDeleteMarker", "ExpiredObjectDeleteMarker"}}) {
               if (!made.contains(from)) continue;
               const Json amount = made[from];
               made.erase(from);
               made["Expiration"][to] = amount;
             }
             return made;
           })}};
}

Json encryption_of(const Json& value) {
  return {{"Rules", list_of(value.value("ServerSideEncryptionConfiguration", Json()), [](const Json& rule) {
             return renamed(rule, {{"ServerSideEncryptionByDefault", "ApplyServerSideEncryptionByDefault"}});
           })}};
}

Json as_it_is(const Json& value) { return value; }
Json tagging_of(const Json& value) { return {{"TagSet", value}}; }

// A property that one call sets and another takes away.
struct Setting {
  std::string_view property, put, member, remove;  // `remove` empty: `put` with `without`
  Json (*convert)(const Json&);
  std::string_view without = {};
};
constexpr std::array settings = {
    Setting{"VersioningConfiguration", "PutBucketVersioning", "VersioningConfiguration", "", as_it_is,
            R"({"Status":"Suspended"})"},
    Setting{"WebsiteConfiguration", "PutBucketWebsite", "WebsiteConfiguration", "DeleteBucketWebsite", website_of},
    Setting{"CorsConfiguration", "PutBucketCors", "CORSConfiguration", "DeleteBucketCors", cors_of},
    Setting{"LifecycleConfiguration", "PutBucketLifecycleConfiguration", "LifecycleConfiguration",
            "DeleteBucketLifecycle", lifecycle_of},
    Setting{"BucketEncryption", "PutBucketEncryption", "ServerSideEncryptionConfiguration", "DeleteBucketEncryption",
            encryption_of},
    Setting{"OwnershipControls", "PutBucketOwnershipControls", "OwnershipControls", "DeleteBucketOwnershipControls",
            as_it_is},
    Setting{"PublicAccessBlockConfiguration", "PutPublicAccessBlock", "PublicAccessBlockConfiguration",
            "DeletePublicAccessBlock", as_it_is},
    Setting{"Tags", "PutBucketTagging", "Tagging", "DeleteBucketTagging", tagging_of},
};

class BucketType : public ResourceType {
 public:
  aws::Answer<void> check(const Json& properties) const override {
    for (const auto& [name, value] : properties.items()) {
      if (name == "BucketName") {
        if (!value.is_string() && !is_unresolved(value))
          return refuse_property("#/BucketName", "expected type: String");
        continue;
      }
      const auto setting = std::ranges::find(settings, name, &Setting::property);
      if (setting == settings.end()) {
        return refuse_property(
            "#", fmt::format("the property [{}] of AWS::S3::Bucket is not supported by this service", name));
      }
      if (!value.is_structured()) return refuse_property("#/" + name, "expected type: JSONObject");
    }
    TRY_OK(tags_of(properties));
    return {};
  }

  bool needs_replacement(const Json& before, const Json& after) const override {
    return before.value("BucketName", Json()) != after.value("BucketName", Json());
  }

  bool has_own_name(const Json& properties) const override { return !properties.contains("BucketName"); }

  rt::Task<aws::Answer<std::optional<ResourceFacts>>> find(Services& services, Making making,
                                                           Json properties) const override {
    const std::string name = name_of(making, properties);
    const auto answer = co_await services.call(service, "HeadBucket", {{"Bucket", name}});
    co_return facts_if_there(answer, [&](const Json&) { return facts_of(name, making.region); });
  }

  rt::Task<aws::Answer<ResourceFacts>> create(Services& services, Making making, Json properties) const override {
    CO_TRY_OK(check(properties));
    const std::string name = name_of(making, properties);
    Json input = {{"Bucket", name}};
    if (making.region != "us-east-1") input["CreateBucketConfiguration"] = {{"LocationConstraint", making.region}};
    CO_TRY_OK(co_await services.call(service, "CreateBucket", std::move(input)));
    const auto applied = co_await apply(services, name, Json::object(), std::move(properties));
    if (applied) co_return facts_of(name, making.region);
    // The caller knows of no resource where making one failed, so none may stay.
    static_cast<void>(co_await services.call(service, "DeleteBucket", {{"Bucket", name}}));
    co_return std::unexpected(applied.error());
  }

  rt::Task<aws::Answer<ResourceFacts>> update(Services& services, Making, ResourceFacts facts, Json before,
                                              Json after) const override {
    CO_TRY_OK(check(after));
    CO_TRY_OK(co_await apply(services, facts.physical_id, std::move(before), std::move(after)));
    co_return facts;
  }

  rt::Task<aws::Answer<void>> remove(Services& services, ResourceFacts facts, Json) const override {
    const auto removed = co_await services.call(service, "DeleteBucket", {{"Bucket", facts.physical_id}});
    co_return gone_is_done(removed);
  }

 private:
  static std::string name_of(const Making& making, const Json& properties) {
    return properties.value("BucketName", to_lower(make_name(making, 63)));
  }

  static ResourceFacts facts_of(const std::string& name, const std::string& region) {
    return {.physical_id = name,
            .attributes = {{"Arn", "arn:aws:s3:::" + name},
                           {"DomainName", name + ".s3.amazonaws.com"},
                           {"RegionalDomainName", fmt::format("{}.s3.{}.amazonaws.com", name, region)},
                           {"DualStackDomainName", fmt::format("{}.s3.dualstack.{}.amazonaws.com", name, region)},
                           {"WebsiteURL", fmt::format("http://{}.s3-website-{}.amazonaws.com", name, region)}}};
  }

  static rt::Task<aws::Answer<void>> apply(Services& services, std::string name, Json before, Json after) {
    for (const Setting& setting : settings) {
      const std::string property(setting.property);
      const bool is_wanted = after.contains(property);
      if (before.contains(property) == is_wanted && (!is_wanted || before[property] == after[property])) continue;
      Json input = {{"Bucket", name}};
      if (is_wanted) {
        input[std::string(setting.member)] = with_scalars(setting.convert(after[property]));
      } else if (setting.remove.empty()) {
        input[std::string(setting.member)] = Json::parse(setting.without);
      }
      CO_TRY_OK(co_await services.call(
          service, std::string(is_wanted || setting.remove.empty() ? setting.put : setting.remove), std::move(input)));
    }
    co_return aws::Answer<void>{};
  }
};

class BucketPolicyType : public ResourceType {
 public:
  aws::Answer<void> check(const Json& properties) const override {
    for (const auto& [name, value] : properties.items()) {
      if (name != "Bucket" && name != "PolicyDocument") {
        return refuse_property("#", fmt::format("extraneous key [{}] is not permitted", name));
      }
    }
    for (const char* name : {"Bucket", "PolicyDocument"}) {
      if (!properties.contains(name)) return refuse_property("#", fmt::format("required key [{}] not found", name));
    }
    const Json& bucket = properties["Bucket"];
    if (!bucket.is_string() && !is_unresolved(bucket)) return refuse_property("#/Bucket", "expected type: String");
    if (!properties["PolicyDocument"].is_object())
      return refuse_property("#/PolicyDocument", "expected type: JSONObject");
    return {};
  }

  bool needs_replacement(const Json& before, const Json& after) const override {
    return before.value("Bucket", Json()) != after.value("Bucket", Json());
  }

  bool has_own_name(const Json&) const override { return false; }

  rt::Task<aws::Answer<std::optional<ResourceFacts>>> find(Services& services, Making, Json properties) const override {
    const std::string bucket = text_of(properties.value("Bucket", Json())).value_or("");
    const auto answer = co_await services.call(service, "GetBucketPolicy", {{"Bucket", bucket}});
    co_return facts_if_there(answer,
                             [&](const Json&) { return ResourceFacts{.physical_id = bucket, .attributes = {}}; });
  }

  rt::Task<aws::Answer<ResourceFacts>> create(Services& services, Making, Json properties) const override {
    return put(services, std::move(properties));
  }
  rt::Task<aws::Answer<ResourceFacts>> update(Services& services, Making, ResourceFacts, Json,
                                              Json after) const override {
    return put(services, std::move(after));
  }
  rt::Task<aws::Answer<void>> remove(Services& services, ResourceFacts facts, Json) const override {
    const auto removed = co_await services.call(service, "DeleteBucketPolicy", {{"Bucket", facts.physical_id}});
    co_return gone_is_done(removed);
  }

 private:
  rt::Task<aws::Answer<ResourceFacts>> put(Services& services, Json properties) const {
    CO_TRY_OK(check(properties));
    const std::string bucket = properties["Bucket"].get<std::string>();
    CO_TRY_OK(co_await services.call(service, "PutBucketPolicy",
                                     {{"Bucket", bucket}, {"Policy", properties["PolicyDocument"].dump()}}));
    co_return ResourceFacts{.physical_id = bucket, .attributes = {}};
  }
};

}  // namespace

void add_bucket_types(std::map<std::string, std::unique_ptr<ResourceType>, std::less<>>& types) {
  types.emplace("AWS::S3::Bucket", std::make_unique<BucketType>());
  types.emplace("AWS::S3::BucketPolicy", std::make_unique<BucketPolicyType>());
}

}  // namespace gust::formation
