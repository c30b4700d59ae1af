#include "cache/rfc9111.h"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/date.h"
#include "http/message.h"

namespace gust::cache {
namespace {

using Statuses = std::vector<std::uint16_t>;
using std::chrono::hours;

constexpr Instant received{hours(100)};
constexpr WallTime wall = wall_time_of(1'767'225'600);

struct Answer {
  http::ResponseHead head;
  std::shared_ptr<std::deque<std::string>> values = std::make_shared<std::deque<std::string>>();  // head's views

  explicit Answer(std::uint16_t status = 200) { head.status = status; }
  Answer& with(ByteView name, std::string value) {
    head.fields.add(name, values->emplace_back(std::move(value)));
    return *this;
  }
  Answer& control(std::string value) { return with("Cache-Control", std::move(value)); }
  Answer& dated(ByteView name, std::int64_t from_now) { return with(name, http_date_of(wall + seconds(from_now))); }
};

TtlPolicy policy_of(std::int64_t default_ = 0, std::int64_t error_minimum = 0) {
  TtlPolicy policy;
  policy.is_rfc9111 = true;
  policy.minimum = seconds(0);
  policy.default_ = seconds(default_);
  policy.error_minimum = seconds(error_minimum);
  return policy;
}

Storing judge(const Answer& answer, const RequestFacts& request = {}, const TtlPolicy& policy = policy_of(),
              Duration delay = {}) {
  return judge_storing(request, answer.head, policy, {received - delay, received, wall});
}

// The verdict with the time the response is fresh from its arrival and the section that says so.
std::string told(const Storing& storing) {
  const char* verdicts[] = {"store", "alone", "pass"};
  const auto left = std::chrono::floor<seconds>(storing.freshness.lifetime - storing.freshness.initial_age).count();
  const std::string time = storing.verdict == Storing::pass ? "" : " " + std::to_string(left);
  return verdicts[storing.verdict] + time + " " + std::string(storing.freshness.rule.substr(4));
}
std::string told(const Answer& answer) { return told(judge(answer)); }

TEST(Rfc9111, Section3NeedsAReasonToStore) {
  EXPECT_EQ(told(Answer()), "pass 9111 4.2.2");
  EXPECT_EQ(told(Answer().with("ETag", "\"a\"")), "alone 0 9111 4.2.2");
  EXPECT_EQ(told(Answer(302)), "pass 9111 3");
  EXPECT_EQ(told(Answer(304).control("max-age=5")), "pass 9111 3");
  EXPECT_EQ(told(Answer(206).control("max-age=5")), "pass 9111 3.3");
}

TEST(Rfc9111, Section3MethodsThatAreStored) {
  const Answer answer = Answer().control("max-age=5");
  EXPECT_EQ(told(judge(answer, {.is_get = false, .is_head = true})), "pass -2");
  EXPECT_EQ(told(judge(answer, {.is_get = false, .is_options = true})), "pass 9111 3");
  EXPECT_EQ(told(judge(answer, {.is_get = false})), "pass 9111 3");
  TtlPolicy policy = policy_of();
  policy.is_options_cached = true;
  EXPECT_EQ(told(judge(answer, {.is_get = false, .is_options = true}, policy)), "store 5 9111 4.2.1");
}

TEST(Rfc9110, Section9Point3Point3PostIsStoredForItsOwnUriWithALifetime) {
  const RequestFacts own{.is_get = false, .is_post = true, .is_own_content_location = true};
  const RequestFacts other{.is_get = false, .is_post = true};
  EXPECT_EQ(told(judge(Answer().control("max-age=5"), own)), "store 5 9111 4.2.1");
  EXPECT_EQ(told(judge(Answer().control("max-age=5"), other)), "pass 9111 3");
  EXPECT_EQ(told(judge(Answer().dated("Last-Modified", -86400), own)), "pass 9111 3");
}

TEST(Rfc9111, Section3Point5AuthorizationNeedsTheOriginsWord) {
  const RequestFacts request{.has_unkeyed_authorization = true};
  EXPECT_EQ(told(judge(Answer().control("max-age=5"), request)), "pass 9111 3.5");
  EXPECT_EQ(told(judge(Answer().control("max-age=5, public"), request)), "store 5 9111 4.2.1");
  EXPECT_EQ(told(judge(Answer().control("max-age=5, must-revalidate"), request)), "store 5 9111 4.2.1");
  EXPECT_EQ(told(judge(Answer().control("s-maxage=5"), request)), "store 5 9111 4.2.1");
}

TEST(Rfc9111, Section4Point1AnyStarInVaryIsNotStored) {
  EXPECT_EQ(told(Answer().control("max-age=5").with("Vary", "*")), "pass 9111 4.1");
  EXPECT_EQ(told(Answer().control("max-age=5").with("Vary", "Foo").with("Vary", ", *")), "pass 9111 4.1");
}

TEST(Rfc9111, Section4Point2Point1SharedMaxAgeBeforeMaxAgeBeforeExpires) {
  EXPECT_EQ(told(Answer().control("max-age=10, s-maxage=100").dated("Expires", 7)), "store 100 9111 4.2.1");
  EXPECT_EQ(told(Answer().control("max-age=10").dated("Expires", 7)), "store 10 9111 4.2.1");
  EXPECT_EQ(told(Answer().dated("Expires", 7)), "store 7 9111 4.2.1");
  EXPECT_EQ(told(Answer().control("max-age=0").dated("Expires", 7)), "pass 9111 4.2.1");
}

TEST(Rfc9111, Section4Point2Point1ExpiresCountsFromDate) {
  EXPECT_EQ(told(Answer().dated("Expires", 300).dated("Date", 400)), "pass 9111 4.2.1");
  EXPECT_EQ(told(Answer().dated("Expires", 20).dated("Date", 10)), "store 10 9111 4.2.1");
  EXPECT_EQ(told(Answer().dated("Expires", 10).with("Date", "foo")), "store 10 9111 4.2.1");
}

TEST(Rfc9111, Section4Point2Point1TheFirstOfSeveralCounts) {
  EXPECT_EQ(told(Answer().control("max-age=1").control("max-age=100")), "store 1 9111 4.2.1");
  EXPECT_EQ(told(Answer().dated("Expires", 7).dated("Expires", 70)), "store 7 9111 4.2.1");
}

TEST(Rfc9111, Section4Point2Point1WhatCannotBeReadIsStale) {
  for (const char* text : {"max-age='3600'", "max-age=-3600", "max-age=3600.0", "max-age=a3600", "max-age="}) {
    EXPECT_EQ(told(Answer().control(text)), "pass 9111 4.2.1") << text;
  }
  EXPECT_EQ(told(Answer().with("Expires", "0")), "pass 9111 5.3");
}

TEST(Rfc9111, Section4Point2Point2HeuristicOnlyWhereAllowed) {
  for (const std::uint16_t status : Statuses{200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501}) {
    EXPECT_EQ(told(Answer(status).dated("Last-Modified", -1000)), "store 100 9111 4.2.2") << status;
  }
  for (const std::uint16_t status : Statuses{201, 202, 302, 303, 307, 400, 403, 500, 502, 503, 504, 599}) {
    EXPECT_EQ(told(Answer(status).dated("Last-Modified", -1000)), "pass 9111 3") << status;
  }
  EXPECT_EQ(told(Answer(599).control("public").dated("Last-Modified", -1000)), "store 100 9111 4.2.2");
}

TEST(Rfc9111, Section4Point2Point2HeuristicIsNoLongerThanADay) {
  EXPECT_EQ(told(Answer().dated("Last-Modified", -100'000'000)), "store 86400 9111 4.2.2");
  EXPECT_EQ(told(Answer().dated("Last-Modified", 100)), "alone 0 9111 4.2.2");
}

TEST(Rfc9111, Section4Point2Point2DefaultsOfThePolicyAreHeuristicsToo) {
  EXPECT_EQ(told(judge(Answer(), {}, policy_of(60, 5))), "store 60 9111 4.2.2");
  EXPECT_EQ(told(judge(Answer(404), {}, policy_of(60, 5))), "store 5 9111 4.2.2");
  EXPECT_EQ(told(judge(Answer(503), {}, policy_of(60, 5))), "pass 9111 3");
  EXPECT_EQ(told(judge(Answer(503).control("max-age=7"), {}, policy_of(60, 50))), "store 7 9111 4.2.1");
}

TEST(Rfc9111, Section4Point2Point3AgeIsTheMostOfWhatIsKnown) {
  EXPECT_EQ(told(Answer().control("max-age=3600").with("Age", "3000")), "store 600 9111 4.2.1");
  EXPECT_EQ(told(Answer().control("max-age=3600").dated("Date", -3000)), "store 600 9111 4.2.1");
  EXPECT_EQ(told(Answer().control("max-age=3600").dated("Date", -60).with("Age", "3500")), "store 100 9111 4.2.1");
  EXPECT_EQ(told(judge(Answer().control("max-age=60"), {}, policy_of(), seconds(20))), "store 40 9111 4.2.1");
}

TEST(Rfc9111, Section5Point1AgeThatIsNoNumberIsIgnoredAndTheFirstOfAListCounts) {
  for (const char* text : {"abc", "-7200", "7200.0", "7200;foo=bar"}) {
    EXPECT_EQ(told(Answer().control("max-age=3600").with("Age", text)), "store 3600 9111 4.2.1") << text;
  }
  EXPECT_EQ(told(Answer().control("max-age=3600").with("Age", "0, 7200")), "store 3600 9111 4.2.1");
  EXPECT_EQ(told(Answer().control("max-age=3600").with("Age", "7200, 0")), "pass 9111 4.2.1");
  EXPECT_EQ(told(Answer().control("max-age=3600").with("Age", "0").with("Age", "7200")), "store 3600 9111 4.2.1");
  EXPECT_EQ(told(Answer().control("max-age=3600").with("Age", "2147483649")), "pass 9111 4.2.1");
}

TEST(Rfc9111, Section5Point2Point2Point2MustRevalidateIsNeverStale) {
  for (const char* text : {"max-age=5, must-revalidate", "max-age=5, proxy-revalidate", "s-maxage=5"}) {
    const Freshness freshness = judge(Answer().control(std::string(text) + ", stale-while-revalidate=60")).freshness;
    EXPECT_TRUE(freshness.never_stale) << text;
    EXPECT_FALSE(may_serve_while_revalidating(freshness, received + seconds(6))) << text;
    EXPECT_FALSE(may_serve_on_error(freshness, received + seconds(6))) << text;
  }
  const Freshness plain = judge(Answer().control("max-age=5")).freshness;
  EXPECT_FALSE(plain.never_stale);
  EXPECT_TRUE(may_serve_on_error(plain, received + seconds(6)));
}

TEST(Rfc5861, Section3And4WindowsCountFromExpiry) {
  const Freshness freshness =
      judge(Answer().control("max-age=5, stale-while-revalidate=10, stale-if-error=20")).freshness;
  EXPECT_TRUE(may_serve_while_revalidating(freshness, received + seconds(14)));
  EXPECT_FALSE(may_serve_while_revalidating(freshness, received + seconds(15)));
  EXPECT_TRUE(may_serve_on_error(freshness, received + seconds(24)));
  EXPECT_FALSE(may_serve_on_error(freshness, received + seconds(25)));
}

TEST(Rfc9111, Section5Point2Point2Point3MustUnderstandOverridesNoStore) {
  EXPECT_EQ(told(Answer().control("max-age=5, no-store, must-understand")), "store 5 9111 4.2.1");
  EXPECT_EQ(told(Answer(599).control("max-age=5, no-store, must-understand")), "pass 9111 5.2.2.3");
  EXPECT_EQ(told(Answer(599).control("max-age=5, must-understand")), "pass 9111 5.2.2.3");
  EXPECT_EQ(told(Answer(599).control("max-age=5")), "store 5 9111 4.2.1");
}

TEST(Rfc9111, Section5Point2Point2Point4NoCacheIsKeptForValidation) {
  EXPECT_EQ(told(Answer().control("max-age=5, no-cache").with("ETag", "\"a\"")), "alone 0 9111 5.2.2.4");
  EXPECT_EQ(told(Answer().control("max-age=5, No-CaChE")), "pass 9111 5.2.2.4");
}

TEST(Rfc9111, Section5Point2Point2Point5And7NoStoreAndPrivateAreNotStored) {
  EXPECT_EQ(told(Answer().control("max-age=5, No-StOrE")), "pass 9111 5.2.2.5");
  EXPECT_EQ(told(Answer().control("max-age=5, private").with("ETag", "\"a\"")), "pass 9111 5.2.2.7");
}

TEST(Rfc9111, Section5Point2Point2Point4And7QualifiedFormsWithholdFields) {
  Answer answer;
  const Storing storing = judge(answer.control("max-age=5, no-cache=\"a, b\", private=c"));
  EXPECT_EQ(told(storing), "store 5 9111 4.2.1");
  EXPECT_EQ(storing.fields_withheld[0], "a, b");
  EXPECT_EQ(storing.fields_withheld[1], "c");
}

TEST(Rfc9111, Section5Point4PragmaInAResponseIsIgnored) {
  EXPECT_EQ(told(Answer().control("max-age=5").with("Pragma", "no-cache")), "store 5 9111 4.2.1");
}

TEST(Rfc9213, Section2Point2TakesThePlaceOfCacheControlAndExpires) {
  EXPECT_EQ(told(Answer().with("CDN-Cache-Control", "max-age=60").control("no-store").dated("Expires", -5)),
            "store 60 9213 2.2");
  EXPECT_EQ(told(Answer().with("CDN-Cache-Control", "no-store").control("max-age=60")), "pass 9111 5.2.2.5");
  EXPECT_EQ(told(Answer().with("CDN-Cache-Control", "private").control("max-age=60")), "pass 9111 5.2.2.7");
  EXPECT_EQ(told(Answer().with("CDN-Cache-Control", "foobar").control("max-age=60")), "pass 9111 4.2.2");
}

TEST(Rfc9213, Section2Point1OneThatIsNoDictionaryIsIgnored) {
  EXPECT_EQ(told(Answer().with("CDN-Cache-Control", "max-age=60, &&").control("no-store")), "pass 9111 5.2.2.5");
  EXPECT_EQ(told(Answer().with("CDN-Cache-Control", "max-age=\"60\"").control("max-age=5")), "store 5 9111 4.2.1");
}

TEST(Rfc9213, IsNotReadByTheCloudfrontProfile) {
  TtlPolicy policy = policy_of();
  policy.is_rfc9111 = false;
  EXPECT_EQ(judge(Answer().with("CDN-Cache-Control", "max-age=60").control("max-age=5"), {}, policy).freshness.rule,
            "TTL-1");
}

TEST(Rfc9111, TheMaximumTtlBoundsEveryLifetime) {
  TtlPolicy policy = policy_of();
  policy.maximum = seconds(30);
  EXPECT_EQ(told(judge(Answer().control("max-age=60"), {}, policy)), "store 30 9111 4.2.1");
  policy.maximum = seconds(0);
  EXPECT_EQ(judge(Answer().control("max-age=60"), {}, policy).freshness.rule, "TTL-9");
}

}  // namespace
}  // namespace gust::cache
