#include "cache/demand.h"

#include <gtest/gtest.h>

#include "cache/freshness.h"
#include "http/fields.h"

namespace gust::cache {
namespace {

constexpr Instant received{std::chrono::hours(100)};

Demand demand_of(ByteView text) {
  http::Fields fields;
  fields.add("Cache-Control", text);
  return read_demand(fields);
}

Freshness fresh_for(std::int64_t lifetime, std::int64_t initial_age = 0) {
  Freshness freshness;
  freshness.received = received;
  freshness.initial_age = seconds(initial_age);
  freshness.lifetime = seconds(lifetime);
  return freshness;
}

bool meets(ByteView text, const Freshness& freshness, std::int64_t later = 0) {
  return cache::meets(freshness, received + seconds(later), demand_of(text));
}

TEST(Rfc9111Section5Point2Point1, WithoutDirectivesFreshIsEnough) {
  EXPECT_TRUE(meets("nothing-to-see-here", fresh_for(10), 9));
  EXPECT_FALSE(meets("", fresh_for(10), 10));
}

TEST(Rfc9111Section5Point2Point1, MaxAgeBoundsTheAge) {
  EXPECT_TRUE(meets("max-age=600", fresh_for(3600, 590), 10));
  EXPECT_FALSE(meets("max-age=600", fresh_for(3600, 590), 11));
  EXPECT_FALSE(meets("max-age=0", fresh_for(3600), 1));
  EXPECT_FALSE(meets("max-age=x", fresh_for(3600), 1));
}

TEST(Rfc9111Section5Point2Point1, MinFreshWantsAReserve) {
  EXPECT_TRUE(meets("min-fresh=5", fresh_for(10), 5));
  EXPECT_FALSE(meets("min-fresh=5", fresh_for(10), 6));
}

TEST(Rfc9111Section5Point2Point1, MaxStaleTakesWhatIsStaleUnlessTheOriginForbids) {
  EXPECT_TRUE(meets("max-stale=5", fresh_for(10), 14));
  EXPECT_FALSE(meets("max-stale=5", fresh_for(10), 15));
  EXPECT_TRUE(meets("max-stale", fresh_for(10), 100'000));
  EXPECT_FALSE(meets("max-stale=x", fresh_for(10), 11));
  Freshness strict = fresh_for(10);
  strict.never_stale = true;
  EXPECT_FALSE(meets("max-stale", strict, 11));
}

TEST(Rfc9111Section5Point2Point1, NoCacheIsMetByNothingStored) {
  EXPECT_FALSE(meets("no-cache", fresh_for(10)));
  EXPECT_FALSE(meets("no-cache=\"a\", max-stale", fresh_for(10)));
}

TEST(Rfc9111Section5Point2Point1, TheOthersAreTold) {
  EXPECT_TRUE(demand_of("no-store").no_store);
  EXPECT_TRUE(demand_of("only-if-cached").only_if_cached);
  EXPECT_FALSE(demand_of("max-stale").is_strict());
  EXPECT_TRUE(demand_of("max-age=5").is_strict());
}

TEST(Rfc9111Section5Point4, PragmaInARequestIsIgnored) {
  http::Fields fields;
  fields.add("Pragma", "no-cache");
  EXPECT_FALSE(read_demand(fields).no_cache);
}

}  // namespace
}  // namespace gust::cache
