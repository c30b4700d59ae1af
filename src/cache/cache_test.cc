#include "cache/cache.h"

#include <gtest/gtest.h>

#include <string>

#include "cache/cache_test_internal.h"

namespace gust::cache {
namespace {

using testing::append_now;
using testing::body_of;
using testing::Draft;
using testing::fresh_for;
using testing::Site;
using testing::store_now;

TEST(Cache, AMissHandsOutOneTicketAndItsFillIsAHitFromThenOn) {
  Site site;
  Lookup first = site.begin("/a");
  EXPECT_EQ(first.found, Found::absent);
  ASSERT_TRUE(first.ticket);
  ASSERT_TRUE(store_now(first.ticket, "hello", fresh_for(60)));

  const Lookup second = site.begin("/a");
  EXPECT_EQ(second.found, Found::fresh);
  EXPECT_FALSE(second.ticket);
  EXPECT_EQ(body_of(second.entry), "hello");
  const Counters counters = site.cache.counters();
  EXPECT_EQ(counters.hits, 1U);
  EXPECT_EQ(counters.misses, 1U);
  EXPECT_EQ(counters.fills_stored, 1U);
  EXPECT_EQ(counters.entries, 1U);
  EXPECT_EQ(counters.fills, 0U);
}

TEST(Cache, Coll1OfTwoOnlyOneGetsTheTicketTheOtherTheFill) {
  Site site;
  const Lookup first = site.begin("/a");
  const Lookup second = site.begin("/a");
  EXPECT_TRUE(first.ticket);
  EXPECT_FALSE(first.fill);
  EXPECT_FALSE(second.ticket);
  EXPECT_TRUE(second.fill);
  EXPECT_TRUE(site.begin("/b").ticket);
}

TEST(Cache, FindBeginsNothing) {
  Site site;
  EXPECT_EQ(site.find("/a").found, Found::absent);
  EXPECT_FALSE(site.find("/a").ticket);
  EXPECT_EQ(site.cache.counters().fills_begun, 0U);
  const Lookup begun = site.begin("/a");
  EXPECT_TRUE(site.find("/a").fill);
}

TEST(Cache, Key1DistributionsNeverMix) {
  Site site;
  site.put("/a", "one", fresh_for(60), "E1");
  EXPECT_EQ(site.find("/a", "E2").found, Found::absent);
  EXPECT_EQ(body_of(site.find("/a", "E1").entry), "one");
}

TEST(Cache, TwoKeysWithOneHashAreToldApart) {
  Site site;
  site.put("/a", "one", fresh_for(60));
  Key other = site.key("/b");
  other.hash = site.key("/a").hash;
  const Lookup found = site.cache.find_or_begin(other, site.now);
  EXPECT_EQ(found.found, Found::absent);
  EXPECT_FALSE(found.ticket);
  EXPECT_FALSE(found.fill);
}

TEST(Cache, Range2WhatIsForgottenIsAskedForAnewAndNothingElseIs) {
  Site site;
  site.put("/a", "one", fresh_for(60));
  const EntryRef one = site.find("/a").entry;
  site.cache.forget(site.key("/b"), one);
  EXPECT_EQ(site.find("/a").found, Found::fresh);
  site.cache.forget(site.key("/a"), one);
  EXPECT_EQ(site.find("/a").found, Found::absent);
  EXPECT_EQ(site.cache.counters().entries, 0U);
  site.put("/a", "two", fresh_for(60));
  site.cache.forget(site.key("/a"), one);
  EXPECT_EQ(body_of(site.find("/a").entry), "two");
  site.cache.forget(site.key("/a"), nullptr);
  EXPECT_EQ(site.find("/a").found, Found::fresh);
}

TEST(Cache, AStaleEntryComesWithTheTicketToRevalidateIt) {
  Site site;
  site.put("/a", "one", fresh_for(60));
  site.now += seconds(60);
  const Lookup first = site.begin("/a");
  EXPECT_EQ(first.found, Found::stale);
  ASSERT_TRUE(first.ticket);
  EXPECT_EQ(first.ticket.stale(), first.entry);
  const Lookup second = site.begin("/a");
  EXPECT_EQ(second.found, Found::stale);
  EXPECT_TRUE(second.fill);
  EXPECT_FALSE(second.ticket);
}

TEST(Cache, Stale4BeyondItsKeepTheEntryIsGone) {
  Site site;
  Storing storing = fresh_for(60);
  storing.freshness.kept_stale = seconds(100);
  site.put("/a", "one", storing);
  site.now += seconds(160);
  const Lookup found = site.begin("/a");
  EXPECT_EQ(found.found, Found::absent);
  EXPECT_TRUE(found.ticket);
  EXPECT_EQ(found.ticket.stale(), nullptr);
  EXPECT_EQ(site.cache.counters().expired, 1U);
}

TEST(Cache, Cond2RefreshSharesTheBodyAndIsFreshAgain) {
  Site site;
  site.put("/a", "one", fresh_for(60));
  site.now += seconds(70);
  Lookup found = site.begin("/a");
  const EntryRef old = found.entry;
  http::ResponseHead not_modified;
  not_modified.status = 304;
  not_modified.fields.add("X-New", "1");
  EntryDraft draft;
  draft.head = &not_modified;
  draft.storing = fresh_for(60, site.now);
  const EntryRef entry = found.ticket.refresh(draft);
  EXPECT_EQ(entry->body(), old->body());
  EXPECT_EQ(entry->field("X-New"), "1");
  EXPECT_EQ(entry->field("Content-Type"), "text/plain");
  EXPECT_EQ(entry->status(), 200);
  EXPECT_EQ(site.begin("/a").entry, entry);
  EXPECT_EQ(site.begin("/a").found, Found::fresh);
  EXPECT_FALSE(found.ticket);
}

TEST(Cache, Cond2ANewAnswerReplacesTheStaleOne) {
  Site site;
  site.put("/a", "one", fresh_for(60));
  site.now += seconds(70);
  Lookup found = site.begin("/a");
  ASSERT_TRUE(store_now(found.ticket, "two", fresh_for(60, site.now)));
  EXPECT_EQ(body_of(site.find("/a").entry), "two");
  EXPECT_EQ(body_of(found.entry), "one");
  EXPECT_EQ(site.cache.counters().entries, 1U);
}

TEST(Cache, Stale5AHeldEntryIsServedAndTheOriginLeftAlone) {
  Site site;
  site.put("/a", "one", fresh_for(60));
  site.now += seconds(70);
  Lookup found = site.begin("/a");
  found.ticket.hold_stale(site.now + seconds(10));
  site.now += seconds(9);
  EXPECT_EQ(site.begin("/a").found, Found::held);
  site.now += seconds(1);
  const Lookup again = site.begin("/a");
  EXPECT_EQ(again.found, Found::stale);
  EXPECT_TRUE(again.ticket);
}

TEST(Cache, Coll3AnAnswerThatIsNotSharedIsKeptForRevalidationOnly) {
  Site site;
  Lookup first = site.begin("/a");
  Storing storing = fresh_for(0);
  storing.verdict = Storing::store_alone;
  const auto entry = first.ticket.store(Draft(storing).draft);
  const Lookup meanwhile = site.begin("/a");
  EXPECT_FALSE(meanwhile.ticket);
  EXPECT_FALSE(meanwhile.fill);
  ASSERT_TRUE(append_now(first.ticket, "hello"));
  EXPECT_TRUE(first.ticket.finish());
  EXPECT_EQ(site.begin("/a").found, Found::stale);
}

TEST(Cache, AnAnswerThatIsPassedLeavesNothing) {
  Site site;
  Lookup first = site.begin("/a");
  first.ticket.pass();
  EXPECT_FALSE(first.ticket);
  EXPECT_TRUE(site.begin("/a").ticket);
  EXPECT_EQ(site.cache.counters().fills_passed, 1U);
}

TEST(Cache, Body2AShortBodyIsNotStored) {
  Site site;
  Lookup first = site.begin("/a");
  const Draft draft(fresh_for(60), 5);
  ASSERT_TRUE(first.ticket.store(draft.draft));
  ASSERT_TRUE(append_now(first.ticket, "hel"));
  EXPECT_EQ(first.ticket.finish().error().code, Errc::short_body);
  EXPECT_EQ(site.find("/a").found, Found::absent);
  EXPECT_EQ(site.cache.counters().fills_failed, 1U);
}

TEST(Cache, ATicketThatIsDroppedLeavesNothingBehind) {
  Site site;
  {
    const Lookup dropped = site.begin("/a");
  }
  EXPECT_EQ(site.cache.counters().bytes_used, 0U);
  {
    Lookup dropped = site.begin("/a");
    ASSERT_TRUE(dropped.ticket.store(Draft(fresh_for(60)).draft));
  }
  EXPECT_EQ(site.cache.counters().bytes_used, 0U);
  EXPECT_EQ(site.cache.counters().fills, 0U);
  EXPECT_TRUE(site.begin("/a").ticket);
}

// --- Purges

TEST(CachePurge, Inv12WhatBeganBeforeThePurgeIsNotFound) {
  Site site;
  site.put("/a", "one", fresh_for(60));
  site.put("/b", "two", fresh_for(60));
  site.purge(1, "/a");
  const Lookup found = site.begin("/a");
  EXPECT_EQ(found.found, Found::absent);
  EXPECT_TRUE(found.was_purged);
  EXPECT_TRUE(found.ticket);
  EXPECT_EQ(found.ticket.stale(), nullptr);
  EXPECT_EQ(site.find("/b").found, Found::fresh);
  EXPECT_EQ(site.cache.epoch(), 1U);
}

TEST(CachePurge, AFillThatBeganBeforeServesItsReadersAndIsNotStored) {
  Site site;
  Lookup old = site.begin("/a");
  const auto entry = old.ticket.store(Draft(fresh_for(60)).draft);
  site.purge(1, "/*");
  Lookup fresh = site.begin("/a");
  EXPECT_TRUE(fresh.ticket) << "the old fill cannot be joined";
  ASSERT_TRUE(append_now(old.ticket, "old"));
  EXPECT_TRUE(old.ticket.finish());
  EXPECT_EQ(body_of(*entry), "old");
  EXPECT_EQ(site.find("/a").found, Found::absent);
  ASSERT_TRUE(store_now(fresh.ticket, "new", fresh_for(60)));
  EXPECT_EQ(body_of(site.find("/a").entry), "new");
  EXPECT_EQ(site.cache.counters().fills_unstored, 1U);
}

TEST(CachePurge, AFillThatEndsAfterThePurgeUnseenIsNotStoredEither) {
  Site site;
  Lookup old = site.begin("/a");
  site.purge(1, "/a*");
  ASSERT_TRUE(store_now(old.ticket, "old", fresh_for(60)));
  EXPECT_EQ(site.find("/a").found, Found::absent);
}

TEST(CachePurge, AConfirmationThatWasAskedForBeforeThePurgeIsNotStored) {
  Site site;
  site.put("/a", "one", fresh_for(60));
  site.now += seconds(70);
  Lookup found = site.begin("/a");
  site.purge(1, "/a");
  const Draft draft(fresh_for(60, site.now));
  found.ticket.refresh(draft.draft);
  EXPECT_EQ(site.find("/a").found, Found::absent);
}

TEST(CachePurge, Inv4And5AllVariantsOfAPathGoTogether) {
  Site site;
  site.rules = KeyRules({.query = NameSelection(NameSelection::all, {}), .cookies = {}, .headers = {"X-A"}});
  site.put("/a?x=1", "q", fresh_for(60));
  site.request_header = "1";
  site.put("/a", "one", fresh_for(60));
  site.request_header = "2";
  site.put("/a", "two", fresh_for(60));
  site.purge(1, "/a");
  EXPECT_EQ(site.find("/a").found, Found::absent);
  site.request_header = "1";
  EXPECT_EQ(site.find("/a").found, Found::absent);
  site.request_header = "";
  EXPECT_EQ(site.find("/a?x=1").found, Found::fresh);
  site.purge(2, "/a?x=1");
  EXPECT_EQ(site.find("/a?x=1").found, Found::absent);
}

TEST(CachePurge, AnUpstreamThatHasNotAppliedAPurgeCannotBringTheOldBack) {
  Site site;
  site.purge(5, "/a");
  Lookup found = site.begin("/a");
  Draft draft(fresh_for(60));
  draft.draft.upstream_epoch = 4;
  ASSERT_TRUE(found.ticket.store(draft.draft));
  ASSERT_TRUE(append_now(found.ticket, "old"));
  EXPECT_TRUE(found.ticket.finish());
  EXPECT_EQ(site.find("/a").found, Found::absent);
}

TEST(CachePurge, AnOldEntryThatAPurgeDoesNotReachIsVouchedForUpToThatPurge) {
  Site edge, regional;
  regional.put("/old", "x", fresh_for(60));
  for (Site* site : {&edge, &regional}) site->purge(5, "/other");
  while (!edge.cache.reclaim(edge.now)) {
  }
  const Lookup found = regional.begin("/old");
  EXPECT_EQ(found.epoch, 5U);
  EXPECT_EQ(found.entry->epoch(), 0U);
  Lookup miss = edge.begin("/old");
  Draft draft(fresh_for(60));
  draft.draft.upstream_epoch = found.epoch;
  ASSERT_TRUE(miss.ticket.store(draft.draft));
  EXPECT_TRUE(miss.ticket.finish());
  EXPECT_EQ(edge.find("/old").found, Found::fresh);
}

TEST(CachePurge, ReclaimFreesWhatPurgesAndTimeMadeUseless) {
  Site site;
  for (int i = 0; i < 100; ++i) site.put("/a/" + std::to_string(i), "x", fresh_for(60));
  for (int i = 0; i < 100; ++i) site.put("/b/" + std::to_string(i), "x", fresh_for(i < 50 ? 60 : 6000));
  site.purge(1, "/a/*");
  site.now += seconds(60) + fresh_for(60).freshness.kept_stale;
  while (!site.cache.reclaim(site.now, 3)) {
  }
  EXPECT_EQ(site.cache.counters().entries, 50U);
  EXPECT_EQ(site.cache.counters().purged, 100U);
  EXPECT_EQ(site.find("/b/70").found, Found::fresh);
}

TEST(CachePurge, WhatSurvivedAReclaimRoundSurvivesTheForgottenPurge) {
  Site site;
  site.put("/keep", "x", fresh_for(60));
  Lookup filling = site.begin("/fills");
  site.purge(1, "/other");
  while (!site.cache.reclaim(site.now)) {
  }
  site.purge(2, "/more");
  EXPECT_EQ(site.find("/keep").found, Found::fresh);
  ASSERT_TRUE(store_now(filling.ticket, "x", fresh_for(60)));
  EXPECT_EQ(site.find("/fills").found, Found::fresh);
}

}  // namespace
}  // namespace gust::cache
