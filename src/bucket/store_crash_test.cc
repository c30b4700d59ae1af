// Crashes of a bucket store at any moment, with and without loss of power: every object is the old or the new one,
// whole.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "bucket/store.h"
#include "bucket/test_host_internal.h"
#include "rt/scope.h"

namespace gust::bucket {
namespace {

using test::Host;

constexpr int workers = 3;
constexpr int keys_of_worker = 2;

// What a reader may find under a key, empty for no object: what was answered last, and what was tried since.
using Contents = std::set<std::string>;
using Model = std::map<std::string, Contents>;

std::string contents(int worker, int version, std::mt19937_64& chance) {
  return fmt::format("{}.{}:", worker, version) +
         std::string(1 + chance() % 3000, static_cast<char>('a' + version % 26));
}

rt::Task<Result<void>> put_in_parts(BucketStore& store, std::string key, std::string bytes) {
  CO_TRY(const UploadPtr upload, co_await store.create_upload("pics", key, {}, {}, ChecksumType::composite));
  std::vector<NamedPart> parts;
  const std::size_t first = std::min<std::size_t>(bytes.size(), std::max<std::size_t>(10, bytes.size() / 2));
  for (const auto& piece : {bytes.substr(0, first), bytes.substr(first)}) {
    CO_TRY(WrittenBody body, co_await test::write_body(store, piece));
    const int number = static_cast<int>(parts.size()) + 1;
    CO_TRY(const Part part, co_await store.put_part("pics", key, upload->id, number, std::move(body)));
    parts.push_back({number, part.etag, {}});
  }
  CO_TRY_OK(co_await store.complete_upload("pics", key, upload->id, std::move(parts), {}));
  co_return Result<void>();
}

rt::Task<Result<void>> put_whole(BucketStore& store, std::string key, std::string bytes) {
  CO_TRY_OK(co_await test::put_bytes(store, "pics", std::move(key), std::move(bytes)));
  co_return Result<void>();
}

rt::Task<Result<void>> copy_from(BucketStore& store, ObjectPtr source, std::string key) {
  CO_TRY_OK(co_await store.copy_object(std::move(source), "pics", std::move(key), {}, {}));
  co_return Result<void>();
}

template <typename T>
Result<void> without_value(const Result<T>& result) {
  if (!result) return std::unexpected(result.error());
  return {};
}

void try_change(Model& model, const std::string& key, const Contents& tried) {
  model.try_emplace(key, Contents{""}).first->second.insert(tried.begin(), tried.end());
}

// Changes its own keys one after the other until something fails.
rt::Task<void> work(BucketStore& store, int worker, std::uint64_t seed, Model& model) {
  std::mt19937_64 chance(seed * 31 + static_cast<std::uint64_t>(worker));
  for (int version = 0; version < 1000; ++version) {
    const std::string key = fmt::format("{}/{}", worker, chance() % keys_of_worker);
    const std::string other = fmt::format("{}/{}", worker, chance() % keys_of_worker);
    std::string bytes = contents(worker, version, chance);
    Contents tried;
    Result<void> outcome;
    switch (chance() % 6) {
      case 0:
        try_change(model, key, tried = {""});
        outcome = without_value(co_await store.delete_object("pics", key));
        break;
      case 1:
        try_change(model, key, tried = {bytes});
        outcome = co_await put_in_parts(store, key, std::move(bytes));
        break;
      case 2:
        if (auto source = store.find_object("pics", other)) {
          try_change(model, key, tried = model[other]);
          tried.erase("");
          outcome = co_await copy_from(store, *source, key);
        }
        break;
      case 3:
        if (!store.find_object("pics", key)) break;
        outcome = without_value(co_await store.set_object_acl("pics", key, {}, Acl::public_read));
        break;
      default:
        try_change(model, key, tried = {bytes});
        outcome = co_await put_whole(store, key, std::move(bytes));
    }
    if (!outcome) co_return;
    if (!tried.empty()) model[key] = tried;
  }
}

rt::Task<void> work_all(BucketStore& store, std::uint64_t seed, Model& model, bool& ended) {
  rt::Scope scope(co_await rt::context());
  for (int worker = 0; worker < workers; ++worker) scope.spawn(work(store, worker, seed, model));
  co_await scope.join();
  ended = true;
}

// What is wrong with the store after a start, or nothing. Makes the model what was found.
std::string trouble_of(Host& host, Model& model) {
  const StartReport& report = host.store->start_report();
  if (report.records_corrupt > 0) return "a record is corrupt";
  std::set<std::string> listed;
  for (const ObjectPtr& object : host.store->list_objects("pics", {})->objects) listed.insert(object->key);
  std::set<std::string> bodies;
  for (auto& [key, expected] : model) {
    const auto object = host.store->find_object("pics", key);
    std::string found;
    if (object) {
      const auto bytes = host.await(test::read_bytes(*object));
      if (!bytes) return fmt::format("{}: {}", key, bytes.error().text);
      found = *bytes;
      for (const Piece& piece : (*object)->pieces) {
        if (piece.body) bodies.insert(piece.body->id());
      }
    }
    if (listed.contains(key) != object.has_value()) return fmt::format("{}: the listing disagrees", key);
    if (!expected.contains(found)) {
      return fmt::format("{}: found {:.12} ({} bytes), which nobody wrote last", key, found, found.size());
    }
    expected = {found};
  }
  for (const UploadPtr& upload : host.store->list_uploads("pics", {})->uploads) {
    for (const auto& [number, part] : upload->parts) {
      if (part.body) bodies.insert(part.body->id());
    }
  }
  if (host.count_files("bodies") != bodies.size()) return "bodies without an owner are left";
  return "";
}

void crash_and_start(Host& host, bool power_lost, const bool& ended) {
  host.world.crash("s3");
  ASSERT_TRUE(host.world.run_until([&] { return ended; }));
  host.stop();
  if (power_lost) host.world.crash_files("s3");
  host.world.restart("s3");
  host.start();
}

TEST(StoreCrash, LeavesTheOldOrTheNewObjectWholeAtEveryMoment) {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE(seed);
    Host host(seed);
    host.make_bucket();
    std::mt19937_64 chance(seed);
    Model model;
    for (int round = 0; round < 3; ++round) {
      bool ended = false;
      rt::Scope scope(host.loop);
      scope.spawn(work_all(*host.store, seed * 10 + static_cast<std::uint64_t>(round), model, ended));
      host.world.run_for(std::chrono::microseconds(chance() % 60'000));
      crash_and_start(host, chance() % 4 != 0, ended);
      ASSERT_EQ(scope.running(), 0U);
      ASSERT_EQ(trouble_of(host, model), "") << host.world.report();
    }
  }
}

// The canary: the check above sees one bit that changed.
TEST(StoreCrash, TheCheckSeesADamagedBody) {
  Host host;
  host.make_bucket();
  ASSERT_TRUE(host.put("k", "bytes"));
  Model model{{"k", {"bytes"}}};
  EXPECT_EQ(trouble_of(host, model), "");
  const ObjectPtr object = *host.store->find_object("pics", "k");
  ASSERT_TRUE(host.world.flip_bit("s3", object->pieces.at(0).body->path(), 2));
  EXPECT_NE(trouble_of(host, model), "");
}

TEST(StoreCrash, FailingCallsOfTheDiskNeverTearAnObject) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    Host host(seed);
    host.make_bucket();
    Model model;
    host.world.set_disk_error_chance("s3", 0.02);
    for (int round = 0; round < 3; ++round) {
      bool ended = false;
      ASSERT_TRUE(host.world.run(host.loop,
                                 work_all(*host.store, seed * 10 + static_cast<std::uint64_t>(round), model, ended)));
    }
    host.world.set_disk_error_chance("s3", 0);
    host.stop();
    host.start();
    ASSERT_EQ(trouble_of(host, model), "") << host.world.report();
  }
}

}  // namespace
}  // namespace gust::bucket
