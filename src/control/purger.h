// Purger: takes purges to the nodes, one at a time and in the order of their epochs, until every live node confirmed.
//
// Source: DESIGN.md decision 7, INV-10.
// Shape:  one task that follows the store's purge documents: what a restart interrupted is simply still there.
#pragma once

#include "config/store.h"
#include "control/control.h"

namespace gust::control {

class Purger {
 public:
  // All outlive it.
  Purger(config::Store& store, Delivery& delivery, const Settings& settings)
      : store_(store), delivery_(delivery), settings_(settings) {}

  // Until cancelled.
  rt::Task<void> run();

 private:
  // Delivers the purges that the store holds now, and waits for the next one.
  rt::Task<Result<void>> take_turn();
  rt::Task<Result<void>> deliver(const config::Document& stored);
  rt::Task<Result<void>> complete(const config::Document& stored, const Receipt& receipt);

  config::Store& store_;
  Delivery& delivery_;
  const Settings& settings_;
};

}  // namespace gust::control
