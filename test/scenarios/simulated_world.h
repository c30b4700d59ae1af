// SimulatedWorld: a ScenarioWorld in a simulated world of rt. Origins and viewers are those of test/sim; a NodeMaker
// brings the nodes.
//
// Shape:  each origin, node and viewer is a host of its own; a name resolves to its host. Nodes listen on port 80.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rt/address.h"
#include "rt/sim_world.h"
#include "scenarios/scenario_runner.h"
#include "sim/origin.h"
#include "sim/viewer.h"

namespace gust::scenarios {

// An edge or regional that runs.
class RunningNode {
 public:
  virtual ~RunningNode() = default;
  virtual std::optional<std::uint64_t> read_counter(std::string_view name) = 0;
  // After stop(), has_ended() becomes true in bounded time and the node may be destroyed.
  virtual void stop() = 0;
  virtual bool has_ended() const = 0;
};

struct Upstream {
  std::string name;
  rt::Endpoint at;
  bool is_node = false;  // a regional, not an origin
};

class NodeMaker {
 public:
  virtual ~NodeMaker() = default;
  // Serves at `at` when it returns, or soon after. What it does not understand in `node` it adds to `complaints`.
  virtual std::unique_ptr<RunningNode> make_node(const StartNode& node, rt::Loop& loop, const rt::Endpoint& at,
                                                 const std::vector<Upstream>& upstreams,
                                                 std::vector<std::string>& complaints) = 0;
  // The Host of requests that name none.
  virtual std::string default_host() const { return "www.example.com"; }
};

class SimulatedWorld final : public ScenarioWorld {
 public:
  SimulatedWorld(std::uint64_t seed, NodeMaker& maker, const rt::sim::WorldOptions& options = {});
  ~SimulatedWorld() override;

  void start_origin(const StartOrigin& origin) override;
  void start_node(const StartNode& node) override;
  std::vector<ViewerReply> send(std::span<const std::string> viewers, std::string_view edge,
                                const Send& request) override;
  void advance(Duration time) override { world_.run_for(time); }
  // Of an origin: requests, connections.
  std::optional<std::uint64_t> read_counter(std::string_view node, std::string_view counter) override;
  std::vector<std::string> complaints() override;

  rt::sim::World& world() { return world_; }

 private:
  rt::Endpoint next_address(std::string_view name);
  sim::Viewer& viewer(const std::string& name, std::string_view edge);

  rt::sim::World world_;
  NodeMaker& maker_;
  std::map<std::string, rt::Endpoint, std::less<>> hosts_;
  std::map<std::string, std::unique_ptr<sim::Origin>, std::less<>> origins_;
  std::map<std::string, std::unique_ptr<RunningNode>, std::less<>> nodes_;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<sim::Viewer>> viewers_;  // by name and edge
  std::vector<std::string> complaints_;
};

}  // namespace gust::scenarios
