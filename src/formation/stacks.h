// Stacks: the operations that begin something: create, update, delete, go on with a rollback.
//
// Source: CloudFormation API Reference.
// Shape:  the answer comes when the stack is stored with what is wanted of it; the runner does the rest.
// Errors: the service's: AlreadyExistsException, ValidationError, InsufficientCapabilitiesException never, as no type
// of
//         resource here needs them.
#pragma once

#include "aws/gen/cloudformation.h"
#include "aws/handlers.h"
#include "formation/asked.h"
#include "formation/runner.h"

namespace gust::formation {

class Stacks {
 public:
  Stacks(StackStore& store, Runner& runner) : store_(store), runner_(runner) {}

  rt::Task<aws::Answer<aws::cloudformation::CreateStackOutput>> create(const aws::Call& call,
                                                                       aws::cloudformation::CreateStackInput input);
  rt::Task<aws::Answer<aws::cloudformation::UpdateStackOutput>> update(const aws::Call& call,
                                                                       aws::cloudformation::UpdateStackInput input);
  rt::Task<aws::Answer<aws::Nothing>> remove(const aws::Call& call, aws::cloudformation::DeleteStackInput input);
  rt::Task<aws::Answer<aws::cloudformation::UpdateTerminationProtectionOutput>> protect(
      aws::cloudformation::UpdateTerminationProtectionInput input);
  rt::Task<aws::Answer<aws::cloudformation::ContinueUpdateRollbackOutput>> continue_rollback(
      const aws::Call& call, aws::cloudformation::ContinueUpdateRollbackInput input);

 private:
  StackStore& store_;
  Runner& runner_;
};

//   fails  ValidationError: "Stack with id NAME does not exist"
rt::Task<aws::Answer<StoredStack>> find_stack(StackStore& store, std::string name_or_id);

// A new stack's id and times; without status.
Stack new_stack(Runner& runner, std::string name, const aws::Call& call);

aws::Answer<void> check_stack_name(const std::string& name);

// Whether an update may begin.
aws::Answer<void> check_is_settled(const Stack& stack);

}  // namespace gust::formation
