#include "net/quic_group.h"

#include "base/check.h"
#include "rt/loop.h"

namespace gust::net {

QuicGroup::QuicGroup(std::span<rt::Loop* const> loops) {
  CHECK(loops.size() <= 256);
  for (rt::Loop* loop : loops) {
    boxes_.push_back(std::make_shared<Mailbox>());
    boxes_.back()->loop = loop;
  }
}

void QuicGroup::enter(std::size_t core, Member& member) { boxes_[core]->member = &member; }
void QuicGroup::leave(std::size_t core) { boxes_[core]->member = nullptr; }

bool QuicGroup::hand_over(std::size_t core, const rt::Datagram& packet, std::size_t waiting_max) {
  const std::shared_ptr<Mailbox>& box = boxes_[core];
  if (box->waiting.fetch_add(1, std::memory_order_relaxed) >= waiting_max) {
    box->waiting.fetch_sub(1, std::memory_order_relaxed);
    return false;
  }
  box->loop->post([box, bytes = std::string(packet.bytes), packet] {
    box->waiting.fetch_sub(1, std::memory_order_relaxed);
    rt::Datagram mine = packet;
    mine.bytes = bytes;
    if (box->member) box->member->take(mine);
  });
  return true;
}

}  // namespace gust::net
