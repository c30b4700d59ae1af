// Index: the stripes behind the Cache: slots, fills under way, and where memory is found when there is none.
//
// Shape:  a key's slot holds its stored entry, or the fill under way, or both. All of a Fill that changes and all of a
//         slot lie under the mutex of its stripe. No mutex is taken under another, but for those of purges, which take
//         none; entries and charges are dropped, waiters told and memory found outside of it.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "cache/cache.h"
#include "cache/waiters.h"

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

  Fill(Stripe& home, const Key& key, DistributionPurges& of_distribution)
      : stripe(home),
        hash(key.hash),
        key_text(key.text),
        path_and_query(ByteView(key_text).substr(static_cast<std::size_t>(key.path_and_query.data() - key.text.data()),
                                                 key.path_and_query.size())),
        purges(of_distribution),
        epoch(of_distribution.newest()),
        checked(epoch),
        tags_checked(epoch) {}

  Stripe& stripe;
  const Hash128 hash;
  const std::string key_text;
  const ByteView path_and_query;  // in key_text
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
  // Found out when the head came: who asked after that purge must not get `entry`.
  bool is_purged_by_tag = false;
  Stage stage = Stage::waiting;
  bool is_refreshed = false;
  EntryRef entry;
  std::uint64_t entry_epoch = 0;  // purges that entry was held against
  Error error;
};

struct Slot : EvictionNode {
  Slot(const Hash128& hash_of_key, DistributionPurges& of_distribution) : hash(hash_of_key), purges(of_distribution) {}

  ByteView key_text() const { return entry ? entry->key_text() : ByteView(fill->key_text); }

  const Hash128 hash;
  DistributionPurges& purges;
  EntryRef entry;
  FillRef fill;
  std::uint64_t checked = 0;  // entry is not cleared by purges up to here
  Instant held_until{};       // STALE-5
  Charge charge;
};

struct alignas(64) Stripe {
  std::mutex mutex;
  std::unordered_map<Hash128, Slot, HashOfHash> slots;
  std::unique_ptr<EvictionPolicy> policy;
  Counters counters;
};

// What leaves a stripe under its mutex and is destroyed behind it: declared before the lock.
struct Dropped {
  EntryRef entry;
  FillRef fill;
  Charge charge;
};

class Index {
 public:
  Index(const Limits& limits, const HashSeed& seed, const MakeEvictionPolicy& policy);

  // `begun`: where to put a fill that is begun if there is none; null: begin none.
  Lookup look(const Key& key, Instant now, FillRef* begun);

  // In inspect.cc: as Cache's.
  Lookup peek(const Key& key, Instant now) const;
  Siblings siblings(const Key& key, Instant now, std::size_t entries_max, std::size_t slots_max) const;

  // Charges the ledger, evicting until there is room.
  bool charge(ByteCount bytes);

  // Ends the fill's hold on its slot. For all of these the stripe's mutex is held.
  void detach(Fill& fill, Dropped& dropped);
  // Whether what the fill brought may be stored, as far as purges go.
  bool is_cleared(Fill& fill) const;
  // The same where `fill.entry` has just been made, of an answer that was held against the purges up to
  // `upstream_epoch`: now its tags are known.
  bool is_cleared_by_head(Fill& fill, std::uint64_t upstream_epoch) const;
  // Makes `entry` the stored one, if the fill still holds its slot.
  bool install(Fill& fill, EntryRef entry, Dropped& dropped);
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

 private:
  enum class Attempt : std::uint8_t { done, no_memory };

  Stripe& stripe_of(const Hash128& hash) const { return stripes_[hash.high & stripe_mask_]; }
  Attempt try_look(const Key& key, Instant now, FillRef* begun, Lookup& result);
  bool look_at_entry(Stripe& stripe, Slot& slot, Instant now, Lookup& result, Dropped& dropped);
  Attempt begin_fill(Stripe& stripe, const Key& key, Slot* slot, FillRef& begun);
  Slot* slot_with_stale(Fill& fill);
  bool is_purged(Slot& slot) const;
  void remove_entry(Stripe& stripe, Slot& slot, Dropped& dropped);
  void erase_if_empty(Stripe& stripe, Slot& slot, Dropped& dropped);
  // The bytes that one eviction took off the index, or nothing when there is nothing to evict.
  std::optional<ByteCount> evict_one();
  void reclaim_slot(Stripe& stripe, Slot& slot, Instant now, std::vector<Dropped>& dropped);

  const std::size_t stripe_mask_;
  const std::unique_ptr<Stripe[]> stripes_;
  std::atomic<std::size_t> next_victim_stripe_ = 0;

  std::mutex round_mutex_;  // of reclaim()
  std::size_t round_stripe_ = 0;
  std::size_t round_bucket_ = 0;
  std::size_t round_buckets_ = 0;  // as many as the stripe had when the round came to it
  std::uint64_t round_epoch_ = 0;
};

}  // namespace gust::cache
