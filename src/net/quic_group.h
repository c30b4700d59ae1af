// QuicGroup: how the QUIC endpoints of a node's cores hand packets to each other.
//
// Shape:  one mailbox a core, made before the endpoints. A packet that the system gave to a core which does not have
// its
//         connection (the peer has moved) goes to the one that has, by its id; what would be too much is dropped, as
//         networks do.
// Core:   hand_over() from any; enter() and leave() on the mailbox's own.
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "rt/address.h"
#include "rt/datagrams.h"

namespace gust::rt {
class Loop;
}

namespace gust::net {

class QuicGroup {
 public:
  class Member {
   public:
    virtual void take(const rt::Datagram& packet) = 0;

   protected:
    ~Member() = default;
  };

  // The loops outlive all packets; at most 256.
  explicit QuicGroup(std::span<rt::Loop* const> loops);
  std::size_t size() const { return boxes_.size(); }
  void enter(std::size_t core, Member& member);
  void leave(std::size_t core);
  // False when `core` has too many packets to look at already.
  bool hand_over(std::size_t core, const rt::Datagram& packet, std::size_t waiting_max);

 private:
  struct Mailbox {
    rt::Loop* loop = nullptr;
    Member* member = nullptr;
    std::atomic<std::size_t> waiting = 0;
  };
  std::vector<std::shared_ptr<Mailbox>> boxes_;
};

}  // namespace gust::net
