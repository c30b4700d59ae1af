// Delivery: how control reaches the nodes. `app` implements it: over calls inside a process, later over the network.
//
// Source: DESIGN.md decisions 7 and 9.
// Core:   called on Control's loop.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "config/snapshot.h"
#include "rt/task.h"

namespace gust::control {

// Objects of a distribution whose fill began before `epoch` and which one of `paths` names are not to be served any
// more.
struct Purge {
  std::uint64_t epoch = 0;  // a revision of the store: rises with every purge, also over restarts
  std::string distribution_id;
  // INV-1 to INV-4: each begins with `/` and is compared with path and query as the viewer sent them; a `*` at the end
  // stands for any tail, elsewhere it is itself. Or TAG-3: `#` and a tag.
  std::vector<std::string> paths;
};

// Who confirmed, and when.
struct Confirmation {
  std::string node;
  WallTime at{};
};
struct Receipt {
  std::vector<Confirmation> nodes;  // every live node
};

class Delivery {
 public:
  virtual ~Delivery() = default;

  // Returns when every live node works by `snapshot`. One call at a time; a later snapshot replaces an earlier one. An
  // error means that some live node may not have it: control publishes again after a while.
  virtual rt::Task<Result<Receipt>> publish(config::SnapshotRef snapshot) = 0;

  // Returns when no live node serves anything that `purge` names. One call at a time, in order of epochs; after an
  // error the same purge comes again before any later one, so a purge may come twice.
  virtual rt::Task<Result<Receipt>> purge(Purge purge) = 0;
};

}  // namespace gust::control
