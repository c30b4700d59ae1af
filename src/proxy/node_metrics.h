// NodeMetrics: the cells of one core of one node.
#pragma once

#include <array>

#include "cache/cache.h"
#include "http/content_coding.h"
#include "observe/access_record.h"
#include "observe/metrics.h"
#include "origin/circuit.h"

namespace gust::proxy {

struct NodeMetrics {
  // `node` is its name, `tier` edge or regional.
  NodeMetrics(observe::MetricsWriter& writer, const std::string& node, const std::string& tier);

  observe::Counter& requests(observe::ResultType result) { return *requests_[static_cast<std::size_t>(result)]; }
  observe::Counter& compressed(http::Coding coding) { return *compressed_[static_cast<std::size_t>(coding)]; }
  void show(const cache::Counters& counters);
  void show(const origin::Circuits& circuits);

  observe::Counter& bytes_sent;
  observe::Counter& bytes_received;
  observe::Counter& asked_parent;
  observe::Counter& asked_origin;
  observe::Counter& upstream_failures;
  observe::Counter& collapsed;
  observe::Counter& compression_skipped;
  observe::Counter& compression_in;
  observe::Counter& compression_out;
  observe::Counter& revalidations;
  observe::Counter& stale_at_once;
  observe::Counter& failed_at_once;
  observe::Counter& failovers;
  observe::Histogram& seconds;

 private:
  std::array<observe::Counter*, 7> requests_{};
  std::array<observe::Counter*, 4> compressed_{};  // none for identity
  observe::Gauge& cache_bytes_;
  observe::Gauge& cache_bytes_max_;
  observe::Gauge& cache_entries_;
  observe::Gauge& cache_hits_;
  observe::Gauge& cache_misses_;
  observe::Gauge& cache_evicted_;
  observe::Gauge& cache_lock_waits_;
  observe::Gauge& cache_purged_;
  observe::Gauge& origins_down_;
};

}  // namespace gust::proxy
