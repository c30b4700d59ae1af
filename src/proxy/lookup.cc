// The step `lookup`: what the cache has under the key.
//
// Source: COLL-1, COLL-2, HEAD-1, HEAD-2, RANGE-1, STALE-1, STALE-5, INV-12.

#include "proxy/lookup.h"

#include "proxy/passage.h"
#include "proxy/stale.h"
#include "proxy/steps.h"

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
  const bool begins = passage.request.method != http::Method::head;
  passage.decision.purge_epoch = cache.epoch();  // before the look-up: a purge that comes between may not be claimed
  passage.found = begins ? cache.find_or_begin(passage.keyed.key, now) : cache.find(passage.keyed.key, now);

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
      if (serve_while_revalidating(passage)) return Next::respond;
      break;
    case cache::Found::absent:
      passage.decision.lookup = found.was_purged ? observe::Lookup::purged : observe::Lookup::uri_miss;
      break;
  }
  return Next::step;
}

}  // namespace gust::proxy
