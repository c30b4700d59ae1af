#include "control/key_value_stores.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "aws/shapes.h"
#include "base/text.h"
#include "control/answers_internal.h"
#include "control/functions.h"
#include "control/ids.h"
#include "control/key_value_keys_internal.h"
#include "control/paging.h"
#include "control/resources.h"
#include "rt/loop.h"

namespace gust::control {

namespace model = aws::cloudfront;

namespace {

std::string key_of(std::string_view name) { return fmt::format("{}{}", key_value_store_prefix, name); }

std::unexpected<aws::ServiceError> no_such_store() {
  return refuse("EntityNotFound", "The key value store does not exist.");
}

std::string etag_of_store(const StoredKeyValueStore& stored) {
  return etag_of(key_of(stored.store.name), stored.revision);
}

rt::Task<aws::Answer<std::vector<StoredKeyValueStore>>> read_all(Tools tools) {
  CO_TRY_STORE(const auto listing, co_await tools.store.list(std::string(key_value_store_prefix)));
  std::vector<StoredKeyValueStore> all;
  for (const config::Document& document : listing.documents) {
    CO_TRY_STORE(auto store, aws::from_json<model::KeyValueStore>(document.value));
    all.push_back({std::move(store), document.revision});
  }
  co_return std::move(all);
}

std::string removal_key(std::string_view id) { return fmt::format("{}{}", key_value_removal_prefix, id); }

// All keys of a store that is no more, some at a time, and then that they are to be deleted.
rt::Task<Result<void>> remove_items(config::Store& store, std::string id) {
  constexpr std::size_t batch = 100;
  CO_TRY(const config::Listing listing, co_await store.list(key_value_item_prefix_of(id)));
  for (std::size_t at = 0; at < listing.documents.size(); at += batch) {
    std::vector<config::Write> writes;
    for (std::size_t i = at; i < std::min(at + batch, listing.documents.size()); ++i) {
      writes.push_back({listing.documents[i].key, std::nullopt, listing.documents[i].revision});
    }
    CO_TRY_OK(co_await store.commit(std::move(writes)));
  }
  CO_TRY(const auto removal, co_await store.get(removal_key(id)));
  if (removal) CO_TRY_OK(co_await store.remove(removal->key, removal->revision));
  co_return Result<void>();
}

}  // namespace

rt::Task<aws::Answer<StoredKeyValueStore>> KeyValueStores::find(std::string name) {
  if (!is_name(name)) co_return no_such_store();
  CO_TRY_STORE(const auto stored, co_await tools_.store.get(key_of(name)));
  if (!stored) co_return no_such_store();
  CO_TRY_STORE(auto store, aws::from_json<model::KeyValueStore>(stored->value));
  co_return StoredKeyValueStore{std::move(store), stored->revision};
}

rt::Task<aws::Answer<StoredKeyValueStore>> KeyValueStores::find_matching(std::string name, std::string if_match) {
  CO_TRY_OK(check_if_match_form(if_match));
  CO_TRY(StoredKeyValueStore stored, co_await find(std::move(name)));
  CO_TRY_OK(check_if_match(if_match, etag_of_store(stored)));
  co_return std::move(stored);
}

rt::Task<aws::Answer<model::CreateKeyValueStoreResult>> KeyValueStores::create(
    model::CreateKeyValueStoreRequest request) {
  if (!is_name(request.name)) {
    co_return refuse("InvalidArgument",
                     "The parameter Name has from 1 to 64 letters, digits, hyphens and underscores.");
  }
  if (request.import_source) {
    co_return aws::refuse("NotImplemented", 501,
                          "The setting ImportSource is not provided by this release of Gustfront: keys are put by the "
                          "API of the store's data.");
  }
  if (request.tags && !request.tags->items.empty()) {
    co_return aws::refuse("NotImplemented", 501,
                          "The setting Tags is not provided by this release of Gustfront for key value stores.");
  }
  StoredKeyValueStore made;
  made.store.name = std::move(request.name);
  made.store.id = new_uuid(tools_.loop);
  made.store.comment = request.comment.value_or("");
  made.store.arn = key_value_store_arn(tools_.settings.account_id, made.store.id);
  made.store.status = "READY";
  made.store.last_modified_time = tools_.loop.wall_now();
  CO_TRY_STORE(const auto turn, co_await tools_.turns.take());
  CO_TRY(const auto all, co_await read_all(tools_));
  if (std::ranges::any_of(all, [&](const auto& other) { return other.store.name == made.store.name; })) {
    co_return refuse("EntityAlreadyExists", "A key value store with this name already exists.");
  }
  if (all.size() >= tools_.settings.quotas.key_value_stores) {
    co_return refuse("EntityLimitExceeded",
                     "You have reached the maximum number of key value stores for this AWS account.");
  }
  KeyValueCounts counts;
  counts.created = counts.last_modified = made.store.last_modified_time;
  std::vector<config::Write> writes;
  writes.push_back({key_of(made.store.name), aws::to_json(made.store), config::absent});
  writes.push_back({key_value_counts_key(made.store.id), write_counts(counts), config::absent});
  CO_TRY_STORE(made.revision, co_await tools_.store.commit(std::move(writes)));
  model::CreateKeyValueStoreResult result;
  result.etag = etag_of_store(made);
  result.location = location_of("key-value-store/" + made.store.name);
  result.key_value_store = std::move(made.store);
  co_return std::move(result);
}

rt::Task<aws::Answer<model::DescribeKeyValueStoreResult>> KeyValueStores::describe(
    model::DescribeKeyValueStoreRequest request) {
  CO_TRY(StoredKeyValueStore stored, co_await find(std::move(request.name)));
  model::DescribeKeyValueStoreResult result;
  result.etag = etag_of_store(stored);
  result.key_value_store = std::move(stored.store);
  co_return std::move(result);
}

rt::Task<aws::Answer<model::UpdateKeyValueStoreResult>> KeyValueStores::update(
    model::UpdateKeyValueStoreRequest request) {
  CO_TRY_STORE(const auto turn, co_await tools_.turns.take());
  CO_TRY(StoredKeyValueStore stored, co_await find_matching(std::move(request.name), std::move(request.if_match)));
  stored.store.comment = std::move(request.comment);
  stored.store.last_modified_time = tools_.loop.wall_now();
  CO_TRY_STORE(stored.revision,
               co_await tools_.store.put(key_of(stored.store.name), aws::to_json(stored.store), stored.revision));
  model::UpdateKeyValueStoreResult result;
  result.etag = etag_of_store(stored);
  result.key_value_store = std::move(stored.store);
  co_return std::move(result);
}

rt::Task<aws::Answer<aws::Nothing>> KeyValueStores::remove(model::DeleteKeyValueStoreRequest request) {
  CO_TRY(const std::string id, co_await remove_store(std::move(request.name), std::move(request.if_match)));
  // Others need not wait for this. What it leaves behind after an error goes at the next start.
  static_cast<void>(co_await remove_items(tools_.store, id));
  co_return aws::Nothing{};
}

rt::Task<aws::Answer<std::string>> KeyValueStores::remove_store(std::string name, std::string if_match) {
  CO_TRY_STORE(const auto turn, co_await tools_.turns.take());
  CO_TRY(const StoredKeyValueStore stored, co_await find_matching(std::move(name), std::move(if_match)));
  CO_TRY(const std::string user, co_await find_function_with(tools_, stored.store.arn));
  if (!user.empty()) {
    co_return refuse("CannotDeleteEntityWhileInUse",
                     fmt::format("The key value store cannot be deleted while the function {} uses it.", user));
  }
  CO_TRY_STORE(const auto counts, co_await tools_.store.get(key_value_counts_key(stored.store.id)));
  std::vector<config::Write> writes;
  writes.push_back({key_of(stored.store.name), std::nullopt, stored.revision});
  if (counts) writes.push_back({counts->key, std::nullopt, counts->revision});
  writes.push_back({removal_key(stored.store.id), stored.store.name, config::absent});
  CO_TRY_STORE_OK(co_await tools_.store.commit(std::move(writes)));
  co_return stored.store.id;
}

rt::Task<aws::Answer<model::ListKeyValueStoresResult>> KeyValueStores::list(model::ListKeyValueStoresRequest request) {
  CO_TRY(const PageRequest page_request, read_page_request(request.marker, request.max_items));
  CO_TRY(auto all, co_await read_all(tools_));
  if (request.status) std::erase_if(all, [&](const auto& stored) { return stored.store.status != request.status; });
  std::vector<std::string> names;
  for (const StoredKeyValueStore& stored : all) names.push_back(stored.store.name);
  const Page page = page_behind(names, page_request);
  model::KeyValueStoreList list;
  for (std::size_t i = page.first; i < page.end; ++i) list.items.push_back(std::move(all[i].store));
  tell_page(page_request, page, list);
  model::ListKeyValueStoresResult result;
  result.key_value_store_list = std::move(list);
  co_return std::move(result);
}

rt::Task<std::string> KeyValueStores::resource_by_id(std::string resource) {
  const std::string ours = key_value_store_arn(tools_.settings.account_id, "");
  if (!resource.starts_with(ours)) co_return resource;
  const auto stored = co_await find(resource.substr(ours.size()));
  if (!stored) co_return resource;
  co_return stored->store.arn;
}

rt::Task<Result<void>> KeyValueStores::sweep() {
  CO_TRY(const config::Listing removals, co_await tools_.store.list(std::string(key_value_removal_prefix)));
  for (const config::Document& removal : removals.documents) {
    CO_TRY_OK(co_await remove_items(tools_.store, removal.key.substr(key_value_removal_prefix.size())));
  }
  co_return Result<void>();
}

}  // namespace gust::control
