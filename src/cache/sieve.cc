#include "cache/eviction.h"

namespace gust::cache {
namespace {

class Sieve final : public EvictionPolicy {
 public:
  using EvictionPolicy::EvictionPolicy;

  void add(EvictionNode& node) override {
    queue_.push(node);
    node.touches = 0;
  }

  void remove(EvictionNode& node) override {
    if (hand_ == &node) hand_ = node.newer;
    queue_.remove(node);
  }

  // Ends after one round at most: the round has cleared every mark.
  EvictionNode* victim() override {
    if (hand_ == nullptr) hand_ = queue_.oldest();
    while (hand_ != nullptr && hand_->touches != 0) {
      hand_->touches = 0;
      hand_ = hand_->newer != nullptr ? hand_->newer : queue_.oldest();
    }
    return hand_;
  }

 private:
  EvictionQueue queue_;
  EvictionNode* hand_ = nullptr;  // null: at the oldest
};

}  // namespace

std::unique_ptr<EvictionPolicy> make_sieve(const EvictionPlace& place) { return std::make_unique<Sieve>(place.clock); }

}  // namespace gust::cache
