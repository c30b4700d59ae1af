#include "proxy/node_metrics.h"

namespace gust::proxy {

using observe::Labels;

NodeMetrics::NodeMetrics(observe::MetricsWriter& writer, const std::string& node, const std::string& tier)
    : bytes_sent(writer.counter("gustfront_bytes_sent_total", "Bytes sent to viewers, heads and bodies.",
                                {{"node", node}, {"tier", tier}})),
      bytes_received(writer.counter("gustfront_bytes_received_total", "Bytes received from viewers, heads and bodies.",
                                    {{"node", node}, {"tier", tier}})),
      asked_parent(writer.counter("gustfront_upstream_requests_total", "Requests sent to the next tier or the origin.",
                                  {{"node", node}, {"tier", tier}, {"upstream", "regional"}})),
      asked_origin(writer.counter("gustfront_upstream_requests_total", "Requests sent to the next tier or the origin.",
                                  {{"node", node}, {"tier", tier}, {"upstream", "origin"}})),
      upstream_failures(writer.counter("gustfront_upstream_failures_total",
                                       "Requests to the next tier or the origin that brought no response.",
                                       {{"node", node}, {"tier", tier}})),
      collapsed(writer.counter("gustfront_collapsed_requests_total",
                               "Requests that waited for the answer to another's (COLL-1).",
                               {{"node", node}, {"tier", tier}})),
      compression_skipped(writer.counter("gustfront_compression_skipped_total",
                                         "Responses stored plain because too many were being compressed (CMP-8).",
                                         {{"node", node}, {"tier", tier}})),
      compression_in(writer.counter("gustfront_compression_input_bytes_total",
                                    "Bytes of responses before they were compressed.",
                                    {{"node", node}, {"tier", tier}})),
      compression_out(writer.counter("gustfront_compression_output_bytes_total", "The same after.",
                                     {{"node", node}, {"tier", tier}})),
      revalidations(writer.counter("gustfront_background_revalidations_total",
                                   "Stale responses asked for anew behind a viewer's back (STALE-1).",
                                   {{"node", node}, {"tier", tier}})),
      stale_at_once(writer.counter("gustfront_stale_at_once_total",
                                   "Stale responses served without asking an origin that is known to be in trouble.",
                                   {{"node", node}, {"tier", tier}})),
      failed_at_once(writer.counter("gustfront_failed_at_once_total",
                                    "Requests that were not sent to an origin since it is known to be down.",
                                    {{"node", node}, {"tier", tier}})),
      failovers(writer.counter("gustfront_origin_failovers_total",
                               "Requests that went on to the second member of an origin group (FAIL-1).",
                               {{"node", node}, {"tier", tier}})),
      seconds(writer.histogram("gustfront_request_seconds", "From a request's first byte to its answer's last.",
                               observe::time_bounds(), {{"node", node}, {"tier", tier}})),
      cache_bytes_(writer.gauge("gustfront_cache_bytes", "Memory that the cache holds.", {{"node", node}})),
      cache_bytes_max_(writer.gauge("gustfront_cache_bytes_max", "The bound on that memory.", {{"node", node}})),
      cache_entries_(writer.gauge("gustfront_cache_entries", "Stored responses.", {{"node", node}})),
      cache_hits_(writer.gauge("gustfront_cache_hits", "Look-ups that found a fresh response.", {{"node", node}})),
      cache_misses_(writer.gauge("gustfront_cache_misses", "Look-ups that found none.", {{"node", node}})),
      cache_evicted_(writer.gauge("gustfront_cache_evicted", "Responses that made room for others.", {{"node", node}})),
      cache_lock_waits_(writer.gauge("gustfront_cache_lock_waits",
                                     "Times that a core found a stripe of the cache's index locked.",
                                     {{"node", node}})),
      cache_purged_(writer.gauge("gustfront_cache_purged", "Responses cleared by invalidations.", {{"node", node}})),
      origins_down_(writer.gauge("gustfront_origins_in_trouble", "Origins whose circuit is open.", {{"node", node}})) {
  for (const http::Coding coding : {http::Coding::gzip, http::Coding::brotli, http::Coding::zstd}) {
    compressed_[static_cast<std::size_t>(coding)] =
        &writer.counter("gustfront_compressed_responses_total", "Responses compressed as they were stored.",
                        {{"node", node}, {"tier", tier}, {"coding", std::string(http::token_of(coding))}});
  }
  for (std::size_t i = 0; i < requests_.size(); ++i) {
    const auto result = static_cast<observe::ResultType>(i);
    requests_[i] = &writer.counter("gustfront_requests_total", "Requests answered, by x-edge-result-type.",
                                   {{"node", node}, {"tier", tier}, {"result", std::string(text_of(result))}});
  }
}

void NodeMetrics::show(const cache::Counters& counters) {
  const auto signed_of = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
  cache_bytes_.set(signed_of(counters.bytes_used));
  cache_bytes_max_.set(signed_of(counters.bytes_max));
  cache_entries_.set(signed_of(counters.entries));
  cache_hits_.set(signed_of(counters.hits));
  cache_misses_.set(signed_of(counters.misses));
  cache_evicted_.set(signed_of(counters.evicted));
  cache_lock_waits_.set(signed_of(counters.lock_waits));
  cache_purged_.set(signed_of(counters.purged));
}

void NodeMetrics::show(const origin::Circuits& circuits) {
  origins_down_.set(static_cast<std::int64_t>(circuits.tripped()));
}

}  // namespace gust::proxy
