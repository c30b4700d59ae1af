#include "app/local_delivery.h"

#include "app/running_node.h"
#include "rt/loop.h"

namespace gust::app {

rt::Task<Result<control::Receipt>> LocalDelivery::publish(config::SnapshotRef snapshot) {
  control::Receipt receipt;
  for (RunningNode* node : nodes_) {
    co_await node->install(snapshot);
    receipt.nodes.push_back({node->name(), loop_.wall_now()});
  }
  co_return receipt;
}

rt::Task<Result<control::Receipt>> LocalDelivery::purge(control::Purge purge) {
  control::Receipt receipt;
  std::vector<cache::Purge> purges;
  purges.reserve(purge.paths.size());
  for (const std::string& path : purge.paths) {
    purges.push_back(cache::Purge::of_item(purge.epoch, purge.distribution_id, path));
  }
  for (RunningNode* node : nodes_) {
    node->node().cache().apply(purges);
    receipt.nodes.push_back({node->name(), loop_.wall_now()});
  }
  co_return receipt;
}

}  // namespace gust::app
