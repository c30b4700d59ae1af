// ChangeSets: what would change, to look at first and to carry out after.
//
// Source: CloudFormation API Reference; `aws cloudformation deploy` and the CDK work by them, and read the words of the
//         reason of an empty one.
// Shape:  one document a change set. A change set for a stack that is not there makes one in REVIEW_IN_PROGRESS.
// Limits: change_sets_max a stack.
#pragma once

#include "aws/gen/cloudformation.h"
#include "aws/handlers.h"
#include "formation/runner.h"

namespace gust::formation {

inline constexpr std::size_t change_sets_max = 100;

class ChangeSets {
 public:
  ChangeSets(StackStore& store, Runner& runner) : store_(store), runner_(runner) {}

  rt::Task<aws::Answer<aws::cloudformation::CreateChangeSetOutput>> create(
      const aws::Call& call, aws::cloudformation::CreateChangeSetInput input);
  rt::Task<aws::Answer<aws::cloudformation::DescribeChangeSetOutput>> describe(
      aws::cloudformation::DescribeChangeSetInput input);
  rt::Task<aws::Answer<aws::cloudformation::ExecuteChangeSetOutput>> execute(
      const aws::Call& call, aws::cloudformation::ExecuteChangeSetInput input);
  rt::Task<aws::Answer<aws::cloudformation::DeleteChangeSetOutput>> remove(
      aws::cloudformation::DeleteChangeSetInput input);
  rt::Task<aws::Answer<aws::cloudformation::ListChangeSetsOutput>> list(aws::cloudformation::ListChangeSetsInput input);

 private:
  struct Found;
  // By its name and the stack's, or by its ARN alone.
  rt::Task<aws::Answer<Found>> find(std::string name_or_id, std::optional<std::string> stack_name);

  StackStore& store_;
  Runner& runner_;
};

}  // namespace gust::formation
