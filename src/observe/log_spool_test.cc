#include "observe/log_spool.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>

#include "base/date.h"
#include "base/text.h"
#include "observe/metrics.h"
#include "rt/epoll_loop.h"
#include "rt/files.h"
#include "rt/scope.h"
#include "rt/sim_world.h"
#include "rt/worker_pool.h"

namespace gust::observe {
namespace {

namespace fs = std::filesystem;

std::string make_folder() {
  std::string path = (fs::temp_directory_path() / "gust-spool-XXXXXX").string();
  EXPECT_TRUE(mkdtemp(path.data()));
  return path;
}

struct World {
  ~World() { fs::remove_all(folder); }
  std::int64_t dropped(const std::string& reason) const {
    return registry.value_of("gustfront_log_delivery_dropped_lines_total", {{"reason", reason}});
  }
  // The files by the paths that they log, joined by commas: name, and destination.
  std::map<std::string, std::pair<std::string, std::string>> files() const {
    std::map<std::string, std::pair<std::string, std::string>> found;
    for (const auto& entry : fs::directory_iterator(folder)) {
      std::ostringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      const std::string content = text.str();
      const auto destination = read_spool_head(content);
      EXPECT_TRUE(destination) << content;
      std::string paths;
      for (const auto line : split(std::string_view(content).substr(content.find('\n') + 1), '\n')) {
        if (!line.empty()) paths += (paths.empty() ? "" : ",") + std::string(split(line, '\t').at(7));
      }
      found[paths] = {entry.path().filename().string(), std::string(destination.value_or(ByteView()))};
    }
    return found;
  }

  std::string folder = make_folder();
  rt::WorkerPool workers{2};
  rt::EpollLoop loop{workers};
  Registry registry;
  MetricsWriter& metrics = registry.make_writer();
  SpoolAccount account;
};

void write(LogSpool& spool, ByteView path, ByteView destination = "logs/site/",
           std::string_view at = "2026-03-01T09:00:00Z", ByteView cookie = {}) {
  AccessRecord record;
  record.distribution_id = "E1";
  record.log_destination = destination;
  record.path = path;
  record.cookie = cookie;
  record.ended = *read_iso8601(at);
  spool.write(record);
}

rt::Task<void> stop_and_end(World& world, LogSpool& spool, rt::Scope& running) {
  spool.stop();
  co_await running.join();
  world.loop.stop();
}

void run_and_stop(World& world, LogSpool& spool) {
  rt::Scope running(world.loop);
  rt::Scope ending(world.loop);
  running.spawn(spool.run());
  ending.spawn(stop_and_end(world, spool, running));
  world.loop.run();
}

TEST(LogSpool, Log1AnOrderlyStopClosesAllFilesUnderTheirHourAndDestination) {
  World world;
  LogSpool spool(world.loop, world.folder, world.metrics, world.account);
  write(spool, "/a");
  write(spool, "/b");
  write(spool, "/later", "logs/site/", "2026-03-01T10:00:00Z");
  write(spool, "/elsewhere", "other/", "2026-03-01T10:00:00Z");
  run_and_stop(world, spool);
  const auto files = world.files();
  ASSERT_EQ(files.size(), 3U);
  EXPECT_TRUE(files.at("/a,/b").first.starts_with("E1.2026-03-01-09."));
  EXPECT_TRUE(files.at("/a,/b").first.ends_with(".log"));
  EXPECT_EQ(files.at("/a,/b").second, "logs/site/");
  EXPECT_TRUE(files.at("/later").first.starts_with("E1.2026-03-01-10."));
  EXPECT_EQ(files.at("/elsewhere").second, "other/");
  ByteCount bytes = 0;
  for (const auto& entry : fs::directory_iterator(world.folder)) bytes += entry.file_size();
  EXPECT_EQ(world.account.bytes.load(), bytes);
}

TEST(LogSpool, ARecordWithoutADestinationIsNotForIt) {
  World world;
  LogSpool spool(world.loop, world.folder, world.metrics, world.account);
  write(spool, "/a", "");
  run_and_stop(world, spool);
  EXPECT_TRUE(world.files().empty());
}

TEST(LogSpool, AFileThatIsLongEnoughIsClosedAndTheNextLineBeginsAnother) {
  World world;
  LogSpool spool(world.loop, world.folder, world.metrics, world.account, {.flush_bytes = 1, .file_bytes = 1});
  rt::Scope running(world.loop);
  rt::Scope ending(world.loop);
  running.spawn(spool.run());
  const auto write_two = [](World& in, LogSpool& to, rt::Scope& its) -> rt::Task<void> {
    write(to, "/a");
    while (in.files().empty() || !in.files().begin()->second.first.ends_with(".log")) {
      co_await rt::sleep_until(in.loop.now() + std::chrono::milliseconds(1));
    }
    write(to, "/b");
    co_await stop_and_end(in, to, its);
  };
  ending.spawn(write_two(world, spool, running));
  world.loop.run();
  EXPECT_EQ(world.files().size(), 2U);
}

TEST(LogSpool, BeyondTheBoundOnTheDiskLinesAreDroppedAndCounted) {
  World world;
  world.account.bytes_max = 10;
  world.account.bytes = 10;
  LogSpool spool(world.loop, world.folder, world.metrics, world.account);
  write(spool, "/a");
  run_and_stop(world, spool);
  EXPECT_TRUE(world.files().empty());
  EXPECT_EQ(world.dropped("full"), 1);
}

TEST(LogSpool, AFolderThatIsGoneCostsTheLinesAndNoMore) {
  World world;
  LogSpool spool(world.loop, world.folder + "/none", world.metrics, world.account);
  write(spool, "/a");
  run_and_stop(world, spool);
  EXPECT_EQ(world.dropped("write_failed"), 1);
}

TEST(LogSpool, AFullDiskLeavesNoFilesAndNothingOnTheAccount) {
  rt::sim::World world{1};
  rt::Loop& loop = world.add_host("edge", "10.0.0.1");
  Registry registry;
  SpoolAccount account;
  LogSpool spool(loop, "/spool", registry.make_writer(), account);
  rt::Scope running(loop);
  const auto write_and_end = [](LogSpool& to, rt::Loop& on, rt::Scope& its, std::size_t& left) -> rt::Task<void> {
    EXPECT_TRUE(co_await on.files().make_directory("/spool"));
    its.spawn(to.run());
    for (int i = 0; i < 3; ++i) {
      write(to, "/a");
      co_await rt::sleep_until(on.now() + std::chrono::seconds(1));
    }
    to.stop();
    co_await its.join();
    const auto names = co_await on.files().list("/spool");
    left = names ? names->size() : 99;
  };
  world.set_disk_budget("edge", 10);
  std::size_t left = 99;
  EXPECT_TRUE(world.run(loop, write_and_end(spool, loop, running, left))) << world.report();
  EXPECT_EQ(left, 0U);
  EXPECT_EQ(account.bytes.load(), 0U);
  EXPECT_EQ(registry.value_of("gustfront_log_delivery_dropped_lines_total", {{"reason", "write_failed"}}), 3);
}

TEST(LogSpool, AHeadIsReadAsItWasWritten) {
  EXPECT_EQ(read_spool_head(spool_head("logs/a/b") + "line\n"), "logs/a/b");
  for (const char* text : {"", "#Destination: no end", "#Version: 1.0\n", "\n"}) EXPECT_FALSE(read_spool_head(text));
}

}  // namespace
}  // namespace gust::observe
