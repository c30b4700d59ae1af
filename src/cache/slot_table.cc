#include "cache/slot_table.h"

#include <memory>
#include <utility>

namespace gust::cache {

SlotTable::SlotTable(std::shared_ptr<Ledger> ledger) : ledger_(std::move(ledger)) { set_buckets(buckets_least); }

SlotTable::~SlotTable() {
  for (std::uint32_t place = 0; place < groups_.size(); ++place) drop(place);
  if (bucket_count_ > buckets_least) ledger_->refund(bucket_count_ * sizeof(std::uint32_t));
}

// Also gives back what there was.
void SlotTable::set_buckets(std::size_t count) {
  if (bucket_count_ > buckets_least) ledger_->refund(bucket_count_ * sizeof(std::uint32_t));
  buckets_ = std::make_unique<std::uint32_t[]>(count);
  bucket_count_ = count;
}

void SlotTable::drop(std::uint32_t place) {
  Group* const group = std::exchange(groups_[place], nullptr);
  if (group == nullptr) return;
  std::destroy_at(group);
  ledger_->slabs().give_back(group);
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

SlotTable::Group* SlotTable::group_with_room() {
  // Those that are gone.
  while (!with_room_.empty() && groups_[with_room_.back()] == nullptr) with_room_.pop_back();
  if (!with_room_.empty()) return groups_[with_room_.back()];
  void* const memory = ledger_->slabs().take(sizeof(Group), Slabs::Kind::pinned);
  if (memory == nullptr) return nullptr;
  if (without_group_.empty()) {
    without_group_.push_back(static_cast<std::uint32_t>(groups_.size()));
    groups_.emplace_back();
  }
  const std::uint32_t place = without_group_.back();
  without_group_.pop_back();
  auto* const group = new (memory) Group();
  groups_[place] = group;
  for (std::uint32_t i = slots_a_group; i-- > 0;) {
    group->slots[i].next = std::exchange(group->first_free, place * slots_a_group + i + 1);
  }
  with_room_.push_back(place);
  return group;
}

Slot* SlotTable::make(std::uint64_t hash) {
  Group* const group = group_with_room();
  if (group == nullptr) return nullptr;
  if (size_ >= bucket_count_) grow();
  const std::uint32_t number = group->first_free;
  Slot& slot = slot_at(number);
  group->first_free = slot.next;
  if (group->first_free == 0) with_room_.pop_back();
  ++group->used;
  ++size_;
  slot.key_hash = hash;
  slot.next = std::exchange(buckets_[hash & (bucket_count_ - 1)], number);
  return &slot;
}

void SlotTable::erase(Slot& slot) {
  std::uint32_t* at = &buckets_[slot.key_hash & (bucket_count_ - 1)];
  while (&slot_at(*at) != &slot) at = &slot_at(*at).next;
  const std::uint32_t number = std::exchange(*at, slot.next);
  const auto place = static_cast<std::uint32_t>((number - 1) / slots_a_group);
  Group& group = *groups_[place];
  slot = Slot();
  if (group.first_free == 0) with_room_.push_back(place);
  slot.next = std::exchange(group.first_free, number);
  if (--group.used == 0) {
    drop(place);
    without_group_.push_back(place);
  }
  if (--size_ == 0 && bucket_count_ > buckets_least) set_buckets(buckets_least);
}

}  // namespace gust::cache
