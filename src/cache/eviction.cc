#include "cache/eviction.h"

namespace gust::cache {
namespace {

class Sieve final : public EvictionPolicy {
 public:
  void add(EvictionNode& node) override {
    node.newer = nullptr;
    node.older = newest_;
    (newest_ != nullptr ? newest_->newer : oldest_) = &node;
    newest_ = &node;
    node.touches = 0;
  }

  void remove(EvictionNode& node) override {
    if (hand_ == &node) hand_ = node.newer;
    (node.newer != nullptr ? node.newer->older : newest_) = node.older;
    (node.older != nullptr ? node.older->newer : oldest_) = node.newer;
    node.newer = node.older = nullptr;
  }

  // Ends after one round at most: the round has cleared every mark.
  EvictionNode* victim() override {
    if (hand_ == nullptr) hand_ = oldest_;
    while (hand_ != nullptr && hand_->touches != 0) {
      hand_->touches = 0;
      hand_ = hand_->newer != nullptr ? hand_->newer : oldest_;
    }
    return hand_;
  }

 private:
  EvictionNode* newest_ = nullptr;
  EvictionNode* oldest_ = nullptr;
  EvictionNode* hand_ = nullptr;  // null: at the oldest
};

}  // namespace

std::unique_ptr<EvictionPolicy> make_sieve() { return std::make_unique<Sieve>(); }

}  // namespace gust::cache
