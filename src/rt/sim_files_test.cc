#include <gtest/gtest.h>

#include <set>

#include "rt/files.h"
#include "rt/sim_test_internal.h"

namespace gust::rt::sim {
namespace {

struct OneHost {
  explicit OneHost(std::uint64_t seed = 1) : world(seed), loop(world.add_host("host", "10.0.0.1")) {}
  void run(Task<void> task) { EXPECT_TRUE(world.run(loop, std::move(task))) << world.report(); }
  World world;
  Loop& loop;
};

Errc code_of(const auto& result) { return result ? Errc::bug : result.error().code; }

Task<void> put(Files& files, std::string path, OpenMode mode, std::vector<std::string> pieces, bool sync,
               Errc& failure) {
  auto file = co_await files.open(path, mode);
  if (!file) {
    failure = file.error().code;
    co_return;
  }
  ByteCount at = 0;
  for (const std::string& piece : pieces) {
    auto wrote = co_await (*file)->write_at(at, piece);
    if (!wrote) failure = wrote.error().code;
    at += piece.size();
  }
  if (sync) {
    auto synced = co_await (*file)->sync();
    if (!synced) failure = synced.error().code;
  }
}

void put_stable(OneHost& host, const std::string& path, const std::string& bytes) {
  Errc failure = Errc::bug;
  host.run(put(host.loop.files(), path, OpenMode::write_replace, {bytes}, true, failure));
  EXPECT_EQ(failure, Errc::bug);
}

Task<void> sync_directory(Files& files, std::string path) { co_await files.sync_directory(path); }
Task<void> rename_file(Files& files, std::string from, std::string to) { co_await files.rename(from, to); }

Task<void> use_files(Files& files, std::vector<std::string>& names, std::string& read_back, FileStatus& status) {
  co_await files.make_directory("/data/a/b");
  {
    auto file = co_await files.open("/data/a/new", OpenMode::write_new);
    co_await (*file)->write_at(0, "hello world");
  }
  co_await files.rename("/data/a/new", "/data/a/old");
  auto file = co_await files.open("data/a/./b/../old", OpenMode::read);
  std::array<char, 100> buffer;
  auto got = co_await (*file)->read_at(6, buffer);
  read_back.assign(buffer.data(), *got);
  names = *co_await files.list("/data/a");
  status = *co_await files.status("/data/a/old");
}

TEST(SimFiles, WritesRenamesReadsAndLists) {
  OneHost host;
  std::vector<std::string> names;
  std::string read_back;
  FileStatus status;
  host.run(use_files(host.loop.files(), names, read_back, status));
  EXPECT_EQ(read_back, "world");
  EXPECT_EQ(names, (std::vector<std::string>{"b", "old"}));
  EXPECT_EQ(status.size, 11U);
  EXPECT_FALSE(status.is_directory);
  EXPECT_EQ(unix_seconds(status.modified), unix_seconds(host.world.wall_now()));
}

Task<void> meet_errors(Files& files, std::vector<Errc>& met) {
  co_await files.make_directory("/d/full");
  {
    auto made = co_await files.open("/d/full/file", OpenMode::write_new);
  }
  met.push_back(code_of(co_await files.open("/d/none", OpenMode::read)));
  met.push_back(code_of(co_await files.open("/none/file", OpenMode::write_new)));
  met.push_back(code_of(co_await files.open("/d/full/file", OpenMode::write_new)));
  met.push_back(code_of(co_await files.open("/d/full/file/below", OpenMode::read)));
  met.push_back(code_of(co_await files.open("/d", OpenMode::append)));
  met.push_back(code_of(co_await files.open("/d/" + std::string(256, 'x'), OpenMode::write_new)));
  met.push_back(code_of(co_await files.rename("/d/none", "/d/other")));
  met.push_back(code_of(co_await files.rename("/d/full", "/d/full/below")));
  met.push_back(code_of(co_await files.rename("/d/full/file", "/d/full")));
  met.push_back(code_of(co_await files.remove("/d/none")));
  met.push_back(code_of(co_await files.remove("/d/full")));
  met.push_back(code_of(co_await files.remove_directory("/d/full")));
  met.push_back(code_of(co_await files.remove_directory("/d/full/file")));
  met.push_back(code_of(co_await files.make_directory("/d/full/file/below")));
  met.push_back(code_of(co_await files.list("/d/none")));
  met.push_back(code_of(co_await files.status("/d/none")));
  auto reading = co_await files.open("/d/full/file", OpenMode::read);
  met.push_back(code_of(co_await (*reading)->write_at(0, "x")));
}

TEST(SimFiles, FailsAsTheRealFileSystemDoes) {
  OneHost host;
  std::vector<Errc> met;
  host.run(meet_errors(host.loop.files(), met));
  using enum Errc;
  EXPECT_EQ(met, (std::vector<Errc>{not_found, not_found, exists, not_directory, io_failed, io_failed, not_found,
                                    io_failed, io_failed, not_found, io_failed, exists, not_directory, not_directory,
                                    not_found, not_found, io_failed}));
}

TEST(SimFiles, AppendIgnoresTheOffsetAndWriteReplaceEmpties) {
  OneHost host;
  Errc failure = Errc::bug;
  put_stable(host, "/log", "one ");
  host.run(put(host.loop.files(), "/log", OpenMode::append, {"two ", "three"}, false, failure));
  EXPECT_EQ(host.world.file_bytes("host", "/log"), "one two three");
  host.run(put(host.loop.files(), "/log", OpenMode::write_replace, {"four"}, false, failure));
  EXPECT_EQ(host.world.file_bytes("host", "/log"), "four");
}

TEST(SimFiles, WhatWasSyncedSurvivesEveryPowerLoss) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    OneHost host(seed);
    put_stable(host, "/file", "precious");
    host.run(sync_directory(host.loop.files(), "/"));
    host.world.crash("host");
    host.world.crash_files("host");
    host.world.restart("host");
    ASSERT_EQ(host.world.file_bytes("host", "/file"), "precious") << "seed " << seed;
  }
}

TEST(SimFiles, UnsyncedWritesAreKeptLostOrTornOverTheSeeds) {
  std::set<std::string> found;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    OneHost host(seed);
    put_stable(host, "/file", "....");
    host.run(sync_directory(host.loop.files(), "/"));
    Errc failure = Errc::bug;
    host.run(put(host.loop.files(), "/file", OpenMode::append, {"abcd", "efgh"}, false, failure));
    host.world.crash_files("host");
    found.insert(*host.world.file_bytes("host", "/file"));
  }
  EXPECT_TRUE(found.contains("...."));
  EXPECT_TRUE(found.contains("....abcd"));
  EXPECT_TRUE(found.contains("....abcdefgh"));
  EXPECT_TRUE(found.contains(std::string("....\0\0\0\0efgh", 12))) << "the first lost, the second kept";
  EXPECT_TRUE(found.contains("....ab")) << "torn";
  EXPECT_TRUE(found.contains(std::string("....ab\0\0", 8))) << "torn, with the size already stable";
}

TEST(SimFiles, ACreateWithoutSyncOfTheDirectoryMayBeLost) {
  int lost = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    OneHost host(seed);
    put_stable(host, "/file", "bytes are stable, the name is not");
    host.world.crash_files("host");
    lost += host.world.file_bytes("host", "/file") ? 0 : 1;
  }
  EXPECT_GT(lost, 10);
  EXPECT_LT(lost, 90);
}

TEST(SimFiles, ARenameIsAllOrNothingWithoutSyncOfTheDirectory) {
  int old_ones = 0, new_ones = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    OneHost host(seed);
    put_stable(host, "/file", "old");
    put_stable(host, "/file.new", "new");
    host.run(sync_directory(host.loop.files(), "/"));
    host.run(rename_file(host.loop.files(), "/file.new", "/file"));
    host.world.crash_files("host");
    const auto bytes = host.world.file_bytes("host", "/file");
    const bool source_is_there = host.world.file_bytes("host", "/file.new").has_value();
    ASSERT_TRUE(bytes == "old" || bytes == "new");
    ASSERT_EQ(source_is_there, bytes == "old");
    (bytes == "old" ? old_ones : new_ones) += 1;
  }
  EXPECT_GT(old_ones, 10);
  EXPECT_GT(new_ones, 10);
}

Task<void> rename_and_sync(Files& files, std::string synced) {
  co_await files.make_directory("/a");
  co_await files.make_directory("/b");
  Errc failure = Errc::bug;
  co_await put(files, "/a/file", OpenMode::write_new, {"bytes"}, true, failure);
  co_await files.sync_directory("/");
  co_await files.sync_directory("/a");
  co_await files.rename("/a/file", "/b/file");
  co_await files.sync_directory(synced);
}

TEST(SimFiles, ARenameBetweenDirectoriesIsStableWhenEitherIsSynced) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    OneHost host(seed);
    host.run(rename_and_sync(host.loop.files(), seed % 2 ? "/a" : "/b"));
    host.world.crash_files("host");
    ASSERT_EQ(host.world.file_bytes("host", "/b/file"), "bytes");
    ASSERT_EQ(host.world.file_bytes("host", "/a/file"), std::nullopt);
  }
}

Task<void> rename_and_sync_target_only(Files& files, Errc& failure) {
  co_await put(files, "/file.new", OpenMode::write_new, {"new content"}, false, failure);
  co_await files.rename("/file.new", "/file");
  co_await files.sync_directory("/");
}

TEST(SimFiles, ARenameOfAFileThatWasNotSyncedMayGiveAnEmptyFile) {
  std::set<std::string> found;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    OneHost host(seed);
    Errc failure = Errc::bug;
    host.run(rename_and_sync_target_only(host.loop.files(), failure));
    host.world.crash_files("host");
    found.insert(host.world.file_bytes("host", "/file").value_or("no file"));
  }
  EXPECT_TRUE(found.contains(""));
  EXPECT_TRUE(found.contains("new content"));
  EXPECT_FALSE(found.contains("no file"));
}

TEST(SimFiles, AProcessCrashAloneLosesNothingThatWasWritten) {
  OneHost host;
  Errc failure = Errc::bug;
  host.run(put(host.loop.files(), "/file", OpenMode::write_new, {"in the page cache"}, false, failure));
  host.world.crash("host");
  host.world.restart("host");
  EXPECT_EQ(host.world.file_bytes("host", "/file"), "in the page cache");
}

Task<void> write_around_crash(World& world, Files& files, std::vector<Errc>& met) {
  auto file = co_await files.open("/file", OpenMode::write_new);
  world.crash("host");
  met.push_back(code_of(co_await (*file)->write_at(0, "x")));
  met.push_back(code_of(co_await files.open("/other", OpenMode::write_new)));
  world.crash_files("host");
  world.restart("host");
  met.push_back(code_of(co_await (*file)->sync()));
  met.push_back(code_of(co_await files.open("/other", OpenMode::write_new)));
}

TEST(SimFiles, ADownHostTouchesNoDiskAndOldFilesStayClosed) {
  OneHost host;
  std::vector<Errc> met;
  host.run(write_around_crash(host.world, host.loop.files(), met));
  EXPECT_EQ(met, (std::vector<Errc>{Errc::io_failed, Errc::io_failed, Errc::io_failed, Errc::bug}));
  EXPECT_FALSE(host.world.file_bytes("host", "/file").value_or("").contains('x'));
}

Task<void> remove_file(Files& files, std::string path) { co_await files.remove(path); }

TEST(SimFiles, ABudgetOfBytesEndsInNoSpaceAndRemovingFreesIt) {
  OneHost host;
  host.world.set_disk_budget("host", 10);
  Errc failure = Errc::bug;
  host.run(put(host.loop.files(), "/a", OpenMode::write_new, {"123456"}, false, failure));
  EXPECT_EQ(failure, Errc::bug);
  host.run(put(host.loop.files(), "/b", OpenMode::write_new, {"123456"}, false, failure));
  EXPECT_EQ(failure, Errc::no_space);
  EXPECT_EQ(host.world.file_bytes("host", "/b"), "1234") << "a disk takes what still fits";
  failure = Errc::bug;
  host.run(remove_file(host.loop.files(), "/a"));
  host.run(put(host.loop.files(), "/b", OpenMode::write_replace, {"1234567890"}, false, failure));
  EXPECT_EQ(failure, Errc::bug);
}

TEST(SimFiles, DiskErrorsComeByChance) {
  OneHost host;
  host.world.set_disk_error_chance("host", 0.3);
  int failed = 0;
  for (int i = 0; i < 100; ++i) {
    Errc failure = Errc::bug;
    host.run(put(host.loop.files(), "/file", OpenMode::append, {"x"}, false, failure));
    failed += failure == Errc::io_failed ? 1 : 0;
  }
  EXPECT_GT(failed, 20);
  EXPECT_LT(failed, 80);
}

TEST(SimFiles, ABitCanRot) {
  OneHost host;
  put_stable(host, "/file", "aaaa");
  EXPECT_TRUE(host.world.flip_bit("host", "/file", 2));
  EXPECT_NE(host.world.file_bytes("host", "/file"), "aaaa");
  EXPECT_FALSE(host.world.flip_bit("host", "/file", 4));
}

}  // namespace
}  // namespace gust::rt::sim
