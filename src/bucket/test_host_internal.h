// A simulated host with a bucket store, for tests: every call is run to its end in virtual time.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "bucket/store.h"
#include "rt/files.h"
#include "rt/sim_world.h"
#include "rt/task.h"

namespace gust::bucket::test {

template <typename T>
rt::Task<void> keep(rt::Task<T> task, std::optional<T>& result) {
  result.emplace(co_await std::move(task));
}

inline rt::Task<Result<WrittenBody>> write_body(BucketStore& store, std::string bytes,
                                                std::vector<ChecksumKind> kinds = {}) {
  const auto writer = store.begin_body(std::move(kinds));
  for (ByteView left = bytes; !left.empty(); left.remove_prefix(std::min<std::size_t>(1000, left.size()))) {
    CO_TRY_OK(co_await writer->write(left.substr(0, 1000)));
  }
  co_return co_await writer->finish();
}

inline rt::Task<Result<ObjectPtr>> put_bytes(BucketStore& store, std::string bucket, std::string key, std::string bytes,
                                             PutCondition condition = {}) {
  CO_TRY(WrittenBody body, co_await write_body(store, std::move(bytes)));
  co_return co_await store.put_object(std::move(bucket), std::move(key), std::move(body), {}, std::move(condition));
}

inline rt::Task<Result<std::string>> read_bytes(ObjectPtr object) {
  ObjectReader reader(object, 0, object->size);
  std::string bytes;
  std::array<char, 700> buffer{};
  while (true) {
    CO_TRY(const std::size_t got, co_await reader.read(buffer));
    if (got == 0) co_return bytes;
    bytes.append(buffer.data(), got);
  }
}

class Host {
 public:
  explicit Host(std::uint64_t seed = 1,
                StoreOptions options = {.part_bytes_min = 10, .buckets_max = 5, .uploads_max = 20})
      : world(seed), loop(world.add_host("s3", "10.0.0.1")), options_(options) {
    start();
  }
  ~Host() { stop(); }

  template <typename T>
  T await(rt::Task<T> task) {
    std::optional<T> result;
    EXPECT_TRUE(world.run(loop, keep(std::move(task), result))) << world.report();
    return *std::move(result);
  }

  void start() {
    auto opened = await(BucketStore::open("/data/store", options_));
    ASSERT_TRUE(opened) << opened.error().text << world.report();
    store = *std::move(opened);
  }
  void stop() {
    if (store) EXPECT_TRUE(world.run(loop, store->close()));
    store.reset();
    world.run_until_idle();
  }

  Result<ObjectPtr> put(std::string key, std::string bytes, PutCondition condition = {}) {
    return await(put_bytes(*store, "pics", std::move(key), std::move(bytes), std::move(condition)));
  }
  // The object's bytes, or the refusal's code.
  std::string get(std::string_view key) {
    auto object = store->find_object("pics", key);
    if (!object) return std::string(object.error().text);
    auto bytes = await(read_bytes(*object));
    return bytes ? *bytes : std::string(name_of(bytes.error().code));
  }
  void make_bucket() { EXPECT_TRUE(await(store->create_bucket("pics", "ap-south-1", "me", Acl::private_))); }
  // Names of files under a folder of the store, folders not counted.
  std::size_t count_files(std::string path);

  rt::sim::World world;
  rt::Loop& loop;
  std::unique_ptr<BucketStore> store;

 private:
  StoreOptions options_;
};

inline rt::Task<std::size_t> count_files_under(rt::Files& files, std::string path) {
  const auto names = co_await files.list(path);
  if (!names) co_return 1;
  std::size_t count = 0;
  for (const std::string& name : *names) count += co_await count_files_under(files, path + "/" + name);
  co_return count;
}

inline std::size_t Host::count_files(std::string path) {
  return await(count_files_under(loop.files(), "/data/store/" + std::move(path)));
}

}  // namespace gust::bucket::test
