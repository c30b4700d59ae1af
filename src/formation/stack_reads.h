// StackReads: the operations that tell of stacks, their events, resources, templates and exports.
//
// Source: CloudFormation API Reference. Lists come in pages of list_page_max, behind NextToken; deleted stacks are told
// by
//         their ids and by ListStacks.
#pragma once

#include "aws/gen/cloudformation.h"
#include "formation/runner.h"

namespace gust::formation {

inline constexpr std::size_t list_page_max = 100;

class StackReads {
 public:
  StackReads(StackStore& store, Runner& runner) : store_(store), runner_(runner) {}

  template <typename T>
  using Task = rt::Task<aws::Answer<T>>;

  Task<aws::cloudformation::DescribeStacksOutput> describe(aws::cloudformation::DescribeStacksInput input);
  Task<aws::cloudformation::ListStacksOutput> list(aws::cloudformation::ListStacksInput input);
  Task<aws::cloudformation::DescribeStackEventsOutput> events(aws::cloudformation::DescribeStackEventsInput input);
  Task<aws::cloudformation::DescribeStackResourceOutput> resource(
      aws::cloudformation::DescribeStackResourceInput input);
  Task<aws::cloudformation::DescribeStackResourcesOutput> resources(
      aws::cloudformation::DescribeStackResourcesInput input);
  Task<aws::cloudformation::ListStackResourcesOutput> list_resources(
      aws::cloudformation::ListStackResourcesInput input);
  Task<aws::cloudformation::GetTemplateOutput> get_template(aws::cloudformation::GetTemplateInput input);
  Task<aws::cloudformation::ListExportsOutput> list_exports(aws::cloudformation::ListExportsInput input);
  Task<aws::cloudformation::ListImportsOutput> list_imports(aws::cloudformation::ListImportsInput input);

 private:
  StackStore& store_;
  Runner& runner_;
};

// The parameters of a stack as they may be told: those with NoEcho are masked.
std::vector<aws::cloudformation::Parameter> told_parameters(const Wanted& wanted);
std::vector<aws::cloudformation::Tag> told_tags(const Wanted& wanted);

}  // namespace gust::formation
