#include "scenarios/network_maker.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/core_group.h"
#include "app/running_node.h"
#include "base/check.h"
#include "observe/log.h"
#include "observe/metrics.h"
#include "scenarios/node_settings.h"

namespace gust::scenarios {
namespace {

constexpr std::size_t connections_max = 1000;
constexpr Duration patience_at_stop = std::chrono::seconds(1);

class QuietSink final : public observe::LogSink {
 public:
  void write_line(std::string_view) override {}
};

class NetworkNode final : public RunningNode {
 public:
  NetworkNode(const std::vector<rt::Loop*>& cores, app::RunningNodeOptions options, config::SnapshotRef snapshot)
      : cores_(cores),
        tier_(name_of(options.node.tier)),
        node_(cores_, metrics_, log_, std::move(options)),
        snapshot_(std::move(snapshot)) {}

  rt::Task<void> start() override {
    const auto started = co_await node_.start();
    CHECK(started);
    co_await node_.install(snapshot_, nullptr);  // nothing speaks TLS here
  }
  rt::Task<void> stop() override { co_await node_.stop(patience_at_stop); }
  rt::Endpoint at() const override { return node_.at(); }

  bool purge(std::uint64_t epoch, std::string_view path) override {
    for (const config::Distribution& distribution : snapshot_->distributions()) {
      node_.node().apply(cache::Purge::of_item(epoch, distribution.id, path));
    }
    return true;
  }

  std::optional<std::uint64_t> read_counter(std::string_view name) override {
    if (name == "origin_requests") return value_of("gustfront_upstream_requests_total", {{"upstream", "origin"}});
    if (name == "regional_requests") return value_of("gustfront_upstream_requests_total", {{"upstream", "regional"}});
    if (name == "collapsed") return value_of("gustfront_collapsed_requests_total", {});
    return std::nullopt;
  }

 private:
  std::uint64_t value_of(std::string_view name, observe::Labels labels) const {
    labels.emplace_back("node", node_.name());
    labels.emplace_back("tier", tier_);
    return static_cast<std::uint64_t>(metrics_.value_of(name, labels));
  }

  app::CoreGroup cores_;
  observe::Registry metrics_;
  QuietSink log_;
  std::string tier_;
  app::RunningNode node_;
  config::SnapshotRef snapshot_;
};

bool is_regional(const Upstream& upstream) { return upstream.kind == Upstream::Kind::regional; }

}  // namespace

config::SnapshotRef NetworkMaker::snapshot_for(const StartNode& node, const std::vector<Upstream>& upstreams,
                                               std::vector<std::string>& complaints) {
  const auto regional = std::ranges::find_if(upstreams, is_regional);
  if (regional == upstreams.end()) {
    config::Distribution distribution = make_distribution(node, upstreams, host_suffix_, complaints);
    distribution.aliases.push_back(default_host());
    return std::make_shared<const config::Snapshot>(1, std::vector{std::move(distribution)});
  }
  if (node.role == StartNode::Role::regional || !std::ranges::all_of(upstreams, is_regional)) {
    complaints.push_back(node.name + ": regionals stand before origins, and nothing but regionals beside them");
  }
  if (!node.behaviors.empty() || !node.distribution.empty()) {
    complaints.push_back(fmt::format("{}: works by the distribution of {}", node.name, regional->name));
  }
  return snapshots_[regional->name];
}

std::unique_ptr<RunningNode> NetworkMaker::make_node(const StartNode& node, const std::vector<rt::Loop*>& cores,
                                                     const rt::Endpoint& at, const std::vector<Upstream>& upstreams,
                                                     std::vector<std::string>& complaints) {
  config::SnapshotRef snapshot = snapshots_[node.name] = snapshot_for(node, upstreams, complaints);
  app::RunningNodeOptions options;
  options.node.tier = node.role == StartNode::Role::regional ? proxy::Tier::regional : proxy::Tier::edge;
  options.node.name = node.name;
  options.node.tier_key = "the tiers' secret";
  options.node.explain_token = "explain-token";
  options.at = at;
  options.connections_max = connections_max;
  options.fetcher.addresses.allow_private = true;
  options.fetcher.addresses.allow_loopback = true;
  for (const Upstream& upstream : upstreams) {
    if (!is_regional(upstream)) continue;
    options.parents.push_back(upstream.at);
    options.parent_name = upstream.name;
  }
  apply_limits(node, options.node, complaints);
  return std::make_unique<NetworkNode>(cores, std::move(options), std::move(snapshot));
}

}  // namespace gust::scenarios
