// CachePace: how long a node may leave its cache alone between two looks at it.
//
// Shape:  often while anything happens, and until a whole round over the index that began afterwards is over, so that
//         what purges and time have made useless is freed soon. At rest seldom: an idle node should not wake up for
//         nothing. What time makes useless at rest is found a little later; who wants its memory evicts it.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "cache/cache.h"

namespace gust::proxy {

class CachePace {
 public:
  static constexpr Duration busy = std::chrono::milliseconds(100);
  static constexpr Duration at_rest = std::chrono::seconds(1);

  // After a look: until the next. `epoch` is that of the newest purge; `is_round_over` as Cache::reclaim() says.
  Duration after(const cache::Counters& counters, std::uint64_t epoch, bool is_round_over) {
    // Each of them only grows, so the sum stands still where all do.
    const std::uint64_t seen = counters.hits + counters.stale_hits + counters.misses + counters.joined +
                               counters.fills_begun + counters.fills_stored + counters.evicted + counters.expired +
                               counters.purged + epoch;
    if (seen != seen_) rounds_wanted_ = 2;  // the one under way may have passed by
    seen_ = seen;
    if (is_round_over && rounds_wanted_ > 0) --rounds_wanted_;
    return rounds_wanted_ > 0 || counters.fills > 0 ? busy : at_rest;
  }

 private:
  std::uint64_t seen_ = 0;
  int rounds_wanted_ = 2;
};

}  // namespace gust::proxy
