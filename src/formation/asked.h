// Asked: what CreateStack, UpdateStack and CreateChangeSet ask for, read into what a stack may want.
//
// Source: CloudFormation API Reference; User Guide, "Quotas".
// Rules:  what this release does not do (service roles, notifications, rollback triggers, time limits, stack policies,
//         imports of resources) is refused by name.
// Limits: a template in the request 51,200 bytes, by URL template_bytes_max (the service's 1 MB, less what else a
//         document of the store must hold); 50 tags.
// Errors: ValidationError 400.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aws/gen/cloudformation.h"
#include "formation/parameters.h"
#include "formation/services.h"
#include "formation/settings.h"
#include "formation/stack.h"

namespace gust::formation {

inline constexpr std::size_t template_body_bytes_max = 51'200;
inline constexpr std::size_t template_bytes_max = 300'000;

struct TemplateSource {
  std::optional<std::string> body, url;
  bool use_previous = false;
};

struct Asked {
  TemplateSource source;
  std::vector<aws::cloudformation::Parameter> parameters;
  std::vector<aws::cloudformation::Tag> tags;
  bool keeps_tags = false;  // no tags in the request: those of before stay
};

// Where a stack is, and what it may import.
struct Surroundings {
  std::string account_id, region;
  Exports exports;
  WhyRefused why_refused = {};
};

// The text of a template.
//   gives  an empty one where the previous is meant
rt::Task<aws::Answer<std::string>> read_source(Services& services, TemplateSource source);

// All of what is asked for, checked as far as it can be without making anything: the template, its resource types and
// properties, parameters and rules.
rt::Task<aws::Answer<Wanted>> read_wanted(Services& services, Asked asked, const Wanted* previous, Stack stack,
                                          Surroundings around);

// The settings that three requests share and that are not done.
template <typename Input>
aws::Answer<void> refuse_unsupported(const Input& input) {
  const auto refuse = [](std::string_view name) {
    return invalid(std::string(name) + " is not supported by this service");
  };
  if (input.role_arn) return refuse("RoleARN");
  if (!input.notification_arns.empty()) return refuse("NotificationARNs");
  if (!input.resource_types.empty()) return refuse("ResourceTypes");
  if (input.rollback_configuration && !input.rollback_configuration->rollback_triggers.empty()) {
    return refuse("RollbackConfiguration");
  }
  return {};
}

}  // namespace gust::formation
