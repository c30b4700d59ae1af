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

bool Index::add_variant(Stripe& stripe, Slot& first, std::uint64_t variant, Dropped& dropped) {
  std::vector<std::uint64_t>& members = first.variants()->members;
  if (members.size() >= limits.variants_max) {
    const auto is_idle = [&](std::uint64_t hash) {
      const Slot* slot = stripe.slots->find(hash);
      return slot == nullptr || slot->fill() == nullptr;
    };
    const auto oldest = std::ranges::find_if(members, is_idle);
    if (oldest == members.end()) return false;
    Slot* slot = stripe.slots->find(*oldest);
    members.erase(oldest);
    if (slot != nullptr) {
      if (slot->entry) {
        Dropped gone;
        remove_entry(stripe, *slot, gone);
        dropped.entry_of_variant = std::move(gone.entry);
        ++stripe.counters.evicted;
      }
      dropped.extras_of_variant = std::move(slot->extras);
      stripe.slots->erase(*slot);
    }
  }
  members.push_back(variant);
  return true;
}

void Index::remove_variant(Stripe& stripe, std::uint64_t first, std::uint64_t variant, Dropped& dropped) {
  Slot* slot = stripe.slots->find(first);
  if (slot == nullptr || slot->variants() == nullptr) return;
  std::erase(slot->variants()->members, variant);
  if (!slot->variants()->members.empty()) return;
  if (slot->entry || slot->fill() != nullptr) {
    dropped.variants = std::move(slot->extras->variants);
    return;
  }
  dropped.extras_of_first = std::move(slot->extras);
  stripe.slots->erase(*slot);
}

// The key's own slot is the one that the fill held, or it lives by the variant that the fill held.
void Index::become_variant(Fill& fill, const Key& key, const VaryRef& names, Dropped& dropped) {
  Stripe& stripe = fill.stripe;
  const std::uint64_t before = fill.hash.low;
  std::string text_before = std::exchange(fill.key_text, std::string(key.text));
  fill.path_and_query =
      ByteView(fill.key_text)
          .substr(static_cast<std::size_t>(key.path_and_query.data() - key.text.data()), key.path_and_query.size());
  fill.hash = key.hash;
  fill.vary = names;
  Slot* held = stripe.slots->find(before);
  if (held == nullptr || held->fill() != &fill) return;  // purged meanwhile
  const FillRef self = std::move(held->extras->fill);

  if (before == key.first->low) {
    // What the key had without a Vary is no answer to every request any more.
    if (held->entry) remove_entry(stripe, *held, dropped);
    make_variants(*held, std::move(text_before), names);
  }
  Slot* first = stripe.slots->find(key.first->low);
  if (first != nullptr && first->variants() != nullptr) {
    VaryRef& known = first->variants()->names;
    if (includes(*names, *known)) known = names;
    if (*known == *names) hold_variant(stripe, *first, key, self, dropped);
  }
  if (Slot* left = stripe.slots->find(before)) erase_if_empty(stripe, *left, dropped);
  first = stripe.slots->find(key.first->low);
  if (first != nullptr && first->variants() != nullptr && first->variants()->members.empty()) {
    remove_variant(stripe, key.first->low, key.hash.low, dropped);
  }
}

void Index::make_variants(Slot& first, std::string key_text, const VaryRef& names) {
  const ByteCount wanted = variants_bytes + key_text.size() + limits.variants_max * sizeof(std::uint64_t);
  if (!ledger->try_charge(wanted)) return;
  auto variants = std::make_unique<Variants>();
  variants->key_text = std::move(key_text);
  variants->names = names;
  variants->charge = Charge(ledger, wanted);
  first.extras->variants = std::move(variants);
}

void Index::hold_variant(Stripe& stripe, Slot& first, const Key& key, const FillRef& fill, Dropped& dropped) {
  Slot* slot = stripe.slots->find(key.hash.low);
  if (slot == nullptr && add_variant(stripe, first, key.hash.low, dropped)) {
    slot = make_slot(stripe, key);
    if (slot == nullptr) std::erase(first.variants()->members, key.hash.low);
  }
  const bool is_free = slot != nullptr && slot->fill() == nullptr && (!slot->entry || slot->key_text() == key.text);
  if (is_free && make_extras(*slot)) slot->extras->fill = fill;
}

}  // namespace gust::cache
