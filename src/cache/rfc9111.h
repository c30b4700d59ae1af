// The rfc9111 profile: what may be stored and for how long it is fresh, by the letter of the RFC.
//
// Source: RFC 9111 sections 3, 3.5, 4.2, 5.1, 5.2.2 and 5.3; RFC 9110 sections 9.3.3 and 15.1; RFC 9213 (targeted cache
//         control); RFC 5861 (stale-*).
// Shape:  a pure function, the counterpart of the service's table in freshness.cc. Both give the same facts.
//
// What the policy still says: the maximum TTL bounds every lifetime (a cache may forget earlier); the default TTL, and
// for errors the error caching minimum TTL, is the heuristic for responses without any date to judge by, where a
// heuristic is allowed. The minimum TTL is 0, which the compiler sees to: no response lives longer than its origin
// allows.
#pragma once

#include "cache/freshness.h"

namespace gust::cache {

Storing judge_by_rfc9111(const RequestFacts& request, const http::ResponseHead& response, const TtlPolicy& policy,
                         const FetchTimes& times);

}  // namespace gust::cache
