#include "observe/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <thread>

namespace gust::observe {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Metrics, TheSameSeriesOfTwoWritersIsOneSum) {
  Registry registry;
  Counter& one = registry.make_writer({{"node", "BOM50"}}).counter("requests_total", "Requests.", {{"result", "Hit"}});
  Counter& two = registry.make_writer({{"node", "BOM50"}}).counter("requests_total", "Requests.", {{"result", "Hit"}});
  one.add(2);
  two.add();
  EXPECT_THAT(registry.exposition(), HasSubstr("# HELP requests_total Requests.\n# TYPE requests_total counter\n"
                                               "requests_total{node=\"BOM50\",result=\"Hit\"} 3\n"));
  EXPECT_EQ(registry.value_of("requests_total", {{"result", "Hit"}, {"node", "BOM50"}}), 3);
  EXPECT_EQ(registry.value_of("requests_total"), 0);
}

TEST(Metrics, AskingAgainGivesTheSameCell) {
  Registry registry;
  MetricsWriter& writer = registry.make_writer();
  EXPECT_EQ(&writer.counter("a_total", "A."), &writer.counter("a_total", "A."));
  EXPECT_NE(&writer.counter("a_total", "A."), &writer.counter("a_total", "A.", {{"x", "1"}}));
}

TEST(Metrics, WhatIsKeptElsewhereIsShownAsItIsWhenRead) {
  Registry registry;
  MetricsWriter& writer = registry.make_writer();
  Gauge& gauge = writer.gauge("entries", "Entries.");
  std::int64_t entries = 1;
  {
    const BeforeReading shows(writer, [&] { gauge.set(entries); });
    EXPECT_EQ(registry.value_of("entries"), 1);
    entries = 2;
    EXPECT_THAT(registry.exposition(), HasSubstr("entries 2\n"));
  }
  entries = 3;
  EXPECT_EQ(registry.value_of("entries"), 2) << "who showed it is gone";
}

TEST(Metrics, GaugesGoBothWays) {
  Registry registry;
  Gauge& gauge = registry.make_writer().gauge("open", "Open.");
  gauge.add(5);
  gauge.add(-7);
  EXPECT_THAT(registry.exposition(), HasSubstr("# TYPE open gauge\nopen -2\n"));
}

TEST(Metrics, HistogramBucketsAreCumulativeAndTheirBoundsInclusive) {
  Registry registry;
  constexpr std::array<double, 2> bounds{0.5, 2};
  Histogram& first = registry.make_writer().histogram("seconds", "Time.", bounds);
  Histogram& second = registry.make_writer().histogram("seconds", "Time.", bounds);
  first.observe(0.5);
  first.observe(1);
  second.observe(100);
  EXPECT_THAT(registry.exposition(), HasSubstr("seconds_bucket{le=\"0.5\"} 1\n"
                                               "seconds_bucket{le=\"2\"} 2\n"
                                               "seconds_bucket{le=\"+Inf\"} 3\n"
                                               "seconds_sum 101.5\n"
                                               "seconds_count 3\n"));
}

TEST(Metrics, LabelValuesCannotBreakALine) {
  Registry registry;
  registry.make_writer().counter("a_total", "Back\\slash\nand line.", {{"x", "q\"\\\n\xFF"}});
  EXPECT_THAT(registry.exposition(), HasSubstr("# HELP a_total Back\\\\slash\\nand line.\n"));
  EXPECT_THAT(registry.exposition(), HasSubstr("a_total{x=\"q\\\"\\\\\\n?\"} 0\n"));
}

TEST(Metrics, CellsBeyondTheBoundCountForTheirHolderButAreNotShown) {
  Registry registry(1);
  MetricsWriter& writer = registry.make_writer();
  writer.counter("shown_total", "Shown.");
  Counter& hidden = writer.counter("hidden_total", "Hidden.");
  hidden.add(4);
  EXPECT_EQ(hidden.value(), 4U);
  EXPECT_THAT(registry.exposition(), Not(HasSubstr("hidden_total")));
  EXPECT_THAT(registry.exposition(), HasSubstr("gustfront_metrics_cells_refused_total 1\n"));
}

TEST(MetricsDeathTest, ANameHasOneKind) {
  Registry registry;
  MetricsWriter& writer = registry.make_writer();
  writer.counter("a_total", "A.");
  EXPECT_DEATH(writer.gauge("a_total", "A."), "");
  EXPECT_DEATH(writer.gauge("with space", "A."), "");
}

TEST(Metrics, AScrapeReadsWhileCoresCountAndRegister) {
  Registry registry;
  const auto count = [&registry](const char* core) {
    MetricsWriter& writer = registry.make_writer({{"core", core}});
    for (int i = 0; i < 200; ++i) {
      writer.counter("work_total", "Work.", {{"part", std::to_string(i)}}).add();
      writer.histogram("work_seconds", "Time.", time_bounds()).observe(0.01);
    }
  };
  {
    std::jthread one(count, "1");
    std::jthread two(count, "2");
    for (int i = 0; i < 20; ++i) EXPECT_FALSE(registry.exposition().empty());
  }
  EXPECT_EQ(registry.value_of("work_total", {{"core", "2"}, {"part", "199"}}), 1);
}

}  // namespace
}  // namespace gust::observe
