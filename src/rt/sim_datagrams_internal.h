// The simulated UDP: sockets of hosts, and what a NAT before a host makes of their addresses.
//
// Shape:  a datagram on its way knows hosts and addresses only, so that sockets may go meanwhile. Loss, doubling and
//         order are drawn for each (LinkOptions).
// Source: RFC 768; RFC 4787 section 4 for the NAT, which here keeps one binding for each socket.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rt/datagrams.h"
#include "rt/signal.h"
#include "rt/sim_engine_internal.h"

namespace gust::rt::sim {

class SimDatagrams final : public Datagrams {
 public:
  // `at` has its port.
  SimDatagrams(SimLoop& loop, const Endpoint& at, const DatagramOptions& options);
  ~SimDatagrams() override;

  Task<Result<std::span<const Datagram>>> receive(Instant deadline) override;
  Result<bool> try_send(const DatagramBatch& batch) override;
  Task<Result<void>> writable(Instant deadline) override;
  Endpoint local() const override { return at_; }

  bool shares_port() const { return options_.share_port; }
  bool overlaps(const Endpoint& at) const;
  // True when a datagram to `to`, as others see it, comes here.
  bool takes(const Endpoint& to) const;
  void enter(ByteView bytes, const Endpoint& from, const Endpoint& to, Ecn ecn);
  // From now on what is sent comes from `outside`, and only what is sent there comes in.
  void rebind(const Endpoint& outside);
  // The host crashed: nothing comes in or goes out any more.
  void die();

 private:
  static constexpr std::size_t inbox_max = 512;
  static constexpr std::size_t receive_max = 32;
  struct Arrived {
    std::string bytes;
    Endpoint from, to;
    Ecn ecn;
  };
  struct Room {
    bool is_full = false;
    Signal changed;
  };

  std::optional<Endpoint> source_for(const DatagramBatch& batch) const;
  void send(std::string bytes, const Endpoint& from, const DatagramBatch& batch, Host& to_host);

  SimLoop& loop_;
  Endpoint at_;
  std::optional<Endpoint> outside_;
  Endpoint inside_;  // with outside_: as which this host knows itself
  DatagramOptions options_;
  bool is_dead_ = false;
  std::deque<Arrived> inbox_;
  Signal come_;
  std::shared_ptr<Room> room_ = std::make_shared<Room>();
  std::vector<Arrived> taken_;
  std::vector<Datagram> received_;
};

}  // namespace gust::rt::sim
