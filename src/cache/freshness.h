// Freshness: whether a response may be stored, for how long it is fresh, and when a stale copy may still be served.
//
// Source: RFC 9111 sections 3, 4.2 and 5.2.2; CLOUDFRONT rules TTL-1 to TTL-9, TTL-11, TTL-12 and TTL-14, ERR-1 to
// ERR-5, STALE-1 to
//         STALE-6 and STALE-9, VARY-3, HEAD-2, COLL-3.
// Shape:  pure functions of (request facts, response head, policy, now). No clock, no I/O.
// Units:  whole seconds on the wire, larger values count as 2^31 (RFC 9111 section 1.2.2; TTL-7 allows 100 years);
//         Durations inside.
// Errors: none. Freshness fields that do not parse make the response stale (RFC 9111 section 4.2.1, TTL-11).
//
// Our readings where the rules are open: minimum and maximum TTL bound the time in *this* cache, so what a response
// gets is clamp(value - age on arrival, minimum, maximum), counted from its arrival (TTL-11); both stale windows are
// counted from expiry, as in RFC 5861 (STALE-3); `no-cache` with minimum 0 is stored for revalidation only if there is
// a validator, `private` and `no-store` are not stored (STALE-6 says "may"), nor are errors of ERR-2 with any of the
// three.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/time.h"

namespace gust::http {
class Method;
struct ResponseHead;
}  // namespace gust::http

namespace gust::cache {

using std::chrono::seconds;

struct TtlPolicy {
  seconds minimum{0};
  seconds default_{86'400};
  seconds maximum{31'536'000};
  seconds error_minimum{10};       // the distribution's error caching minimum TTL for the status at hand (ERR-4)
  bool has_error_page = false;     // for the status at hand: the error is kept as the page is (CER-3)
  bool is_options_cached = false;  // the behaviour caches answers to OPTIONS
  bool is_s3_origin = false;       // STALE-9
  bool is_rfc9111 = false;         // the profile: rfc9111.h judges, not the service's table

  // TTL-9: no caching, no collapsing, no compression; errors are not cached either (ERR-5).
  bool is_caching_off() const { return minimum.count() == 0 && default_.count() == 0 && maximum.count() == 0; }
};

// Of the exchange with the origin that brought the response.
struct FetchTimes {
  Instant requested;
  Instant received;        // the head's arrival
  WallTime received_wall;  // the same moment on the wall
};

// How long a stored response may be served, counted on the steady clock so that a wall clock that jumps does no harm.
struct Freshness {
  Instant received{};
  Duration initial_age{};             // corrected_initial_age (RFC 9111 section 4.2.3)
  Duration lifetime{};                // fresh while its age is below; includes initial_age
  Duration stale_while_revalidate{};  // after expiry, cut at the maximum TTL (STALE-1, STALE-4)
  // After expiry, cut at the maximum TTL (STALE-2, STALE-4). Absent: as long as the copy is kept (STALE-5).
  std::optional<Duration> stale_if_error;
  bool never_stale = false;  // not served stale for any reason (RFC 9111 section 4.2.4); profile rfc9111 only
  Duration kept_stale{};     // after expiry, how long the copy is of any use (TTL-10, STALE-4)
  std::string_view rule;     // id of the rule that set the lifetime; static text
};

// What to do with a response.
struct Storing {
  enum Verdict : std::uint8_t {
    store,        // and requests that wait for it share it
    store_alone,  // those that wait go on their own (COLL-3); kept for revalidation
    pass,         // not stored, not shared
  };
  Verdict verdict = pass;
  Freshness freshness;  // `rule` says why in all cases
  // The fields that a qualified no-cache or private names: not to be stored (TTL-14, RFC 9111 sections 5.2.2.4 and
  // 5.2.2.7). Views into the response head, comma-separated lists; empty: none.
  std::array<ByteView, 2> fields_withheld;
};

struct RequestFacts {
  bool is_get = true;
  bool is_head = false;
  bool is_options = false;
  bool is_post = false;
  // Content-Location is the request's own URI (RFC 9110 section 9.3.3).
  bool is_own_content_location = false;
  // Authorization was sent to the origin and is not in the key (RFC 9111 section 3.5).
  bool has_unkeyed_authorization = false;
};
RequestFacts request_facts(const http::Method& method);

// By the service's table, or by rfc9111.h where the policy says so.
Storing judge_storing(const RequestFacts& request, const http::ResponseHead& response, const TtlPolicy& policy,
                      const FetchTimes& times);

// The time since the origin made the response, as its Age field says it (RFC 9111 section 4.2.3).
inline Duration age_of(const Freshness& freshness, Instant now) {
  return freshness.initial_age + (now - freshness.received);
}
inline bool is_fresh(const Freshness& freshness, Instant now) { return age_of(freshness, now) < freshness.lifetime; }
// False once the copy must be forgotten (TTL-10, STALE-4).
inline bool is_of_use(const Freshness& freshness, Instant now) {
  return age_of(freshness, now) < freshness.lifetime + freshness.kept_stale;
}
// STALE-1: serve at once, refresh behind the viewer's back.
inline bool may_serve_while_revalidating(const Freshness& freshness, Instant now) {
  return age_of(freshness, now) < freshness.lifetime + freshness.stale_while_revalidate;
}
// STALE-2, STALE-5, STALE-6: serve because the origin cannot be reached or answers 5xx.
bool may_serve_on_error(const Freshness& freshness, Instant now);

}  // namespace gust::cache
