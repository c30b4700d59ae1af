// LocalDelivery: how control reaches the nodes of its own process.
//
// Source: DESIGN.md decisions 7 and 9. Purges go to the regional cache before the edges, so that what an edge fetches
//         anew cannot be what the regional cache has not yet cleared.
// Core:   called on control's.
#pragma once

#include <vector>

#include "control/delivery.h"

namespace gust::rt {
class Loop;
}

namespace gust::app {

class RunningNode;

class LocalDelivery final : public control::Delivery {
 public:
  // `nodes` in the order in which purges go to them: upstream first. They outlive it.
  LocalDelivery(rt::Loop& loop, std::vector<RunningNode*> nodes) : loop_(loop), nodes_(std::move(nodes)) {}

  rt::Task<Result<control::Receipt>> publish(config::SnapshotRef snapshot) override;
  rt::Task<Result<control::Receipt>> purge(control::Purge purge) override;

 private:
  rt::Loop& loop_;
  std::vector<RunningNode*> nodes_;
};

}  // namespace gust::app
