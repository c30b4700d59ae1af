// Decision: why a request was answered as it was, filled while it runs.
//
// Source: DESIGN decision 10; RFC 9211 section 2.2 for the kinds of miss.
// Shape:  a plain struct in the request's passage, with the facts that cannot be found again when the request is over.
//         Every ByteView is static text or a view into memory that outlives the request, so that filling it copies and
//         allocates nothing. Lists have a fixed room; what does not fit is counted, not kept. What can be found again
//         (names, the key's parts, advice) is put beside it only when someone asks: see explanation.h.
// Core:   one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>

#include "base/bytes.h"
#include "base/time.h"
#include "observe/access_record.h"

namespace gust::observe {

// A list with room for `N`: the first N are kept, the rest counted.
template <typename T, std::size_t N>
class FewOf {
 public:
  void add(const T& item) {
    if (count_ < N) {
      std::construct_at(&room_.items[count_++], item);
    } else {
      ++left_out_;
    }
  }
  std::span<const T> items() const { return {room_.items, count_}; }
  std::size_t left_out() const { return left_out_; }

 private:
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
  // Not cleared for each request.
  union Room {
    Room() {}
    T items[N];
  } room_;
  std::size_t count_ = 0;
  std::size_t left_out_ = 0;
};

// One cache or origin that was asked.
struct TierVisit {
  ByteView tier;             // `edge`, `regional`, `shield`, `origin`
  ByteView name;             // `BOM50`, or the origin's id
  ByteView outcome;          // `hit`, `stale`, `miss`, `collapsed`, `revalidated`, `fetched`, `failed`, `down`
  ByteView detail;           // why; an error's static text
  std::uint16_t status = 0;  // of its answer; 0 where none came
  std::uint32_t attempts = 0;
  bool connection_reused = false;
  Duration connect{};
  Duration first_byte{};
};

// How the cache was found to stand when it was asked (RFC 9211 section 2.2).
enum class Lookup : std::uint8_t {
  none,  // answered before the cache was asked
  hit,
  bypass,     // fwd=bypass: the behaviour caches nothing
  method,     // fwd=method
  uri_miss,   // fwd=uri-miss
  vary_miss,  // fwd=vary-miss
  request,    // fwd=request: the request asked not to use the stored response
  stale,      // fwd=stale
  purged,     // fwd=miss: stored, but older than a purge
};

struct Decision {
  ByteView request_id;
  ByteView node;  // `BOM50`

  Lookup lookup = Lookup::none;
  bool collapsed = false;       // waited on another request's fill
  std::optional<Duration> age;  // of what is served

  std::optional<Duration> ttl;  // freshness lifetime of what is served or stored
  ByteView ttl_rule;            // `TTL-3`, `RFC 9111 4.2.2`

  FewOf<TierVisit, 6> tiers;

  std::optional<bool> stored;  // nothing where storing was not in question
  ByteView stored_reason;      // the rule that said so, or that forbade it

  std::uint64_t purge_epoch = 0;             // in force at the lookup
  std::optional<std::uint64_t> entry_epoch;  // at which the stored response's fill began

  // How it was served, as far as the steps before the answer know; result_types_of() makes the log's words of it.
  ResultType served = ResultType::miss;
  ByteView failure;          // LOG-6: what went wrong, one of the names there; empty: nothing, or nothing more exact
  bool broke_off = false;    // the answer did not come to its end
  bool viewer_left = false;  // because of the viewer

  std::uint16_t status = 0;
  ByteView step;              // the step that gave the answer: `guard`, `lookup`
  FewOf<ByteView, 12> rules;  // further rule ids that had an effect, in order

  void note(ByteView rule) { rules.add(rule); }
};

// `hit`, `uri-miss`, `purged`, `none`: as records say it.
ByteView name_of(Lookup lookup);

}  // namespace gust::observe
