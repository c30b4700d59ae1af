#include "network/sim_network.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rt/loop.h"
#include "rt/scope.h"

namespace gust::network {
namespace {

class QuietSink final : public observe::LogSink {
 public:
  void write_line(std::string_view) override {}
};

rt::Endpoint at(std::string_view address) { return *rt::read_address(address, 80); }

config::SnapshotRef make_snapshot() {
  config::Distribution distribution;
  distribution.id = SimNetwork::distribution_id;
  distribution.domain_name = SimNetwork::domain;
  distribution.cache_tag_header = "cache-tag";
  config::Origin origin;
  origin.id = "origin";
  origin.domain_name = "origin.test";
  origin.read_timeout = std::chrono::seconds(5);
  distribution.origins = {origin};
  config::Behavior behavior;
  behavior.path_pattern = "*";
  distribution.behaviors = {behavior};
  return std::make_shared<const config::Snapshot>(1, std::vector{distribution});
}

}  // namespace

SimNetwork::SimNetwork(std::uint64_t seed, const SimNetworkOptions& options)
    : world_(seed, options.world), log_(std::make_unique<QuietSink>()) {
  origin_ = std::make_unique<VersionedOrigin>(world_.add_host("origin", "10.0.0.1"), at("10.0.0.1"));
  world_.set_name("origin.test", {"10.0.0.1"});
  world_.add_host("control", "10.0.0.9");
  add_node("regional", "10.0.0.2", proxy::Tier::regional, options);
  for (int i = 1; i <= options.edges; ++i) {
    add_node(fmt::format("edge{}", i), fmt::format("10.0.1.{}", i), proxy::Tier::edge, options);
  }
  for (int i = 0; i < options.viewers; ++i) {
    rt::Loop& loop = world_.add_host(fmt::format("viewer{}", i + 1), fmt::format("10.0.2.{}", i + 1));
    viewers_.push_back(std::make_unique<sim::Viewer>(loop, at(fmt::format("10.0.1.{}", i % options.edges + 1))));
  }
  std::vector<app::RunningNode*> in_purge_order;
  for (const auto& node : nodes_) in_purge_order.push_back(node.get());
  delivery_ = std::make_unique<app::LocalDelivery>(control_loop(), in_purge_order, books_);
  EXPECT_TRUE(world_.run(control_loop(), start_all())) << world_.report();
}

SimNetwork::~SimNetwork() {
  world_.heal_all();
  for (const auto& viewer : viewers_) viewer->close();
  EXPECT_TRUE(world_.run(control_loop(), stop_all())) << world_.report();
  origin_->stop();
  EXPECT_TRUE(world_.run_until([this] { return origin_->has_ended(); })) << world_.report();
}

rt::Loop& SimNetwork::viewer_loop(std::size_t index) { return world_.loop(fmt::format("viewer{}", index + 1)); }

app::RunningNode& SimNetwork::add_node(const std::string& host, const std::string& address, proxy::Tier tier,
                                       const SimNetworkOptions& options) {
  rt::Loop& loop = world_.add_host(host, address);
  cores_.push_back(std::make_unique<app::CoreGroup>(std::vector{&loop}));
  app::RunningNodeOptions node;
  node.node.tier = tier;
  node.node.name = tier == proxy::Tier::edge ? "SIM5" + host.substr(4) : "SIM99";
  node.node.tier_key = "the tiers' secret";
  node.node.cache.bytes_max = options.cache_bytes;
  node.node.cache.object_bytes_max = options.object_bytes_max;
  node.node.slice_bytes = options.slice_bytes;
  node.at = at(address);
  node.connections_max = 1000;
  node.fetcher.addresses.allow_private = true;
  node.access = tier == proxy::Tier::edge ? &edge_log_ : &regional_log_;
  if (tier == proxy::Tier::edge) {
    node.parents = {at("10.0.0.2")};
    node.parent_name = "SIM99";
  }
  return *nodes_.emplace_back(std::make_unique<app::RunningNode>(*cores_.back(), metrics_, *log_, std::move(node)));
}

rt::Task<void> SimNetwork::start_all() {
  for (const auto& node : nodes_) {
    const auto started = co_await node->start();
    EXPECT_TRUE(started) << started.error().text;
  }
  EXPECT_TRUE(co_await delivery_->publish(make_snapshot()));
}

rt::Task<void> SimNetwork::stop_all() {
  for (std::size_t i = nodes_.size(); i-- > 0;) co_await nodes_[i]->stop(std::chrono::seconds(1));
}

}  // namespace gust::network
