// Whole nodes in a behaviour of the rfc9111 profile, through an edge and through both tiers.
#include <gtest/gtest.h>

#include "base/date.h"
#include "proxy/node_world_internal.h"

namespace gust::proxy {
namespace {

// All is forwarded, nothing but the path is in the key, and errors are not cached by the distribution.
config::Distribution by_the_letter() {
  config::Distribution distribution = plain_distribution();
  config::Behavior& behavior = distribution.behaviors.front();
  behavior.cache.profile = config::Profile::rfc9111;
  behavior.cache.min_ttl = behavior.cache.default_ttl = Duration::zero();
  behavior.origin_request.headers.mode = config::Selection::Mode::all;
  behavior.origin_request.cookies.mode = config::Selection::Mode::all;
  behavior.allowed_methods = 127;
  for (int status : {400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504}) {
    distribution.error_caching_min_ttl[status] = Duration::zero();
  }
  return distribution;
}

class Rfc9111Node : public testing::TestWithParam<bool> {
 protected:
  Rfc9111Node() : net({.has_regional = GetParam(), .distribution = by_the_letter()}) {}

  void answer(const std::vector<TextField>& wanted, const std::vector<TextField>& fields, std::string_view body,
              std::string_view target = "/a") {
    net.origin().add({.target = std::string(target), .fields = wanted, .reply = reply_text(200, fields, body)});
  }
  std::string body(const std::vector<TextField>& fields = {}, std::string_view target = "/a") {
    return net.get(target, fields).message.body;
  }
  std::uint64_t asked() { return net.origin().request_count(); }
  Reply send(std::string_view method, std::string_view target, std::string_view more = "Content-Length: 0\r\n") {
    return net.ask(std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: d1.cdn.test\r\n" +
                   std::string(more) + "\r\n");
  }

  NodeWorld net;
};
INSTANTIATE_TEST_SUITE_P(Tiers, Rfc9111Node, testing::Bool());

const TextField fresh{"Cache-Control", "max-age=600"};

TEST_P(Rfc9111Node, Section4Point1VariantsAreTheirOwn) {
  answer({{"Foo", "1"}}, {fresh, {"Vary", "Foo"}}, "one");
  answer({{"Foo", "2"}}, {fresh, {"Vary", "Foo"}}, "two");
  EXPECT_EQ(body({{"Foo", "1"}}), "one");
  EXPECT_EQ(body({{"Foo", "2"}}), "two");
  const Reply again = net.get("/a", {{"Foo", "1"}});
  EXPECT_EQ(again.message.body, "one");
  EXPECT_EQ(cache_result(again), "Hit");
  EXPECT_EQ(field(again, "Vary"), "Foo");
  EXPECT_EQ(body({{"Foo", "2"}, {"Other", "x"}}), "two");
  EXPECT_EQ(asked(), 2U);
}

TEST_P(Rfc9111Node, Section4Point1AStarIsNeverReused) {
  answer({}, {fresh, {"Vary", "*"}}, "one");
  answer({}, {fresh, {"Vary", "*"}}, "two");
  EXPECT_EQ(body(), "one");
  EXPECT_EQ(body(), "two");
}

TEST_P(Rfc9111Node, Section4Point1AVariantIsRevalidatedByItsOwnValidator) {
  answer({{"Foo", "1"}}, {{"Cache-Control", "max-age=1"}, {"Vary", "Foo"}, {"ETag", "\"1\""}}, "one");
  answer({{"Foo", "2"}}, {{"Cache-Control", "max-age=1"}, {"Vary", "Foo"}, {"ETag", "\"2\""}}, "two");
  body({{"Foo", "1"}});
  body({{"Foo", "2"}});
  net.world.run_for(seconds(3));
  net.origin().add({.target = "/a",
                    .fields = {{"Foo", "1"}, {"If-None-Match", "\"1\""}},
                    .reply = "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\nCache-Control: max-age=60\r\n\r\n"});
  EXPECT_EQ(body({{"Foo", "1"}}), "one");
  EXPECT_EQ(body({{"Foo", "1"}}), "one");
  EXPECT_EQ(asked(), 3U);
}

TEST_P(Rfc9111Node, Coll1AWaiterOfAnotherVariantAsksForItsOwn) {
  net.origin().add({.target = "/a",
                    .fields = {{"Foo", "1"}},
                    .wait = seconds(1),
                    .reply = reply_text(200, {fresh, {"Vary", "Foo"}}, "one")});
  answer({{"Foo", "2"}}, {fresh, {"Vary", "Foo"}}, "two");
  Visit& first = net.begin_get("/a", {{"Foo", "1"}});
  net.world.run_for(milliseconds(200));
  Visit& same = net.begin_get("/a", {{"Foo", "1"}});
  Visit& other = net.begin_get("/a", {{"Foo", "2"}});
  ASSERT_TRUE(net.run_until_over());
  EXPECT_EQ(first.reply.message.body, "one");
  EXPECT_EQ(same.reply.message.body, "one");
  EXPECT_EQ(other.reply.message.body, "two");
  EXPECT_EQ(asked(), 2U);
}

TEST_P(Rfc9111Node, Inv5APurgeReachesAllVariants) {
  answer({{"Foo", "1"}}, {fresh, {"Vary", "Foo"}}, "one");
  answer({{"Foo", "1"}}, {fresh, {"Vary", "Foo"}}, "new");
  body({{"Foo", "1"}});
  net.purge("/a");
  EXPECT_EQ(body({{"Foo", "1"}}), "new");
}

TEST_P(Rfc9111Node, Section4Point3Point4A304ForAnotherTagIsAskedAnew) {
  answer({}, {{"Cache-Control", "max-age=1"}, {"ETag", "\"1\""}}, "old");
  body();
  net.world.run_for(seconds(3));
  net.origin().add({.target = "/a",
                    .present_fields = {"If-None-Match"},
                    .reply = "HTTP/1.1 304 Not Modified\r\nETag: \"2\"\r\nCache-Control: max-age=60\r\n\r\n"});
  net.origin().add({.target = "/a",
                    .absent_fields = {"If-None-Match"},
                    .reply = reply_text(200, {fresh, {"ETag", "\"2\""}}, "new")});
  EXPECT_EQ(body(), "new");
}

TEST_P(Rfc9111Node, Section4Point3Point2ConditionsAreAnsweredThoughCookiesGoOn) {
  answer({}, {fresh, {"ETag", "\"1\""}}, "one");
  body();
  EXPECT_EQ(net.get("/a", {{"If-None-Match", "\"1\""}}).status, 304);
  EXPECT_EQ(net.get("/a", {{"If-Match", "\"2\""}}).status, 200) << "that is for the origin";
}

TEST_P(Rfc9111Node, Section4Point3Point5HeadFreshensWhatItDescribes) {
  answer({}, {{"Cache-Control", "max-age=1"}, {"ETag", "\"1\""}, {"X-A", "old"}}, "one");
  body();
  net.world.run_for(seconds(3));
  net.origin().add({.method = "HEAD",
                    .target = "/a",
                    .reply = "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: 3\r\nX-A: new\r\n"
                             "Cache-Control: max-age=600\r\n\r\n"});
  net.head("/a");
  const Reply reply = net.get("/a");
  EXPECT_EQ(reply.message.body, "one");
  EXPECT_EQ(field(reply, "X-A"), "new");
  EXPECT_EQ(asked(), 2U);
}

TEST_P(Rfc9111Node, Section4Point3Point5HeadInvalidatesWhatItDoesNotDescribe) {
  answer({}, {{"Cache-Control", "max-age=1"}, {"ETag", "\"1\""}}, "one");
  body();
  net.world.run_for(seconds(3));
  net.origin().add(
      {.method = "HEAD", .target = "/a", .reply = "HTTP/1.1 200 OK\r\nETag: \"2\"\r\nContent-Length: 3\r\n\r\n"});
  net.head("/a");
  net.origin().add({.target = "/a", .absent_fields = {"If-None-Match"}, .reply = reply_text(200, {fresh}, "two")});
  EXPECT_EQ(body(), "two");
}

TEST_P(Rfc9111Node, Section4Point4UnsafeMethodsInvalidateThroughAllTiers) {
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "M-SEARCH"}) {
    for (const char* target : {"/a", "/location", "/dir/content"}) answer({}, {fresh}, "old", target);
    for (const char* target : {"/a", "/location", "/dir/content"}) EXPECT_EQ(body({}, target), "old") << method;
    net.origin().add(
        {.method = method,
         .target = "/a",
         .reply = reply_text(200, {{"Location", "location"}, {"Content-Location", "http://d1.cdn.test/dir/content"}},
                             "done")});
    EXPECT_EQ(send(method, "/a").status, 200) << method;
    for (const char* target : {"/a", "/location", "/dir/content"}) answer({}, {fresh}, "new", target);
    for (const char* target : {"/a", "/location", "/dir/content"}) EXPECT_EQ(body({}, target), "new") << method;
    net.purge("/*");
  }
}

TEST_P(Rfc9111Node, Section4Point4AnAnswerToARangeFromBeforeAnUnsafeMethodIsNotStored) {
  net.origin().add({.target = "/a", .wait = seconds(5), .reply = reply_text(200, {fresh}, "old")});
  net.origin().add({.method = "PUT", .target = "/a", .reply = reply_text(200, {}, "done")});
  Visit& range = net.begin_get("/a", {{"Range", "bytes=0-1"}});
  net.world.run_for(seconds(1));
  EXPECT_EQ(send("PUT", "/a").status, 200);
  ASSERT_TRUE(net.run_until_over());
  EXPECT_EQ(range.reply.message.body, "old");
  answer({}, {fresh}, "new");
  EXPECT_EQ(body(), "new");
}

TEST_P(Rfc9111Node, Section4Point4AFailedOrForeignOneInvalidatesNothing) {
  answer({}, {fresh}, "old");
  answer({}, {fresh}, "old", "/b");
  body();
  body({}, "/b");
  net.origin().add({.method = "POST", .target = "/a", .reply = reply_text(500, {}, "no")});
  net.origin().add(
      {.method = "POST", .target = "/c", .reply = reply_text(200, {{"Location", "http://other.test/b"}}, "")});
  EXPECT_EQ(send("POST", "/a").status, 500);
  EXPECT_EQ(send("POST", "/c").status, 200);
  EXPECT_EQ(body(), "old");
  EXPECT_EQ(body({}, "/b"), "old");
}

TEST_P(Rfc9111Node, Rfc9110Section9Point3Point3APostThatIsItsOwnContentIsReused) {
  net.origin().add({.method = "POST",
                    .target = "/a",
                    .body = "12345",
                    .reply = reply_text(200, {fresh, {"Content-Location", "/a"}}, "posted")});
  EXPECT_EQ(send("POST", "/a", "Content-Length: 5\r\n\r\n12345").message.body, "posted");
  const Reply reply = net.get("/a");
  EXPECT_EQ(reply.message.body, "posted");
  EXPECT_EQ(cache_result(reply), "Hit");
}

TEST_P(Rfc9111Node, Section5Point2Point1RequestsMayAskForMore) {
  answer({}, {fresh, {"ETag", "\"1\""}}, "one");
  body();
  net.world.run_for(seconds(10));
  for (const char* directive : {"no-cache", "max-age=5", "min-fresh=595"}) {
    const auto before = asked();
    net.origin().add({.target = "/a",
                      .fields = {{"If-None-Match", "\"1\""}},
                      .reply = "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n"});
    EXPECT_EQ(body({{"Cache-Control", directive}}), "one");
    EXPECT_EQ(asked(), before + 1) << directive;
    net.world.run_for(seconds(10));
  }
  EXPECT_EQ(cache_result(net.get("/a", {{"Cache-Control", "max-age=60"}, {"Pragma", "no-cache"}})), "Hit");
}

TEST_P(Rfc9111Node, Section5Point2Point1MaxStaleTakesLess) {
  answer({}, {{"Cache-Control", "max-age=1"}, {"ETag", "\"1\""}}, "one");
  body();
  net.world.run_for(seconds(5));
  EXPECT_EQ(body({{"Cache-Control", "max-stale=60"}}), "one");
  EXPECT_EQ(asked(), 1U);
}

TEST_P(Rfc9111Node, Section5Point2Point1Point5NoStoreKeepsNothing) {
  answer({}, {fresh}, "one");
  answer({}, {fresh}, "two");
  EXPECT_EQ(body({{"Cache-Control", "no-store"}}), "one");
  EXPECT_EQ(body(), "two");
}

TEST_P(Rfc9111Node, Section5Point2Point1Point7OnlyIfCachedIsAnsweredFromTheCacheOr504) {
  EXPECT_EQ(net.get("/a", {{"Cache-Control", "only-if-cached"}}).status, 504);
  EXPECT_EQ(asked(), 0U);
  answer({}, {fresh}, "one");
  body();
  EXPECT_EQ(body({{"Cache-Control", "only-if-cached"}}), "one");
}

TEST_P(Rfc9111Node, Section5Point2Point2Point2MustRevalidateIsNotServedStale) {
  answer({}, {{"Cache-Control", "max-age=1, must-revalidate"}}, "one");
  answer({}, {{"Cache-Control", "max-age=1"}}, "two", "/b");
  body();
  body({}, "/b");
  net.world.run_for(seconds(3));
  net.origin().add({.target = "/a", .reply = reply_text(503, {}, "down")});
  net.origin().add({.target = "/b", .reply = reply_text(503, {}, "down")});
  EXPECT_EQ(net.get("/a").status, 503);
  EXPECT_EQ(body({}, "/b"), "two");
}

TEST_P(Rfc9111Node, Section7Point3SetCookieIsStoredAsItCame) {
  config::Distribution distribution = by_the_letter();
  distribution.behaviors.front().origin_request.cookies.mode = config::Selection::Mode::none;
  net.install(distribution);
  answer({}, {fresh, {"Set-Cookie", "a=b"}}, "one");
  body();
  EXPECT_EQ(field(net.get("/a"), "Set-Cookie"), "a=b");
}

TEST_P(Rfc9111Node, Rfc9110Section15Point2InterimResponsesGoToTheViewerWhoAsked) {
  net.origin().add({.target = "/a",
                    .reply = "HTTP/1.1 103 Early Hints\r\nLink: </s.css>\r\nGust-Result: x\r\nConnection: X-A\r\n"
                             "X-A: 1\r\n\r\n" +
                             reply_text(200, {fresh}, "one")});
  const Reply first = net.get("/a");
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(field(first, "Link"), "");
  ASSERT_EQ(first.interim_count, 1);
  EXPECT_EQ(first.interim.start_line, "HTTP/1.1 103 Early Hints");
  EXPECT_EQ(count_of(first.interim, "Link"), 1U);
  EXPECT_EQ(count_of(first.interim, "X-A"), 0U);
  EXPECT_EQ(count_of(first.interim, "Gust-Result"), 0U);
  const Reply second = net.get("/a");
  EXPECT_EQ(second.interim_count, 0);
  EXPECT_EQ(cache_result(second), "Hit");
}

TEST_P(Rfc9111Node, Rfc9213CdnCacheControlCountsAndIsPassedOn) {
  answer({}, {{"CDN-Cache-Control", "max-age=600"}, {"Cache-Control", "no-store"}}, "one");
  body();
  const Reply reply = net.get("/a");
  EXPECT_EQ(cache_result(reply), "Hit");
  EXPECT_EQ(field(reply, "CDN-Cache-Control"), "max-age=600");
  EXPECT_EQ(field(reply, "Cache-Control"), "no-store");
}

TEST_P(Rfc9111Node, Rfc9110Section16Point1MethodsThatNobodyNamedPassWhereAllDo) {
  net.origin().add({.method = "BREW", .target = "/a", .reply = reply_text(200, {}, "tea")});
  EXPECT_EQ(send("BREW", "/a").message.body, "tea");
  config::Distribution distribution = by_the_letter();
  distribution.behaviors.front().allowed_methods = config::method_get | config::method_head;
  net.install(distribution);
  EXPECT_EQ(send("BREW", "/a").status, 403);
}

TEST(CloudfrontNode, Ohdr7ARequestsCacheControlForcesNothing) {
  NodeWorld net;
  net.origin().add({.target = "/a", .reply = reply_text(200, {fresh}, "one")});
  net.get("/a");
  for (const char* directive : {"no-cache", "no-store", "max-age=0", "only-if-cached"}) {
    EXPECT_EQ(cache_result(net.get("/a", {{"Cache-Control", directive}})), "Hit") << directive;
  }
}

TEST(CloudfrontNode, Vary1OnlyTheKeySelects) {
  NodeWorld net;
  net.origin().add({.target = "/a", .reply = reply_text(200, {fresh, {"Vary", "Foo"}}, "one")});
  net.get("/a", {{"Foo", "1"}});
  EXPECT_EQ(net.get("/a", {{"Foo", "2"}}).message.body, "one");
}

TEST(CloudfrontNode, Meth4UnsafeMethodsGoPastTheCaches) {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors.front().allowed_methods = 127;
  NodeWorld net({.has_regional = true, .distribution = distribution});
  net.origin().add({.target = "/a", .reply = reply_text(200, {fresh}, "one")});
  net.get("/a");
  net.origin().add({.method = "POST", .target = "/a", .reply = reply_text(200, {}, "done")});
  net.ask("POST /a HTTP/1.1\r\nHost: d1.cdn.test\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(net.get("/a").message.body, "one");
}

}  // namespace
}  // namespace gust::proxy
