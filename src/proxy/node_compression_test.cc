// Whole nodes: bodies that are compressed as they enter the cache, alone and through two tiers.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/content_coding_test_internal.h"
#include "proxy/node_world_internal.h"

namespace gust::proxy {
namespace {

using http::Coding;
using sim::Answer;

const std::vector<TextField> both{{"Accept-Encoding", "gzip, deflate, br"}};
const std::vector<TextField> gzip_alone{{"Accept-Encoding", "gzip"}};
const std::vector<TextField> page{{"Cache-Control", "max-age=60"}, {"Content-Type", "text/html"}, {"ETag", "\"v1\""}};

config::Distribution compressing() {
  config::Distribution distribution = plain_distribution();
  config::Behavior& behavior = distribution.behaviors.front();
  behavior.compress = behavior.cache.gzip = behavior.cache.brotli = true;
  return distribution;
}

NodeWorldOptions with(bool has_regional) { return {.has_regional = has_regional, .distribution = compressing()}; }

std::string text_of(std::size_t bytes) {
  std::string text;
  for (std::uint64_t i = 0; text.size() < bytes; ++i) text += fmt::format("<li>{}</li>\n", i * 7919);
  text.resize(bytes);
  return text;
}

// The reply's content with its coding undone; a note where that cannot be.
std::string content_of(const Reply& reply) {
  const std::string name = field(reply, "Content-Encoding");
  const Coding coding = name == "br"     ? Coding::brotli
                        : name == "gzip" ? Coding::gzip
                        : name == "zstd" ? Coding::zstd
                                         : Coding::identity;
  const auto decoded = http::decode(coding, reply.message.body);
  return decoded && decoded->is_whole ? decoded->content : "(broken)";
}

std::vector<TextField> and_also(std::vector<TextField> fields, const std::vector<TextField>& more) {
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

TEST(NodeCompression, Cmp9IsDoneOnceAsTheObjectComesFromTheOrigin) {
  for (const bool has_regional : {false, true}) {
    NodeWorld net(with(has_regional));
    const std::string body = text_of(200'000);
    net.origin().add(
        {.target = "/a", .fields = {{"Accept-Encoding", "br,gzip"}}, .reply = reply_text(200, page, body)});
    for (const char* result : {"Miss", "Hit"}) {
      const Reply reply = net.get("/a", both);
      EXPECT_EQ(cache_result(reply), result);
      EXPECT_EQ(field(reply, "Content-Encoding"), "br");
      EXPECT_EQ(field(reply, "ETag"), "W/\"v1\"");
      EXPECT_EQ(field(reply, "Vary"), "Accept-Encoding");
      EXPECT_FALSE(reply.message.find("Content-Length"));
      EXPECT_TRUE(reply.message.was_chunked);  // CMP-10
      EXPECT_EQ(content_of(reply), body);
      EXPECT_LT(reply.message.body.size(), body.size() / 2);
    }
    SimulatedNode& nearest = has_regional ? net.regional() : net.edge();
    EXPECT_EQ(nearest.metric("gustfront_compressed_responses_total", {{"coding", "br"}}), 1);
    EXPECT_EQ(nearest.metric("gustfront_compression_input_bytes_total"), static_cast<std::int64_t>(body.size()));
    if (has_regional) EXPECT_EQ(net.edge().metric("gustfront_compressed_responses_total", {{"coding", "br"}}), 0);
  }
}

TEST(NodeCompression, Cmp9EachKeyHoldsItsOwnCoding) {
  NodeWorld net(with(true));
  const std::string body = text_of(20'000);
  net.serve("/a", reply_text(200, page, body));
  EXPECT_EQ(field(net.get("/a", gzip_alone), "Content-Encoding"), "gzip");
  EXPECT_EQ(field(net.get("/a", both), "Content-Encoding"), "br");
  const Reply plain = net.get("/a");
  EXPECT_EQ(field(plain, "Content-Encoding"), "");
  EXPECT_EQ(field(plain, "ETag"), "\"v1\"");
  EXPECT_EQ(plain.message.body, body);
  const Reply again = net.get("/a", gzip_alone);
  EXPECT_EQ(cache_result(again), "Hit");
  EXPECT_EQ(content_of(again), body);
}

TEST(NodeCompression, ZstdIsForThosePoliciesAndViewersThatTakeIt) {
  const std::string body = text_of(20'000);
  const std::vector<TextField> all_three{{"Accept-Encoding", "gzip, deflate, br, zstd"}};
  for (const bool is_on : {false, true}) {
    NodeWorldOptions options = with(true);
    options.distribution.behaviors.front().cache.zstd = is_on;
    NodeWorld net(options);
    net.origin().add({.target = "/a",
                      .fields = {{"Accept-Encoding", is_on ? "zstd,br,gzip" : "br,gzip"}},
                      .reply = reply_text(200, page, body)});
    const Reply reply = net.get("/a", all_three);
    EXPECT_EQ(field(reply, "Content-Encoding"), is_on ? "zstd" : "br");
    EXPECT_EQ(content_of(reply), body);
  }
}

TEST(NodeCompression, Ae7AnHttp10ViewerGetsThePlainObject) {
  NodeWorld net(with(true));
  const std::string body = text_of(20'000);
  net.origin().add({.target = "/a", .absent_fields = {"Accept-Encoding"}, .reply = reply_text(200, page, body)});
  const Reply reply = net.ask("GET /a HTTP/1.0\r\nHost: d1.cdn.test\r\nAccept-Encoding: gzip, br\r\n\r\n");
  EXPECT_EQ(field(reply, "Content-Encoding"), "");
  EXPECT_EQ(reply.message.body, body);
}

TEST(NodeCompression, Cmp5WhatTheOriginHasCodedStaysAsItIs) {
  NodeWorld net(with(true));
  const std::string body = text_of(5'000);
  net.origin().add({.target = "/a", .reply = reply_text(200, and_also(page, {{"Content-Encoding", "gzip"}}), body)});
  const Reply reply = net.get("/a", both);
  EXPECT_EQ(field(reply, "Content-Encoding"), "gzip");
  EXPECT_EQ(field(reply, "ETag"), "\"v1\"");
  EXPECT_EQ(reply.message.body, body);
}

TEST(NodeCompression, Cmp1WhatIsNotStoredIsNotCompressed) {
  NodeWorldOptions options = with(true);
  options.distribution.behaviors.front().cache.min_ttl = seconds(0);
  NodeWorld net(options);
  const std::string body = text_of(5'000);
  net.serve("/a", reply_text(200, {{"Cache-Control", "private, max-age=60"}, {"Content-Type", "text/html"}}, body));
  const Reply reply = net.get("/a", both);
  EXPECT_EQ(field(reply, "Content-Encoding"), "");
  EXPECT_EQ(reply.message.body, body);
}

TEST(NodeCompression, Cmp4AnErrorPageIsCompressedToo) {
  NodeWorld net(with(true));
  const std::string body = text_of(5'000);
  net.serve("/a", reply_text(404, page, body));
  const Reply reply = net.get("/a", both);
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(field(reply, "Content-Encoding"), "br");
  EXPECT_EQ(content_of(reply), body);
}

TEST(NodeCompression, Cond5AConfirmationKeepsTheCodedObjectAndItsWeakTag) {
  for (const bool has_regional : {false, true}) {
    NodeWorld net(with(has_regional));
    const std::string body = text_of(20'000);
    net.origin().add({.target = "/a", .absent_fields = {"If-None-Match"}, .reply = reply_text(200, page, body)});
    net.get("/a", both);
    net.world.run_for(seconds(70));
    net.origin().add({.target = "/a",
                      .fields = {{"If-None-Match", "W/\"v1\""}},
                      .reply =
                          "HTTP/1.1 304 Not Modified\r\nCache-Control: max-age=60\r\nETag: \"v1\"\r\nVary: Origin\r\n"
                          "Accept-Ranges: bytes\r\n\r\n"});
    for (const char* result : {"RefreshHit", "Hit"}) {
      const Reply reply = net.get("/a", both);
      EXPECT_EQ(cache_result(reply), result);
      EXPECT_EQ(field(reply, "Content-Encoding"), "br");
      EXPECT_EQ(field(reply, "ETag"), "W/\"v1\"");
      EXPECT_EQ(field(reply, "Vary"), "Accept-Encoding");
      EXPECT_EQ(field(reply, "Accept-Ranges"), "");
      EXPECT_EQ(content_of(reply), body);
    }
  }
}

TEST(NodeCompression, Cmp9TurningItOnLeavesStoredPlainObjectsUntilTheyArePurged) {
  config::Distribution off = compressing();
  off.behaviors.front().compress = false;
  NodeWorld net({.has_regional = true, .distribution = off});
  const std::string body = text_of(20'000);
  net.serve("/a", reply_text(200, page, body));
  EXPECT_EQ(field(net.get("/a", both), "Content-Encoding"), "");
  net.install(compressing());
  const Reply still = net.get("/a", both);
  EXPECT_EQ(cache_result(still), "Hit");
  EXPECT_EQ(field(still, "Content-Encoding"), "");
  net.purge("/a");
  EXPECT_EQ(field(net.get("/a", both), "Content-Encoding"), "br");
}

TEST(NodeCompression, Rfc9110Section14RangesAreOfTheCodedObject) {
  NodeWorld net(with(true));
  net.serve("/a",
            reply_text(200, and_also(page, {{"Last-Modified", "Thu, 01 Jan 2015 00:00:00 GMT"}}), text_of(20'000)));
  const std::string coded = net.get("/a", both).message.body;
  const Reply part = net.get("/a", and_also(both, {{"Range", "bytes=10-19"}}));
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(field(part, "Content-Encoding"), "br");
  EXPECT_EQ(field(part, "Content-Range"), fmt::format("bytes 10-19/{}", coded.size()));
  EXPECT_EQ(part.message.body, coded.substr(10, 10));
  for (const char* validator : {"W/\"v1\"", "\"v1\"", "Thu, 01 Jan 2015 00:00:00 GMT"}) {
    const Reply whole = net.get("/a", and_also(both, {{"Range", "bytes=10-19"}, {"If-Range", validator}}));
    EXPECT_EQ(whole.status, 200) << validator;
    EXPECT_EQ(whole.message.body, coded);
  }
}

TEST(NodeCompression, Head1TellsOfTheCodedObject) {
  NodeWorld net(with(true));
  net.serve("/a", reply_text(200, page, text_of(20'000)));
  net.get("/a", both);
  const Reply head = net.head("/a", both);
  EXPECT_EQ(cache_result(head), "Hit");
  EXPECT_EQ(field(head, "Content-Encoding"), "br");
  EXPECT_EQ(field(head, "ETag"), "W/\"v1\"");
  EXPECT_FALSE(head.message.find("Content-Length"));
}

TEST(NodeCompression, Cond4AViewersWeakOrStrongTagIsAnswered304) {
  NodeWorld net(with(true));
  net.serve("/a", reply_text(200, page, text_of(20'000)));
  net.get("/a", both);
  for (const char* tag : {"W/\"v1\"", "\"v1\""}) {
    EXPECT_EQ(net.get("/a", and_also(both, {{"If-None-Match", tag}})).status, 304);
  }
}

// The origin stalls in the middle: what it has sent reaches the viewer all the same.
TEST(NodeCompression, Body1ASlowOriginsBytesDoNotWaitInTheEncoder) {
  for (const auto& [fields, coding] : {std::pair(both, Coding::brotli), std::pair(gzip_alone, Coding::gzip)}) {
    NodeWorld net(with(true));
    net.allow_complaints();
    const std::string body = text_of(4'000);
    std::string reply = reply_text(200, page, body);
    reply.resize(reply.size() - 1'500);
    net.origin().add({.target = "/a", .reply = reply, .then = Answer::Then::stall});
    Visit& visit = net.begin_get("/a", fields);
    ASSERT_TRUE(net.run_until_over());
    EXPECT_TRUE(visit.reply.failure);
    const auto decoded = http::decode(coding, visit.reply.message.body);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->content, body.substr(0, 2'500));
  }
}

TEST(NodeCompression, Body2AShortBodyIsNotStored) {
  for (const bool has_regional : {false, true}) {
    NodeWorld net(with(has_regional));
    net.allow_complaints();
    const std::string body = text_of(50'000);
    std::string reply = reply_text(200, page, body);
    reply.resize(reply.size() - 1);
    net.origin().add({.target = "/a", .reply = reply, .then = Answer::Then::close});
    EXPECT_TRUE(net.get("/a", both).failure);
    net.origin().add({.target = "/a", .reply = reply_text(200, page, body)});
    const Reply whole = net.get("/a", both);
    EXPECT_EQ(content_of(whole), body);
    EXPECT_EQ(cache_result(whole), "Miss");
  }
}

TEST(NodeCompression, Body3AViewerWhoLeavesStopsALongFill) {
  NodeWorld net(with(false));
  net.allow_complaints();
  net.origin().add({.target = "/a", .reply = reply_text(200, page, text_of(9'000'000)), .pause = seconds(20)});
  Visit& visit = net.begin_get("/a", both);
  net.world.run_for(seconds(5));
  net.leave(visit);
  net.world.run_for(seconds(100));
  EXPECT_EQ(net.edge().node.cache().counters().entries, 0U);
  EXPECT_EQ(net.edge().node.cache().counters().fills, 0U);
  EXPECT_EQ(net.edge().core.coding_slots().used(), 0U);
}

TEST(NodeCompression, Coll1ViewersTogetherReadOneCodedFill) {
  NodeWorld net(with(true));
  const std::string body = text_of(300'000);
  net.origin().add({.target = "/a", .wait = seconds(1), .reply = reply_text(200, page, body), .pause = seconds(1)});
  std::vector<Visit*> visits;
  for (int i = 0; i < 5; ++i) visits.push_back(&net.begin_get("/a", both));
  ASSERT_TRUE(net.run_until_over());
  for (const Visit* visit : visits) EXPECT_EQ(content_of(visit->reply), body);
}

TEST(NodeCompression, Cmp8BeyondItsBoundIsStoredPlainAndCounted) {
  NodeWorld net(with(false));
  net.origin().add({.target = "/", .reply = reply_text(200, page, text_of(2'000))});
  std::vector<CodingSlots::Slot> taken;
  while (CodingSlots::Slot slot = net.edge().core.coding_slots().take()) taken.push_back(std::move(slot));
  const Reply plain = net.get("/", both);
  EXPECT_EQ(field(plain, "Content-Encoding"), "");
  EXPECT_EQ(field(plain, "ETag"), "\"v1\"");
  EXPECT_EQ(net.edge().metric("gustfront_compression_skipped_total"), 1);
  taken.clear();
  EXPECT_EQ(field(net.get("/", both), "Content-Encoding"), "") << "it stays plain until it expires";
  EXPECT_EQ(cache_result(net.get("/", both)), "Hit");
}

TEST(NodeCompression, ANodeThatStopsLeavesNoEncoderBehind) {
  NodeWorld net(with(false));
  net.allow_complaints();
  net.origin().add({.target = "/a", .reply = reply_text(200, page, text_of(2'000'000)), .pause = seconds(20)});
  net.begin_get("/a", both);
  net.world.run_for(seconds(3));
  EXPECT_EQ(net.edge().core.coding_slots().used(), 1U);
  EXPECT_TRUE(net.stop(net.edge()));
  EXPECT_EQ(net.edge().core.coding_slots().used(), 0U);
}

}  // namespace
}  // namespace gust::proxy
