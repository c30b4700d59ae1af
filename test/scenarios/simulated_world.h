// SimulatedWorld: a ScenarioWorld in a simulated world of rt.
//
// Shape:  each origin, node and viewer is a host of its own; a name resolves to its host. All listen on port 80.
#pragma once

#include <cstdint>

#include "rt/sim_world.h"
#include "scenarios/actors.h"

namespace gust::scenarios {

class SimulatedWorld final : public ActorsWorld {
 public:
  SimulatedWorld(std::uint64_t seed, NodeMaker& maker, const rt::sim::WorldOptions& options = {});
  ~SimulatedWorld() override;

  void partition(const Partition& words) override;
  void advance(Duration time) override;

 private:
  Place make_place(std::string_view name) override;
  void run(std::vector<Errand> errands) override;

  rt::sim::World world_;
  std::size_t hosts_ = 0;
};

}  // namespace gust::scenarios
