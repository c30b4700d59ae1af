#include "formation/formation.h"

#include <utility>

#include "aws/gen/cloudformation.h"
#include "aws/handlers.h"
#include "formation/change_sets.h"
#include "formation/runner.h"
#include "formation/stack_reads.h"
#include "formation/stack_rights.h"
#include "formation/stack_store.h"
#include "formation/stacks.h"
#include "formation/template_reads.h"

namespace gust::formation {

namespace op = aws::cloudformation::op;

struct Formation::Parts {
  Parts(rt::Loop& loop, config::Store& documents, Settings settings, MakeServices make_services)
      : store(documents), runner(loop, store, std::move(settings), std::move(make_services)) {
    handlers.add<op::CreateStack, &Stacks::create>(stacks);
    handlers.add<op::UpdateStack, &Stacks::update>(stacks);
    handlers.add<op::DeleteStack, &Stacks::remove>(stacks);
    handlers.add<op::ContinueUpdateRollback, &Stacks::continue_rollback>(stacks);
    handlers.add<op::UpdateTerminationProtection, &Stacks::protect>(stacks);
    handlers.add<op::DescribeStacks, &StackReads::describe>(reads);
    handlers.add<op::ListStacks, &StackReads::list>(reads);
    handlers.add<op::DescribeStackEvents, &StackReads::events>(reads);
    handlers.add<op::DescribeStackResource, &StackReads::resource>(reads);
    handlers.add<op::DescribeStackResources, &StackReads::resources>(reads);
    handlers.add<op::ListStackResources, &StackReads::list_resources>(reads);
    handlers.add<op::GetTemplate, &StackReads::get_template>(reads);
    handlers.add<op::ListExports, &StackReads::list_exports>(reads);
    handlers.add<op::ListImports, &StackReads::list_imports>(reads);
    handlers.add<op::ValidateTemplate, &TemplateReads::validate>(templates);
    handlers.add<op::GetTemplateSummary, &TemplateReads::summarize>(templates);
    handlers.add<op::CreateChangeSet, &ChangeSets::create>(change_sets);
    handlers.add<op::DescribeChangeSet, &ChangeSets::describe>(change_sets);
    handlers.add<op::ExecuteChangeSet, &ChangeSets::execute>(change_sets);
    handlers.add<op::DeleteChangeSet, &ChangeSets::remove>(change_sets);
    handlers.add<op::ListChangeSets, &ChangeSets::list>(change_sets);
  }

  StackStore store;
  Runner runner;
  Stacks stacks{store, runner};
  StackReads reads{store, runner};
  TemplateReads templates{store, runner};
  ChangeSets change_sets{store, runner};
  aws::Handlers handlers{aws::cloudformation::service()};
};

Formation::Formation(rt::Loop& loop, config::Store& store, Settings settings, MakeServices make_services)
    : parts_(std::make_unique<Parts>(loop, store, std::move(settings), std::move(make_services))) {}
Formation::~Formation() = default;

rt::Task<Result<void>> Formation::start() { return parts_->runner.start(); }
rt::Task<void> Formation::stop() { return parts_->runner.stop(); }
const aws::Handlers& Formation::handlers() const { return parts_->handlers; }

std::vector<aws::OwnedDeed> Formation::deeds_of(const aws::Route& route) const {
  const Settings& settings = parts_->runner.settings();
  return {deed_of(route, parts_->store, settings.account_id, settings.region)};
}

}  // namespace gust::formation
