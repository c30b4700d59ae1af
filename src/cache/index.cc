#include <algorithm>
#include <bit>
#include <utility>

#include "cache/index_internal.h"

namespace gust::cache {
namespace {

Limits with_defaults(Limits limits) {
  if (limits.object_bytes_max == 0) limits.object_bytes_max = limits.bytes_max / 4;
  limits.stripes = std::bit_ceil(std::max<std::size_t>(limits.stripes, 1));
  limits.window_bytes = std::max<ByteCount>(limits.window_bytes, segment_bytes_max);
  return limits;
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

void Index::forget(const Key& key, const EntryRef& entry) {
  Dropped dropped;
  Stripe& stripe = stripe_of(key.hash);
  const std::scoped_lock lock(stripe.mutex);
  const auto at = stripe.slots.find(key.hash);
  if (at == stripe.slots.end() || !entry || at->second.entry != entry) return;
  remove_entry(stripe, at->second, dropped);
  erase_if_empty(stripe, at->second, dropped);
}

void Index::invalidate(ByteView distribution, ByteView path_and_query) {
  const std::scoped_lock lock(invalidations_mutex_);
  const Purge rule{++last_invalidation_, std::string(distribution), Purge::Reach::exact, std::string(path_and_query)};
  invalidations.add({&rule, 1});
}

}  // namespace gust::cache
