// DatagramSocket: the operating system's side of Datagrams that both backends share: batches in and out of one socket.
//
// Source: udp(7), recvmmsg(2), ip(7) IP_PKTINFO and IP_RECVTOS, ipv6(7).
// Memory: receive buffers of batch_max times 64 KiB of address space, touched as datagrams come.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "rt/datagrams.h"

namespace gust::rt {

class DatagramSocket {
 public:
  // Owns `descriptor`, a bound UDP socket that does not block.
  explicit DatagramSocket(int descriptor);
  ~DatagramSocket();
  DatagramSocket(const DatagramSocket&) = delete;
  DatagramSocket& operator=(const DatagramSocket&) = delete;

  int descriptor() const { return descriptor_; }
  // What the kernel has, none when it has nothing now. Good until the next call.
  Result<std::span<const Datagram>> receive();
  // As Datagrams::try_send().
  Result<bool> send(const DatagramBatch& batch);

 private:
  static constexpr std::size_t batch_max = 8;
  static constexpr std::size_t message_bytes = 64 * 1024;  // a kernel joins segments up to this

  Result<bool> send_one(const DatagramBatch& batch, bool in_segments);
  Result<bool> send_each(const DatagramBatch& batch);

  int descriptor_;
  bool is_v6_;
  bool cuts_segments_ = true;  // the kernel does; as far as we know
  std::unique_ptr<char[]> buffers_;
  std::vector<Datagram> received_;
};

}  // namespace gust::rt
