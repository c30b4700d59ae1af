// Metrics: counters, gauges and histograms that a core changes without locks, and the sum that a scrape reads.
//
// Shape:  a Registry holds the families (name, kind, help). Each core of each node takes a MetricsWriter and asks it
// once
//         for its cells; a cell is changed by that core alone, with plain relaxed stores. Cells of the same name and
//         labels on several writers are one series: the exposition adds them up.
// Source: Prometheus text exposition format 0.0.4.
// Limits: `cells_max` cells; further ones still count for their holder but are not shown, and
//         `gustfront_metrics_cells_refused_total` says how many.
// Errors: a name used with two kinds, or one that is not a metric name, is our own mistake: CHECK.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"

namespace gust::observe {

// {{"node", "BOM50"}, {"result", "Hit"}}; any bytes in a value.
using Labels = std::vector<std::pair<std::string, std::string>>;

// A number that only grows. add() on the writer's core only, value() from any.
class Counter {
 public:
  void add(std::uint64_t more = 1) { value_.store(value() + more, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

// A number that goes up and down.
class Gauge {
 public:
  void set(std::int64_t to) { value_.store(to, std::memory_order_relaxed); }
  void add(std::int64_t more) { set(value() + more); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_ = 0;
};

// How often values fell under each of a few fixed bounds, with their sum.
class Histogram {
 public:
  // `bounds` grow; a last bucket for everything above them is added.
  explicit Histogram(std::span<const double> bounds);
  void observe(double value);

  std::span<const double> bounds() const { return bounds_; }
  // Of the bucket alone, not cumulative; `bucket` up to and including bounds().size().
  std::uint64_t count_in(std::size_t bucket) const { return counts_[bucket].value(); }
  double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  std::vector<double> bounds_;
  std::unique_ptr<Counter[]> counts_;
  std::atomic<double> sum_ = 0;
};

// Seconds, from 0.5 ms to 30 s: for times of requests and origins.
std::span<const double> time_bounds();

class MetricsWriter;
class Registry;

// Has a function called before each reading of the registry, until it is destroyed: for figures that are kept
// elsewhere. It runs on the reader's thread, sets cells that nothing else sets, and calls nothing of the registry.
class BeforeReading {
 public:
  BeforeReading(MetricsWriter& writer, std::function<void()> show);
  ~BeforeReading();
  BeforeReading(const BeforeReading&) = delete;
  BeforeReading& operator=(const BeforeReading&) = delete;

 private:
  friend class Registry;
  Registry& registry_;
  std::function<void()> show_;
};

// One core's cells. Registering takes the registry's lock; do it when a thing is made, not while it serves.
class MetricsWriter {
 public:
  // The cell of that name and labels, made at the first call. Lives as long as the registry.
  Counter& counter(ByteView name, ByteView help, const Labels& labels = {});
  Gauge& gauge(ByteView name, ByteView help, const Labels& labels = {});
  Histogram& histogram(ByteView name, ByteView help, std::span<const double> bounds, const Labels& labels = {});

 private:
  friend class BeforeReading;
  friend class Registry;
  MetricsWriter(Registry& registry, Labels common) : registry_(registry), common_(std::move(common)) {}

  // Cells stand in memory of this writer alone, so that cores do not share cache lines.
  template <typename Cell>
  struct Cells {
    std::deque<Cell> memory;
    std::map<std::string, Cell*, std::less<>> by_series;
  };
  template <typename Cell, typename... Arguments>
  Cell& cell(Cells<Cell>& cells, ByteView name, ByteView help, const Labels& labels, const Arguments&... arguments);

  Registry& registry_;
  Labels common_;
  Cells<Counter> counters_;
  Cells<Gauge> gauges_;
  Cells<Histogram> histograms_;
};

class Registry {
 public:
  explicit Registry(std::size_t cells_max = 20'000) : cells_max_(cells_max) {}
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // A part for one more core, whose cells all have the labels `common`: {{"node", "BOM50"}}. Lives as long as the
  // registry. From any thread.
  MetricsWriter& make_writer(Labels common = {});

  // The text of all series, families by name, series by labels. From any thread.
  std::string exposition() const;

  // The sum over all writers of the counter or gauge with these labels, common ones among them; 0 where there is none.
  std::int64_t value_of(ByteView name, const Labels& labels = {}) const;

 private:
  friend class BeforeReading;
  friend class MetricsWriter;
  // All writers' cells of one series.
  using Series = std::variant<std::vector<const Counter*>, std::vector<const Gauge*>, std::vector<const Histogram*>>;
  struct Family {
    std::string help;
    std::size_t kind;                      // index in Series
    std::map<std::string, Series> series;  // by label text, without braces
  };
  void refresh() const;
  template <typename Cell>
  void show(ByteView name, ByteView help, const std::string& labels, const Cell& cell);

  mutable std::mutex mutex_;
  std::size_t cells_max_;
  std::size_t cells_ = 0;
  std::uint64_t cells_refused_ = 0;
  std::map<std::string, Family, std::less<>> families_;
  std::deque<std::unique_ptr<MetricsWriter>> writers_;
  std::set<const BeforeReading*> before_reading_;
};

}  // namespace gust::observe
