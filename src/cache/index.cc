#include <algorithm>
#include <bit>
#include <utility>

#include "cache/index_internal.h"

namespace gust::cache {
namespace {

// Of the memory, what is not charged: a 500th for the policies' sketches and the table of what was written over, which
// have their size from the beginning, and the runs that the region keeps.
constexpr ByteCount fixed_part = 500;
ByteCount charged_max(ByteCount bytes_max) {
  return bytes_max - bytes_max / fixed_part - bytes_max / PageRegion::kept_part;
}

std::size_t written_places(ByteCount bytes_max) {
  return std::bit_floor(std::clamp<ByteCount>(bytes_max / 4_KiB, 64, 1'048'576));
}

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
      ledger(std::make_shared<Ledger>(charged_max(limits.bytes_max), limits.blocks)),
      purges(limits.purge_rules_max),
      written_over(written_places(limits.bytes_max), seed),
      stripe_mask_(limits.stripes - 1),
      stripes_(std::make_unique<Stripe[]>(limits.stripes)),
      least_values_(std::make_unique<std::atomic<double>[]>(limits.stripes)) {
  const EvictionPlace place{clock_, limits.stripes, limits.bytes_max};
  for (std::size_t i = 0; i < limits.stripes; ++i) {
    stripes_[i].slots = std::make_unique<SlotTable>(ledger);
    stripes_[i].policy = policy(place);
    stripes_[i].policy_bytes = stripes_[i].policy->bytes();
    ledger->overdraw(stripes_[i].policy_bytes);
    stripes_[i].least_value = &least_values_[i];
    stripes_[i].note_least_value();
  }
}

Lookup Index::look(const Key& key, Instant now, const Demand* demand, FillRef* begun) {
  Lookup result;
  ByteCount buckets_wanted = 0;
  {
    Stripe& stripe = stripe_of(key.hash);
    const std::scoped_lock lock(stripe.mutex);
    if (look_for_fresh(stripe, key, now, demand, result)) return result;
    buckets_wanted = stripe.slots->bytes_wanted();
  }
  if (buckets_wanted != 0 && begun != nullptr) widen(stripe_of(key.hash), buckets_wanted);
  if (try_look(key, now, demand, begun, result) == Attempt::done) return result;
  // Memory is found outside of the stripe's mutex; by then the slot may have changed, so all is looked at again.
  const ByteCount wanted = SlotTable::group_bytes_max() + extras_bytes + fill_bytes + key.text.size();
  if (!charge(wanted)) return result;
  ledger->refund(wanted);
  const bool was_purged = result.was_purged;
  result = Lookup();
  result.was_purged = was_purged;
  try_look(key, now, demand, begun, result);
  return result;
}

void Index::widen(Stripe& stripe, ByteCount bytes) {
  if (!charge(bytes)) return;
  ledger->refund(bytes);
  const std::scoped_lock lock(stripe.mutex);
  // Another may have seen the same need and met it.
  if (stripe.slots->bytes_wanted() != 0) stripe.slots->grow();
}

bool Index::look_for_fresh(Stripe& stripe, const Key& key, Instant now, const Demand* demand, Lookup& result) {
  Slot* const slot = stripe.slots->find(key.hash.low);
  if (slot == nullptr || !slot->entry || slot->entry->key_text() != key.text) return false;
  if (slot->checked < purges.at(slot->distribution).newest()) return false;
  if (is_written_over(slot->written_place, slot->written_count)) return false;
  const Freshness& freshness = slot->entry->freshness();
  if (!is_fresh(freshness, now) || (demand != nullptr && !meets(freshness, now, *demand))) return false;
  ++stripe.counters.hits;
  stripe.policy->touch(*slot);
  result.entry = slot->entry;
  result.epoch = slot->checked;
  result.found = Found::fresh;
  return true;
}

Index::Attempt Index::try_look(const Key& key, Instant now, const Demand* demand, FillRef* begun, Lookup& result) {
  Dropped dropped_entry;
  Dropped dropped_fill;
  Dropped dropped_variant;
  Stripe& stripe = stripe_of(key.hash);
  const std::scoped_lock lock(stripe.mutex);
  Slot* slot = stripe.slots->find(key.hash.low);
  if (slot != nullptr) {
    if (slot->key_text() != key.text) return Attempt::done;  // two keys, one hash: the second goes on alone
    if (slot->entry && look_at_entry(stripe, *slot, now, demand, result, dropped_entry)) return Attempt::done;
    if (const Variants* variants = slot->variants()) {
      result.vary = variants->names;
      return Attempt::done;
    }
    if (slot->fill() != nullptr && is_cleared(*slot->fill())) {
      result.was_purged = true;
      dropped_fill.fill = std::move(slot->extras->fill);
    }
    if (slot->fill() != nullptr) {
      if (slot->fill()->stage != Fill::Stage::alone) result.fill = slot->extras->fill;
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
    stripe.policy->touch(slot);
    result.entry = slot.entry;
    result.found = Found::fresh;
    return true;
  }
  if (!is_of_use(freshness, now)) {
    ++stripe.counters.expired;
    remove_entry(stripe, slot, dropped);
    return false;
  }
  stripe.policy->touch(slot);
  result.entry = slot.entry;
  ++stripe.counters.stale_hits;
  const bool is_strict = demand != nullptr && demand->is_strict();
  const bool is_held = (now < slot.held_until() && may_serve_on_error(freshness, now) && !is_strict) ||
                       (demand != nullptr && is_enough);  // max-stale
  result.found = is_held ? Found::held : Found::stale;
  return is_held;
}

Slot* Index::make_slot(Stripe& stripe, const Key& key) {
  if (!ledger->try_charge(extras_bytes)) return nullptr;
  Charge charge_of_extras(ledger, extras_bytes);
  Slot* const slot = stripe.slots->make(key.hash.low);
  if (slot == nullptr) return nullptr;
  slot->distribution = purges.number_of(key.distribution);
  slot->extras = std::make_unique<SlotExtras>();
  slot->extras->charge = std::move(charge_of_extras);
  if (key.first) slot->extras->first = key.first->low;
  return slot;
}

bool Index::make_extras(Slot& slot) const {
  if (slot.extras) return true;
  if (!ledger->try_charge(extras_bytes)) return false;
  slot.extras = std::make_unique<SlotExtras>();
  slot.extras->charge = Charge(ledger, extras_bytes);
  return true;
}

void Index::drop_idle_extras(Slot& slot, std::unique_ptr<SlotExtras>& into) {
  if (slot.extras && slot.extras->is_idle()) into = std::move(slot.extras);
}

void Index::remove_entry(Stripe& stripe, Slot& slot, Dropped& dropped) {
  stripe.policy->remove(slot);
  stripe.note_least_value();
  --stripe.counters.entries;
  if (slot.extras) slot.extras->held_until = {};
  dropped.entry = std::move(slot.entry);
}

void Index::erase_if_empty(Stripe& stripe, Slot& slot, Dropped& dropped) {
  if (!slot.is_empty()) return;
  const std::uint64_t hash = slot.key_hash;
  const std::optional<std::uint64_t> first = slot.extras ? slot.extras->first : std::nullopt;
  dropped.extras = std::move(slot.extras);
  stripe.slots->erase(slot);
  if (first) remove_variant(stripe, *first, hash, dropped);
}

void Index::forget(const Key& key, const EntryRef& entry) {
  Dropped dropped;
  Stripe& stripe = stripe_of(key.hash);
  const std::scoped_lock lock(stripe.mutex);
  Slot* const slot = stripe.slots->find(key.hash.low);
  if (slot == nullptr || !entry || slot->entry != entry) return;
  remove_entry(stripe, *slot, dropped);
  erase_if_empty(stripe, *slot, dropped);
}

ByteView Slot::key_text() const {
  if (entry) return entry->key_text();
  if (const Fill* under_way = fill()) return under_way->key_text;
  return variants()->key_text;
}

}  // namespace gust::cache
