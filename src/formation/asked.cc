#include "formation/asked.h"

#include <fmt/format.h>

#include <set>

#include "base/result.h"
#include "base/text.h"
#include "formation/resource_type.h"

namespace gust::formation {
namespace {

struct Object {
  std::string bucket, key;
};

// https://BUCKET.s3[.REGION].amazonaws.com/KEY, or https://HOST/BUCKET/KEY as endpoints of one's own have it.
std::optional<Object> object_of(std::string_view url) {
  const Cut scheme = cut(url, std::string_view("://"));
  if (!scheme.found || (scheme.before != "https" && scheme.before != "http")) return std::nullopt;
  const Cut host = cut(cut(scheme.after, '?').before, '/');
  const auto path = percent_decode(host.after);
  if (!path) return std::nullopt;
  const std::size_t bucket_end = host.before.find(".s3");
  if (bucket_end != host.before.npos && host.before.ends_with(".amazonaws.com")) {
    return Object{std::string(host.before.substr(0, bucket_end)), *path};
  }
  const Cut parts = cut(*path, '/');
  return Object{std::string(parts.before), std::string(parts.after)};
}

aws::Answer<Tags> read_tags(const std::vector<aws::cloudformation::Tag>& given) {
  constexpr std::size_t tags_max = 50;
  if (given.size() > tags_max) return invalid("A stack can have at most 50 tags");
  Tags tags;
  std::set<std::string_view> keys;
  for (const auto& tag : given) {
    if (!keys.insert(tag.key).second) return invalid(fmt::format("Duplicate tag keys found: {}", tag.key));
    if (equal_fold(tag.key.substr(0, 4), "aws:"))
      return invalid("aws: prefixed tag key names are not allowed for external use.");
    tags.emplace_back(tag.key, tag.value);
  }
  return tags;
}

std::vector<GivenParameter> read_given(const std::vector<aws::cloudformation::Parameter>& parameters) {
  std::vector<GivenParameter> given;
  for (const auto& parameter : parameters) {
    given.push_back({.name = parameter.parameter_key.value_or(""),
                     .value = parameter.parameter_value.value_or(""),
                     .use_previous = parameter.use_previous_value.value_or(false)});
  }
  return given;
}

// Types that CloudFront has and this program does not, with the reason; empty where it is not such a type.
std::string missing_type(const std::string& type, const WhyRefused& why_refused) {
  constexpr std::string_view prefix = "AWS::CloudFront::";
  if (!type.starts_with(prefix) || !why_refused) return {};
  const std::string_view why = why_refused(fmt::format("Create{}", std::string_view(type).substr(prefix.size())));
  return why.empty() ? std::string() : fmt::format("{} is not provided by this release of Gustfront: {}", type, why);
}

aws::Answer<void> check_types(const Template& made, const WhyRefused& why_refused) {
  std::set<std::string> unknown;
  for (const auto& [name, resource] : made.resources) {
    if (find_resource_type(resource.type)) continue;
    const std::string missing = missing_type(resource.type, why_refused);
    if (!missing.empty()) return invalid(fmt::format("Resource {}: {}", name, missing));
    unknown.insert(resource.type);
  }
  if (unknown.empty()) return {};
  return invalid(fmt::format("Template format error: Unrecognized resource types: [{}]",
                             join({unknown.begin(), unknown.end()}, ", ")));
}

// What can be known before anything is made: functions of resources are left out of the look at properties.
aws::Answer<void> check_resources(const Template& made, const Scope& scope) {
  for (const auto& [name, resource] : made.resources) {
    TRY(const Json properties, evaluate(resource.properties, scope));
    if (is_unresolved(properties)) continue;
    if (const auto checked = find_resource_type(resource.type)->check(properties); !checked) {
      return invalid(fmt::format("Resource {}: {}", name, checked.error().message));
    }
  }
  return {};
}

}  // namespace

rt::Task<aws::Answer<std::string>> read_source(Services& services, TemplateSource source) {
  if (int{source.body.has_value()} + int{source.url.has_value()} + int{source.use_previous} != 1) {
    co_return invalid("Either Template URL or Template Body must be specified.");
  }
  if (source.use_previous) co_return std::string();
  if (source.body) {
    if (source.body->size() > template_body_bytes_max) {
      co_return invalid(
          fmt::format("1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member "
                      "must have length less than or equal to {}",
                      template_body_bytes_max));
    }
    co_return std::move(*source.body);
  }
  const auto object = object_of(*source.url);
  if (!object || object->bucket.empty() || object->key.empty()) {
    co_return invalid("TemplateURL must reference a valid S3 object to which you have access.");
  }
  const auto answer = co_await services.call("s3", "GetObject", {{"Bucket", object->bucket}, {"Key", object->key}});
  if (!answer) co_return invalid(fmt::format("S3 error: {}", answer.error().message));
  auto text = bytes_of_base64(answer->value("Body", std::string()));
  if (!text) co_return invalid("S3 error: the object cannot be read");
  if (text->size() > template_bytes_max) {
    co_return invalid(fmt::format("Template may not exceed {} bytes in size.", template_bytes_max));
  }
  co_return std::move(*text);
}

rt::Task<aws::Answer<Wanted>> read_wanted(Services& services, Asked asked, const Wanted* previous, Stack stack,
                                          Surroundings around) {
  const bool use_previous = asked.source.use_previous;
  if (use_previous && !previous) co_return invalid("There is no previous template to use.");
  Wanted wanted;
  CO_TRY(wanted.template_text, co_await read_source(services, std::move(asked.source)));
  if (use_previous) wanted.template_text = previous->template_text;
  CO_TRY(const Json json, read_template_text(wanted.template_text));
  CO_TRY(const Template made, read_template(json));
  wanted.description = made.description;
  CO_TRY(wanted.parameters,
         read_parameters(made, read_given(asked.parameters), previous ? &previous->parameters : nullptr));
  CO_TRY(wanted.tags, read_tags(asked.tags));
  if (asked.tags.empty() && asked.keeps_tags && previous) wanted.tags = previous->tags;
  stack.wanted = wanted;
  CO_TRY_OK(check_rules(scope_of(stack, made, around.account_id, around.region)));
  CO_TRY(const Template held, wanted_template(stack, around.account_id, around.region));
  // Nothing is known of resources here: what a new stack would see.
  stack.resources.clear();
  Scope scope = scope_of(stack, held, std::move(around.account_id), std::move(around.region));
  scope.exports = std::move(around.exports);
  CO_TRY_OK(check_types(held, around.why_refused));
  CO_TRY_OK(check_resources(held, scope));
  co_return wanted;
}

}  // namespace gust::formation
