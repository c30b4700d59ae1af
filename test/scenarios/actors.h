// Actors: origins and viewers of test/sim, and a NodeMaker's nodes, act a scenario out; a kind of ScenarioWorld adds
// where they live and how time passes.
//
// Shape:  all that touches a loop is an errand, a task that the world runs on that loop to its end, so that the same
//         code serves one simulated thread and real ones.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rt/address.h"
#include "rt/task.h"
#include "scenarios/node_maker.h"
#include "scenarios/scenario_runner.h"
#include "sim/origin.h"
#include "sim/viewer.h"

namespace gust::scenarios {

// An origin over its lives: each start is a sim::Origin of its own. All on its loop.
class OriginActor {
 public:
  rt::Task<void> start(rt::Loop& loop, rt::Endpoint at, const StartOrigin& words);
  // The life under way ends; what it has to complain about is kept. Nothing happens where there is none.
  rt::Task<void> end();

  rt::Endpoint at() const { return origin_->at(); }
  // requests, connections
  std::optional<std::uint64_t> read_counter(std::string_view counter) const;
  std::vector<std::string> complaints() const;

 private:
  std::unique_ptr<sim::Origin> origin_;
  std::uint64_t requests_ = 0;  // of lives before
  std::uint64_t connections_ = 0;
  std::vector<std::string> complaints_;
};

class ActorsWorld : public ScenarioWorld {
 public:
  void start_origin(const StartOrigin& words) override;
  void start_node(const StartNode& words) override;
  std::vector<ViewerReply> send(std::span<const ViewerAt> viewers, const Send& request) override;
  void purge(const Purge& words) override;
  void stop(std::string_view name) override;
  // Of an origin: requests, connections.
  std::optional<std::uint64_t> read_counter(std::string_view node, std::string_view counter) override;
  std::vector<std::string> complaints() override;

 protected:
  struct Place {
    std::vector<rt::Loop*> cores;
    rt::Endpoint at;  // port 0: any
  };
  struct Errand {
    rt::Loop* loop;
    std::function<rt::Task<void>()> make_task;  // called on the loop's thread
  };

  // `patience` of viewers whose `send` says none.
  ActorsWorld(NodeMaker& maker, Duration patience) : maker_(maker), patience_(patience) {}
  // Where a new actor is to live.
  virtual Place make_place(std::string_view name) = 0;
  // Runs all at the same time, to their ends.
  virtual void run(std::vector<Errand> errands) = 0;

  bool has_place(std::string_view name) const { return places_.contains(name); }
  void complain(std::string text) { complaints_.push_back(std::move(text)); }
  void close_viewers();
  // Ends viewers, nodes and origins, where they have not ended. Every kind's destructor calls it.
  void end_all();

 private:
  void run(rt::Loop& loop, std::function<rt::Task<void>()> make_task);
  sim::Viewer& viewer(const ViewerAt& words);

  NodeMaker& maker_;
  const Duration patience_;
  std::map<std::string, Place, std::less<>> places_;
  std::map<std::string, OriginActor, std::less<>> origins_;
  std::map<std::string, std::unique_ptr<RunningNode>, std::less<>> nodes_;
  std::map<std::string, Upstream::Kind, std::less<>> kinds_;                             // of origins and nodes
  std::map<std::pair<std::string, std::string>, std::unique_ptr<sim::Viewer>> viewers_;  // by name and edge
  std::uint64_t purges_ = 0;
  std::vector<std::string> complaints_;
};

}  // namespace gust::scenarios
