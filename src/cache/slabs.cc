#include "cache/slabs.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <memory>
#include <new>
#include <utility>

#include "base/check.h"
#include "cache/ledger.h"

#if defined(__has_feature) && __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(begin, size) (static_cast<void>(begin), static_cast<void>(size))
#define ASAN_UNPOISON_MEMORY_REGION(begin, size) (static_cast<void>(begin), static_cast<void>(size))
#endif

namespace gust::cache {

// In front of each block.
struct Slabs::Block {
  enum class State : std::uint8_t { free, taken, separate };

  std::atomic<std::uint64_t> owner_hash;  // of a separate one: what it is charged
  // Of a free block: the number of the next, and no_block behind the last.
  std::atomic<std::uint32_t> owner_stripe;
  std::uint16_t number;  // in its slab
  std::uint8_t size_index;
  State state;

  char* memory() { return reinterpret_cast<char*>(this + 1); }
};

// At the front of its pages.
struct Slabs::Slab {
  Slab* next;
  Slab* previous;
  std::uint32_t first_free;  // that was taken before
  std::uint16_t fresh;       // blocks from this on never were
  std::uint16_t taken;
  std::uint8_t size_index;
  Kind kind;
  bool is_draining;

  const Size& size() const { return sizes.sizes[size_index]; }
  std::size_t bytes() const { return size().pages * PageRegion::page_bytes; }
  std::size_t free() const { return std::size_t{size().blocks} - taken; }
  std::size_t fill() const { return std::size_t{taken} * fills / size().blocks; }
  Block* block(std::size_t number) {
    return reinterpret_cast<Block*>(reinterpret_cast<char*>(this) + slab_head_bytes + number * size().block_bytes);
  }
  static Slab& of(Block& block) {
    const std::size_t before = slab_head_bytes + std::size_t{block.number} * sizes.sizes[block.size_index].block_bytes;
    return *reinterpret_cast<Slab*>(reinterpret_cast<char*>(&block) - before);
  }
};

namespace {

constexpr std::uint32_t no_block = ~std::uint32_t{0};
constexpr std::uint32_t no_stripe = ~std::uint32_t{0};
// Of what the ledger may have: the holes that each size is left, some hundredth with all sizes.
constexpr ByteCount spare_part = 8192;
constexpr ByteCount spare_bytes_max = 256_KiB;

}  // namespace

Slabs::Slabs(Ledger& ledger, Mode mode)
    : ledger_(ledger),
      mode_(mode),
      spare_bytes_(static_cast<std::uint32_t>(std::min<ByteCount>(ledger.bytes_max() / spare_part, spare_bytes_max))) {
  static_assert(sizeof(Block) == block_overhead_bytes && sizeof(Slab) <= slab_head_bytes);
}

Slabs::~Slabs() = default;

Slabs::Class& Slabs::class_of(const Slab& slab) {
  return classes_[static_cast<std::size_t>(slab.kind)][slab.size_index];
}

void* Slabs::take(std::size_t bytes, Kind kind, Room room) {
  if (mode_ == Mode::separate || bytes > bytes_max) return take_separate(bytes, room);
  const std::size_t index = index_of(bytes);
  Class& of = classes_[static_cast<std::size_t>(kind)][index];
  {
    const std::scoped_lock lock(of.mutex);
    for (std::size_t fill = fills; fill-- > 0;) {
      if (Slab* const slab = of.with_room[fill].first) return take_from(of, *slab, bytes);
    }
  }
  if (room == Room::holes) return nullptr;
  bool is_refused = false;
  Slab* const slab = make_slab(index, kind, room, is_refused);
  if (slab == nullptr) return is_refused ? take_separate(bytes, room) : nullptr;
  const std::scoped_lock lock(of.mutex);
  ++of.slabs;
  of.holes += static_cast<std::uint32_t>(slab->free());
  link(of, *slab);
  return take_from(of, *slab, bytes);
}

void* Slabs::take_separate(std::size_t bytes, Room room) {
  const ByteCount cost = block_bytes(bytes);
  if (room == Room::beyond) {
    ledger_.overdraw(cost);
  } else if (!ledger_.try_charge(cost)) {
    return nullptr;
  }
  void* const memory = std::malloc(sizeof(Block) + bytes);
  CHECK(memory != nullptr);
  return (new (memory) Block{cost, no_stripe, 0, 0, Block::State::separate})->memory();
}

// The system refuses when it gives no pages; there is no room when the ledger says so.
Slabs::Slab* Slabs::make_slab(std::size_t index, Kind kind, Room room, bool& is_refused) {
  const std::size_t bytes = sizes.sizes[index].pages * PageRegion::page_bytes;
  if (room == Room::beyond) {
    ledger_.overdraw(bytes);
  } else if (!ledger_.try_charge(bytes)) {
    return nullptr;
  }
  char* const run = ledger_.pages().take(bytes);
  if (run == nullptr) {
    ledger_.refund(bytes);
    is_refused = true;
    return nullptr;
  }
  ASAN_POISON_MEMORY_REGION(run + slab_head_bytes, bytes - slab_head_bytes);
  return new (run) Slab{nullptr, nullptr, no_block, 0, 0, static_cast<std::uint8_t>(index), kind, false};
}

void Slabs::release(Slab& slab) {
  const std::size_t bytes = slab.bytes();
  ASAN_UNPOISON_MEMORY_REGION(&slab, bytes);
  // Never lent: what is in slabs is copied when it is sent.
  ledger_.pages().give_back(reinterpret_cast<char*>(&slab), bytes, false);
  ledger_.refund(bytes);
}

void* Slabs::take_from(Class& of, Slab& slab, std::size_t bytes) {
  const std::size_t fill = slab.fill();
  const std::uint32_t number = slab.first_free != no_block ? slab.first_free : slab.fresh++;
  Block* const block = slab.block(number);
  ASAN_UNPOISON_MEMORY_REGION(block, sizeof(Block) + bytes);
  if (slab.first_free != no_block) slab.first_free = block->owner_stripe.load(std::memory_order_relaxed);
  new (block) Block{0, no_stripe, static_cast<std::uint16_t>(number), slab.size_index, Block::State::taken};
  ++slab.taken;
  --of.holes;
  if (slab.free() == 0 || slab.fill() != fill) {
    --slab.taken;  // it is listed as it was
    unlink(of, slab);
    ++slab.taken;
    if (slab.free() > 0) link(of, slab);
  }
  note_sparse(of, slab);
  return block->memory();
}

void Slabs::give_back(void* memory) noexcept {
  Block& block = *(static_cast<Block*>(memory) - 1);
  if (block.state == Block::State::separate) {
    ledger_.refund(block.owner_hash.load(std::memory_order_relaxed));
    std::free(&block);
    return;
  }
  CHECK(block.state == Block::State::taken);
  Slab& slab = Slab::of(block);
  Class& of = class_of(slab);
  {
    const std::scoped_lock lock(of.mutex);
    const bool is_listed = slab.free() > 0 && !slab.is_draining;
    if (is_listed) unlink(of, slab);
    block.state = Block::State::free;
    block.owner_stripe.store(slab.first_free, std::memory_order_relaxed);
    slab.first_free = block.number;
    ASAN_POISON_MEMORY_REGION(block.memory(), slab.size().block_bytes - sizeof(Block));
    --slab.taken;
    if (slab.is_draining) return;  // end_drain() looks at it
    ++of.holes;
    if (slab.taken > 0) {
      link(of, slab);
      note_sparse(of, slab);
      return;
    }
    --of.slabs;
    of.holes -= slab.size().blocks;
    note_sparse(of, slab);
  }
  release(slab);
}

ByteCount Slabs::unused_bytes() {
  ByteCount unused = 0;
  for (auto& of_kind : classes_) {
    for (std::size_t i = 0; i < sizes.count; ++i) {
      const Size& size = sizes.sizes[i];
      const std::size_t around = size.pages * PageRegion::page_bytes - std::size_t{size.blocks} * size.block_bytes;
      const std::scoped_lock lock(of_kind[i].mutex);
      unused += of_kind[i].slabs * around + ByteCount{of_kind[i].holes} * size.block_bytes;
    }
  }
  return unused;
}

void Slabs::link(Class& of, Slab& slab) {
  Class::Ends& ends = of.with_room[slab.fill()];
  slab.next = nullptr;
  slab.previous = ends.last;
  (ends.last != nullptr ? ends.last->next : ends.first) = &slab;
  ends.last = &slab;
}

void Slabs::unlink(Class& of, Slab& slab) {
  Class::Ends& ends = of.with_room[slab.fill()];
  (slab.previous != nullptr ? slab.previous->next : ends.first) = slab.next;
  (slab.next != nullptr ? slab.next->previous : ends.last) = slab.previous;
}

// --- Moves

void Slabs::set_owner(void* memory, Owner owner) noexcept {
  Block& block = *(static_cast<Block*>(memory) - 1);
  if (block.state == Block::State::separate) return;
  block.owner_hash.store(owner.hash, std::memory_order_relaxed);
  block.owner_stripe.store(owner.stripe, std::memory_order_relaxed);
}

// Half a slab more than one, or what does not matter in a cache of this size: a size whose holes come and go with every
// object is left alone.
void Slabs::note_sparse(Class& of, const Slab& slab) {
  if (slab.kind == Kind::pinned) return;
  const std::uint32_t blocks = slab.size().blocks;
  if (of.retry_at > of.holes + 2 * blocks) of.retry_at = of.holes + 2 * blocks;
  const bool is_sparse =
      of.holes >= std::max(blocks + std::max((blocks + 1) / 2, spare_bytes_ / slab.size().block_bytes), of.retry_at);
  if (is_sparse == of.is_sparse) return;
  of.is_sparse = is_sparse;
  sparse_.fetch_xor(std::uint64_t{1} << slab.size_index, std::memory_order_relaxed);
}

bool Slabs::begin_drain(Drain& drain) {
  const std::uint64_t sparse = sparse_.load(std::memory_order_relaxed);
  if (sparse == 0) return false;
  const auto first = static_cast<int>(next_drained_.fetch_add(1, std::memory_order_relaxed) % sizes_max);
  const auto index = static_cast<std::size_t>(first + std::countr_zero(std::rotr(sparse, first))) % sizes_max;
  Class& of = classes_[static_cast<std::size_t>(Kind::movable)][index];
  const std::scoped_lock lock(of.mutex);
  if (!of.is_sparse) return false;
  Slab* slab = nullptr;
  for (std::size_t fill = 0; slab == nullptr; ++fill) slab = of.with_room[fill].first;
  unlink(of, *slab);
  slab->is_draining = true;
  of.holes -= static_cast<std::uint32_t>(slab->free());
  note_sparse(of, *slab);
  drain.slab_ = slab;
  drain.count_ = 0;
  for (std::size_t number = 0; number < slab->fresh; ++number) {
    Block& block = *slab->block(number);
    if (block.state != Block::State::taken) continue;
    const std::uint32_t stripe = block.owner_stripe.load(std::memory_order_relaxed);
    if (stripe == no_stripe) continue;
    drain.found_[drain.count_++] = {block.memory(),
                                    reinterpret_cast<char*>(&block) + slab->size().block_bytes,
                                    {block.owner_hash.load(std::memory_order_relaxed), stripe}};
  }
  return true;
}

bool Slabs::end_drain(Drain& drain) {
  Slab& slab = *std::exchange(drain.slab_, nullptr);
  Class& of = class_of(slab);
  {
    const std::scoped_lock lock(of.mutex);
    slab.is_draining = false;
    if (slab.taken > 0) {
      of.holes += static_cast<std::uint32_t>(slab.free());
      of.retry_at = of.holes + slab.size().blocks / 2 + 1;
      // Behind the others, so that the next drain is of another.
      if (slab.free() > 0) link(of, slab);
      note_sparse(of, slab);
      return false;
    }
    --of.slabs;
    of.retry_at = 0;
    note_sparse(of, slab);
  }
  release(slab);
  return true;
}

}  // namespace gust::cache
