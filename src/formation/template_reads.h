// TemplateReads: ValidateTemplate and GetTemplateSummary: what a template declares, without a stack.
#pragma once

#include "aws/gen/cloudformation.h"
#include "aws/handlers.h"
#include "formation/runner.h"

namespace gust::formation {

class TemplateReads {
 public:
  TemplateReads(StackStore& store, Runner& runner) : store_(store), runner_(runner) {}

  rt::Task<aws::Answer<aws::cloudformation::ValidateTemplateOutput>> validate(
      const aws::Call& call, aws::cloudformation::ValidateTemplateInput input);
  rt::Task<aws::Answer<aws::cloudformation::GetTemplateSummaryOutput>> summarize(
      const aws::Call& call, aws::cloudformation::GetTemplateSummaryInput input);

 private:
  StackStore& store_;
  Runner& runner_;
};

}  // namespace gust::formation
