#include "proxy/slice_walk.h"

#include <gtest/gtest.h>

#include <vector>

namespace gust::proxy {
namespace {

TEST(SliceWalk, Range2PartsAreCutWhereSlicesEnd) {
  const std::vector<http::ByteRange> parts{{5, 20}, {30, 1}};
  SliceWalk walk(parts, 10);
  struct Expected {
    std::uint64_t slice;
    ByteCount offset, bytes;
    std::size_t part;
    bool begins;
  };
  for (const Expected& each : {Expected{0, 5, 5, 0, true}, Expected{1, 0, 10, 0, false}, Expected{2, 0, 5, 0, false},
                               Expected{3, 0, 1, 1, true}}) {
    const auto piece = walk.next();
    ASSERT_TRUE(piece);
    EXPECT_EQ(piece->slice, each.slice);
    EXPECT_EQ(piece->offset, each.offset);
    EXPECT_EQ(piece->bytes, each.bytes);
    EXPECT_EQ(piece->part, each.part);
    EXPECT_EQ(piece->begins_part, each.begins);
  }
  EXPECT_FALSE(walk.next());
}

TEST(SliceWalk, Range2TheLastSliceIsShorterAndNoneIsBehindIt) {
  EXPECT_EQ(slice_range(0, 10, 25), (http::ByteRange{0, 10}));
  EXPECT_EQ(slice_range(2, 10, 25), (http::ByteRange{20, 5}));
  EXPECT_EQ(slice_range(2, 10, 20), std::nullopt);
  EXPECT_EQ(slice_range(0, 10, 0), std::nullopt);
  EXPECT_EQ(slice_range(~std::uint64_t{0}, 1 << 20, 25), std::nullopt);
}

}  // namespace
}  // namespace gust::proxy
