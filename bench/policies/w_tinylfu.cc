#include "cache/frequency_sketch.h"
#include "rivals.h"

namespace gust::bench {
namespace {

using cache::EvictionNode;

// A window of 1 % in LRU order, then a main part of two LRU lists, four fifths of it for what was hit there.
class WTinyLfu final : public cache::EvictionPolicy {
 public:
  explicit WTinyLfu(const cache::EvictionPlace& place)
      : EvictionPolicy(place.clock, true),
        sketch_(place.bytes_max / 1024 / place.stripes,
                std::max<ByteCount>(2 * place.bytes_max / 1024 / place.stripes, 128)) {}

  void add(EvictionNode& node) override {
    sketch_.add(node.key_hash, 1);
    enter(node, window);
  }
  void remove(EvictionNode& node) override {
    parts_[node.queue].nodes.remove(node);
    parts_[node.queue].bytes -= node.bytes();
  }
  EvictionNode* victim() override {
    while (true) {
      EvictionNode* oldest = parts_[probation].nodes.oldest();
      if (oldest == nullptr) oldest = parts_[is_protected].nodes.oldest();
      EvictionNode* candidate = parts_[window].nodes.oldest();
      if (owed_ > 0 && oldest != nullptr) {
        owed_ -= std::min(owed_, oldest->bytes());
        return oldest;
      }
      const ByteCount all = parts_[window].bytes + parts_[probation].bytes + parts_[is_protected].bytes;
      if (candidate == nullptr || (parts_[window].bytes * 100 <= all && oldest != nullptr)) return oldest;
      if (!is_worth_more(*candidate)) return candidate;
      remove(*candidate);
      enter(*candidate, probation);
      if (has_been_full_) owed_ = candidate->bytes();
    }
  }

 private:
  enum : std::uint16_t { window, probation, is_protected };
  struct Part {
    cache::EvictionQueue nodes;
    ByteCount bytes = 0;
  };

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
    while (parts_[is_protected].bytes > 4 * parts_[probation].bytes + node.bytes()) {
      EvictionNode* oldest = parts_[is_protected].nodes.oldest();
      if (oldest == &node) break;
      move(*oldest, probation);
    }
  }
  // Than all that would have to go for it.
  bool is_worth_more(const EvictionNode& candidate) {
    // What came before memory was full once fills the main part without a contest.
    const ByteCount main_bytes = parts_[probation].bytes + parts_[is_protected].bytes;
    if (!has_been_full_ && main_bytes < 99 * parts_[window].bytes) return true;
    has_been_full_ = true;
    const unsigned mine = sketch_.estimate(candidate.key_hash);
    unsigned theirs = 0;
    ByteCount freed = 0;
    const EvictionNode* other = parts_[probation].nodes.oldest();
    for (; other != nullptr && freed < candidate.bytes(); other = other->newer) {
      theirs += sketch_.estimate(other->key_hash);
      freed += other->bytes();
      if (theirs >= mine) return false;
    }
    return true;
  }

  Part parts_[3];
  ByteCount owed_ = 0;  // to be evicted from the main part for a candidate that got in
  bool has_been_full_ = false;
  cache::FrequencySketch sketch_;
};

}  // namespace

std::unique_ptr<cache::EvictionPolicy> make_w_tinylfu(const cache::EvictionPlace& place) {
  return std::make_unique<WTinyLfu>(place);
}

}  // namespace gust::bench
