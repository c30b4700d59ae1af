// Whole nodes: custom error pages. CLOUDFRONT.md section 16.2.
#include <gtest/gtest.h>

#include "proxy/node_world_internal.h"

namespace gust::proxy {
namespace {

const std::vector<TextField> for_a_minute{{"Cache-Control", "max-age=60"}, {"ETag", "\"e\""}};

// The plain distribution with a page for 404 at /errors/404.html, which a behaviour of its own serves.
config::Distribution with_page(std::uint16_t shown = 404) {
  config::Distribution distribution = plain_distribution();
  config::Behavior pages = distribution.behaviors.front();
  pages.path_pattern = "/errors/*";
  distribution.behaviors.insert(distribution.behaviors.begin(), pages);
  distribution.error_pages[404] = {"/errors/404.html", shown};
  return distribution;
}

// The last line of the edge's log.
const observe::AccessRecord& last_line(NodeWorld& net) {
  net.world.run_for(seconds(1));
  return net.edge().access.records().back();
}

TEST(ErrorPage, Cer2TheViewerGetsThePageWithTheCodeAndNotTheError) {
  NodeWorld net({.distribution = with_page(200)});
  net.origin().add({.target = "/a", .reply = reply_text(404, {}, "raw")});
  net.origin().add({.target = "/errors/404.html", .reply = reply_text(200, for_a_minute, "page")});
  const Reply reply = net.get("/a");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.message.body, "page");
  EXPECT_EQ(field(reply, "ETag"), "\"e\"");
  EXPECT_EQ(cache_result(reply), "Error");
}

TEST(ErrorPage, Cer2ThePageComesThroughTheFirstBehaviourOfItsPath) {
  config::Distribution distribution = with_page();
  config::Origin other = distribution.origins.front();
  other.id = "o2";
  other.path = "/site";
  distribution.origins.push_back(other);
  distribution.behaviors[0].origin = 1;
  distribution.behaviors[0].viewer_protocol_policy = config::ViewerProtocolPolicy::https_only;
  NodeWorld net({.has_regional = true, .distribution = distribution});
  net.origin().add({.target = "/a", .reply = reply_text(404, {}, "raw")});
  net.origin().add({.target = "/site/errors/404.html", .reply = reply_text(200, for_a_minute, "page")});
  EXPECT_EQ(net.get("/a").message.body, "page");
}

TEST(ErrorPage, Cer3ErrorAndPageAreEachKeptForTheirOwnTime) {
  config::Distribution distribution = with_page();
  distribution.error_caching_min_ttl[404] = seconds(20);
  NodeWorld net({.distribution = distribution});
  net.serve("/a", reply_text(404, {}, "raw"));
  net.serve("/errors/404.html", reply_text(200, for_a_minute, "page"));
  for (const char* path : {"/a", "/a", "/a"}) EXPECT_EQ(net.get(path).message.body, "page");
  EXPECT_EQ(net.origin().request_count(), 2U);
  net.world.run_for(seconds(25));
  const Reply later = net.get("/a");
  EXPECT_EQ(later.message.body, "page");
  EXPECT_GE(field(later, "Age"), "25");
  EXPECT_EQ(net.origin().request_count(), 3U) << "the error is asked for again, the page is not";
}

TEST(ErrorPage, Cer3AnErrorThatIsNotCachedByItselfIsWithAPage) {
  config::Distribution distribution = with_page();
  distribution.error_pages[403] = {"/errors/404.html", 403};
  NodeWorld net({.has_regional = true, .distribution = distribution});
  net.serve("/a", reply_text(403, {}, "raw"));
  net.serve("/errors/404.html", reply_text(200, for_a_minute, "page"));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(net.get("/a").status, 403);
  EXPECT_EQ(net.origin().request_count(), 2U);
}

TEST(ErrorPage, Err7AnInvalidationOfTheRequestedUrlClearsTheError) {
  NodeWorld net({.has_regional = true, .distribution = with_page()});
  net.origin().add({.target = "/a", .reply = reply_text(404, {}, "raw")});
  net.origin().add({.target = "/a", .reply = reply_text(200, for_a_minute, "found")});
  net.serve("/errors/404.html", reply_text(200, for_a_minute, "page"));
  EXPECT_EQ(net.get("/a").message.body, "page");
  net.purge("/errors/404.html");
  EXPECT_EQ(net.get("/a").message.body, "page");
  net.purge("/a");
  EXPECT_EQ(net.get("/a").message.body, "found");
}

// The error's body comes slowly and without a length: no viewer reads it, and it is kept all the same.
TEST(ErrorPage, Err4AnErrorWhoseBodyNobodyReadsIsKept) {
  NodeWorld net({.distribution = with_page()});
  net.origin().add(
      {.target = "/a",
       .reply = "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nraw\r\n4\r\nmore\r\n0\r\n\r\n",
       .pause = milliseconds(500)});
  net.serve("/errors/404.html", reply_text(200, for_a_minute, "page"));
  EXPECT_EQ(net.get("/a").message.body, "page");
  net.world.run_for(seconds(2));
  EXPECT_EQ(net.get("/a").message.body, "page");
  EXPECT_EQ(net.origin().request_count(), 2U);
}

TEST(ErrorPage, Cer4APageThatCannotBeFetchedGivesTheStatusOfThatFetch) {
  NodeWorld net({.distribution = with_page(200)});
  net.serve("/a", reply_text(404, {}, "raw"));
  net.origin().add({.target = "/errors/404.html", .reply = reply_text(403, {}, "no page for you")});
  const Reply reply = net.get("/a");
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(reply.message.body, "no page for you");
  net.kill_origin();
  EXPECT_EQ(net.get("/a").status, 502);
  EXPECT_EQ(last_line(net).status, 502);
}

TEST(ErrorPage, Cer4APageThatIsMissingHasNoPage) {
  NodeWorld net({.distribution = with_page(200)});
  net.serve("/errors/404.html", reply_text(404, {}, "missing"));
  net.serve("/a", reply_text(404, {}, "raw"));
  for (const char* path : {"/a", "/errors/404.html"}) {
    const Reply reply = net.get(path);
    EXPECT_EQ(reply.status, 404) << path;
    EXPECT_EQ(reply.message.body, "missing") << path;
  }
}

TEST(ErrorPage, Cer5AnOriginsOwn503HasAPage) {
  config::Distribution distribution = with_page();
  distribution.error_pages[503] = {"/errors/404.html", 503};
  NodeWorld net({.distribution = distribution});
  net.serve("/a", reply_text(503, {}, "the origin's"));
  net.serve("/errors/404.html", reply_text(200, for_a_minute, "page"));
  EXPECT_EQ(net.get("/a").message.body, "page");
}

void no_page_for_want_of_room(bool has_regional) {
  config::Distribution distribution = with_page();
  distribution.error_pages[503] = {"/errors/404.html", 503};
  NodeWorld net({.edges = 2,
                 .has_regional = has_regional,
                 .distribution = distribution,
                 .pool = {.connections_per_key_max = 1, .waiting_per_key_max = 0}});
  net.serve("/errors/404.html", reply_text(200, for_a_minute, "page"));
  // The other edge: an edge that cannot have a connection to the regional cache would ask the origin itself.
  const std::size_t asked = has_regional ? 1 : 0;
  net.get("/errors/404.html", {}, asked);
  net.origin().add({.target = "/slow", .wait = seconds(5), .reply = reply_text(200, for_a_minute, "slow")});
  Visit& slow = net.begin_get("/slow");
  net.world.run_for(seconds(1));
  const Reply refused = net.get("/a", {}, asked);
  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(refused.message.body, "page");
  ASSERT_TRUE(net.run_until_over());
  EXPECT_EQ(slow.reply.message.body, "slow");
}
TEST(ErrorPage, Cer5NoneForAnEdgeWithoutRoom) { no_page_for_want_of_room(false); }
TEST(ErrorPage, Cer5NoneForARegionalCacheWithoutRoom) { no_page_for_want_of_room(true); }

TEST(ErrorPage, Cer6TheLogSaysTheCodeThatWasSentAndError) {
  NodeWorld net({.distribution = with_page(200)});
  net.serve("/a", reply_text(404, {}, "raw"));
  net.serve("/errors/404.html", reply_text(200, {{"Content-Type", "text/html"}}, "page"));
  net.get("/a");
  const observe::AccessRecord& line = last_line(net);
  EXPECT_EQ(line.status, 200);
  EXPECT_EQ(line.result, observe::ResultType::error);
  EXPECT_EQ(line.response_result, observe::ResultType::error);
  EXPECT_EQ(line.path, "/a");
  EXPECT_EQ(line.content_type, "text/html");
  EXPECT_EQ(line.content_length, 4U);
  EXPECT_EQ(net.edge().access.records().size(), 1U);
}

TEST(ErrorPage, Cer7TheStaleCopyComesBeforeThePageOfA5xxAndNotOfA4xx) {
  config::Distribution distribution = with_page();
  distribution.error_pages[500] = {"/errors/404.html", 500};
  NodeWorld net({.distribution = distribution});
  net.origin().add({.target = "/a", .reply = reply_text(200, {{"Cache-Control", "max-age=1"}}, "body")});
  net.origin().add({.target = "/a", .reply = reply_text(500, {}, "raw")});
  net.origin().add({.target = "/a", .reply = reply_text(404, {}, "raw")});
  net.serve("/errors/404.html", reply_text(200, for_a_minute, "page"));
  net.get("/a");
  net.world.run_for(seconds(5));
  EXPECT_EQ(net.get("/a").message.body, "body");
  net.world.run_for(seconds(15));
  EXPECT_EQ(net.get("/a").message.body, "page");
}

TEST(ErrorPage, ARefusalOfABehaviourHasAPageAndOneBeforeItHasNone) {
  config::Distribution distribution = with_page();
  distribution.error_pages[403] = {"/errors/403.html", 403};
  NodeWorld net({.distribution = distribution});
  net.serve("/errors/403.html", reply_text(200, for_a_minute, "forbidden"));
  EXPECT_EQ(net.ask("DELETE /a HTTP/1.1\r\nHost: d1.cdn.test\r\n\r\n").message.body, "forbidden");
  const Reply unknown = net.ask("GET /a HTTP/1.1\r\nHost: other.test\r\n\r\n");
  EXPECT_EQ(unknown.status, 403);
  EXPECT_NE(unknown.message.body, "forbidden");
}

TEST(ErrorPage, Err6AnOriginThatIsDownHasThePageOfItsCode) {
  config::Distribution distribution = with_page();
  distribution.error_pages[502] = {"/errors/502.html", 502};
  NodeWorld net({.has_regional = true, .distribution = distribution});
  net.serve("/errors/502.html", reply_text(200, for_a_minute, "back soon"));
  net.get("/errors/502.html");
  net.kill_origin();
  for (int i = 0; i < 2; ++i) {
    const Reply reply = net.get("/a");
    EXPECT_EQ(reply.status, 502);
    EXPECT_EQ(reply.message.body, "back soon");
  }
}

TEST(ErrorPage, RangesAndConditionsOfTheRequestAreNotThoseOfThePage) {
  NodeWorld net({.distribution = with_page(200)});
  net.serve("/a", reply_text(404, {}, "raw"));
  net.origin().add({.target = "/errors/404.html",
                    .absent_fields = {"Range", "If-None-Match"},
                    .reply = reply_text(200, for_a_minute, "page")});
  for (int i = 0; i < 2; ++i) {
    const Reply reply = net.get("/a", {{"Range", "bytes=0-1"}, {"If-None-Match", "\"e\""}});
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.message.body, "page");
  }
}

TEST(ErrorPage, Range7A416HasAPageTooFromTheOriginAndFromWhatIsStored) {
  config::Distribution distribution = with_page();
  distribution.error_pages[416] = {"/errors/416.html", 416};
  NodeWorld net({.distribution = distribution});
  net.serve("/a", reply_text(200, for_a_minute, "0123456789"));
  net.serve("/errors/416.html", reply_text(200, for_a_minute, "beyond the end"));
  net.get("/a");
  const Reply reply = net.get("/a", {{"Range", "bytes=99-"}});
  EXPECT_EQ(reply.status, 416);
  EXPECT_EQ(reply.message.body, "beyond the end");
}

TEST(ErrorPage, AHeadGetsTheHeadOfThePage) {
  NodeWorld net({.distribution = with_page()});
  net.serve("/a", reply_text(404, {}, "raw"));
  net.serve("/errors/404.html", reply_text(200, for_a_minute, "the page"));
  net.get("/a");
  const Reply reply = net.head("/a");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(field(reply, "Content-Length"), "8");
  EXPECT_EQ(reply.message.body, "");
}

TEST(ErrorPage, AFailedPostGetsThePageByAGetWithoutItsBody) {
  config::Distribution distribution = with_page();
  for (config::Behavior& behavior : distribution.behaviors) behavior.allowed_methods = 127;
  NodeWorld net({.distribution = distribution});
  net.origin().add({.method = "POST", .target = "/a", .reply = reply_text(404, {}, "raw")});
  net.origin().add({.target = "/errors/404.html",
                    .absent_fields = {"Content-Length", "Content-Type", "Transfer-Encoding"},
                    .reply = reply_text(200, for_a_minute, "page")});
  const std::string post =
      "POST /a HTTP/1.1\r\nHost: d1.cdn.test\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nbody";
  EXPECT_EQ(net.ask(post).message.body, "page");
}

TEST(ErrorPage, AnErrorWithoutAPageGoesOutAsItIs) {
  NodeWorld net({.distribution = with_page()});
  net.serve("/a", reply_text(500, {}, "raw"));
  EXPECT_EQ(net.get("/a").message.body, "raw");
}

TEST(ErrorPage, AnOriginsOwnPagesComeBeforeTheDistributions) {
  config::Distribution distribution = with_page(200);
  config::Origin api = distribution.origins.front();
  api.id = "api";
  api.error_pages[404] = {};  // none
  api.error_pages[500] = {"/errors/api.json", 500};
  distribution.origins.push_back(api);
  config::Behavior behavior = distribution.behaviors.back();
  behavior.path_pattern = "/api/*";
  behavior.origin = 1;
  distribution.behaviors.insert(distribution.behaviors.begin(), behavior);
  NodeWorld net({.distribution = distribution});
  net.serve("/a", reply_text(404, {}, "raw"));
  net.serve("/api/a", reply_text(404, {}, "raw"));
  net.serve("/api/b", reply_text(500, {}, "raw"));
  net.serve("/errors/404.html", reply_text(200, for_a_minute, "page"));
  net.serve("/errors/api.json", reply_text(200, for_a_minute, "{}"));
  EXPECT_EQ(net.get("/a").message.body, "page");
  EXPECT_EQ(net.get("/api/a").message.body, "raw");
  EXPECT_EQ(net.get("/api/a").status, 404);
  EXPECT_EQ(net.get("/api/b").message.body, "{}");
}

TEST(ErrorPage, ManyWhoMissTogetherAskForErrorAndPageOnce) {
  NodeWorld net({.edges = 2, .has_regional = true, .distribution = with_page()});
  net.origin().add({.target = "/a", .wait = milliseconds(50), .reply = reply_text(404, {}, "raw")});
  net.origin().add(
      {.target = "/errors/404.html", .wait = milliseconds(50), .reply = reply_text(200, for_a_minute, "page")});
  std::vector<Visit*> visits;
  for (std::size_t i = 0; i < 20; ++i) visits.push_back(&net.begin_get("/a", {}, i % 2));
  ASSERT_TRUE(net.run_until_over());
  for (const Visit* visit : visits) EXPECT_EQ(visit->reply.message.body, "page");
  EXPECT_EQ(net.origin().request_count(), 2U);
}

}  // namespace
}  // namespace gust::proxy
