#include "proxy/routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proxy/route_test_internal.h"

namespace gust::proxy {
namespace {

using config::Selection;
using testing::ElementsAre;

// Which of the viewer's names a, b, c, d a selection lets through.
std::string chosen(const Selection& selection) {
  std::string names;
  for (const char name : {'a', 'b', 'c', 'd'}) {
    const bool is_listed = std::ranges::find(selection.names, std::string(1, name)) != selection.names.end();
    const bool is_in = selection.mode == Mode::all || (selection.mode == Mode::listed && is_listed) ||
                       (selection.mode == Mode::all_except && !is_listed);
    if (is_in) names += name;
  }
  return names;
}

const Selection nothing{};
const Selection c_or_d = {.mode = Mode::listed, .names = {"a", "b"}};        // C of the table
const Selection except_d = {.mode = Mode::all_except, .names = {"a", "b"}};  // D
const Selection allow_o = {.mode = Mode::listed, .names = {"b", "c"}};       // O
const Selection except_b = {.mode = Mode::all_except, .names = {"b", "c"}};  // B

std::vector<std::string> row(const Selection& cache) {
  std::vector<std::string> cells;
  for (const Selection& origin_request : {nothing, all(), allow_o, except_b}) {
    cells.push_back(chosen(combine(cache, origin_request)));
  }
  return cells;
}

TEST(Combine, Section63CacheNone) { EXPECT_THAT(row(nothing), ElementsAre("", "abcd", "bc", "ad")); }
TEST(Combine, Section63CacheAll) { EXPECT_THAT(row(all()), ElementsAre("abcd", "abcd", "abcd", "abcd")); }
// The last cell: C plus (V minus B), the cache policy wins over the block list.
TEST(Combine, Section63CacheAllowList) { EXPECT_THAT(row(c_or_d), ElementsAre("ab", "abcd", "abc", "abd")); }
// (V minus D) plus O; V minus D minus B.
TEST(Combine, Section63CacheBlockList) { EXPECT_THAT(row(except_d), ElementsAre("cd", "abcd", "bcd", "d")); }

TEST(Routes, Path1FirstMatchInOrderWinsAndTheDefaultIsLast) {
  config::Distribution distribution = plain_distribution();
  const config::Behavior last = distribution.behaviors.front();
  distribution.behaviors.clear();
  for (const char* pattern : {"/images/*.jpg", "images/*", "/a?c", "*"}) {
    distribution.behaviors.push_back(last);
    distribution.behaviors.back().path_pattern = pattern;
  }
  const RoutesRef routes = make_routes(distribution);
  const config::Distribution& compiled = *routes->find_by_id("E1");
  const auto index = [&](ByteView path) { return routes->match(compiled, path).index; };
  EXPECT_EQ(index("/images/deep/a.jpg"), 0U);
  EXPECT_EQ(index("/images/a.png"), 1U);  // PATH-2: the leading slash is optional
  EXPECT_EQ(index("/abc"), 2U);
  EXPECT_EQ(index("/ac"), 3U);              // PATH-3: `?` is exactly one
  EXPECT_EQ(index("/IMAGES/a.jpg"), 3U);    // PATH-4
  EXPECT_EQ(index("/%69mages/a.jpg"), 3U);  // PATH-6: nothing is decoded
  EXPECT_EQ(index("*"), 3U);                // of OPTIONS
}

TEST(Routes, Ord1AnotherTiersChoiceIsKeptThoughThePathNoLongerMatches) {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors.insert(distribution.behaviors.begin(), distribution.behaviors.front());
  distribution.behaviors.front().path_pattern = "/";
  const RoutesRef routes = make_routes(distribution);
  const config::Distribution& compiled = *routes->find_by_id("E1");
  EXPECT_EQ(routes->find(compiled, "/", "/index.html").index, 0U);
  EXPECT_EQ(routes->find(compiled, "*", "/").index, 1U);
  // The other tier has another Snapshot, and names a behaviour that is not here.
  EXPECT_EQ(routes->find(compiled, "/gone/*", "/").index, 0U);
}

TEST(Routes, EachDistributionHasItsOwn) {
  config::Distribution first = plain_distribution();
  config::Distribution second = plain_distribution();
  second.id = "E2";
  second.domain_name = "d2.cdn.test";
  second.origins.front().domain_name = "other.test";
  const auto snapshot = std::make_shared<const config::Snapshot>(7, std::vector{first, second});
  RouteCache cache;
  const Routes routes(snapshot, {}, {}, cache);
  EXPECT_EQ(routes.revision(), 7U);
  EXPECT_EQ(routes.match(*routes.find_distribution("D2.CDN.TEST"), "/").target.host, "other.test");
  EXPECT_EQ(routes.match(*routes.find_distribution("d1.cdn.test"), "/").target.host, "origin.test");
  EXPECT_EQ(routes.match(*routes.find_distribution("d2.cdn.test"), "/").target.tenant, "E2");
  EXPECT_EQ(routes.find_distribution("d3.cdn.test"), nullptr);
}

TEST(Routes, WhatHasNotChangedIsMadeOnce) {
  const auto first = std::make_shared<const config::Distribution>(plain_distribution());
  const auto second = std::make_shared<const config::Distribution>(plain_distribution());
  const auto changed = std::make_shared<const config::Distribution>(plain_distribution());
  const auto snapshot_of = [](std::vector<config::DistributionRef> refs) {
    return std::make_shared<const config::Snapshot>(1, std::move(refs));
  };
  RouteCache cache;
  std::optional<Routes> before;
  before.emplace(snapshot_of({first, second}), BucketHosting{}, OriginKeys{}, cache);
  const Routes after(snapshot_of({first, changed}), {}, {}, cache);
  const Routes of_other_core(snapshot_of({first, changed}), {}, {}, cache);
  EXPECT_EQ(&after.match(*first, "/"), &before->match(*first, "/"));
  EXPECT_EQ(&after.match(*changed, "/"), &of_other_core.match(*changed, "/"));
  EXPECT_EQ(after.match(*changed, "/").distribution, changed.get());
  before.reset();
  cache.tidy();
  EXPECT_EQ(after.match(*first, "/").distribution, first.get());
}

TEST(Routes, ManyDistributionsAreFoundEach) {
  std::vector<config::DistributionRef> refs;
  for (int i = 0; i < 1000; ++i) {
    config::Distribution distribution = plain_distribution();
    distribution.id = std::to_string(i);
    refs.push_back(std::make_shared<const config::Distribution>(std::move(distribution)));
  }
  RouteCache cache;
  const Routes routes(std::make_shared<const config::Snapshot>(1, refs), {}, {}, cache);
  for (const config::DistributionRef& ref : refs) EXPECT_EQ(routes.match(*ref, "/a").distribution, ref.get());
}

TEST(Routes, Orp4TheOriginsOwnHostUnlessTheViewersIsForwarded) {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors.front().origin_request.headers = all_except({"host"});
  EXPECT_EQ(default_route(*make_routes(distribution)).target.host_header, "origin.test");
  distribution.origins.front().port = 8080;
  EXPECT_EQ(default_route(*make_routes(distribution)).target.host_header, "origin.test:8080");
  distribution.behaviors.front().origin_request.headers = all();
  EXPECT_EQ(default_route(*make_routes(distribution)).target.host_header, "");
}

TEST(Routes, Key9ABucketIsNeverSentTheViewersHost) {
  config::Distribution distribution = plain_distribution();
  distribution.origins.front().kind = config::Origin::Kind::bucket;
  distribution.origins.front().domain_name = "pics.s3.amazonaws.com";
  distribution.origins.front().bucket = "pics";
  distribution.behaviors.front().origin_request.headers = all();
  BucketHosting hosting;
  hosting.endpoints = {*rt::read_address("127.0.0.1", 9000)};
  const RoutesRef routes = make_routes(distribution, hosting);
  const Route& route = default_route(*routes);
  EXPECT_EQ(route.target.host_header, "pics.s3.amazonaws.com");
  ASSERT_TRUE(route.bucket_target);
  EXPECT_EQ(route.bucket_target->host_header, "pics.s3.amazonaws.com");
  EXPECT_EQ(route.bucket_target->trusted_endpoints, hosting.endpoints);
  EXPECT_TRUE(route.target.trusted_endpoints.empty());
  EXPECT_FALSE(default_route(*make_routes(distribution)).bucket_target) << "no store of our own";
}

TEST(Routes, Key11AllHeadersInTheKeyTurnCachingOff) {
  config::Distribution distribution = plain_distribution();
  EXPECT_TRUE(default_route(*make_routes(distribution)).caches);
  distribution.behaviors.front().cache.headers = all();
  const RoutesRef routes = make_routes(distribution);
  EXPECT_FALSE(default_route(*routes).caches);
  EXPECT_FALSE(default_route(*routes).collapses);
  distribution.behaviors.front().cache.headers = {};
  distribution.behaviors.front().origin_request.headers = all();
  EXPECT_TRUE(default_route(*make_routes(distribution)).caches) << "an origin request policy turns nothing off";
}

TEST(Routes, Ttl9NoCachingWhereAllTtlsAreZero) {
  config::Distribution distribution = plain_distribution();
  disable_caching(distribution.behaviors.front());
  EXPECT_FALSE(default_route(*make_routes(distribution)).caches);
  distribution.behaviors.front().cache.max_ttl = std::chrono::seconds(1);
  EXPECT_TRUE(default_route(*make_routes(distribution)).caches);
}

TEST(Routes, Coll2NoCollapsingWhereCookiesAreForwarded) {
  config::Distribution distribution = plain_distribution();
  EXPECT_TRUE(default_route(*make_routes(distribution)).collapses);
  distribution.behaviors.front().cache.cookies = listed({"session"});
  EXPECT_FALSE(default_route(*make_routes(distribution)).collapses);
  distribution.behaviors.front().cache.cookies = {};
  distribution.behaviors.front().origin_request.cookies = all();
  const RoutesRef routes = make_routes(distribution);
  EXPECT_FALSE(default_route(*routes).collapses);
  EXPECT_TRUE(default_route(*routes).forwards_cookies);
  EXPECT_TRUE(default_route(*routes).caches);
}

TEST(Routes, Err4TheErrorCachingMinimumIsTenSecondsUnlessSet) {
  config::Distribution distribution = plain_distribution();
  distribution.error_caching_min_ttl[404] = std::chrono::seconds(0);
  distribution.error_caching_min_ttl[503] = std::chrono::minutes(5);
  const RoutesRef routes = make_routes(distribution);
  const Route& route = default_route(*routes);
  EXPECT_EQ(route.error_caching_min_ttl(404), std::chrono::seconds(0));
  EXPECT_EQ(route.error_caching_min_ttl(503), std::chrono::minutes(5));
  EXPECT_EQ(route.error_caching_min_ttl(500), std::chrono::seconds(10));
}

TEST(Routes, Key3WhatIsInTheKeyIsSentToo) {
  config::Distribution distribution = plain_distribution();
  config::Behavior& behavior = distribution.behaviors.front();
  behavior.cache.headers = listed({"x-key"});
  behavior.cache.query = listed({"page"});
  behavior.origin_request.headers = listed({"x-more"});
  const RoutesRef routes = make_routes(distribution);
  const Route& route = default_route(*routes);
  EXPECT_TRUE(route.sends_header("X-Key"));
  EXPECT_TRUE(route.sends_header("X-More"));
  EXPECT_FALSE(route.sends_header("X-Other"));
  EXPECT_TRUE(route.key.has_header("x-key"));
  EXPECT_FALSE(route.key.has_header("x-more"));
  EXPECT_TRUE(route.query.selects("page"));
  EXPECT_FALSE(route.query.selects("Page"));  // KEY-6
}

TEST(Routes, Key8WildcardsInNamesOfLegacyCookies) {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors.front().cache.cookies = {.mode = Mode::listed, .names = {"id_*"}, .patterns = true};
  const RoutesRef routes = make_routes(distribution);
  EXPECT_TRUE(default_route(*routes).cookies.selects("id_7"));
  EXPECT_FALSE(default_route(*routes).cookies.selects("id-7"));
}

TEST(Routes, Orig4To8TheOriginsTimesAndAttempts) {
  config::Distribution distribution = plain_distribution();
  config::Origin& origin = distribution.origins.front();
  origin.path = "/production";
  origin.connection_attempts = 2;
  origin.connection_timeout = std::chrono::seconds(4);
  origin.read_timeout = std::chrono::seconds(61);
  origin.keepalive_timeout = std::chrono::seconds(7);
  origin.response_completion_timeout = std::chrono::seconds(90);
  origin.custom_headers = {{"X-Secret", "s"}};
  const RoutesRef routes = make_routes(distribution);
  const origin::OriginTarget& target = default_route(*routes).target;
  EXPECT_EQ(target.path, "/production");
  EXPECT_EQ(target.attempts, 2);
  EXPECT_EQ(target.connect_timeout, std::chrono::seconds(4));
  EXPECT_EQ(target.read_timeout, std::chrono::seconds(61));
  EXPECT_EQ(target.keepalive_timeout, std::chrono::seconds(7));
  EXPECT_EQ(target.completion_timeout, std::chrono::seconds(90));
  ASSERT_EQ(target.custom_headers.size(), 1U);
  EXPECT_EQ(target.custom_headers.front().name, "X-Secret");
}

}  // namespace
}  // namespace gust::proxy
