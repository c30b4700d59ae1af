// NodeMaker: brings the nodes of a scenario to life; what kind they are, a ScenarioWorld does not know.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rt/address.h"
#include "rt/task.h"
#include "scenarios/scenario.h"

namespace gust::rt {
class Loop;
}

namespace gust::scenarios {

// An edge or regional. start() and stop() run on the first of its cores.
class RunningNode {
 public:
  virtual ~RunningNode() = default;
  // Serves when it returns.
  virtual rt::Task<void> start() = 0;
  // In bounded time; then the node may be destroyed.
  virtual rt::Task<void> stop() = 0;
  // Where it serves since start(), with the port that was chosen for port 0.
  virtual rt::Endpoint at() const = 0;
  // The following two from any thread. False: it has nothing to purge.
  virtual bool purge(std::uint64_t epoch, std::string_view path) = 0;
  virtual std::optional<std::uint64_t> read_counter(std::string_view name) = 0;
};

struct Upstream {
  enum class Kind { origin, regional, edge } kind = Kind::origin;
  std::string name;
  rt::Endpoint at;
};

class NodeMaker {
 public:
  virtual ~NodeMaker() = default;
  // A node that will serve at `at`. What it does not understand in `node` it adds to `complaints`.
  //   needs  `cores` outlive the node
  virtual std::unique_ptr<RunningNode> make_node(const StartNode& node, const std::vector<rt::Loop*>& cores,
                                                 const rt::Endpoint& at, const std::vector<Upstream>& upstreams,
                                                 std::vector<std::string>& complaints) = 0;
  // The Host of requests that name none.
  virtual std::string default_host() const { return "www.example.com"; }
};

}  // namespace gust::scenarios
