// Runs a Scenario in a world: the story is walked here, the nodes live behind ScenarioWorld.
//
// Shape:  one world a run. The same scenarios run simulated and over real sockets, by two kinds of world.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/scenario.h"

namespace gust::scenarios {

struct ViewerReply {
  bool is_failure = false;  // no reply in full: `text` says why
  std::string text{};
  int status = 0;
  std::vector<Field> fields{};
  std::string body{};
};

class ScenarioWorld {
 public:
  virtual ~ScenarioWorld() = default;

  // A server that answers by `origin.answers`; edges reach it by its name. Again, at the same place, where it had
  // stopped.
  virtual void start_origin(const StartOrigin& origin) = 0;
  // Serves when it returns. A behavior that it does not know is a complaint.
  virtual void start_node(const StartNode& node) = 0;
  // Every one of `viewers` sends `request` at the same time, on its own connection, which it keeps. Gives the replies
  // in the order of the viewers, when all have come.
  virtual std::vector<ViewerReply> send(std::span<const ViewerAt> viewers, const Send& request) = 0;
  // Has reached all nodes that it names when it returns.
  virtual void purge(const Purge& purge) = 0;
  // Ends an origin or node.
  virtual void stop(std::string_view name) = 0;
  virtual void partition(const Partition& partition) = 0;
  // Viewers' connections are closed before.
  virtual void advance(Duration time) = 0;
  // None when the node or the counter does not exist.
  virtual std::optional<std::uint64_t> read_counter(std::string_view node, std::string_view counter) = 0;
  // Asked last, since all ends with it: requests that no origin expected, expectations that nobody met, and what else
  // the world has against it, such as a node that does not end.
  virtual std::vector<std::string> complaints() = 0;
};

// What failed, each as `file:line: text`; empty when the scenario holds. Stops at the first failed statement.
std::vector<std::string> run_scenario(const Scenario& scenario, ScenarioWorld& world);

}  // namespace gust::scenarios
