#include "control/publisher.h"

#include <fmt/format.h>

#include <vector>

#include "config/compile.h"
#include "control/report_internal.h"
#include "rt/loop.h"
#include "rt/signal.h"

namespace gust::control {
namespace {

config::Findings read_documents(const config::Listing& listing, std::vector<config::DistributionDocument>& documents) {
  config::Findings found;
  for (const config::Document& stored : listing.documents) {
    auto document = config::read_document(stored.value);
    if (document) {
      documents.push_back(std::move(*document));
    } else {
      found.push_back({stored.key, fmt::format("The document cannot be read: {}.", document.error().text)});
    }
  }
  return found;
}

}  // namespace

rt::Task<Result<config::Findings>> Publisher::publish_once() {
  is_due_ = true;
  CO_TRY(const config::Listing listing, co_await store_.list(std::string(config::distribution_prefix)));
  seen_ = listing.revision;
  std::vector<config::DistributionDocument> documents;
  config::Findings found = read_documents(listing, documents);
  auto snapshot = config::compile(listing.revision, documents);
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
    const auto changes = co_await store_.watch(std::string(config::distribution_prefix), seen_, next_try(loop.now()));
    if (!changes && changes.error().code == Errc::cancelled) co_return;
    const auto published = co_await publish_once();
    if (published) continue;
    report(settings_, fmt::format("the store cannot be read: {}", published.error().text));
    if (!co_await rt::sleep_until(loop.now() + settings_.retry_after)) co_return;
  }
}

}  // namespace gust::control
