// The step `lookup`: what the cache has under the key.
//
// Source: COLL-1, COLL-2, HEAD-1, HEAD-2, RANGE-1, STALE-1, STALE-5, INV-12.

#include "proxy/lookup.h"

#include "proxy/passage.h"
#include "proxy/stale.h"
#include "proxy/steps.h"
#include "proxy/variants.h"

namespace gust::proxy {

Next lookup(Passage& passage) {
  if (passage.explaining == Explaining::dry) return look_dry(passage);
  if (!passage.is_cacheable) return Next::step;
  if (may_slice(passage)) return lookup_slice(passage);
  const Next next = look_up(passage);
  return next == Next::step && takes_whole_by_slices(passage) ? lookup_slice(passage) : next;
}

Next look_up(Passage& passage) {
  cache::Cache& cache = passage.core.node().cache();
  const Instant now = passage.core.loop().now();
  // HEAD takes part in no fill: its answer has no body to keep.
  const bool begins = passage.request().method != http::Method::head;
  passage.decision.purge_epoch = cache.epoch();  // before the look-up: a purge that comes between may not be claimed
  const cache::Demand* demand = passage.match->ttl.is_rfc9111 ? &passage.demand : nullptr;
  const auto look = [&](const cache::Key& key) {
    return begins ? cache.find_or_begin(key, now, demand) : cache.find(key, now, demand);
  };
  passage.variant.reset();
  passage.found = look(passage.keyed.key);
  if (const cache::VaryRef vary = passage.found.vary) {
    select_variant(passage, vary);
    passage.found = look(*passage.variant);
  }

  const cache::Lookup& found = passage.found;
  switch (found.found) {
    case cache::Found::fresh:
    case cache::Found::held:
      passage.decision.lookup = found.found == cache::Found::fresh ? observe::Lookup::hit : observe::Lookup::stale;
      passage.result = found.found == cache::Found::fresh ? observe::ResultType::hit : observe::ResultType::refresh_hit;
      if (found.entry->is_own_failure()) {
        passage.serve(found.entry, found.epoch, passage.result);
        return Next::respond;
      }
      passage.entry = found.entry;
      passage.epoch = found.epoch;
      return Next::respond;
    case cache::Found::stale:
      passage.decision.lookup = observe::Lookup::stale;
      if (!passage.demand.is_strict() && serve_while_revalidating(passage)) return Next::respond;
      if (passage.demand.is_strict()) passage.decision.lookup = observe::Lookup::request;
      break;
    case cache::Found::absent:
      passage.decision.lookup = found.was_purged  ? observe::Lookup::purged
                                : passage.variant ? observe::Lookup::vary_miss
                                                  : observe::Lookup::uri_miss;
      break;
  }
  if (passage.demand.only_if_cached) {  // RFC 9111 section 5.2.1.7
    passage.found = {};
    passage.decision.note("RFC 9111 5.2.1.7");
    passage.answer(504, "Nothing is stored that this request allows to be served.", "Error");
    return Next::respond;
  }
  return Next::step;
}

}  // namespace gust::proxy
