#include "cache/lsg.h"

#include <bit>
#include <cmath>

namespace gust::cache {
namespace {

constexpr ByteCount bytes_a_counter = 1_KiB;
// The sketch is halved after so many requests for each of its counters.
constexpr std::uint64_t requests_a_counter = 2;

std::size_t counters_for(const EvictionPlace& place) {
  return std::max<std::size_t>(place.bytes_max / bytes_a_counter / place.stripes, 64);
}

}  // namespace

Lsg::Lsg(const EvictionPlace& place, double size_exponent)
    : EvictionPolicy(place.clock), sketch_(counters_for(place), requests_a_counter * counters_for(place)) {
  for (std::size_t i = 0; i < size_classes; ++i) {
    // From 2^(i/2) to 2^((i+1)/2): the middle.
    size_worth_[i] = std::exp2(-size_exponent * (static_cast<double>(i) / 2 + 0.25));
  }
  for (std::size_t i = 0; i < frequency_classes; ++i) {
    const std::size_t octave = i / 2;
    const double frequency = (i % 2 == 0 ? 1.0 : 1.5) * std::exp2(static_cast<double>(octave));
    frequency_worth_[i] = frequency * frequency;
  }
}

// 1, (1.5), 2, 3, 4, 6, 8, 12, ... 192
std::size_t Lsg::frequency_class_of(unsigned frequency) {
  const unsigned at_least_one = std::max(frequency, 1U);
  const auto octave = static_cast<std::size_t>(std::bit_width(at_least_one)) - 1;
  const bool is_upper_half = octave > 0 && (at_least_one >> (octave - 1) & 1U) != 0;
  return std::min(2 * octave + (is_upper_half ? 1 : 0), frequency_classes - 1);
}

std::size_t Lsg::size_class_of(ByteCount bytes) {
  const ByteCount at_least_one = std::max<ByteCount>(bytes, 1);
  const auto octave = static_cast<std::size_t>(std::bit_width(at_least_one)) - 1;
  // The upper half of an octave begins at its square root of two, 1.4142 = 181 / 128.
  const bool is_upper_half = (at_least_one << 7U) >= (ByteCount{181} << octave);
  return std::min(2 * octave + (is_upper_half ? 1 : 0), size_classes - 1);
}

void Lsg::enqueue(EvictionNode& node, unsigned frequency) {
  const std::size_t size_class = size_class_of(node.bytes());
  node.queue = static_cast<std::uint16_t>(size_class * frequency_classes + frequency_class_of(frequency));
  std::unique_ptr<Row>& row = rows_[size_class];
  if (!row) {
    row = std::make_unique<Row>();
    ++rows_made_;
  }
  EvictionQueue& nodes = queue_at(node.queue).nodes;
  const bool was_empty = nodes.empty();
  nodes.push(node);
  if (was_empty) update(node.queue);
}

void Lsg::add(EvictionNode& node) {
  node.touches = 0;
  node.clock = clock_.now();
  enqueue(node, sketch_.add(node.key_hash, 1));
}

void Lsg::remove(EvictionNode& node) {
  if (node.touches != 0) sketch_.add(node.key_hash, node.touches);
  EvictionQueue& nodes = queue_at(node.queue).nodes;
  const bool was_oldest = nodes.oldest() == &node;
  nodes.remove(node);
  if (was_oldest) update(node.queue);
}

// Nearly all may have been hit since the last eviction: then the least after some steps has to do.
EvictionNode* Lsg::victim() {
  constexpr int requeued_max = 64;
  for (int requeued = 0; !heap_.empty(); ++requeued) {
    const std::uint16_t id = heap_[0].queue;
    EvictionQueue& nodes = queue_at(id).nodes;
    EvictionNode& oldest = *nodes.oldest();
    if (oldest.touches == 0 || requeued == requeued_max) return &oldest;
    const unsigned frequency = sketch_.add(oldest.key_hash, oldest.touches);
    oldest.touches = 0;
    oldest.clock = clock_.now();
    nodes.remove(oldest);
    enqueue(oldest, frequency);
    update(id);
  }
  return nullptr;
}

// --- The heap

void Lsg::put(std::size_t place, const Least& least) {
  heap_[place] = least;
  queue_at(least.queue).place = place;
}

void Lsg::update(std::uint16_t id) {
  Queue& queue = queue_at(id);
  if (queue.nodes.empty()) {
    const std::size_t place = std::exchange(queue.place, not_in_heap);
    const Least last = heap_.back();
    heap_.pop_back();
    if (place == heap_.size()) return;
    put(place, last);
    move_up(place);
    move_down(queue_at(last.queue).place);
    return;
  }
  const Least least{value_of(*queue.nodes.oldest()), id};
  if (queue.place == not_in_heap) {
    heap_.push_back(least);
    queue.place = heap_.size() - 1;
  } else {
    heap_[queue.place] = least;
  }
  move_up(queue.place);
  move_down(queue.place);
}

void Lsg::move_up(std::size_t place) {
  const Least moved = heap_[place];
  while (place > 0) {
    const std::size_t above = (place - 1) / 2;
    if (heap_[above].value <= moved.value) break;
    put(place, heap_[above]);
    place = above;
  }
  put(place, moved);
}

void Lsg::move_down(std::size_t place) {
  const Least moved = heap_[place];
  while (true) {
    std::size_t below = 2 * place + 1;
    if (below >= heap_.size()) break;
    if (below + 1 < heap_.size() && heap_[below + 1].value < heap_[below].value) ++below;
    if (moved.value <= heap_[below].value) break;
    put(place, heap_[below]);
    place = below;
  }
  put(place, moved);
}

MakeEvictionPolicy lsg(double size_exponent) {
  return [size_exponent](const EvictionPlace& place) { return std::make_unique<Lsg>(place, size_exponent); };
}

}  // namespace gust::cache
