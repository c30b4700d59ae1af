#include "control/purger.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "control/invalidation_document.h"
#include "control/keys_internal.h"
#include "control/report_internal.h"
#include "rt/loop.h"
#include "rt/signal.h"

namespace gust::control {

rt::Task<void> Purger::run() {
  rt::Loop& loop = co_await rt::this_loop();
  while (true) {
    const Result<void> done = co_await take_turn();
    if (done) continue;
    if (done.error().code == Errc::cancelled) co_return;
    report(settings_, fmt::format("a purge was not confirmed by all nodes: {}", done.error().text));
    if (!co_await rt::sleep_until(loop.now() + settings_.retry_after)) co_return;
  }
}

rt::Task<Result<void>> Purger::take_turn() {
  CO_TRY(config::Listing listing, co_await store_.list(std::string(purge_prefix)));
  std::ranges::sort(listing.documents, {}, &config::Document::revision);
  for (const config::Document& stored : listing.documents) CO_TRY_OK(co_await deliver(stored));
  const auto changes = co_await store_.watch(std::string(purge_prefix), listing.revision, never);
  // Deletions that are no longer known do not matter: the next turn lists again.
  if (!changes && changes.error().code != Errc::not_found) co_return std::unexpected(changes.error());
  co_return Result<void>();
}

rt::Task<Result<void>> Purger::deliver(const config::Document& stored) {
  const auto purge = read_purge(stored.value);
  if (!purge) {
    report(settings_, fmt::format("the purge {} is left out: {}", stored.key, purge.error().text));
    co_return Result<void>();
  }
  CO_TRY(const Receipt receipt, co_await delivery_.purge({stored.revision, purge->distribution_id, purge->paths}));
  co_return co_await complete(stored, receipt);
}

rt::Task<Result<void>> Purger::complete(const config::Document& stored, const Receipt& receipt) {
  const PurgeDocument purge = *read_purge(stored.value);
  std::vector<config::Write> writes;
  writes.push_back({stored.key, std::nullopt, stored.revision});
  const std::string key = invalidation_key(purge.distribution_id, purge.invalidation_id);
  CO_TRY(const std::optional<config::Document> kept, co_await store_.get(key));
  if (auto invalidation = kept ? read_invalidation(kept->value) : Result<InvalidationDocument>();
      kept && invalidation) {
    invalidation->is_completed = true;
    invalidation->epoch = stored.revision;
    invalidation->receipt = receipt.nodes;
    writes.push_back({key, write_invalidation(*invalidation), kept->revision});
  }
  const Result<config::Revision> made = co_await store_.commit(std::move(writes));
  // A conflict: the distribution went, and its purges with it.
  if (!made && made.error().code != Errc::conflict) co_return std::unexpected(made.error());
  co_return Result<void>();
}

}  // namespace gust::control
