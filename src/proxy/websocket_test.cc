#include "proxy/websocket.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "base/text.h"
#include "proxy/node_world_internal.h"
#include "rt/loop.h"
#include "rt/network.h"

namespace gust::proxy {
namespace {

const std::string handshake =
    "GET /chat HTTP/1.1\r\nHost: d1.cdn.test\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nX-Other: 1\r\n\r\n";
const std::string accepted =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
// What the scripted origin takes for its next request when it comes through the tunnel.
const std::string inside = "GET /inside HTTP/1.1\r\nHost: inside\r\n\r\n";

// A viewer on raw bytes.
struct Talk {
  std::string heard;
  Errc end = Errc::bug;  // closed: in order
  bool is_over = false;
};

rt::Task<void> talk(rt::Loop& loop, rt::Endpoint to, std::string first, std::string then, Talk& out) {
  auto socket = co_await loop.network().connect(to, never);
  CHECK(socket.has_value());
  ByteView said = first;
  ByteView later = then;
  std::array<char, 4096> piece;
  while (true) {
    while (!said.empty()) {
      const auto sent = co_await (*socket)->write({&said, 1}, never);
      if (!sent) break;
      said.remove_prefix(*sent);
    }
    const auto got = co_await (*socket)->read(piece, never);
    if (!got || *got == 0) {
      out.end = got ? Errc::closed : got.error().code;
      break;
    }
    out.heard.append(piece.data(), *got);
    if (out.heard.contains("\r\n\r\n")) said = std::exchange(later, {});
  }
  out.is_over = true;
}

class Websocket : public testing::Test {
 protected:
  explicit Websocket(bool has_regional = false) : net({.has_regional = has_regional}) {}

  Talk run(std::string first, std::string then) {
    Talk out;
    rt::Scope scope(net.viewers());
    scope.spawn(talk(net.viewers(), net.edge().at, std::move(first), std::move(then), out));
    EXPECT_TRUE(net.world.run_until([&] { return scope.running() == 0; })) << out.heard;
    return out;
  }

  NodeWorld net;
};

class WebsocketWithRegional : public Websocket {
 protected:
  WebsocketWithRegional() : Websocket(true) {}
};

TEST_F(Websocket, Orig10BytesPassBothWaysAfterTheSwitch) {
  net.origin().add({.target = "/chat",
                    .fields = {{"Upgrade", "websocket"}, {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}},
                    .absent_fields = {"X-Other"},
                    .reply = accepted + "at once;"});
  net.origin().add({.target = "/inside", .reply = "answer", .then = sim::Answer::Then::close});
  const Talk out = run(handshake, inside);
  EXPECT_TRUE(out.heard.starts_with("HTTP/1.1 101 Switching Protocols\r\n")) << out.heard;
  EXPECT_TRUE(out.heard.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
  EXPECT_TRUE(out.heard.contains("Connection: Upgrade\r\nUpgrade: websocket\r\n"));
  EXPECT_TRUE(out.heard.ends_with("\r\n\r\nat once;answer")) << out.heard;
  EXPECT_EQ(out.end, Errc::closed);
}

TEST_F(WebsocketWithRegional, Meth4AWebsocketGoesStraightToTheOrigin) {
  net.origin().add({.target = "/chat", .reply = accepted, .then = sim::Answer::Then::close});
  EXPECT_TRUE(run(handshake, "").heard.starts_with("HTTP/1.1 101 "));
  EXPECT_EQ(net.regional().metric("gustfront_origin_requests_total"), 0);
}

TEST_F(Websocket, Orig10IsLoggedAsAMissWithItsBytes) {
  net.origin().add({.target = "/chat", .reply = accepted + "0123456789", .then = sim::Answer::Then::close});
  run(handshake, "");
  ASSERT_EQ(net.edge().access.records().size(), 1U);
  const auto& record = net.edge().access.records().front();
  EXPECT_EQ(record.status, 101);
  EXPECT_EQ(record.result, observe::ResultType::miss);
  EXPECT_GT(record.bytes_sent, 10U + accepted.size());
}

TEST_F(Websocket, Orig10TenMinutesOfSilenceFromTheOriginEndIt) {
  net.origin().add({.target = "/chat", .reply = accepted});
  const Instant began = net.world.now();
  const Talk out = run(handshake, "");
  EXPECT_EQ(out.end, Errc::closed);
  EXPECT_GE(net.world.now() - began, minutes(10));
  EXPECT_LT(net.world.now() - began, minutes(11));
}

TEST_F(Websocket, Orig10AnOriginThatDoesNotSwitchIsAnsweredAsUsual) {
  net.origin().add({.target = "/chat", .reply = reply_text(426, {{"X-Why", "no"}}, "no sockets")});
  const Reply reply = net.ask(handshake);
  EXPECT_EQ(reply.status, 426);
  EXPECT_EQ(field(reply, "X-Why"), "no");
  EXPECT_EQ(reply.message.body, "no sockets");
}

TEST_F(Websocket, SecurityOtherUpgradesAreDropped) {
  net.origin().add({.target = "/a", .absent_fields = {"Upgrade", "HTTP2-Settings"}, .reply = reply_text(200, {}, "a")});
  EXPECT_EQ(
      net.get("/a", {{"Connection", "Upgrade, HTTP2-Settings"}, {"Upgrade", "h2c"}, {"HTTP2-Settings", "AAA"}}).status,
      200);
}

TEST_F(Websocket, SecurityASwitchThatNoOneAskedForIs502) {
  net.origin().add({.target = "/a", .reply = accepted});
  EXPECT_EQ(net.get("/a").status, 502);
}

TEST_F(Websocket, AViewerThatLeavesEndsTheOriginsConnection) {
  net.origin().add({.target = "/chat", .reply = accepted});
  Visit& visit = net.begin(handshake);
  net.world.run_until([&] { return net.origin().request_count() == 1; });
  net.leave(visit);
  EXPECT_TRUE(net.world.run_until([&] { return !net.edge().access.records().empty(); }));
}

}  // namespace
}  // namespace gust::proxy
