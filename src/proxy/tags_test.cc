// Whole nodes: tags and purges by tag. CLOUDFRONT.md section 19.
#include <gtest/gtest.h>

#include "proxy/node_world_internal.h"

namespace gust::proxy {
namespace {

config::Distribution with_tags() {
  config::Distribution distribution = plain_distribution();
  distribution.cache_tag_header = "cache-tag";
  return distribution;
}

std::string tagged(std::string_view body, std::string_view tags) {
  return reply_text(200, {{"Cache-Control", "max-age=60"}, {"ETag", "\"e\""}, {"Cache-Tag", std::string(tags)}}, body);
}

TEST(Tags, Tag1And3APurgeByTagReachesAllThatHasItAtBothTiers) {
  NodeWorld net({.edges = 2, .has_regional = true, .distribution = with_tags()});
  net.serve("/tv", tagged("tv", "product, product:tv"));
  net.serve("/radio", tagged("radio", "Product"));
  net.serve("/news", tagged("news", "news"));
  for (const char* path : {"/tv", "/radio", "/news"}) {
    net.get(path, {}, 0);
    net.get(path, {}, 1);
  }
  EXPECT_EQ(net.origin().request_count(), 3U);
  net.purge("#product");
  for (std::size_t edge : {0U, 1U}) {
    EXPECT_EQ(cache_result(net.get("/news", {}, edge)), "Hit");
    EXPECT_NE(cache_result(net.get("/tv", {}, edge)), "Error");
    net.get("/radio", {}, edge);
  }
  EXPECT_EQ(net.origin().request_count(), 5U);
}

TEST(Tags, Tag3WithoutTheSettingTheHeaderIsIgnored) {
  NodeWorld net({.has_regional = true});
  net.serve("/a", tagged("a", "x"));
  net.get("/a");
  net.purge("#x");
  EXPECT_EQ(cache_result(net.get("/a")), "Hit");
}

TEST(Tags, Tag4AHeaderThatWasRenamedDoesNotTagAnew) {
  config::Distribution distribution = with_tags();
  NodeWorld net({.edges = 2, .has_regional = true, .distribution = distribution});
  net.serve("/a", reply_text(200, {{"Cache-Control", "max-age=60"}, {"Cache-Tag", "x"}, {"X-Tag", "y"}}, "a"));
  net.get("/a", {}, 0);
  distribution.cache_tag_header = "x-tag";
  net.install(distribution);
  net.get("/a", {}, 1);  // from what the regional cache kept under the old name
  net.purge("#y");
  EXPECT_EQ(cache_result(net.get("/a", {}, 0)), "Hit");
  EXPECT_EQ(cache_result(net.get("/a", {}, 1)), "Hit");
  net.purge("#x");
  EXPECT_EQ(cache_result(net.get("/a", {}, 0)), "Miss");
  EXPECT_EQ(cache_result(net.get("/a", {}, 1)), "Hit") << "from the regional cache, which has it anew";
  EXPECT_EQ(net.origin().request_count(), 2U);
}

TEST(Tags, Tag5TheHeaderGoesOnToViewersAndOurOwnDoesNot) {
  NodeWorld net({.has_regional = true, .distribution = with_tags()});
  net.serve("/a", tagged("a", "x"));
  for (int i = 0; i < 2; ++i) {
    const Reply reply = net.get("/a");
    EXPECT_EQ(field(reply, "Cache-Tag"), "x");
    EXPECT_EQ(field(reply, "Gust-Tags"), "");
  }
}

TEST(Tags, AnOriginCannotGiveTagsInOurOwnField) {
  NodeWorld net({.distribution = with_tags()});
  net.serve("/a", reply_text(200, {{"Cache-Control", "max-age=60"}, {"Gust-Tags", "0000000000000000"}}, "a"));
  const Reply reply = net.get("/a");
  EXPECT_EQ(field(reply, "Gust-Tags"), "");
  EXPECT_EQ(reply.message.body, "a");
}

TEST(Tags, AnOriginsOwnHeaderComesBeforeTheDistributions) {
  config::Distribution distribution = with_tags();
  distribution.origins.front().cache_tag_header = "x-tag";
  NodeWorld net({.distribution = distribution});
  net.serve("/a", reply_text(200, {{"Cache-Control", "max-age=60"}, {"Cache-Tag", "x"}, {"X-Tag", "y"}}, "a"));
  net.get("/a");
  net.purge("#x");
  EXPECT_EQ(cache_result(net.get("/a")), "Hit");
  net.purge("#y");
  EXPECT_EQ(cache_result(net.get("/a")), "Miss");
}

TEST(Tags, AConfirmedResponseKeepsItsTags) {
  NodeWorld net({.has_regional = true, .distribution = with_tags()});
  net.origin().add(
      {.target = "/a",
       .reply = reply_text(200, {{"Cache-Control", "max-age=1"}, {"ETag", "\"e\""}, {"Cache-Tag", "x"}}, "a")});
  net.origin().add({.target = "/a",
                    .fields = {{"If-None-Match", "\"e\""}},
                    .reply = "HTTP/1.1 304 Not Modified\r\nCache-Control: max-age=60\r\nETag: \"e\"\r\n\r\n"});
  net.get("/a");
  net.world.run_for(seconds(3));
  EXPECT_EQ(cache_result(net.get("/a")), "RefreshHit");
  net.purge("#x");
  net.origin().add({.target = "/a", .reply = tagged("new", "x")});
  EXPECT_EQ(net.get("/a").message.body, "new");
}

// DESIGN decision 7, while the origin has not told the tags yet: who was there is served, nobody after.
void purge_under_a_fill(bool has_regional, std::string_view purged, bool is_reached) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    NodeWorld net({.seed = seed, .edges = 2, .has_regional = has_regional, .distribution = with_tags()});
    net.origin().add({.target = "/a", .wait = seconds(2), .reply = tagged("old", "x,y")});
    Visit& before = net.begin_get("/a");
    net.world.run_for(seconds(1));
    net.purge(purged);
    Visit& after = net.begin_get("/a");
    Visit& after_too = net.begin_get("/a");
    if (is_reached) net.origin().add({.target = "/a", .wait = seconds(2), .reply = tagged("new", "x,y")});
    ASSERT_TRUE(net.run_until_over());
    const std::string current = is_reached ? "new" : "old";
    EXPECT_EQ(before.reply.message.body, "old");
    EXPECT_EQ(after.reply.message.body, current);
    EXPECT_EQ(after_too.reply.message.body, current);
    const Reply later = net.get("/a");
    EXPECT_EQ(later.message.body, current);
    EXPECT_EQ(cache_result(later), "Hit");
    if (has_regional) EXPECT_EQ(net.get("/a", {}, 1).message.body, current);
    EXPECT_EQ(net.origin().request_count(), is_reached ? 2U : 1U);
  }
}
TEST(Tags, Tag3AFillThatBeganBeforeThePurgeOfItsTagIsNotServedAfterIt) { purge_under_a_fill(false, "#x", true); }
TEST(Tags, Tag3AtBothTiersToo) { purge_under_a_fill(true, "#y", true); }
TEST(Tags, Tag3AFillThatThePurgeDoesNotReachStaysShared) { purge_under_a_fill(true, "#z", false); }

// An edge has the purge, the regional cache not yet: what that answers is served and not kept.
TEST(Tags, Tag3ATierThatLagsBehindCannotBringBackWhatWasPurged) {
  NodeWorld net({.has_regional = true, .distribution = with_tags()});
  net.origin().add({.target = "/a", .reply = tagged("old", "x")});
  net.get("/a");
  net.purge_at(net.edge(), "#x", 7);
  EXPECT_EQ(net.get("/a").message.body, "old");
  net.purge_at(net.regional(), "#x", 7);
  net.origin().add({.target = "/a", .reply = tagged("new", "x")});
  EXPECT_EQ(net.get("/a").message.body, "new");
  EXPECT_EQ(cache_result(net.get("/a")), "Hit");
}

}  // namespace
}  // namespace gust::proxy
