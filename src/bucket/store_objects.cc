// The changes of objects and their versions, on the home core.
#include <fmt/format.h>

#include <mutex>

#include "base/digest.h"
#include "base/text.h"
#include "bucket/object_record_internal.h"
#include "bucket/store.h"
#include "bucket/store_state_internal.h"
#include "rt/files.h"
#include "rt/loop.h"

namespace gust::bucket {
namespace {

const Object* current_of(const Bucket& bucket, std::string_view key) {
  const ObjectMap& objects = bucket.objects.current();
  const auto found = objects.find(key);
  return found == objects.end() ? nullptr : found->second.get();
}

Result<void> check_delete(const ObjectPtr& object, const DeleteCondition& condition) {
  if (condition.only_if_still && condition.only_if_still != object) {
    return std::unexpected(refusal::precondition_failed);
  }
  if (!condition.only_if_etag) return {};
  if (object == nullptr || object->is_delete_marker) return std::unexpected(refusal::no_such_key);
  if (*condition.only_if_etag == "*" || *condition.only_if_etag == object->etag) return {};
  return std::unexpected(refusal::precondition_failed);
}

}  // namespace

BucketStore::State::Place BucketStore::State::place_of_key(std::string_view bucket, std::string_view key,
                                                           std::string_view version_id) const {
  std::string name = hex_of(digest_of(DigestKind::sha256, key));
  Place place{.folder = objects_folder(bucket) + "/" + name.substr(0, 2), .name = std::move(name)};
  if (!version_id.empty()) place.name += fmt::format(".{}", version_id);
  return place;
}

std::string BucketStore::State::turn_of_key(std::string_view bucket, std::string_view key) const {
  return fmt::format("object {} {}", bucket, key);
}

Result<void> check_condition(const Object* current, const Object& draft, const PutCondition& condition) {
  for (const Checksum& expected : condition.only_if_checksums) {
    const Checksum* found = find_checksum(draft.checksums, expected.kind);
    if (found == nullptr || found->value != expected.value) return std::unexpected(refusal::bad_digest);
  }
  if (condition.only_if_size && *condition.only_if_size != draft.size) return std::unexpected(refusal::bad_size);
  if (condition.only_if_absent && current != nullptr) return std::unexpected(refusal::precondition_failed);
  if (!condition.only_if_etag) return {};
  if (current == nullptr) return std::unexpected(refusal::no_such_key);
  if (current->etag != *condition.only_if_etag) return std::unexpected(refusal::precondition_failed);
  return {};
}

void own_bodies(const Object& object) {
  for (const Piece& piece : object.pieces) {
    if (piece.body) piece.body->add_owner();
  }
}

void disown_bodies(const Object& object) {
  for (const Piece& piece : object.pieces) {
    if (piece.body) piece.body->drop_owner();
  }
}

rt::Task<Result<ObjectPtr>> BucketStore::State::publish(std::string bucket_name, Object draft, PutCondition condition) {
  CO_TRY(const Use bucket, co_await use_bucket(std::move(bucket_name)));
  co_return co_await publish_in(*bucket, std::move(draft), std::move(condition));
}

// The caller has the use of the bucket.
rt::Task<Result<ObjectPtr>> BucketStore::State::publish_in(Bucket& bucket, Object draft, PutCondition condition) {
  const Turns::Turn turn = co_await turns.take(turn_of_key(bucket.info.name, draft.key));
  CO_TRY_OK(check_condition(current_of(bucket, draft.key), draft, condition));
  name_version(bucket, draft);
  draft.modified = whole_second_now();
  auto object = std::make_shared<const Object>(std::move(draft));
  CO_TRY_OK(co_await place_object(bucket, object));
  co_return object;
}

// What the draft will be among the versions of its key, whose turn the caller has. An id begins with the order, so that
// a listing goes on behind a version that is gone by then.
void BucketStore::State::name_version(const Bucket& bucket, Object& draft) {
  draft.version_id.clear();
  draft.order = 0;
  if (bucket.info.versioning == Versioning::never) return;
  const ObjectPtr newest = bucket.objects.newest(draft.key);
  draft.order = newest ? newest->order + 1 : 0;
  if (bucket.info.versioning == Versioning::enabled) {
    draft.version_id = fmt::format("{:08x}", static_cast<std::uint32_t>(draft.order)) + make_id(scope.loop()).substr(8);
  }
}

// The caller has the turn of the key.
rt::Task<Result<void>> BucketStore::State::place_object(Bucket& bucket, ObjectPtr object) {
  const Place place = place_of_key(bucket.info.name, object->key, object->version_id);
  if (!bucket.folders_made.contains(place.folder)) {
    CO_TRY_OK(co_await files().make_directory(place.folder));
    CO_TRY_OK(co_await files().sync_directory(objects_folder(bucket.info.name)));
    bucket.folders_made.insert(place.folder);
  }
  bool placed = false;
  own_bodies(*object);
  const auto written = co_await write_record(place, write_object_record(*object), placed);
  if (!placed) {
    disown_bodies(*object);
    co_return written;
  }
  ObjectPtr before;
  {
    const std::lock_guard lock(mutex);
    before = bucket.objects.put(object);
  }
  // Where it is in doubt whether the record is there for good, a crash may bring the old one back: its bytes stay.
  if (before && written) disown_bodies(*before);
  co_return written;
}

rt::Task<Result<ObjectPtr>> BucketStore::State::change_object(std::string bucket_name, std::string key,
                                                              VersionChoice version,
                                                              std::function<void(ObjectFacts&)> change) {
  CO_TRY(const Use bucket, co_await use_bucket(bucket_name));
  const Turns::Turn turn = co_await turns.take(turn_of_key(bucket_name, key));
  const ObjectPtr found = version ? bucket->objects.find(key, *version) : bucket->objects.newest(key);
  if (!found) co_return std::unexpected(version ? refusal::no_such_version : refusal::no_such_key);
  if (found->is_delete_marker) co_return std::unexpected(version ? refusal::is_delete_marker : refusal::no_such_key);
  Object changed = *found;
  change(changed.facts);
  auto object = std::make_shared<const Object>(std::move(changed));
  CO_TRY_OK(co_await place_object(*bucket, object));
  co_return object;
}

rt::Task<Result<Deleted>> BucketStore::State::delete_object(std::string bucket_name, std::string key,
                                                            VersionChoice version, DeleteCondition condition) {
  CO_TRY(const Use bucket, co_await use_bucket(bucket_name));
  const Turns::Turn turn = co_await turns.take(turn_of_key(bucket_name, key));
  const ObjectPtr found = version ? bucket->objects.find(key, *version) : bucket->objects.newest(key);
  CO_TRY_OK(check_delete(found, condition));
  if (version || bucket->info.versioning == Versioning::never) {
    Deleted deleted{.is_marker = false, .version_id = version};
    if (!found) co_return deleted;
    deleted.is_marker = found->is_delete_marker;
    CO_TRY_OK(co_await remove_version(*bucket, found));
    co_return deleted;
  }
  Object marker;
  marker.key = key;
  marker.is_delete_marker = true;
  name_version(*bucket, marker);
  marker.modified = whole_second_now();
  Deleted deleted{.is_marker = true, .version_id = marker.version_id};
  CO_TRY_OK(co_await place_object(*bucket, std::make_shared<const Object>(std::move(marker))));
  co_return deleted;
}

// The caller has the turn of the key.
rt::Task<Result<void>> BucketStore::State::remove_version(Bucket& bucket, ObjectPtr object) {
  bool removed = false;
  const auto outcome = co_await remove_record(place_of_key(bucket.info.name, object->key, object->version_id), removed);
  if (!removed) co_return outcome;
  {
    const std::lock_guard lock(mutex);
    bucket.objects.erase(object->key, object->version_id);
  }
  if (outcome) disown_bodies(*object);
  co_return outcome;
}

}  // namespace gust::bucket
