#include <utility>

#include "cache/frequency_sketch.h"
#include "rivals.h"

namespace gust::bench {
namespace {

using cache::EvictionNode;

// A window of 1 % in LRU order, then a main part of two LRU lists, four fifths of it for what was hit there. What the
// window has too much comes into the main part where there is room, or contests the place of its oldest by frequency;
// the loser goes. So nothing of the main part goes without a contest.
class WTinyLfu final : public cache::EvictionPolicy, public Admission {
 public:
  WTinyLfu(const cache::EvictionPlace& place, bool is_aggregated)
      : EvictionPolicy(place.clock, true),
        is_aggregated_(is_aggregated),
        window_max_(place.bytes_max / 100),
        sketch_(place.bytes_max / 1024, std::max<ByteCount>(place.bytes_max / 2048, 128)) {}

  // What is larger than the window would contest the main part as soon as it is there. The cache makes room before it
  // adds, so it is asked here first.
  bool admits(std::uint64_t key_hash, ByteCount bytes) override {
    reserved_ = 0;
    if (bytes <= window_max_ || full_ == 0) return true;
    if (!is_let_in(sketch_.estimate(key_hash) + 1U, bytes)) {
      sketch_.add(key_hash, 1);
      return false;
    }
    reserved_ = bytes;
    return true;
  }
  void add(EvictionNode& node) override {
    reserved_ = 0;
    sketch_.add(node.key_hash, 1);
    enter(node, node.bytes() > window_max_ ? probation : window);
  }
  void remove(EvictionNode& node) override {
    parts_[node.queue].nodes.remove(node);
    parts_[node.queue].bytes -= node.bytes();
  }
  EvictionNode* victim() override {
    full_ = std::max(full_, main_bytes() + parts_[window].bytes);
    while (true) {
      EvictionNode* const oldest = oldest_of_main();
      EvictionNode* const candidate = parts_[window].nodes.oldest();
      if (oldest != nullptr && main_bytes() + reserved_ > main_max()) return oldest;
      const bool is_window_full = parts_[window].bytes > window_max_;
      // What is stored takes more beside its bytes than it did: there is room for less.
      if (!is_window_full && has_room_for(candidate)) full_ = main_bytes() + parts_[window].bytes;
      if (candidate == nullptr) return oldest;
      if (!is_let_in(sketch_.estimate(candidate->key_hash), candidate->bytes())) return candidate;
      move(*candidate, probation);
    }
  }

 private:
  enum : std::uint16_t { window, probation, is_protected };
  struct Part {
    cache::EvictionQueue nodes;
    ByteCount bytes = 0;
  };

  ByteCount main_bytes() const { return parts_[probation].bytes + parts_[is_protected].bytes; }
  ByteCount main_max() const { return full_ - full_ / 100; }
  bool has_room_for(const EvictionNode* node) const {
    return main_bytes() + (node != nullptr ? node->bytes() : 0) <= main_max();
  }
  EvictionNode* oldest_of_main() const {
    EvictionNode* const oldest = parts_[probation].nodes.oldest();
    return oldest != nullptr ? oldest : parts_[is_protected].nodes.oldest();
  }
  void enter(EvictionNode& node, std::uint16_t queue) {
    node.queue = queue;
    parts_[queue].nodes.push(node);
    parts_[queue].bytes += node.bytes();
  }
  void move(EvictionNode& node, std::uint16_t queue) {
    remove(node);
    enter(node, queue);
  }
  void hit(EvictionNode& node) override {
    sketch_.add(node.key_hash, 1);
    move(node, node.queue == window ? window : is_protected);
    while (parts_[is_protected].bytes > std::max(main_max() / 5 * 4, node.bytes())) {
      move(*parts_[is_protected].nodes.oldest(), probation);
    }
  }
  // Whether the main part has room for a candidate, or it was asked for more often than the main part's oldest. With
  // aggregated victims: not less often than all together that would have to go for it; where it was, those come to the
  // lists' other end, so that the next candidate meets others.
  bool is_let_in(unsigned mine, ByteCount bytes) {
    const ByteCount free = main_max() - std::min(main_bytes(), main_max());
    unsigned theirs = 0;
    ByteCount freed = 0;
    for (const std::uint16_t queue : {probation, is_protected}) {
      std::size_t looked_at = 0;
      EvictionNode* other = parts_[queue].nodes.oldest();
      for (; other != nullptr && free + freed < bytes; other = other->newer) {
        theirs += sketch_.estimate(other->key_hash);
        freed += other->bytes();
        ++looked_at;
        if (!is_aggregated_) return mine > theirs;
        if (mine < theirs) {
          for (; looked_at > 0; --looked_at) move(*parts_[queue].nodes.oldest(), queue);
          return false;
        }
      }
    }
    return true;
  }

  const bool is_aggregated_;
  const ByteCount window_max_;
  Part parts_[3];
  ByteCount full_ = 0;      // what all parts had at most; 0 until memory was wanted for the first time
  ByteCount reserved_ = 0;  // of the main part, for what was admitted and comes next
  cache::FrequencySketch sketch_;
};

}  // namespace

std::unique_ptr<cache::EvictionPolicy> make_w_tinylfu(const cache::EvictionPlace& place) {
  return std::make_unique<WTinyLfu>(place, false);
}

std::unique_ptr<cache::EvictionPolicy> make_w_tinylfu_av(const cache::EvictionPlace& place) {
  return std::make_unique<WTinyLfu>(place, true);
}

}  // namespace gust::bench
