// SlotTable: the slots of one stripe, found by hash.
//
// Shape:  chains of slots, and slots in groups, so that none moves; both go by numbers of 32 bits instead of
//         pointers. The hash has good bits already.
// Memory: 4 to 8 bytes of buckets for each slot, and groups of 32 in blocks of cache/slabs.h. All is charged
//         when it is taken, and given back: a group with its last slot, the buckets with the last of all. Where there
//         is no memory for more buckets, chains grow until someone has made room for them.
// Core:   under the mutex of the stripe.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "cache/ledger.h"
#include "cache/slot.h"

namespace gust::cache {

class SlotTable {
 public:
  explicit SlotTable(std::shared_ptr<Ledger> ledger);
  ~SlotTable();
  SlotTable(const SlotTable&) = delete;
  SlotTable& operator=(const SlotTable&) = delete;

  Slot* find(std::uint64_t hash) const {
    for (std::uint32_t at = buckets_[hash & (bucket_count_ - 1)]; at != 0;) {
      Slot& slot = slot_at(at);
      if (slot.key_hash == hash) return &slot;
      at = slot.next;
    }
    return nullptr;
  }
  // A slot under a hash that has none. Null where there is no memory.
  Slot* make(std::uint64_t hash);
  void erase(Slot& slot);

  // What more buckets cost, where there are too few; else 0.
  ByteCount bytes_wanted() const { return size_ > bucket_count_ ? 2 * bucket_count_ * sizeof(std::uint32_t) : 0; }
  // Takes that memory, if it is there.
  void grow();

  std::size_t size() const { return size_; }
  std::size_t bucket_count() const { return bucket_count_; }
  // `see(Slot&)` may not change the table.
  template <typename See>
  void for_each_in(std::size_t bucket, See see) const {
    for (std::uint32_t at = buckets_[bucket]; at != 0;) {
      Slot& slot = slot_at(at);
      at = slot.next;
      see(slot);
    }
  }

  // The most that make() charges in a table without room, but for buckets.
  static constexpr ByteCount group_bytes_max() { return Slabs::slab_bytes(sizeof(Group)); }

 private:
  static constexpr std::size_t buckets_least = 16;
  static constexpr std::size_t slots_a_group = 32;  // with which they just fill a block
  struct Group {
    std::array<Slot, slots_a_group> slots;
    std::uint32_t first_free = 0;  // its number; chained by Slot::next
    std::uint32_t used = 0;
  };

  // Numbers begin at 1.
  Slot& slot_at(std::uint32_t number) const {
    return groups_[(number - 1) / slots_a_group]->slots[(number - 1) % slots_a_group];
  }
  Group* group_with_room();
  void drop(std::uint32_t place);
  void set_buckets(std::size_t count);

  const std::shared_ptr<Ledger> ledger_;
  std::unique_ptr<std::uint32_t[]> buckets_;
  std::size_t bucket_count_ = 0;
  std::size_t size_ = 0;
  std::vector<Group*> groups_;                // in blocks of slabs
  std::vector<std::uint32_t> without_group_;  // places in groups_ that are free
  // Groups with room, each once, and some that are gone meanwhile.
  std::vector<std::uint32_t> with_room_;
};

}  // namespace gust::cache
