// Index: the stripes behind the Cache: slots, fills under way, and where memory is found when there is none.
//
// Shape:  a key's slot holds its stored entry, or the fill under way, or both. All of a Fill that changes and all of a
//         slot lie under the mutex of its stripe. Where one mutex is taken under another it is in this order: the
//         round's, a stripe's, the purge book's, a distribution's. Entries and charges are dropped, waiters told and
//         memory found outside of them.
#pragma once

#include <array>
#include <atomic>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "cache/cache.h"
#include "cache/slot_table.h"
#include "cache/stripe_lock.h"
#include "cache/waiters.h"
#include "cache/written_over.h"

namespace gust::cache {

struct Stripe;

class Fill {
 public:
  enum class Stage : std::uint8_t {
    waiting,   // for the head
    serving,   // `entry` is there for those who wait
    alone,     // not to be shared: each goes on its own
    failed,    // `error`
    given_up,  // someone else may take over
  };

  Fill(Stripe& home, const Key& key, DistributionPurges& of_distribution, const WrittenOver& written_over)
      : stripe(home),
        hash(key.hash),
        key_text(key.text),
        path_and_query(ByteView(key_text).substr(static_cast<std::size_t>(key.path_and_query.data() - key.text.data()),
                                                 key.path_and_query.size())),
        purges(of_distribution),
        epoch(of_distribution.newest()),
        checked(epoch),
        tags_checked(epoch),
        written_place(written_over.place_of(key.distribution, key.path_and_query)),
        written_count(written_over.count_at(written_place)) {}

  Stripe& stripe;
  // Changed by the ticket's holder alone, under the stripe's mutex, when the answer turns out to be one variant of
  // several: the key is that variant's from then on.
  Hash128 hash;
  std::string key_text;
  ByteView path_and_query;  // in key_text
  VaryRef vary;             // what the key was made a variant's by; null as long as it is what it was
  DistributionPurges& purges;
  const std::uint64_t epoch;
  Charge charge;
  Waiters waiters;

  // Under the stripe's mutex.
  EntryRef stale;  // does not change once the ticket is out
  // Not cleared by purges up to here: what is known from the beginning (the path, and the tags of `stale`), and the
  // tags of `entry`, which come with the head.
  std::uint64_t checked;
  std::uint64_t tags_checked;
  const std::uint32_t written_place;
  const std::uint32_t written_count;  // when this began
  // Found out when the head came: who asked after that purge must not get `entry`.
  bool is_purged_by_tag = false;
  Stage stage = Stage::waiting;
  bool is_refreshed = false;
  EntryRef entry;
  std::uint64_t entry_epoch = 0;  // purges that entry was held against
  Error error;
};

struct alignas(64) Stripe {
  // Needs its parts set before it is used.
  StripeLock mutex;
  std::unique_ptr<SlotTable> slots;
  std::unique_ptr<EvictionPolicy> policy;
  Counters counters;
  std::atomic<double>* least_value = nullptr;  // the policy's, for who looks from outside

  std::size_t policy_bytes = 0;  // as charged

  void note_least_value() { least_value->store(policy->least_value(), std::memory_order_relaxed); }
};

// What leaves a stripe under its mutex and is destroyed behind it: declared before the lock.
struct Dropped {
  EntryRef entry;
  FillRef fill;
  std::unique_ptr<SlotExtras> extras;
  EntryRef entry_of_variant;  // that had to make room for another
  std::unique_ptr<SlotExtras> extras_of_variant;
  std::unique_ptr<SlotExtras> extras_of_first;
  std::unique_ptr<Variants> variants;
};

// With its counts, the allocator's part included.
inline constexpr ByteCount fill_bytes = sizeof(Fill) + 64;

class Index {
 public:
  Index(const Limits& limits, const HashSeed& seed, const MakeEvictionPolicy& policy);

  // `begun`: where to put a fill that is begun if there is none; null: begin none.
  Lookup look(const Key& key, Instant now, const Demand* demand, FillRef* begun);

  // In inspect.cc: as Cache's.
  Lookup peek(const Key& key, Instant now) const;
  Siblings siblings(const Key& key, Instant now, std::size_t entries_max, std::size_t slots_max) const;

  // Drops `entry` if it is the one stored under `key`.
  void forget(const Key& key, const EntryRef& entry);

  // Charges the ledger, evicting until there is room.
  bool charge(ByteCount bytes) {
    return make_room(bytes, [&] { return ledger->try_charge(bytes); });
  }
  // Empties sparse slabs and evicts until `attempt()`, which is for `bytes` or less, gives true. No lock is held
  // meanwhile.
  template <typename Attempt>
  bool make_room(ByteCount bytes, Attempt attempt);

  // Ends the fill's hold on its slot. For all of these the stripe's mutex is held.
  void detach(Fill& fill, Dropped& dropped);
  // Whether what the fill brought may be stored, as far as purges go.
  bool is_cleared(Fill& fill) const;
  // The same where `fill.entry` has just been made, of an answer that was held against the purges up to
  // `upstream_epoch`: now its tags are known.
  bool is_cleared_by_head(Fill& fill, std::uint64_t upstream_epoch) const;
  // Makes `entry` the stored one, if the fill still holds its slot.
  bool install(Fill& fill, EntryRef entry, Dropped& dropped);
  // The answer that the fill brings is the variant `key` of its key, told apart by `names`: the fill goes over to that
  // one's slot. Where it cannot, it holds no slot from then on.
  void become_variant(Fill& fill, const Key& key, const VaryRef& names, Dropped& dropped);
  // Removes the entry that the fill was to revalidate, if it is still there.
  void remove_stale(Fill& fill, Dropped& dropped);
  // Leaves the origin of that entry alone until `until`.
  void hold_stale(Fill& fill, Instant until);

  bool reclaim(Instant now, std::size_t slots);
  Counters counters() const;

  const Limits limits;
  const HashSeed seed;
  const std::shared_ptr<Ledger> ledger;
  PurgeBook purges;
  WrittenOver written_over;

 private:
  enum class Attempt : std::uint8_t { done, no_memory };

  Stripe& stripe_of(const Hash128& hash) const { return stripes_[hash.high & stripe_mask_]; }
  // A fresh entry and nothing to be done: what nearly every look-up finds, in one look at the slot. False: look closer.
  bool look_for_fresh(Stripe& stripe, const Key& key, Instant now, const Demand* demand, Lookup& result);
  Attempt try_look(const Key& key, Instant now, const Demand* demand, FillRef* begun, Lookup& result);
  bool look_at_entry(Stripe& stripe, Slot& slot, Instant now, const Demand* demand, Lookup& result, Dropped& dropped);
  Attempt begin_fill(Stripe& stripe, const Key& key, Slot* slot, FillRef& begun, Dropped& dropped);
  Slot* slot_of(Fill& fill) const;  // that it still holds; else null
  // More buckets for a stripe whose table found no memory for them.
  void widen(Stripe& stripe, ByteCount bytes);
  // With extras. Null where there is no memory.
  Slot* make_slot(Stripe& stripe, const Key& key);
  bool make_extras(Slot& slot) const;
  void drop_idle_extras(Slot& slot, std::unique_ptr<SlotExtras>& into);
  // Enters a variant among those of its key, and drops the oldest where that has too many. False: all are being filled.
  bool add_variant(Stripe& stripe, Slot& first, std::uint64_t variant, Dropped& dropped);
  void make_variants(Slot& first, std::string key_text, const VaryRef& names);
  void hold_variant(Stripe& stripe, Slot& first, const Key& key, const FillRef& fill, Dropped& dropped);
  void remove_variant(Stripe& stripe, std::uint64_t first, std::uint64_t variant, Dropped& dropped);
  Slot* slot_with_stale(Fill& fill);
  bool is_purged(Slot& slot) const;
  bool is_written_over(std::uint32_t place, std::uint32_t count) const {
    return written_over.any() && written_over.count_at(place) != count;
  }
  void charge_policy(Stripe& stripe);
  void remove_entry(Stripe& stripe, Slot& slot, Dropped& dropped);
  void erase_if_empty(Stripe& stripe, Slot& slot, Dropped& dropped);
  struct Least {
    std::size_t stripe;
    double value;
  };
  Least least_stripe();
  // Moves what is in the slab that is most worth emptying to others. True: that slab has gone.
  bool empty_slab();
  void move_block(const Slabs::Found& block);
  // The bytes that one eviction took off the index, or nothing when there is nothing to evict.
  std::optional<ByteCount> evict_one();
  void reclaim_slot(Stripe& stripe, Slot& slot, Instant now, std::vector<Dropped>& dropped);

  EvictionClock clock_;  // outlives the policies
  const std::size_t stripe_mask_;
  const std::unique_ptr<Stripe[]> stripes_;
  const std::unique_ptr<std::atomic<double>[]> least_values_;  // of the stripes, side by side
  std::atomic<std::size_t> next_victim_stripe_ = 0;

  std::mutex round_mutex_;  // of reclaim()
  std::size_t round_stripe_ = 0;
  std::size_t round_bucket_ = 0;
  std::size_t round_buckets_ = 0;  // as many as the stripe had when the round came to it
  std::uint64_t round_epoch_ = 0;
};

template <typename Attempt>
bool Index::make_room(ByteCount bytes, Attempt attempt) {
  if (attempt()) return true;
  if (bytes > ledger->bytes_max()) return false;
  // What is still being read frees nothing when it is evicted. So there is an end to what one may push out.
  const ByteCount evicted_max = 4 * bytes + 1_MiB;
  ByteCount evicted = 0;
  do {
    if (empty_slab()) continue;
    if (evicted >= evicted_max) return false;
    const auto more = evict_one();
    if (!more) return attempt();
    evicted += *more;
  } while (!attempt());
  return true;
}

}  // namespace gust::cache
