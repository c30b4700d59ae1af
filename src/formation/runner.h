// Runner: the deployments that are under way, each a task of its own behind the answers to clients.
//
// Shape:  a stack has at most one, as its status says. What a deployment does is in the store before the next step
//         (deployment.h), so start() takes up after a crash what it finds under way.
// Core:   one.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "aws/access.h"
#include "formation/asked.h"
#include "formation/deployment.h"
#include "formation/services.h"
#include "formation/settings.h"
#include "formation/stack_store.h"
#include "rt/loop.h"
#include "rt/scope.h"
#include "rt/signal.h"

namespace gust::formation {

class Runner {
 public:
  // `loop` and `store` outlive it.
  Runner(rt::Loop& loop, StackStore& store, Settings settings, MakeServices make_services);

  // Takes up what was under way.
  rt::Task<Result<void>> start();
  // Ends the tasks; what they were at is taken up at the next start.
  rt::Task<void> stop();

  // Begins the deployment that the stack's status asks for, telling it as the stack's first event, and waits for its
  // end for a moment: most take no longer, and a client that finds the stack settled at its first look need not wait
  // for its second, half a minute later.
  //   needs  the stack as it is in the store at `revision`, or new (absent): then the name is taken here
  //   fails  conflict: the stack or, for a new one, its name is another's
  rt::Task<Result<void>> begin(Stack stack, config::Revision revision);

  std::unique_ptr<Services> services_for(const aws::Caller& caller) const { return make_services_(caller); }
  // Exports of all live stacks but `besides`, by name.
  rt::Task<Result<Exports>> exports(const Stack* besides);
  // Names of the live stacks that import it.
  rt::Task<Result<std::vector<std::string>>> importers_of(std::string name);

  const Settings& settings() const { return settings_; }
  Surroundings surroundings(Exports exports) const {
    return {settings_.account_id, settings_.region, std::move(exports), settings_.why_refused};
  }
  std::string make_unique();  // 12 of A-Z0-9
  std::string make_uuid();
  rt::Loop& loop() { return loop_; }

 private:
  class StoreJournal;
  rt::Task<void> deploy(Stack stack, config::Revision revision, bool is_resumed);

  rt::Loop& loop_;
  StackStore& store_;
  const Settings settings_;
  const MakeServices make_services_;
  std::set<std::string> running_;  // ids of stacks
  rt::Signal ended_;
  rt::Scope background_;
};

}  // namespace gust::formation
