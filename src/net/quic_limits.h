// QuicLimits: what the QUIC endpoint of one core may hold, and how it behaves when there is much.
//
// Source: RFC 9000 sections 4, 8.1, 10 and 21; SECURITY.md "HTTP/2 and HTTP/3" and the row "QUIC".
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/time.h"

namespace gust::net {

struct QuicLimits {
  std::size_t connections_max = 10'000;
  // Handshakes that have not ended. Beyond the first number an address is validated before anything is kept of it
  // (Retry, RFC 9000 section 8.1.2); beyond the second no handshake begins.
  std::size_t retry_above = 100;
  std::size_t handshakes_max = 1'000;
  Duration handshake_time_max = std::chrono::seconds{10};
  Duration idle_time_max = std::chrono::seconds{30};
  // Requests at a time on one connection; what a peer may send that nobody has read: of one stream, and of all.
  std::uint32_t streams_max = 100;
  ByteCount stream_window_bytes = 256_KiB;
  ByteCount connection_window_bytes = 1_MiB;
  // How long the tokens of Retry and NEW_TOKEN are good.
  Duration retry_token_life = std::chrono::seconds{10};
  Duration address_token_life = std::chrono::hours{24};
  // Packets of no connection that are answered (a stateless reset, a version negotiation, a refusal), a second.
  std::uint32_t stray_answers_max = 1'000;
  // Packets that came to one core and wait to be looked at by another.
  std::size_t handed_over_max = 512;
};

}  // namespace gust::net
