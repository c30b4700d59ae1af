// The front door, and the changes of buckets and objects.
#include "bucket/store.h"

#include <fmt/format.h>

#include <mutex>

#include "base/digest.h"
#include "base/text.h"
#include "bucket/home_call_internal.h"
#include "bucket/names.h"
#include "bucket/object_record_internal.h"
#include "bucket/store_state_internal.h"
#include "rt/files.h"
#include "rt/loop.h"

namespace gust::bucket {

BucketStore::BucketStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
BucketStore::~BucketStore() {
  if (state_) state_->bodies->stop();
}

rt::Task<Result<std::unique_ptr<BucketStore>>> BucketStore::open(std::string folder, StoreOptions options) {
  rt::Loop& home = co_await rt::this_loop();
  auto state = std::make_unique<State>(home, std::move(folder), options);
  auto loaded = co_await state->load();
  if (!loaded) {
    state->bodies->stop();
    co_await state->scope.join();
    co_return std::unexpected(loaded.error());
  }
  co_return std::unique_ptr<BucketStore>(new BucketStore(std::move(state)));
}

rt::Task<void> BucketStore::close() {
  state_->bodies->stop();
  co_await state_->scope.join();
}

const StartReport& BucketStore::start_report() const { return state_->report; }

// --- Look-ups.

const Bucket* BucketStore::State::find_bucket(std::string_view name) const {
  const auto found = buckets.find(name);
  return found == buckets.end() ? nullptr : found->second.get();
}

std::optional<BucketInfo> BucketStore::find_bucket(std::string_view name) const {
  const std::shared_lock lock(state_->mutex);
  const Bucket* bucket = state_->find_bucket(name);
  if (bucket == nullptr) return std::nullopt;
  return bucket->info;
}

std::vector<BucketInfo> BucketStore::list_buckets() const {
  const std::shared_lock lock(state_->mutex);
  std::vector<BucketInfo> infos;
  infos.reserve(state_->buckets.size());
  for (const auto& [name, bucket] : state_->buckets) infos.push_back(bucket->info);
  return infos;
}

Result<ObjectPtr> BucketStore::find_object(std::string_view bucket_name, std::string_view key) const {
  const std::shared_lock lock(state_->mutex);
  const Bucket* bucket = state_->find_bucket(bucket_name);
  if (bucket == nullptr) return std::unexpected(refusal::no_such_bucket);
  const ObjectMap& objects = bucket->objects.current();
  const auto found = objects.find(key);
  if (found == objects.end()) return std::unexpected(refusal::no_such_key);
  return found->second;
}

Result<ObjectPtr> BucketStore::find_version(std::string_view bucket_name, std::string_view key,
                                            const VersionChoice& version) const {
  const std::shared_lock lock(state_->mutex);
  const Bucket* bucket = state_->find_bucket(bucket_name);
  if (bucket == nullptr) return std::unexpected(refusal::no_such_bucket);
  ObjectPtr found = version ? bucket->objects.find(key, *version) : bucket->objects.newest(key);
  if (!found) return std::unexpected(version ? refusal::no_such_version : refusal::no_such_key);
  return found;
}

Result<VersionPage> BucketStore::list_versions(std::string_view bucket_name, const VersionQuery& query) const {
  const std::shared_lock lock(state_->mutex);
  const Bucket* bucket = state_->find_bucket(bucket_name);
  if (bucket == nullptr) return std::unexpected(refusal::no_such_bucket);
  return list_version_page(bucket->objects, query);
}

Result<std::vector<std::vector<ObjectPtr>>> BucketStore::list_histories(std::string_view bucket_name,
                                                                        std::string_view after,
                                                                        std::size_t versions_max) const {
  const std::shared_lock lock(state_->mutex);
  const Bucket* bucket = state_->find_bucket(bucket_name);
  if (bucket == nullptr) return std::unexpected(refusal::no_such_bucket);
  std::vector<std::vector<ObjectPtr>> keys;
  std::size_t taken = 0;
  for (auto key = bucket->objects.next_key(after, true); key && taken < versions_max;
       key = bucket->objects.next_key(*key, true)) {
    const auto versions = bucket->objects.versions_of(*key);
    keys.emplace_back(versions.begin(), versions.end());
    taken += versions.size();
  }
  return keys;
}

Result<ListPage> BucketStore::list_objects(std::string_view bucket_name, const ListQuery& query) const {
  const std::shared_lock lock(state_->mutex);
  const Bucket* bucket = state_->find_bucket(bucket_name);
  if (bucket == nullptr) return std::unexpected(refusal::no_such_bucket);
  return list_page(bucket->objects.current(), query);
}

// --- Changes: from any core to the home core.

rt::Task<Result<void>> BucketStore::create_bucket(std::string name, std::string region, std::string owner, Acl acl) {
  if (!is_bucket_name(name)) co_return std::unexpected(refusal::bad_bucket_name);
  BucketInfo info{
      .name = std::move(name), .region = std::move(region), .owner = std::move(owner), .acl = acl, .created = {}};
  co_return co_await at_home(state_->scope, [&] { return state_->create_bucket(std::move(info)); });
}

rt::Task<Result<void>> BucketStore::delete_bucket(std::string name) {
  co_return co_await at_home(state_->scope, [&] { return state_->delete_bucket(std::move(name)); });
}

rt::Task<Result<void>> BucketStore::set_bucket_acl(std::string name, Acl acl) {
  co_return co_await at_home(state_->scope, [&] {
    return state_->change_bucket(std::move(name), [acl](BucketInfo& info) { info.acl = acl; });
  });
}

rt::Task<Result<void>> BucketStore::set_versioning(std::string name, Versioning versioning) {
  co_return co_await at_home(state_->scope, [&] {
    return state_->change_bucket(std::move(name), [versioning](BucketInfo& info) { info.versioning = versioning; });
  });
}

rt::Task<Result<void>> BucketStore::set_bucket_document(std::string name, std::string document,
                                                        std::optional<std::string> text) {
  const auto change = [&](BucketInfo& info) {
    BucketDocuments documents = info.documents ? *info.documents : BucketDocuments();
    documents.erase(document);
    if (text) documents.emplace(document, *text);
    info.documents = documents.empty() ? nullptr : std::make_shared<const BucketDocuments>(std::move(documents));
  };
  co_return co_await at_home(state_->scope, [&] { return state_->change_bucket(std::move(name), change); });
}

std::unique_ptr<BodyWriter> BucketStore::begin_body(std::vector<ChecksumKind> kinds) {
  return std::make_unique<BodyWriter>(state_->bodies, std::move(kinds));
}

rt::Task<Result<ObjectPtr>> BucketStore::put_object(std::string bucket, std::string key, WrittenBody body,
                                                    ObjectFacts facts, PutCondition condition) {
  Object draft{.key = std::move(key),
               .size = body.size,
               .etag = hex_of(body.md5),
               .modified = {},
               .facts = std::move(facts),
               .checksums = std::move(body.checksums),
               .upload_id = {},
               .pieces = {}};
  if (body.body) draft.pieces.push_back({std::move(body.body), body.size, 0, {}});
  co_return co_await at_home(
      state_->scope, [&] { return state_->publish(std::move(bucket), std::move(draft), std::move(condition)); });
}

rt::Task<Result<ObjectPtr>> BucketStore::copy_object(ObjectPtr source, std::string to_bucket, std::string to_key,
                                                     ObjectFacts facts, PutCondition condition) {
  Object draft = *source;
  draft.key = std::move(to_key);
  draft.facts = std::move(facts);
  draft.upload_id.clear();
  co_return co_await at_home(
      state_->scope, [&] { return state_->publish(std::move(to_bucket), std::move(draft), std::move(condition)); });
}

rt::Task<Result<ObjectPtr>> BucketStore::set_object_acl(std::string bucket, std::string key, VersionChoice version,
                                                        Acl acl) {
  co_return co_await at_home(state_->scope, [&] {
    return state_->change_object(std::move(bucket), std::move(key), std::move(version),
                                 [acl](ObjectFacts& facts) { facts.acl = acl; });
  });
}

rt::Task<Result<ObjectPtr>> BucketStore::set_object_tags(std::string bucket, std::string key, VersionChoice version,
                                                         std::vector<NameAndValue> tags) {
  co_return co_await at_home(state_->scope, [&] {
    return state_->change_object(std::move(bucket), std::move(key), std::move(version),
                                 [&tags](ObjectFacts& facts) { facts.tags = std::move(tags); });
  });
}

rt::Task<Result<Deleted>> BucketStore::delete_object(std::string bucket, std::string key, VersionChoice version,
                                                     DeleteCondition condition) {
  co_return co_await at_home(state_->scope, [&] {
    return state_->delete_object(std::move(bucket), std::move(key), std::move(version), std::move(condition));
  });
}

// --- Changes, on the home core.

rt::Task<Result<BucketStore::State::Use>> BucketStore::State::use_bucket(std::string name) {
  while (true) {
    const auto found = buckets.find(name);
    if (found == buckets.end()) co_return std::unexpected(refusal::no_such_bucket);
    if (!found->second->deleting) co_return Use(*this, *found->second);
    static_cast<void>(co_await bucket_changed.wait_uncancelled());
  }
}

rt::Task<Result<void>> BucketStore::State::create_bucket(BucketInfo info) {
  const Turns::Turn turn = co_await turns.take("bucket " + info.name);
  if (const Bucket* existing = find_bucket(info.name)) {
    co_return std::unexpected(existing->info.owner == info.owner ? refusal::bucket_is_yours : refusal::bucket_exists);
  }
  if (buckets.size() >= options.buckets_max) co_return std::unexpected(refusal::too_many_buckets);
  info.created = whole_second_now();
  co_await remove_tree(files(), bucket_folder(info.name));  // what a deleted one of that name may have left
  CO_TRY_OK(co_await files().make_directory(objects_folder(info.name)));
  CO_TRY_OK(co_await files().make_directory(uploads_folder(info.name)));
  CO_TRY_OK(co_await files().sync_directory(bucket_folder(info.name)));
  CO_TRY_OK(co_await files().sync_directory(buckets_folder()));
  bool placed = false;
  const auto written = co_await write_record({bucket_folder(info.name), "bucket"}, write_bucket_record(info), placed);
  if (placed) {
    auto bucket = std::make_unique<Bucket>();
    bucket->info = info;
    const std::lock_guard lock(mutex);
    buckets.emplace(info.name, std::move(bucket));
  }
  co_return written;
}

rt::Task<Result<void>> BucketStore::State::delete_bucket(std::string name) {
  const Turns::Turn turn = co_await turns.take("bucket " + name);
  const auto found = buckets.find(name);
  if (found == buckets.end()) co_return std::unexpected(refusal::no_such_bucket);
  Bucket& bucket = *found->second;
  bucket.deleting = true;
  while (bucket.changing > 0) static_cast<void>(co_await bucket_changed.wait_uncancelled());

  Result<void> outcome;
  bool removed = false;
  if (!bucket.objects.empty()) {
    outcome = std::unexpected(refusal::bucket_not_empty);
  } else {
    outcome = co_await remove_record({bucket_folder(name), "bucket"}, removed);
  }
  if (removed) {
    if (outcome) {
      for (const auto& [place, upload] : bucket.uploads) {
        for (const auto& [number, part] : upload->parts) {
          if (part.body) part.body->drop_owner();
        }
      }
    }
    {
      const std::lock_guard lock(mutex);
      buckets.erase(found);
    }
    co_await remove_tree(files(), bucket_folder(name));
  } else {
    bucket.deleting = false;
  }
  bucket_changed.notify_all();
  co_return outcome;
}

rt::Task<Result<void>> BucketStore::State::change_bucket(std::string name, std::function<void(BucketInfo&)> change) {
  const Turns::Turn turn = co_await turns.take("bucket " + name);
  CO_TRY(const Use bucket, co_await use_bucket(name));
  BucketInfo info = bucket->info;
  change(info);
  bool placed = false;
  const auto written = co_await write_record({bucket_folder(name), "bucket"}, write_bucket_record(info), placed);
  if (placed) {
    const std::lock_guard lock(mutex);
    bucket->info = std::move(info);
  }
  co_return written;
}

}  // namespace gust::bucket
