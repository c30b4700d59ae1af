// Circuits: which origins are known to be in trouble, so that nobody waits for what will not come.
//
// Source: STALE-5, STALE-8 (ours is better: at once), ERR-6; SECURITY.md "thundering herd, origin loss".
// Shape:  one for a node. An origin's circuit trips after `failures_to_trip` failures in a row; an answer closes it.
//         While it is tripped and `until` has not come, its origin is left alone; then one request at a time probes
//         it. The time doubles with each probe that fails. What a tripped circuit means for a request is the caller's:
//         a stale copy is served at once for both kinds of trouble, but only a `lost` origin fails those without one,
//         since of an origin that answers 5xx a part may be well, and whoever finds one bad page could else take the
//         others from everyone.
// Memory: only origins whose last answer was a failure are kept, at most origins_max.
// Core:   any thread; an origin that is well costs one look at a counter.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "origin/failure.h"

namespace gust::origin {

struct FetchFacts;

struct CircuitLimits {
  std::uint32_t failures_to_trip = 3;  // in a row; 0: never, as the service does (STALE-8)
  Duration pause_min = std::chrono::seconds{1};
  Duration pause_max = std::chrono::seconds{30};
  // A probe that has had no answer for so long no longer keeps others from probing.
  Duration probe_max = std::chrono::seconds{5};
  std::size_t origins_max = 4096;
};

// What one request taught of its origin.
struct Lesson {
  enum Kind : std::uint8_t {
    none,      // the trouble was the viewer's or our own, or the request was cancelled
    answered,  // below 500
    erring,    // 5xx, or an answer that is invalid
    lost,      // no connection, or no answer
  };
  Kind kind = none;
  std::uint32_t failures = 1;              // attempts that failed, for `lost`
  Error error{};                           // for `lost`
  FetchPhase phase = FetchPhase::connect;  // in which that was
};

// The lesson of an answer of `status`, and of a fetch that failed.
Lesson lesson_of(std::uint16_t status);
Lesson lesson_of(const Error& error, const FetchFacts& facts);

class Circuits {
 public:
  struct State {
    bool is_tripped = false;
    bool is_lost = false;   // who has no stale copy is answered with `error`, in `phase`
    bool is_probe = false;  // from enter(): this request finds out; report() must follow
    Instant until{};        // tripped: when the next may probe
    Error error{};
    FetchPhase phase = FetchPhase::connect;
  };

  explicit Circuits(const CircuitLimits& limits) : limits_(limits) {}

  // How the origin stands.
  State find(std::string_view origin) const;
  // As find(), for a request that goes to the origin unless is_tripped && is_lost && !is_probe.
  State enter(std::string_view origin, Instant now);
  // What became of it.
  void report(std::string_view origin, const State& entered, const Lesson& lesson, Instant now);

  std::size_t tripped() const { return tripped_.load(std::memory_order_relaxed); }
  std::uint64_t trips() const { return trips_.load(std::memory_order_relaxed); }

 private:
  struct Circuit {
    std::uint32_t failures = 0;  // in a row
    std::uint32_t pauses = 0;    // so often it has tripped or a probe has failed since it was closed
    bool is_lost = false;
    Instant until{};
    Instant probe_until{};  // one is under way until then
    Instant failed_at{};
    Error error{};
    FetchPhase phase = FetchPhase::connect;
  };
  using Map = std::map<std::string, Circuit, std::less<>>;
  static State state_of(const Circuit& circuit);
  void pause(Circuit& circuit, Instant now);
  void forget(Map::iterator at);
  Circuit* find_or_add(std::string_view origin);

  const CircuitLimits limits_;
  std::atomic<std::size_t> troubled_ = 0;  // circuits that are kept
  std::atomic<std::size_t> tripped_ = 0;
  std::atomic<std::uint64_t> trips_ = 0;
  mutable std::mutex mutex_;
  Map circuits_;
};

}  // namespace gust::origin
