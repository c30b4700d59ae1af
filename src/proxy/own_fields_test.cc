#include "proxy/own_fields.h"

#include <gtest/gtest.h>

namespace gust::proxy {
namespace {

using observe::ResultType;

TEST(OwnFields, Hdr12TheLinesAndTheListSayTheSameInTheSameOrder) {
  Arena arena;
  OwnFields own("BOM50", "abc.cloudfront.net");
  const http::PreparedFields fields = own.of(ResultType::hit, "1.1 origin", arena);
  EXPECT_EQ(fields.lines,
            "X-Cache: Hit from cloudfront\r\nVia: 1.1 origin, 1.1 abc.cloudfront.net (CloudFront)\r\n"
            "X-Amz-Cf-Pop: BOM50\r\n");
  ASSERT_EQ(fields.list.size(), 3U);
  EXPECT_EQ(fields.list[0].value, "Hit from cloudfront");
  EXPECT_EQ(fields.list[1].known, http::Name::via);
  EXPECT_EQ(fields.list[2].value, "BOM50");
  EXPECT_EQ(own.of(ResultType::error, {}, arena).list[1].value, "1.1 abc.cloudfront.net (CloudFront)");
}

TEST(OwnFields, AWordingIsMadeOnceAndStays) {
  Arena arena;
  OwnFields own("BOM50", "abc.cloudfront.net");
  const http::PreparedFields first = own.of(ResultType::hit, "1.1 a", arena);
  const http::PreparedFields other = own.of(ResultType::hit, "1.1 b", arena);
  EXPECT_NE(first.lines, other.lines);
  EXPECT_EQ(own.of(ResultType::hit, "1.1 a", arena).lines.data(), first.lines.data());
  EXPECT_EQ(arena.bytes_used(), 0U);
}

TEST(OwnFields, OriginsThatSayEverAnotherViaDoNotMakeItGrow) {
  Arena arena;
  OwnFields own("BOM50", "abc.cloudfront.net");
  for (std::size_t i = 0; i < OwnFields::wordings_max; ++i) own.of(ResultType::miss, std::to_string(i), arena);
  EXPECT_EQ(arena.bytes_used(), 0U);
  const http::PreparedFields one_more = own.of(ResultType::miss, "one more", arena);
  EXPECT_EQ(one_more.list[1].value, "one more, 1.1 abc.cloudfront.net (CloudFront)");
  EXPECT_GT(arena.bytes_used(), 0U);
}

TEST(XCache, Hdr6WhatIsNeitherServedNorRedirectedIsAnError) {
  EXPECT_EQ(x_cache_of(ResultType::refresh_hit), "RefreshHit from cloudfront");
  EXPECT_EQ(x_cache_of(ResultType::redirect), "Redirect from cloudfront");
  for (const ResultType type : {ResultType::error, ResultType::limit_exceeded, ResultType::capacity_exceeded}) {
    EXPECT_EQ(x_cache_of(type), "Error from cloudfront");
  }
}

}  // namespace
}  // namespace gust::proxy
