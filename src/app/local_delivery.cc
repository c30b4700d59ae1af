#include "app/local_delivery.h"

#include "app/running_node.h"
#include "app/tls_books.h"
#include "rt/loop.h"

namespace gust::app {

rt::Task<Result<control::Receipt>> LocalDelivery::publish(config::SnapshotRef snapshot) {
  CO_TRY(const auto turn, co_await turns_.take());
  snapshot_ = std::move(snapshot);
  co_await install();
  control::Receipt receipt;
  for (RunningNode* node : nodes_) receipt.nodes.push_back({node->name(), loop_.wall_now()});
  co_return receipt;
}

rt::Task<Result<void>> LocalDelivery::renew_books() {
  CO_TRY(const auto turn, co_await turns_.take());
  if (snapshot_) co_await install();
  co_return Result<void>();
}

rt::Task<void> LocalDelivery::install() {
  const std::shared_ptr<const net::TlsBook> book = books_.make(*snapshot_);
  for (RunningNode* node : nodes_) co_await node->install(snapshot_, book);
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
