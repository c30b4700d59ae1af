#include "observe/log.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/date.h"
#include "rt/loop.h"

namespace gust::observe {
namespace {

class Collector final : public LogSink {
 public:
  void write_line(std::string_view line) override { lines.emplace_back(line); }
  std::vector<std::string> lines;
};

// A loop that is nothing but its clocks, set by the test.
class ClockLoop final : public rt::Loop {
 public:
  Instant now() const override { return steady; }
  WallTime wall_now() const override { return wall; }
  std::uint64_t random() override { return 0; }
  void fill_secret(MutableBytes) override {}
  rt::Network& network() override { check_failed("no network", __FILE__, __LINE__); }
  rt::Files& files() override { check_failed("no files", __FILE__, __LINE__); }
  void post(rt::Job) override {}
  void offload(rt::Job) override {}

  Instant steady{};
  WallTime wall = *read_iso8601("2026-03-01T09:08:07.250Z");
};

TEST(Log, ALineHasTimeLevelNameAndText) {
  Collector sink;
  const ClockLoop loop;
  Log log(sink, loop, "edge BOM50");
  log.info("serves {} on {}", "http", 8080);
  EXPECT_EQ(sink.lines, (std::vector<std::string>{"2026-03-01T09:08:07.250Z info edge BOM50: serves http on 8080\n"}));
}

TEST(Log, LinesBelowTheLeastLevelAreNotMade) {
  Collector sink;
  const ClockLoop loop;
  Log log(sink, loop, "x", Level::error);
  log.info("no");
  log.warning("no");
  log.warn_seldom("topic", Duration::zero(), "no");
  log.write(Level::error, "yes");
  EXPECT_EQ(sink.lines.size(), 1U);
}

TEST(Log, HostileBytesMakeNoSecondLineAndSpeakToNoTerminal) {
  const std::string line = format_log_line({}, Level::warning, "a\nb", "x\r\n\x1B[2J\t\\ \xC2\x9B");
  EXPECT_TRUE(line.ends_with("warning a\\x0Ab: x\\x0D\\x0A\\x1B[2J\\x09\\\\ \\xC2\\x9B\n"));
}

TEST(Log, LinesAreCutAt4096Bytes) {
  const std::string line = format_log_line({}, Level::info, std::string(9000, 'w'), std::string(9000, '\n'));
  EXPECT_LE(line.size(), 4096U);
  EXPECT_GT(line.size(), 4000U);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
}

TEST(Log, AWarningAtTheRateOfRequestsIsOneLineAnIntervalAndCountsTheOthers) {
  Collector sink;
  ClockLoop loop;
  Log log(sink, loop, "x");
  const auto warn = [&] { log.warn_seldom("origin down", std::chrono::seconds(10), "origin {} is down", "pics"); };
  warn();
  warn();
  warn();
  log.warn_seldom("another topic", std::chrono::seconds(10), "other");
  loop.steady += std::chrono::seconds(10);
  warn();
  ASSERT_EQ(sink.lines.size(), 3U);
  EXPECT_TRUE(sink.lines[0].ends_with("origin pics is down\n"));
  EXPECT_TRUE(sink.lines[2].ends_with("origin pics is down (2 more like it before)\n"));
}

}  // namespace
}  // namespace gust::observe
