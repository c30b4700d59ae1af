// Http2Limits: what one connection of HTTP/2 may hold and how it may behave.
//
// Source: RFC 9113 sections 5.1.2, 5.2, 6.5.2 and 10.5; SECURITY.md "HTTP/2 and HTTP/3" and "Limits worth starting
//         from". What heads, bodies and waits may take is ServerLimits', as for HTTP/1.1.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/time.h"

namespace gust::http {

struct Http2Limits {
  // Exchanges at a time. One counts until its handler is over, also when its viewer has reset it long ago.
  std::uint32_t streams_max = 100;
  // Of one connection; then it is drained. A stream's id is never used again, and there are 2^30 of them.
  std::uint32_t requests_max = 100'000'000;
  // What a peer may send that no one has read yet: of one body, and of all of a connection.
  std::uint32_t stream_window_bytes = 64 * 1024;
  std::uint32_t connection_window_bytes = 1024 * 1024;
  // Streams that end before their answer does, by the peer's reset or by one that it made us send, a minute.
  std::uint32_t resets_max = 100;
  // Frames that carry nothing (SETTINGS, PING, priorities, empty DATA, window updates beyond what our DATA calls for),
  // a second.
  std::uint32_t odd_frames_max = 1000;
  // Frames that go on with one head.
  std::uint32_t continuations_max = 16;
  // What nghttp2 holds for one connection: its streams, header tables and frames that wait to be sent.
  ByteCount library_bytes_max = 1_MiB;
  // From the first GOAWAY of an orderly end to the one that takes no more streams (RFC 9113 section 6.8).
  Duration goaway_grace = std::chrono::seconds{1};
};

}  // namespace gust::http
