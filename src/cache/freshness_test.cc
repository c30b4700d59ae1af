#include "cache/freshness.h"

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

constexpr Instant received{std::chrono::hours(100)};
constexpr WallTime wall = wall_time_of(1'767'225'600);

struct Answer {
  http::ResponseHead head;
  std::shared_ptr<std::deque<std::string>> values = std::make_shared<std::deque<std::string>>();  // head's views

  explicit Answer(std::uint16_t status = 200) { head.status = status; }
  Answer& with(ByteView name, std::string value) {
    head.fields.add(name, values->emplace_back(std::move(value)));
    return *this;
  }
  Answer& dated(ByteView name, seconds from_now) { return with(name, http_date_of(wall + from_now)); }
};

TtlPolicy ttl(std::int64_t minimum, std::int64_t default_, std::int64_t maximum) {
  TtlPolicy policy;
  policy.minimum = seconds(minimum);
  policy.default_ = seconds(default_);
  policy.maximum = seconds(maximum);
  return policy;
}

Storing judge(const Answer& answer, const TtlPolicy& policy, RequestFacts request = {}) {
  return judge_storing(request, answer.head, policy, {received, received, wall});
}

// The verdict with the time the response has from its arrival, "store 60 TTL-1".
std::string told(const Storing& storing) {
  const char* verdicts[] = {"store", "alone", "pass"};
  const auto left = std::chrono::floor<seconds>(storing.freshness.lifetime - storing.freshness.initial_age).count();
  return std::string(verdicts[storing.verdict]) +
         (storing.verdict == Storing::pass ? " " : " " + std::to_string(left) + " ") +
         std::string(storing.freshness.rule);
}
std::string told(const Answer& answer, const TtlPolicy& policy) { return told(judge(answer, policy)); }

TEST(Ttl, Ttl1MaxAgeIsClamped) {
  const Answer answer = Answer().with("Cache-Control", "max-age=100");
  EXPECT_EQ(told(answer, ttl(0, 86400, 1000)), "store 100 TTL-1");
  EXPECT_EQ(told(answer, ttl(0, 10, 50)), "store 50 TTL-1");
  EXPECT_EQ(told(answer, ttl(200, 300, 1000)), "store 200 TTL-1");
}

TEST(Ttl, Ttl2NothingUsableTakesTheDefault) {
  EXPECT_EQ(told(Answer(), ttl(0, 86400, 1000000)), "store 86400 TTL-2");
  EXPECT_EQ(told(Answer(), ttl(100, 50, 1000)), "store 100 TTL-2");
  EXPECT_EQ(told(Answer().with("Cache-Control", "public"), ttl(0, 7, 1000)), "store 7 TTL-2");
}

TEST(Ttl, Ttl2DefaultOfZeroIsNotShared) {
  EXPECT_EQ(told(Answer(), ttl(0, 0, 1000)), "pass TTL-2");
  EXPECT_EQ(told(Answer().with("ETag", "\"a\""), ttl(0, 0, 1000)), "alone 0 TTL-2");
}

TEST(Ttl, Ttl3SharedMaxAgeWins) {
  const Answer answer = Answer().with("Cache-Control", "max-age=10, s-maxage=100");
  EXPECT_EQ(told(answer, ttl(0, 86400, 1000)), "store 100 TTL-3");
  EXPECT_EQ(told(answer, ttl(0, 20, 50)), "store 50 TTL-3");
  EXPECT_EQ(told(answer, ttl(200, 300, 1000)), "store 200 TTL-3");
}

TEST(Ttl, Ttl4ExpiresIsClamped) {
  const Answer answer = Answer().dated("Date", seconds(0)).dated("Expires", seconds(100));
  EXPECT_EQ(told(answer, ttl(0, 86400, 1000)), "store 100 TTL-4");
  EXPECT_EQ(told(answer, ttl(0, 20, 50)), "store 50 TTL-4");
  EXPECT_EQ(told(answer, ttl(200, 300, 1000)), "store 200 TTL-4");
}

TEST(Ttl, Ttl5ForbiddingDirectivesAreRespectedWithoutMinimum) {
  for (const char* directive : {"no-store", "private", "no-store, max-age=60", "private, s-maxage=60"}) {
    EXPECT_EQ(told(Answer().with("Cache-Control", directive).with("ETag", "\"a\""), ttl(0, 60, 100)), "pass TTL-5")
        << directive;
  }
  EXPECT_EQ(told(Answer().with("Cache-Control", "no-cache, max-age=60"), ttl(0, 60, 100)), "pass TTL-5");
  EXPECT_EQ(told(Answer().with("Cache-Control", "no-cache").with("ETag", "\"a\""), ttl(0, 60, 100)), "alone 0 TTL-5");
}

TEST(Ttl, Ttl5TheMinimumWinsOverForbiddingDirectives) {
  for (const char* directive : {"no-store", "private", "no-cache", "no-cache, max-age=60"}) {
    EXPECT_EQ(told(Answer().with("Cache-Control", directive), ttl(30, 60, 100)), "store 30 TTL-5") << directive;
  }
}

TEST(Ttl, Ttl6MaxAgeBeatsExpires) {
  const Answer answer = Answer().with("Cache-Control", "max-age=5").dated("Expires", seconds(100));
  EXPECT_EQ(told(answer, ttl(0, 86400, 1000)), "store 5 TTL-1");
}

TEST(Ttl, Ttl7HugeValuesAreBounded) {
  const Answer answer = Answer().with("Cache-Control", "max-age=99999999999999999999");
  EXPECT_EQ(told(answer, ttl(0, 86400, 99'999'999'999'999)), "store 2147483648 TTL-1");
}

TEST(Ttl, Ttl8TheMaximumDoesNotTouchTheDefault) { EXPECT_EQ(told(Answer(), ttl(0, 100, 50)), "store 100 TTL-2"); }

TEST(Ttl, Ttl9AllZeroIsCachingOff) {
  EXPECT_EQ(told(Answer().with("Cache-Control", "max-age=60"), ttl(0, 0, 0)), "pass TTL-9");
  EXPECT_EQ(told(Answer(404), ttl(0, 0, 0)), "pass TTL-9");  // ERR-5
}

TEST(Ttl, Ttl11UnparsableExpiresHasExpired) {
  EXPECT_EQ(told(Answer().with("Expires", "0"), ttl(0, 100, 100)), "pass TTL-11");
  EXPECT_EQ(told(Answer().with("Expires", "soon").with("ETag", "\"a\""), ttl(0, 100, 100)), "alone 0 TTL-11");
  EXPECT_EQ(told(Answer().with("Expires", "0"), ttl(7, 100, 100)), "store 7 TTL-11");
}

TEST(Ttl, Ttl11AgeOfTheOriginIsSubtracted) {
  const Answer answer = Answer().with("Cache-Control", "max-age=100").with("Age", "70");
  const Storing storing = judge(answer, ttl(0, 100, 1000));
  EXPECT_EQ(told(storing), "store 30 TTL-1");
  EXPECT_EQ(age_of(storing.freshness, received + seconds(5)), seconds(75));
  EXPECT_TRUE(is_fresh(storing.freshness, received + seconds(29)));
  EXPECT_FALSE(is_fresh(storing.freshness, received + seconds(30)));
}

TEST(Ttl, Rfc9111Section42MaxAgeThatDoesNotParseIsStale) {
  EXPECT_EQ(told(Answer().with("Cache-Control", "max-age=ten"), ttl(0, 100, 100)), "pass TTL-1");
}

TEST(Ttl, Rfc9111Section423AnOldDateAgesTheResponse) {
  const Answer answer = Answer().with("Cache-Control", "max-age=100").dated("Date", seconds(-40));
  EXPECT_EQ(told(answer, ttl(0, 100, 1000)), "store 60 TTL-1");
  const Answer future = Answer().with("Cache-Control", "max-age=100").dated("Date", seconds(40));
  EXPECT_EQ(told(future, ttl(0, 100, 1000)), "store 100 TTL-1");
}

TEST(Ttl, Rfc9111Section423TheDelayOfAFetchThroughACacheCounts) {
  const Answer answer = Answer().with("Cache-Control", "max-age=100").with("Age", "10");
  const Storing storing = judge_storing({}, answer.head, ttl(0, 100, 1000), {received - seconds(4), received, wall});
  EXPECT_EQ(storing.freshness.initial_age, seconds(14));
}

TEST(Ttl, Ttl12RedirectsFollowTheSameTable) {
  for (std::uint16_t status : Statuses{301, 302, 303, 307, 308}) {
    EXPECT_EQ(told(Answer(status), ttl(0, 60, 100)), "store 60 TTL-2");
    EXPECT_EQ(told(Answer(status).with("Cache-Control", "max-age=9"), ttl(0, 60, 100)), "store 9 TTL-1");
  }
}

TEST(Ttl, Ttl14QualifiedNoCacheKeepsTheObjectAndNamesTheField) {
  const Answer answer = Answer().with("Cache-Control", "no-cache=\"Set-Cookie\", max-age=60");
  const Storing storing = judge(answer, ttl(0, 60, 100));
  EXPECT_EQ(told(storing), "store 60 TTL-1");
  EXPECT_EQ(storing.fields_withheld[0], "Set-Cookie");
}

TEST(Errors, Err1AlwaysCachedForTheMinimum) {
  for (std::uint16_t status : Statuses{404, 414, 500, 501, 502, 503, 504}) {
    EXPECT_EQ(told(Answer(status), ttl(0, 60, 100)), "store 10 ERR-4") << status;
    EXPECT_EQ(told(Answer(status).with("Cache-Control", "no-store"), ttl(0, 60, 100)), "store 10 ERR-4") << status;
  }
}

TEST(Errors, Err2OnlyWithMaxAge) {
  for (std::uint16_t status : Statuses{400, 403, 405, 412, 415}) {
    EXPECT_EQ(told(Answer(status), ttl(0, 60, 100)), "pass ERR-2") << status;
    EXPECT_EQ(told(Answer(status).dated("Expires", seconds(50)), ttl(0, 60, 100)), "pass ERR-2") << status;
    EXPECT_EQ(told(Answer(status).with("Cache-Control", "max-age=50"), ttl(0, 60, 100)), "store 50 ERR-4") << status;
    EXPECT_EQ(told(Answer(status).with("Cache-Control", "private, max-age=50"), ttl(0, 60, 100)), "pass ERR-2")
        << status;
  }
}

TEST(Errors, Err3NeverCached) {
  for (std::uint16_t status : Statuses{401, 402, 410, 416, 429, 431, 451, 505, 600}) {
    EXPECT_EQ(told(Answer(status).with("Cache-Control", "max-age=60"), ttl(0, 60, 100)), "pass ERR-3") << status;
  }
}

TEST(Errors, Err4TheLargerOfMinimumAndHeaderWhichTheMaximumCaps) {
  EXPECT_EQ(told(Answer(404).with("Cache-Control", "max-age=5"), ttl(0, 60, 100)), "store 10 ERR-4");
  EXPECT_EQ(told(Answer(404).with("Cache-Control", "s-maxage=50"), ttl(0, 60, 100)), "store 50 ERR-4");
  EXPECT_EQ(told(Answer(404).with("Cache-Control", "max-age=500"), ttl(0, 60, 100)), "store 100 ERR-4");
  EXPECT_EQ(told(Answer(404).dated("Expires", seconds(70)), ttl(0, 60, 100)), "store 70 ERR-4");
  TtlPolicy policy = ttl(0, 60, 20);
  policy.error_minimum = seconds(300);
  EXPECT_EQ(told(Answer(404).with("Cache-Control", "max-age=500"), policy), "store 300 ERR-4");
  policy.error_minimum = seconds(0);
  EXPECT_EQ(told(Answer(503), policy), "pass ERR-4");
}

TEST(Storing, Stale9S3NotImplementedWithForbiddingDirectives) {
  TtlPolicy policy = ttl(30, 60, 100);
  policy.is_s3_origin = true;
  EXPECT_EQ(told(Answer(501).with("Cache-Control", "no-cache"), policy), "pass STALE-9");
  EXPECT_EQ(told(Answer(501), policy), "store 10 ERR-4");
}

TEST(Storing, Vary3StarIsPassedWithoutMinimumAndIgnoredWithOne) {
  const Answer answer = Answer().with("Vary", "Accept, *").with("Cache-Control", "max-age=50");
  EXPECT_EQ(told(answer, ttl(0, 60, 100)), "pass VARY-3");
  EXPECT_EQ(told(answer, ttl(1, 60, 100)), "store 50 TTL-1");
}

TEST(Storing, Head2AHeadAnswerIsNoBodyForGet) {
  EXPECT_EQ(told(judge(Answer(), ttl(0, 60, 100), request_facts(http::Method::head))), "pass HEAD-2");
}

TEST(Storing, Rfc9111Section3OnlyGetAndOptionsWhereCached) {
  EXPECT_EQ(told(judge(Answer(), ttl(0, 60, 100), request_facts(http::Method::post))), "pass RFC 9111 3");
  EXPECT_EQ(told(judge(Answer(), ttl(0, 60, 100), request_facts(http::Method::options))), "pass RFC 9111 3");
  TtlPolicy policy = ttl(0, 60, 100);
  policy.is_options_cached = true;
  EXPECT_EQ(told(judge(Answer(), policy, request_facts(http::Method::options))), "store 60 TTL-2");
}

TEST(Storing, Rfc9111Section33PartialContentIsPassed) {
  EXPECT_EQ(told(Answer(206).with("Cache-Control", "max-age=60"), ttl(0, 60, 100)), "pass RFC 9111 3.3");
}

TEST(Storing, Rfc9111Section35UnkeyedAuthorizationNeedsPermission) {
  RequestFacts request;
  request.has_unkeyed_authorization = true;
  const TtlPolicy policy = ttl(0, 60, 100);
  EXPECT_EQ(told(judge(Answer().with("Cache-Control", "max-age=60"), policy, request)), "pass RFC 9111 3.5");
  EXPECT_EQ(told(judge(Answer().with("Cache-Control", "public, max-age=60"), policy, request)), "store 60 TTL-1");
  EXPECT_EQ(told(judge(Answer().with("Cache-Control", "s-maxage=60"), policy, request)), "store 60 TTL-3");
}

TEST(Stale, Stale1WhileRevalidateWindow) {
  const Answer answer = Answer().with("Cache-Control", "max-age=10, stale-while-revalidate=20");
  const Freshness freshness = judge(answer, ttl(0, 60, 1000)).freshness;
  EXPECT_TRUE(may_serve_while_revalidating(freshness, received + seconds(29)));
  EXPECT_FALSE(may_serve_while_revalidating(freshness, received + seconds(30)));
}

TEST(Stale, Stale2And3OnErrorWindow) {
  const Answer answer = Answer().with("Cache-Control", "max-age=10, stale-while-revalidate=20, stale-if-error=40");
  const Freshness freshness = judge(answer, ttl(0, 60, 1000)).freshness;
  EXPECT_TRUE(may_serve_on_error(freshness, received + seconds(29)));
  EXPECT_TRUE(may_serve_on_error(freshness, received + seconds(49)));
  EXPECT_FALSE(may_serve_on_error(freshness, received + seconds(50)));
}

TEST(Stale, Stale4WindowsAreCutAtTheMaximumTtl) {
  const Answer answer = Answer().with("Cache-Control", "max-age=10, stale-while-revalidate=900, stale-if-error=900");
  const Freshness freshness = judge(answer, ttl(0, 60, 100)).freshness;
  EXPECT_TRUE(may_serve_while_revalidating(freshness, received + seconds(109)));
  EXPECT_FALSE(may_serve_while_revalidating(freshness, received + seconds(110)));
  EXPECT_FALSE(may_serve_on_error(freshness, received + seconds(110)));
  EXPECT_TRUE(is_of_use(freshness, received + seconds(109)));
  EXPECT_FALSE(is_of_use(freshness, received + seconds(110)));
}

TEST(Stale, Stale5WithoutDirectivesTheCopyServesOnErrorsWhileItIsKept) {
  const Freshness freshness = judge(Answer().with("Cache-Control", "max-age=10"), ttl(0, 60, 100)).freshness;
  EXPECT_FALSE(may_serve_while_revalidating(freshness, received + seconds(10)));
  EXPECT_TRUE(may_serve_on_error(freshness, received + seconds(109)));
}

TEST(Stale, Stale6IfErrorZeroStopsIt) {
  const Answer answer = Answer().with("Cache-Control", "max-age=10, stale-if-error=0");
  EXPECT_FALSE(may_serve_on_error(judge(answer, ttl(0, 60, 100)).freshness, received + seconds(10)));
}

}  // namespace
}  // namespace gust::cache
