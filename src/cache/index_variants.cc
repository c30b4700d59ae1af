// Keys whose answers have a Vary: their variants lie in slots of their own, which the key's slot knows.
//
// Source: RFC 9111 section 4.1.

#include <algorithm>
#include <utility>

#include "cache/index_internal.h"

namespace gust::cache {
namespace {

constexpr ByteCount variants_bytes = sizeof(Variants) + 64;

}  // namespace

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

}  // namespace gust::cache
