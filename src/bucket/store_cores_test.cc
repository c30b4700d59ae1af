// The store over real files, called from several cores at once.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <optional>
#include <string>

#include "bucket/store.h"
#include "bucket/test_host_internal.h"
#include "rt/cores.h"
#include "rt/loop.h"
#include "rt/scope.h"

namespace gust::bucket {
namespace {

// A folder that is gone with the test.
struct Folder {
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "gustfront-bucket-XXXXXX";
    path = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path;
};

template <typename T>
rt::Task<void> tell(rt::Task<T> task, std::promise<T>& result) {
  result.set_value(co_await std::move(task));
}

// Tasks of this thread's making, run on a core. `make` is called there.
class OnCore {
 public:
  explicit OnCore(rt::Loop& loop) : loop_(loop), scope_(loop) {}
  ~OnCore() {
    // What was told has ended, but for its last step, which this job comes behind.
    std::promise<void> behind;
    loop_.post([&] { behind.set_value(); });
    behind.get_future().wait();
  }
  template <typename T, typename Make>
  std::future<T> start(Make make, std::promise<T>& result) {
    auto future = result.get_future();
    loop_.post([this, make = std::move(make), &result]() mutable { scope_.spawn(tell(make(), result)); });
    return future;
  }
  template <typename Make>
  auto run(Make make) {
    using T = std::remove_cvref_t<decltype(make().operator co_await().await_resume())>;
    std::promise<T> result;
    return start<T>(std::move(make), result).get();
  }

 private:
  rt::Loop& loop_;
  rt::Scope scope_;
};

rt::Task<int> close_store(BucketStore& store) {
  co_await store.close();
  co_return 0;
}

// Puts, reads, copies and deletes keys that the other core uses as well. Gives how many reads were not of one whole
// object that somebody put.
rt::Task<int> churn(BucketStore& store, int core) {
  int torn = 0;
  for (int i = 0; i < 60; ++i) {
    const std::string key = "key-" + std::to_string(i % 5);
    const std::string bytes(static_cast<std::size_t>(1000 + 37 * i), static_cast<char>('a' + (core * 60 + i) % 26));
    if (!co_await test::put_bytes(store, "pics", key, bytes)) ++torn;
    if (const auto object = store.find_object("pics", key)) {
      const auto read = co_await test::read_bytes(*object);
      if (!read || read->size() < 1000 || read->find_first_not_of(read->front()) != std::string::npos) ++torn;
      if (i % 7 == 0 && !co_await store.copy_object(*object, "pics", "copy of " + key, {}, {})) ++torn;
    }
    static_cast<void>(store.list_objects("pics", {}));
    if (i % 11 == 0 && !co_await store.delete_object("pics", key)) ++torn;
  }
  co_return torn;
}

TEST(StoreOnCores, ManyCoresSeeWholeObjectsOnly) {
  const Folder folder;
  rt::Cores cores(2);
  OnCore home(cores.loop(0));
  OnCore other(cores.loop(1));
  {
    auto store = home.run([&] { return BucketStore::open(folder.path); });
    ASSERT_TRUE(store);
    ASSERT_TRUE(other.run([&] { return (*store)->create_bucket("pics", "r", "me", Acl::private_); }));
    std::promise<int> first;
    std::promise<int> second;
    auto first_torn = home.start<int>([&] { return churn(**store, 0); }, first);
    auto second_torn = other.start<int>([&] { return churn(**store, 1); }, second);
    EXPECT_EQ(first_torn.get(), 0);
    EXPECT_EQ(second_torn.get(), 0);
    home.run([&] { return close_store(**store); });
  }
  auto store = home.run([&] { return BucketStore::open(folder.path); });
  ASSERT_TRUE(store);
  EXPECT_EQ((*store)->start_report().records_corrupt, 0U);
  for (const ObjectPtr& object : (*store)->list_objects("pics", {})->objects) {
    EXPECT_TRUE(other.run([&] { return test::read_bytes(object); })) << object->key;
  }
  home.run([&] { return close_store(**store); });
}

rt::Task<Result<ByteCount>> put_and_read_large(BucketStore& store, ByteCount bytes) {
  const auto writer = store.begin_body({ChecksumKind::crc32});
  const std::string piece(body_buffer_bytes, 'p');
  for (ByteCount written = 0; written < bytes; written += piece.size()) CO_TRY_OK(co_await writer->write(piece));
  CO_TRY(WrittenBody body, co_await writer->finish());
  CO_TRY(const ObjectPtr object, co_await store.put_object("pics", "large", std::move(body), {}, {}));
  ObjectReader reader(object, 0, object->size);
  std::string buffer(body_buffer_bytes, '\0');
  ByteCount read = 0;
  while (reader.left() > 0) {
    CO_TRY(const std::size_t got, co_await reader.read(buffer));
    read += got;
  }
  co_return read;
}

long resident_kib_most() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST(StoreOnCores, ALargeObjectTakesNoMemory) {
  const Folder folder;
  rt::Cores cores(1);
  OnCore home(cores.loop(0));
  auto store = home.run([&] { return BucketStore::open(folder.path); });
  ASSERT_TRUE(store);
  ASSERT_TRUE(home.run([&] { return (*store)->create_bucket("pics", "r", "me", Acl::private_); }));
  const long before = resident_kib_most();
  const auto read = home.run([&] { return put_and_read_large(**store, 64_MiB); });
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, 64_MiB);
  EXPECT_LT(resident_kib_most() - before, 8 * 1024);
  home.run([&] { return close_store(**store); });
}

// SECURITY.md: symlinks in the data folder.
TEST(StoreOnCores, ALinkInTheFolderIsRemovedAndNotFollowed) {
  const Folder folder;
  const Folder elsewhere;
  std::ofstream(elsewhere.path + "/precious") << "bytes";
  rt::Cores cores(1);
  OnCore home(cores.loop(0));
  auto store = home.run([&] { return BucketStore::open(folder.path); });
  ASSERT_TRUE(store);
  ASSERT_TRUE(home.run([&] { return (*store)->create_bucket("pics", "r", "me", Acl::private_); }));
  std::filesystem::create_directory_symlink(elsewhere.path, folder.path + "/buckets/pics/uploads/link");
  ASSERT_TRUE(home.run([&] { return (*store)->delete_bucket("pics"); }));
  EXPECT_FALSE(std::filesystem::exists(folder.path + "/buckets/pics"));
  EXPECT_TRUE(std::filesystem::exists(elsewhere.path + "/precious"));
  home.run([&] { return close_store(**store); });
}

}  // namespace
}  // namespace gust::bucket
