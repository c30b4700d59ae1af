// LocalDelivery: how control reaches the nodes of its own process.
//
// Source: DESIGN.md decisions 7 and 9. Purges go to the regional cache before the edges, so that what an edge fetches
//         anew cannot be what the regional cache has not yet cleared.
// Core:   called on control's.
#pragma once

#include <vector>

#include "control/delivery.h"
#include "rt/turns.h"

namespace gust::rt {
class Loop;
}

namespace gust::app {

class RunningNode;
class TlsBooks;

class LocalDelivery final : public control::Delivery {
 public:
  // `nodes` in the order in which purges go to them: upstream first. They and `books` outlive it.
  LocalDelivery(rt::Loop& loop, std::vector<RunningNode*> nodes, TlsBooks& books)
      : loop_(loop), nodes_(std::move(nodes)), books_(books) {}

  rt::Task<Result<control::Receipt>> publish(config::SnapshotRef snapshot) override;
  rt::Task<Result<control::Receipt>> purge(control::Purge purge) override;
  // The nodes get a new book for the configuration that they have, where they have one.
  rt::Task<Result<void>> renew_books();

 private:
  rt::Task<void> install();
  rt::Loop& loop_;
  std::vector<RunningNode*> nodes_;
  TlsBooks& books_;
  config::SnapshotRef snapshot_;  // the last that was published
  rt::Turns turns_;               // of installing
};

}  // namespace gust::app
