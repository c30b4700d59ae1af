#include "app/heap_keeper.h"

#include <gtest/gtest.h>

namespace gust::app {
namespace {

// A process of which all that is resident beyond `used` can be given back.
struct FakeProcess {
  ByteCount resident = 100_MiB;
  ByteCount used = 100_MiB;
  int trims = 0;

  Heap heap() {
    return {.resident = [this] { return resident; },
            .trim =
                [this] {
                  ++trims;
                  resident = used;
                }};
  }
};

TEST(HeapKeeper, GivesBackOnceResidentMemoryHasGrownByAFiftiethOfTheCaches) {
  FakeProcess process;
  HeapKeeper keeper(process.heap(), 500_MiB);
  process.resident = 109_MiB;
  keeper.look();
  EXPECT_EQ(process.trims, 0);
  process.resident = 110_MiB;
  keeper.look();
  EXPECT_EQ(process.trims, 1);
  EXPECT_EQ(process.resident, 100_MiB);
}

TEST(HeapKeeper, LetsASteadyStateBe) {
  FakeProcess process;
  HeapKeeper keeper(process.heap(), 500_MiB);
  process.resident = process.used = 300_MiB;
  for (int i = 0; i < 5; ++i) keeper.look();
  EXPECT_EQ(process.trims, 1);
}

TEST(HeapKeeper, LooksAgainForAsLongAsMuchComesOfIt) {
  FakeProcess process;
  HeapKeeper keeper(process.heap(), 500_MiB);
  process.resident = 200_MiB;
  process.used = 150_MiB;
  keeper.look();  // more becomes free behind it
  process.used = 145_MiB;
  keeper.look();
  EXPECT_EQ(process.resident, 145_MiB);
  keeper.look();
  EXPECT_EQ(process.trims, 2);
}

TEST(HeapKeeper, CountsGrowthFromTheLeastThatWasResident) {
  FakeProcess process;
  HeapKeeper keeper(process.heap(), 500_MiB);
  process.resident = 50_MiB;
  keeper.look();
  process.resident = 60_MiB;
  keeper.look();
  EXPECT_EQ(process.trims, 1);
}

TEST(HeapKeeper, TakesNoStepBelowAMebibyte) {
  FakeProcess process;
  HeapKeeper keeper(process.heap(), 1_MiB);
  process.resident = 100_MiB + 512_KiB;
  keeper.look();
  EXPECT_EQ(process.trims, 0);
}

TEST(HeapKeeper, DoesNothingWhereTheSystemDoesNotTell) {
  int trims = 0;
  HeapKeeper keeper({.resident = [] { return std::nullopt; }, .trim = [&] { ++trims; }}, 1_MiB);
  keeper.look();
  EXPECT_EQ(trims, 0);
}

TEST(Statm, TellsItsSecondNumber) {
  EXPECT_EQ(resident_of_statm("5000 250 100 1 0 300 0\n", 4096), 250 * 4096U);
  EXPECT_FALSE(resident_of_statm("", 4096));
  EXPECT_FALSE(resident_of_statm("5000", 4096));
  EXPECT_FALSE(resident_of_statm("5000 x 1", 4096));
}

TEST(Statm, OfThisProcessIsThere) {
  const auto resident = Heap::of_process().resident();
  ASSERT_TRUE(resident);
  EXPECT_GT(*resident, 1_MiB);
}

}  // namespace
}  // namespace gust::app
