// Whole nodes: what origins may get wrong. Before the head it is a 502 that says why in the log, after it a break that
// the viewer sees; it is never stored, and its connection serves nobody else.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/bytes.h"
#include "proxy/node_world_internal.h"

namespace gust::proxy {
namespace {

using namespace std::string_literals;
using Then = sim::Answer::Then;

struct BadHead {
  std::string name;
  std::string reply;
  std::string detail = "OriginInvalidResponseError";
};

std::string many(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

std::vector<BadHead> bad_heads() {
  const std::string ok = "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\n";
  const std::string end = "Content-Length: 4\r\n\r\nevil";
  return {
      {"StatusOfTwoDigits", "HTTP/1.1 20 OK\r\n" + end},
      {"StatusOfFourDigits", "HTTP/1.1 2000 OK\r\n" + end},
      {"StatusBelow100", "HTTP/1.1 099 OK\r\n" + end},
      {"StatusNoNumber", "HTTP/1.1 abc OK\r\n" + end},
      {"VersionOfAnotherProtocol", "ICY 200 OK\r\n" + end},
      {"VersionUnknown", "HTTP/9.9 200 OK\r\n" + end},
      {"StatusLineEmpty", "\r\n\r\n"},
      {"Nonsense", "nonsense\r\n\r\n"},
      {"LengthsThatDiffer", ok + "Content-Length: 5\r\n" + end},
      {"LengthTwice", ok + "Content-Length: 4\r\n" + end},
      {"LengthList", ok + "Content-Length: 4, 4\r\n\r\nevil"},
      {"LengthSigned", ok + "Content-Length: +4\r\n\r\nevil"},
      {"LengthHexadecimal", ok + "Content-Length: 0x4\r\n\r\nevil"},
      {"LengthTooLarge", ok + "Content-Length: 99999999999999999999\r\n\r\nevil"},
      {"LengthAndChunked", ok + "Transfer-Encoding: chunked\r\n" + end},
      {"ChunkedAndLength", ok + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"CodingUnknown", ok + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"},
      {"CodingTwice", ok + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"},
      {"CodingNotLast", ok + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"},
      {"SpaceBeforeColon", ok + "X-A : b\r\n" + end},
      {"FieldWithoutName", ok + ": b\r\n" + end},
      {"FieldWithoutColon", ok + "X-A\r\n" + end},
      {"FoldedLine", ok + "X-A: b\r\n c\r\n" + end},
      {"NulInValue", ok + "X-A: b\0c\r\n"s + end},
      {"BareReturnInValue", ok + "X-A: b\rc\r\n" + end},
      {"SwitchThatNobodyAskedFor", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nevil"},
      {"Body5TwoContinues", many("HTTP/1.1 100 Continue\r\n\r\n", 2) + ok + end},
      {"FloodOfInterimResponses", many("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", 100) + ok + end},
      {"Lim5HeadTooLong", ok + "X-A: " + std::string(40'000, 'a') + "\r\n" + end, "OriginHeaderTooBigError"},
      {"Lim5TooManyFields", ok + many("X-A: b\r\n", 2000) + end, "OriginHeaderTooBigError"},
      {"EndWithoutAnAnswer", "", "OriginReadError"},
      {"EndInTheHead", "HTTP/1.1 200 OK\r\nConte", "OriginReadError"},
  };
}

struct BadHeadTest : testing::TestWithParam<BadHead> {};

TEST_P(BadHeadTest, Log6Is502WithItsReasonAndNothingOfItIsShownOrStored) {
  for (const bool has_regional : {false, true}) {
    NodeWorld net({.has_regional = has_regional});
    net.allow_complaints();
    net.origin().add({.target = "/a", .reply = GetParam().reply, .then = Then::close});
    const Reply refused = net.get("/a");
    EXPECT_EQ(refused.status, 502);
    EXPECT_EQ(cache_result(refused), "Error");
    EXPECT_EQ(refused.message.body.find("evil"), std::string::npos);
    net.world.run_for(seconds(30));
    EXPECT_EQ(net.edge().access.records()[0].detailed_result, GetParam().detail);
    net.origin().add({.target = "/a", .reply = reply_text(200, {{"Cache-Control", "max-age=60"}}, "good")});
    EXPECT_EQ(net.get("/a").message.body, "good");
  }
}

INSTANTIATE_TEST_SUITE_P(Origin, BadHeadTest, testing::ValuesIn(bad_heads()),
                         [](const auto& each) { return each.param.name; });

struct BadBody {
  std::string name;
  std::string body;  // behind a chunked head
};

std::vector<BadBody> bad_bodies() {
  return {
      {"SizeNoNumber", "4\r\ngood\r\nzz\r\nevil\r\n0\r\n\r\n"},
      {"SizeNegative", "4\r\ngood\r\n-1\r\nevil\r\n0\r\n\r\n"},
      {"SizeTooLarge", "4\r\ngood\r\nfffffffffffffffff\r\nevil\r\n0\r\n\r\n"},
      {"SizeWithSpace", "4\r\ngood\r\n 4\r\nevil\r\n0\r\n\r\n"},
      {"SizeEmpty", "4\r\ngood\r\n\r\nevil\r\n0\r\n\r\n"},
      {"LongerThanItsSize", "4\r\ngoodevil\r\n0\r\n\r\n"},
      {"BareLineFeed", "4\r\ngood\n4\nevil\n0\n\n"},
      {"HugeExtension", "4\r\ngood\r\n4;" + std::string(100'000, 'x') + "\r\nevil\r\n0\r\n\r\n"},
      {"TrailerBroken", "4\r\ngood\r\n0\r\nX A: b\r\n\r\n"},
      {"TrailerHuge", "4\r\ngood\r\n0\r\nX-A: " + std::string(200'000, 'x') + "\r\n\r\n"},
      {"EndWithoutLastChunk", "4\r\ngood\r\n"},
      {"EndInAChunk", "8\r\ngood"},
      {"EndInASize", "4\r\ngood\r\n4"},
      {"EndBeforeTheLastLine", "4\r\ngood\r\n0\r\n"},
  };
}

struct BadBodyTest : testing::TestWithParam<BadBody> {};

TEST_P(BadBodyTest, Body2IsSeenToBreakOffAndIsNotStored) {
  for (const bool has_regional : {false, true}) {
    for (const bool is_stored : {true, false}) {
      NodeWorld net({.has_regional = has_regional});
      net.allow_complaints();
      const std::string control = is_stored ? "max-age=60" : "no-store";
      config::Distribution distribution = plain_distribution();
      if (!is_stored) disable_caching(distribution.behaviors.front());
      net.install(distribution);
      net.origin().add(
          {.target = "/a",
           .reply = fmt::format("HTTP/1.1 200 OK\r\nCache-Control: {}\r\nTransfer-Encoding: chunked\r\n\r\n{}", control,
                                GetParam().body),
           .then = Then::close});
      const Reply broken = net.get("/a");
      const bool is_own_page = broken.status == 502;
      EXPECT_TRUE(is_own_page || broken.failure) << "a whole answer of " << broken.message.body;
      EXPECT_EQ(broken.message.body.find("evil"), std::string::npos);
      net.world.run_for(seconds(30));
      net.origin().add({.target = "/a", .reply = reply_text(200, {{"Cache-Control", "max-age=60"}}, "whole")});
      EXPECT_EQ(net.get("/a").message.body, "whole");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Origin, BadBodyTest, testing::ValuesIn(bad_bodies()),
                         [](const auto& each) { return each.param.name; });

// What comes behind a response is nobody's: neither shown, nor the answer to the next request.
TEST(Node, SecurityBytesBehindAResponseReachNobody) {
  for (const bool has_regional : {false, true}) {
    NodeWorld net({.has_regional = has_regional});
    net.allow_complaints();
    const std::vector<TextField> for_a_minute{{"Cache-Control", "max-age=60"}};
    net.origin().add(
        {.target = "/a", .reply = reply_text(200, for_a_minute, "good") + reply_text(200, for_a_minute, "evil")});
    net.origin().add({.target = "/b", .reply = reply_text(200, for_a_minute, "other")});
    const Reply reply = net.get("/a");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.message.body, "good");
    EXPECT_EQ(net.get("/b").message.body, "other");
    EXPECT_EQ(net.get("/a").message.body, "good");
    EXPECT_EQ(net.origin().connection_count(), 2U);
  }
}

TEST(Node, SecurityAHeadThatTricklesEndsIn504) {
  config::Distribution distribution = plain_distribution();
  distribution.origins.front().read_timeout = seconds(3);
  distribution.origins.front().connection_attempts = 1;
  NodeWorld net({.distribution = distribution});
  net.allow_complaints();
  net.origin().add({.target = "/a", .reply = "HTTP/1.1 200 OK\r\nX-A: b\r\nX-B: c\r\n", .then = Then::stall});
  const Instant before = net.world.now();
  EXPECT_EQ(net.get("/a").status, 504);
  EXPECT_LT(net.world.now() - before, seconds(4));
}

// A short rest without a viewer is fetched, but not for ever.
TEST(Node, SecurityATricklingRestThatNobodyReadsEnds) {
  NodeWorld net;
  net.allow_complaints();
  const std::string body(100'000, 'x');
  net.origin().add(
      {.target = "/a", .reply = reply_text(200, {{"Cache-Control", "max-age=60"}}, body), .trickle = seconds(5)});
  Visit& visit = net.begin_get("/a");
  net.world.run_for(seconds(12));
  net.leave(visit);
  net.world.run_for(minutes(2));
  EXPECT_EQ(net.edge().node.cache().counters().fills, 0U);
}

}  // namespace
}  // namespace gust::proxy
