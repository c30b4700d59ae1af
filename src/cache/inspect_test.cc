#include <gtest/gtest.h>

#include "cache/cache.h"
#include "cache/cache_test_internal.h"

namespace gust::cache {
namespace {

using testing::fresh_for;
using testing::Site;

TEST(Inspect, APeekLeavesNoTrace) {
  Site site;
  site.put("/a", "body", fresh_for(60));
  const Counters before = site.cache.counters();
  EXPECT_EQ(site.cache.peek(site.key("/a"), site.now).found, Found::fresh);
  EXPECT_EQ(site.cache.peek(site.key("/b"), site.now).found, Found::absent);
  site.purge(1, "/a");
  for (int i = 0; i < 2; ++i) {
    const Lookup purged = site.cache.peek(site.key("/a"), site.now);
    EXPECT_TRUE(purged.was_purged);
    EXPECT_FALSE(purged.entry);
  }
  const Counters after = site.cache.counters();
  EXPECT_EQ(after.hits, before.hits);
  EXPECT_EQ(after.misses, before.misses);
  EXPECT_EQ(after.purged, before.purged);
  EXPECT_EQ(after.entries, before.entries);
  EXPECT_EQ(after.fills_begun, before.fills_begun);
}

TEST(Inspect, APeekTellsWhatALookupWould) {
  Site site;
  site.put("/a", "body", fresh_for(60));
  site.now += seconds(61);
  const Lookup found = site.cache.peek(site.key("/a"), site.now);
  EXPECT_EQ(found.found, Found::stale);
  EXPECT_TRUE(found.entry);
  EXPECT_FALSE(found.ticket);
  const Lookup begun = site.begin("/b");
  EXPECT_TRUE(site.cache.peek(site.key("/b"), site.now).fill);
}

TEST(Inspect, SiblingsAreFreshEntriesOfTheSamePath) {
  Site site;
  site.rules = KeyRules({.query = NameSelection(NameSelection::all, {}), .cookies = {}, .headers = {"X-A"}});
  site.put("/a?x=1", "1", fresh_for(60));
  site.put("/a?x=2", "2", fresh_for(60));
  site.put("/a?x=3", "3", fresh_for(10));
  site.put("/a", "4", fresh_for(60));
  site.put("/ab?x=1", "5", fresh_for(60));
  site.put("/a?x=1", "6", fresh_for(60), "E2");
  site.now += seconds(30);
  const Siblings all = site.cache.siblings(site.key("/a?x=1"), site.now);
  EXPECT_EQ(all.entries.size(), 2U);
  EXPECT_TRUE(all.saw_all);
  EXPECT_EQ(all.slots_seen, 6U);
  EXPECT_EQ(site.cache.siblings(site.key("/a?x=9"), site.now).entries.size(), 3U);
  EXPECT_EQ(site.cache.siblings(site.key("/a?x=9"), site.now, 1).entries.size(), 1U);
  const Siblings some = site.cache.siblings(site.key("/a?x=9"), site.now, 8, 2);
  EXPECT_FALSE(some.saw_all);
}

}  // namespace
}  // namespace gust::cache
