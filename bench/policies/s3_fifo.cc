#include <deque>
#include <unordered_map>

#include "rivals.h"

namespace gust::bench {
namespace {

using cache::EvictionNode;

class S3Fifo final : public cache::EvictionPolicy {
 public:
  using EvictionPolicy::EvictionPolicy;

  void add(EvictionNode& node) override {
    node.touches = 0;
    enter(node, ghost_.contains(node.key_hash) ? main : small);
  }
  void remove(EvictionNode& node) override {
    Part& part = parts_[node.queue];
    part.nodes.remove(node);
    part.bytes -= node.bytes();
    --part.count;
    if (&node == victim_ && node.queue == small) remember(node.key_hash);
    victim_ = nullptr;
  }
  EvictionNode* victim() override {
    while (true) {
      const ByteCount all = parts_[small].bytes + parts_[main].bytes;
      EvictionNode* oldest = parts_[small].nodes.oldest();
      if (oldest != nullptr && (parts_[small].bytes * 10 >= all || parts_[main].nodes.empty())) {
        if (oldest->touches < touches_wanted) return victim_ = oldest;
        move(*oldest, 0);
        continue;
      }
      oldest = parts_[main].nodes.oldest();
      if (oldest == nullptr || oldest->touches == 0) return victim_ = oldest;
      move(*oldest, static_cast<std::uint8_t>(std::min<int>(oldest->touches, 3) - 1));
    }
  }

 private:
  static constexpr std::uint8_t touches_wanted = 2;
  enum : std::uint16_t { small, main };
  struct Part {
    cache::EvictionQueue nodes;
    ByteCount bytes = 0;
    std::size_t count = 0;
  };

  void enter(EvictionNode& node, std::uint16_t queue) {
    node.queue = queue;
    parts_[queue].nodes.push(node);
    parts_[queue].bytes += node.bytes();
    ++parts_[queue].count;
  }
  void move(EvictionNode& node, std::uint8_t touches) {
    victim_ = nullptr;
    remove(node);
    node.touches = touches;
    enter(node, main);
  }
  // As many keys as the main queue has entries.
  void remember(std::uint64_t key_hash) {
    ++ghost_[key_hash];
    ghosts_.push_back(key_hash);
    while (ghosts_.size() > std::max<std::size_t>(parts_[main].count, 64)) {
      const auto oldest = ghost_.find(ghosts_.front());
      if (--oldest->second == 0) ghost_.erase(oldest);
      ghosts_.pop_front();
    }
  }

  Part parts_[2];
  EvictionNode* victim_ = nullptr;
  std::unordered_map<std::uint64_t, unsigned> ghost_;
  std::deque<std::uint64_t> ghosts_;
};

}  // namespace

std::unique_ptr<cache::EvictionPolicy> make_s3_fifo(const cache::EvictionPlace& place) {
  return std::make_unique<S3Fifo>(place.clock);
}

}  // namespace gust::bench
