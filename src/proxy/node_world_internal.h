// NodeWorld: a small network in the simulated world, for tests of whole nodes: viewers, edges, perhaps a regional
// cache, and a scripted origin.
//
// Shape:  each node is a NodeCore behind an http::Server on port 80 of its own host; viewers are on one host and send
//         raw text. ask() runs the world until the reply is in.
// Checks: at its end every reply that tells a request id has exactly one access record at its edge, each node has let
//         all memory of fills go, and the origin has nothing to complain about unless told otherwise.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/snapshot.h"
#include "http/server.h"
#include "observe/access_memory.h"
#include "observe/log.h"
#include "observe/metrics.h"
#include "proxy/node.h"
#include "proxy/route_test_internal.h"
#include "rt/sim_world.h"
#include "sim/origin.h"
#include "sim/viewer.h"

namespace gust::proxy {

using sim::Reply;
using sim::reply_text;
using sim::TextField;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// One host with one node on one core.
class SimulatedNode {
 public:
  // `parent` is null where the node asks origins itself.
  SimulatedNode(rt::Loop& loop, const rt::Endpoint& at, NodeSettings settings, const http::ServerLimits& limits,
                const rt::Endpoint* parent, const geo::Locations* locations = nullptr,
                const origin::PoolLimits& pool = {}, const OriginKeys& keys = {});

  rt::Task<void> stop(Duration patience);
  bool is_running() const { return is_running_; }
  const std::vector<std::string>& log_lines() const { return sink_.lines; }
  std::int64_t metric(ByteView name, const observe::Labels& more = {}) const;

 private:
  struct Sink final : observe::LogSink {
    void write_line(std::string_view line) override { lines.emplace_back(line); }
    std::vector<std::string> lines;
  };
  Sink sink_;
  observe::Registry registry_;
  bool is_running_ = true;

 public:
  rt::Endpoint at;
  observe::MemoryAccessLog access;
  observe::Log log;
  Node node;
  NodeCore core;
  http::Server server;
};

struct NodeWorldOptions {
  std::uint64_t seed = 1;
  rt::sim::WorldOptions world{};
  std::size_t edges = 1;
  bool has_regional = false;
  config::Distribution distribution = plain_distribution();
  cache::Limits edge_cache{};
  cache::Limits regional_cache{};
  ByteCount slice_bytes = 1_MiB;
  http::ServerLimits server{};
  origin::CircuitLimits circuit{};
  const geo::Locations* locations = nullptr;  // of the edges; outlives the world
  origin::PoolLimits pool{};                  // of connections to origins and parents
  OriginKeys origin_keys{};
  const acm::Challenges* challenges = nullptr;  // of the edges; outlives the world
};

// A request on its way, or its reply.
struct Visit {
  Visit(rt::Loop& loop, const rt::Endpoint& to, std::size_t at_edge) : viewer(loop, to), edge(at_edge), asking(loop) {}
  bool is_over() const { return asking.running() == 0; }

  sim::Viewer viewer;
  const std::size_t edge;
  rt::Scope asking;
  Reply reply;
};

class NodeWorld {
 public:
  explicit NodeWorld(NodeWorldOptions options = {});
  ~NodeWorld();
  NodeWorld(const NodeWorld&) = delete;
  NodeWorld& operator=(const NodeWorld&) = delete;

  sim::Origin& origin() { return *origin_; }
  SimulatedNode& edge(std::size_t index = 0) { return *edges_[index]; }
  SimulatedNode& regional() { return *regional_; }
  rt::Loop& viewers() { return world.loop("viewers"); }

  // One whole reply to a request, over a connection of its own.
  Reply ask(std::string request, std::size_t edge = 0);
  Reply get(std::string_view target, const std::vector<TextField>& fields = {}, std::size_t edge = 0);
  Reply head(std::string_view target, const std::vector<TextField>& fields = {}, std::size_t edge = 0);
  // Begins a request; run_until_over() brings the reply. The Visit lives as long as this.
  Visit& begin(std::string request, std::size_t edge = 0);
  Visit& begin_get(std::string_view target, const std::vector<TextField>& fields = {}, std::size_t edge = 0);
  // The viewer breaks its connection off.
  void leave(Visit& visit);
  // False if some request is not over within `limit`.
  bool run_until_over(Duration limit = minutes(10));
  // Repeats `origin().add` of a GET's answer for ever.
  void serve(std::string_view target, std::string reply);

  // The Snapshot with `distribution` alone goes to all nodes.
  void install(const config::Distribution& distribution);
  void install(std::vector<config::Distribution> distributions);
  void purge(std::string_view path);
  void purge_at(SimulatedNode& node, std::string_view path, std::uint64_t epoch);
  // The origin's process ends; a new one, with no answers, comes with revive_origin().
  void kill_origin();
  void revive_origin();
  // Stops a node in order.
  bool stop(SimulatedNode& node, Duration patience = seconds(1));

  void allow_complaints() { complaints_allowed_ = true; }

  rt::sim::World world;

 private:
  std::unique_ptr<SimulatedNode> make_node(std::string_view host, std::string_view address, Tier tier, std::string name,
                                           const cache::Limits& cache, const rt::Endpoint* parent);
  void end_origin();

  NodeWorldOptions options_;
  std::unique_ptr<sim::Origin> origin_;
  std::unique_ptr<SimulatedNode> regional_;
  std::vector<std::unique_ptr<SimulatedNode>> edges_;
  std::vector<std::unique_ptr<Visit>> visits_;
  std::uint64_t revision_ = 0;
  std::uint64_t epoch_ = 0;
  bool complaints_allowed_ = false;
};

// The value of the reply's first field of that name; empty where there is none.
std::string field(const Reply& reply, std::string_view name);
// "Hit", "Miss", ...: what stands before " from cloudfront" in X-Cache.
std::string cache_result(const Reply& reply);
// How many fields of that name a request or reply has.
std::size_t count_of(const sim::MessageText& message, std::string_view name);

}  // namespace gust::proxy
