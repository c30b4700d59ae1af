// Whole nodes: bodies as they stream, break off or are too large, requests with bodies, refusals, and the end of a
// node.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proxy/ids.h"
#include "proxy/node_world_internal.h"

namespace gust::proxy {
namespace {

using sim::Answer;
using testing::HasSubstr;
using testing::Not;

const std::vector<TextField> for_a_minute{{"Cache-Control", "max-age=60"}};

std::string bytes_of(std::size_t count) {
  std::string bytes;
  for (int i = 0; bytes.size() < count; ++i) bytes += fmt::format("{} ", i);
  bytes.resize(count);
  return bytes;
}

rt::Task<void> send_only(sim::Viewer& viewer, std::string request) { (void)co_await viewer.send(std::move(request)); }

std::string chunked_reply(std::string_view chunks, std::string_view end = "0\r\n\r\n") {
  return fmt::format("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTransfer-Encoding: chunked\r\n\r\n{}{}", chunks,
                     end);
}

config::Distribution with_all_methods() {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors.front().allowed_methods = all_methods;
  return distribution;
}

// --- Bodies of origins

TEST(Node, Body1TheFirstByteDoesNotWaitForTheLast) {
  for (const bool has_regional : {false, true}) {
    NodeWorld net({.has_regional = has_regional});
    const std::string body = bytes_of(200'000);
    net.origin().add({.target = "/a", .reply = reply_text(200, for_a_minute, body), .pause = seconds(5)});
    Visit& visit = net.begin_get("/a");
    net.world.run_for(seconds(4));
    EXPECT_FALSE(visit.is_over());
    ASSERT_TRUE(net.run_until_over());
    EXPECT_EQ(visit.reply.message.body, body);
    net.world.run_for(seconds(1));
    EXPECT_LT(net.edge().access.records()[0].time_to_first_byte, seconds(1));
  }
}

void show_that_a_short_body_is_not_stored(bool has_regional, bool by_reset) {
  NodeWorld net({.has_regional = has_regional});
  const std::string body = bytes_of(50'000);
  std::string reply = reply_text(200, for_a_minute, body);
  reply.resize(reply.size() - 1);
  net.origin().add({.target = "/a", .reply = reply, .pause = seconds(5), .then = Answer::Then::close});
  Visit& visit = net.begin_get("/a");
  net.world.run_for(seconds(2));
  if (by_reset) net.world.reset_connections("origin", has_regional ? "regional" : "edge0");
  ASSERT_TRUE(net.run_until_over());
  const Reply& cut_off = visit.reply;
  EXPECT_TRUE(cut_off.failure);
  EXPECT_LT(cut_off.message.body.size(), body.size());
  EXPECT_TRUE(body.starts_with(cut_off.message.body));
  net.origin().add({.target = "/a", .reply = reply_text(200, for_a_minute, body)});
  EXPECT_EQ(net.get("/a").message.body, body);
  net.world.run_for(seconds(1));
  const observe::AccessRecord& record = net.edge().access.records()[0];
  EXPECT_EQ(record.result, observe::ResultType::error);
  EXPECT_EQ(record.response_result, observe::ResultType::miss);
  EXPECT_EQ(record.detailed_result, "OriginCommError");
}

TEST(Node, Body2AShortBodyIsSeenToBeShortAndNotStored) {
  for (const bool has_regional : {false, true}) {
    for (const bool by_reset : {false, true}) show_that_a_short_body_is_not_stored(has_regional, by_reset);
  }
}

TEST(Node, Body2AChunkedBodyThatBreaksOffIsNotStored) {
  NodeWorld net({.has_regional = true});
  net.origin().add({.target = "/a", .reply = chunked_reply("4\r\nhalf\r\n", ""), .then = Answer::Then::close});
  const Reply cut_off = net.get("/a");
  EXPECT_TRUE(cut_off.failure);
  EXPECT_EQ(cut_off.message.body, "half");
  net.origin().add({.target = "/a", .reply = chunked_reply("5\r\nwhole\r\n")});
  EXPECT_EQ(net.get("/a").message.body, "whole");
}

TEST(Node, Body2ABodyUntilTheEndOfTheConnectionIsStored) {
  NodeWorld net({.has_regional = true});
  net.origin().add({.target = "/a",
                    .reply = "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\n\r\nall of it",
                    .then = Answer::Then::close});
  EXPECT_EQ(net.get("/a").message.body, "all of it");
  const Reply hit = net.get("/a");
  EXPECT_EQ(cache_result(hit), "Hit");
  EXPECT_EQ(hit.message.body, "all of it");
}

TEST(Node, Body4WhatCameChunkedIsReplayedChunked) {
  NodeWorld net({.has_regional = true});
  net.origin().add({.target = "/a", .reply = chunked_reply("3\r\none\r\n4\r\n two\r\n")});
  for (const char* result : {"Miss", "Hit"}) {
    const Reply reply = net.get("/a");
    EXPECT_EQ(cache_result(reply), result);
    EXPECT_EQ(reply.message.body, "one two");
    EXPECT_TRUE(reply.message.was_chunked);
  }
  EXPECT_EQ(net.get("/a", {{"Range", "bytes=4-"}}).message.body, "two");
  EXPECT_FALSE(net.head("/a").message.find("Content-Length"));
  const Reply old = net.ask("GET /a HTTP/1.0\r\nHost: d1.cdn.test\r\n\r\n");
  EXPECT_EQ(old.message.body, "one two");
  EXPECT_FALSE(old.message.was_chunked);
}

TEST(Node, Body3AViewerWhoLeavesStopsALongFill) {
  for (const bool has_regional : {false, true}) {
    NodeWorld net({.has_regional = has_regional});
    net.allow_complaints();
    const std::string body = bytes_of(12'000'000);
    net.origin().add({.target = "/a", .reply = reply_text(200, for_a_minute, body), .pause = seconds(20)});
    Visit& visit = net.begin_get("/a");
    net.world.run_for(seconds(5));
    net.leave(visit);
    net.world.run_for(seconds(100));
    EXPECT_EQ(net.edge().node.cache().counters().entries, 0U);
    EXPECT_EQ(net.edge().node.cache().counters().fills, 0U);
    net.origin().add({.target = "/a", .reply = reply_text(200, for_a_minute, "again")});
    EXPECT_EQ(net.get("/a").message.body, "again");
    net.world.run_for(seconds(1));
    const observe::AccessRecord& record = net.edge().access.records()[0];
    EXPECT_EQ(record.result, observe::ResultType::error);
    EXPECT_EQ(record.detailed_result, "ClientCommError");
  }
}

TEST(Node, Log4AViewerWhoLeavesBeforeTheAnswerIsLoggedWithoutAStatus) {
  NodeWorld net;
  net.origin().add({.target = "/a", .wait = seconds(3), .reply = reply_text(200, for_a_minute, "body")});
  net.begin_get("/a");
  net.begin_get("/a");
  net.world.run_for(seconds(1));
  net.world.reset_connections("viewers", "edge0");
  net.world.run_for(seconds(10));
  const auto& records = net.edge().access.records();
  ASSERT_EQ(records.size(), 2U);
  for (const observe::AccessRecord& record : records) {
    EXPECT_EQ(record.status, 0);
    EXPECT_EQ(record.result, observe::ResultType::error);
    EXPECT_EQ(record.detailed_result, "ClientCommError");
    EXPECT_EQ(record.time_to_first_byte, Duration::zero());
  }
  EXPECT_EQ(cache_result(net.get("/a")), "Hit");
}

TEST(Node, Body3AShortRestIsStillFetched) {
  NodeWorld net;
  const std::string body = bytes_of(100'000);
  net.origin().add({.target = "/a", .reply = reply_text(200, for_a_minute, body), .pause = seconds(5)});
  Visit& visit = net.begin_get("/a");
  net.world.run_for(seconds(2));
  net.leave(visit);
  net.world.run_for(seconds(10));
  const Reply hit = net.get("/a");
  EXPECT_EQ(cache_result(hit), "Hit");
  EXPECT_EQ(hit.message.body, body);
}

// The fill dies before its first byte: those who wait have seen nothing of it, and one of them asks again.
TEST(Node, Coll1AFillThatDiesEarlyTakesNobodyElseWithIt) {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    NodeWorld net({.seed = seed});
    const std::string body = bytes_of(50'000);
    net.origin().add({.target = "/a",
                      .wait = seconds(1),
                      .reply = "HTTP/1.1 200 OK\r\nContent-Length: 50000\r\nCache-Control: max-age=60\r\n\r\n",
                      .then = Answer::Then::close});
    net.origin().add({.target = "/a", .reply = reply_text(200, for_a_minute, body)});
    std::vector<const Visit*> visits;
    for (int i = 0; i < 20; ++i) visits.push_back(&net.begin_get("/a"));
    ASSERT_TRUE(net.run_until_over());
    int cut_off = 0;
    for (const Visit* visit : visits) {
      cut_off += visit->reply.failure.has_value();
      if (!visit->reply.failure) EXPECT_EQ(visit->reply.message.body, body);
    }
    EXPECT_EQ(cut_off, 1) << "the one who had been told of the answer";
    EXPECT_EQ(net.origin().request_count(), 2U);
  }
}

// The one who began the fill leaves; the others who read along get all of it.
TEST(Node, Body3AFillGoesOnForThoseWhoStay) {
  for (std::uint64_t seed = 0; seed < 2; ++seed) {
    NodeWorld net({.seed = seed});
    const std::string body = bytes_of(2'400'000);
    net.origin().add({.target = "/a", .reply = reply_text(200, for_a_minute, body), .pause = seconds(5)});
    Visit& first = net.begin_get("/a");
    net.world.run_for(seconds(1));
    Visit& second = net.begin_get("/a");
    net.world.run_for(seconds(1));
    net.leave(first);
    ASSERT_TRUE(net.run_until_over());
    EXPECT_EQ(second.reply.message.body, body);
    EXPECT_EQ(cache_result(second.reply), "Hit");
    EXPECT_EQ(cache_result(net.get("/a")), "Hit");
  }
}

// --- What is too large to keep

TEST(Node, AnObjectTooLargeForTheCachePassesThrough) {
  for (const bool has_regional : {false, true}) {
    NodeWorld net({.has_regional = has_regional,
                   .edge_cache = {.object_bytes_max = 10'000},
                   .regional_cache = {.object_bytes_max = 10'000}});
    const std::string body = bytes_of(500'000);
    net.serve("/a", reply_text(200, {{"Cache-Control", "max-age=60"}, {"ETag", "\"e\""}}, body));
    for (int i = 0; i < 2; ++i) {
      const Reply reply = net.get("/a");
      EXPECT_EQ(reply.message.body, body);
      EXPECT_EQ(cache_result(reply), "Miss");
      EXPECT_EQ(field(reply, "Content-Length"), "500000");
    }
    EXPECT_EQ(net.origin().request_count(), 2U);
    EXPECT_EQ(net.edge().node.cache().counters().entries, 0U);
  }
}

TEST(Node, AnObjectTooLargeForTheEdgeIsAHitOfTheRegionalCache) {
  NodeWorld net({.has_regional = true, .edge_cache = {.object_bytes_max = 10'000}});
  const std::string body = bytes_of(500'000);
  net.serve("/a", reply_text(200, for_a_minute, body));
  EXPECT_EQ(cache_result(net.get("/a")), "Miss");
  const Reply hit = net.get("/a");
  EXPECT_EQ(hit.message.body, body);
  EXPECT_EQ(cache_result(hit), "Hit");
  const Reply part = net.get("/a", {{"Range", "bytes=2-5"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.message.body, body.substr(2, 4));
  EXPECT_EQ(cache_result(part), "Hit");
  EXPECT_EQ(net.origin().request_count(), 1U);
}

TEST(Node, Range2APartOfWhatIsTooLargeIsAskedForByItself) {
  for (const bool has_regional : {false, true}) {
    NodeWorld net({.has_regional = has_regional,
                   .edge_cache = {.object_bytes_max = 10'000},
                   .regional_cache = {.object_bytes_max = 10'000},
                   .slice_bytes = 0});
    net.allow_complaints();
    const std::string body = bytes_of(500'000);
    net.origin().add(
        {.target = "/a",
         .fields = {{"Range", "bytes=2-5"}},
         .is_repeated = true,
         .reply = reply_text(206, {{"Content-Range", "bytes 2-5/500000"}, {"ETag", "\"e\""}}, body.substr(2, 4))});
    net.origin().add({.target = "/a",
                      .absent_fields = {"Range"},
                      .is_repeated = true,
                      .reply = reply_text(200, for_a_minute, body)});
    const Reply part = net.get("/a", {{"Range", "bytes=2-5"}});
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.message.body, body.substr(2, 4));
    EXPECT_EQ(field(part, "Content-Range"), "bytes 2-5/500000");
    EXPECT_EQ(net.edge().node.cache().counters().entries, 0U);
    EXPECT_EQ(net.get("/a").message.body, body);
  }
}

// Its length is not known until it is too late.
TEST(Node, AChunkedObjectThatGrowsTooLargeStillComesWhole) {
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    NodeWorld net({.seed = seed,
                   .has_regional = true,
                   .edge_cache = {.object_bytes_max = 200'000, .window_bytes = 65'536},
                   .regional_cache = {.object_bytes_max = 200'000, .window_bytes = 65'536}});
    const std::string body = bytes_of(600'000);
    net.serve("/a", chunked_reply(fmt::format("{:x}\r\n{}\r\n", body.size(), body)));
    const Reply reply = net.get("/a");
    EXPECT_EQ(reply.failure, std::nullopt);
    EXPECT_EQ(reply.message.body, body);
    EXPECT_EQ(net.edge().node.cache().counters().entries, 0U);
  }
}

// DESIGN decision 5: memory is accounted, the bound holds.
TEST(Node, ACacheThatIsFullServesAll) {
  NodeWorld net({.edge_cache = {.bytes_max = 1_MiB}});
  for (int i = 0; i < 40; ++i) {
    const std::string path = fmt::format("/{}", i);
    const std::string body = bytes_of(100'000);
    net.serve(path, reply_text(200, for_a_minute, body));
    EXPECT_EQ(net.get(path).message.body, body);
    EXPECT_LE(net.edge().node.cache().counters().bytes_used, 1_MiB);
  }
}

// --- Requests with bodies

TEST(Node, Meth4APostGoesStraightToTheOriginWithItsBody) {
  NodeWorld net({.has_regional = true, .distribution = with_all_methods()});
  net.origin().add({.method = "POST",
                    .target = "/a",
                    .fields = {{"Content-Type", "text/csv"}},
                    .body = "1,2,3",
                    .is_repeated = true,
                    .reply = reply_text(201, {{"Cache-Control", "max-age=60"}}, "made")});
  const std::string post = "POST /a HTTP/1.1\r\nHost: d1.cdn.test\r\nContent-Type: text/csv\r\n";
  for (const char* body :
       {"Content-Length: 5\r\n\r\n1,2,3", "Transfer-Encoding: chunked\r\n\r\n2\r\n1,\r\n3\r\n2,3\r\n0\r\n\r\n"}) {
    const Reply reply = net.ask(post + body);
    EXPECT_EQ(reply.status, 201);
    EXPECT_EQ(reply.message.body, "made");
    EXPECT_EQ(cache_result(reply), "Miss");
  }
  EXPECT_EQ(net.origin().request_count(), 2U);
  EXPECT_TRUE(net.regional().access.records().empty());
  EXPECT_EQ(net.edge().node.cache().counters().entries, 0U);
}

TEST(Node, Meth4ALargeBodyGoesThroughWhole) {
  NodeWorld net({.distribution = with_all_methods()});
  const std::string body = bytes_of(2'000'000);
  net.origin().add({.method = "PUT", .target = "/a", .body = body, .reply = reply_text(200, {}, "kept")});
  const Reply reply = net.ask(
      fmt::format("PUT /a HTTP/1.1\r\nHost: d1.cdn.test\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n{}",
                  body.size(), body));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.message.body, "kept");
}

// ORIG-6: what may have been done is not done again.
TEST(Node, Orig6APostIsNotSentTwice) {
  config::Distribution distribution = with_all_methods();
  distribution.origins.front().read_timeout = seconds(2);
  NodeWorld net({.distribution = distribution});
  net.origin().add({.method = "POST", .target = "/a", .is_repeated = true, .then = Answer::Then::stall});
  EXPECT_EQ(net.ask("POST /a HTTP/1.1\r\nHost: d1.cdn.test\r\nContent-Length: 1\r\n\r\nx").status, 504);
  EXPECT_EQ(net.origin().request_count(), 1U);
}

TEST(Node, AViewerWhoBreaksOffItsBodyIsNoFaultOfTheOrigin) {
  NodeWorld net({.distribution = with_all_methods()});
  net.allow_complaints();
  sim::Viewer viewer(net.viewers(), net.edge().at);
  struct Send {
    static rt::Task<void> half(sim::Viewer& viewer) {
      co_await viewer.send("POST /a HTTP/1.1\r\nHost: d1.cdn.test\r\nContent-Length: 100\r\n\r\nhalf");
    }
  };
  ASSERT_TRUE(net.world.run(net.viewers(), Send::half(viewer)));
  net.world.run_for(seconds(1));
  viewer.close();
  net.world.run_for(seconds(30));
  ASSERT_EQ(net.edge().access.records().size(), 1U);
  EXPECT_EQ(net.edge().access.records()[0].detailed_result, "ClientCommError");
  EXPECT_EQ(net.origin().request_count(), 0U);
}

TEST(Node, Meth2OptionsAreCachedByThemselvesAndOnlyWhereToldSo) {
  const std::string options = "OPTIONS /a HTTP/1.1\r\nHost: d1.cdn.test\r\n\r\n";
  for (const bool is_cached : {false, true}) {
    config::Distribution distribution = with_all_methods();
    if (is_cached) distribution.behaviors.front().cached_methods |= config::method_options;
    NodeWorld net({.has_regional = true, .distribution = distribution});
    net.origin().add(
        {.method = "OPTIONS", .target = "/a", .is_repeated = true, .reply = reply_text(200, for_a_minute, "options")});
    net.serve("/a", reply_text(200, for_a_minute, "body"));
    EXPECT_EQ(net.get("/a").message.body, "body");
    EXPECT_EQ(net.ask(options).message.body, "options");
    EXPECT_EQ(cache_result(net.ask(options)), is_cached ? "Hit" : "Miss");
    EXPECT_EQ(net.regional().access.records().size(), 1U) << "METH-4: of the GET alone";
  }
}

// SECURITY.md: what is in a body is in no key.
TEST(Node, SecurityAnOptionsWithABodyIsNeitherStoredNorAnsweredFromTheStore) {
  config::Distribution distribution = with_all_methods();
  distribution.behaviors.front().cached_methods |= config::method_options;
  NodeWorld net({.distribution = distribution});
  net.origin().add(
      {.method = "OPTIONS", .target = "/a", .body = "evil", .reply = reply_text(200, for_a_minute, "poisoned")});
  net.origin().add({.method = "OPTIONS", .target = "/a", .body = "", .reply = reply_text(200, for_a_minute, "clean")});
  const std::string head = "OPTIONS /a HTTP/1.1\r\nHost: d1.cdn.test\r\n";
  EXPECT_EQ(net.ask(head + "Content-Length: 4\r\n\r\nevil").message.body, "poisoned");
  EXPECT_EQ(net.ask(head + "\r\n").message.body, "clean");
}

// SECURITY.md "cache deception": no spelling of a private page makes it storable, nor does one reach another's copy.
TEST(Node, SecurityAPrivatePageIsPrivateUnderAnySpelling) {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors.front().cache.min_ttl = Duration::zero();
  distribution.behaviors.front().origin_request.cookies = all();
  NodeWorld net({.has_regional = true, .distribution = distribution});
  net.serve("", reply_text(200, {{"Cache-Control", "no-store"}}, "secret"));
  std::uint64_t asked = 0;
  for (const char* between : {"/", "%2f", ";", "%00", "//", "/../", "%0a", "?", "%3f"}) {
    const std::string path = std::string("/account") + between + "x.css";
    EXPECT_EQ(net.get(path, {{"Cookie", "session=1"}}).message.body, "secret");
    net.get(path);
    asked += 2;
    EXPECT_EQ(net.origin().request_count(), asked) << path;
  }
}

// --- Cookies

TEST(Node, Hdr2Hdr4SetCookieIsReplayedOnlyWhereCookiesAreForwarded) {
  for (const bool forwards : {false, true}) {
    config::Distribution distribution = plain_distribution();
    if (forwards) distribution.behaviors.front().cache.cookies = listed({"session"});
    NodeWorld net({.has_regional = true, .distribution = distribution});
    net.serve("/a",
              reply_text(200, {{"Cache-Control", "max-age=60"}, {"Set-Cookie", "a=1"}, {"Set-Cookie", "b=2"}}, "body"));
    for (const char* result : {"Miss", "Hit"}) {
      const Reply reply = net.get("/a", {{"Cookie", "session=7; other=8"}});
      EXPECT_EQ(cache_result(reply), result);
      EXPECT_EQ(count_of(reply.message, "Set-Cookie"), forwards ? 2U : 0U);
    }
    const auto sent = net.origin().requests().front().find("Cookie");
    EXPECT_EQ(sent.value_or("none"), forwards ? "session=7" : "none");
    if (forwards) EXPECT_EQ(cache_result(net.get("/a", {{"Cookie", "session=8"}})), "Miss");
  }
}

// --- Refusals

TEST(Node, Lim1Lim2TooLongIs413AndTheConnectionEnds) {
  NodeWorld net;
  const Reply url = net.get("/" + std::string(8192, 'a'));
  EXPECT_EQ(url.status, 413);
  EXPECT_EQ(field(url, "Connection"), "close");
  EXPECT_EQ(field(url, "X-Cache"), "Error from cloudfront");
  EXPECT_EQ(net.get("/a", {{"X-Large", std::string(20'480, 'a')}}).status, 413);
  net.world.run_for(seconds(1));
  EXPECT_TRUE(net.edge().access.records().empty());
  EXPECT_EQ(net.edge().metric("gustfront_requests_total", {{"result", "Error"}}), 2);
}

TEST(Node, SecurityWhatCannotBeReadInOneWayIs400) {
  NodeWorld net;
  for (const char* text :
       {"GET /a HTTP/1.1\r\n\r\n", "GET /a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: d1.cdn.test\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET /a#b HTTP/1.1\r\nHost: d1.cdn.test\r\n\r\n"}) {
    EXPECT_EQ(net.ask(text).status, 400) << text;
  }
}

TEST(Node, Lim3AGetWithABodyIs403) {
  NodeWorld net;
  const Reply reply = net.ask("GET /a HTTP/1.1\r\nHost: d1.cdn.test\r\nContent-Length: 4\r\n\r\nbody");
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(net.ask("HEAD /a HTTP/1.1\r\nHost: d1.cdn.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").status,
            403);
  net.serve("/a", reply_text(200, for_a_minute, "body"));
  EXPECT_EQ(net.ask("GET /a HTTP/1.1\r\nHost: d1.cdn.test\r\nContent-Length: 0\r\n\r\n").status, 200);
}

TEST(Node, Meth3AMethodOutsideOfTheSetIs403) {
  NodeWorld net;
  for (const char* method : {"POST", "OPTIONS", "DELETE", "TRACE", "PROPFIND"}) {
    const Reply reply = net.ask(fmt::format("{} /a HTTP/1.1\r\nHost: d1.cdn.test\r\n\r\n", method));
    EXPECT_EQ(reply.status, 403) << method;
    EXPECT_EQ(cache_result(reply), "Error");
    EXPECT_TRUE(is_request_id(field(reply, "X-Amz-Cf-Id")));
  }
  net.world.run_for(seconds(1));
  EXPECT_EQ(net.edge().access.records()[0].detailed_result, "InvalidRequestMethod");
  EXPECT_EQ(net.edge().access.records()[0].status, 403);
}

TEST(Node, Vpp2Vpp3RedirectsToHttps) {
  config::Distribution distribution = with_all_methods();
  distribution.behaviors.front().viewer_protocol_policy = config::ViewerProtocolPolicy::redirect_to_https;
  NodeWorld net({.distribution = distribution});
  const Reply moved = net.get("/a/<script>?b=c&d");
  EXPECT_EQ(moved.status, 301);
  EXPECT_EQ(field(moved, "Location"), "https://d1.cdn.test/a/<script>?b=c&d");
  EXPECT_EQ(moved.message.body.size(), 167U);
  EXPECT_THAT(moved.message.body, Not(HasSubstr("script")));
  EXPECT_EQ(field(moved, "Content-Length"), "167");
  EXPECT_EQ(field(moved, "Content-Type"), "text/html");
  EXPECT_EQ(field(moved, "Server"), "CloudFront");
  EXPECT_EQ(cache_result(moved), "Redirect");
  EXPECT_EQ(net.head("/a").status, 301);
  EXPECT_EQ(net.ask("POST /a HTTP/1.1\r\nHost: d1.cdn.test\r\nContent-Length: 1\r\n\r\nx").status, 307);
  const std::string old = " /a HTTP/1.0\r\nHost: d1.cdn.test\r\n\r\n";
  EXPECT_EQ(net.ask("GET" + old).status, 301);
  EXPECT_EQ(net.ask("DELETE" + old).status, 403);
  net.world.run_for(seconds(1));
  EXPECT_EQ(net.edge().access.records()[0].result, observe::ResultType::redirect);
}

TEST(Node, Vpp2WhoNamedAPortIsSentToTheEdgesPortForHttps) {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors.front().viewer_protocol_policy = config::ViewerProtocolPolicy::redirect_to_https;
  NodeWorld net({.distribution = distribution});
  const auto location = [&](std::string_view host) {
    return field(net.ask("GET /a?b HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n"), "Location");
  };
  EXPECT_EQ(location("d1.cdn.test:8080"), "https://d1.cdn.test/a?b");
  net.edge().node.set_https_port(8443);
  EXPECT_EQ(location("d1.cdn.test:8080"), "https://d1.cdn.test:8443/a?b");
  EXPECT_EQ(location("d1.cdn.test"), "https://d1.cdn.test/a?b");
  net.edge().node.set_https_port(443);
  EXPECT_EQ(location("d1.cdn.test:8080"), "https://d1.cdn.test/a?b");
}

TEST(Node, Vpp4HttpsOnlyIs403OverHttp) {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors.front().viewer_protocol_policy = config::ViewerProtocolPolicy::https_only;
  NodeWorld net({.distribution = distribution});
  EXPECT_EQ(net.get("/a").status, 403);
}

TEST(Node, Dist6ADisabledDistributionIs403) {
  config::Distribution distribution = plain_distribution();
  distribution.enabled = false;
  NodeWorld net({.distribution = distribution});
  EXPECT_EQ(net.get("/a").status, 403);
}

TEST(Node, Dist1AnUnknownHostIs403) {
  NodeWorld net;
  const Reply reply = net.ask(sim::get_text("/<b>", "unknown.test"));
  EXPECT_EQ(reply.status, 403);
  EXPECT_THAT(reply.message.body, Not(HasSubstr("<b>")));
  EXPECT_THAT(reply.message.body, Not(HasSubstr("unknown.test")));
  EXPECT_THAT(reply.message.body, HasSubstr(field(reply, "X-Amz-Cf-Id")));
}

TEST(Node, Lim7ALoopIsBroken) {
  NodeWorld net;
  net.serve("/a", reply_text(200, for_a_minute, "body"));
  EXPECT_EQ(net.get("/a", {{"CDN-Loop", "gustfront"}}).status, 200);
  EXPECT_EQ(net.get("/a", {{"CDN-Loop", "gustfront, gustfront"}}).status, 403);
}

// A distribution whose origin is itself.
TEST(Node, Lim7AnOriginThatLeadsBackHereEnds) {
  config::Distribution distribution = plain_distribution();
  distribution.origins.front().domain_name = "d1.cdn.test";
  disable_caching(distribution.behaviors.front());
  NodeWorld net({.distribution = distribution});
  net.world.set_name("d1.cdn.test", {"10.0.0.3"});
  EXPECT_EQ(net.get("/a").status, 403);
  net.world.run_for(seconds(1));
  EXPECT_EQ(net.edge().access.records().size(), 3U);
}

TEST(Node, Lim7ALoopThroughTheCacheWaitsForNobody) {
  for (const bool has_regional : {false, true}) {
    config::Distribution distribution = plain_distribution();
    distribution.origins.front().domain_name = "d1.cdn.test";
    NodeWorld net({.has_regional = has_regional, .distribution = distribution});
    net.world.set_name("d1.cdn.test", {"10.0.0.3"});
    const Instant before = net.world.now();
    EXPECT_EQ(net.get("/a").status, 403);
    EXPECT_LT(net.world.now() - before, seconds(2));
  }
}

// One viewer that reads nothing holds up a body that streams past the cache, but does not end it for the others.
TEST(Node, ASlowViewerOfAStreamedBodyIsCutOffAndTheOthersGoOn) {
  config::Distribution distribution = plain_distribution();
  distribution.origins.front().read_timeout = seconds(5);
  NodeWorld net({.distribution = distribution, .edge_cache = {.object_bytes_max = 100'000}});
  net.allow_complaints();
  const std::string body = bytes_of(3'000'000);
  net.serve("/a", chunked_reply(fmt::format("{:x}\r\n{}\r\n", body.size(), body)));
  sim::Viewer slow(net.viewers(), net.edge().at);
  rt::Scope asking(net.viewers());
  asking.spawn(send_only(slow, sim::get_text("/a", "d1.cdn.test")));
  net.world.run_for(std::chrono::microseconds(1500));
  Visit& other = net.begin_get("/a");
  ASSERT_TRUE(net.run_until_over());
  EXPECT_EQ(other.reply.failure, std::nullopt);
  EXPECT_EQ(other.reply.message.body, body);
  EXPECT_EQ(net.edge().node.cache().counters().joined, 1U);
  ASSERT_TRUE(net.world.run(net.viewers(), asking.join()));
  slow.reset();
}

TEST(Node, ANodeWithoutConfigurationIs503) {
  NodeWorld net;
  net.edge().core.install(std::make_shared<const config::Snapshot>(9, std::vector<config::Distribution>()));
  EXPECT_EQ(net.get("/a").status, 403);
}

// --- The end

TEST(Node, DrainingLetsASlowDownloadEndAndThenStops) {
  NodeWorld net;
  const std::string body = bytes_of(200'000);
  net.origin().add({.target = "/a", .reply = reply_text(200, for_a_minute, body), .pause = seconds(20)});
  Visit& slow = net.begin_get("/a");
  net.world.run_for(seconds(2));
  const Instant before = net.world.now();
  ASSERT_TRUE(net.stop(net.edge(), seconds(60)));
  EXPECT_GE(net.world.now() - before, seconds(15));
  EXPECT_LT(net.world.now() - before, seconds(25));
  ASSERT_TRUE(net.run_until_over());
  EXPECT_EQ(slow.reply.failure, std::nullopt);
  EXPECT_EQ(slow.reply.message.body, body);
  EXPECT_TRUE(net.get("/a").failure) << "nobody listens any more";
}

TEST(Node, DrainingEndsWhatTakesTooLong) {
  for (const bool has_regional : {false, true}) {
    NodeWorld net({.has_regional = has_regional});
    net.allow_complaints();
    net.origin().add(
        {.target = "/a", .reply = reply_text(200, for_a_minute, bytes_of(200'000)), .pause = seconds(300)});
    net.origin().add({.target = "/b", .wait = seconds(300), .reply = reply_text(200, {}, "late")});
    Visit& streaming = net.begin_get("/a");
    Visit& waiting = net.begin_get("/b");
    Visit& joining = net.begin_get("/b");
    net.world.run_for(seconds(2));
    const Instant before = net.world.now();
    ASSERT_TRUE(net.stop(net.edge(), seconds(5)));
    EXPECT_LT(net.world.now() - before, seconds(10));
    ASSERT_TRUE(net.run_until_over());
    EXPECT_TRUE(streaming.reply.failure);
    EXPECT_TRUE(waiting.reply.failure || waiting.reply.status >= 500);
    EXPECT_TRUE(joining.reply.failure || joining.reply.status >= 500);
    EXPECT_EQ(net.edge().access.records().size(), 3U);
  }
}

}  // namespace
}  // namespace gust::proxy
