#include "control/key_value_data.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "aws/shapes.h"
#include "base/date.h"
#include "control/answers_internal.h"
#include "control/ids.h"
#include "control/key_value_keys_internal.h"
#include "control/key_value_stores.h"
#include "control/paging.h"
#include "control/resources.h"
#include "rt/loop.h"

namespace gust::control {

namespace model = aws::cloudfront_keyvaluestore;

namespace {

using nlohmann::json;

std::unexpected<aws::ServiceError> refuse_data(std::string_view code, std::string message) {
  return std::unexpected(aws::service_error(model::service(), code, std::move(message)));
}
std::unexpected<aws::ServiceError> invalid_data(std::string message) {
  return refuse_data("ValidationException", std::move(message));
}

std::string write_item(std::string_view key, std::string_view value) {
  return aws::to_json(model::PutKeyRequestListItem{std::string(key), std::string(value)});
}

std::int64_t size_of(const model::PutKeyRequestListItem& item) {
  return static_cast<std::int64_t>(item.key.size() + item.value.size());
}

}  // namespace

std::string write_counts(const KeyValueCounts& counts) {
  return json{{"Created", iso8601_exact_of(counts.created)},
              {"LastModified", iso8601_exact_of(counts.last_modified)},
              {"Items", counts.items},
              {"Bytes", counts.bytes}}
      .dump();
}

Result<KeyValueCounts> read_counts(std::string_view text) {
  const json in = json::parse(text, nullptr, false);
  if (!in.is_object()) return fail(Errc::bad_syntax, "the counts of a key value store are not a JSON object");
  const auto time_of = [&](const char* name) -> std::optional<WallTime> {
    const auto found = in.find(name);
    const auto* told = found == in.end() ? nullptr : found->get_ptr<const std::string*>();
    return told == nullptr ? std::nullopt : read_iso8601(*told);
  };
  const auto number_of = [&](const char* name) -> std::optional<std::int64_t> {
    const auto found = in.find(name);
    return found == in.end() || !found->is_number_integer() ? std::nullopt : std::optional(found->get<std::int64_t>());
  };
  const auto created = time_of("Created");
  const auto modified = time_of("LastModified");
  const auto items = number_of("Items");
  const auto bytes = number_of("Bytes");
  if (!created || !modified || !items || !bytes) {
    return fail(Errc::bad_value, "the counts of a key value store have not the members they should have");
  }
  return KeyValueCounts{*created, *modified, *items, *bytes};
}

struct KeyValueData::Content {
  std::string id;
  KeyValueCounts counts;
  config::Revision revision = config::absent;

  std::string etag() const { return etag_of(key_value_counts_key(id), revision); }
  // What the answers to all changes say.
  template <typename Response>
  Response response() const {
    Response out;
    out.item_count = static_cast<std::int32_t>(counts.items);
    out.total_size_in_bytes = counts.bytes;
    out.etag = etag();
    return out;
  }
};

KeyValueData::KeyValueData(const Tools& tools) : tools_(tools), handlers_(model::service()) {
  handlers_.add<model::op::DescribeKeyValueStore, &KeyValueData::describe>(*this);
  handlers_.add<model::op::ListKeys, &KeyValueData::list>(*this);
  handlers_.add<model::op::GetKey, &KeyValueData::get>(*this);
  handlers_.add<model::op::PutKey, &KeyValueData::put>(*this);
  handlers_.add<model::op::DeleteKey, &KeyValueData::remove>(*this);
  handlers_.add<model::op::UpdateKeys, &KeyValueData::update>(*this);
}

rt::Task<aws::Answer<KeyValueData::Content>> KeyValueData::find(std::string arn) {
  const std::string id = key_value_store_id_in(tools_.settings.account_id, arn);
  std::optional<config::Document> stored;
  if (!id.empty()) {
    CO_TRY_STORE(stored, co_await tools_.store.get(key_value_counts_key(id)));
  }
  if (!stored) co_return refuse_data("ResourceNotFoundException", "The key value store does not exist.");
  CO_TRY_STORE(const auto counts, read_counts(stored->value));
  co_return Content{id, counts, stored->revision};
}

rt::Task<aws::Answer<model::DescribeKeyValueStoreResponse>> KeyValueData::describe(
    model::DescribeKeyValueStoreRequest request) {
  CO_TRY(const Content content, co_await find(request.kvs_arn));
  auto out = content.response<model::DescribeKeyValueStoreResponse>();
  out.kvs_arn = std::move(request.kvs_arn);
  out.created = content.counts.created;
  out.last_modified = content.counts.last_modified;
  out.status = "READY";
  co_return std::move(out);
}

// In the order of the keys' digests. A token is the digest of the last key before.
rt::Task<aws::Answer<model::ListKeysResponse>> KeyValueData::list(model::ListKeysRequest request) {
  const std::int32_t most = request.max_results.value_or(10);
  if (most < 1 || most > 50) co_return invalid_data("MaxResults is a number from 1 to 50.");
  CO_TRY(const Content content, co_await find(std::move(request.kvs_arn)));
  const std::string prefix = key_value_item_prefix_of(content.id);
  CO_TRY_STORE(const auto listing, co_await tools_.store.list(prefix));
  std::vector<std::string> digests;
  for (const config::Document& stored : listing.documents) digests.push_back(stored.key.substr(prefix.size()));
  const Page page = page_behind(digests, {request.next_token.value_or(""), most});
  model::ListKeysResponse out;
  for (std::size_t i = page.first; i < page.end; ++i) {
    CO_TRY_STORE(auto item, aws::from_json<model::PutKeyRequestListItem>(listing.documents[i].value));
    out.items.push_back({std::move(item.key), std::move(item.value)});
  }
  if (!page.next_marker.empty()) out.next_token = page.next_marker;
  co_return std::move(out);
}

rt::Task<aws::Answer<model::GetKeyResponse>> KeyValueData::get(model::GetKeyRequest request) {
  CO_TRY(const Content content, co_await find(std::move(request.kvs_arn)));
  CO_TRY_STORE(const auto stored, co_await tools_.store.get(key_value_item_key(content.id, request.key)));
  if (!stored) co_return refuse_data("ResourceNotFoundException", "The key does not exist.");
  CO_TRY_STORE(auto item, aws::from_json<model::PutKeyRequestListItem>(stored->value));
  model::GetKeyResponse out;
  out.key = std::move(item.key);
  out.value = std::move(item.value);
  out.item_count = static_cast<std::int32_t>(content.counts.items);
  out.total_size_in_bytes = content.counts.bytes;
  co_return std::move(out);
}

rt::Task<aws::Answer<model::PutKeyResponse>> KeyValueData::put(model::PutKeyRequest request) {
  std::vector<Change> changes{{std::move(request.key), std::move(request.value)}};
  CO_TRY(const Content after,
         co_await change(std::move(request.kvs_arn), std::move(request.if_match), std::move(changes)));
  co_return after.response<model::PutKeyResponse>();
}

rt::Task<aws::Answer<model::DeleteKeyResponse>> KeyValueData::remove(model::DeleteKeyRequest request) {
  CO_TRY(const Content content, co_await find(request.kvs_arn));
  CO_TRY_STORE(const auto stored, co_await tools_.store.get(key_value_item_key(content.id, request.key)));
  if (!stored) co_return refuse_data("ResourceNotFoundException", "The key does not exist.");
  std::vector<Change> changes{{std::move(request.key), std::nullopt}};
  CO_TRY(const Content after,
         co_await change(std::move(request.kvs_arn), std::move(request.if_match), std::move(changes)));
  co_return after.response<model::DeleteKeyResponse>();
}

rt::Task<aws::Answer<model::UpdateKeysResponse>> KeyValueData::update(model::UpdateKeysRequest request) {
  std::vector<Change> changes;
  for (auto& item : request.puts) changes.push_back({std::move(item.key), std::move(item.value)});
  for (auto& item : request.deletes) changes.push_back({std::move(item.key), std::nullopt});
  CO_TRY(const Content after,
         co_await change(std::move(request.kvs_arn), std::move(request.if_match), std::move(changes)));
  co_return after.response<model::UpdateKeysResponse>();
}

rt::Task<aws::Answer<KeyValueData::Content>> KeyValueData::change(std::string arn, std::string if_match,
                                                                  std::vector<Change> changes) {
  const Quotas& quotas = tools_.settings.quotas;
  if (changes.empty()) co_return invalid_data("The request puts and deletes no key.");
  if (changes.size() > quotas.key_value_changes) {
    co_return invalid_data(fmt::format("A request changes at most {} keys.", quotas.key_value_changes));
  }
  std::set<std::string_view> seen;
  for (const Change& change : changes) {
    if (change.key.empty() || change.key.size() > quotas.key_value_key_bytes) {
      co_return invalid_data(fmt::format("A key has from 1 to {} bytes.", quotas.key_value_key_bytes));
    }
    if (change.value && change.value->size() > quotas.key_value_value_bytes) {
      co_return invalid_data(fmt::format("A value has at most {} bytes.", quotas.key_value_value_bytes));
    }
    if (!seen.insert(change.key).second) co_return invalid_data("A key stands twice in the request.");
  }
  CO_TRY_STORE(const auto turn, co_await tools_.turns.take());
  CO_TRY(Content content, co_await find(std::move(arn)));
  if (!is_etag(if_match)) co_return invalid_data("If-Match is not an ETag of the key value store.");
  if (if_match != content.etag()) {
    co_return refuse_data("ConflictException", "The key value store was changed since the version in If-Match.");
  }
  std::vector<config::Write> writes;
  for (const Change& change : changes) {
    const std::string place = key_value_item_key(content.id, change.key);
    CO_TRY_STORE(const auto before, co_await tools_.store.get(place));
    if (before) {
      CO_TRY_STORE(const auto item, aws::from_json<model::PutKeyRequestListItem>(before->value));
      content.counts.bytes -= size_of(item);
      --content.counts.items;
    }
    if (change.value) {
      content.counts.bytes += static_cast<std::int64_t>(change.key.size() + change.value->size());
      ++content.counts.items;
      writes.push_back({place, write_item(change.key, *change.value), before ? before->revision : config::absent});
    } else if (before) {
      writes.push_back({place, std::nullopt, before->revision});
    }
  }
  if (std::cmp_greater(content.counts.bytes, quotas.key_value_store_bytes)) {
    co_return refuse_data("ServiceQuotaExceededException", "The key value store would be larger than the maximum.");
  }
  content.counts.last_modified = tools_.loop.wall_now();
  writes.push_back({key_value_counts_key(content.id), write_counts(content.counts), content.revision});
  CO_TRY_STORE(content.revision, co_await tools_.store.commit(std::move(writes)));
  co_return std::move(content);
}

}  // namespace gust::control
