// The start of a BucketStore: reads all records, and removes what a crash left behind.
//
// Order: names of bodies, then records, which take their bodies; then the bodies that no record took are removed,
//        unless a record could not be read, for it may be the one that needs them.
#include <algorithm>

#include "base/digest.h"
#include "base/text.h"
#include "bucket/names.h"
#include "bucket/object_record_internal.h"
#include "bucket/record_internal.h"
#include "bucket/store_state_internal.h"
#include "rt/files.h"
#include "rt/loop.h"
#include "rt/scope.h"

namespace gust::bucket {
namespace {

constexpr ByteCount record_bytes_max = 16_MiB;  // 10,000 parts with checksums take 3
constexpr std::string_view fresh_suffix = ".new";
constexpr std::size_t folders_at_once = 16;

class Loader {
 public:
  explicit Loader(BucketStore::State& state) : state_(state), files_(state.files()) {}

  rt::Task<Result<void>> open_folder() {
    CO_TRY_OK(co_await files_.make_directory(state_.folder));
    const auto format = co_await read_file(state_.folder + "/format");
    if (format) {
      CO_TRY_OK(RecordReader::read(*format, "bucket-store"));
    } else if (format.error().code == Errc::not_found) {
      CO_TRY_OK(co_await make_folder());
    } else {
      co_return std::unexpected(format.error());
    }
    co_return Result<void>();
  }

  rt::Task<Result<void>> find_bodies() {
    CO_TRY(const auto folders, co_await files_.list(state_.bodies->path()));
    for (const std::string& folder : folders) {
      const auto names = co_await files_.list(state_.bodies->path() + "/" + folder);
      if (!names) continue;
      for (const std::string& name : *names) {
        if (is_id(name) && name.starts_with(folder)) bodies_.emplace(name, nullptr);
      }
    }
    co_return Result<void>();
  }

  rt::Task<Result<void>> load_buckets() {
    CO_TRY(const auto names, co_await files_.list(state_.buckets_folder()));
    for (const std::string& name : names) {
      auto bytes = co_await read_file(state_.bucket_folder(name) + "/bucket");
      if (!bytes && bytes.error().code == Errc::not_found) {
        co_await BucketStore::State::remove_tree(files_, state_.bucket_folder(name));
        ++state_.report.remnants_removed;
        continue;
      }
      if (!bytes) co_return std::unexpected(bytes.error());
      CO_TRY(BucketInfo info, read_bucket_record(*bytes));
      if (info.name != name || !is_bucket_name(name)) co_return fail(Errc::corrupt, "a bucket's record is not its own");
      auto bucket = std::make_unique<Bucket>();
      bucket->info = std::move(info);
      CO_TRY_OK(co_await remove_fresh(state_.bucket_folder(name)));
      CO_TRY_OK(co_await sync_folders(name));
      CO_TRY_OK(co_await load_objects(*bucket));
      CO_TRY_OK(co_await load_uploads(*bucket));
      ++state_.report.buckets;
      state_.report.objects += bucket->objects.versions();
      state_.report.uploads += bucket->uploads.size();
      state_.buckets.emplace(name, std::move(bucket));
    }
    CO_TRY_OK(co_await files_.sync_directory(state_.buckets_folder()));
    co_return Result<void>();
  }

  rt::Task<void> remove_unowned_bodies() {
    if (state_.report.records_corrupt > 0) co_return;
    for (const auto& [id, body] : bodies_) {
      if (body) continue;
      if (co_await files_.remove(state_.bodies->path_of(id))) ++state_.report.remnants_removed;
    }
  }

 private:
  rt::Task<Result<void>> make_folder() {
    CO_TRY_OK(co_await files_.make_directory(state_.buckets_folder()));
    CO_TRY_OK(co_await files_.make_directory(state_.bodies->path()));
    bool placed = false;
    CO_TRY_OK(co_await state_.write_record({state_.folder, "format"}, RecordWriter("bucket-store").finish(), placed));
    // The folders above may be new as well. Some may not be ours to open; then they are not new.
    for (std::string above = state_.folder; above.contains('/');) {
      above.resize(above.rfind('/'));
      static_cast<void>(co_await files_.sync_directory(above.empty() ? "/" : above));
    }
    co_return Result<void>();
  }

  rt::Task<Result<std::string>> read_file(std::string path) {
    CO_TRY(const auto file, co_await files_.open(std::move(path), rt::OpenMode::read));
    CO_TRY(const ByteCount size, co_await file->size());
    if (size > record_bytes_max) co_return fail(Errc::corrupt, "a record of the bucket store is too large");
    std::string bytes(static_cast<std::size_t>(size), '\0');
    CO_TRY(const std::size_t got, co_await file->read_at(0, bytes));
    bytes.resize(got);
    co_return bytes;
  }

  // A crash may have come between a folder's making and its sync; what is put into it from now on is to stay.
  rt::Task<Result<void>> sync_folders(std::string name) {
    CO_TRY_OK(co_await files_.sync_directory(state_.objects_folder(name)));
    CO_TRY_OK(co_await files_.sync_directory(state_.uploads_folder(name)));
    co_return co_await files_.sync_directory(state_.bucket_folder(name));
  }

  // Records that were on their way to their place.
  rt::Task<Result<void>> remove_fresh(std::string folder) {
    CO_TRY(const auto names, co_await files_.list(folder));
    for (const std::string& name : names) {
      if (!name.ends_with(fresh_suffix)) continue;
      CO_TRY_OK(co_await files_.remove(folder + "/" + name));
      ++state_.report.remnants_removed;
    }
    co_return Result<void>();
  }

  std::shared_ptr<Body> find_body(std::string_view id) {
    const auto found = bodies_.find(std::string(id));
    if (found == bodies_.end()) return nullptr;
    if (!found->second) found->second = std::make_shared<Body>(state_.bodies, found->first);
    return found->second;
  }

  // A record that cannot be read does not stop the start. fails: io_failed and its like
  template <typename T>
  Result<bool> is_usable(const Result<T>& record) {
    if (record) return true;
    const Errc code = record.error().code;
    if (code != Errc::corrupt && code != Errc::not_found) return std::unexpected(record.error());
    ++state_.report.records_corrupt;
    return false;
  }

  // One bucket's folders of records, which several tasks take one after another.
  struct Folders {
    Bucket& bucket;
    std::vector<std::string> paths;
    std::size_t next = 0;
    Result<void> outcome = {};
  };

  // Each file that is not in the page cache is a wait for the disk: several at a time make it a short one.
  rt::Task<Result<void>> load_objects(Bucket& bucket) {
    const std::string objects = state_.objects_folder(bucket.info.name);
    CO_TRY(const auto names, co_await files_.list(objects));
    Folders folders{.bucket = bucket, .paths = {}};
    for (const std::string& name : names) folders.paths.push_back(objects + "/" + name);
    rt::Scope loading(co_await rt::context());
    for (std::size_t i = 0; i < std::min(folders_at_once, folders.paths.size()); ++i) {
      loading.spawn(load_folders(folders));
    }
    co_await loading.join();
    co_return folders.outcome;
  }

  rt::Task<void> load_folders(Folders& folders) {
    while (folders.outcome && folders.next < folders.paths.size()) {
      const std::string& folder = folders.paths[folders.next++];
      if (auto loaded = co_await load_folder(folders.bucket, folder); !loaded) folders.outcome = loaded;
    }
  }

  rt::Task<Result<void>> load_folder(Bucket& bucket, std::string folder) {
    CO_TRY(const auto records, co_await files_.list(folder));
    for (const std::string& record : records) {
      if (record.ends_with(fresh_suffix)) {
        CO_TRY_OK(co_await files_.remove(folder + "/" + record));
        ++state_.report.remnants_removed;
      } else {
        CO_TRY_OK(co_await load_object(bucket, folder, record));
      }
    }
    bucket.folders_made.insert(folder);
    co_return Result<void>();
  }

  rt::Task<Result<void>> load_object(Bucket& bucket, std::string folder, std::string name) {
    const auto bytes = co_await read_file(folder + "/" + name);
    CO_TRY(const bool readable, is_usable(bytes));
    if (!readable) co_return Result<void>();
    auto object = read_object_record(*bytes, [this](std::string_view id) { return find_body(id); });
    if (object && state_.place_of_key(bucket.info.name, object->key, object->version_id).name != name) {
      object = fail(Errc::corrupt, "an object's record is not its own");
    }
    CO_TRY(const bool usable, is_usable(object));
    if (!usable) co_return Result<void>();
    own_bodies(*object);
    if (!object->upload_id.empty()) completed_.insert(object->upload_id);
    bucket.objects.put(std::make_shared<const Object>(*std::move(object)));
    co_return Result<void>();
  }

  rt::Task<Result<void>> load_uploads(Bucket& bucket) {
    CO_TRY(const auto ids, co_await files_.list(state_.uploads_folder(bucket.info.name)));
    for (const std::string& id : ids) CO_TRY_OK(co_await load_upload(bucket, id));
    co_return Result<void>();
  }

  rt::Task<Result<void>> load_upload(Bucket& bucket, std::string id) {
    const std::string folder = state_.upload_folder(bucket.info.name, id);
    const auto bytes = co_await read_file(folder + "/upload");
    const bool was_ended = !bytes && bytes.error().code == Errc::not_found;
    if (was_ended || completed_.contains(id)) {
      co_await BucketStore::State::remove_tree(files_, folder);
      ++state_.report.remnants_removed;
      co_return Result<void>();
    }
    CO_TRY(const bool readable, is_usable(bytes));
    if (!readable) co_return Result<void>();
    auto upload = read_upload_record(*bytes);
    if (upload && upload->id != id) upload = fail(Errc::corrupt, "an upload's record is not its own");
    CO_TRY(const bool usable, is_usable(upload));
    if (!usable) co_return Result<void>();

    CO_TRY_OK(co_await remove_fresh(folder));
    CO_TRY(const auto names, co_await files_.list(folder));
    for (const std::string& name : names) {
      if (name == "upload") continue;
      const auto part_bytes = co_await read_file(folder + "/" + name);
      CO_TRY(const bool part_readable, is_usable(part_bytes));
      if (!part_readable) continue;
      auto part = read_part_record(*part_bytes, [this](std::string_view body) { return find_body(body); });
      CO_TRY(const bool part_usable, is_usable(part));
      if (!part_usable) continue;
      if (part->body) part->body->add_owner();
      const int number = part->number;
      upload->parts.insert_or_assign(number, *std::move(part));
    }
    std::pair place(upload->key, upload->id);
    bucket.uploads.emplace(std::move(place), std::make_shared<const Upload>(*std::move(upload)));
    co_return Result<void>();
  }

  BucketStore::State& state_;
  rt::Files& files_;
  std::unordered_map<std::string, std::shared_ptr<Body>> bodies_;  // null: no record has taken it
  std::set<std::string, std::less<>> completed_;                   // ids of uploads that became objects
};

}  // namespace

rt::Task<Result<void>> BucketStore::State::load() {
  Loader loader(*this);
  CO_TRY_OK(co_await loader.open_folder());
  CO_TRY_OK(co_await loader.find_bodies());
  CO_TRY_OK(co_await loader.load_buckets());
  co_await loader.remove_unowned_bodies();
  co_return Result<void>();
}

}  // namespace gust::bucket
