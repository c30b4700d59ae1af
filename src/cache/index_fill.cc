// What fills do to the slots of their keys: they begin, are held against purges, and put their entry in place.

#include <algorithm>
#include <utility>

#include "cache/index_internal.h"

namespace gust::cache {

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

}  // namespace gust::cache
