// DESIGN decision 3: a hit allocates nothing and copies no body. Counts calls of operator new of this thread.
#include <gtest/gtest.h>

#include "cache/cache_test_internal.h"
#include "cache/slot_table.h"

#if !__has_feature(thread_sanitizer)  // its runtime brings operator new itself

#include "base/counted_allocations_test_internal.h"

namespace gust::cache {
namespace {

using testing::fresh_for;
using testing::Site;

TEST(Allocation, AHitAllocatesNothing) {
  Site site;
  const std::string body(200'000, 'x');
  const KeyRules rules({.query = NameSelection(NameSelection::listed, {"x"}),
                        .cookies = NameSelection(NameSelection::all, {}),
                        .headers = {"Origin"},
                        .gzip = true,
                        .brotli = true});
  site.rules = rules;
  http::RequestHead request;
  request.set_target("/a?x=1&y=2");
  request.fields.add("Origin", "http://o");
  request.fields.add("Cookie", "b=1; a=2");
  request.fields.add("Accept-Encoding", "gzip, br");
  const auto key = [&] { return make_key(rules, "E1", request, site.cache.seed(), site.arena).key; };
  Lookup filled = site.cache.find_or_begin(key(), site.now);
  ASSERT_TRUE(testing::store_now(filled.ticket, body, fresh_for(60)));

  ByteCount sent = 0;
  const std::size_t before = allocations;
  for (int i = 0; i < 100; ++i) {
    site.arena.clear();
    const Lookup found = site.cache.find_or_begin(key(), site.now);
    BodyCursor cursor(found.entry->body());
    std::array<Slice, 8> slices;
    const std::size_t count = cursor.peek(slices);
    for (std::size_t j = 0; j < count; ++j) {
      sent += slices[j].size();
      cursor.advance(slices[j].size());
    }
  }
  EXPECT_EQ(allocations - before, 0U);
  EXPECT_EQ(sent, 100 * body.size());
}

TEST(Allocation, ASlotThatComesAndGoesTakesNoMemory) {
  SlotTable table(std::make_shared<Ledger>(1_MiB));
  for (std::uint64_t hash = 1; hash <= 15; ++hash) ASSERT_NE(table.make(hash), nullptr);
  const auto come_and_go = [&] { table.erase(*table.make(99)); };
  come_and_go();
  const std::size_t before = allocations;
  for (int i = 0; i < 10'000; ++i) come_and_go();
  EXPECT_EQ(allocations - before, 0U);
}

}  // namespace
}  // namespace gust::cache

#endif
