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
    Slot* first = key.first ? stripe.slots->find(key.first->low) : nullptr;
    // Gone since the look: go on alone.
    if (key.first && (first == nullptr || first->variants() == nullptr)) return Attempt::done;
    if (first != nullptr && !add_variant(stripe, *first, key.hash.low, dropped)) return Attempt::done;
    slot = make_slot(stripe, key);
    if (slot == nullptr) {
      if (key.first) remove_variant(stripe, key.first->low, key.hash.low, dropped);
      return Attempt::no_memory;
    }
  } else if (!make_extras(*slot)) {
    return Attempt::no_memory;
  }
  // The purges are read under the mutex that a reclaim round takes: a fill that it has not seen began after it.
  FillRef& fill = slot->extras->fill;
  fill = std::make_shared<Fill>(stripe, key, purges.at(slot->distribution), written_over);
  fill->charge = std::move(fill_charge);
  // Held against all that the fill's epoch stands for: a purge may have come since the look.
  if (slot->entry && !is_purged(*slot)) fill->stale = slot->entry;
  ++stripe.counters.fills_begun;
  ++stripe.counters.fills;
  begun = fill;
  return Attempt::done;
}

bool Index::is_purged(Slot& slot) const {
  if (is_written_over(slot.written_place, slot.written_count)) return true;
  const DistributionPurges& of_distribution = purges.at(slot.distribution);
  const std::uint64_t newest = of_distribution.newest();
  if (newest <= slot.checked) return false;
  if (of_distribution.clears(slot.checked, slot.entry->path_and_query())) return true;
  if (of_distribution.clears_tags(slot.checked, slot.entry->tags())) return true;
  slot.checked = newest;
  return false;
}

bool Index::is_cleared(Fill& fill) const {
  if (is_written_over(fill.written_place, fill.written_count)) return true;
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

Slot* Index::slot_of(Fill& fill) const {
  Slot* const slot = fill.stripe.slots->find(fill.hash.low);
  return slot != nullptr && slot->fill() == &fill ? slot : nullptr;
}

void Index::detach(Fill& fill, Dropped& dropped) {
  Slot* const slot = slot_of(fill);
  if (slot == nullptr) return;
  dropped.fill = std::move(slot->extras->fill);
  drop_idle_extras(*slot, dropped.extras);
  erase_if_empty(fill.stripe, *slot, dropped);
}

bool Index::install(Fill& fill, EntryRef entry, Dropped& dropped) {
  Stripe& stripe = fill.stripe;
  Slot* const slot = slot_of(fill);
  if (slot == nullptr || is_cleared(fill)) {
    detach(fill, dropped);
    return false;
  }
  if (slot->entry) remove_entry(stripe, *slot, dropped);
  slot->entry = std::move(entry);
  slot->checked = fill.checked;
  slot->written_place = fill.written_place;
  slot->written_count = fill.written_count;
  slot->set_bytes(slot->entry->bytes_taken() + slot->entry->body()->bytes_taken());
  slot->entry->set_owner({fill.hash.low, static_cast<std::uint32_t>(fill.hash.high)});
  stripe.policy->add(*slot);
  charge_policy(stripe);
  stripe.note_least_value();
  ++stripe.counters.entries;
  dropped.fill = std::move(slot->extras->fill);
  drop_idle_extras(*slot, dropped.extras);
  return true;
}

// It takes memory as sizes and frequencies come up that it has not seen, and keeps it.
void Index::charge_policy(Stripe& stripe) {
  const std::size_t bytes = stripe.policy->bytes();
  if (bytes == stripe.policy_bytes) [[likely]]
    return;
  ledger->overdraw(bytes - stripe.policy_bytes);
  stripe.policy_bytes = bytes;
}

Slot* Index::slot_with_stale(Fill& fill) {
  Slot* const slot = fill.stripe.slots->find(fill.hash.low);
  return slot != nullptr && fill.stale && slot->entry == fill.stale ? slot : nullptr;
}

void Index::remove_stale(Fill& fill, Dropped& dropped) {
  Slot* slot = slot_with_stale(fill);
  if (slot == nullptr) return;
  remove_entry(fill.stripe, *slot, dropped);
  erase_if_empty(fill.stripe, *slot, dropped);
}

void Index::hold_stale(Fill& fill, Instant until) {
  Slot* const slot = slot_with_stale(fill);
  if (slot != nullptr && make_extras(*slot)) slot->extras->held_until = until;
}

}  // namespace gust::cache
