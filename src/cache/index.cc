#include <algorithm>
#include <bit>
#include <utility>

#include "cache/index_internal.h"

namespace gust::cache {
namespace {

// A slot in its table with its share of the buckets, and a fill with its counts; the allocator's part included.
constexpr ByteCount slot_bytes = sizeof(Slot) + 64;
constexpr ByteCount fill_bytes = sizeof(Fill) + 64;
constexpr ByteCount variants_bytes = sizeof(Variants) + 64;

Limits with_defaults(Limits limits) {
  if (limits.object_bytes_max == 0) limits.object_bytes_max = limits.bytes_max / 4;
  limits.stripes = std::bit_ceil(std::max<std::size_t>(limits.stripes, 1));
  limits.window_bytes = std::max<ByteCount>(limits.window_bytes, segment_bytes_max);
  return limits;
}

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

Index::Index(const Limits& given_limits, const HashSeed& given_seed, const MakeEvictionPolicy& policy)
    : limits(with_defaults(given_limits)),
      seed(given_seed),
      ledger(std::make_shared<Ledger>(limits.bytes_max)),
      purges(limits.purge_rules_max),
      invalidations(limits.purge_rules_max),
      stripe_mask_(limits.stripes - 1),
      stripes_(std::make_unique<Stripe[]>(limits.stripes)) {
  for (std::size_t i = 0; i < limits.stripes; ++i) stripes_[i].policy = policy();
}

// --- Looking

Lookup Index::look(const Key& key, Instant now, const Demand* demand, FillRef* begun) {
  Lookup result;
  if (try_look(key, now, demand, begun, result) == Attempt::done) return result;
  // Memory is found outside of the stripe's mutex; by then the slot may have changed, so all is looked at again.
  const ByteCount wanted = slot_bytes + fill_bytes + key.text.size();
  if (!charge(wanted)) return result;
  ledger->refund(wanted);
  result = Lookup();
  try_look(key, now, demand, begun, result);
  return result;
}

Index::Attempt Index::try_look(const Key& key, Instant now, const Demand* demand, FillRef* begun, Lookup& result) {
  Dropped dropped_entry;
  Dropped dropped_fill;
  Dropped dropped_variant;
  Stripe& stripe = stripe_of(key.hash);
  const std::scoped_lock lock(stripe.mutex);
  Slot* slot = find_slot(stripe, key.hash);
  if (slot != nullptr) {
    if (slot->key_text() != key.text) return Attempt::done;  // two keys, one hash: the second goes on alone
    if (slot->entry && look_at_entry(stripe, *slot, now, demand, result, dropped_entry)) return Attempt::done;
    if (slot->variants) {
      result.vary = slot->variants->names;
      return Attempt::done;
    }
    if (slot->fill && is_cleared(*slot->fill)) {
      result.was_purged = true;
      dropped_fill.fill = std::move(slot->fill);
    }
    if (slot->fill) {
      if (slot->fill->stage != Fill::Stage::alone) result.fill = slot->fill;
      if (result.found == Found::absent) ++stripe.counters.misses;
      return Attempt::done;
    }
  }
  Attempt attempt = Attempt::done;
  if (begun != nullptr) attempt = begin_fill(stripe, key, slot, *begun, dropped_variant);
  if (attempt == Attempt::done && result.found == Found::absent) ++stripe.counters.misses;
  if (slot != nullptr) erase_if_empty(stripe, *slot, dropped_fill);
  return attempt;
}

// True when the entry settles the lookup. Drops an entry that is of no use any more.
bool Index::look_at_entry(Stripe& stripe, Slot& slot, Instant now, const Demand* demand, Lookup& result,
                          Dropped& dropped) {
  if (is_purged(slot)) {
    ++stripe.counters.purged;
    result.was_purged = true;
    remove_entry(stripe, slot, dropped);
    return false;
  }
  const Freshness& freshness = slot.entry->freshness();
  result.epoch = slot.checked;
  const bool is_enough = demand == nullptr || meets(freshness, now, *demand);
  if (is_enough && is_fresh(freshness, now)) {
    ++stripe.counters.hits;
    slot.touch();
    result.entry = slot.entry;
    result.found = Found::fresh;
    return true;
  }
  if (!is_of_use(freshness, now)) {
    ++stripe.counters.expired;
    remove_entry(stripe, slot, dropped);
    return false;
  }
  slot.touch();
  result.entry = slot.entry;
  ++stripe.counters.stale_hits;
  const bool is_strict = demand != nullptr && demand->is_strict();
  const bool is_held = (now < slot.held_until && may_serve_on_error(freshness, now) && !is_strict) ||
                       (demand != nullptr && is_enough);  // max-stale
  result.found = is_held ? Found::held : Found::stale;
  return is_held;
}

Slot* Index::find_slot(Stripe& stripe, const Hash128& hash) const {
  const auto at = stripe.slots.find(hash);
  return at == stripe.slots.end() ? nullptr : &at->second;
}

Slot* Index::make_slot(Stripe& stripe, const Key& key) {
  if (!ledger->try_charge(slot_bytes)) return nullptr;
  Charge charge_of_slot(ledger, slot_bytes);
  Slot& slot = stripe.slots.try_emplace(key.hash, key, purges.of(key.distribution), invalidations.of(key.distribution))
                   .first->second;
  slot.charge = std::move(charge_of_slot);
  return &slot;
}

Index::Attempt Index::begin_fill(Stripe& stripe, const Key& key, Slot* slot, FillRef& begun, Dropped& dropped) {
  const ByteCount wanted_for_fill = fill_bytes + key.text.size();
  if (!ledger->try_charge(wanted_for_fill)) return Attempt::no_memory;
  Charge fill_charge(ledger, wanted_for_fill);
  if (slot == nullptr) {
    Slot* first = key.first ? find_slot(stripe, *key.first) : nullptr;
    if (key.first && (first == nullptr || !first->variants)) return Attempt::done;  // gone since the look: go on alone
    if (first != nullptr && !add_variant(stripe, *first, key.hash, dropped)) return Attempt::done;
    slot = make_slot(stripe, key);
    if (slot == nullptr) {
      if (key.first) remove_variant(stripe, *key.first, key.hash, dropped);
      return Attempt::no_memory;
    }
  }
  // The purges are read under the mutex that a reclaim round takes: a fill that it has not seen began after it.
  slot->fill = std::make_shared<Fill>(stripe, key, slot->purges, slot->invalidations);
  slot->fill->charge = std::move(fill_charge);
  // Held against all that the fill's epoch stands for: a purge may have come since the look.
  if (slot->entry && !is_purged(*slot)) slot->fill->stale = slot->entry;
  ++stripe.counters.fills_begun;
  ++stripe.counters.fills;
  begun = slot->fill;
  return Attempt::done;
}

// --- Changing

bool Index::is_purged(Slot& slot) const {
  if (const std::uint64_t newest = slot.invalidations.newest(); newest > slot.invalidations_checked) {
    if (slot.invalidations.clears(slot.invalidations_checked, slot.entry->path_and_query())) return true;
    slot.invalidations_checked = newest;
  }
  const std::uint64_t newest = slot.purges.newest();
  if (newest <= slot.checked) return false;
  if (slot.purges.clears(slot.checked, slot.entry->path_and_query())) return true;
  if (slot.purges.clears_tags(slot.checked, slot.entry->tags())) return true;
  slot.checked = newest;
  return false;
}

bool Index::is_cleared(Fill& fill) const {
  if (const std::uint64_t newest = fill.invalidations.newest(); newest > fill.invalidations_checked) {
    if (fill.invalidations.clears(fill.invalidations_checked, fill.path_and_query)) return true;
    fill.invalidations_checked = newest;
  }
  const std::uint64_t newest = fill.purges.newest();
  if (newest > fill.checked) {
    if (fill.purges.clears(fill.checked, fill.path_and_query)) return true;
    if (fill.stale && fill.purges.clears_tags(fill.checked, fill.stale->tags())) return true;
    fill.checked = newest;
  }
  if (fill.entry && newest > fill.tags_checked) {
    if (fill.purges.clears_tags(fill.tags_checked, fill.entry->tags())) return true;
    fill.tags_checked = newest;
  }
  return false;
}

bool Index::is_cleared_by_head(Fill& fill, std::uint64_t upstream_epoch) const {
  fill.tags_checked = std::min(fill.tags_checked, upstream_epoch);
  fill.is_purged_by_tag = fill.purges.clears_tags(fill.tags_checked, fill.entry->tags());
  // A tier above that has not applied a purge may have answered with what the purge clears.
  const bool is_lagging = upstream_epoch < fill.checked && fill.purges.clears(upstream_epoch, fill.path_and_query);
  return fill.is_purged_by_tag || is_lagging;
}

void Index::remove_entry(Stripe& stripe, Slot& slot, Dropped& dropped) {
  stripe.policy->remove(slot);
  --stripe.counters.entries;
  slot.held_until = {};
  dropped.entry = std::move(slot.entry);
}

void Index::erase_if_empty(Stripe& stripe, Slot& slot, Dropped& dropped) {
  if (!slot.is_empty()) return;
  dropped.charge = std::move(slot.charge);
  const Hash128 hash = slot.hash;
  const std::optional<Hash128> first = slot.first;
  stripe.slots.erase(hash);
  if (first) remove_variant(stripe, *first, hash, dropped);
}

// --- Variants

bool Index::add_variant(Stripe& stripe, Slot& first, const Hash128& variant, Dropped& dropped) {
  std::vector<Hash128>& members = first.variants->members;
  if (members.size() >= limits.variants_max) {
    const auto is_idle = [&](const Hash128& hash) {
      const Slot* slot = find_slot(stripe, hash);
      return slot == nullptr || !slot->fill;
    };
    const auto oldest = std::ranges::find_if(members, is_idle);
    if (oldest == members.end()) return false;
    Slot* slot = find_slot(stripe, *oldest);
    members.erase(oldest);
    if (slot != nullptr) {
      if (slot->entry) {
        Dropped gone;
        remove_entry(stripe, *slot, gone);
        dropped.entry_of_variant = std::move(gone.entry);
        ++stripe.counters.evicted;
      }
      dropped.charge_of_variant = std::move(slot->charge);
      stripe.slots.erase(Hash128(slot->hash));
    }
  }
  members.push_back(variant);
  return true;
}

void Index::remove_variant(Stripe& stripe, const Hash128& first, const Hash128& variant, Dropped& dropped) {
  Slot* slot = find_slot(stripe, first);
  if (slot == nullptr || !slot->variants) return;
  std::erase(slot->variants->members, variant);
  if (!slot->variants->members.empty()) return;
  dropped.variants = std::move(slot->variants);
  if (!slot->is_empty()) return;
  dropped.charge_of_first = std::move(slot->charge);
  stripe.slots.erase(Hash128(slot->hash));
}

// The key's own slot is the one that the fill held, or it lives by the variant that the fill held.
void Index::become_variant(Fill& fill, const Key& key, const VaryRef& names, Dropped& dropped) {
  Stripe& stripe = fill.stripe;
  const Hash128 before = fill.hash;
  std::string text_before = std::exchange(fill.key_text, std::string(key.text));
  fill.path_and_query =
      ByteView(fill.key_text)
          .substr(static_cast<std::size_t>(key.path_and_query.data() - key.text.data()), key.path_and_query.size());
  fill.hash = key.hash;
  fill.vary = names;
  Slot* held = find_slot(stripe, before);
  if (held == nullptr || held->fill.get() != &fill) return;  // purged meanwhile
  const FillRef self = std::move(held->fill);

  if (before == *key.first) {
    // What the key had without a Vary is no answer to every request any more.
    if (held->entry) remove_entry(stripe, *held, dropped);
    make_variants(*held, std::move(text_before), names);
  }
  Slot* first = find_slot(stripe, *key.first);
  if (first != nullptr && first->variants) {
    if (includes(*names, *first->variants->names)) first->variants->names = names;
    if (*first->variants->names == *names) hold_variant(stripe, *first, key, self, dropped);
  }
  if (Slot* left = find_slot(stripe, before)) erase_if_empty(stripe, *left, dropped);
  first = find_slot(stripe, *key.first);
  if (first != nullptr && first->variants && first->variants->members.empty()) {
    remove_variant(stripe, *key.first, key.hash, dropped);
  }
}

void Index::make_variants(Slot& first, std::string key_text, const VaryRef& names) {
  const ByteCount wanted = variants_bytes + key_text.size() + limits.variants_max * sizeof(Hash128);
  if (!ledger->try_charge(wanted)) return;
  first.variants = std::make_unique<Variants>();
  first.variants->key_text = std::move(key_text);
  first.variants->names = names;
  first.variants->charge = Charge(ledger, wanted);
}

void Index::hold_variant(Stripe& stripe, Slot& first, const Key& key, const FillRef& fill, Dropped& dropped) {
  Slot* slot = find_slot(stripe, key.hash);
  if (slot == nullptr && add_variant(stripe, first, key.hash, dropped)) {
    slot = make_slot(stripe, key);
    if (slot == nullptr) std::erase(first.variants->members, key.hash);
  }
  const bool is_free = slot != nullptr && !slot->fill && (!slot->entry || slot->key_text() == key.text);
  if (is_free) slot->fill = fill;
}

void Index::detach(Fill& fill, Dropped& dropped) {
  const auto at = fill.stripe.slots.find(fill.hash);
  if (at == fill.stripe.slots.end() || at->second.fill.get() != &fill) return;
  dropped.fill = std::move(at->second.fill);
  erase_if_empty(fill.stripe, at->second, dropped);
}

bool Index::install(Fill& fill, EntryRef entry, Dropped& dropped) {
  Stripe& stripe = fill.stripe;
  const auto at = stripe.slots.find(fill.hash);
  if (at == stripe.slots.end() || at->second.fill.get() != &fill || is_cleared(fill)) {
    detach(fill, dropped);
    return false;
  }
  Slot& slot = at->second;
  if (slot.entry) remove_entry(stripe, slot, dropped);
  slot.entry = std::move(entry);
  slot.checked = fill.checked;
  slot.invalidations_checked = fill.invalidations_checked;
  slot.bytes = slot.entry->bytes_of_head() + slot.entry->body()->bytes();
  stripe.policy->add(slot);
  ++stripe.counters.entries;
  dropped.fill = std::move(slot.fill);
  return true;
}

Slot* Index::slot_with_stale(Fill& fill) {
  const auto at = fill.stripe.slots.find(fill.hash);
  const bool is_there = at != fill.stripe.slots.end() && fill.stale && at->second.entry == fill.stale;
  return is_there ? &at->second : nullptr;
}

void Index::remove_stale(Fill& fill, Dropped& dropped) {
  Slot* slot = slot_with_stale(fill);
  if (slot == nullptr) return;
  remove_entry(fill.stripe, *slot, dropped);
  erase_if_empty(fill.stripe, *slot, dropped);
}

void Index::hold_stale(Fill& fill, Instant until) {
  if (Slot* slot = slot_with_stale(fill)) slot->held_until = until;
}

void Index::forget(const Key& key, const EntryRef& entry) {
  Dropped dropped;
  Stripe& stripe = stripe_of(key.hash);
  const std::scoped_lock lock(stripe.mutex);
  const auto at = stripe.slots.find(key.hash);
  if (at == stripe.slots.end() || !entry || at->second.entry != entry) return;
  remove_entry(stripe, at->second, dropped);
  erase_if_empty(stripe, at->second, dropped);
}

// --- Memory

bool Index::charge(ByteCount bytes) {
  if (bytes > limits.bytes_max) return false;
  // What is still being read frees nothing when it is evicted. So there is an end to what one may push out.
  const ByteCount evicted_max = 4 * bytes + 1_MiB;
  ByteCount evicted = 0;
  while (!ledger->try_charge(bytes)) {
    if (evicted >= evicted_max) return false;
    const auto more = evict_one();
    if (!more) return false;
    evicted += *more;
  }
  return true;
}

std::optional<ByteCount> Index::evict_one() {
  const std::size_t first = next_victim_stripe_.fetch_add(1, std::memory_order_relaxed);
  for (std::size_t i = 0; i <= stripe_mask_; ++i) {
    Dropped dropped;
    Stripe& stripe = stripes_[(first + i) & stripe_mask_];
    const std::scoped_lock lock(stripe.mutex);
    EvictionNode* victim = stripe.policy->victim();
    if (victim == nullptr) continue;
    Slot& slot = static_cast<Slot&>(*victim);
    const ByteCount bytes = slot.bytes;
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
  if (slot.fill && is_cleared(*slot.fill)) gone.fill = std::move(slot.fill);
  const bool is_empty = slot.is_empty();
  erase_if_empty(stripe, slot, gone);
  if (is_empty || gone.entry || gone.fill) dropped.push_back(std::move(gone));
}

void Index::invalidate(ByteView distribution, ByteView path_and_query) {
  const std::scoped_lock lock(invalidations_mutex_);
  const Purge rule{++last_invalidation_, std::string(distribution), Purge::Reach::exact, std::string(path_and_query)};
  invalidations.add({&rule, 1});
}

// Buckets keep their slots as long as their number does not change; when it did, the stripe is begun again.
bool Index::reclaim(Instant now, std::size_t slots) {
  const std::scoped_lock round(round_mutex_);
  if (round_stripe_ == 0 && round_bucket_ == 0) {
    round_epoch_ = purges.newest();
    round_invalidation_ = invalidations.newest();
  }
  std::vector<Dropped> dropped;
  Stripe& stripe = stripes_[round_stripe_];
  const std::scoped_lock lock(stripe.mutex);
  if (round_bucket_ == 0 || stripe.slots.bucket_count() != round_buckets_) {
    round_bucket_ = 0;
    round_buckets_ = stripe.slots.bucket_count();
  }
  std::vector<Hash128> in_bucket;  // not their addresses: the last variant takes its key's slot away with it
  for (std::size_t left = slots; left > 0 && round_bucket_ < round_buckets_; --left, ++round_bucket_) {
    in_bucket.clear();
    for (auto at = stripe.slots.begin(round_bucket_); at != stripe.slots.end(round_bucket_); ++at) {
      in_bucket.push_back(at->first);
    }
    for (const Hash128& hash : in_bucket) {
      if (Slot* slot = find_slot(stripe, hash)) reclaim_slot(stripe, *slot, now, dropped);
    }
  }
  if (round_bucket_ < round_buckets_) return false;
  round_bucket_ = 0;
  round_stripe_ = (round_stripe_ + 1) & stripe_mask_;
  if (round_stripe_ != 0) return false;
  purges.forget_up_to(round_epoch_);
  invalidations.forget_up_to(round_invalidation_);
  return true;
}

Counters Index::counters() const {
  Counters sum;
  for (std::size_t i = 0; i <= stripe_mask_; ++i) {
    const std::scoped_lock lock(stripes_[i].mutex);
    add(sum, stripes_[i].counters);
  }
  sum.bytes_used = ledger->used();
  sum.bytes_max = limits.bytes_max;
  return sum;
}

}  // namespace gust::cache
