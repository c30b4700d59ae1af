// Metrics: counters, gauges and histograms that a core changes without locks, and the sum that a scrape reads.
//
// Shape:  a Registry holds the families (name, kind, help). Each core of each node takes a MetricsWriter and asks it
// once
//         for its cells; a cell is changed by that core alone, with plain relaxed stores. Cells of the same name and
//         labels on several writers are one series: the exposition adds them up.
// Source: Prometheus text exposition format 0.0.4.
// Limits: `series_max` cells; further ones still count for their holder but are not shown, and
//         `gustfront_metrics_cells_refused_total` says how many.
// Errors: a name used with two kinds, or one that is not a metric name, is our own mistake: CHECK.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
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

class Registry;

// One core's cells. Registering takes the registry's lock; do it when a thing is made, not while it serves.
class MetricsWriter {
 public:
  // The cell of that name and labels, made at the first call. Lives as long as the registry.
  Counter& counter(ByteView name, ByteView help, const Labels& labels = {});
  Gauge& gauge(ByteView name, ByteView help, const Labels& labels = {});
  Histogram& histogram(ByteView name, ByteView help, std::span<const double> bounds, const Labels& labels = {});

 private:
  friend class Registry;
  explicit MetricsWriter(Registry& registry) : registry_(&registry) {}
  Registry* registry_;
  std::size_t cell_count_ = 0;
  // By series text. Cells stand in memory of this writer alone, so that cores do not share cache lines.
  std::map<std::string, std::unique_ptr<Counter>, std::less<>> counters_;
  std::map<std::string, std::unique_ptr<Gauge>, std::less<>> gauges_;
  std::map<std::string, std::unique_ptr<Histogram>, std::less<>> histograms_;
};

class Registry {
 public:
  explicit Registry(std::size_t series_max = 20'000) : series_max_(series_max) {}
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // A part for one more core. Lives as long as the registry. From any thread.
  MetricsWriter& make_writer();

  // The text of all series, families by name, series by labels. From any thread.
  std::string exposition() const;

  // The sum over all writers of the counter or gauge of that series; 0 where there is none. For tests and simulation.
  std::int64_t value_of(ByteView name, const Labels& labels = {}) const;

 private:
  friend class MetricsWriter;
  enum class Kind : std::uint8_t { counter, gauge, histogram };
  struct Family {
    Kind kind;
    std::string help;
    // By label text; the cells of all writers.
    std::map<std::string, std::vector<const Counter*>> counters;
    std::map<std::string, std::vector<const Gauge*>> gauges;
    std::map<std::string, std::vector<const Histogram*>> histograms;
  };
  // The family, or null where no further cell is shown. Under the lock.
  Family* family_for(ByteView name, ByteView help, Kind kind);

  mutable std::mutex mutex_;
  std::size_t series_max_;
  std::size_t cells_ = 0;
  std::uint64_t cells_refused_ = 0;
  std::map<std::string, Family, std::less<>> families_;
  std::deque<std::unique_ptr<MetricsWriter>> writers_;
};

}  // namespace gust::observe
