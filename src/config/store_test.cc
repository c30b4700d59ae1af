// What every engine of the Store promises, run over each of them.
#include "config/store.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "config/memory_store.h"
#include "config/sqlite_store.h"
#include "config/store_test_internal.h"
#include "rt/scope.h"

namespace gust::config {
namespace {

enum class Engine : std::uint8_t { memory, sqlite };

class StoreTest : public testing::TestWithParam<Engine> {
 protected:
  void open(const StoreLimits& limits = {}) {
    if (GetParam() == Engine::memory) {
      store_ = make_memory_store(limits);
    } else {
      Result<std::unique_ptr<Store>> opened = world_.run(open_sqlite_store(folder_.path() + "/store", limits));
      ASSERT_TRUE(opened) << opened.error().text;
      store_ = std::move(*opened);
    }
  }
  void SetUp() override { open(); }

  Revision put(std::string key, std::string value, Revision expected = absent) {
    const auto made = world_.run(store_->put(std::move(key), std::move(value), expected));
    return made.value_or(absent);
  }
  template <typename T>
  Errc errc_of(rt::Task<Result<T>> task) {
    const Result<T> result = world_.run(std::move(task));
    return result ? Errc::bug : result.error().code;
  }
  std::vector<std::string> keys(std::string prefix) {
    std::vector<std::string> found;
    for (const Document& document : world_.run(store_->list(std::move(prefix)))->documents)
      found.push_back(document.key);
    return found;
  }

  TestFolder folder_;
  TestWorld world_;
  std::unique_ptr<Store> store_;
};

TEST_P(StoreTest, GivesBackWhatWasPutAndNothingForAKeyThatIsNotThere) {
  const Revision revision = put("a/b", "value");
  EXPECT_EQ(revision, 1U);
  EXPECT_EQ(**world_.run(store_->get("a/b")), (Document{"a/b", "value", revision}));
  EXPECT_EQ(*world_.run(store_->get("a")), std::nullopt);
}

TEST_P(StoreTest, CountsWhatAListWouldGive) {
  for (const char* key : {"a", "a/b", "a/c", "b"}) put(key, "value");
  EXPECT_EQ(*world_.run(store_->count("a/")), 2U);
  EXPECT_EQ(*world_.run(store_->count("")), 4U);
  EXPECT_EQ(*world_.run(store_->count("none")), 0U);
}

TEST_P(StoreTest, KeysAndValuesAreBytes) {
  const std::string key("k\0\xFF'%_\n", 7);
  ASSERT_NE(put(key, std::string("\0v\xFF", 3)), absent);
  EXPECT_EQ((*world_.run(store_->get(key)))->value, std::string("\0v\xFF", 3));
  ASSERT_NE(put("empty", ""), absent);
  EXPECT_EQ((*world_.run(store_->get("empty")))->value, "");
}

TEST_P(StoreTest, EveryCommitTakesTheNextRevision) {
  EXPECT_EQ(put("a", "1"), 1U);
  EXPECT_EQ(put("b", "1"), 2U);
  EXPECT_EQ(put("a", "2", 1), 3U);
  EXPECT_EQ(*world_.run(store_->remove("a", 3)), 4U);
  EXPECT_EQ(world_.run(store_->list(""))->revision, 4U);
}

TEST_P(StoreTest, APutThatExpectsAnotherRevisionIsAConflictAndChangesNothing) {
  put("a", "1");
  EXPECT_EQ(errc_of(store_->put("a", "2", absent)), Errc::conflict);
  EXPECT_EQ(errc_of(store_->put("a", "2", 7)), Errc::conflict);
  EXPECT_EQ(errc_of(store_->put("new", "2", 1)), Errc::conflict);
  EXPECT_EQ((*world_.run(store_->get("a")))->value, "1");
  EXPECT_EQ(world_.run(store_->list(""))->revision, 1U);
}

TEST_P(StoreTest, ADeleteThatExpectsAnotherRevisionIsAConflict) {
  put("a", "1");
  EXPECT_EQ(errc_of(store_->remove("a", 9)), Errc::conflict);
  EXPECT_EQ(errc_of(store_->remove("b", 1)), Errc::conflict);
  EXPECT_EQ(keys(""), std::vector<std::string>{"a"});
}

TEST_P(StoreTest, AKeyCanComeBackAfterItsDeletionWithANewRevision) {
  put("a", "1");
  ASSERT_TRUE(world_.run(store_->remove("a", 1)));
  EXPECT_EQ(errc_of(store_->put("a", "2", 1)), Errc::conflict);
  EXPECT_EQ(put("a", "2"), 3U);
}

std::vector<Write> writes_of(std::initializer_list<Write> writes) { return writes; }

TEST_P(StoreTest, ACommitIsMadeWholeOrNotAtAll) {
  put("a", "1");
  EXPECT_EQ(errc_of(store_->commit(writes_of({{"b", "1", absent}, {"a", "2", 5}}))), Errc::conflict);
  EXPECT_EQ(keys(""), std::vector<std::string>{"a"});
  EXPECT_EQ(*world_.run(store_->commit(writes_of({{"b", "1", absent}, {"a", std::nullopt, 1}, {"c", "1", absent}}))),
            2U);
  EXPECT_EQ(keys(""), (std::vector<std::string>{"b", "c"}));
  EXPECT_EQ((*world_.run(store_->get("c")))->revision, 2U);
}

TEST_P(StoreTest, ACommitThatMakesNoSenseIsRefused) {
  EXPECT_EQ(errc_of(store_->commit({})), Errc::would_exceed_limit);
  EXPECT_EQ(errc_of(store_->commit(writes_of({{"a", "1", absent}, {"a", "2", absent}}))), Errc::bad_value);
  EXPECT_EQ(errc_of(store_->commit(writes_of({{"a", std::nullopt, absent}}))), Errc::bad_value);
  EXPECT_EQ(errc_of(store_->put("", "1", absent)), Errc::bad_value);
}

TEST_P(StoreTest, SizesHaveLimits) {
  store_.reset();
  open({.key_bytes_max = 4, .value_bytes_max = 8, .writes_max = 1, .deletions_kept = 10});
  EXPECT_EQ(errc_of(store_->put("12345", "1", absent)), Errc::would_exceed_limit);
  EXPECT_EQ(errc_of(store_->put("1", "123456789", absent)), Errc::would_exceed_limit);
  EXPECT_EQ(errc_of(store_->commit(writes_of({{"a", "1", absent}, {"b", "1", absent}}))), Errc::would_exceed_limit);
  EXPECT_NE(put("1234", "12345678"), absent);
}

TEST_P(StoreTest, ListsAPrefixInTheOrderOfBytes) {
  for (const char* key : {"d/E2", "d/E1", "d", "d0", "c/E1", "d/\xFFz", "d/\xFF"}) put(key, key);
  EXPECT_EQ(keys("d/"), (std::vector<std::string>{"d/E1", "d/E2", "d/\xFF", "d/\xFFz"}));
  EXPECT_EQ(keys("d/\xFF"), (std::vector<std::string>{"d/\xFF", "d/\xFFz"}));
  EXPECT_EQ(keys("x"), std::vector<std::string>{});
  EXPECT_EQ(keys("").size(), 7U);
}

TEST_P(StoreTest, AWatchTellsAtOnceWhatChangedAlready) {
  put("d/1", "1");
  put("other", "1");
  put("d/2", "1");
  put("d/1", "2", 1);
  ASSERT_TRUE(world_.run(store_->remove("d/2", 3)));
  const Changes all = *world_.run(store_->watch("d/", absent, never));
  EXPECT_EQ(all.revision, 5U);
  EXPECT_EQ(all.changes, (std::vector<Change>{{"d/1", "2", 4}, {"d/2", std::nullopt, 5}}));
  EXPECT_EQ(world_.run(store_->watch("d/", 4, never))->changes, (std::vector<Change>{{"d/2", std::nullopt, 5}}));
}

rt::Task<void> watch_into(Store& store, Revision after, Result<Changes>& found) {
  found = co_await store.watch("d/", after, never);
}

rt::Task<void> put_while_watched(Store& store, Result<Changes>& found) {
  rt::Scope scope(co_await rt::context());
  scope.spawn(watch_into(store, absent, found));
  co_await store.put("other", "1", absent);  // does not wake the watch for good
  co_await store.put("d/1", "1", absent);
  co_await scope.join();
}

TEST_P(StoreTest, AWatchWaitsForTheNextChangeUnderItsPrefix) {
  Result<Changes> found = fail(Errc::bug, "");
  world_.run(put_while_watched(*store_, found));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->changes, (std::vector<Change>{{"d/1", "1", 2}}));
}

rt::Task<Result<Changes>> watch_for_a_millisecond(Store& store) {
  rt::Loop& loop = co_await rt::this_loop();
  co_return co_await store.watch("d/", absent, loop.now() + std::chrono::milliseconds(1));
}

rt::Task<void> cancel_a_watch(Store& store, Result<Changes>& found) {
  rt::Scope scope(co_await rt::context());
  scope.spawn(watch_into(store, absent, found));
  co_await store.put("other", "1", absent);
  scope.cancel();
  co_await scope.join();
}

TEST_P(StoreTest, AWatchEndsAtItsDeadlineOrByCancel) {
  EXPECT_EQ(errc_of(watch_for_a_millisecond(*store_)), Errc::timed_out);
  Result<Changes> found = fail(Errc::bug, "");
  world_.run(cancel_a_watch(*store_, found));
  EXPECT_EQ(found.error().code, Errc::cancelled);
}

TEST_P(StoreTest, AWatchFromBeforeTheDeletionsThatAreKnownSaysSo) {
  store_.reset();
  open({.deletions_kept = 2});
  for (const char* key : {"1", "2", "3"}) put(key, "");
  for (const Revision revision : {1U, 2U, 3U}) {
    ASSERT_TRUE(world_.run(store_->remove(std::to_string(revision), revision)));
  }
  EXPECT_EQ(errc_of(store_->watch("", 3, never)), Errc::not_found);
  EXPECT_EQ(world_.run(store_->watch("", 4, never))->changes.size(), 2U);
}

rt::Task<void> add_one(Store& store, int times, int& conflicts) {
  for (int i = 0; i < times;) {
    const auto found = co_await store.get("n");
    const int n = *found ? std::stoi((*found)->value) : 0;
    const auto made = co_await store.put("n", std::to_string(n + 1), *found ? (*found)->revision : absent);
    if (made) {
      ++i;
    } else {
      EXPECT_EQ(made.error().code, Errc::conflict);
      ++conflicts;
    }
  }
}

rt::Task<void> add_from_many(Store& store, int& conflicts) {
  rt::Scope scope(co_await rt::context());
  for (int i = 0; i < 8; ++i) scope.spawn(add_one(store, 20, conflicts));
  co_await scope.join();
}

TEST_P(StoreTest, PutIfRevisionLosesNoUpdateUnderConcurrency) {
  int conflicts = 0;
  world_.run(add_from_many(*store_, conflicts));
  EXPECT_EQ((*world_.run(store_->get("n")))->value, "160");
  if (GetParam() == Engine::sqlite) EXPECT_GT(conflicts, 0);
}

INSTANTIATE_TEST_SUITE_P(Engines, StoreTest, testing::Values(Engine::memory, Engine::sqlite), [](const auto& info) {
  return std::string(info.param == Engine::memory ? "memory" : "sqlite");
});

}  // namespace
}  // namespace gust::config
