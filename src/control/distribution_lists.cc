// Distributions: their lists.
#include <algorithm>
#include <utility>

#include "aws/shapes.h"
#include "control/answers_internal.h"
#include "control/distribution_shapes.h"
#include "control/distribution_uses.h"
#include "control/distributions.h"
#include "control/ids.h"
#include "control/keys_internal.h"
#include "control/paging.h"
#include "control/resources.h"
#include "rt/blocking.h"

namespace gust::control {

namespace model = aws::cloudfront;
using config::DistributionDocument;

namespace {

struct ReadPage {
  Page page;
  std::vector<StoredDistribution> distributions;
};

// What a request shows of those that are wanted; of all, where `is_wanted` is empty.
Result<ReadPage> read_page(config::Listing listing, const PageRequest& request, const IsMeant& is_wanted) {
  if (is_wanted) {
    std::vector<config::Document> wanted;
    for (config::Document& stored : listing.documents) {
      TRY(const auto document, config::read_document(stored.value));
      if (is_wanted(document.config)) wanted.push_back(std::move(stored));
    }
    listing.documents = std::move(wanted);
  }
  std::vector<std::string> ids;
  for (const config::Document& stored : listing.documents) {
    ids.push_back(stored.key.substr(config::distribution_prefix.size()));
  }
  ReadPage read{page_behind(ids, request), {}};
  for (std::size_t i = read.page.first; i < read.page.end; ++i) {
    const config::Document& stored = listing.documents[i];
    TRY(auto document, config::read_document(stored.value));
    read.distributions.push_back({std::move(document), stored.revision});
  }
  return read;
}

}  // namespace

rt::Task<aws::Answer<model::DistributionList>> Distributions::page_of_those(std::optional<std::string> marker,
                                                                            std::optional<std::string> max_items,
                                                                            Wanted is_wanted) {
  CO_TRY(const PageRequest page_request, read_page_request(marker, max_items));
  CO_TRY_STORE(auto listing, co_await tools_.store.list(std::string(config::distribution_prefix)));
  CO_TRY_STORE(const auto policies, co_await tools_.store.list(std::string(config::policy_prefix)));
  CO_TRY_STORE(const ReadPage read, co_await rt::blocking(tools_.loop, [&] {
                 return read_page(std::move(listing), page_request, is_wanted);
               }));
  const Page& page = read.page;
  model::DistributionList list;
  for (const StoredDistribution& stored : read.distributions) {
    const DistributionDocument& document = stored.document;
    auto summary = summary_of(document, distribution_arn(tools_.settings.account_id, document.id),
                              status_of(document, stored.revision, policies));
    summary.etag = etag_of(distribution_key(document.id), stored.revision);
    summary.connection_mode = "direct";
    list.items.push_back(std::move(summary));
  }
  tell_page(page_request, page, list);
  co_return std::move(list);
}

rt::Task<aws::Answer<model::ListDistributionsResult>> Distributions::list(model::ListDistributionsRequest request) {
  CO_TRY(auto list, co_await page_of_those(std::move(request.marker), std::move(request.max_items), nullptr));
  co_return model::ListDistributionsResult{std::move(list)};
}

rt::Task<aws::Answer<model::ListDistributionsByWebACLIdResult>> Distributions::list_by_web_acl(
    model::ListDistributionsByWebACLIdRequest request) {
  const Wanted is_wanted = that_name(Named::web_acl, request.web_acl_id);
  CO_TRY(auto list, co_await page_of_those(request.marker, request.max_items, is_wanted));
  co_return model::ListDistributionsByWebACLIdResult{std::move(list)};
}

rt::Task<aws::Answer<model::ListDistributionsByRealtimeLogConfigResult>> Distributions::list_by_realtime_log_config(
    model::ListDistributionsByRealtimeLogConfigRequest request) {
  if (!request.realtime_log_config_name && !request.realtime_log_config_arn) {
    co_return refuse("InvalidArgument", "The request names a real-time log configuration by its name or its ARN.");
  }
  const std::string arn = request.realtime_log_config_arn
                              ? *request.realtime_log_config_arn
                              : realtime_log_config_arn(tools_.settings.account_id, *request.realtime_log_config_name);
  const Wanted is_wanted = that_name(Named::realtime_log_config, arn);
  CO_TRY(auto list, co_await page_of_those(request.marker, request.max_items, is_wanted));
  co_return model::ListDistributionsByRealtimeLogConfigResult{std::move(list)};
}

rt::Task<aws::Answer<model::ListDistributionsByTrustStoreResult>> Distributions::list_by_trust_store(
    model::ListDistributionsByTrustStoreRequest request) {
  const std::string& named = request.trust_store_identifier;  // an id or an ARN
  const Wanted is_wanted = that_name(Named::trust_store, named.substr(named.rfind('/') + 1));
  std::optional<std::string> max_items;
  if (request.max_items) max_items = std::to_string(*request.max_items);
  CO_TRY(auto list, co_await page_of_those(request.marker, max_items, is_wanted));
  co_return model::ListDistributionsByTrustStoreResult{std::move(list)};
}

// All distributions serve viewers by themselves, as there are no tenants.
rt::Task<aws::Answer<model::ListDistributionsByConnectionModeResult>> Distributions::list_by_connection_mode(
    model::ListDistributionsByConnectionModeRequest request) {
  const bool is_direct = request.connection_mode == "direct";
  if (!is_direct && request.connection_mode != "tenant-only") {
    co_return refuse("InvalidArgument", "The parameter ConnectionMode is direct or tenant-only.");
  }
  std::optional<std::string> max_items;
  if (request.max_items) max_items = std::to_string(*request.max_items);
  CO_TRY(auto list, co_await page_of_those(request.marker, max_items, [=](const auto&) { return is_direct; }));
  co_return model::ListDistributionsByConnectionModeResult{std::move(list)};
}

}  // namespace gust::control
