// Multipart uploads of the BucketStore.
#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "base/text.h"
#include "bucket/home_call_internal.h"
#include "bucket/object_record_internal.h"
#include "bucket/store.h"
#include "bucket/store_state_internal.h"
#include "rt/files.h"
#include "rt/loop.h"

namespace gust::bucket {
namespace {

constexpr int part_number_max = 10'000;

// In order of their making: the time in milliseconds, then chance. 32 hexadecimal digits.
std::string make_upload_id(rt::Loop& loop) {
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(loop.wall_now().time_since_epoch()).count();
  return fmt::format("{:012x}", static_cast<std::uint64_t>(milliseconds) & 0xFFFF'FFFF'FFFFU) +
         make_id(loop).substr(12);
}

bool agrees(const Part& part, const NamedPart& named) {
  return part.etag == named.etag && std::ranges::all_of(named.checksums, [&](const Checksum& expected) {
           const Checksum* found = find_checksum(part.checksums, expected.kind);
           return found != nullptr && found->value == expected.value;
         });
}

// The object that the upload became, where it was made of these parts: the answer to a client that asks again since it
// did not hear the first one.
Result<ObjectPtr> find_completed(const Bucket& bucket, std::string_view key, std::string_view id,
                                 const std::vector<NamedPart>& parts) {
  Md5 of_parts;
  for (const NamedPart& part : parts) of_parts.update(bytes_of_hex(part.etag).value_or(""));
  const std::string etag = fmt::format("{}-{}", hex_of(of_parts.finish()), parts.size());
  for (const ObjectPtr& version : bucket.objects.versions_of(key)) {
    if (version->upload_id == id && !version->is_delete_marker && version->etag == etag) return version;
  }
  return std::unexpected(refusal::no_such_upload);
}

// The object made of `parts`, which are the upload's and in order.
Result<Object> assemble(const Upload& upload, const std::vector<const Part*>& parts) {
  Object object{.key = upload.key,
                .size = 0,
                .etag = {},
                .modified = {},
                .facts = upload.facts,
                .checksums = {},
                .upload_id = upload.id,
                .pieces = {}};
  Md5 of_parts;
  std::vector<PartChecksum> checksums;
  for (const Part* part : parts) {
    object.size += part->size;
    of_parts.update(bytes_of_hex(part->etag).value_or(""));
    object.pieces.push_back({part->body, part->size, part->number, part->checksums});
    if (!upload.checksum_kind) continue;
    const Checksum* found = find_checksum(part->checksums, *upload.checksum_kind);
    if (found == nullptr) return std::unexpected(refusal::bad_part);
    checksums.push_back({found->value, part->size});
  }
  object.etag = fmt::format("{}-{}", hex_of(of_parts.finish()), parts.size());
  if (upload.checksum_kind) {
    if (auto whole = combine_checksums(*upload.checksum_kind, upload.checksum_type, checksums)) {
      object.checksums.push_back(*std::move(whole));
    }
  }
  return object;
}

}  // namespace

std::string BucketStore::State::part_record_name(int number) { return fmt::format("part-{:05}", number); }

// --- Look-ups.

Result<UploadPtr> BucketStore::find_upload(std::string_view bucket_name, std::string_view key,
                                           std::string_view id) const {
  const std::shared_lock lock(state_->mutex);
  const Bucket* bucket = state_->find_bucket(bucket_name);
  if (bucket == nullptr) return std::unexpected(refusal::no_such_bucket);
  const auto found = bucket->uploads.find({std::string(key), std::string(id)});
  if (found == bucket->uploads.end()) return std::unexpected(refusal::no_such_upload);
  return found->second;
}

Result<UploadPage> BucketStore::list_uploads(std::string_view bucket_name, const UploadQuery& query) const {
  const std::shared_lock lock(state_->mutex);
  const Bucket* bucket = state_->find_bucket(bucket_name);
  if (bucket == nullptr) return std::unexpected(refusal::no_such_bucket);
  return list_upload_page(bucket->uploads, query);
}

// --- Changes: from any core to the home core.

rt::Task<Result<UploadPtr>> BucketStore::create_upload(std::string bucket, std::string key, ObjectFacts facts,
                                                       std::optional<ChecksumKind> kind, ChecksumType type) {
  Upload draft{.key = std::move(key),
               .id = {},
               .initiated = {},
               .facts = std::move(facts),
               .checksum_kind = kind,
               .checksum_type = type,
               .parts = {}};
  co_return co_await at_home(state_->scope, [&] { return state_->create_upload(std::move(bucket), std::move(draft)); });
}

rt::Task<Result<Part>> BucketStore::put_part(std::string bucket, std::string key, std::string id, int number,
                                             WrittenBody body) {
  Part part{.number = number,
            .size = body.size,
            .etag = hex_of(body.md5),
            .modified = {},
            .checksums = std::move(body.checksums),
            .body = std::move(body.body)};
  co_return co_await at_home(state_->scope, [&] {
    return state_->put_part(std::move(bucket), std::move(key), std::move(id), std::move(part));
  });
}

bool BucketStore::can_share_as_part(const Object& source, std::optional<ChecksumKind> kind) {
  return source.pieces.size() <= 1 && source.etag.size() == 32 &&
         (!kind || find_checksum(source.checksums, *kind) != nullptr);
}

rt::Task<Result<Part>> BucketStore::share_part(std::string bucket, std::string key, std::string id, int number,
                                               ObjectPtr source) {
  if (!can_share_as_part(*source, std::nullopt)) co_return std::unexpected(refusal::bad_argument);
  Part part{.number = number,
            .size = source->size,
            .etag = source->etag,
            .modified = {},
            .checksums = source->checksums,
            .body = source->pieces.empty() ? nullptr : source->pieces.front().body};
  co_return co_await at_home(state_->scope, [&] {
    return state_->put_part(std::move(bucket), std::move(key), std::move(id), std::move(part));
  });
}

rt::Task<Result<ObjectPtr>> BucketStore::complete_upload(std::string bucket, std::string key, std::string id,
                                                         std::vector<NamedPart> parts, PutCondition condition) {
  co_return co_await at_home(state_->scope, [&] {
    return state_->complete_upload(std::move(bucket), std::move(key), std::move(id), std::move(parts),
                                   std::move(condition));
  });
}

rt::Task<Result<void>> BucketStore::abort_upload(std::string bucket, std::string key, std::string id) {
  co_return co_await at_home(state_->scope,
                             [&] { return state_->abort_upload(std::move(bucket), std::move(key), std::move(id)); });
}

// --- Changes, on the home core.

rt::Task<Result<UploadPtr>> BucketStore::State::create_upload(std::string bucket_name, Upload draft) {
  CO_TRY(const Use bucket, co_await use_bucket(bucket_name));
  if (bucket->uploads.size() >= options.uploads_max) co_return std::unexpected(refusal::too_many_uploads);
  draft.id = make_upload_id(scope.loop());
  draft.initiated = whole_second_now();
  const auto upload = std::make_shared<const Upload>(std::move(draft));
  const Turns::Turn turn = co_await turns.take(turn_of_upload(upload->id));
  const std::string folder_of_upload = upload_folder(bucket_name, upload->id);
  CO_TRY_OK(co_await files().make_directory(folder_of_upload));
  CO_TRY_OK(co_await files().sync_directory(uploads_folder(bucket_name)));
  bool placed = false;
  const auto written = co_await write_record({folder_of_upload, "upload"}, write_upload_record(*upload), placed);
  if (!written) {
    co_await remove_tree(files(), folder_of_upload);
    co_return std::unexpected(written.error());
  }
  const std::lock_guard lock(mutex);
  bucket->uploads.emplace(std::pair(upload->key, upload->id), upload);
  co_return upload;
}

rt::Task<Result<Part>> BucketStore::State::put_part(std::string bucket_name, std::string key, std::string id,
                                                    Part part) {
  if (part.number < 1 || part.number > part_number_max) co_return std::unexpected(refusal::bad_argument);
  CO_TRY(const Use bucket, co_await use_bucket(bucket_name));
  const Turns::Turn turn = co_await turns.take(turn_of_upload(id));
  const auto found = bucket->uploads.find({key, id});
  if (found == bucket->uploads.end()) co_return std::unexpected(refusal::no_such_upload);

  part.modified = whole_second_now();
  Upload changed = *found->second;
  const auto before = changed.parts.find(part.number);
  std::shared_ptr<Body> body_before = before == changed.parts.end() ? nullptr : before->second.body;
  changed.parts.insert_or_assign(part.number, part);

  bool placed = false;
  if (part.body) part.body->add_owner();
  const auto written = co_await write_record({upload_folder(bucket_name, id), part_record_name(part.number)},
                                             write_part_record(part), placed);
  if (!placed) {
    if (part.body) part.body->drop_owner();
    co_return std::unexpected(written.error());
  }
  {
    const std::lock_guard lock(mutex);
    found->second = std::make_shared<const Upload>(std::move(changed));
  }
  if (!written) co_return std::unexpected(written.error());
  if (body_before) body_before->drop_owner();
  co_return part;
}

rt::Task<Result<ObjectPtr>> BucketStore::State::complete_upload(std::string bucket_name, std::string key,
                                                                std::string id, std::vector<NamedPart> named_parts,
                                                                PutCondition condition) {
  CO_TRY(const Use bucket, co_await use_bucket(bucket_name));
  const Turns::Turn upload_turn = co_await turns.take(turn_of_upload(id));
  const auto found = bucket->uploads.find({key, id});
  if (found == bucket->uploads.end()) co_return find_completed(*bucket, key, id, named_parts);
  const UploadPtr upload = found->second;

  if (named_parts.empty()) co_return std::unexpected(refusal::bad_part);
  std::vector<const Part*> parts;
  for (const NamedPart& named : named_parts) {
    if (!parts.empty() && named.number <= parts.back()->number) co_return std::unexpected(refusal::bad_part_order);
    const auto part = upload->parts.find(named.number);
    if (part == upload->parts.end() || !agrees(part->second, named)) co_return std::unexpected(refusal::bad_part);
    parts.push_back(&part->second);
  }
  for (const Part* part : parts) {
    if (part != parts.back() && part->size < options.part_bytes_min) {
      co_return std::unexpected(refusal::part_too_small);
    }
  }
  CO_TRY(Object draft, assemble(*upload, parts));
  CO_TRY(const ObjectPtr object, co_await publish_in(*bucket, std::move(draft), std::move(condition)));
  // The object is there for good. Where the upload's end fails, the next start ends it, by the object's upload_id.
  static_cast<void>(co_await end_upload(*bucket, upload));
  co_return object;
}

rt::Task<Result<void>> BucketStore::State::abort_upload(std::string bucket_name, std::string key, std::string id) {
  CO_TRY(const Use bucket, co_await use_bucket(bucket_name));
  const Turns::Turn turn = co_await turns.take(turn_of_upload(id));
  const auto found = bucket->uploads.find({key, id});
  if (found == bucket->uploads.end()) co_return std::unexpected(refusal::no_such_upload);
  co_return co_await end_upload(*bucket, found->second);
}

// The caller has the turn of the upload.
rt::Task<Result<void>> BucketStore::State::end_upload(Bucket& bucket, UploadPtr upload) {
  const std::string folder_of_upload = upload_folder(bucket.info.name, upload->id);
  bool removed = false;
  const auto outcome = co_await remove_record({folder_of_upload, "upload"}, removed);
  if (!removed) co_return outcome;
  {
    const std::lock_guard lock(mutex);
    bucket.uploads.erase({upload->key, upload->id});
  }
  if (!outcome) co_return outcome;
  for (const auto& [number, part] : upload->parts) {
    if (part.body) part.body->drop_owner();
  }
  scope.spawn(remove_tree(files(), folder_of_upload));
  co_return outcome;
}

}  // namespace gust::bucket
