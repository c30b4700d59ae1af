// Looking into the cache without a trace: for decision records and dry runs.

#include "cache/cache.h"
#include "cache/index_internal.h"

namespace gust::cache {
namespace {

// Held under a stripe's mutex at a time; others wait for no longer than that.
constexpr std::size_t buckets_at_once = 256;

ByteView path_of(ByteView path_and_query) { return path_and_query.substr(0, path_and_query.find('?')); }

// Another key of the same distribution and path. Key texts begin with the distribution.
bool is_sibling(const Key& key, const Entry& entry) {
  const auto distribution_end =
      static_cast<std::size_t>(key.distribution.data() + key.distribution.size() - key.text.data());
  return path_of(entry.path_and_query()) == path_of(key.path_and_query) && entry.key_text() != key.text &&
         entry.key_text().starts_with(key.text.substr(0, distribution_end));
}

}  // namespace

Lookup Index::peek(const Key& key, Instant now) const {
  Lookup result;
  Stripe& stripe = stripe_of(key.hash);
  const std::scoped_lock lock(stripe.mutex);
  const Slot* const known = stripe.slots->find(key.hash.low);
  if (known == nullptr || known->key_text() != key.text) return result;
  const Slot& slot = *known;
  if (slot.variants() != nullptr) result.vary = slot.variants()->names;
  if (slot.fill() != nullptr && slot.fill()->stage != Fill::Stage::alone) result.fill = slot.extras->fill;
  if (!slot.entry) return result;
  const DistributionPurges& of_distribution = purges.at(slot.distribution);
  result.was_purged =
      is_written_over(slot.written_place, slot.written_count) ||
      (of_distribution.newest() > slot.checked && of_distribution.clears(slot.checked, slot.entry->path_and_query()));
  const Freshness& freshness = slot.entry->freshness();
  if (result.was_purged || !is_of_use(freshness, now)) return result;
  result.vary.reset();
  result.entry = slot.entry;
  result.epoch = slot.checked;
  const bool is_held = now < slot.held_until() && may_serve_on_error(freshness, now);
  result.found = is_fresh(freshness, now) ? Found::fresh : is_held ? Found::held : Found::stale;
  return result;
}

Siblings Index::siblings(const Key& key, Instant now, std::size_t entries_max, std::size_t slots_max) const {
  Siblings result;
  for (std::size_t i = 0; i <= stripe_mask_; ++i) {
    Stripe& stripe = stripes_[i];
    for (std::size_t bucket = 0;;) {
      const std::scoped_lock lock(stripe.mutex);
      const std::size_t end = std::min(stripe.slots->bucket_count(), bucket + buckets_at_once);
      for (; bucket < end; ++bucket) {
        stripe.slots->for_each_in(bucket, [&](const Slot& slot) {
          const EntryRef& entry = slot.entry;
          if (result.slots_seen++ >= slots_max || !entry) return;
          if (!is_fresh(entry->freshness(), now) || !is_sibling(key, *entry)) return;
          if (result.entries.size() < entries_max) result.entries.push_back(entry);
        });
        if (result.slots_seen > slots_max) {
          result.slots_seen = slots_max + 1;
          return result;
        }
      }
      if (bucket >= stripe.slots->bucket_count()) break;
    }
  }
  result.saw_all = true;
  return result;
}

Lookup Cache::peek(const Key& key, Instant now) const { return index_->peek(key, now); }

Siblings Cache::siblings(const Key& key, Instant now, std::size_t entries_max, std::size_t slots_max) const {
  return index_->siblings(key, now, entries_max, slots_max);
}

}  // namespace gust::cache
