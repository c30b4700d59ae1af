// HTTP/2 within TLS: the same connection over the Stream of a handshake that chose "h2".
#include <gtest/gtest.h>

#include <array>

#include "http/http2_connection_test_internal.h"
#include "net/tls_facts.h"
#include "net/tls_world_test_internal.h"

namespace gust::http {
namespace {

rt::Task<void> serve(Connection& connection) { co_await connection.serve(); }

rt::Task<void> talk(net::Stream& viewer, std::string bytes, std::string& heard, Instant until) {
  ByteView view = bytes;
  if (!co_await viewer.write({&view, 1}, until)) co_return;
  std::array<char, 4096> piece;
  while (true) {
    const auto got = co_await viewer.read(piece, until);
    if (!got || *got == 0) co_return;
    heard.append(piece.data(), *got);
  }
}

TEST(Http2WithinTls, Rfc9113Section3Point2TheConnectionThatChoseH2IsServedAsHttps) {
  net::TlsWorld net;
  net::TlsSite site = net.site();
  site.offers_http2 = true;
  net.server->install(net::TlsWorld::book_of(std::move(site)));
  net::TestViewer wish;
  wish.alpn = std::string("\x02h2\x08http/1.1");
  ASSERT_TRUE(net.shake(wish));
  ASSERT_EQ(net.accepted->tls()->alpn, "h2");

  TestHandler handler(echo);
  const ServerLimits limits;
  Http2Connection connection(std::move(net.accepted), Scheme::https, handler, limits);
  rt::Scope serving(net.far), viewing(net.near);
  serving.spawn(serve(connection));
  Lines lines = request("/a", {}, "PUT");
  lines[1].second = "https";
  const std::string body(50'000, 'x');
  std::string text = hello() + window(0, 1'000'000) + headers(1, lines, end_headers);
  for (std::size_t at = 0; at < body.size(); at += 10'000) text += data(1, body.substr(at, 10'000));
  std::string heard;
  viewing.spawn(talk(*net.viewer, text + data(1, "", end_stream), heard, net.world.now() + seconds(5)));
  net.world.run_for(seconds(6));
  std::size_t content = 0;
  for (const HeardFrame& each : frames_of(heard)) content += each.type == data_frame ? each.payload.size() : 0;
  EXPECT_EQ(content, body.size());
  EXPECT_EQ(handler.targets, std::vector<std::string>{"/a"});
  connection.drain();
  net.viewer->finish_writing();
  net.world.run_for(seconds(5));
  EXPECT_EQ(serving.running(), 0U);
  net.world.run(net.near, viewing.join());
}

}  // namespace
}  // namespace gust::http
