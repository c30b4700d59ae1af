#include "cache/slot_table.h"

namespace gust::cache {
namespace {

constexpr ByteCount allocator_bytes = 16;

}  // namespace

ByteCount SlotTable::slab_bytes() { return sizeof(Slab) + allocator_bytes + sizeof(void*); }

SlotTable::SlotTable(std::shared_ptr<Ledger> ledger) : ledger_(std::move(ledger)) { set_buckets(buckets_least); }

SlotTable::~SlotTable() {
  for (const auto& slab : slabs_) {
    if (slab) ledger_->refund(slab_bytes());
  }
  if (bucket_count_ > buckets_least) ledger_->refund(bucket_count_ * sizeof(std::uint32_t));
}

// Also gives back what there was.
void SlotTable::set_buckets(std::size_t count) {
  if (bucket_count_ > buckets_least) ledger_->refund(bucket_count_ * sizeof(std::uint32_t));
  buckets_ = std::make_unique<std::uint32_t[]>(count);
  bucket_count_ = count;
}

void SlotTable::grow() {
  const std::size_t wanted = 2 * bucket_count_;
  if (!ledger_->try_charge(wanted * sizeof(std::uint32_t))) return;
  const std::size_t before = bucket_count_;
  const std::unique_ptr<std::uint32_t[]> old = std::move(buckets_);
  set_buckets(wanted);
  for (std::size_t bucket = 0; bucket < before; ++bucket) {
    for (std::uint32_t at = old[bucket]; at != 0;) {
      Slot& slot = slot_at(at);
      const std::uint32_t number = std::exchange(at, slot.next);
      slot.next = std::exchange(buckets_[slot.key_hash & (bucket_count_ - 1)], number);
    }
  }
}

SlotTable::Slab* SlotTable::slab_with_room() {
  // Those that are gone.
  while (!with_room_.empty() && slabs_[with_room_.back()] == nullptr) with_room_.pop_back();
  if (!with_room_.empty()) return slabs_[with_room_.back()].get();
  if (!ledger_->try_charge(slab_bytes())) return nullptr;
  if (without_slab_.empty()) {
    without_slab_.push_back(static_cast<std::uint32_t>(slabs_.size()));
    slabs_.emplace_back();
  }
  const std::uint32_t place = without_slab_.back();
  without_slab_.pop_back();
  slabs_[place] = std::make_unique<Slab>();
  Slab& slab = *slabs_[place];
  for (std::uint32_t i = slots_a_slab; i-- > 0;) {
    slab.slots[i].next = std::exchange(slab.first_free, place * slots_a_slab + i + 1);
  }
  with_room_.push_back(place);
  return &slab;
}

Slot* SlotTable::make(std::uint64_t hash) {
  Slab* const slab = slab_with_room();
  if (slab == nullptr) return nullptr;
  if (size_ >= bucket_count_) grow();
  const std::uint32_t number = slab->first_free;
  Slot& slot = slot_at(number);
  slab->first_free = slot.next;
  if (slab->first_free == 0) with_room_.pop_back();
  ++slab->used;
  ++size_;
  slot.key_hash = hash;
  slot.next = std::exchange(buckets_[hash & (bucket_count_ - 1)], number);
  return &slot;
}

void SlotTable::erase(Slot& slot) {
  std::uint32_t* at = &buckets_[slot.key_hash & (bucket_count_ - 1)];
  while (&slot_at(*at) != &slot) at = &slot_at(*at).next;
  const std::uint32_t number = std::exchange(*at, slot.next);
  const auto place = static_cast<std::uint32_t>((number - 1) / slots_a_slab);
  Slab& slab = *slabs_[place];
  slot = Slot();
  if (slab.first_free == 0) with_room_.push_back(place);
  slot.next = std::exchange(slab.first_free, number);
  if (--slab.used == 0) {
    slabs_[place].reset();
    without_slab_.push_back(place);
    ledger_->refund(slab_bytes());
  }
  if (--size_ == 0 && bucket_count_ > buckets_least) set_buckets(buckets_least);
}

}  // namespace gust::cache
