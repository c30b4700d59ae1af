// What the SQLite engine promises beside store_test.cc: it outlives its process, and it knows its own files.
#include "config/sqlite_store.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>

#include "config/sqlite_internal.h"
#include "config/store_test_internal.h"

namespace gust::config {
namespace {

class SqliteStoreTest : public testing::Test {
 protected:
  std::string path() const { return folder_.path() + "/store"; }
  Result<std::unique_ptr<Store>> open() { return world_.run(open_sqlite_store(path())); }
  void write_file(const std::string& bytes) { std::ofstream(path(), std::ios::binary) << bytes; }
  std::string read_file() {
    std::ifstream in(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  TestFolder folder_;
  TestWorld world_;
};

TEST_F(SqliteStoreTest, KeepsDocumentsDeletionsAndTheRevisionOverARestart) {
  {
    auto store = open();
    ASSERT_TRUE(store) << store.error().text;
    ASSERT_TRUE(world_.run((*store)->put("a", "1", absent)));
    ASSERT_TRUE(world_.run((*store)->put("b", "1", absent)));
    ASSERT_TRUE(world_.run((*store)->remove("a", 1)));
  }
  auto store = open();
  ASSERT_TRUE(store) << store.error().text;
  const Changes all = *world_.run((*store)->watch("", absent, never));
  EXPECT_EQ(all.changes, (std::vector<Change>{{"b", "1", 2}, {"a", std::nullopt, 3}}));
  EXPECT_EQ(*world_.run((*store)->put("c", "1", absent)), 4U);
}

TEST_F(SqliteStoreTest, AFileThatIsNoDatabaseIsRefusedAndLeftAsItIs) {
  const std::string text(5000, 'x');
  write_file(text);
  const auto store = open();
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Errc::corrupt);
  EXPECT_EQ(store.error().text, "the file is not a store of Gustfront's");
  EXPECT_EQ(read_file(), text);
}

TEST_F(SqliteStoreTest, ADatabaseOfAnotherProgramIsRefusedAndLeftAsItIs) {
  ASSERT_TRUE(Database::open(path())->run("CREATE TABLE mine (x)"));
  const std::string before = read_file();
  const auto store = open();
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().text, "the file is a database of another program");
  EXPECT_EQ(read_file(), before);
}

TEST_F(SqliteStoreTest, AStoreOfANewerVersionIsRefused) {
  ASSERT_TRUE(open());
  ASSERT_TRUE(Database::open(path())->run("PRAGMA user_version = 2"));
  const auto store = open();
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Errc::corrupt);
}

TEST_F(SqliteStoreTest, ADamagedFileIsRefused) {
  {
    auto store = open();
    ASSERT_TRUE(world_.run((*store)->put("a", std::string(100'000, 'v'), absent)));
  }
  std::string bytes = read_file();
  for (std::size_t at = 4096; at < bytes.size(); ++at) bytes[at] = '\x5A';
  write_file(bytes);
  const auto store = open();
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Errc::corrupt);
}

TEST_F(SqliteStoreTest, AFileThatIsOpenAlreadyIsRefused) {
  const auto first = open();
  const auto second = open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::address_in_use);
  EXPECT_EQ(second.error().text, "another process has the store open");
}

TEST_F(SqliteStoreTest, AFolderThatIsNotThereIsRefused) {
  const auto store = world_.run(open_sqlite_store(folder_.path() + "/none/store"));
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Errc::access_denied);
}

// Two documents of commit `n`, alike and large enough to span pages.
std::vector<Write> pair_of(std::uint32_t n) {
  const std::string value = fmt::format("{:06}", n) + std::string(3000 + n % 7000, 'v');
  return {{fmt::format("{:06}/a", n), value, absent}, {fmt::format("{:06}/b", n), value, absent}};
}

// Commits from `n` on and tells `acknowledged` the number of each commit that was answered, until it is killed.
rt::Task<int> commit_until_killed(std::string path, std::uint32_t n, int acknowledged) {
  const auto store = co_await open_sqlite_store(path);
  if (!store) co_return 3;
  for (;; ++n) {
    const auto made = co_await (*store)->commit(pair_of(n));
    if (!made) co_return 4;
    if (write(acknowledged, &n, sizeof n) != sizeof n) co_return 5;
  }
}

// Starts such a process, kills it after some commits, and gives the number of the last that was answered.
std::uint32_t commit_and_kill(const std::string& path, std::uint32_t from, std::uint32_t commits) {
  std::array<int, 2> ends{};
  EXPECT_EQ(pipe(ends.data()), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    TestWorld world;
    _exit(world.run(commit_until_killed(path, from, ends[1])));
  }
  close(ends[1]);
  std::uint32_t last = 0;
  while (read(ends[0], &last, sizeof last) == sizeof last) {
    if (last == from + commits) kill(child, SIGKILL);
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "exit status " << WEXITSTATUS(status);
  return last;
}

TEST(SqliteStoreCrash, WhatWasAnsweredIsThereAfterAKillAndNothingIsTorn) {
  const TestFolder folder;
  const std::string path = folder.path() + "/store";
  std::uint32_t next = 0;
  for (std::uint32_t round = 0; round < 8; ++round) {
    const std::uint32_t last = commit_and_kill(path, next, 5 + 7 * round);
    TestWorld world;
    const auto store = world.run(open_sqlite_store(path));
    ASSERT_TRUE(store) << store.error().text;
    const Listing listing = *world.run((*store)->list(""));
    ASSERT_EQ(listing.documents.size(), 2 * listing.revision);
    // The commit under way may have been made, though not answered.
    ASSERT_GE(listing.revision, last + 1);
    ASSERT_LE(listing.revision, last + 2);
    for (std::uint32_t n = 0; n < listing.revision; ++n) {
      const std::vector<Write> pair = pair_of(n);
      ASSERT_EQ(listing.documents[2 * n], (Document{pair[0].key, *pair[0].value, n + 1}));
      ASSERT_EQ(listing.documents[2 * n + 1], (Document{pair[1].key, *pair[1].value, n + 1}));
    }
    next = static_cast<std::uint32_t>(listing.revision);
  }
}

}  // namespace
}  // namespace gust::config
