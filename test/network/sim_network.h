// SimNetwork: a whole network of real nodes in the simulated world: origin, regional cache, edges, viewers.
//
// Shape:  one host each, named "origin", "regional", "edge1"..., "viewer1"..., "control". The nodes are those that
//         `gustfront up` runs; their access records are kept in memory.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/core_group.h"
#include "app/local_delivery.h"
#include "app/running_node.h"
#include "app/tls_books.h"
#include "config/snapshot.h"
#include "network/versioned_origin.h"
#include "observe/access_memory.h"
#include "observe/metrics.h"
#include "rt/sim_world.h"
#include "sim/viewer.h"

namespace gust::network {

struct SimNetworkOptions {
  int edges = 2;
  int viewers = 10;
  ByteCount cache_bytes = 1_MiB;
  ByteCount object_bytes_max = 80'000;  // less than the longest of the origin's
  ByteCount slice_bytes = 4096;
  rt::sim::WorldOptions world;
};

class SimNetwork {
 public:
  static constexpr std::string_view domain = "d1.example.test";
  static constexpr std::string_view distribution_id = "E1";

  SimNetwork(std::uint64_t seed, const SimNetworkOptions& options);
  // Stops everything; a part that does not end is a failure of the test that runs.
  ~SimNetwork();
  SimNetwork(const SimNetwork&) = delete;
  SimNetwork& operator=(const SimNetwork&) = delete;

  rt::sim::World& world() { return world_; }
  VersionedOrigin& origin() { return *origin_; }
  sim::Viewer& viewer(std::size_t index) { return *viewers_[index]; }
  rt::Loop& viewer_loop(std::size_t index);
  const std::vector<std::unique_ptr<app::RunningNode>>& nodes() { return nodes_; }
  control::Delivery& delivery() { return *delivery_; }
  rt::Loop& control_loop() { return world_.loop("control"); }
  const observe::MemoryAccessLog& edge_log() const { return edge_log_; }
  const observe::Registry& metrics() const { return metrics_; }

 private:
  app::RunningNode& add_node(const std::string& host, const std::string& address, proxy::Tier tier,
                             const SimNetworkOptions& options);
  rt::Task<void> start_all();
  rt::Task<void> stop_all();

  rt::sim::World world_;
  observe::Registry metrics_;
  std::unique_ptr<observe::LogSink> log_;
  observe::MemoryAccessLog edge_log_;
  observe::MemoryAccessLog regional_log_;
  std::unique_ptr<VersionedOrigin> origin_;
  std::vector<std::unique_ptr<app::CoreGroup>> cores_;
  std::vector<std::unique_ptr<app::RunningNode>> nodes_;  // the regional cache first
  app::TlsBooks books_{Seal({}), "test", {}};             // no node listens for TLS
  std::unique_ptr<app::LocalDelivery> delivery_;
  std::vector<std::unique_ptr<sim::Viewer>> viewers_;
};

}  // namespace gust::network
