#include "cache/slot_table.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace gust::cache {
namespace {

TEST(SlotTable, FindsWhatIsThereAndNothingElse) {
  const auto ledger = std::make_shared<Ledger>(100_MiB);
  SlotTable table(ledger);
  std::mt19937_64 chance(1);
  std::set<std::uint64_t> there;
  for (int i = 0; i < 50'000; ++i) {
    const std::uint64_t hash = chance() % 5000 * 0x9E3779B97F4A7C15;
    Slot* const slot = table.find(hash);
    ASSERT_EQ(slot != nullptr, there.contains(hash));
    if (slot == nullptr) {
      ASSERT_NE(table.make(hash), nullptr);
      there.insert(hash);
    } else if (chance() % 2 == 0) {
      table.erase(*slot);
      there.erase(hash);
    }
    ASSERT_EQ(table.size(), there.size());
  }
  std::size_t seen = 0;
  for (std::size_t bucket = 0; bucket < table.bucket_count(); ++bucket) {
    table.for_each_in(bucket, [&](const Slot& slot) { seen += there.count(slot.key_hash); });
  }
  EXPECT_EQ(seen, there.size());
  for (const std::uint64_t hash : there) table.erase(*table.find(hash));
  EXPECT_EQ(ledger->used(), 0U);
}

TEST(SlotTable, KeysOfOneBucketAreKeptApart) {
  SlotTable table(std::make_shared<Ledger>(1_MiB));
  Slot* const one = table.make(16);
  Slot* const other = table.make(32);
  EXPECT_EQ(table.find(16), one);
  EXPECT_EQ(table.find(32), other);
  table.erase(*other);
  EXPECT_EQ(table.find(16), one);
  EXPECT_EQ(table.find(32), nullptr);
}

TEST(SlotTable, HasNoSlotWhereThereIsNoMemory) {
  const auto ledger = std::make_shared<Ledger>(SlotTable::group_bytes_max());
  SlotTable table(ledger);
  std::uint64_t hash = 1;
  while (table.make(hash) != nullptr) ++hash;
  EXPECT_GT(hash, 32U);
  EXPECT_EQ(table.make(99'999), nullptr);
  table.erase(*table.find(3));
  EXPECT_NE(table.make(99'999), nullptr);
}

TEST(SlotTable, GetsItsBucketsWhenThereIsMemoryForThemAgain) {
  const auto ledger = std::make_shared<Ledger>(1_MiB);
  SlotTable table(ledger);
  table.make(1);
  const ByteCount left = ledger->bytes_max() - ledger->used();
  ASSERT_TRUE(ledger->try_charge(left));
  for (std::uint64_t hash = 2; hash <= 17; ++hash) ASSERT_NE(table.make(hash), nullptr);
  EXPECT_EQ(table.bucket_count(), 16U);
  EXPECT_EQ(table.bytes_wanted(), 32 * sizeof(std::uint32_t));
  ledger->refund(left);
  table.grow();
  EXPECT_EQ(table.bucket_count(), 32U);
  EXPECT_EQ(table.bytes_wanted(), 0U);
  for (std::uint64_t hash = 1; hash <= 17; ++hash) EXPECT_NE(table.find(hash), nullptr);
}

TEST(SlotTable, TakesLessThanAHundredBytesForASlot) {
  const auto ledger = std::make_shared<Ledger>(100_MiB);
  SlotTable table(ledger);
  std::mt19937_64 chance(2);
  for (int i = 0; i < 40'000; ++i) table.make(chance());
  EXPECT_LT(static_cast<double>(ledger->used()) / 40'000, 100.0);
}

}  // namespace
}  // namespace gust::cache
