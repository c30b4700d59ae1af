#include "observe/cache_status.h"

#include <gtest/gtest.h>

#include "observe/decision.h"

namespace gust::observe {
namespace {

using std::chrono::seconds;

TEST(CacheStatus, Rfc9211Section2AMissTellsWhereItWentAndWhatWasKept) {
  Decision decision;
  decision.node = "BOM50";
  decision.lookup = Lookup::uri_miss;
  decision.ttl = seconds(60);
  decision.ttl_rule = "TTL-3";
  decision.tiers.add({.tier = "origin", .name = "pics", .outcome = "fetched", .detail = "", .status = 200});
  decision.stored = true;
  EXPECT_EQ(cache_status_of(decision), R"("BOM50"; fwd=uri-miss; fwd-status=200; stored; ttl=60; detail="TTL-3")");
}

TEST(CacheStatus, Rfc9211Section2Point1AHitTellsWhatIsLeftOfItsLifetime) {
  Decision decision;
  decision.node = "IAD50";
  decision.lookup = Lookup::hit;
  decision.ttl = seconds(10);
  decision.age = std::chrono::milliseconds(12'500);
  EXPECT_EQ(cache_status_of(decision), R"("IAD50"; hit; ttl=-3)");
}

TEST(CacheStatus, Rfc9211Section2Point1StaleWithoutAskingIsAHit) {
  Decision decision;
  decision.node = "IAD50";
  decision.lookup = Lookup::stale;
  decision.ttl = seconds(10);
  decision.age = seconds(20);
  EXPECT_EQ(cache_status_of(decision), R"("IAD50"; hit; ttl=-10)");
  decision.tiers.add({.tier = "origin", .name = "o", .outcome = "fetched", .detail = "", .status = 304});
  EXPECT_EQ(cache_status_of(decision), R"("IAD50"; fwd=stale; fwd-status=304; ttl=-10)");
}

TEST(CacheStatus, Rfc9211Section2Point2EveryReasonToForwardHasItsToken) {
  constexpr std::pair<Lookup, const char*> reasons[] = {
      {Lookup::bypass, "bypass"},       {Lookup::method, "method"},   {Lookup::uri_miss, "uri-miss"},
      {Lookup::vary_miss, "vary-miss"}, {Lookup::request, "request"}, {Lookup::purged, "miss"}};
  for (const auto& [lookup, token] : reasons) {
    Decision decision;
    decision.node = "A";
    decision.lookup = lookup;
    EXPECT_EQ(cache_status_of(decision), std::string(R"("A"; fwd=)") + token);
  }
}

TEST(CacheStatus, Rfc9211Section2Point6WhoWaitedIsCollapsed) {
  Decision decision;
  decision.node = "A";
  decision.lookup = Lookup::uri_miss;
  decision.collapsed = true;
  EXPECT_EQ(cache_status_of(decision), R"("A"; fwd=uri-miss; collapsed)");
}

TEST(CacheStatus, Rfc9211AnAnswerBeforeTheLookupNamesItsStep) {
  Decision decision;
  decision.node = "a\"\\\x01";
  decision.step = "guard";
  EXPECT_EQ(cache_status_of(decision), R"("a\"\\%01"; detail="guard")");
}

TEST(CacheStatus, Rfc8941Section3Point3Point3TheKeyIsAStringOfVisibleAscii) {
  Decision decision;
  decision.node = "A";
  decision.lookup = Lookup::hit;
  EXPECT_EQ(cache_status_of(decision, "P3:/\xC3\"\\"), R"("A"; hit; key="P3:/%C3\"\\")");
  EXPECT_LT(cache_status_of(decision, std::string(10'000, 'x')).size(), 600U);
}

}  // namespace
}  // namespace gust::observe
