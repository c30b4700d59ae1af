#include "control/publisher.h"

#include <fmt/format.h>

#include <vector>

#include "config/document.h"
#include "control/report_internal.h"
#include "rt/blocking.h"
#include "rt/loop.h"
#include "rt/signal.h"

namespace gust::control {

rt::Task<Result<config::Findings>> Publisher::publish_once() {
  is_due_ = true;
  CO_TRY(const config::Listing listing, co_await store_.list(std::string(config::config_prefix)));
  seen_ = listing.revision;
  // Beside the loop, which may serve viewers.
  const config::Findings found =
      co_await rt::blocking(co_await rt::this_loop(), [&] { return assembly_.load(listing); });
  if (!found.empty()) {
    is_due_ = false;
    for (const config::Finding& finding : found) {
      report(settings_, fmt::format("the configuration is not published: {}: {}", finding.path, finding.message));
    }
    co_return found;
  }
  co_await deliver(listing.revision);
  co_return found;
}

rt::Task<void> Publisher::deliver(config::Revision revision) {
  is_due_ = true;
  const Result<Receipt> receipt = co_await delivery_.publish(assembly_.snapshot(revision));
  if (!receipt) {
    report(settings_, fmt::format("the configuration of revision {} was not confirmed by all nodes: {}", revision,
                                  receipt.error().text));
    co_return;
  }
  is_due_ = false;
  confirmed_ = revision;
}

rt::Task<Result<void>> Publisher::publish_changes(const config::Changes& changes) {
  if (is_due_ || !assembly_.apply(changes)) {
    CO_TRY_OK(co_await publish_once());
    co_return Result<void>();
  }
  seen_ = changes.revision;
  co_await deliver(changes.revision);
  co_return Result<void>();
}

Instant Publisher::next_try(Instant now) const { return is_due_ ? now + settings_.retry_after : never; }

rt::Task<void> Publisher::run() {
  rt::Loop& loop = co_await rt::this_loop();
  while (true) {
    const auto changes = co_await store_.watch(std::string(config::config_prefix), seen_, next_try(loop.now()));
    if (!changes && changes.error().code == Errc::cancelled) co_return;
    Result<void> published;
    if (changes) {
      published = co_await publish_changes(*changes);
    } else if (const auto all = co_await publish_once(); !all) {
      published = std::unexpected(all.error());
    }
    if (published) continue;
    report(settings_, fmt::format("the store cannot be read: {}", published.error().text));
    if (!co_await rt::sleep_until(loop.now() + settings_.retry_after)) co_return;
  }
}

}  // namespace gust::control
