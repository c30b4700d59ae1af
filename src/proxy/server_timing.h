// Server-Timing: what an edge tells of how an answer came about.
//
// Source: RHP-6 and the metrics and examples of the service's page; W3C Server Timing for the form.
// Open:   (U) A refreshed answer tells of the visit upstream as a miss does. On a miss the origin's own metrics stand
//         behind ours. A page of this node's own tells neither of cache nor of layers.
#pragma once

#include "base/bytes.h"
#include "base/time.h"

namespace gust {
class Arena;
}

namespace gust::proxy {

struct Timing {
  enum class Cache : std::uint8_t { none, hit, refresh, miss } cache = Cache::none;
  ByteView pop;
  ByteView request_id;
  ByteView layer;  // "EDGE" or "REC": whose cache had it, or who asked the origin
  Duration upstream_dns{};
  Duration upstream_connect{};
  Duration upstream_first_byte{};  // from the end of connecting
  Duration downstream_first_byte{};
  ByteView of_origin;  // the origin's own value, on a miss; empty: none
};

// The value of the field. Lives in `arena`.
ByteView server_timing_of(const Timing& timing, Arena& arena);

}  // namespace gust::proxy
