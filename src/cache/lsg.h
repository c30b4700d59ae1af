// LSG, the lazy segregated form of GDSF (Greedy-Dual-Size with Frequency, Cherkasova 1998): the default policy.
//
// Shape:  a response is worth clock + frequency^2 / size^exponent, where the clock is the value of the last that was
//         evicted. It lies in a FIFO by its class of size (half octaves) and of frequency; within one, the oldest is
//         worth least, and a heap over the queues' oldest finds the least of all. A hit only counts.
//         What comes up as the least and was hit meanwhile is put into the queue of its new value instead, at most 64
//         for one victim; so victims cost O(log queues), and a hit nothing. Frequencies lie in a sketch that outlives
//         eviction.
// Choice: the exponent trades bytes for requests; at 0 sizes do not count. The square is ours: with the plain
//         frequency of GDSF the cache misses more of both (docs/cache-policies.md).
// Memory: a counter for each KiB of the cache (0.1 %), set aside; queues by use, some 10 KiB a stripe: bytes().
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "cache/eviction.h"
#include "cache/frequency_sketch.h"

namespace gust::cache {

class Lsg final : public EvictionPolicy {
 public:
  //   needs   0 <= size_exponent <= 2
  Lsg(const EvictionPlace& place, double size_exponent);

  void add(EvictionNode& node) override;
  void remove(EvictionNode& node) override;
  EvictionNode* victim() override;
  double least_value() const override {
    return heap_.empty() ? std::numeric_limits<double>::infinity() : heap_[0].value;
  }
  std::size_t bytes() const override { return rows_made_ * sizeof(Row) + heap_.capacity() * sizeof(Least); }

 private:
  static constexpr std::size_t frequency_classes = 16;
  static constexpr std::size_t size_classes = 80;
  static constexpr std::size_t not_in_heap = ~std::size_t{0};
  struct Queue {
    EvictionQueue nodes;
    std::size_t place = not_in_heap;
  };
  using Row = std::array<Queue, frequency_classes>;
  struct Least {
    double value;
    std::uint16_t queue;
  };

  static std::size_t size_class_of(ByteCount bytes);
  static std::size_t frequency_class_of(unsigned frequency);
  Queue& queue_at(std::uint16_t id) { return (*rows_[id / frequency_classes])[id % frequency_classes]; }
  double value_of(const EvictionNode& node) const {
    return node.clock + frequency_worth_[node.queue % frequency_classes] * size_worth_[node.queue / frequency_classes];
  }
  void enqueue(EvictionNode& node, unsigned frequency);
  // The queue's oldest has changed.
  void update(std::uint16_t queue);
  void move_up(std::size_t place);
  void move_down(std::size_t place);
  void put(std::size_t place, const Least& least);

  std::array<double, size_classes> size_worth_;            // of one request: size^-exponent
  std::array<double, frequency_classes> frequency_worth_;  // in requests
  std::array<std::unique_ptr<Row>, size_classes> rows_;
  std::size_t rows_made_ = 0;
  std::vector<Least> heap_;  // of the queues that hold something: the least first
  FrequencySketch sketch_;
};

}  // namespace gust::cache
