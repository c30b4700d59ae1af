#include "http/conditional.h"

#include <gtest/gtest.h>

namespace gust::http {
namespace {

constexpr const char* modified = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr const char* before = "Sun, 06 Nov 1994 08:49:36 GMT";
constexpr const char* after = "Sun, 06 Nov 1994 08:49:38 GMT";

Validators stored() {
  return {.exists = true, .tag = read_entity_tag("\"a\""), .last_modified = wall_time_of(784111777), .date = {}};
}
Fields fields_of(std::initializer_list<std::pair<const char*, const char*>> lines) {
  Fields fields;
  for (const auto& [name, value] : lines) fields.add(name, value);
  return fields;
}
Precondition get(const Fields& fields, const Validators& validators = stored()) {
  return evaluate_preconditions(Method::get, fields, validators);
}

TEST(EntityTag, Rfc9110Section8Point8Point3ReadsAndComparesBothWays) {
  const auto strong = read_entity_tag("\"a,\xe9\\\"");
  const auto weak = read_entity_tag("W/\"a,\xe9\\\"");
  ASSERT_TRUE(strong && weak);
  EXPECT_TRUE(weak->is_weak);
  EXPECT_TRUE(equal_weak(*strong, *weak));
  EXPECT_FALSE(equal_strong(*strong, *weak));
  EXPECT_FALSE(equal_strong(*weak, *weak));
  EXPECT_TRUE(equal_strong(*strong, *strong));
  for (const char* bad : {"", "a", "\"", "\"a", "\"a\"b", "w/\"a\"", "W/a", "\"a b\"", "\"a\"b\"", "'a'"}) {
    EXPECT_FALSE(read_entity_tag(bad)) << bad;
  }
}

TEST(Conditional, Rfc9110Section13Point1Point2IfNoneMatchComparesWeakly) {
  EXPECT_EQ(get(fields_of({{"If-None-Match", "\"b\", W/\"a\""}})), Precondition::not_modified);
  EXPECT_EQ(get(fields_of({{"If-None-Match", "\"b\""}, {"If-None-Match", "\"a\""}})), Precondition::not_modified);
  EXPECT_EQ(get(fields_of({{"If-None-Match", "*"}})), Precondition::not_modified);
  EXPECT_EQ(get(fields_of({{"If-None-Match", "\"b\""}})), Precondition::proceed);
  EXPECT_EQ(get(fields_of({{"If-None-Match", "a"}})), Precondition::proceed) << "out of grammar";
  EXPECT_EQ(evaluate_preconditions(Method::put, fields_of({{"If-None-Match", "*"}}), stored()), Precondition::failed);
  EXPECT_EQ(evaluate_preconditions(Method::put, fields_of({{"If-None-Match", "*"}}), {.exists = false}),
            Precondition::proceed);
}

TEST(Conditional, Rfc9110Section13Point1Point1IfMatchComparesStrongly) {
  EXPECT_EQ(get(fields_of({{"If-Match", "\"a\""}})), Precondition::proceed);
  EXPECT_EQ(get(fields_of({{"If-Match", "*"}})), Precondition::proceed);
  EXPECT_EQ(get(fields_of({{"If-Match", "W/\"a\""}})), Precondition::failed);
  EXPECT_EQ(get(fields_of({{"If-Match", "\"b\""}})), Precondition::failed);
  EXPECT_EQ(get(fields_of({{"If-Match", "*"}}), {.exists = false}), Precondition::failed);
}

TEST(Conditional, Rfc9110Section13Point1Point3And4DatesCompareByTheSecond) {
  EXPECT_EQ(get(fields_of({{"If-Modified-Since", modified}})), Precondition::not_modified);
  EXPECT_EQ(get(fields_of({{"If-Modified-Since", after}})), Precondition::not_modified);
  EXPECT_EQ(get(fields_of({{"If-Modified-Since", before}})), Precondition::proceed);
  EXPECT_EQ(get(fields_of({{"If-Modified-Since", "yesterday"}})), Precondition::proceed);
  EXPECT_EQ(get(fields_of({{"If-Modified-Since", modified}, {"If-Modified-Since", modified}})), Precondition::proceed);
  EXPECT_EQ(evaluate_preconditions(Method::post, fields_of({{"If-Modified-Since", after}}), stored()),
            Precondition::proceed);
  EXPECT_EQ(get(fields_of({{"If-Unmodified-Since", before}})), Precondition::failed);
  EXPECT_EQ(get(fields_of({{"If-Unmodified-Since", modified}})), Precondition::proceed);
  EXPECT_EQ(get(fields_of({{"If-Unmodified-Since", before}}), {.exists = true}), Precondition::proceed);
  Validators within_second = stored();
  *within_second.last_modified += Duration(999);
  EXPECT_EQ(get(fields_of({{"If-Modified-Since", modified}}), within_second), Precondition::not_modified);
}

TEST(Conditional, Rfc9110Section13Point2Point2TagsComeBeforeDatesAndMatchBeforeNoneMatch) {
  EXPECT_EQ(get(fields_of({{"If-None-Match", "\"b\""}, {"If-Modified-Since", after}})), Precondition::proceed);
  EXPECT_EQ(get(fields_of({{"If-Match", "\"a\""}, {"If-Unmodified-Since", before}})), Precondition::proceed);
  EXPECT_EQ(get(fields_of({{"If-Match", "\"b\""}, {"If-None-Match", "\"a\""}})), Precondition::failed);
  EXPECT_EQ(get(fields_of({{"If-Match", "\"a\""}, {"If-None-Match", "\"a\""}})), Precondition::not_modified);
}

TEST(Conditional, Rfc9110Section13Point1Point5IfRangeNeedsAStrongMatch) {
  EXPECT_TRUE(range_applies(fields_of({}), stored()));
  EXPECT_TRUE(range_applies(fields_of({{"If-Range", "\"a\""}}), stored()));
  EXPECT_FALSE(range_applies(fields_of({{"If-Range", "W/\"a\""}}), stored()));
  EXPECT_FALSE(range_applies(fields_of({{"If-Range", "\"b\""}}), stored()));
  EXPECT_TRUE(range_applies(fields_of({{"If-Range", modified}}), stored()));
  EXPECT_FALSE(range_applies(fields_of({{"If-Range", after}}), stored()));
  EXPECT_FALSE(range_applies(fields_of({{"If-Range", "nonsense"}}), stored()));
  Validators fresh = stored();
  fresh.date = *fresh.last_modified + std::chrono::seconds(59);
  EXPECT_FALSE(range_applies(fields_of({{"If-Range", modified}}), fresh)) << "8.8.2.2: too young to be strong";
}

TEST(Conditional, Rfc9110Section8Point8Point1ACodedContentWithoutAStrongTagHasNoStrongDate) {
  Validators coded = stored();
  coded.is_coded = true;
  EXPECT_TRUE(range_applies(fields_of({{"If-Range", modified}}), coded));
  coded.tag->is_weak = true;
  EXPECT_FALSE(range_applies(fields_of({{"If-Range", modified}}), coded));
  EXPECT_FALSE(range_applies(fields_of({{"If-Range", "W/\"a\""}}), coded));
  coded.tag.reset();
  EXPECT_FALSE(range_applies(fields_of({{"If-Range", modified}}), coded));
  EXPECT_TRUE(range_applies(fields_of({}), coded));
  EXPECT_TRUE(validators_of(fields_of({{"Content-Encoding", "br"}})).is_coded);
}

TEST(Conditional, ValidatorsOfAResponseSkipWhatDoesNotParse) {
  const Validators v = validators_of(fields_of({{"ETag", "W/\"x\""}, {"Last-Modified", modified}, {"Date", "soon"}}));
  EXPECT_TRUE(v.tag->is_weak);
  EXPECT_EQ(v.last_modified, wall_time_of(784111777));
  EXPECT_FALSE(v.date);
}

TEST(Conditional, Rfc9111Section4Point3Point2ACacheLeavesIfMatchToOrigins) {
  Fields request;
  request.add(Name::if_match, "\"other\"");
  Validators stored;
  stored.tag = read_entity_tag("\"a\"");
  EXPECT_EQ(evaluate_preconditions(Method::get, request, stored), Precondition::failed);
  EXPECT_EQ(evaluate_preconditions_of_cache(Method::get, request, stored), Precondition::proceed);
  request.add(Name::if_none_match, "W/\"a\"");
  EXPECT_EQ(evaluate_preconditions_of_cache(Method::get, request, stored), Precondition::not_modified);
  EXPECT_EQ(evaluate_preconditions_of_cache(Method::post, request, stored), Precondition::proceed);
}

TEST(Conditional, Rfc9111Section4Point3Point2WithoutLastModifiedTheDateCounts) {
  Fields request;
  request.add(Name::if_modified_since, "Thu, 01 Jan 2026 00:00:10 GMT");
  Validators stored;
  stored.date = wall_time_of(1'767'225'610);
  EXPECT_EQ(evaluate_preconditions_of_cache(Method::get, request, stored), Precondition::not_modified);
  stored.date = wall_time_of(1'767'225'611);
  EXPECT_EQ(evaluate_preconditions_of_cache(Method::get, request, stored), Precondition::proceed);
}

}  // namespace
}  // namespace gust::http
