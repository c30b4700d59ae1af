#include "control/publisher.h"

#include <fmt/format.h>

#include <vector>

#include "config/compile.h"
#include "control/report_internal.h"
#include "rt/loop.h"
#include "rt/signal.h"

namespace gust::control {
rt::Task<Result<config::Findings>> Publisher::publish_once() {
  is_due_ = true;
  CO_TRY(const config::Listing listing, co_await store_.list(std::string(config::config_prefix)));
  seen_ = listing.revision;
  config::Findings found;
  const config::Documents documents = config::read_documents(listing, found);
  auto snapshot = config::compile(listing.revision, documents.distributions, documents.policies);
  if (!snapshot) found.insert(found.end(), snapshot.error().begin(), snapshot.error().end());
  if (!found.empty()) {
    is_due_ = false;
    for (const config::Finding& finding : found) {
      report(settings_, fmt::format("the configuration is not published: {}: {}", finding.path, finding.message));
    }
    co_return found;
  }
  const Result<Receipt> receipt = co_await delivery_.publish(std::move(*snapshot));
  if (!receipt) {
    report(settings_, fmt::format("the configuration of revision {} was not confirmed by all nodes: {}",
                                  listing.revision, receipt.error().text));
    co_return found;
  }
  is_due_ = false;
  confirmed_ = listing.revision;
  co_return found;
}

Instant Publisher::next_try(Instant now) const { return is_due_ ? now + settings_.retry_after : never; }

rt::Task<void> Publisher::run() {
  rt::Loop& loop = co_await rt::this_loop();
  while (true) {
    const auto changes = co_await store_.watch(std::string(config::config_prefix), seen_, next_try(loop.now()));
    if (!changes && changes.error().code == Errc::cancelled) co_return;
    const auto published = co_await publish_once();
    if (published) continue;
    report(settings_, fmt::format("the store cannot be read: {}", published.error().text));
    if (!co_await rt::sleep_until(loop.now() + settings_.retry_after)) co_return;
  }
}

}  // namespace gust::control
