// A node whose viewers speak HTTP/2: what the proxy makes of it.
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "base/digest.h"
#include "base/text.h"
#include "http/http2_frames_test_internal.h"
#include "proxy/node_world_internal.h"
#include "rt/loop.h"
#include "rt/network.h"

namespace gust::proxy {
namespace {

using http::hello;

constexpr unsigned all_methods = 127;

rt::Task<void> connect_to(rt::Loop& loop, const rt::Endpoint& at, std::unique_ptr<rt::Socket>& made) {
  auto socket = co_await loop.network().connect(at, never);
  if (socket) made = std::move(*socket);
}

rt::Task<void> say(rt::Socket& socket, std::string text) {
  ByteView left = text;
  while (!left.empty()) {
    const auto sent = co_await socket.write({&left, 1}, never);
    if (!sent) co_return;
    left.remove_prefix(*sent);
  }
}

rt::Task<void> hear(rt::Socket& socket, std::string& heard) {
  std::array<char, 4096> piece;
  while (true) {
    const auto got = co_await socket.read(piece, never);
    if (!got || *got == 0) co_return;
    heard.append(piece.data(), *got);
  }
}

// The content of all DATA frames.
std::string content_of(const std::string& heard) {
  std::string content;
  for (std::size_t at = 0; at + 9 <= heard.size();) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < 3; ++i) size = size << 8 | static_cast<unsigned char>(heard[at + i]);
    if (heard[at + 3] == http::data_frame) content += heard.substr(at + 9, size);
    at += 9 + size;
  }
  return content;
}

class NodeHttp2 : public testing::Test {
 protected:
  NodeHttp2() : net({.server = {.takes_http2_preface = true}}), viewing(net.viewers()) {
    net.world.run(net.viewers(), connect_to(net.viewers(), net.edge().at, socket));
    viewing.spawn(hear(*socket, heard));
  }
  ~NodeHttp2() override {
    socket->finish_writing();
    viewing.cancel();
    net.world.run(net.viewers(), viewing.join());
    socket.reset();
    net.world.run_for(seconds(5));
  }
  void talk(const std::string& bytes) {
    viewing.spawn(say(*socket, bytes));
    net.world.run_for(seconds(1));
  }
  static http::Lines lines(const std::string& method, const std::string& path, const http::Lines& more = {}) {
    http::Lines all{{":method", method}, {":scheme", "http"}, {":path", path}, {":authority", "d1.cdn.test"}};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  NodeWorld net;
  rt::Scope viewing;
  std::unique_ptr<rt::Socket> socket;
  std::string heard;
};

TEST_F(NodeHttp2, Ohdr4Log1TheOriginAndTheLogHearOfTheVersion) {
  net.origin().add({.target = "/a", .absent_fields = {"TE"}, .reply = reply_text(200, {}, "content")});
  talk(hello() + http::headers(1, lines("GET", "/a", {{"te", "trailers"}})));
  EXPECT_EQ(content_of(heard), "content");
  ASSERT_EQ(net.edge().access.records().size(), 1U);
  EXPECT_EQ(net.edge().access.records()[0].protocol_version, "HTTP/2.0");
  EXPECT_EQ(net.edge().access.records()[0].status, 200);
}

TEST_F(NodeHttp2, Coll1StreamsOfOneConnectionShareOneFill) {
  net.origin().add({.target = "/a", .reply = reply_text(200, {{"Cache-Control", "max-age=60"}}, "content")});
  talk(hello() + http::headers(1, lines("GET", "/a")) + http::headers(3, lines("GET", "/a")));
  EXPECT_EQ(net.origin().request_count(), 1U);
  EXPECT_EQ(net.edge().access.records().size(), 2U);
}

TEST_F(NodeHttp2, Meth1ABodyWithoutALengthGoesToTheOriginInChunks) {
  net.origin().add({.method = "POST",
                    .target = "/a",
                    .fields = {{"Transfer-Encoding", "chunked"}},
                    .body = "hello",
                    .reply = reply_text(200, {}, "content")});
  auto distribution = plain_distribution();
  distribution.behaviors.front().allowed_methods = all_methods;
  net.install(distribution);
  talk(hello() + http::headers(1, lines("POST", "/a"), http::end_headers) + http::data(1, "hel") +
       http::data(1, "lo", http::end_stream));
  EXPECT_EQ(content_of(heard), "content");
}

class NodeHttp2Websocket : public NodeHttp2 {
 protected:
  void connect() {
    talk(hello() + http::headers(
                       1,
                       [] {
                         http::Lines all = lines("CONNECT", "/chat", {{"sec-websocket-version", "13"}});
                         all.insert(all.begin() + 1, {":protocol", "websocket"});
                         return all;
                       }(),
                       http::end_headers));
  }
};

TEST_F(NodeHttp2Websocket, Rfc8441Section5AnOriginWhoseKeyDoesNotFitIs502) {
  net.origin().add({.target = "/chat",
                    .fields = {{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}},
                    .reply = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                             "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"});
  connect();
  ASSERT_EQ(net.edge().access.records().size(), 1U);
  EXPECT_EQ(net.edge().access.records()[0].status, 502);
}

// An origin that switches as RFC 6455 wants, and says again what it hears.
rt::Task<void> echo(rt::Listener& listener, std::string& head) {
  auto socket = co_await listener.accept(never);
  if (!socket) co_return;
  std::array<char, 4096> piece;
  while (!head.contains("\r\n\r\n")) {
    const auto got = co_await (*socket)->read(piece, never);
    if (!got || *got == 0) co_return;
    head.append(piece.data(), *got);
  }
  const std::string_view name = "Sec-WebSocket-Key: ";
  const std::size_t at = head.find(name) + name.size();
  Sha1 digest;
  digest.update(head.substr(at, head.find("\r\n", at) - at) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
  std::string text =
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Accept: " +
      base64_of(digest.finish()) + "\r\n\r\n";
  while (true) {
    co_await say(**socket, text);
    const auto got = co_await (*socket)->read(piece, never);
    if (!got || *got == 0) co_return;
    text.assign(piece.data(), *got);
  }
}

TEST_F(NodeHttp2Websocket, Orig10Rfc8441BytesPassBothWays) {
  const auto at = net.origin().at();
  net.kill_origin();
  net.world.restart("origin");
  rt::Loop& loop = net.world.loop("origin");
  auto listener = std::move(*loop.network().listen(at, {}));
  std::string head;
  rt::Scope serving(loop);
  serving.spawn(echo(*listener, head));
  connect();
  EXPECT_TRUE(head.starts_with("GET /chat HTTP/1.1\r\n")) << head;
  EXPECT_TRUE(head.contains("Sec-WebSocket-Version: 13\r\n") || head.contains("sec-websocket-version: 13\r\n")) << head;
  talk(http::data(1, "through the tunnel"));
  EXPECT_EQ(content_of(heard), "through the tunnel");
  talk(http::data(1, "", http::end_stream));
  net.world.run_for(seconds(1));
  ASSERT_EQ(net.edge().access.records().size(), 1U);
  EXPECT_EQ(net.edge().access.records()[0].status, 101);
  serving.cancel();
  net.world.run(loop, serving.join());
}

}  // namespace
}  // namespace gust::proxy
