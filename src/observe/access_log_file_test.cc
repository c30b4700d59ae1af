#include "observe/access_log_file.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "base/date.h"
#include "base/text.h"
#include "observe/access_log.h"
#include "observe/metrics.h"
#include "rt/epoll_loop.h"
#include "rt/scope.h"
#include "rt/worker_pool.h"

namespace gust::observe {
namespace {

using std::chrono::milliseconds;
namespace fs = std::filesystem;

std::string make_folder() {
  std::string path = (fs::temp_directory_path() / "gust-log-XXXXXX").string();
  EXPECT_TRUE(mkdtemp(path.data()));
  return path;
}

struct World {
  ~World() { fs::remove_all(root); }

  std::int64_t count(std::string_view name, const Labels& labels = {}) const {
    return registry.value_of("gustfront_access_log_" + std::string(name), labels);
  }

  std::string root = make_folder();
  std::string folder = root + "/logs/BOM50";
  rt::WorkerPool workers{2};
  rt::EpollLoop loop{workers};
  Registry registry;
  MetricsWriter& metrics = registry.make_writer();
};

void write(FileAccessLog& log, ByteView distribution, ByteView path, std::string_view at = "2026-03-01T09:00:00Z") {
  AccessRecord record;
  record.distribution_id = distribution;
  record.path = path;
  record.ended = *read_iso8601(at);
  log.write(record);
}

// The paths logged in the files whose names begin so, file by file; every file begins with the header.
std::vector<std::string> logged(const World& world, const std::string& prefix) {
  std::set<fs::path> names;
  for (const auto& entry : fs::directory_iterator(world.folder)) {
    if (entry.path().filename().string().starts_with(prefix)) names.insert(entry.path());
  }
  std::vector<std::string> paths;
  for (const fs::path& name : names) {
    std::ostringstream text;
    text << std::ifstream(name).rdbuf();
    const std::string content = text.str();
    EXPECT_TRUE(content.starts_with(access_log_header()));
    for (const auto line : split(std::string_view(content).substr(access_log_header().size()), '\n')) {
      if (!line.empty()) paths.emplace_back(split(line, '\t').at(7));
    }
  }
  return paths;
}

rt::Task<void> stop_and_end(World& world, FileAccessLog& log, rt::Scope& running) {
  log.stop();
  co_await running.join();
  world.loop.stop();
}

// Runs the log until what was written before this call, and nothing more, is flushed by an orderly stop.
void run_and_stop(World& world, FileAccessLog& log) {
  rt::Scope running(world.loop);
  rt::Scope ending(world.loop);
  running.spawn(log.run());
  ending.spawn(stop_and_end(world, log, running));
  world.loop.run();
}

TEST(FileAccessLog, AnOrderlyStopLeavesNoLineBehindAndKeepsTheirOrder) {
  World world;
  FileAccessLog log(world.loop, world.folder, world.metrics, {.flush_interval = std::chrono::hours(1)});
  for (const char* path : {"/1", "/2", "/3"}) write(log, "E1", path);
  run_and_stop(world, log);
  EXPECT_EQ(logged(world, "E1.2026-03-01-09."), (std::vector<std::string>{"/1", "/2", "/3"}));
  EXPECT_EQ(world.count("lines_total"), 3);
}

TEST(FileAccessLog, Log1EachDistributionAndHourHasItsFile) {
  World world;
  FileAccessLog log(world.loop, world.folder, world.metrics);
  write(log, "E1", "/a", "2026-03-01T09:59:59Z");
  write(log, "E2", "/b", "2026-03-01T09:59:59Z");
  write(log, "E1", "/c", "2026-03-01T10:00:00Z");
  run_and_stop(world, log);
  EXPECT_EQ(logged(world, "E1.2026-03-01-09."), (std::vector<std::string>{"/a"}));
  EXPECT_EQ(logged(world, "E1.2026-03-01-10."), (std::vector<std::string>{"/c"}));
  EXPECT_EQ(logged(world, "E2.2026-03-01-09."), (std::vector<std::string>{"/b"}));
}

TEST(FileAccessLog, AFullBufferDropsAndCountsAndNeverWaits) {
  World world;
  FileAccessLog log(world.loop, world.folder, world.metrics, {.buffered_bytes_max = 300});
  for (int i = 0; i < 10; ++i) write(log, "E1", "/x");
  const std::int64_t dropped = world.count("dropped_lines_total", {{"reason", "buffer_full"}});
  EXPECT_GT(dropped, 0);
  run_and_stop(world, log);
  EXPECT_EQ(world.count("lines_total") + dropped, 10);
  EXPECT_EQ(logged(world, "E1.").size(), static_cast<std::size_t>(10 - dropped));
}

TEST(FileAccessLog, AFolderThatCannotBeMadeCountsItsLinesAsDropped) {
  World world;
  std::ofstream(world.root + "/logs") << "a file in the way";
  FileAccessLog log(world.loop, world.folder, world.metrics);
  write(log, "E1", "/x");
  run_and_stop(world, log);
  EXPECT_EQ(world.count("dropped_lines_total", {{"reason", "write_failed"}}), 1);
  EXPECT_EQ(world.count("lines_total"), 0);
}

TEST(FileAccessLog, ALineBehindTheEndIsCountedAsDropped) {
  World world;
  FileAccessLog log(world.loop, world.folder, world.metrics);
  run_and_stop(world, log);
  write(log, "E1", "/late");
  EXPECT_EQ(world.count("dropped_lines_total", {{"reason", "buffer_full"}}), 1);
}

// Writes one line, waits for it to be flushed by time, writes two more together, waits for them by size.
rt::Task<void> write_in_turns(World& world, FileAccessLog& log, rt::Scope& running, bool cancel) {
  write(log, "E1", "/1");
  while (world.count("lines_total") < 1) co_await rt::sleep_until(world.loop.now() + milliseconds(1));
  write(log, "E1", "/2");
  write(log, "E1", "/3");
  if (cancel) {
    running.cancel();
  } else {
    log.stop();
  }
  co_await running.join();
  world.loop.stop();
}

void run_in_turns(World& world, bool cancel) {
  FileAccessLog log(world.loop, world.folder, world.metrics, {.flush_interval = milliseconds(1)});
  rt::Scope running(world.loop);
  rt::Scope writing(world.loop);
  running.spawn(log.run());
  writing.spawn(write_in_turns(world, log, running, cancel));
  world.loop.run();
}

TEST(FileAccessLog, LaterFlushesGoOnInTheSameFile) {
  World world;
  run_in_turns(world, false);
  EXPECT_EQ(logged(world, "E1."), (std::vector<std::string>{"/1", "/2", "/3"}));
  EXPECT_EQ(std::distance(fs::directory_iterator(world.folder), fs::directory_iterator()), 1);
}

TEST(FileAccessLog, ACancelWritesWhatIsLeftToo) {
  World world;
  run_in_turns(world, true);
  EXPECT_EQ(logged(world, "E1."), (std::vector<std::string>{"/1", "/2", "/3"}));
}

}  // namespace
}  // namespace gust::observe
