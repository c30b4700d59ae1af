#include "control/invalidations.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "control/answers_internal.h"
#include "control/ids.h"
#include "control/keys_internal.h"
#include "control/paging.h"
#include "control/resources.h"
#include "rt/loop.h"

namespace gust::control {

namespace model = aws::cloudfront;

namespace {

bool is_wildcard(std::string_view path) { return path.ends_with('*'); }

// INV-1, INV-2, INV-7.
bool is_invalidation_path(std::string_view path) {
  return path.starts_with('/') && path.size() <= 4000 && path.find('*') >= path.size() - 1 &&
         std::ranges::all_of(path, [](char c) { return c > ' ' && c <= '~'; });
}

// TAG-2, TAG-3. A star at the end would be taken for a wildcard, and there are none for tags.
bool is_invalidation_tag(std::string_view item) {
  if (!item.starts_with('#')) return false;
  const std::string_view tag = item.substr(1);
  return !tag.empty() && tag.size() <= 256 && !tag.ends_with('*') &&
         std::ranges::all_of(tag, [](char c) { return c > ' ' && c <= '~' && c != ','; });
}

bool is_invalidation_item(std::string_view item) { return is_invalidation_path(item) || is_invalidation_tag(item); }

aws::Answer<void> check_batch(const model::InvalidationBatch& batch, const Quotas& quotas) {
  const std::vector<std::string>& paths = batch.paths.items;
  if (batch.caller_reference.empty()) return refuse("InvalidArgument", "The parameter CallerReference is empty.");
  if (std::cmp_not_equal(batch.paths.quantity, paths.size())) {
    return refuse("InconsistentQuantities", "The value of Quantity and the size of Items don't match.");
  }
  if (paths.size() > quotas.invalidation_paths_in_progress) {
    return refuse("BatchTooLarge", "Invalidation batch specified is too large.");
  }
  if (paths.empty() || !std::ranges::all_of(paths, is_invalidation_item)) {
    return refuse("InvalidArgument", "Your request contains one or more invalid invalidation paths.");
  }
  return {};
}

model::Invalidation shape_of(const InvalidationDocument& document) {
  return {.id = document.id,
          .status = document.is_completed ? "Completed" : "InProgress",
          .create_time = document.created,
          .invalidation_batch = {.paths = {static_cast<std::int32_t>(document.paths.size()), document.paths},
                                 .caller_reference = document.caller_reference}};
}

model::CreateInvalidationResult created_of(const std::string& distribution, const InvalidationDocument& document) {
  return {location_of(fmt::format("distribution/{}/invalidation/{}", distribution, document.id)), shape_of(document)};
}

}  // namespace

// The invalidation that the reference made, if it was of the same paths.
rt::Task<aws::Answer<model::CreateInvalidationResult>> Invalidations::first_of(std::string distribution,
                                                                               std::string reference,
                                                                               std::vector<std::string> paths) {
  CO_TRY_STORE(const auto id, co_await tools_.store.get(invalidation_reference_key(distribution, reference)));
  CO_TRY_STORE(const auto stored,
               co_await tools_.store.get(invalidation_key(distribution, id ? id->value : std::string("none"))));
  if (!stored) co_return refuse("NoSuchInvalidation", "The specified invalidation does not exist.");
  CO_TRY_STORE(const InvalidationDocument document, read_invalidation(stored->value));
  if (document.paths != paths) {
    co_return aws::refuse("InvalidationBatchAlreadyExists", 409,
                          fmt::format("The caller reference is associated with another invalidation batch. Already "
                                      "exists: {}",
                                      document.id));
  }
  co_return created_of(distribution, document);
}

// INV-11, with what is asked for now.
rt::Task<aws::Answer<void>> Invalidations::check_in_progress(std::string distribution, std::vector<std::string> paths) {
  CO_TRY_STORE(const auto purges, co_await tools_.store.list(purge_prefix_of(distribution)));
  for (const config::Document& stored : purges.documents) {
    CO_TRY_STORE(const PurgeDocument purge, read_purge(stored.value));
    paths.insert(paths.end(), purge.paths.begin(), purge.paths.end());
  }
  const auto wildcards = static_cast<std::size_t>(std::ranges::count_if(paths, is_wildcard));
  const Quotas& quotas = tools_.settings.quotas;
  if (paths.size() > quotas.invalidation_paths_in_progress || wildcards > quotas.wildcards_in_progress) {
    co_return refuse("TooManyInvalidationsInProgress",
                     "Your request causes you to exceed the maximum number of invalidation paths in progress.");
  }
  co_return aws::Answer<void>();
}

// Deletes of the oldest completed invalidations where there are more than are kept. A document is written when it is
// made and when it is completed, so the least revision is of the oldest. Two for each new one: the number falls to the
// limit also after a time in which none could go.
rt::Task<Result<std::vector<config::Write>>> Invalidations::oldest_beyond_limit(std::string distribution) {
  std::vector<config::Write> writes;
  CO_TRY(config::Listing listing, co_await tools_.store.list(invalidation_prefix_of(distribution)));
  const std::size_t kept = tools_.settings.quotas.invalidations_kept;
  if (listing.documents.size() < kept) co_return writes;
  std::ranges::sort(listing.documents, {}, &config::Document::revision);
  listing.documents.resize(std::min<std::size_t>(2, listing.documents.size() + 1 - kept));
  for (const config::Document& oldest : listing.documents) {
    CO_TRY(const InvalidationDocument document, read_invalidation(oldest.value));
    if (!document.is_completed) continue;
    CO_TRY(const auto reference,
           co_await tools_.store.get(invalidation_reference_key(distribution, document.caller_reference)));
    writes.push_back({oldest.key, std::nullopt, oldest.revision});
    if (reference) writes.push_back({reference->key, std::nullopt, reference->revision});
  }
  co_return writes;
}

rt::Task<aws::Answer<model::CreateInvalidationResult>> Invalidations::create(model::CreateInvalidationRequest request) {
  const std::string distribution = request.distribution_id;
  const std::string reference = request.invalidation_batch.caller_reference;
  const std::vector<std::string> paths = request.invalidation_batch.paths.items;
  CO_TRY_OK(check_batch(request.invalidation_batch, tools_.settings.quotas));
  CO_TRY(const StoredDistribution found, co_await find_distribution(tools_, distribution));
  const std::string reference_key = invalidation_reference_key(distribution, reference);
  CO_TRY_STORE(const auto user, co_await tools_.store.get(reference_key));
  if (user) co_return co_await first_of(distribution, reference, paths);
  CO_TRY_OK(co_await check_in_progress(distribution, paths));

  InvalidationDocument document;
  document.id = make_invalidation_id(random_bytes(tools_.loop, id_bytes));
  document.caller_reference = reference;
  document.created = tools_.loop.wall_now();
  document.paths = paths;
  const PurgeDocument purge{distribution, document.id, paths};
  // The second time without deletes: another request may have made the same ones meanwhile.
  for (const bool prunes : {true, false}) {
    std::vector<config::Write> writes;
    if (prunes) {
      CO_TRY_STORE(writes, co_await oldest_beyond_limit(distribution));
    }
    writes.push_back({invalidation_key(distribution, document.id), write_invalidation(document), config::absent});
    writes.push_back({reference_key, document.id, config::absent});
    writes.push_back({purge_key(distribution, document.id), write_purge(purge), config::absent});
    const auto made = co_await tools_.store.commit(std::move(writes));
    if (made) co_return created_of(distribution, document);
    if (made.error().code != Errc::conflict) co_return refuse(made.error());
    CO_TRY_STORE(const auto other, co_await tools_.store.get(reference_key));
    if (other) break;
  }
  co_return co_await first_of(distribution, reference, paths);
}

rt::Task<aws::Answer<model::GetInvalidationResult>> Invalidations::get(model::GetInvalidationRequest request) {
  CO_TRY(const StoredDistribution found, co_await find_distribution(tools_, request.distribution_id));
  CO_TRY_STORE(const auto stored, co_await tools_.store.get(invalidation_key(request.distribution_id, request.id)));
  if (!stored) co_return refuse("NoSuchInvalidation", "The specified invalidation does not exist.");
  CO_TRY_STORE(const InvalidationDocument document, read_invalidation(stored->value));
  co_return model::GetInvalidationResult{shape_of(document)};
}

rt::Task<aws::Answer<model::ListInvalidationsResult>> Invalidations::list(model::ListInvalidationsRequest request) {
  CO_TRY(const PageRequest page_request, read_page_request(request.marker, request.max_items));
  CO_TRY(const StoredDistribution found, co_await find_distribution(tools_, request.distribution_id));
  CO_TRY_STORE(const auto listing, co_await tools_.store.list(invalidation_prefix_of(request.distribution_id)));
  std::vector<InvalidationDocument> documents;
  for (const config::Document& stored : listing.documents) {
    CO_TRY_STORE(auto document, read_invalidation(stored.value));
    documents.push_back(std::move(document));
  }
  std::ranges::sort(documents, [](const InvalidationDocument& a, const InvalidationDocument& b) {
    return std::tie(b.created, b.id) < std::tie(a.created, a.id);
  });
  std::vector<std::string> ids;
  for (const InvalidationDocument& document : documents) ids.push_back(document.id);
  CO_TRY(const std::size_t first, place_behind(ids, page_request.marker));
  const Page page = page_of(ids, first, page_request.max_items);

  model::InvalidationList list;
  list.marker = page_request.marker;
  list.max_items = page_request.max_items;
  list.is_truncated = !page.next_marker.empty();
  if (list.is_truncated) list.next_marker = page.next_marker;
  for (std::size_t i = page.first; i < page.end; ++i) {
    const model::Invalidation whole = shape_of(documents[i]);
    list.items.push_back({.id = whole.id, .create_time = whole.create_time, .status = whole.status});
  }
  list.quantity = static_cast<std::int32_t>(list.items.size());
  co_return model::ListInvalidationsResult{std::move(list)};
}

}  // namespace gust::control
