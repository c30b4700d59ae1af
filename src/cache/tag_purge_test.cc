// Purges by tag: what is stored, what is on its way, and who waits for it. CLOUDFRONT.md section 19.
#include <gtest/gtest.h>

#include "cache/cache_test_internal.h"
#include "rt/scope.h"

namespace gust::cache {
namespace {

using std::chrono::milliseconds;
using testing::append_now;
using testing::body_of;
using testing::Draft;
using testing::fresh_for;
using testing::Site;

TagSet tags(std::initializer_list<const char*> names) {
  http::Fields fields;
  for (const char* name : names) fields.add("Cache-Tag", name);
  return read_tags(fields, "cache-tag").value_or(TagSet());
}

void purge(Site& site, std::uint64_t epoch, ByteView item) { site.cache.apply(Purge::of_item(epoch, "E1", item)); }

// Brings the ticket's answer with these tags.
Result<EntryRef> store(Ticket& ticket, std::initializer_list<const char*> names, const Storing& storing,
                       std::uint64_t upstream_epoch = ~std::uint64_t{0}) {
  Draft draft(storing, 4);
  draft.draft.tags = tags(names);
  draft.draft.upstream_epoch = upstream_epoch;
  return ticket.store(draft.draft);
}

void finish(Ticket& ticket) {
  ASSERT_TRUE(append_now(ticket, "body"));
  ASSERT_TRUE(ticket.finish());
}

void put(Site& site, ByteView target, std::initializer_list<const char*> names, const Storing& storing) {
  Lookup found = site.begin(target);
  ASSERT_TRUE(found.ticket);
  ASSERT_TRUE(store(found.ticket, names, storing));
  finish(found.ticket);
}

TEST(TagPurge, Tag3AllThatHasTheTagGoesAndNothingElse) {
  Site site;
  put(site, "/tv", {"product", "tv"}, fresh_for(60));
  put(site, "/radio", {"Product"}, fresh_for(60));
  put(site, "/news", {"news"}, fresh_for(60));
  put(site, "/plain", {}, fresh_for(60));
  purge(site, 1, "#PRODUCT");
  EXPECT_TRUE(site.find("/tv").was_purged);
  EXPECT_EQ(site.find("/radio").found, Found::absent);
  EXPECT_EQ(site.find("/news").found, Found::fresh);
  EXPECT_EQ(site.find("/plain").found, Found::fresh);
}

TEST(TagPurge, Tag3PathsAndTagsOfOneInvalidationWorkTogether) {
  Site site;
  put(site, "/a", {"x"}, fresh_for(60));
  put(site, "/b", {}, fresh_for(60));
  put(site, "/c", {}, fresh_for(60));
  const Purge both[] = {Purge::of_item(1, "E1", "#x"), Purge::of_item(1, "E1", "/b")};
  site.cache.apply(both);
  EXPECT_EQ(site.find("/a").found, Found::absent);
  EXPECT_EQ(site.find("/b").found, Found::absent);
  EXPECT_EQ(site.find("/c").found, Found::fresh);
}

TEST(TagPurge, Tag3AnotherDistributionsTagsAreOthers) {
  Site site;
  put(site, "/a", {"x"}, fresh_for(60));
  site.cache.apply(Purge::of_item(1, "E2", "#x"));
  EXPECT_EQ(site.find("/a").found, Found::fresh);
}

TEST(TagPurge, WhatIsFetchedAfterThePurgeStays) {
  Site site;
  purge(site, 1, "#x");
  put(site, "/a", {"x"}, fresh_for(60));
  EXPECT_EQ(site.find("/a").found, Found::fresh);
}

TEST(TagPurge, AFillWhoseTagsThePurgeNamesIsNotStored) {
  Site site;
  Lookup before = site.begin("/a");
  purge(site, 1, "#x");
  ASSERT_TRUE(store(before.ticket, {"x"}, fresh_for(60)));
  EXPECT_TRUE(site.begin("/a").ticket) << "who asks now begins anew";
  finish(before.ticket);
  EXPECT_EQ(site.find("/a").found, Found::absent);
}

TEST(TagPurge, AFillWithOtherTagsIsStoredAndStaysShared) {
  Site site;
  Lookup before = site.begin("/a");
  purge(site, 1, "#x");
  EXPECT_TRUE(site.begin("/a").fill) << "its tags are not known yet";
  ASSERT_TRUE(store(before.ticket, {"y"}, fresh_for(60)));
  EXPECT_TRUE(site.begin("/a").fill);
  finish(before.ticket);
  EXPECT_EQ(site.find("/a").found, Found::fresh);
}

TEST(TagPurge, AFillThatIsBeingReadIsNotJoinedAfterThePurge) {
  Site site;
  Lookup before = site.begin("/a");
  ASSERT_TRUE(store(before.ticket, {"x"}, fresh_for(60)));
  EXPECT_TRUE(site.begin("/a").fill);
  purge(site, 1, "#x");
  Lookup after = site.begin("/a");
  EXPECT_TRUE(after.ticket);
  finish(before.ticket);
  EXPECT_EQ(site.find("/a").found, Found::absent);
}

TEST(TagPurge, AForgottenPurgeStillClearsTheTaggedFillFromBeforeIt) {
  Site site;
  Lookup tagged = site.begin("/a");
  Lookup plain = site.begin("/b");
  purge(site, 1, "#x");
  while (!site.cache.reclaim(site.now)) {
  }
  ASSERT_TRUE(store(tagged.ticket, {"x"}, fresh_for(60)));
  ASSERT_TRUE(store(plain.ticket, {}, fresh_for(60)));
  finish(tagged.ticket);
  finish(plain.ticket);
  EXPECT_EQ(site.find("/a").found, Found::absent);
  EXPECT_EQ(site.find("/b").found, Found::fresh);
}

TEST(TagPurge, AStaleCopyThatThePurgeNamesIsNotHeldForWhoAsksLater) {
  Site site;
  put(site, "/a", {"x"}, fresh_for(1));
  site.now += seconds(2);
  Lookup before = site.begin("/a");
  ASSERT_TRUE(before.ticket.stale());
  purge(site, 1, "#x");
  EXPECT_TRUE(site.begin("/a").ticket);
  before.ticket.hold_stale(site.now + seconds(10));
  EXPECT_EQ(site.find("/a").found, Found::absent);
}

TEST(TagPurge, Tag4AConfirmationWithoutTagsKeepsTheStoredOnes) {
  Site site;
  put(site, "/a", {"x"}, fresh_for(1));
  site.now += seconds(2);
  Lookup stale = site.begin("/a");
  const Draft confirmed(fresh_for(60, site.now));
  EXPECT_EQ(stale.ticket.refresh(confirmed.draft)->tags().size(), 1U);
  purge(site, 1, "#x");
  EXPECT_EQ(site.find("/a").found, Found::absent);
}

TEST(TagPurge, Tag1AConfirmationWithTagsReplacesThem) {
  Site site;
  put(site, "/a", {"x"}, fresh_for(1));
  site.now += seconds(2);
  Lookup stale = site.begin("/a");
  Draft confirmed(fresh_for(60, site.now));
  confirmed.draft.tags = tags({"y"});
  stale.ticket.refresh(confirmed.draft);
  purge(site, 1, "#x");
  EXPECT_EQ(site.find("/a").found, Found::fresh);
  purge(site, 2, "#y");
  EXPECT_EQ(site.find("/a").found, Found::absent);
}

TEST(TagPurge, AConfirmationThatWasAskedForBeforeThePurgeIsNotStored) {
  Site site;
  put(site, "/a", {"x"}, fresh_for(1));
  site.now += seconds(2);
  Lookup stale = site.begin("/a");
  purge(site, 1, "#x");
  const Draft confirmed(fresh_for(60, site.now));
  stale.ticket.refresh(confirmed.draft);
  EXPECT_EQ(site.find("/a").found, Found::absent);
}

TEST(TagPurge, AnUpstreamThatHasNotAppliedAPurgeCannotBringTheOldBack) {
  Site site;
  purge(site, 7, "#x");
  Lookup lagging = site.begin("/a");
  ASSERT_TRUE(store(lagging.ticket, {"x"}, fresh_for(60), 6));
  finish(lagging.ticket);
  EXPECT_EQ(site.find("/a").found, Found::absent);
  Lookup level = site.begin("/a");
  ASSERT_TRUE(store(level.ticket, {"x"}, fresh_for(60), 7));
  finish(level.ticket);
  EXPECT_EQ(site.find("/a").found, Found::fresh);
}

TEST(TagPurge, TagsAreChargedToTheLedger) {
  Site plain, tagged;
  // In sum: slabs are charged, not blocks.
  for (int i = 0; i < 1000; ++i) {
    const std::string path = "/" + std::to_string(i);
    put(plain, path, {}, fresh_for(60));
    put(tagged, path, {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p"}, fresh_for(60));
  }
  EXPECT_GT(tagged.cache.counters().bytes_used, plain.cache.counters().bytes_used + 1000 * 8 * sizeof(Tag));
}

// --- Those who wait

struct Waiter {
  bool has_entry = false;
  bool has_ticket = false;
  bool is_over = false;
};

rt::Task<void> wait_for(Site& site, FillRef fill, Key key, Waiter& waiter) {
  auto joined = co_await site.cache.join(std::move(fill), key, never);
  waiter.is_over = true;
  if (!joined) co_return;
  waiter.has_entry = joined->entry != nullptr;
  waiter.has_ticket = static_cast<bool>(joined->ticket);
  if (joined->ticket) joined->ticket.pass();
}

struct Waiting {
  rt::sim::World world{1};
  rt::Loop& loop = world.add_host("edge", "10.0.0.1");
  Site site;
  rt::Scope scope{loop};

  void join(Waiter& waiter) {
    const Key key = site.key("/a");
    Lookup found = site.cache.find_or_begin(key, site.now);
    ASSERT_TRUE(found.fill);
    scope.spawn(wait_for(site, std::move(found.fill), key, waiter));
    world.run_for(milliseconds(1));
  }
};

TEST(TagPurge, WhoAskedBeforeThePurgeGetsTheFillAndWhoAskedAfterLooksAgain) {
  Waiting here;
  Waiter before, after;
  Lookup owner = here.site.begin("/a");
  here.join(before);
  purge(here.site, 1, "#x");
  here.join(after);
  ASSERT_TRUE(store(owner.ticket, {"x"}, fresh_for(60)));
  here.world.run_for(milliseconds(1));
  EXPECT_TRUE(before.has_entry);
  EXPECT_TRUE(after.has_ticket);
  EXPECT_FALSE(after.has_entry);
  finish(owner.ticket);
}

// Found by the simulated network (seed 92): the path's purge was all that was looked at.
TEST(TagPurge, WhoAskedBetweenAPurgeOfTheTagAndOneOfThePathLooksAgain) {
  Waiting here;
  Waiter between;
  Lookup owner = here.site.begin("/a");
  purge(here.site, 1, "#x");
  here.join(between);
  purge(here.site, 2, "/*");
  ASSERT_TRUE(store(owner.ticket, {"x"}, fresh_for(60), 0));
  here.world.run_for(milliseconds(1));
  EXPECT_TRUE(between.has_ticket);
  finish(owner.ticket);
}

TEST(TagPurge, WhoAskedAfterThePurgeOfAnotherTagGetsTheFill) {
  Waiting here;
  Waiter after;
  Lookup owner = here.site.begin("/a");
  purge(here.site, 1, "#x");
  here.join(after);
  ASSERT_TRUE(store(owner.ticket, {"y"}, fresh_for(60)));
  here.world.run_for(milliseconds(1));
  EXPECT_TRUE(after.has_entry);
  finish(owner.ticket);
}

TEST(TagPurge, AConfirmedAnswerIsNotGivenToWhoAskedAfterItsNewTagWasPurged) {
  Waiting here;
  put(here.site, "/a", {}, fresh_for(1));
  here.site.now += seconds(2);
  Waiter before, after;
  Lookup owner = here.site.begin("/a");
  here.join(before);
  purge(here.site, 1, "#x");
  here.join(after);
  Draft confirmed(fresh_for(60, here.site.now));
  confirmed.draft.tags = tags({"x"});
  owner.ticket.refresh(confirmed.draft);
  here.world.run_for(milliseconds(1));
  EXPECT_TRUE(before.has_entry);
  EXPECT_TRUE(after.has_ticket);
}

}  // namespace
}  // namespace gust::cache
