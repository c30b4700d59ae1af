// Crashes of a store with versions at any moment: no version that was acknowledged is lost, none that was taken away is
// there again, and the newest that was acknowledged is the newest.
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

struct KeyModel {
  std::map<std::string, std::string> there;  // acknowledged versions by id, and their bytes; "(marker)"
  std::set<std::string> going;               // of those: their removal was tried
  std::set<std::string> gone;                // ids whose removal was acknowledged
  std::set<std::string> tried;               // bytes of versions without an answer
  std::string newest;                        // id of the last acknowledged put or delete, while it is there
};
using Model = std::map<std::string, KeyModel>;

// One change of the key; false where it failed.
rt::Task<bool> change(BucketStore& store, std::string key, std::string bytes, std::uint64_t choice, KeyModel& model) {
  if (choice % 4 < 2) {
    model.tried.insert(bytes);
    auto object = co_await test::put_bytes(store, "pics", key, bytes);
    if (!object) co_return false;
    model.tried.erase(bytes);
    model.newest = (*object)->version_id;
    model.there.emplace(model.newest, bytes);
  } else if (choice % 4 == 2) {
    model.tried.insert("(marker)");
    auto deleted = co_await store.delete_object("pics", key);
    if (!deleted) co_return false;
    model.tried.erase("(marker)");
    model.newest = deleted->version_id.value_or("");
    model.there.emplace(model.newest, "(marker)");
  } else if (!model.there.empty()) {
    const auto chosen = std::next(model.there.begin(), static_cast<std::ptrdiff_t>(choice / 4 % model.there.size()));
    const std::string id = chosen->first;
    model.going.insert(id);
    if (!co_await store.delete_object("pics", key, id)) co_return false;
    model.there.erase(id);
    model.going.erase(id);
    model.gone.insert(id);
    if (id == model.newest) model.newest.clear();
  }
  co_return true;
}

rt::Task<void> work(BucketStore& store, int worker, std::uint64_t seed, Model& model) {
  std::mt19937_64 chance(seed * 31 + static_cast<std::uint64_t>(worker));
  for (int i = 0; i < 1000; ++i) {
    const std::string key = fmt::format("{}/{}", worker, chance() % 2);
    std::string bytes = fmt::format("{}.{}.{}:", seed, worker, i) + std::string(chance() % 2000, 'x');
    if (!co_await change(store, key, std::move(bytes), chance(), model[key])) co_return;
  }
}

rt::Task<void> work_all(BucketStore& store, std::uint64_t seed, Model& model, bool& ended) {
  rt::Scope scope(co_await rt::context());
  for (int worker = 0; worker < 3; ++worker) scope.spawn(work(store, worker, seed, model));
  co_await scope.join();
  ended = true;
}

// What is wrong with a key, or nothing. Makes the model what was found.
std::string trouble_of(Host& host, const std::string& key, KeyModel& model) {
  std::map<std::string, std::string> found;
  std::string newest;
  const bool has_doubt = !model.tried.empty();
  for (const auto& item : host.store->list_versions("pics", {.prefix = key})->items) {
    const Object& version = *item.version;
    std::string bytes = "(marker)";
    if (!version.is_delete_marker) {
      const auto read = host.await(test::read_bytes(item.version));
      if (!read) return fmt::format("{}: {}", key, read.error().text);
      bytes = *read;
    }
    if (item.is_newest) newest = version.version_id;
    found.emplace(version.version_id, bytes);
    if (model.gone.contains(version.version_id)) return key + ": a version is there again";
    const auto known = model.there.find(version.version_id);
    if (known != model.there.end() ? known->second != bytes : !model.tried.contains(bytes)) {
      return key + ": a version that nobody wrote";
    }
  }
  for (const auto& [id, bytes] : model.there) {
    if (!found.contains(id) && !model.going.contains(id)) return fmt::format("{}: version {} is lost", key, id);
  }
  const bool newest_stays = !model.newest.empty() && !model.going.contains(model.newest);
  if (newest_stays && !has_doubt && newest != model.newest) return key + ": an older version is current";
  for (const std::string& id : model.going) {
    if (!found.contains(id)) model.gone.insert(id);
  }
  model.there = std::move(found);
  model.going.clear();
  model.tried.clear();
  model.newest = newest;
  return "";
}

TEST(VersionsCrash, NoVersionIsLostAndNoneComesBack) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    Host host(seed);
    host.make_bucket();
    ASSERT_TRUE(host.await(host.store->set_versioning("pics", Versioning::enabled)));
    std::mt19937_64 chance(seed);
    Model model;
    for (int round = 0; round < 3; ++round) {
      bool ended = false;
      rt::Scope scope(host.loop);
      scope.spawn(work_all(*host.store, seed * 10 + static_cast<std::uint64_t>(round), model, ended));
      host.world.run_for(std::chrono::microseconds(chance() % 60'000));
      host.world.crash("s3");
      ASSERT_TRUE(host.world.run_until([&] { return ended; }));
      host.stop();
      if (chance() % 4 != 0) host.world.crash_files("s3");
      host.world.restart("s3");
      host.start();
      ASSERT_EQ(host.store->start_report().records_corrupt, 0U);
      std::size_t bodies = 0;
      for (auto& [key, of_key] : model) {
        ASSERT_EQ(trouble_of(host, key, of_key), "") << host.world.report();
        for (const auto& [id, bytes] : of_key.there) bodies += bytes == "(marker)" ? 0 : 1;
      }
      ASSERT_EQ(host.count_files("bodies"), bodies) << "bodies without a version are removed";
    }
  }
}

}  // namespace
}  // namespace gust::bucket
