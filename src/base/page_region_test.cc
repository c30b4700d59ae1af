#include "base/page_region.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <string>

namespace gust {
namespace {

constexpr std::size_t page = PageRegion::page_bytes;

TEST(PageRegion, GivesRunsOfWholePages) {
  PageRegion region(1_MiB);
  char* const run = region.take(3 * page);
  ASSERT_NE(run, nullptr);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(run) % page, 0U);
  std::memset(run, 'a', 3 * page);
  region.give_back(run, 3 * page, false);
}

TEST(PageRegion, RunsDoNotOverlap) {
  PageRegion region(1_MiB);
  char* const first = region.take(2 * page);
  char* const second = region.take(2 * page);
  std::memset(first, 'a', 2 * page);
  std::memset(second, 'b', 2 * page);
  EXPECT_EQ(first[2 * page - 1], 'a');
  EXPECT_EQ(second[0], 'b');
}

TEST(PageRegion, WhatWasLentIsGivenAgainWithoutItsBytes) {
  PageRegion region(1_MiB);
  char* const run = region.take(page);
  std::memset(run, 'a', page);
  region.give_back(run, page, true);
  char* const again = region.take(page);
  EXPECT_EQ(again, run);
  EXPECT_EQ(again[0], 0);
}

// Which bytes are there tells whether the pages are.
TEST(PageRegion, KeepsThePagesOfAFewRunsThatWereNotLent) {
  PageRegion region(PageRegion::kept_part * 4 * page);
  std::array<char*, 6> runs{};
  for (char*& run : runs) {
    run = region.take(page);
    run[0] = 'a';
  }
  for (char* run : runs) region.give_back(run, page, false);
  int kept = 0;
  for (char*& run : runs) {
    run = region.take(page);
    kept += run[0] == 'a' ? 1 : 0;
  }
  EXPECT_EQ(kept, 4);
}

TEST(PageRegion, KeepsRunsOfALengthAlsoWhereAnotherHasTakenWhatAllShare) {
  PageRegion region(PageRegion::kept_part * 32 * PageRegion::run_bytes_max);
  std::array<char*, 64> large{};
  for (char*& run : large) run = region.take(PageRegion::run_bytes_max);
  char* const small = region.take(page);
  small[0] = 'a';
  for (char* run : large) region.give_back(run, PageRegion::run_bytes_max, false);
  region.give_back(small, page, false);
  EXPECT_EQ(region.take(page)[0], 'a');
}

TEST(PageRegion, GivesNothingBeyondItsRoom) {
  PageRegion region(PageRegion::run_bytes_max);
  EXPECT_NE(region.take(PageRegion::run_bytes_max), nullptr);
  EXPECT_EQ(region.take(PageRegion::run_bytes_max), nullptr);
  EXPECT_NE(region.take(page), nullptr);  // each length has its own
}

TEST(PageRegion, GivesNothingWhereTheSystemHasNoAddressSpaceLeft) {
  PageRegion region(ByteCount{1} << 60);
  EXPECT_EQ(region.take(page), nullptr);
}

// A pipe that holds pages by reference, as packets do.
class HeldPages {
 public:
  explicit HeldPages(ByteView bytes) {
    std::array<int, 2> ends{};
    EXPECT_EQ(pipe2(ends.data(), O_NONBLOCK), 0);
    out_ = ends[0];
    in_ = ends[1];
    const iovec vector{const_cast<char*>(bytes.data()), bytes.size()};
    taken_ = vmsplice(in_, &vector, 1, 0) == static_cast<ssize_t>(bytes.size());
  }
  ~HeldPages() {
    close(in_);
    close(out_);
  }
  bool taken() const { return taken_; }
  std::string read_all(std::size_t bytes) const {
    std::string result(bytes, ' ');
    EXPECT_EQ(read(out_, result.data(), bytes), static_cast<ssize_t>(bytes));
    return result;
  }

 private:
  int in_ = -1;
  int out_ = -1;
  bool taken_ = false;
};

TEST(PageRegion, PagesThatAreReferredToKeepTheirBytesWhenTheirRunIsUsedAgain) {
  PageRegion region(1_MiB);
  char* const run = region.take(4 * page);
  std::memset(run, 'a', 4 * page);
  const HeldPages held({run, 4 * page});
  if (!held.taken()) GTEST_SKIP() << "this system refuses vmsplice";
  region.give_back(run, 4 * page, true);
  char* const again = region.take(4 * page);
  ASSERT_EQ(again, run);
  std::memset(again, 'b', 4 * page);
  EXPECT_EQ(held.read_all(4 * page), std::string(4 * page, 'a'));
}

// Shows that the test above could fail: written in place, the bytes under way do change.
TEST(PageRegion, PagesThatAreReferredToShowWhatIsWrittenInPlace) {
  PageRegion region(1_MiB);
  char* const run = region.take(page);
  std::memset(run, 'a', page);
  const HeldPages held({run, page});
  if (!held.taken()) GTEST_SKIP() << "this system refuses vmsplice";
  std::memset(run, 'b', page);
  EXPECT_EQ(held.read_all(page), std::string(page, 'b'));
}

}  // namespace
}  // namespace gust
