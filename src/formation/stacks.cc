#include "formation/stacks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/result.h"
#include "base/text.h"
#include "formation/answers_internal.h"

namespace gust::formation {

namespace cf = aws::cloudformation;

rt::Task<aws::Answer<StoredStack>> find_stack(StackStore& store, std::string name_or_id) {
  CO_TRY_STORE(auto found, co_await store.find(name_or_id));
  if (!found) co_return invalid(fmt::format("Stack with id {} does not exist", name_or_id));
  co_return std::move(*found);
}

Stack new_stack(Runner& runner, std::string name, const aws::Call& call) {
  Stack stack;
  stack.id = fmt::format("arn:aws:cloudformation:{}:{}:stack/{}/{}", runner.settings().region,
                         runner.settings().account_id, name, runner.make_uuid());
  stack.name = std::move(name);
  stack.created = runner.loop().wall_now();
  stack.caller = call.caller;
  return stack;
}

aws::Answer<void> check_stack_name(const std::string& name) {
  const bool is_right = !name.empty() && name.size() <= 128 && is_alpha(name.front()) &&
                        std::ranges::all_of(name, [](char c) { return is_alpha(c) || is_digit(c) || c == '-'; });
  if (is_right) return {};
  return invalid(
      fmt::format("1 validation error detected: Value '{}' at 'stackName' failed to satisfy constraint: Member must "
                  "satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*",
                  name));
}

aws::Answer<void> check_is_settled(const Stack& stack) {
  static constexpr std::array states = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"};
  if (std::ranges::find(states, stack.status) != states.end()) return {};
  return invalid(fmt::format("Stack:{} is in {} state and can not be updated.", stack.id, stack.status));
}

rt::Task<aws::Answer<cf::CreateStackOutput>> Stacks::create(const aws::Call& call, cf::CreateStackInput input) {
  CO_TRY_OK(check_stack_name(input.stack_name));
  CO_TRY_OK(refuse_unsupported(input));
  if (input.timeout_in_minutes) co_return invalid("TimeoutInMinutes is not supported by this service");
  if (input.stack_policy_body || input.stack_policy_url)
    co_return invalid("StackPolicyBody is not supported by this service");
  if (input.on_failure && input.disable_rollback) {
    co_return invalid("You can specify either DisableRollback or OnFailure, but not both.");
  }
  CO_TRY_STORE(const auto existing, co_await store_.find(input.stack_name));
  if (existing) {
    const Stack& stack = existing->stack;
    if (input.client_request_token && stack.client_token == *input.client_request_token) {
      co_return cf::CreateStackOutput{stack.id};
    }
    co_return aws::refuse("AlreadyExistsException", 400, fmt::format("Stack [{}] already exists", stack.name));
  }
  Stack stack = new_stack(runner_, input.stack_name, call);
  const auto services = runner_.services_for(call.caller);
  CO_TRY_STORE(auto exports, co_await runner_.exports(nullptr));
  CO_TRY(stack.wanted,
         co_await read_wanted(*services,
                              {.source = {.body = std::move(input.template_body), .url = std::move(input.template_url)},
                               .parameters = std::move(input.parameters),
                               .tags = std::move(input.tags)},
                              nullptr, stack, runner_.surroundings(std::move(exports))));
  stack.capabilities = std::move(input.capabilities);
  stack.is_protected = input.enable_termination_protection.value_or(false);
  stack.client_token = input.client_request_token.value_or("");
  if (input.disable_rollback.value_or(false) || input.on_failure == "DO_NOTHING")
    stack.on_failure = OnFailure::do_nothing;
  if (input.on_failure == "DELETE") stack.on_failure = OnFailure::remove;
  stack.status = "CREATE_IN_PROGRESS";
  const std::string id = stack.id;
  const auto begun = co_await runner_.begin(std::move(stack), config::absent);
  if (!begun && begun.error().code == Errc::conflict) {
    co_return aws::refuse("AlreadyExistsException", 400, fmt::format("Stack [{}] already exists", input.stack_name));
  }
  if (!begun) co_return refuse_for(begun.error());
  co_return cf::CreateStackOutput{id};
}

rt::Task<aws::Answer<cf::UpdateStackOutput>> Stacks::update(const aws::Call& call, cf::UpdateStackInput input) {
  CO_TRY_OK(refuse_unsupported(input));
  if (input.stack_policy_body || input.stack_policy_url || input.stack_policy_during_update_body ||
      input.stack_policy_during_update_url) {
    co_return invalid("StackPolicyBody is not supported by this service");
  }
  if (input.disable_rollback.value_or(false))
    co_return invalid("DisableRollback of an update is not supported by this service");
  CO_TRY(StoredStack stored, co_await find_stack(store_, input.stack_name));
  Stack& stack = stored.stack;
  if (input.client_request_token && !stack.client_token.empty() && stack.client_token == *input.client_request_token) {
    co_return cf::UpdateStackOutput{stack.id};
  }
  CO_TRY_OK(check_is_settled(stack));
  const auto services = runner_.services_for(call.caller);
  CO_TRY_STORE(auto exports, co_await runner_.exports(&stack));
  CO_TRY(Wanted wanted, co_await read_wanted(*services,
                                             {.source = {.body = std::move(input.template_body),
                                                         .url = std::move(input.template_url),
                                                         .use_previous = input.use_previous_template.value_or(false)},
                                              .parameters = std::move(input.parameters),
                                              .tags = std::move(input.tags),
                                              .keeps_tags = true},
                                             &stack.wanted, stack, runner_.surroundings(std::move(exports))));
  if (wanted == stack.wanted) co_return invalid("No updates are to be performed.");
  stack.before = std::exchange(stack.wanted, std::move(wanted));
  stack.capabilities = std::move(input.capabilities);
  stack.updated = runner_.loop().wall_now();
  stack.caller = call.caller;
  stack.client_token = input.client_request_token.value_or("");
  stack.status = "UPDATE_IN_PROGRESS";
  const std::string id = stack.id;
  CO_TRY_STORE_OK(co_await runner_.begin(std::move(stack), stored.revision));
  co_return cf::UpdateStackOutput{id};
}

rt::Task<aws::Answer<aws::Nothing>> Stacks::remove(const aws::Call& call, cf::DeleteStackInput input) {
  if (input.role_arn) co_return invalid("RoleARN is not supported by this service");
  CO_TRY_STORE(auto stored, co_await store_.find(input.stack_name));
  // To delete what is not there is success.
  if (!stored || stored->stack.deleted) co_return aws::Nothing{};
  Stack& stack = stored->stack;
  if (stack.status == "DELETE_IN_PROGRESS") co_return aws::Nothing{};
  if (is_in_progress(stack.status)) {
    co_return aws::refuse("OperationInProgressException", 400,
                          fmt::format("Stack:{} is in {} state and can not be deleted.", stack.id, stack.status));
  }
  if (stack.is_protected) {
    co_return invalid(fmt::format("Stack [{}] cannot be deleted while TerminationProtection is enabled", stack.name));
  }
  if (!input.retain_resources.empty() && stack.status != "DELETE_FAILED") {
    co_return invalid(
        "Invalid operation on stack. Retaining resources during stack deletion is only possible for stacks in "
        "the DELETE_FAILED state.");
  }
  if (stack.status == "REVIEW_IN_PROGRESS") {
    CO_TRY_STORE_OK(co_await store_.forget(stack, stored->revision));
    co_return aws::Nothing{};
  }
  stack.retained = std::move(input.retain_resources);
  stack.caller = call.caller;
  stack.client_token = input.client_request_token.value_or("");
  stack.status = "DELETE_IN_PROGRESS";
  CO_TRY_STORE_OK(co_await runner_.begin(std::move(stack), stored->revision));
  co_return aws::Nothing{};
}

rt::Task<aws::Answer<cf::UpdateTerminationProtectionOutput>> Stacks::protect(
    cf::UpdateTerminationProtectionInput input) {
  CO_TRY(StoredStack stored, co_await find_stack(store_, input.stack_name));
  Stack& stack = stored.stack;
  // A deployment under way holds the stack as it was.
  if (is_in_progress(stack.status) || stack.deleted) {
    co_return invalid(fmt::format("Stack:{} is in {} state and can not be updated.", stack.id, stack.status));
  }
  stack.is_protected = input.enable_termination_protection;
  CO_TRY_STORE_OK(co_await store_.save(stack, stored.revision, nullptr));
  co_return cf::UpdateTerminationProtectionOutput{stack.id};
}

rt::Task<aws::Answer<cf::ContinueUpdateRollbackOutput>> Stacks::continue_rollback(
    const aws::Call& call, cf::ContinueUpdateRollbackInput input) {
  if (input.role_arn) co_return invalid("RoleARN is not supported by this service");
  CO_TRY(StoredStack stored, co_await find_stack(store_, input.stack_name));
  Stack& stack = stored.stack;
  if (stack.status != "UPDATE_ROLLBACK_FAILED") {
    co_return invalid(fmt::format("Stack:{} is in {} state and can not continue rollback.", stack.id, stack.status));
  }
  for (const std::string& name : input.resources_to_skip) {
    const auto found = stack.resources.find(name);
    if (found == stack.resources.end()) co_return invalid(fmt::format("Resource {} does not exist in the stack", name));
    // What is skipped stays as it is now, and counts as what it should have been.
    found->second.before.reset();
  }
  stack.caller = call.caller;
  stack.client_token = input.client_request_token.value_or("");
  stack.status = "UPDATE_ROLLBACK_IN_PROGRESS";
  CO_TRY_STORE_OK(co_await runner_.begin(std::move(stack), stored.revision));
  co_return cf::ContinueUpdateRollbackOutput{};
}

}  // namespace gust::formation
