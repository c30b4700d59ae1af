// NetworkMaker: real nodes for scenarios: those that `gustfront up` runs, with Snapshots made from the story's words.
//
// Shape:  a node whose upstreams are origins (or edges in their place) has a distribution of its own, which answers to
//         www.example.com, to its node's name and to its aliases (node_settings.h). An edge whose upstreams are
//         regionals works by the first one's distribution.
// Counters: origin_requests, regional_requests (sent there), collapsed. They are right once a reply has come.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/snapshot.h"
#include "scenarios/node_maker.h"

namespace gust::scenarios {

class NetworkMaker final : public NodeMaker {
 public:
  // Names are hosts by being followed by `host_suffix`. One scenario each.
  explicit NetworkMaker(std::string host_suffix) : host_suffix_(std::move(host_suffix)) {}

  std::unique_ptr<RunningNode> make_node(const StartNode& node, const std::vector<rt::Loop*>& cores,
                                         const rt::Endpoint& at, const std::vector<Upstream>& upstreams,
                                         std::vector<std::string>& complaints) override;

 private:
  config::SnapshotRef snapshot_for(const StartNode& node, const std::vector<Upstream>& upstreams,
                                   std::vector<std::string>& complaints);

  std::string host_suffix_;
  std::map<std::string, config::SnapshotRef> snapshots_;  // by node
};

}  // namespace gust::scenarios
