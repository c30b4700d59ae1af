#include "proxy/server_timing.h"

#include <fmt/format.h>

#include <iterator>

#include "base/arena.h"

namespace gust::proxy {
namespace {

std::int64_t milliseconds_of(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

ByteView name_of(Timing::Cache cache) {
  switch (cache) {
    case Timing::Cache::hit:
      return "cdn-cache-hit,";
    case Timing::Cache::refresh:
      return "cdn-cache-refresh,";
    case Timing::Cache::miss:
      return "cdn-cache-miss,";
    case Timing::Cache::none:
      break;
  }
  return {};
}

}  // namespace

ByteView server_timing_of(const Timing& timing, Arena& arena) {
  fmt::memory_buffer text;
  const auto out = std::back_inserter(text);
  const bool asked_origin = timing.cache == Timing::Cache::miss || timing.cache == Timing::Cache::refresh;
  if (asked_origin && !timing.layer.empty()) {
    fmt::format_to(out,
                   "cdn-upstream-layer;desc=\"{}\",cdn-upstream-dns;dur={},cdn-upstream-connect;dur={},"
                   "cdn-upstream-fbl;dur={},",
                   timing.layer, milliseconds_of(timing.upstream_dns), milliseconds_of(timing.upstream_connect),
                   milliseconds_of(timing.upstream_first_byte));
  }
  fmt::format_to(out, "{}cdn-pop;desc=\"{}\",cdn-rid;desc=\"{}\",", name_of(timing.cache), timing.pop,
                 timing.request_id);
  if (timing.cache == Timing::Cache::hit) fmt::format_to(out, "cdn-hit-layer;desc=\"{}\",", timing.layer);
  fmt::format_to(out, "cdn-downstream-fbl;dur={}", milliseconds_of(timing.downstream_first_byte));
  if (!timing.of_origin.empty()) fmt::format_to(out, ",{}", timing.of_origin);
  return arena.copy({text.data(), text.size()});
}

}  // namespace gust::proxy
