#include "formation/stack_reads.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/result.h"
#include "base/text.h"
#include "formation/answers_internal.h"
#include "formation/stacks.h"

namespace gust::formation {

namespace cf = aws::cloudformation;

namespace {

// Cuts `items` down to the page that begins at the token.
//   gives  the next token
template <typename T>
aws::Answer<std::optional<std::string>> cut_to_page(std::vector<T>& items, const std::optional<std::string>& token) {
  const auto first = token ? parse_decimal<std::size_t>(*token) : std::optional<std::size_t>(0);
  if (!first || *first > items.size()) return invalid("NextToken is not valid");
  const std::size_t end = std::min(items.size(), *first + list_page_max);
  const bool has_more = end < items.size();
  items.erase(items.begin() + static_cast<std::ptrdiff_t>(end), items.end());
  items.erase(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(*first));
  return has_more ? std::optional<std::string>(std::to_string(end)) : std::nullopt;
}

cf::Stack told_stack(const Stack& stack) {
  cf::Stack result;
  result.stack_id = stack.id;
  result.stack_name = stack.name;
  result.change_set_id = told(stack.change_set_id);
  result.description = told(stack.wanted.description);
  result.parameters = told_parameters(stack.wanted);
  result.creation_time = stack.created;
  result.deletion_time = stack.deleted;
  result.last_updated_time = stack.updated;
  result.rollback_configuration.emplace();
  result.stack_status = stack.status;
  result.stack_status_reason = told(stack.reason);
  result.disable_rollback = stack.on_failure == OnFailure::do_nothing;
  result.capabilities = stack.capabilities;
  for (const StackOutput& output : stack.outputs) {
    result.outputs.push_back({output.key, output.value, told(output.description), told(output.export_name)});
  }
  result.tags = told_tags(stack.wanted);
  result.enable_termination_protection = stack.is_protected;
  result.drift_information = cf::StackDriftInformation{.stack_drift_status = "NOT_CHECKED", .last_check_timestamp = {}};
  return result;
}

template <typename T>
T told_resource(const std::string& name, const StackResource& resource) {
  T result;
  result.logical_resource_id = name;
  result.physical_resource_id = told(resource.now.facts.physical_id);
  result.resource_type = resource.now.type;
  result.resource_status = resource.status;
  result.resource_status_reason = told(resource.reason);
  result.drift_information.emplace().stack_resource_drift_status = "NOT_CHECKED";
  return result;
}

}  // namespace

std::vector<cf::Parameter> told_parameters(const Wanted& wanted) {
  const auto json = read_template_text(wanted.template_text);
  const auto made = json ? read_template(*json) : aws::Answer<Template>(std::unexpected(json.error()));
  std::vector<cf::Parameter> parameters;
  for (const auto& [name, value] : wanted.parameters) {
    cf::Parameter parameter;
    parameter.parameter_key = name;
    const auto declared = made ? made->parameters.find(name) : std::map<std::string, Parameter>::const_iterator{};
    const bool is_declared = made && declared != made->parameters.end();
    parameter.parameter_value = is_declared && declared->second.no_echo ? "****" : value;
    if (is_declared && declared->second.type.starts_with("AWS::SSM::")) {
      const auto resolved = resolve_system_parameter(value);
      if (resolved) parameter.resolved_value = *resolved;
    }
    parameters.push_back(std::move(parameter));
  }
  return parameters;
}

std::vector<cf::Tag> told_tags(const Wanted& wanted) {
  std::vector<cf::Tag> tags;
  for (const auto& [key, value] : wanted.tags) tags.push_back({key, value});
  return tags;
}

StackReads::Task<cf::DescribeStacksOutput> StackReads::describe(cf::DescribeStacksInput input) {
  cf::DescribeStacksOutput output;
  if (input.stack_name) {
    CO_TRY(const StoredStack stored, co_await find_stack(store_, *input.stack_name));
    output.stacks.push_back(told_stack(stored.stack));
    co_return output;
  }
  CO_TRY_STORE(const auto stacks, co_await store_.all());
  for (const Stack& stack : stacks) {
    if (!stack.deleted) output.stacks.push_back(told_stack(stack));
  }
  CO_TRY(output.next_token, cut_to_page(output.stacks, input.next_token));
  co_return output;
}

StackReads::Task<cf::ListStacksOutput> StackReads::list(cf::ListStacksInput input) {
  CO_TRY_STORE(auto stacks, co_await store_.all());
  std::ranges::sort(stacks, std::greater(), &Stack::created);
  cf::ListStacksOutput output;
  for (const Stack& stack : stacks) {
    const auto& wanted = input.stack_status_filter;
    if (!wanted.empty() && std::ranges::find(wanted, stack.status) == wanted.end()) continue;
    cf::StackSummary summary;
    summary.stack_id = stack.id;
    summary.stack_name = stack.name;
    summary.template_description = told(stack.wanted.description);
    summary.creation_time = stack.created;
    summary.last_updated_time = stack.updated;
    summary.deletion_time = stack.deleted;
    summary.stack_status = stack.status;
    summary.stack_status_reason = told(stack.reason);
    summary.drift_information =
        cf::StackDriftInformationSummary{.stack_drift_status = "NOT_CHECKED", .last_check_timestamp = {}};
    output.stack_summaries.push_back(std::move(summary));
  }
  CO_TRY(output.next_token, cut_to_page(output.stack_summaries, input.next_token));
  co_return output;
}

StackReads::Task<cf::DescribeStackEventsOutput> StackReads::events(cf::DescribeStackEventsInput input) {
  if (!input.stack_name) co_return invalid("StackName is required");
  CO_TRY(const StoredStack stored, co_await find_stack(store_, *input.stack_name));
  CO_TRY_STORE(auto events, co_await store_.events(stored.stack));
  CO_TRY(auto next_token, cut_to_page(events, input.next_token));
  cf::DescribeStackEventsOutput output;
  output.next_token = std::move(next_token);
  for (StackEvent& event : events) {
    cf::StackEvent one;
    one.stack_id = stored.stack.id;
    one.event_id = std::move(event.id);
    one.stack_name = stored.stack.name;
    one.logical_resource_id = std::move(event.logical_id);
    one.physical_resource_id = std::move(event.physical_id);
    one.resource_type = std::move(event.type);
    one.timestamp = event.at;
    one.resource_status = std::move(event.status);
    one.resource_status_reason = told(event.reason);
    one.resource_properties = told(event.properties);
    one.client_request_token = told(event.client_token);
    output.stack_events.push_back(std::move(one));
  }
  co_return output;
}

StackReads::Task<cf::DescribeStackResourceOutput> StackReads::resource(cf::DescribeStackResourceInput input) {
  CO_TRY(const StoredStack stored, co_await find_stack(store_, input.stack_name));
  const auto found = stored.stack.resources.find(input.logical_resource_id);
  if (found == stored.stack.resources.end()) {
    co_return invalid(
        fmt::format("Resource {} does not exist for stack {}", input.logical_resource_id, stored.stack.name));
  }
  auto detail = told_resource<cf::StackResourceDetail>(found->first, found->second);
  detail.stack_name = stored.stack.name;
  detail.stack_id = stored.stack.id;
  detail.last_updated_timestamp = found->second.changed;
  co_return cf::DescribeStackResourceOutput{std::move(detail)};
}

StackReads::Task<cf::DescribeStackResourcesOutput> StackReads::resources(cf::DescribeStackResourcesInput input) {
  cf::DescribeStackResourcesOutput output;
  CO_TRY_STORE(const auto stacks, co_await store_.all());
  if (input.stack_name.has_value() == input.physical_resource_id.has_value()) {
    co_return invalid("Either StackName or PhysicalResourceId must be specified.");
  }
  for (const Stack& stack : stacks) {
    const bool is_named =
        input.stack_name && (stack.id == *input.stack_name || (!stack.deleted && stack.name == *input.stack_name));
    const bool has_it =
        input.physical_resource_id && !stack.deleted && std::ranges::any_of(stack.resources, [&](const auto& entry) {
          return entry.second.now.facts.physical_id == *input.physical_resource_id;
        });
    if (!is_named && !has_it) continue;
    for (const auto& [name, resource] : stack.resources) {
      if (input.logical_resource_id && name != *input.logical_resource_id) continue;
      auto one = told_resource<cf::StackResource>(name, resource);
      one.stack_name = stack.name;
      one.stack_id = stack.id;
      one.timestamp = resource.changed;
      output.stack_resources.push_back(std::move(one));
    }
    co_return output;
  }
  co_return invalid(fmt::format("Stack with id {} does not exist", input.stack_name.value_or("of that resource")));
}

StackReads::Task<cf::ListStackResourcesOutput> StackReads::list_resources(cf::ListStackResourcesInput input) {
  CO_TRY(const StoredStack stored, co_await find_stack(store_, input.stack_name));
  cf::ListStackResourcesOutput output;
  for (const auto& [name, resource] : stored.stack.resources) {
    auto one = told_resource<cf::StackResourceSummary>(name, resource);
    one.last_updated_timestamp = resource.changed;
    output.stack_resource_summaries.push_back(std::move(one));
  }
  CO_TRY(output.next_token, cut_to_page(output.stack_resource_summaries, input.next_token));
  co_return output;
}

StackReads::Task<cf::GetTemplateOutput> StackReads::get_template(cf::GetTemplateInput input) {
  if (input.change_set_name)
    co_return invalid("The template of a change set is not told by this service: ask for the stack's");
  if (!input.stack_name) co_return invalid("StackName is required");
  CO_TRY(const StoredStack stored, co_await find_stack(store_, *input.stack_name));
  co_return cf::GetTemplateOutput{stored.stack.wanted.template_text, {"Original", "Processed"}};
}

StackReads::Task<cf::ListExportsOutput> StackReads::list_exports(cf::ListExportsInput input) {
  CO_TRY_STORE(const auto stacks, co_await store_.all());
  cf::ListExportsOutput output;
  for (const Stack& stack : stacks) {
    for (const StackOutput& one : stack.outputs) {
      if (!stack.deleted && !one.export_name.empty()) output.exports.push_back({stack.id, one.export_name, one.value});
    }
  }
  std::ranges::sort(output.exports, {}, &cf::Export::name);
  CO_TRY(output.next_token, cut_to_page(output.exports, input.next_token));
  co_return output;
}

StackReads::Task<cf::ListImportsOutput> StackReads::list_imports(cf::ListImportsInput input) {
  CO_TRY_STORE(auto importers, co_await runner_.importers_of(input.export_name));
  if (importers.empty()) co_return invalid(fmt::format("Export '{}' is not imported by any stack.", input.export_name));
  cf::ListImportsOutput output{std::move(importers), {}};
  CO_TRY(output.next_token, cut_to_page(output.imports, input.next_token));
  co_return output;
}

}  // namespace gust::formation
