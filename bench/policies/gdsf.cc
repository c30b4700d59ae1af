#include <limits>
#include <map>
#include <unordered_map>

#include "rivals.h"

namespace gust::bench {
namespace {

using cache::EvictionNode;

class Gdsf final : public cache::EvictionPolicy {
 public:
  explicit Gdsf(cache::EvictionClock& clock) : EvictionPolicy(clock, true) {}

  void add(EvictionNode& node) override { place(node, 1); }
  void remove(EvictionNode& node) override {
    const auto known = known_.find(&node);
    order_.erase(known->second.place);
    known_.erase(known);
  }
  EvictionNode* victim() override { return order_.empty() ? nullptr : order_.begin()->second; }
  double least_value() const override {
    return order_.empty() ? std::numeric_limits<double>::infinity() : order_.begin()->first;
  }

 private:
  using Order = std::multimap<double, EvictionNode*>;
  struct Known {
    Order::iterator place;
    double frequency;
  };

  void place(EvictionNode& node, double frequency) {
    const double value = clock_.now() + frequency / static_cast<double>(node.bytes());
    known_[&node] = {order_.emplace(value, &node), frequency};
  }
  void hit(EvictionNode& node) override {
    const Known known = known_.at(&node);
    order_.erase(known.place);
    place(node, known.frequency + 1);
  }

  Order order_;
  std::unordered_map<EvictionNode*, Known> known_;
};

}  // namespace

std::unique_ptr<cache::EvictionPolicy> make_gdsf(const cache::EvictionPlace& place) {
  return std::make_unique<Gdsf>(place.clock);
}

}  // namespace gust::bench
