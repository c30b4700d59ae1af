#include "http/cache_control.h"

#include <gtest/gtest.h>

namespace gust::http {
namespace {

CacheControl read(std::initializer_list<ByteView> lines) {
  Fields fields;
  for (const ByteView line : lines) fields.add(Name::cache_control, line);
  return read_cache_control(fields);
}

TEST(CacheControl, Rfc9111Section5Point2ReadsDirectivesOfAllLinesWithoutCase) {
  const CacheControl c = read({"Max-Age=60, no-store ,private, unknown=\"a,no-cache\"", "S-MAXAGE=\"10\",immutable"});
  EXPECT_TRUE(c.is_present);
  EXPECT_EQ(c.max_age, 60U);
  EXPECT_EQ(c.s_maxage, 10U) << "the quoted form is read too";
  EXPECT_TRUE(c.no_store && c.private_ && c.immutable);
  EXPECT_FALSE(c.no_cache || c.public_ || c.must_revalidate);
  EXPECT_FALSE(c.stale_if_error);
  EXPECT_FALSE(read({}).is_present);
}

TEST(CacheControl, Rfc9111Section1Point2Point2LargeNumbersSaturate) {
  EXPECT_EQ(read({"max-age=2147483648"}).max_age, delta_seconds_max);
  EXPECT_EQ(read({"max-age=4294967297"}).max_age, delta_seconds_max);
  EXPECT_EQ(read({"max-age=99999999999999999999999"}).max_age, delta_seconds_max);
  EXPECT_EQ(read({"max-age=0000060"}).max_age, 60U);
}

TEST(CacheControl, Rfc9111Section4Point2Point1BadNumbersMeanStale) {
  for (const char* bad : {"max-age", "max-age=", "max-age=-1", "max-age=+1", "max-age=1.5", "max-age=a", "max-age= 60",
                          "max-age =60", "max-age=\"60", "max-age=60s", "max-age='60'"}) {
    EXPECT_EQ(read({bad}).max_age, 0U) << bad;
  }
}

TEST(CacheControl, Rfc9111Section4Point2Point1TheFirstOfRepeatedNumbersCounts) {
  EXPECT_EQ(read({"max-age=10, max-age=20"}).max_age, 10U);
  EXPECT_EQ(read({"max-age=x", "max-age=20"}).max_age, 0U);
}

TEST(CacheControl, Rfc9111Section5Point2Point2QualifiedFormsNameFieldsAndDoNotMeanTheWhole) {
  const CacheControl c = read({"no-cache=\"Set-Cookie, X\", private=X-Own"});
  EXPECT_FALSE(c.no_cache || c.private_);
  EXPECT_EQ(c.no_cache_fields, "Set-Cookie, X");
  EXPECT_EQ(c.private_fields, "X-Own");
  EXPECT_TRUE(read({"no-cache=\"a\", no-cache"}).no_cache);
  EXPECT_TRUE(read({"no-cache=\"a\", no-cache=\"b\""}).no_cache) << "two lists: the stricter reading";
  EXPECT_TRUE(read({"private="}).private_);
}

TEST(CacheControl, Rfc9111Section5Point2Point1MaxStaleMayStandAlone) {
  EXPECT_TRUE(read({"max-stale"}).any_max_stale);
  EXPECT_EQ(read({"max-stale=5"}).max_stale, 5U);
  const CacheControl bad = read({"max-stale=x"});
  EXPECT_FALSE(bad.any_max_stale || bad.max_stale) << "serving stale is never read into nonsense";
}

}  // namespace
}  // namespace gust::http
