#include "formation/deployment.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ranges>

#include "base/result.h"
#include "formation/references.h"

namespace gust::formation {
namespace {

constexpr std::string_view stack_type = "AWS::CloudFormation::Stack";

// Names in the order in which they were made; those that no template speaks of any more come last.
std::vector<std::string> order_of(const Stack& stack, const std::map<std::string, Resource>& resources) {
  std::vector<std::string> order = in_order(resources);
  for (const auto& [name, resource] : stack.resources) {
    if (!resources.contains(name)) order.push_back(name);
  }
  return order;
}

// The resources of a template without a look at conditions; none where it cannot be read.
std::map<std::string, Resource> resources_of(const std::string& template_text) {
  const auto json = read_template_text(template_text);
  auto made = json ? read_template(*json) : aws::Answer<Template>(std::unexpected(json.error()));
  return made ? std::move(made->resources) : std::map<std::string, Resource>{};
}

std::string reason_of(const aws::ServiceError& error) {
  return fmt::format("{} (Status Code: {}; Error Code: {})", error.message, error.status, error.code);
}

}  // namespace

rt::Task<Result<void>> Deployment::run(bool is_resumed) {
  constexpr std::string_view stopped = "The service was stopped while the operation was under way.";
  const std::string status = stack_.status;
  if (is_resumed) CO_TRY_OK(co_await adopt_all());
  if (status == "CREATE_IN_PROGRESS")
    co_return is_resumed ? co_await roll_back_create(std::string(stopped)) : co_await create();
  if (status == "ROLLBACK_IN_PROGRESS") co_return co_await remove_all("ROLLBACK", true);
  if (status == "DELETE_IN_PROGRESS") co_return co_await remove_all("DELETE", false);
  if (status == "UPDATE_IN_PROGRESS")
    co_return is_resumed ? co_await roll_back_update(std::string(stopped)) : co_await update();
  if (status == "UPDATE_ROLLBACK_IN_PROGRESS") co_return co_await roll_back_update({});
  if (status == "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS" || status == "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS") {
    co_return co_await clean_up();
  }
  co_return Result<void>{};
}

rt::Task<Result<void>> Deployment::create() {
  CO_TRY(std::string reason, co_await apply());
  if (reason.empty()) {
    CO_TRY(reason, co_await work_out_outputs());
  }
  if (!reason.empty()) co_return co_await roll_back_create(std::move(reason));
  forget_update();
  co_return co_await tell("CREATE_COMPLETE");
}

rt::Task<Result<void>> Deployment::roll_back_create(std::string reason) {
  if (stack_.on_failure == OnFailure::do_nothing) {
    forget_update();
    co_return co_await tell("CREATE_FAILED", std::move(reason));
  }
  const bool is_removed = stack_.on_failure == OnFailure::remove;
  const std::string_view what = is_removed ? "Delete" : "Rollback";
  CO_TRY_OK(co_await tell(is_removed ? "DELETE_IN_PROGRESS" : "ROLLBACK_IN_PROGRESS",
                          fmt::format("{} {} requested by user.", reason, what)));
  co_return co_await remove_all(is_removed ? "DELETE" : "ROLLBACK", true);
}

rt::Task<Result<void>> Deployment::update() {
  CO_TRY(std::string reason, co_await apply());
  if (reason.empty()) {
    CO_TRY(reason, co_await work_out_outputs());
  }
  if (!reason.empty()) co_return co_await roll_back_update(std::move(reason));
  CO_TRY_OK(co_await tell("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"));
  co_return co_await clean_up();
}

rt::Task<Result<void>> Deployment::roll_back_update(std::string reason) {
  if (!reason.empty()) CO_TRY_OK(co_await tell("UPDATE_ROLLBACK_IN_PROGRESS", std::move(reason)));
  std::vector<std::string> failed;
  const auto resources = resources_of(stack_.before ? stack_.before->template_text : stack_.wanted.template_text);
  for (const std::string& name : order_of(stack_, resources)) {
    const auto found = stack_.resources.find(name);
    // A rollback that goes on leaves alone what has its place again.
    if (found == stack_.resources.end() || !found->second.before || found->second.is_reverted) continue;
    CO_TRY(const std::string trouble, co_await revert_one(name));
    if (!trouble.empty()) failed.push_back(name);
  }
  if (!failed.empty()) {
    co_return co_await tell("UPDATE_ROLLBACK_FAILED",
                            fmt::format("The following resource(s) failed to update: [{}].", fmt::join(failed, ", ")));
  }
  // What is to go was made in the order of the template that failed.
  if (stack_.before) std::swap(stack_.wanted, *stack_.before);
  if (const auto made = wanted_template(stack_, place_.account_id, place_.region)) note_imports(*made);
  CO_TRY_OK(co_await work_out_outputs());
  CO_TRY_OK(co_await tell("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"));
  co_return co_await clean_up();
}

// Removes what the wanted template no longer has, and what was replaced.
rt::Task<Result<void>> Deployment::clean_up() {
  const bool is_rollback = stack_.status.starts_with("UPDATE_ROLLBACK");
  const auto made = wanted_template(stack_, place_.account_id, place_.region);
  const auto former = resources_of(stack_.before ? stack_.before->template_text : stack_.wanted.template_text);
  std::vector<std::string> failed;
  for (const std::string& name : std::views::reverse(order_of(stack_, former))) {
    const auto found = stack_.resources.find(name);
    if (found == stack_.resources.end()) continue;
    StackResource& resource = found->second;
    if (resource.before && resource.before->facts.physical_id != resource.now.facts.physical_id) {
      const bool is_kept = !is_rollback && resource.on_replace == Removal::retain;
      if (!is_kept) {
        CO_TRY(const std::string trouble, co_await remove_made(name, *resource.before));
        if (!trouble.empty()) failed.push_back(name);
      }
    }
    if (made && !made->resources.contains(name)) {
      const bool is_kept = resource.on_delete != Removal::remove && !is_rollback;
      if (is_kept) {
        CO_TRY_OK(co_await tell_of(name, "DELETE_SKIPPED"));
      } else if (resource.exists()) {
        CO_TRY(const std::string trouble, co_await remove_made(name, resource.now));
        if (!trouble.empty()) failed.push_back(name);
      }
      stack_.resources.erase(name);
    }
  }
  forget_update();
  const std::string reason =
      failed.empty() ? "" : fmt::format("One or more resources could not be deleted: [{}].", fmt::join(failed, ", "));
  co_return co_await tell(is_rollback ? "UPDATE_ROLLBACK_COMPLETE" : "UPDATE_COMPLETE", reason);
}

rt::Task<Result<void>> Deployment::remove_all(std::string final_status, bool is_rollback) {
  for (const StackOutput& output : stack_.outputs) {
    if (output.export_name.empty()) continue;
    CO_TRY(const auto importers, co_await journal_.importers_of(output.export_name));
    if (importers.empty()) continue;
    co_return co_await tell(final_status + "_FAILED",
                            fmt::format("Delete canceled. Cannot delete export {} as it is in use by {}.",
                                        output.export_name, fmt::join(importers, ", ")));
  }
  std::vector<std::string> failed;
  for (const std::string& name : std::views::reverse(order_of(stack_, resources_of(stack_.wanted.template_text)))) {
    const auto found = stack_.resources.find(name);
    if (found == stack_.resources.end() || !found->second.exists()) continue;
    const Removal policy = found->second.on_delete;
    const bool is_kept = policy == Removal::retain || (policy == Removal::retain_except_on_create && !is_rollback) ||
                         std::ranges::find(stack_.retained, name) != stack_.retained.end();
    if (is_kept) {
      CO_TRY_OK(co_await tell_of(name, "DELETE_SKIPPED"));
      continue;
    }
    CO_TRY(const std::string trouble, co_await remove_made(name, found->second.now));
    if (!trouble.empty()) {
      failed.push_back(name);
      continue;
    }
    found->second.now.facts = {};
  }
  forget_update();
  if (!failed.empty()) {
    co_return co_await tell(final_status + "_FAILED",
                            fmt::format("The following resource(s) failed to delete: [{}].", fmt::join(failed, ", ")));
  }
  stack_.outputs.clear();
  if (final_status == "DELETE") stack_.deleted = journal_.now();
  co_return co_await tell(final_status + "_COMPLETE");
}

rt::Task<Result<std::string>> Deployment::apply() {
  const auto made = wanted_template(stack_, place_.account_id, place_.region);
  if (!made) co_return made.error().message;
  note_imports(*made);
  CO_TRY(const auto exports, co_await journal_.exports_of_others(stack_));
  for (const std::string& name : in_order(made->resources)) {
    CO_TRY(const std::string trouble, co_await apply_one(*made, exports, name));
    if (!trouble.empty()) co_return trouble;
  }
  co_return std::string();
}

void Deployment::note_imports(const Template& made) {
  const Scope scope = scope_of(stack_, made, place_.account_id, place_.region);
  stack_.imports.clear();
  const auto note = [&](const Json& value) {
    std::ranges::move(imports_in(value, scope), std::back_inserter(stack_.imports));
  };
  for (const auto& [name, resource] : made.resources) note(resource.properties);
  for (const auto& [name, output] : made.outputs) note(output.value);
}

rt::Task<Result<std::string>> Deployment::apply_one(const Template& made, const Exports& exports,
                                                    const std::string& name) {
  const Resource& resource = made.resources.at(name);
  Scope scope = scope_of(stack_, made, place_.account_id, place_.region);
  scope.exports = exports;
  auto properties = evaluate(resource.properties, scope);
  StackResource& entry = stack_.resources[name];
  entry.on_delete = resource.on_delete;
  entry.on_replace = resource.on_replace;
  const bool is_there = entry.exists();
  std::string trouble;
  if (!properties) {
    trouble = properties.error().message;
  } else if (is_unresolved(*properties)) {
    trouble = fmt::format("Template error: it refers to a resource that is not made: {}", properties->dump());
  }
  if (!trouble.empty()) {
    if (!is_there) entry.now.type = resource.type;
    CO_TRY_OK(co_await tell_of(name, is_there ? "UPDATE_FAILED" : "CREATE_FAILED", trouble));
  } else if (!is_there) {
    CO_TRY(trouble, co_await make_one(name, resource.type, std::move(*properties)));
  } else if (entry.now.type != resource.type || entry.now.properties != *properties) {
    CO_TRY(trouble, co_await change_one(name, resource.type, std::move(*properties)));
  }
  if (trouble.empty()) co_return trouble;
  co_return fmt::format("The following resource(s) failed to {}: [{}].", is_there ? "update" : "create", name);
}

rt::Task<Result<aws::Answer<ResourceFacts>>> Deployment::make(const std::string& name, std::string event_status,
                                                              std::string event_reason, Intention intention) {
  using Facts = aws::Answer<ResourceFacts>;
  StackResource& entry = stack_.resources[name];
  const ResourceType& type = *find_resource_type(intention.type);
  const Making making = making_of(name, intention.unique);
  // What is there already is another's, and would be taken for ours after a crash. Who may not look is told by the
  // service whether it is there.
  const auto there = type.has_own_name(intention.properties)
                         ? aws::Answer<std::optional<ResourceFacts>>()
                         : co_await type.find(services_, making, intention.properties);
  intention.is_findable = there.has_value();
  const bool is_taken = there && *there;
  if (!is_taken) entry.intention = intention;
  CO_TRY_OK(co_await tell_of(name, std::move(event_status), std::move(event_reason)));
  if (is_taken) {
    co_return Facts(aws::refuse("AlreadyExists", 409,
                                fmt::format("Resource of type '{}' with identifier '{}' already exists.",
                                            intention.type, (*there)->physical_id)));
  }
  auto facts = co_await type.create(services_, making, intention.properties);
  entry.intention.reset();
  constexpr int least_unknown = 500;
  if (!facts && facts.error().status >= least_unknown) co_await adopt(name, intention);
  co_return Result<Facts>(std::move(facts));
}

rt::Task<void> Deployment::adopt(const std::string& name, const Intention& intention) {
  StackResource& entry = stack_.resources[name];
  const ResourceType* type = find_resource_type(intention.type);
  if (!type || !intention.is_findable) co_return;
  auto found = co_await type->find(services_, making_of(name, intention.unique), intention.properties);
  if (!found || !*found) co_return;
  entry.now = {.type = intention.type, .facts = std::move(**found), .properties = intention.properties};
}

rt::Task<Result<void>> Deployment::adopt_all() {
  for (auto& [name, entry] : stack_.resources) {
    if (!entry.intention) continue;
    co_await adopt(name, *entry.intention);
    entry.intention.reset();
    if (entry.before && entry.before->facts.physical_id == entry.now.facts.physical_id) entry.before.reset();
    const bool is_anew = entry.status == "UPDATE_IN_PROGRESS";
    CO_TRY_OK(co_await tell_of(name, is_anew ? "UPDATE_FAILED" : "CREATE_FAILED",
                               "The service was stopped while it was being made."));
  }
  co_return Result<void>{};
}

rt::Task<Result<std::string>> Deployment::make_one(const std::string& name, const std::string& type, Json properties) {
  StackResource& entry = stack_.resources[name];
  entry.now = {.type = type, .facts = {}, .properties = properties};
  if (!find_resource_type(type)) co_return Result<std::string>(fmt::format("Unrecognized resource type {}", type));
  CO_TRY(auto facts,
         co_await make(name, "CREATE_IN_PROGRESS", "",
                       {.type = type, .unique = journal_.make_unique(), .properties = std::move(properties)}));
  if (!facts) {
    CO_TRY_OK(co_await tell_of(name, "CREATE_FAILED", reason_of(facts.error())));
    co_return facts.error().message;
  }
  entry.now.facts = std::move(*facts);
  CO_TRY_OK(co_await tell_of(name, "CREATE_COMPLETE"));
  co_return std::string();
}

rt::Task<Result<std::string>> Deployment::change_one(const std::string& name, const std::string& type,
                                                     Json properties) {
  StackResource& entry = stack_.resources[name];
  const ResourceType* known = find_resource_type(type);
  if (!known) co_return Result<std::string>(fmt::format("Unrecognized resource type {}", type));
  entry.before = entry.now;
  const Made before = entry.now;
  aws::Answer<ResourceFacts> facts;
  if (before.type != type || known->needs_replacement(before.properties, properties)) {
    CO_TRY(facts,
           co_await make(name, "UPDATE_IN_PROGRESS",
                         "Requested update requires the creation of a new physical resource; hence creating one.",
                         {.type = type, .unique = journal_.make_unique(), .properties = properties}));
    if (!facts && entry.now.facts.physical_id == before.facts.physical_id) entry.before.reset();  // nothing was made
  } else {
    CO_TRY_OK(co_await tell_of(name, "UPDATE_IN_PROGRESS"));
    facts = co_await known->update(services_, making_of(name, {}), before.facts, before.properties, properties);
  }
  if (!facts) {
    CO_TRY_OK(co_await tell_of(name, "UPDATE_FAILED", reason_of(facts.error())));
    co_return facts.error().message;
  }
  entry.now = {.type = type, .facts = std::move(*facts), .properties = std::move(properties)};
  CO_TRY_OK(co_await tell_of(name, "UPDATE_COMPLETE"));
  co_return std::string();
}

// A replaced resource is there still: it takes its place again, and clean_up() removes the new one.
rt::Task<Result<std::string>> Deployment::revert_one(const std::string& name) {
  StackResource& entry = stack_.resources[name];
  if (entry.before->facts.physical_id != entry.now.facts.physical_id) {
    std::swap(entry.now, *entry.before);
    entry.is_reverted = true;
    CO_TRY_OK(co_await tell_of(name, "UPDATE_COMPLETE"));
    co_return std::string();
  }
  CO_TRY_OK(co_await tell_of(name, "UPDATE_IN_PROGRESS"));
  const ResourceType* known = find_resource_type(entry.now.type);
  if (!known) co_return Result<std::string>(fmt::format("Unrecognized resource type {}", entry.now.type));
  auto facts = co_await known->update(services_, making_of(name, {}), entry.now.facts, entry.now.properties,
                                      entry.before->properties);
  if (!facts) {
    CO_TRY_OK(co_await tell_of(name, "UPDATE_FAILED", reason_of(facts.error())));
    co_return facts.error().message;
  }
  entry.before->facts = std::move(*facts);
  entry.now = std::move(*std::exchange(entry.before, std::nullopt));
  CO_TRY_OK(co_await tell_of(name, "UPDATE_COMPLETE"));
  co_return std::string();
}

rt::Task<Result<std::string>> Deployment::remove_made(const std::string& name, Made made) {
  CO_TRY_OK(co_await tell_of(name, "DELETE_IN_PROGRESS"));
  const ResourceType* known = find_resource_type(made.type);
  const auto removed = known ? co_await known->remove(services_, std::move(made.facts), std::move(made.properties))
                             : aws::Answer<void>{};
  if (!removed) {
    CO_TRY_OK(co_await tell_of(name, "DELETE_FAILED", reason_of(removed.error())));
    co_return removed.error().message;
  }
  CO_TRY_OK(co_await tell_of(name, "DELETE_COMPLETE"));
  co_return std::string();
}

rt::Task<Result<std::string>> Deployment::work_out_outputs() {
  const auto made = wanted_template(stack_, place_.account_id, place_.region);
  if (!made) co_return made.error().message;
  Scope scope = scope_of(stack_, *made, place_.account_id, place_.region);
  CO_TRY(scope.exports, co_await journal_.exports_of_others(stack_));
  std::vector<StackOutput> outputs;
  for (const auto& [key, output] : made->outputs) {
    const auto value = evaluate(output.value, scope);
    if (!value) co_return value.error().message;
    const auto text = text_of(*value);
    if (!text) co_return fmt::format("Template format error: Output {} is not a string.", key);
    StackOutput worked_out{.key = key, .value = *text, .description = output.description, .export_name = {}};
    if (output.export_name) {
      const auto export_name = evaluate(*output.export_name, scope);
      const auto name = export_name ? text_of(*export_name) : std::nullopt;
      if (!name || name->empty())
        co_return fmt::format("Template format error: the export name of {} is not a string.", key);
      if (scope.exports.contains(*name)) {
        co_return fmt::format("Export with name {} is already exported by another stack.", *name);
      }
      worked_out.export_name = *name;
    }
    outputs.push_back(std::move(worked_out));
  }
  for (const StackOutput& old : stack_.outputs) {
    if (old.export_name.empty()) continue;
    const auto same = std::ranges::find(outputs, old.export_name, &StackOutput::export_name);
    if (same != outputs.end() && same->value == old.value) continue;
    CO_TRY(const auto importers, co_await journal_.importers_of(old.export_name));
    if (!importers.empty()) {
      co_return fmt::format("Cannot update export {} as it is in use by {}.", old.export_name,
                            fmt::join(importers, ", "));
    }
  }
  stack_.outputs = std::move(outputs);
  co_return std::string();
}

rt::Task<Result<void>> Deployment::tell(std::string status, std::string reason) {
  stack_.status = status;
  stack_.reason = reason;
  co_return co_await journal_.record(stack_, {.id = {},
                                              .logical_id = stack_.name,
                                              .physical_id = stack_.id,
                                              .type = std::string(stack_type),
                                              .status = std::move(status),
                                              .reason = std::move(reason),
                                              .properties = {},
                                              .client_token = stack_.client_token,
                                              .at = journal_.now()});
}

rt::Task<Result<void>> Deployment::tell_of(const std::string& name, std::string status, std::string reason) {
  StackResource& resource = stack_.resources[name];
  resource.status = status;
  resource.reason = reason;
  resource.changed = journal_.now();
  co_return co_await journal_.record(
      stack_, {.id = {},
               .logical_id = name,
               .physical_id = resource.now.facts.physical_id,
               .type = resource.now.type,
               .status = std::move(status),
               .reason = std::move(reason),
               .properties = resource.now.properties.dump(-1, ' ', false, Json::error_handler_t::replace),
               .client_token = stack_.client_token,
               .at = resource.changed});
}

Making Deployment::making_of(const std::string& name, std::string unique) const {
  return {.stack_name = stack_.name,
          .stack_id = stack_.id,
          .logical_id = name,
          .unique = std::move(unique),
          .region = place_.region,
          .account_id = place_.account_id};
}

void Deployment::forget_update() {
  stack_.before.reset();
  stack_.retained.clear();
  for (auto& [name, resource] : stack_.resources) {
    resource.before.reset();
    resource.is_reverted = false;
  }
}

}  // namespace gust::formation
