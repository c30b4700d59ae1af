// Formation: CloudFormation for the resources that this program has.
//
// Source: CloudFormation API of 2010-05-15; the pages that each part cites.
// Shape:  templates (template_text.h, template.h) are worked out (parameters.h, expression.h) and carried out
//         (deployment.h) through the other services' API, with the caller's own rights. What the stacks are is in the
//         store (stack_store.h).
// Core:   one.
#pragma once

#include <memory>
#include <vector>

#include "aws/access.h"
#include "base/result.h"
#include "formation/services.h"
#include "formation/settings.h"
#include "rt/task.h"

namespace gust::aws {
class Handlers;
struct Route;
}  // namespace gust::aws
namespace gust::config {
class Store;
}
namespace gust::rt {
class Loop;
}

namespace gust::formation {

class Formation {
 public:
  // `loop` and `store` outlive it.
  Formation(rt::Loop& loop, config::Store& store, Settings settings, MakeServices make_services);
  ~Formation();

  // Takes up the deployments that were under way. The other services answer by then.
  rt::Task<Result<void>> start();
  rt::Task<void> stop();

  // For the front that checks signatures and rights.
  const aws::Handlers& handlers() const;
  // What a request does to which stack, for policies (stack_rights.h).
  std::vector<aws::OwnedDeed> deeds_of(const aws::Route& route) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace gust::formation
