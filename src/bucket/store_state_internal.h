// BucketStore::State: the records in memory and how they change. Split over store.cc (buckets), store_objects.cc
// (objects and their versions), uploads.cc (multipart), store_records.cc (files) and store_load.cc (start).
//
// Core:   `mutex` guards `buckets` and all in it. Only the home core writes, so it reads without the lock.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bucket/body_folder_internal.h"
#include "bucket/object_index.h"
#include "bucket/store.h"
#include "bucket/turns_internal.h"
#include "rt/loop.h"
#include "rt/scope.h"
#include "rt/signal.h"

namespace gust::bucket {

struct Bucket {
  BucketInfo info;
  ObjectIndex objects;
  UploadMap uploads;
  // Of the home core:
  std::set<std::string, std::less<>> folders_made;  // of objects/
  std::size_t changing = 0;                         // changes under way
  bool deleting = false;                            // new changes wait
};

class BucketStore::State {
 public:
  State(rt::Loop& home_loop, std::string store_folder, StoreOptions store_options)
      : folder(std::move(store_folder)),
        options(store_options),
        scope(home_loop),
        bodies(std::make_shared<BodyFolder>(folder + "/bodies", scope)) {}

  rt::Files& files() const { return scope.loop().files(); }

  // Paths.
  std::string buckets_folder() const { return folder + "/buckets"; }
  std::string bucket_folder(std::string_view bucket) const { return buckets_folder() + "/" + std::string(bucket); }
  std::string objects_folder(std::string_view bucket) const { return bucket_folder(bucket) + "/objects"; }
  std::string uploads_folder(std::string_view bucket) const { return bucket_folder(bucket) + "/uploads"; }
  std::string upload_folder(std::string_view bucket, std::string_view id) const {
    return uploads_folder(bucket) + "/" + std::string(id);
  }
  struct Place {
    std::string folder, name;
    std::string path() const { return folder + "/" + name; }
  };
  Place place_of_key(std::string_view bucket, std::string_view key, std::string_view version_id) const;
  static std::string part_record_name(int number);

  // A bucket that does not go away while this lives. Home core.
  class Use {
   public:
    Use(State& state, Bucket& bucket) : state_(&state), bucket_(&bucket) { ++bucket.changing; }
    Use(Use&& other) noexcept : state_(std::exchange(other.state_, nullptr)), bucket_(other.bucket_) {}
    Use& operator=(Use&&) = delete;
    ~Use() {
      if (state_ == nullptr) return;
      --bucket_->changing;
      state_->bucket_changed.notify_all();
    }
    Bucket& operator*() const { return *bucket_; }
    Bucket* operator->() const { return bucket_; }

   private:
    State* state_;
    Bucket* bucket_;
  };
  // fails: no_such_bucket
  rt::Task<Result<Use>> use_bucket(std::string name);
  const Bucket* find_bucket(std::string_view name) const;

  // Puts a record in its place for good. `placed` tells whether it may be there: true with an error when only its
  // permanence is in doubt.
  rt::Task<Result<void>> write_record(Place place, std::string bytes, bool& placed);
  rt::Task<Result<void>> remove_record(Place place, bool& removed);
  // With all in it; what fails is left for the next start.
  static rt::Task<void> remove_tree(rt::Files& files, std::string path);

  // Changes, on the home core.
  rt::Task<Result<void>> create_bucket(BucketInfo info);
  rt::Task<Result<void>> delete_bucket(std::string name);
  rt::Task<Result<void>> change_bucket(std::string name, std::function<void(BucketInfo&)> change);
  rt::Task<Result<ObjectPtr>> publish(std::string bucket, Object draft, PutCondition condition);
  rt::Task<Result<ObjectPtr>> publish_in(Bucket& bucket, Object draft, PutCondition condition);
  rt::Task<Result<ObjectPtr>> change_object(std::string bucket, std::string key, VersionChoice version,
                                            std::function<void(ObjectFacts&)> change);
  rt::Task<Result<Deleted>> delete_object(std::string bucket, std::string key, VersionChoice version,
                                          DeleteCondition condition);
  rt::Task<Result<void>> remove_version(Bucket& bucket, ObjectPtr object);
  void name_version(const Bucket& bucket, Object& draft);
  rt::Task<Result<void>> place_object(Bucket& bucket, ObjectPtr object);

  rt::Task<Result<UploadPtr>> create_upload(std::string bucket, Upload draft);
  rt::Task<Result<Part>> put_part(std::string bucket, std::string key, std::string id, Part part);
  rt::Task<Result<ObjectPtr>> complete_upload(std::string bucket, std::string key, std::string id,
                                              std::vector<NamedPart> parts, PutCondition condition);
  rt::Task<Result<void>> abort_upload(std::string bucket, std::string key, std::string id);
  rt::Task<Result<void>> end_upload(Bucket& bucket, UploadPtr upload);

  // Start.
  rt::Task<Result<void>> load();

  WallTime whole_second_now() const { return wall_time_of(unix_seconds(scope.loop().wall_now())); }
  std::string turn_of_key(std::string_view bucket, std::string_view key) const;
  std::string turn_of_upload(std::string_view id) const { return "upload " + std::string(id); }

  const std::string folder;
  const StoreOptions options;
  StartReport report;
  rt::Scope scope;  // of the home core
  Turns turns;
  rt::Signal bucket_changed;
  std::shared_ptr<BodyFolder> bodies;

  mutable std::shared_mutex mutex;
  std::map<std::string, std::unique_ptr<Bucket>, std::less<>> buckets;
};

// fails: precondition_failed, no_such_key, bad_digest, bad_size
Result<void> check_condition(const Object* current, const Object& draft, const PutCondition& condition);
void own_bodies(const Object& object);
void disown_bodies(const Object& object);

}  // namespace gust::bucket
