// Http3Limits: what one connection of HTTP/3 may hold and how it may behave.
//
// Source: RFC 9114 sections 4.2.2, 5.2 and 10.5; RFC 9204 section 2.1.2; SECURITY.md "HTTP/2 and HTTP/3". What heads,
//         bodies and waits may take is ServerLimits'; streams and windows are QuicLimits'.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/time.h"

namespace gust::http {

struct Http3Limits {
  // What of our answers is kept until the peer has it: of one stream, and of all of a connection.
  ByteCount stream_output_bytes = 256_KiB;
  ByteCount connection_output_bytes = 1_MiB;
  // The dynamic table of QPACK that a peer's encoder may fill, and how many heads may wait for it.
  std::size_t table_bytes_max = 4096;
  std::size_t blocked_heads_max = 16;
  // Streams that a peer gives up before their answer is out, a minute.
  std::uint32_t resets_max = 100;
  // From the first GOAWAY of an orderly end to the one that takes no more requests (RFC 9114 section 5.2).
  Duration goaway_grace = std::chrono::milliseconds{500};
};

}  // namespace gust::http
