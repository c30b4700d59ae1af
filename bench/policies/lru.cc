#include "rivals.h"

namespace gust::bench {
namespace {

using cache::EvictionNode;

class Lru final : public cache::EvictionPolicy {
 public:
  explicit Lru(cache::EvictionClock& clock) : EvictionPolicy(clock, true) {}
  void add(EvictionNode& node) override { queue_.push(node); }
  void remove(EvictionNode& node) override { queue_.remove(node); }
  EvictionNode* victim() override { return queue_.oldest(); }

 private:
  void hit(EvictionNode& node) override {
    queue_.remove(node);
    queue_.push(node);
  }
  cache::EvictionQueue queue_;
};

}  // namespace

std::unique_ptr<cache::EvictionPolicy> make_lru(const cache::EvictionPlace& place) {
  return std::make_unique<Lru>(place.clock);
}

}  // namespace gust::bench
