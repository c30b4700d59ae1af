#include "formation/change_sets.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/result.h"
#include "formation/answers_internal.h"
#include "formation/change_set.h"
#include "formation/stack_reads.h"
#include "formation/stacks.h"

namespace gust::formation {

namespace cf = aws::cloudformation;

namespace {

// `aws cloudformation deploy` looks for these words.
constexpr std::string_view without_changes =
    "The submitted information didn't contain changes. Submit different information to create a change set.";

cf::Change told_change(const ResourceChange& change) {
  static constexpr std::string_view actions[] = {"Add", "Modify", "Remove"};
  cf::ResourceChange told_as;
  told_as.action = std::string(actions[static_cast<std::size_t>(change.action)]);
  told_as.logical_resource_id = change.name;
  told_as.physical_resource_id = told(change.physical_id);
  told_as.resource_type = change.type;
  told_as.replacement = told(change.replacement);
  if (!change.properties.empty()) told_as.scope.emplace_back("Properties");
  for (const std::string& property : change.properties) {
    cf::ResourceChangeDetail detail;
    detail.target =
        cf::ResourceTargetDefinition{.attribute = "Properties",
                                     .name = property,
                                     .requires_recreation = change.replacement == "False" ? "Never" : "Conditionally"};
    detail.evaluation = "Static";
    detail.change_source = "DirectModification";
    told_as.details.push_back(std::move(detail));
  }
  cf::Change result;
  result.type = "Resource";
  result.resource_change = std::move(told_as);
  return result;
}

}  // namespace

struct ChangeSets::Found {
  StoredStack stored;
  ChangeSet set;
  config::Revision revision = config::absent;
};

rt::Task<aws::Answer<ChangeSets::Found>> ChangeSets::find(std::string name_or_id,
                                                          std::optional<std::string> stack_name) {
  const auto missing = [&] {
    return aws::refuse("ChangeSetNotFound", 404, fmt::format("ChangeSet [{}] does not exist", name_or_id));
  };
  const bool has_id = name_or_id.starts_with("arn:");
  if (!has_id && !stack_name)
    co_return invalid("StackName must be specified if ChangeSetName is not specified as an ARN.");
  CO_TRY_STORE(const auto stacks, co_await store_.all());
  for (const Stack& stack : stacks) {
    const bool is_meant = !stack_name || stack.id == *stack_name || (!stack.deleted && stack.name == *stack_name);
    if (!is_meant) continue;
    CO_TRY_STORE(const auto documents, co_await store_.change_sets(stack));
    for (const config::Document& document : documents) {
      CO_TRY_STORE(ChangeSet set, read_change_set(document.value));
      if (set.name != name_or_id && set.id != name_or_id) continue;
      CO_TRY(StoredStack stored, co_await find_stack(store_, stack.id));
      co_return Found{std::move(stored), std::move(set), document.revision};
    }
  }
  co_return missing();
}

rt::Task<aws::Answer<cf::CreateChangeSetOutput>> ChangeSets::create(const aws::Call& call,
                                                                    cf::CreateChangeSetInput input) {
  CO_TRY_OK(refuse_unsupported(input));
  if (!input.resources_to_import.empty() || input.change_set_type == "IMPORT") {
    co_return invalid("Importing resources is not supported by this service");
  }
  CO_TRY_STORE(auto stored, co_await store_.find(input.stack_name));
  const bool is_creation = input.change_set_type == "CREATE";
  if (stored && is_creation && stored->stack.status != "REVIEW_IN_PROGRESS") {
    co_return invalid(fmt::format("Stack [{}] already exists and cannot be created again with the changeSet [{}].",
                                  input.stack_name, input.change_set_name));
  }
  if (!is_creation) {
    if (!stored || stored->stack.deleted || stored->stack.status == "REVIEW_IN_PROGRESS") {
      co_return invalid(fmt::format("Stack [{}] does not exist", input.stack_name));
    }
    CO_TRY_OK(check_is_settled(stored->stack));
  }
  CO_TRY_OK(is_creation && !stored ? check_stack_name(input.stack_name) : aws::Answer<void>{});
  Stack stack = stored ? stored->stack : new_stack(runner_, input.stack_name, call);
  if (!stored) stack.status = "REVIEW_IN_PROGRESS";
  const auto services = runner_.services_for(call.caller);
  CO_TRY_STORE(auto exports, co_await runner_.exports(&stack));
  const Surroundings around = runner_.surroundings(std::move(exports));
  ChangeSet set;
  CO_TRY(set.wanted, co_await read_wanted(*services,
                                          {.source = {.body = std::move(input.template_body),
                                                      .url = std::move(input.template_url),
                                                      .use_previous = input.use_previous_template.value_or(false)},
                                           .parameters = std::move(input.parameters),
                                           .tags = std::move(input.tags),
                                           .keeps_tags = !is_creation},
                                          is_creation ? nullptr : &stack.wanted, stack, around));
  CO_TRY(set.changes, changes_of(stack, set.wanted, around));
  set.name = input.change_set_name;
  set.id = fmt::format("arn:aws:cloudformation:{}:{}:changeSet/{}/{}", around.region, around.account_id, set.name,
                       runner_.make_uuid());
  set.description = input.description.value_or("");
  set.capabilities = std::move(input.capabilities);
  set.created = runner_.loop().wall_now();
  const bool is_empty = !is_creation && set.changes.empty() && set.wanted == stack.wanted;
  set.status = is_empty ? "FAILED" : "CREATE_COMPLETE";
  set.execution_status = is_empty ? "UNAVAILABLE" : "AVAILABLE";
  if (is_empty) set.reason = without_changes;

  if (!stored) CO_TRY_STORE_OK(co_await store_.create(stack));
  CO_TRY_STORE(const auto others, co_await store_.change_sets(stack));
  if (others.size() >= change_sets_max) {
    co_return aws::refuse("LimitExceededException", 400,
                          fmt::format("A stack can have at most {} change sets", change_sets_max));
  }
  const auto saved = co_await store_.save_change_set(stack, set, config::absent);
  if (!saved && saved.error().code == Errc::conflict) {
    co_return aws::refuse(
        "AlreadyExistsException", 409,
        fmt::format("ChangeSet {} cannot be created due to a mismatch with existing attributes: it exists", set.name));
  }
  if (!saved) co_return refuse_for(saved.error());
  co_return cf::CreateChangeSetOutput{set.id, stack.id};
}

rt::Task<aws::Answer<cf::DescribeChangeSetOutput>> ChangeSets::describe(cf::DescribeChangeSetInput input) {
  CO_TRY(const Found found, co_await find(input.change_set_name, input.stack_name));
  const ChangeSet& set = found.set;
  cf::DescribeChangeSetOutput output;
  output.change_set_name = set.name;
  output.change_set_id = set.id;
  output.stack_id = found.stored.stack.id;
  output.stack_name = found.stored.stack.name;
  output.description = told(set.description);
  output.parameters = told_parameters(set.wanted);
  output.creation_time = set.created;
  output.execution_status = set.execution_status;
  output.status = set.status;
  output.status_reason = told(set.reason);
  output.rollback_configuration.emplace();
  output.capabilities = set.capabilities;
  output.tags = told_tags(set.wanted);
  output.include_nested_stacks = false;
  for (const ResourceChange& change : set.changes) output.changes.push_back(told_change(change));
  co_return output;
}

rt::Task<aws::Answer<cf::ExecuteChangeSetOutput>> ChangeSets::execute(const aws::Call& call,
                                                                      cf::ExecuteChangeSetInput input) {
  CO_TRY(Found found, co_await find(input.change_set_name, input.stack_name));
  Stack& stack = found.stored.stack;
  ChangeSet& set = found.set;
  if (set.execution_status != "AVAILABLE") {
    co_return aws::refuse("InvalidChangeSetStatus", 400,
                          fmt::format("ChangeSet [{}] cannot be executed in its current execution status of [{}]",
                                      set.id, set.execution_status));
  }
  const bool is_creation = stack.status == "REVIEW_IN_PROGRESS";
  if (!is_creation) CO_TRY_OK(check_is_settled(stack));
  if (input.disable_rollback.value_or(false)) {
    if (!is_creation) co_return invalid("DisableRollback of an update is not supported by this service");
    stack.on_failure = OnFailure::do_nothing;
  }
  if (!is_creation) {
    stack.before = stack.wanted;
    stack.updated = runner_.loop().wall_now();
  }
  stack.wanted = set.wanted;
  stack.capabilities = set.capabilities;
  stack.caller = call.caller;
  stack.change_set_id = set.id;
  stack.client_token = input.client_request_token.value_or("");
  stack.status = is_creation ? "CREATE_IN_PROGRESS" : "UPDATE_IN_PROGRESS";
  set.execution_status = "EXECUTE_COMPLETE";
  const Stack kept = stack;
  CO_TRY_STORE_OK(co_await runner_.begin(std::move(stack), found.stored.revision));
  // The others were made for a stack that is no more as it was.
  CO_TRY_STORE(const auto documents, co_await store_.change_sets(kept));
  for (const config::Document& document : documents) {
    CO_TRY_STORE(const ChangeSet other, read_change_set(document.value));
    if (other.id != set.id) CO_TRY_STORE_OK(co_await store_.remove_change_set(kept, other.name, document.revision));
  }
  CO_TRY_STORE_OK(co_await store_.save_change_set(kept, set, found.revision));
  co_return cf::ExecuteChangeSetOutput{};
}

rt::Task<aws::Answer<cf::DeleteChangeSetOutput>> ChangeSets::remove(cf::DeleteChangeSetInput input) {
  auto found = co_await find(input.change_set_name, input.stack_name);
  if (!found && found.error().code != "ChangeSetNotFound") co_return std::unexpected(found.error());
  if (found) {
    CO_TRY_STORE_OK(co_await store_.remove_change_set(found->stored.stack, found->set.name, found->revision));
  }
  co_return cf::DeleteChangeSetOutput{};
}

rt::Task<aws::Answer<cf::ListChangeSetsOutput>> ChangeSets::list(cf::ListChangeSetsInput input) {
  CO_TRY(const StoredStack stored, co_await find_stack(store_, input.stack_name));
  CO_TRY_STORE(const auto documents, co_await store_.change_sets(stored.stack));
  cf::ListChangeSetsOutput output;
  for (const config::Document& document : documents) {
    CO_TRY_STORE(const ChangeSet set, read_change_set(document.value));
    cf::ChangeSetSummary summary;
    summary.stack_id = stored.stack.id;
    summary.stack_name = stored.stack.name;
    summary.change_set_id = set.id;
    summary.change_set_name = set.name;
    summary.execution_status = set.execution_status;
    summary.status = set.status;
    summary.status_reason = told(set.reason);
    summary.creation_time = set.created;
    summary.description = told(set.description);
    output.summaries.push_back(std::move(summary));
  }
  co_return output;
}

}  // namespace gust::formation
