// Datagrams: a UDP socket as awaitables, the same over epoll, io_uring and the simulated world.
//
// Source: RFC 768; RFC 9000 section 14 (no datagram is fragmented); RFC 3168 for ECN; udp(7): UDP_SEGMENT and UDP_GRO.
// Shape:  many datagrams are received by one call and many of one length sent by one, where the system can.
// Units:  bytes; deadlines are Instants of the loop.
// Core:   belongs to the loop that opened it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "rt/address.h"
#include "rt/task.h"

namespace gust::rt {

// The ECN field of the IP header (RFC 3168 section 5), as its two bits.
enum class Ecn : std::uint8_t { none = 0, ect_1 = 1, ect_0 = 2, congested = 3 };

struct Datagram {
  ByteView bytes;
  Endpoint from;
  Endpoint to;  // the address that it was sent to, also where the socket is bound to all of them
  Ecn ecn = Ecn::none;
};

// Datagrams of `segment_bytes` each, side by side in `bytes`; the last may be shorter.
struct DatagramBatch {
  ByteView bytes{};
  std::size_t segment_bytes = 0;
  Endpoint to{};
  Endpoint from{};  // of this only the address counts; all zeros leave the choice to the system
  Ecn ecn = Ecn::none;
};

struct DatagramOptions {
  // Several loops open the same port and the system spreads peers over them by their address (SO_REUSEPORT).
  bool share_port = false;
};

class Datagrams {
 public:
  // What is sent at most by one call.
  static constexpr std::size_t batch_bytes_max = 60 * 1024;
  static constexpr std::size_t batch_segments_max = 48;

  virtual ~Datagrams() = default;

  // Waits until some have come, at least one, perhaps an empty one; good until the next call.
  //   fails  timed_out, cancelled, io_failed
  virtual Task<Result<std::span<const Datagram>>> receive(Instant deadline) = 0;
  // Gives the batch to the system; false when it has no room now. What the network loses it does not tell of.
  //   needs  at most batch_bytes_max in at most batch_segments_max segments
  //   fails  unreachable (no route), access_denied, io_failed, would_exceed_limit (longer than the link takes)
  virtual Result<bool> try_send(const DatagramBatch& batch) = 0;
  // Waits until try_send() is worth another try.
  //   fails  timed_out, cancelled
  virtual Task<Result<void>> writable(Instant deadline) = 0;
  virtual Endpoint local() const = 0;
};

}  // namespace gust::rt
