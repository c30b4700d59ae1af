// QuicOutput: packets of all connections of a core on their way to the socket, those of one length and one path joined
// into one call.
//
// Memory: one buffer. When the socket has no room, packets wait in it, and no more are made until they have gone.
// Core:   one.
#pragma once

#include <memory>
#include <vector>

#include "base/bytes.h"
#include "rt/datagrams.h"

namespace gust::net {

class QuicOutput {
 public:
  static constexpr std::size_t packet_bytes_max = 1500;

  explicit QuicOutput(rt::Datagrams& socket);

  // Where the next packet is to be written: packet_bytes_max bytes, or none while there is no room.
  MutableBytes space();
  // The first `bytes` of it are one.
  void add(std::size_t bytes, const rt::Endpoint& from, const rt::Endpoint& to, rt::Ecn ecn = rt::Ecn::none);
  // Gives them to the socket, as far as it takes them.
  void flush();
  // Something waits for room.
  bool is_blocked() const { return is_blocked_; }
  // Waits until flush() is worth another try.
  rt::Task<Result<void>> writable(Instant deadline) { return socket_.writable(deadline); }

 private:
  static constexpr std::size_t buffer_bytes = 128 * 1024;
  struct Batch {
    std::size_t begin = 0;
    std::size_t bytes = 0;
    bool is_closed = false;  // its last packet was shorter
    rt::DatagramBatch path;  // and the segment length
  };

  rt::Datagrams& socket_;
  std::unique_ptr<char[]> buffer_;
  std::size_t used_ = 0;
  std::vector<Batch> batches_;
  std::size_t sent_ = 0;  // of the batches
  bool is_blocked_ = false;
};

}  // namespace gust::net
