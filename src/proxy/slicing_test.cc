// Whole nodes: ranges of what is not stored whole come from slices.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/range.h"
#include "proxy/node_world_internal.h"

namespace gust::proxy {
namespace {

using sim::Answer;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr ByteCount slice_bytes = 1000;
const std::vector<TextField> version_one{{"Cache-Control", "max-age=60"}, {"ETag", "\"one\""}};
const std::vector<TextField> version_two{{"Cache-Control", "max-age=60"}, {"ETag", "\"two\""}};

std::string bytes_of(std::size_t count, std::string_view mark = " ") {
  std::string bytes;
  for (int i = 0; bytes.size() < count; ++i) bytes += fmt::format("{}{}", i, mark);
  bytes.resize(count);
  return bytes;
}

std::vector<std::uint64_t> slices(std::vector<std::uint64_t> numbers) { return numbers; }

std::string range_of(std::uint64_t slice) {
  return fmt::format("bytes={}-{}", slice * slice_bytes, (slice + 1) * slice_bytes - 1);
}

std::string slice_reply(std::string_view body, std::uint64_t slice, std::vector<TextField> fields) {
  const std::string_view part = body.substr(slice * slice_bytes, slice_bytes);
  fields.push_back({"Content-Range", http::content_range_of({slice * slice_bytes, part.size()}, body.size())});
  return reply_text(206, fields, part);
}

// One answer to a request for the slice, or as many as are asked for.
void add_slice(NodeWorld& net, std::string_view body, std::uint64_t slice, const std::vector<TextField>& fields,
               bool is_repeated = false) {
  net.origin().add({.target = "/a",
                    .fields = {{"Range", range_of(slice)}},
                    .is_repeated = is_repeated,
                    .reply = slice_reply(body, slice, fields)});
}

std::vector<std::string> ranges_asked(NodeWorld& net) {
  std::vector<std::string> ranges;
  for (const sim::MessageText& request : net.origin().requests()) {
    ranges.emplace_back(request.find("Range").value_or("none"));
  }
  return ranges;
}

NodeWorldOptions options(bool has_regional = false) {
  NodeWorldOptions made{.has_regional = has_regional, .slice_bytes = slice_bytes};
  made.distribution.behaviors.front().cache.min_ttl = {};
  return made;
}

TEST(Slices, Range2APartIsFetchedBySlicesAndEachIsStored) {
  for (const bool has_regional : {false, true}) {
    NodeWorld net(options(has_regional));
    const std::string body = bytes_of(2500);
    for (const std::uint64_t slice : slices({1, 2})) add_slice(net, body, slice, version_one);
    const Reply part = net.get("/a", {{"Range", "bytes=1500-2199"}});
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.message.body, body.substr(1500, 700));
    EXPECT_EQ(field(part, "Content-Range"), "bytes 1500-2199/2500");
    EXPECT_EQ(field(part, "Content-Length"), "700");
    EXPECT_EQ(cache_result(part), "Miss");
    const Reply again = net.get("/a", {{"Range", "bytes=1000-"}});
    EXPECT_EQ(again.message.body, body.substr(1000));
    EXPECT_EQ(cache_result(again), "Hit");
    EXPECT_THAT(ranges_asked(net), ElementsAre(range_of(1), range_of(2)));
    net.world.run_for(seconds(1));
    const observe::AccessRecord& record = net.edge().access.records()[0];
    EXPECT_EQ(record.range_start, 1500U);
    EXPECT_EQ(record.range_end, 2199U);
  }
}

TEST(Slices, Range2TheLastBytesAreFoundByTheFirstSlice) {
  NodeWorld net(options());
  const std::string body = bytes_of(3500);
  for (const std::uint64_t slice : slices({0, 2, 3})) add_slice(net, body, slice, version_one);
  const Reply part = net.get("/a", {{"Range", "bytes=-600"}});
  EXPECT_EQ(field(part, "Content-Range"), "bytes 2900-3499/3500");
  EXPECT_EQ(part.message.body, body.substr(2900));
}

TEST(Slices, Range2SeveralRangesComeFromTheirSlices) {
  NodeWorld net(options());
  const std::string body = bytes_of(5000);
  for (const std::uint64_t slice : slices({0, 3, 4})) add_slice(net, body, slice, version_one);
  const Reply parts = net.get("/a", {{"Range", "bytes=10-19,30-39,3990-4009"}});
  EXPECT_EQ(parts.status, 206);
  for (const std::string& part : {body.substr(10, 10), body.substr(30, 10), body.substr(3990, 20)}) {
    EXPECT_THAT(parts.message.body, testing::HasSubstr("\r\n\r\n" + part + "\r\n--"));
  }
  EXPECT_EQ(field(parts, "Content-Length"), std::to_string(parts.message.body.size()));
}

TEST(Slices, Range1AnObjectOfOneSliceServesRangesWithoutAValidator) {
  NodeWorld net(options());
  const std::string body = bytes_of(300);
  add_slice(net, body, 0, {{"Cache-Control", "max-age=60"}});
  EXPECT_EQ(net.get("/a", {{"Range", "bytes=5-9"}}).message.body, body.substr(5, 5));
  EXPECT_EQ(net.get("/a", {{"Range", "bytes=-5"}}).message.body, body.substr(295));
  EXPECT_EQ(net.get("/a", {{"Range", "bytes=300-"}}).status, 416);
  EXPECT_EQ(net.origin().request_count(), 1U);
}

TEST(Slices, Range3AnOriginThatIgnoresRangesGivesTheWholeAndLaterRangesAreCutFromIt) {
  for (const bool has_regional : {false, true}) {
    NodeWorld net(options(has_regional));
    const std::string body = bytes_of(2500);
    net.origin().add({.target = "/a", .reply = reply_text(200, version_one, body)});
    const Reply whole = net.get("/a", {{"Range", "bytes=1500-1599"}});
    EXPECT_EQ(whole.status, 200);
    EXPECT_EQ(whole.message.body, body);
    const Reply part = net.get("/a", {{"Range", "bytes=1500-1599"}});
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.message.body, body.substr(1500, 100));
    EXPECT_EQ(cache_result(net.get("/a")), "Hit");
    EXPECT_EQ(net.origin().request_count(), 1U);
  }
}

TEST(Slices, Range3WhatIsTooLargeToStoreComesWholeByOneRequest) {
  NodeWorldOptions small = options(true);
  small.edge_cache.object_bytes_max = small.regional_cache.object_bytes_max = 2000;
  NodeWorld net(small);
  const std::string body = bytes_of(2500);
  net.origin().add({.target = "/a", .reply = reply_text(200, version_one, body)});
  EXPECT_EQ(net.get("/a", {{"Range", "bytes=1500-1599"}}).message.body, body);
}

TEST(Slices, Range4AChunkedAnswerToARangeMeansTheWhole) {
  for (const bool has_regional : {false, true}) {
    NodeWorld net(options(has_regional));
    net.origin().add({.target = "/a",
                      .present_fields = {"Range"},
                      .reply = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-4/10\r\nETag: \"one\"\r\n"
                               "Transfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n0\r\n\r\n"});
    net.origin().add({.target = "/a", .absent_fields = {"Range"}, .reply = reply_text(200, version_one, "0123456789")});
    const Reply whole = net.get("/a", {{"Range", "bytes=0-4"}});
    EXPECT_EQ(whole.status, 200);
    EXPECT_EQ(whole.message.body, "0123456789");
    EXPECT_EQ(net.get("/a", {{"Range", "bytes=0-4"}}).message.body, "01234");
  }
}

TEST(Slices, Lim6AndRange6AnObjectBeyond50GigabytesIsRefusedAndItsSlicesAreNot) {
  NodeWorld net(options());
  net.origin().add({.target = "/a",
                    .absent_fields = {"Range"},
                    .reply = "HTTP/1.1 200 OK\r\nContent-Length: 50000000001\r\n\r\nfirst bytes",
                    .then = Answer::Then::close});
  EXPECT_EQ(net.get("/a").status, 502);
  std::vector<TextField> fields = version_one;
  fields.push_back({"Content-Range", "bytes 60000000000-60000000999/70000000000"});
  net.origin().add({.target = "/a",
                    .fields = {{"Range", "bytes=60000000000-60000000999"}},
                    .reply = reply_text(206, fields, bytes_of(1000))});
  EXPECT_EQ(net.get("/a", {{"Range", "bytes=60000000000-60000000004"}}).message.body, bytes_of(5));
  EXPECT_EQ(cache_result(net.get("/a", {{"Range", "bytes=60000000000-60000000004"}})), "Hit");
}

TEST(Slices, Range7A416IsPassedOnAndNotCached) {
  for (const bool has_regional : {false, true}) {
    NodeWorld net(options(has_regional));
    net.origin().add({.target = "/a",
                      .fields = {{"Range", range_of(9)}},
                      .is_repeated = true,
                      .reply = reply_text(416, {{"Content-Range", "bytes */2500"}}, "")});
    for (int i = 0; i < 2; ++i) {
      const Reply reply = net.get("/a", {{"Range", "bytes=9000-9001"}});
      EXPECT_EQ(reply.status, 416);
      EXPECT_EQ(field(reply, "Content-Range"), "bytes */2500");
    }
    EXPECT_EQ(net.origin().request_count(), 2U);
  }
}

TEST(Slices, Err4AnErrorIsRememberedForTheSlice) {
  NodeWorld net(options());
  net.origin().add({.target = "/a", .fields = {{"Range", range_of(0)}}, .reply = reply_text(404, {}, "no")});
  EXPECT_EQ(net.get("/a", {{"Range", "bytes=0-1"}}).status, 404);
  EXPECT_EQ(net.get("/a", {{"Range", "bytes=0-1"}}).message.body, "no");
  EXPECT_EQ(net.origin().request_count(), 1U);
}

TEST(Slices, Coll1ASliceIsFetchedOnceForAllWhoWait) {
  NodeWorld net(options(true));
  const std::string body = bytes_of(2500);
  for (const std::uint64_t slice : slices({0, 1})) {
    net.origin().add({.target = "/a",
                      .fields = {{"Range", range_of(slice)}},
                      .wait = seconds(1),
                      .reply = slice_reply(body, slice, version_one)});
  }
  std::vector<Visit*> visits;
  for (int i = 0; i < 5; ++i) visits.push_back(&net.begin_get("/a", {{"Range", "bytes=900-1099"}}));
  ASSERT_TRUE(net.run_until_over());
  for (const Visit* visit : visits) EXPECT_EQ(visit->reply.message.body, body.substr(900, 200));
  EXPECT_EQ(net.origin().request_count(), 2U);
}

TEST(Slices, Inv4APurgeOfThePathReachesAllSlices) {
  for (const bool has_regional : {false, true}) {
    NodeWorld net(options(has_regional));
    const std::string before = bytes_of(2500);
    const std::string after = bytes_of(2500, "-");
    for (const std::uint64_t slice : slices({0, 1, 2})) add_slice(net, before, slice, version_one);
    EXPECT_EQ(net.get("/a", {{"Range", "bytes=0-2499"}}).message.body, before);
    net.purge("/a");
    for (const std::uint64_t slice : slices({0, 1, 2})) add_slice(net, after, slice, version_two);
    EXPECT_EQ(net.get("/a", {{"Range", "bytes=0-2499"}}).message.body, after);
  }
}

TEST(Slices, Cond2AStaleSliceIsConfirmedByItself) {
  NodeWorld net(options());
  const std::string body = bytes_of(2500);
  for (const std::uint64_t slice : slices({0, 1})) add_slice(net, body, slice, version_one);
  net.get("/a", {{"Range", "bytes=900-1099"}});
  net.world.run_for(seconds(61));
  for (const std::uint64_t slice : slices({0, 1})) {
    net.origin().add({.target = "/a",
                      .fields = {{"Range", range_of(slice)}, {"If-None-Match", "\"one\""}},
                      .reply = "HTTP/1.1 304 Not Modified\r\nCache-Control: max-age=60\r\nETag: \"one\"\r\n\r\n"});
  }
  const Reply part = net.get("/a", {{"Range", "bytes=900-1099"}});
  EXPECT_EQ(part.message.body, body.substr(900, 200));
  EXPECT_EQ(cache_result(part), "RefreshHit");
  EXPECT_EQ(cache_result(net.get("/a", {{"Range", "bytes=900-1099"}})), "Hit");
}

TEST(Slices, Stale1AStaleSliceIsServedAtOnceAndConfirmedByItself) {
  for (const bool has_regional : {false, true}) {
    NodeWorld net(options(has_regional));
    const std::string body = bytes_of(2500);
    const std::vector<TextField> fields{{"Cache-Control", "max-age=10, stale-while-revalidate=60"},
                                        {"ETag", "\"one\""}};
    add_slice(net, body, 1, fields);
    net.get("/a", {{"Range", "bytes=1000-1099"}});
    net.world.run_for(seconds(11));
    net.origin().add({.target = "/a",
                      .fields = {{"Range", range_of(1)}, {"If-None-Match", "\"one\""}},
                      .reply = "HTTP/1.1 304 Not Modified\r\nCache-Control: max-age=60\r\nETag: \"one\"\r\n\r\n"});
    EXPECT_EQ(cache_result(net.get("/a", {{"Range", "bytes=1000-1099"}})), "Hit");
    net.world.run_for(seconds(30));
    const Reply part = net.get("/a", {{"Range", "bytes=1500-1599"}});
    EXPECT_EQ(part.message.body, body.substr(1500, 100));
    EXPECT_EQ(cache_result(part), "Hit");
    EXPECT_EQ(net.origin().request_count(), 2U);
  }
}

// RFC 9110 section 15.3.7.3: parts with different validators are never combined.
TEST(Slices, Rfc9110Section15Point3Point7Point3AnObjectThatChangesMidwayIsBrokenOff) {
  for (const bool has_regional : {false, true}) {
    NodeWorld net(options(has_regional));
    const std::string before = bytes_of(2500);
    const std::string after = bytes_of(2500, "-");
    add_slice(net, before, 0, version_one);
    add_slice(net, after, 1, version_two);
    const Reply cut_off = net.get("/a", {{"Range", "bytes=0-"}});
    EXPECT_TRUE(cut_off.failure);
    EXPECT_EQ(cut_off.message.body, before.substr(0, 1000));
    // What was begun with is of no use any more; the newer slice is.
    for (const std::uint64_t slice : slices({0, 2})) add_slice(net, after, slice, version_two);
    const Reply whole = net.get("/a", {{"Range", "bytes=0-"}});
    EXPECT_EQ(whole.failure, std::nullopt);
    EXPECT_EQ(whole.message.body, after);
  }
}

TEST(Slices, Rfc9110Section15Point3Point7Point3AStoredSliceOfAnOlderVersionIsAskedForAnew) {
  for (const bool has_regional : {false, true}) {
    NodeWorld net(options(has_regional));
    const std::string before = bytes_of(2500);
    const std::string after = bytes_of(2500, "-");
    add_slice(net, before, 1, version_one);
    net.get("/a", {{"Range", "bytes=1000-1001"}});
    for (const std::uint64_t slice : slices({0, 1})) add_slice(net, after, slice, version_two);
    const Reply part = net.get("/a", {{"Range", "bytes=0-1999"}});
    EXPECT_EQ(part.failure, std::nullopt);
    EXPECT_EQ(part.message.body, after.substr(0, 2000));
  }
}

TEST(Slices, Rfc9110Section15Point3Point7Point3AnOlderFirstSliceIsNoticedBeforeTheFirstByte) {
  NodeWorld net(options());
  const std::string before = bytes_of(2500);
  const std::string after = bytes_of(2500, "-");
  add_slice(net, before, 0, version_one);
  net.get("/a", {{"Range", "bytes=0-1"}});
  net.world.run_for(seconds(1));
  add_slice(net, after, 1, version_two);
  net.get("/a", {{"Range", "bytes=1000-1001"}});
  add_slice(net, after, 0, version_two);
  const Reply part = net.get("/a", {{"Range", "bytes=0-1999"}});
  EXPECT_EQ(part.failure, std::nullopt);
  EXPECT_EQ(part.message.body, after.substr(0, 2000));
}

TEST(Slices, Rfc9110Section15Point3Point7Point3TheAnswerIsBegunAnewWhileNothingOfItIsOut) {
  NodeWorld net(options());
  const std::string before = bytes_of(2500);
  const std::string after = bytes_of(2500, "-");
  add_slice(net, before, 0, version_one);  // tells the length
  add_slice(net, after, 2, version_two);
  add_slice(net, after, 0, version_two);
  const Reply part = net.get("/a", {{"Range", "bytes=-5"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.message.body, after.substr(2495));
}

TEST(Slices, SecurityAVersionThatChangesInAnObjectSaidToBeHugeCostsTheSlicesThatWereMet) {
  NodeWorld net(options());
  const std::uint64_t far = 900'000'000'000'000;
  const auto said_huge = [](std::uint64_t slice, std::vector<TextField> fields) {
    fields.push_back({"Content-Range", http::content_range_of({slice * slice_bytes, slice_bytes}, ByteCount{1} << 60)});
    return reply_text(206, fields, std::string(slice_bytes, 'x'));
  };
  net.origin().add({.target = "/a", .fields = {{"Range", range_of(0)}}, .reply = said_huge(0, version_one)});
  net.origin().add({.target = "/a", .fields = {{"Range", range_of(far)}}, .reply = said_huge(far, version_two)});
  const Reply reply = net.get("/a", {{"Range", fmt::format("bytes=0-0,{0}-{0}", far * slice_bytes)}});
  EXPECT_TRUE(reply.failure) << "the first part was out when the version changed";
  EXPECT_THAT(ranges_asked(net), ElementsAre(range_of(0), range_of(far)));
}

TEST(Slices, Rfc9111Section3Point4WithoutAStrongValidatorTheViewersRangeIsAskedForAsItIs) {
  for (const bool has_regional : {false, true}) {
    NodeWorld net(options(has_regional));
    const std::string body = bytes_of(2500);
    add_slice(net, body, 0, {{"Cache-Control", "max-age=60"}, {"ETag", "W/\"weak\""}});
    for (int i = 0; i < 2; ++i) {
      net.origin().add({.target = "/a",
                        .fields = {{"Range", "bytes=900-1099"}},
                        .reply = reply_text(206, {{"Content-Range", "bytes 900-1099/2500"}}, body.substr(900, 200))});
      const Reply part = net.get("/a", {{"Range", "bytes=900-1099"}});
      EXPECT_EQ(part.status, 206);
      EXPECT_EQ(part.message.body, body.substr(900, 200));
    }
    EXPECT_EQ(net.get("/a", {{"Range", "bytes=900-901"}}).message.body, body.substr(900, 2));
    EXPECT_EQ(net.origin().request_count(), 3U);
  }
}

TEST(Slices, Ttl5WhatMayNotBeStoredIsCutAsItPassesThrough) {
  for (const bool has_regional : {false, true}) {
    NodeWorld net(options(has_regional));
    const std::string body = bytes_of(2500);
    const std::vector<TextField> private_one{{"Cache-Control", "private"}, {"ETag", "\"one\""}};
    for (int i = 0; i < 2; ++i) {
      add_slice(net, body, 0, private_one);
      const Reply part = net.get("/a", {{"Range", "bytes=3-5"}});
      EXPECT_EQ(part.status, 206);
      EXPECT_EQ(part.message.body, body.substr(3, 3));
      EXPECT_EQ(field(part, "Content-Range"), "bytes 3-5/2500");
    }
    EXPECT_EQ(net.edge().node.cache().counters().entries, 0U);
    net.world.run_for(seconds(1));
    EXPECT_EQ(net.edge().access.records()[0].range_start, 3U);
  }
}

TEST(Slices, Ttl5WhatMayNotBeStoredAndIsMoreThanASliceIsAskedForByTheViewersRange) {
  for (const bool has_regional : {false, true}) {
    NodeWorld net(options(has_regional));
    const std::string body = bytes_of(2500);
    add_slice(net, body, 0, {{"Cache-Control", "private"}, {"ETag", "\"one\""}});
    net.origin().add({.target = "/a",
                      .fields = {{"Range", "bytes=3-1002"}},
                      .reply = reply_text(206, {{"Cache-Control", "private"}, {"Content-Range", "bytes 3-1002/2500"}},
                                          body.substr(3, 1000))});
    EXPECT_EQ(net.get("/a", {{"Range", "bytes=3-1002"}}).message.body, body.substr(3, 1000));
    EXPECT_EQ(net.edge().node.cache().counters().entries, 0U);
  }
}

TEST(Slices, Rfc9110Section13Point1Point5AnIfRangeThatFailsGetsTheWholeFromSlices) {
  NodeWorld net(options());
  const std::string body = bytes_of(2500);
  for (const std::uint64_t slice : slices({0, 1, 2})) add_slice(net, body, slice, version_one);
  const Reply whole = net.get("/a", {{"Range", "bytes=1000-"}, {"If-Range", "\"old\""}});
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(whole.message.body, body);
  EXPECT_EQ(field(whole, "Content-Range"), "");
  EXPECT_EQ(net.get("/a", {{"Range", "bytes=1000-"}, {"If-Range", "\"one\""}}).status, 206);
  EXPECT_EQ(net.get("/a", {{"Range", "bytes=1000-"}, {"If-None-Match", "\"one\""}}).status, 304);
}

TEST(Slices, Rfc9111Section3Point4AnObjectTooLongToBeStoredIsStoredInSlicesAndServedWhole) {
  for (const bool has_regional : {false, true}) {
    NodeWorldOptions small = options(has_regional);
    small.edge_cache.object_bytes_max = small.regional_cache.object_bytes_max = 2000;
    NodeWorld net(small);
    const std::string body = bytes_of(2500);
    std::vector<TextField> fields = version_one;
    fields.push_back({"Accept-Ranges", "bytes"});
    net.origin().add({.target = "/a", .absent_fields = {"Range"}, .reply = reply_text(200, fields, body)});
    // The edge takes no more of the regional cache's first answer than its head, and so may cut off a slice on its way,
    // which is asked for again.
    for (const std::uint64_t slice : slices({0, 1, 2})) add_slice(net, body, slice, fields, has_regional);
    // The regional cache has the first slice by the time that the edge asks for it.
    for (const char* result : {has_regional ? "Hit" : "Miss", "Hit", "Hit"}) {
      const Reply whole = net.get("/a");
      EXPECT_EQ(whole.status, 200);
      EXPECT_EQ(whole.message.body, body);
      EXPECT_EQ(field(whole, "Content-Length"), "2500");
      EXPECT_EQ(field(whole, "Content-Range"), "");
      EXPECT_EQ(cache_result(whole), result);
    }
    EXPECT_EQ(net.get("/a", {{"Range", "bytes=1999-2000"}}).message.body, body.substr(1999, 2));
    EXPECT_GE(net.origin().request_count(), 4U);
    EXPECT_LE(net.origin().request_count(), has_regional ? 5U : 4U);
  }
}

TEST(Slices, Range3AnOriginThatDoesNotKeepItsWordAboutRangesStillGivesTheWhole) {
  NodeWorldOptions small = options();
  small.edge_cache.object_bytes_max = 2000;
  NodeWorld net(small);
  const std::string body = bytes_of(2500);
  std::vector<TextField> fields = version_one;
  fields.push_back({"Accept-Ranges", "bytes"});
  net.serve("/a", reply_text(200, fields, body));
  EXPECT_EQ(net.get("/a").message.body, body);
  EXPECT_EQ(net.origin().request_count(), 2U);
}

TEST(Slices, Body3AViewerWhoLeavesNeedsNoFurtherSlices) {
  NodeWorld net(options(true));
  net.allow_complaints();
  const std::string body = bytes_of(20'000);
  for (std::uint64_t slice = 0; slice < 20; ++slice) {
    net.origin().add({.target = "/a",
                      .fields = {{"Range", range_of(slice)}},
                      .wait = seconds(1),
                      .reply = slice_reply(body, slice, version_one)});
  }
  Visit& visit = net.begin_get("/a", {{"Range", "bytes=0-"}});
  net.world.run_for(milliseconds(3500));
  net.leave(visit);
  net.world.run_for(minutes(2));
  EXPECT_LE(net.origin().request_count(), 6U);
}

TEST(Slices, Range2TheBytesBehindTheViewerAreOneSliceAhead) {
  NodeWorld net(options());
  net.allow_complaints();
  const std::string body = bytes_of(20'000);
  add_slice(net, body, 0, version_one);
  add_slice(net, body, 1, version_one);
  net.origin().add({.target = "/a", .fields = {{"Range", range_of(2)}}, .wait = minutes(5)});
  Visit& visit = net.begin_get("/a", {{"Range", "bytes=0-"}});
  net.world.run_for(seconds(5));
  EXPECT_THAT(ranges_asked(net), ElementsAre(range_of(0), range_of(1), range_of(2)));
  net.leave(visit);
}

TEST(Slices, Body2ASliceThatDoesNotComeBreaksTheAnswerOff) {
  NodeWorld net(options());
  const std::string body = bytes_of(2500);
  add_slice(net, body, 0, version_one);
  net.origin().add({.target = "/a", .fields = {{"Range", range_of(1)}}, .reply = reply_text(500, {}, "oops")});
  const Reply cut_off = net.get("/a", {{"Range", "bytes=0-1999"}});
  EXPECT_TRUE(cut_off.failure);
  EXPECT_EQ(cut_off.message.body, body.substr(0, 1000));
}

TEST(Slices, Rfc9110Section14Point4AnAnswerWithAnotherRangeThanAskedForIsNotStored) {
  NodeWorld net(options());
  const std::string body = bytes_of(2500);
  std::vector<TextField> fields = version_one;
  fields.push_back({"Content-Range", "bytes 0-4/2500"});
  net.origin().add(
      {.target = "/a", .fields = {{"Range", range_of(0)}}, .reply = reply_text(206, fields, body.substr(0, 5))});
  net.origin().add({.target = "/a",
                    .fields = {{"Range", "bytes=0-9"}},
                    .reply = reply_text(206, {{"Content-Range", "bytes 0-9/2500"}}, body.substr(0, 10))});
  EXPECT_EQ(net.get("/a", {{"Range", "bytes=0-9"}}).message.body, body.substr(0, 10));
  EXPECT_EQ(net.edge().node.cache().counters().entries, 0U);
}

}  // namespace
}  // namespace gust::proxy
