#include "formation/named_cloudfront_types.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "aws/gen/cloudfront.h"
#include "base/result.h"
#include "base/text.h"
#include "formation/properties.h"

namespace gust::formation {
namespace {

constexpr const char* service = "cloudfront";
constexpr const char* auto_publish = "AutoPublish";

// What Fn::GetAtt gives, and where it stands in the answers (RFC 6901).
struct Attribute {
  std::string_view name;
  const char* pointer;
};

struct Kind {
  std::string_view type, identity;  // the property that names it; another value is another resource
  std::string_view create, read, update, remove;
  std::vector<std::string_view> properties, required;
  const char* physical_id;  // in the answers; null: it is the identity
  std::vector<Attribute> attributes;
  bool has_etag = false;
  bool is_published = false;
  std::string_view emptied = {};  // a property that an update needs, and that is empty where it is left out
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> rows = {
      {.type = "AWS::CloudFront::Function",
       .identity = "Name",
       .create = "CreateFunction",
       .read = "DescribeFunction",
       .update = "UpdateFunction",
       .remove = "DeleteFunction",
       .properties = {"Name", "FunctionCode", "FunctionConfig", auto_publish},
       .required = {"Name", "FunctionCode", "FunctionConfig"},
       .physical_id = "/FunctionSummary/FunctionMetadata/FunctionARN",
       .attributes = {{"FunctionARN", "/FunctionSummary/FunctionMetadata/FunctionARN"},
                      {"FunctionMetadata.FunctionARN", "/FunctionSummary/FunctionMetadata/FunctionARN"},
                      {"Stage", "/FunctionSummary/FunctionMetadata/Stage"}},
       .has_etag = true,
       .is_published = true},
      {.type = "AWS::CloudFront::KeyValueStore",
       .identity = "Name",
       .create = "CreateKeyValueStore",
       .read = "DescribeKeyValueStore",
       .update = "UpdateKeyValueStore",
       .remove = "DeleteKeyValueStore",
       .properties = {"Name", "Comment"},
       .required = {"Name"},
       .physical_id = "/KeyValueStore/Name",
       .attributes = {{"Arn", "/KeyValueStore/ARN"}, {"Id", "/KeyValueStore/Id"}, {"Status", "/KeyValueStore/Status"}},
       .has_etag = true,
       .emptied = "Comment"},
      {.type = "AWS::CloudFront::RealtimeLogConfig",
       .identity = "Name",
       .create = "CreateRealtimeLogConfig",
       .read = "GetRealtimeLogConfig",
       .update = "UpdateRealtimeLogConfig",
       .remove = "DeleteRealtimeLogConfig",
       .properties = {"Name", "EndPoints", "Fields", "SamplingRate"},
       .required = {"Name", "EndPoints", "Fields", "SamplingRate"},
       .physical_id = "/RealtimeLogConfig/ARN",
       .attributes = {{"Arn", "/RealtimeLogConfig/ARN"}}},
      {.type = "AWS::CloudFront::MonitoringSubscription",
       .identity = "DistributionId",
       .create = "CreateMonitoringSubscription",
       .read = "GetMonitoringSubscription",
       .update = "CreateMonitoringSubscription",
       .remove = "DeleteMonitoringSubscription",
       .properties = {"DistributionId", "MonitoringSubscription"},
       .required = {"DistributionId", "MonitoringSubscription"},
       .physical_id = nullptr,
       .attributes = {}},
  };
  return rows;
}

// Where the template leaves it open, a function is not published.
aws::Answer<bool> is_to_be_published(const Json& properties) {
  const auto given = properties.find(auto_publish);
  if (given == properties.end()) return false;
  const auto text = text_of(*given);
  if (text && equal_fold(*text, "true")) return true;
  if (text && equal_fold(*text, "false")) return false;
  return invalid(fmt::format("Properties validation failed: #/{}: expected type: Boolean, found: {}", auto_publish,
                             given->type_name()));
}

class NamedType : public ResourceType {
 public:
  explicit NamedType(const Kind& kind) : kind_(kind) {}

  aws::Answer<void> check(const Json& properties) const override {
    TRY_OK(check_names(properties, kind_.properties, kind_.required));
    TRY_OK(input_of(properties));
    TRY_OK(is_to_be_published(properties));
    return {};
  }

  bool needs_replacement(const Json& before, const Json& after) const override {
    return before.value(kind_.identity, Json()) != after.value(kind_.identity, Json());
  }

  bool has_own_name(const Json&) const override { return false; }

  rt::Task<aws::Answer<std::optional<ResourceFacts>>> find(Services& services, Making, Json properties) const override {
    const auto answer = co_await read(services, properties);
    co_return facts_if_there(answer, [&](const Json& there) { return facts_of(there, properties); });
  }

  rt::Task<aws::Answer<ResourceFacts>> create(Services& services, Making, Json properties) const override {
    CO_TRY_OK(check(properties));
    CO_TRY(Json input, input_of(properties));
    CO_TRY(const Json answer, co_await services.call(service, std::string(kind_.create), std::move(input)));
    auto made = co_await publish(services, answer, properties);
    // The caller knows of no resource where making one failed, so none may stay.
    if (!made) static_cast<void>(co_await remove(services, {}, std::move(properties)));
    co_return made;
  }

  rt::Task<aws::Answer<ResourceFacts>> update(Services& services, Making, ResourceFacts, Json,
                                              Json after) const override {
    CO_TRY_OK(check(after));
    CO_TRY(Json input, input_of(after));
    if (!kind_.emptied.empty()) input.emplace(kind_.emptied, "");
    if (kind_.has_etag) {
      CO_TRY(const Json now, co_await read(services, after));
      input["IfMatch"] = now["ETag"];
    }
    CO_TRY(const Json answer, co_await services.call(service, std::string(kind_.update), std::move(input)));
    co_return co_await publish(services, answer, std::move(after));
  }

  rt::Task<aws::Answer<void>> remove(Services& services, ResourceFacts, Json properties) const override {
    Json input = identity_of(properties);
    if (kind_.has_etag) {
      const auto now = co_await read(services, properties);
      if (!now) co_return gone_is_done(now);
      input["IfMatch"] = (*now)["ETag"];
    }
    co_return gone_is_done(co_await services.call(service, std::string(kind_.remove), std::move(input)));
  }

 private:
  aws::Answer<Json> input_of(Json properties) const {
    properties.erase(auto_publish);
    TRY(Json input, to_api(*find_operation(aws::cloudfront::service(), kind_.create)->input, properties, "#"));
    // A template writes code as text, the API takes bytes.
    if (const auto code = input.find("FunctionCode"); code != input.end()) *code = base64_of(code->get<std::string>());
    return input;
  }

  Json identity_of(const Json& properties) const {
    return {{kind_.identity, text_of(properties.value(kind_.identity, Json())).value_or("")}};
  }

  rt::Task<aws::Answer<Json>> read(Services& services, const Json& properties) const {
    return services.call(service, std::string(kind_.read), identity_of(properties));
  }

  // What Fn::GetAtt tells of the stage is where the newest code is.
  rt::Task<aws::Answer<ResourceFacts>> publish(Services& services, Json answer, Json properties) const {
    CO_TRY(const bool is_wanted, is_to_be_published(properties));
    if (kind_.is_published && is_wanted) {
      Json input = identity_of(properties);
      input["IfMatch"] = answer["ETag"];
      CO_TRY(answer, co_await services.call(service, "PublishFunction", std::move(input)));
    }
    co_return facts_of(answer, properties);
  }

  ResourceFacts facts_of(const Json& answer, const Json& properties) const {
    const auto text_at = [&](const char* pointer) { return answer.value(Json::json_pointer(pointer), std::string()); };
    ResourceFacts facts;
    facts.physical_id =
        kind_.physical_id ? text_at(kind_.physical_id) : identity_of(properties)[kind_.identity].get<std::string>();
    for (const Attribute& attribute : kind_.attributes) {
      facts.attributes.emplace(attribute.name, text_at(attribute.pointer));
    }
    return facts;
  }

  const Kind& kind_;
};

}  // namespace

void add_named_cloudfront_types(std::map<std::string, std::unique_ptr<ResourceType>, std::less<>>& types) {
  for (const Kind& kind : kinds()) types.emplace(kind.type, std::make_unique<NamedType>(kind));
}

}  // namespace gust::formation
