#include "cache/demand.h"

#include "cache/freshness.h"
#include "http/cache_control.h"

namespace gust::cache {

Demand read_demand(const http::Fields& request) {
  Demand demand;
  if (!request.has(http::Name::cache_control)) return demand;
  const http::CacheControl control = http::read_cache_control(request);
  // `no-cache` with a list has no meaning in a request: the stricter reading.
  demand.no_cache = control.no_cache || !control.no_cache_fields.empty();
  if (control.max_age) demand.age_max = seconds(*control.max_age);
  demand.fresh_for = seconds(control.min_fresh.value_or(0));
  demand.stale_max = seconds(control.any_max_stale ? http::delta_seconds_max : control.max_stale.value_or(0));
  demand.no_store = control.no_store;
  demand.only_if_cached = control.only_if_cached;
  return demand;
}

bool meets(const Freshness& freshness, Instant now, const Demand& demand) {
  if (demand.no_cache) return false;
  const Duration age = age_of(freshness, now);
  if (demand.age_max && age > *demand.age_max) return false;
  if (age < freshness.lifetime) return freshness.lifetime - age >= demand.fresh_for;
  return !freshness.never_stale && age - freshness.lifetime < demand.stale_max;
}

}  // namespace gust::cache
