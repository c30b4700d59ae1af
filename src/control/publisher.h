// Publisher: keeps the nodes at the configuration that the store holds.
//
// Source: DESIGN.md decision 9. What does not compile is reported and not published; the nodes keep the last good one.
// Shape:  one task that follows the store, so that a change by another control node is published too.
#pragma once

#include "config/assembly.h"
#include "config/finding.h"
#include "config/store.h"
#include "control/control.h"

namespace gust::control {

class Publisher {
 public:
  // All outlive it.
  Publisher(config::Store& store, Delivery& delivery, const Settings& settings)
      : store_(store), delivery_(delivery), settings_(settings) {}

  // Compiles all that the store holds now and delivers it.
  //   gives  what does not compile; then nothing was delivered. A delivery that failed is reported, and run() repeats
  //   it fails  with the store's errors
  rt::Task<Result<config::Findings>> publish_once();

  // Publishes at each change, until cancelled.
  rt::Task<void> run();

  // Whether every live node has confirmed a Snapshot that holds a document written at `revision`.
  bool is_deployed(config::Revision revision) const { return revision <= confirmed_; }

 private:
  rt::Task<void> deliver(config::Revision revision);
  rt::Task<Result<void>> publish_changes(const config::Changes& changes);
  Instant next_try(Instant now) const;

  config::Store& store_;
  Delivery& delivery_;
  const Settings& settings_;
  config::Assembly assembly_;
  config::Revision seen_ = config::absent;       // what was last read of the store
  config::Revision confirmed_ = config::absent;  // what was last confirmed by the nodes
  bool is_due_ = false;                          // the delivery failed, or the store did
};

}  // namespace gust::control
