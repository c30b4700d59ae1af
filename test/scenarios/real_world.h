// RealWorld: a ScenarioWorld over real sockets on loopback, with two real cores.
//
// Shape:  nodes run on both cores, origins and viewers on the first. All listen on 127.0.0.1 at ports of the system's
//         choice; a name NAME is reached as NAME.localhost. Time passes by itself: no advance, no partition.
// Needs:  a system that allows the backend (rt::try_io_uring()).
// Use:    for stories that need no simulation (needs_simulation()).
#pragma once

#include "rt/cores.h"
#include "rt/scope.h"
#include "scenarios/actors.h"

namespace gust::scenarios {

class RealWorld final : public ActorsWorld {
 public:
  RealWorld(NodeMaker& maker, rt::IoBackend backend);
  ~RealWorld() override;

  // Both are complaints.
  void partition(const Partition& words) override;
  void advance(Duration time) override;

 private:
  Place make_place(std::string_view name) override;
  void run(std::vector<Errand> errands) override;

  const std::unique_ptr<rt::Cores> cores_;
  rt::Scope scope_;  // of the first core
};

}  // namespace gust::scenarios
