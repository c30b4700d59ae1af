// Where memory is found when there is none, and the round that frees what purges and time have made useless.

#include "cache/index_internal.h"

namespace gust::cache {
namespace {

void add(Counters& sum, const Counters& more) {
  for (std::uint64_t Counters::* count :
       {&Counters::hits, &Counters::stale_hits, &Counters::misses, &Counters::joined, &Counters::fills_begun,
        &Counters::fills_stored, &Counters::fills_refreshed, &Counters::fills_held, &Counters::fills_passed,
        &Counters::fills_failed, &Counters::fills_given_up, &Counters::fills_unstored, &Counters::evicted,
        &Counters::expired, &Counters::purged, &Counters::entries, &Counters::fills}) {
    sum.*count += more.*count;
  }
}

}  // namespace

bool Index::empty_slab() {
  if (!ledger->slabs().is_any_sparse()) return false;
  Slabs::Drain drain;
  if (!ledger->slabs().begin_drain(drain)) return false;
  for (const Slabs::Found& block : drain.blocks()) move_block(block);
  return ledger->slabs().end_drain(drain);
}

// What is being read stays where it is: its memory would not be free, and whoever holds the entry knows it by address.
void Index::move_block(const Slabs::Found& block) {
  EntryRef before;
  BodyRef body_before;
  Stripe& stripe = stripes_[block.owner.stripe & stripe_mask_];
  const std::scoped_lock lock(stripe.mutex);
  Slot* const slot = stripe.slots->find(block.owner.hash);
  if (slot == nullptr || !slot->entry) return;
  // Nobody gains a share while the stripe is held.
  if (slot->entry.use_count() > 1) return;
  // To let a share go is to see all that others did before they let theirs go.
  EntryRef(slot->entry).reset();
  if (block.holds(slot->entry.get())) {
    before = slot->entry;
  } else if (slot->entry->body().use_count() == 1) {
    body_before = slot->entry->body();
  } else {
    return;
  }
  if (Entry::move_out(ledger, slot->entry, block)) slot->entry->set_owner(block.owner);
}

// Where several are worth the same, as with policies that do not compare, each in its turn.
Index::Least Index::least_stripe() {
  Least least{next_victim_stripe_.fetch_add(1, std::memory_order_relaxed) & stripe_mask_, 0};
  least.value = least_values_[least.stripe].load(std::memory_order_relaxed);
  for (std::size_t i = 0; i <= stripe_mask_; ++i) {
    const double value = least_values_[i].load(std::memory_order_relaxed);
    if (value < least.value) least = {i, value};
  }
  return least;
}

std::optional<ByteCount> Index::evict_one() {
  constexpr std::size_t second_looks = 16;
  for (std::size_t i = 0; i <= stripe_mask_ + second_looks; ++i) {
    const Least least = least_stripe();
    Dropped dropped;
    Stripe& stripe = stripes_[least.stripe];
    const std::scoped_lock lock(stripe.mutex);
    EvictionNode* const victim = stripe.policy->victim();
    stripe.note_least_value();
    if (victim == nullptr) continue;
    const double value = stripe.policy->least_value();
    // What looked least had been hit: another stripe may have less.
    if (value > least.value && i < second_looks) continue;
    clock_.advance(value);
    Slot& slot = static_cast<Slot&>(*victim);
    const ByteCount bytes = slot.bytes();
    remove_entry(stripe, slot, dropped);
    erase_if_empty(stripe, slot, dropped);
    ++stripe.counters.evicted;
    return bytes;
  }
  return std::nullopt;
}

void Index::reclaim_slot(Stripe& stripe, Slot& slot, Instant now, std::vector<Dropped>& dropped) {
  Dropped gone;
  if (slot.entry && is_purged(slot)) {
    ++stripe.counters.purged;
    remove_entry(stripe, slot, gone);
  } else if (slot.entry && !is_of_use(slot.entry->freshness(), now)) {
    ++stripe.counters.expired;
    remove_entry(stripe, slot, gone);
  }
  if (slot.fill() != nullptr && is_cleared(*slot.fill())) gone.fill = std::move(slot.extras->fill);
  const bool is_empty = slot.is_empty();
  erase_if_empty(stripe, slot, gone);
  if (is_empty || gone.entry || gone.fill) dropped.push_back(std::move(gone));
}

// Buckets keep their slots as long as their number does not change; when it did, the stripe is begun again.
bool Index::reclaim(Instant now, std::size_t slots) {
  const std::scoped_lock round(round_mutex_);
  if (round_stripe_ == 0 && round_bucket_ == 0) {
    round_epoch_ = purges.newest();
  }
  std::vector<Dropped> dropped;
  Stripe& stripe = stripes_[round_stripe_];
  const std::scoped_lock lock(stripe.mutex);
  if (round_bucket_ == 0 || stripe.slots->bucket_count() != round_buckets_) {
    round_bucket_ = 0;
    round_buckets_ = stripe.slots->bucket_count();
  }
  std::vector<std::uint64_t> in_bucket;  // not their addresses: the last variant takes its key's slot away with it
  for (std::size_t left = slots; left > 0 && round_bucket_ < round_buckets_; --left, ++round_bucket_) {
    in_bucket.clear();
    stripe.slots->for_each_in(round_bucket_, [&](const Slot& slot) { in_bucket.push_back(slot.key_hash); });
    for (const std::uint64_t hash : in_bucket) {
      if (Slot* slot = stripe.slots->find(hash)) reclaim_slot(stripe, *slot, now, dropped);
    }
  }
  if (round_bucket_ < round_buckets_) return false;
  round_bucket_ = 0;
  round_stripe_ = (round_stripe_ + 1) & stripe_mask_;
  if (round_stripe_ != 0) return false;
  purges.forget_up_to(round_epoch_);
  return true;
}

Counters Index::counters() const {
  Counters sum;
  for (std::size_t i = 0; i <= stripe_mask_; ++i) {
    const std::scoped_lock lock(stripes_[i].mutex);
    add(sum, stripes_[i].counters);
    sum.lock_waits += stripes_[i].mutex.waits();
  }
  sum.bytes_used = ledger->used();
  sum.bytes_unused = ledger->slabs().unused_bytes();
  sum.bytes_max = limits.bytes_max;
  return sum;
}

}  // namespace gust::cache
