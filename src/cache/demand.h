// Demand: what a request asks of the stored response that is to answer it.
//
// Source: RFC 9111 sections 4.2.4 and 5.2.1. Read by the rfc9111 profile only: viewers of the service have no say
//         (OHDR-7).
// Shape:  pure functions. Units: Durations; a number in the request that does not parse counts as 0 where that asks for
//         more, and as absent where it would ask for less.
#pragma once

#include <optional>

#include "base/time.h"

namespace gust::http {
class Fields;
}

namespace gust::cache {

struct Freshness;

struct Demand {
  bool no_cache = false;                 // section 5.2.1.4: only what the origin has confirmed now
  std::optional<Duration> age_max = {};  // section 5.2.1.1
  Duration fresh_for{};                  // section 5.2.1.3: min-fresh
  Duration stale_max{};                  // section 5.2.1.2: max-stale; zero: nothing stale
  bool no_store = false;                 // section 5.2.1.5: neither this request nor its answer
  bool only_if_cached = false;           // section 5.2.1.7: a stored response or 504

  // True if it asks for something newer than what is merely fresh.
  bool is_strict() const { return no_cache || age_max || fresh_for > Duration::zero(); }
};

Demand read_demand(const http::Fields& request);

// Whether a stored response meets the demand without asking its origin. Stale ones only where the origin allows it.
bool meets(const Freshness& freshness, Instant now, const Demand& demand);

}  // namespace gust::cache
