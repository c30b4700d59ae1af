// Variants of a key in the index, demands, and what unsafe methods invalidate.
#include <gtest/gtest.h>

#include <string>

#include "cache/cache_test_internal.h"
#include "rt/scope.h"

namespace gust::cache {
namespace {

using testing::append_now;
using testing::body_of;
using testing::Draft;
using testing::fresh_for;
using testing::Site;
using testing::start;

struct VarySite : Site {
  using Site::Site;

  // The key of the variant of `target` that a request with `Foo: foo` selects by `names`.
  Key variant(ByteView target, ByteView foo, const VaryNames& names = {"foo"}) {
    http::Fields request;
    request.add("Foo", foo);
    request.add("Bar", "b");
    return make_variant_key(key(target), names, request, cache.seed(), arena);
  }
  Lookup look(ByteView target, ByteView foo) {
    Lookup found = begin(target);
    if (found.vary) found = cache.find_or_begin(variant(target, foo, *found.vary), now);
    return found;
  }
  // Stores what an origin with `Vary: names` says to `Foo: foo`.
  void put_variant(ByteView target, ByteView foo, ByteView body, const VaryNames& names = {"foo"}) {
    Lookup found = look(target, foo);
    ASSERT_TRUE(found.ticket);
    store(found.ticket, target, foo, body, names);
  }
  void store(Ticket& ticket, ByteView target, ByteView foo, ByteView body, const VaryNames& names = {"foo"}) {
    Draft draft(fresh_for(60), body.size());
    const Key its_key = variant(target, foo, names);
    draft.draft.variant = &its_key;
    draft.draft.vary = std::make_shared<VaryNames>(names);
    ASSERT_TRUE(ticket.store(draft.draft));
    ASSERT_TRUE(append_now(ticket, body));
    ASSERT_TRUE(ticket.finish());
  }
  std::string body(ByteView target, ByteView foo) {
    const Lookup found = look(target, foo);
    return found.found == Found::fresh ? body_of(found.entry) : "";
  }
};

TEST(Rfc9111Section4Point1Index, EachVariantIsFoundByItsOwnRequests) {
  VarySite site;
  site.put_variant("/a", "1", "one");
  site.put_variant("/a", "2", "two");
  EXPECT_EQ(site.body("/a", "1"), "one");
  EXPECT_EQ(site.body("/a", "2"), "two");
  const Lookup third = site.look("/a", "3");
  EXPECT_EQ(third.found, Found::absent);
  EXPECT_TRUE(third.ticket);
  EXPECT_EQ(site.cache.counters().entries, 2U);
}

TEST(Rfc9111Section4Point1Index, AKeyWithoutVaryStaysOneEntry) {
  VarySite site;
  site.put("/a", "all", fresh_for(60));
  const Lookup found = site.find("/a");
  EXPECT_EQ(found.found, Found::fresh);
  EXPECT_FALSE(found.vary);
}

TEST(Rfc9111Section4Point1Index, AVaryThatComesLaterTakesThePlaceOfTheEntryForAll) {
  VarySite site;
  site.put("/a", "all", fresh_for(60));
  site.now += seconds(61);
  site.put_variant("/a", "1", "one");
  EXPECT_EQ(site.look("/a", "2").found, Found::absent);
  EXPECT_TRUE(site.find("/a").vary);
}

TEST(Rfc9111Section4Point1Index, VariantsOfAKeyHaveABound) {
  VarySite site(Limits{.variants_max = 2});
  site.put_variant("/a", "1", "one");
  site.put_variant("/a", "2", "two");
  site.put_variant("/a", "3", "three");
  EXPECT_EQ(site.body("/a", "2"), "two");
  EXPECT_EQ(site.body("/a", "3"), "three");
  EXPECT_EQ(site.cache.counters().entries, 2U);
}

TEST(Rfc9111Section4Point1Index, WhileAllVariantsAreBeingFilledAnotherGoesAlone) {
  VarySite site(Limits{.variants_max = 2});
  site.put_variant("/a", "1", "one");
  const Lookup second = site.look("/a", "2");
  const Lookup third = site.look("/a", "3");  // in the place of the first
  EXPECT_TRUE(second.ticket);
  EXPECT_TRUE(third.ticket);
  const Lookup fourth = site.look("/a", "4");
  EXPECT_EQ(fourth.found, Found::absent);
  EXPECT_FALSE(fourth.ticket);
  EXPECT_FALSE(fourth.fill);
}

TEST(Rfc9111Section4Point1Index, NamesThatAreAddedTellVariantsApartFromThenOn) {
  VarySite site;
  site.put_variant("/a", "1", "one");
  site.put_variant("/a", "2", "two", {"bar", "foo"});
  EXPECT_EQ(*site.find("/a").vary, (VaryNames{"bar", "foo"}));
  EXPECT_EQ(site.body("/a", "2"), "two");
  EXPECT_EQ(site.look("/a", "1").found, Found::absent);
}

TEST(Rfc9111Section4Point1Index, TheKeyGoesWithItsLastVariantAndGivesBackAllMemory) {
  VarySite site;
  site.put_variant("/a", "1", "one");
  site.put_variant("/a", "2", "two");
  site.now += seconds(60 + 1000);
  for (int round = 0; round < 100; ++round) site.cache.reclaim(site.now);
  EXPECT_EQ(site.cache.counters().entries, 0U);
  EXPECT_LT(site.cache.counters().bytes_used, 1000U);  // the policy keeps its queues
  EXPECT_FALSE(site.find("/a").vary);
}

TEST(Rfc9111Section4Point1Index, AFillThatIsGivenUpLeavesNothing) {
  VarySite site;
  site.put_variant("/a", "1", "one");
  site.look("/a", "2").ticket.give_up();
  EXPECT_EQ(site.body("/a", "1"), "one");
  site.purge(1, "/a");
  EXPECT_EQ(site.cache.find(site.variant("/a", "1"), site.now).found, Found::absent);
  EXPECT_EQ(site.cache.counters().entries, 0U);
  EXPECT_EQ(site.cache.counters().fills, 0U);
}

TEST(Rfc9111Section4Point1Index, EvictionTakesVariantsLikeOtherEntries) {
  VarySite site(Limits{.bytes_max = 256_KiB, .object_bytes_max = 64_KiB, .stripes = 1});
  const std::string body(20'000, 'x');
  for (int i = 0; i < 40; ++i) site.put_variant("/a" + std::to_string(i / 4), std::to_string(i % 4), body);
  EXPECT_GT(site.cache.counters().evicted, 10U);
  EXPECT_LE(site.cache.counters().bytes_used, 256_KiB);
  EXPECT_EQ(site.body("/a9", "3"), body);
}

TEST(Inv5, APurgeReachesAllVariants) {
  VarySite site;
  site.put_variant("/a", "1", "one");
  site.put_variant("/a", "2", "two");
  site.purge(1, "/a");
  EXPECT_TRUE(site.look("/a", "1").was_purged);
  EXPECT_TRUE(site.look("/a", "2").was_purged);
}

TEST(Inv5, AFillThatBecameAVariantIsPurgedUnderWay) {
  VarySite site;
  Lookup found = site.look("/a", "1");
  site.purge(1, "/a");
  EXPECT_TRUE(site.look("/a", "1").ticket);  // which goes at once: the fill's place is free
  site.store(found.ticket, "/a", "1", "old");
  EXPECT_EQ(site.body("/a", "1"), "");
}

TEST(Coll1, AWaiterLearnsThatTheAnswerIsOneOfSeveral) {
  VarySite site;
  rt::sim::World world(1);
  rt::Loop& loop = world.add_host("here", "10.0.0.1");
  site.now = world.now();
  Lookup first = site.begin("/a");
  const Lookup second = site.begin("/a");
  ASSERT_TRUE(second.fill);
  site.store(first.ticket, "/a", "1", "one");
  Joined joined;
  const auto wait = [](VarySite& at, FillRef fill, Joined& into) -> rt::Task<void> {
    auto outcome = co_await at.cache.join(std::move(fill), at.key("/a"), never);
    if (outcome) into = std::move(*outcome);
  };
  ASSERT_TRUE(world.run(loop, wait(site, second.fill, joined)));
  ASSERT_TRUE(joined.vary);
  ASSERT_TRUE(joined.entry);
  EXPECT_EQ(joined.entry->key_text(), site.variant("/a", "1").text);
  EXPECT_NE(joined.entry->key_text(), site.variant("/a", "2").text);
}

TEST(Coll1, TheSameVariantIsJoinedWhileItFills) {
  VarySite site;
  Lookup first = site.look("/a", "1");
  Draft draft(fresh_for(60), 3);
  const Key its_key = site.variant("/a", "1");
  draft.draft.variant = &its_key;
  draft.draft.vary = std::make_shared<VaryNames>(VaryNames{"foo"});
  ASSERT_TRUE(first.ticket.store(draft.draft));
  EXPECT_TRUE(site.look("/a", "1").fill);
  EXPECT_TRUE(site.look("/a", "2").ticket);
  ASSERT_TRUE(append_now(first.ticket, "one"));
  ASSERT_TRUE(first.ticket.finish());
  EXPECT_EQ(site.body("/a", "1"), "one");
}

TEST(Rfc9111Section4Point4, AnInvalidationReachesAllThatAKeyHasUnderThePath) {
  VarySite site;
  site.put_variant("/a", "1", "one");
  site.put_variant("/a", "2", "two");
  site.put("/b", "b", fresh_for(60));
  site.cache.invalidate("E1", "/a");
  EXPECT_EQ(site.look("/a", "1").found, Found::absent);
  EXPECT_EQ(site.look("/a", "2").found, Found::absent);
  EXPECT_EQ(site.find("/b").found, Found::fresh);
}

TEST(Rfc9111Section4Point4, WhatIsFetchedAcrossAnInvalidationIsNeitherStoredNorJoined) {
  Site site;
  Lookup before = site.begin("/a");
  site.cache.invalidate("E1", "/a");
  Lookup after = site.begin("/a");
  EXPECT_TRUE(after.ticket);
  ASSERT_TRUE(testing::store_now(before.ticket, "old", fresh_for(60)));
  ASSERT_TRUE(testing::store_now(after.ticket, "new", fresh_for(60)));
  EXPECT_EQ(body_of(site.find("/a").entry), "new");
}

TEST(Rfc9111Section4Point4, WhatComesAfterIsStoredAndPurgesKnowNothingOfIt) {
  Site site;
  site.cache.invalidate("E1", "/a");
  site.put("/a", "new", fresh_for(60));
  EXPECT_EQ(site.find("/a").found, Found::fresh);
  EXPECT_EQ(site.cache.epoch(), 0U);
  for (int round = 0; round < 100; ++round) site.cache.reclaim(site.now);
  EXPECT_EQ(site.find("/a").found, Found::fresh);
  site.purge(1, "/a");
  EXPECT_EQ(site.find("/a").found, Found::absent);
}

TEST(Rfc9111Section4Point4, ManyUnsafeRequestsElsewhereCostAShareAndNotAll) {
  Site site;
  for (int i = 0; i < 200; ++i) site.put("/kept/" + std::to_string(i), "x", fresh_for(60));
  for (int i = 0; i < 10'000; ++i) site.cache.invalidate("E1", "/form/" + std::to_string(i));
  int fresh = 0;
  for (int i = 0; i < 200; ++i) fresh += site.find("/kept/" + std::to_string(i)).found == Found::fresh ? 1 : 0;
  EXPECT_GT(fresh, 150);
  site.cache.invalidate("E1", "/kept/7");
  EXPECT_EQ(site.find("/kept/7").found, Found::absent);
}

TEST(Rfc9111Section5Point2Point1Index, ADemandThatIsNotMetGetsATicketWithTheFreshEntry) {
  Site site;
  site.put("/a", "a", fresh_for(60));
  const Demand strict{.no_cache = true};
  const Lookup found = site.cache.find_or_begin(site.key("/a"), site.now, &strict);
  EXPECT_EQ(found.found, Found::stale);
  ASSERT_TRUE(found.ticket);
  EXPECT_EQ(found.ticket.stale(), found.entry);
  EXPECT_EQ(site.find("/a").found, Found::fresh);  // for all others
}

TEST(Rfc9111Section5Point2Point1Index, MaxStaleIsServedWithoutAsking) {
  Site site;
  site.put("/a", "a", fresh_for(60));
  site.now += seconds(70);
  const Demand lenient{.stale_max = seconds(20)};
  EXPECT_EQ(site.cache.find_or_begin(site.key("/a"), site.now, &lenient).found, Found::held);
  site.now += seconds(20);
  EXPECT_EQ(site.cache.find_or_begin(site.key("/a"), site.now, &lenient).found, Found::stale);
}

}  // namespace
}  // namespace gust::cache
