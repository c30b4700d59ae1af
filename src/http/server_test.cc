#include "http/server.h"

#include <gtest/gtest.h>

#include <vector>

#include "http/connection_test_internal.h"
#include "net/tls_server.h"

namespace gust::http {
namespace {

rt::Task<void> connect_to(rt::Loop& loop, rt::Endpoint to, RawPeer& peer) {
  auto socket = co_await loop.network().connect(to, never);
  if (!socket) co_return;
  peer.socket = std::move(*socket);
  co_await hear(peer);
}

TEST(Server, SecurityConnectionsThatComeAllAtOnceAreBounded) {
  constexpr std::size_t connections_max = 4;
  constexpr std::size_t viewers_count = 40;
  TwoEnds ends;
  TestHandler handler(answer_target);
  Server server(ends.far, handler, ServerLimits{}, connections_max);
  ASSERT_TRUE(server.listen(*rt::read_address("10.0.0.2", 80), false));
  std::vector<RawPeer> viewers(viewers_count);
  rt::Scope scope(ends.near);
  for (RawPeer& viewer : viewers) scope.spawn(connect_to(ends.near, server.local(), viewer));
  ends.world.run_for(seconds(1));  // all wait in the backlog
  server.start();
  ends.world.run_for(seconds(1));
  EXPECT_LE(server.connections(), connections_max);
  EXPECT_EQ(server.turned_away() + server.connections(), viewers_count);
  ASSERT_TRUE(ends.world.run(ends.far, server.drain(ends.world.now())));
  ASSERT_TRUE(ends.world.run_until([&] { return scope.running() == 0; })) << ends.report();
}

TEST(Server, SecurityHandshakesThatNeverComeAreBoundedInNumberAndTime) {
  constexpr std::size_t connections_max = 4;
  TwoEnds ends;
  TestHandler handler(answer_target);
  net::TlsServer tls(ends.far, net::TicketKeys(std::string(net::TicketKeys::secret_bytes, 'k'), ends.world.wall_now()));
  Server server(ends.far, handler, ServerLimits{}, connections_max, &tls);
  ASSERT_TRUE(server.listen(*rt::read_address("10.0.0.2", 443), false));
  server.start();
  std::vector<RawPeer> silent(10);
  rt::Scope scope(ends.near);
  for (RawPeer& viewer : silent) scope.spawn(connect_to(ends.near, server.local(), viewer));
  ends.world.run_for(seconds(9));
  EXPECT_EQ(server.turned_away(), 6U);
  EXPECT_EQ(scope.running(), 4U);
  ASSERT_TRUE(ends.world.run_until([&] { return scope.running() == 0; }, seconds(2))) << ends.report();
  EXPECT_EQ(tls.counts().failed, 4U);
  EXPECT_TRUE(handler.refusals.empty());

  // A drain waits for no handshake.
  RawPeer late;
  scope.spawn(connect_to(ends.near, server.local(), late));
  ends.world.run_for(seconds(1));
  const Instant began = ends.world.now();
  ASSERT_TRUE(ends.world.run(ends.far, server.drain(ends.world.now() + seconds(30))));
  EXPECT_LT(ends.world.now() - began, seconds(1));
  ASSERT_TRUE(ends.world.run(ends.far, tls.close()));
  ASSERT_TRUE(ends.world.run_until([&] { return scope.running() == 0; })) << ends.report();
}

rt::Task<void> answer_peer(TestHandler&, Exchange& exchange) {
  ResponseHead head;
  head.status = 200;
  (void)co_await exchange.respond_text(head, rt::endpoint_text(exchange.peer()));
}
rt::Task<void> ask_with(rt::Loop& loop, rt::Endpoint to, std::string text, RawPeer& peer) {
  auto socket = co_await loop.network().connect(to, never);
  if (!socket) co_return;
  peer.socket = std::move(*socket);
  co_await say(peer, {std::move(text)});
  co_await hear(peer);
}

TEST(Server, AProxyIsBelievedWhereItIsTrustedAndNowhereElse) {
  TwoEnds ends;
  TestHandler handler(answer_peer);
  Server server(ends.far, handler, ServerLimits{}, 10);
  server.trust_proxies({*rt::read_address_range("10.0.0.1")});
  ASSERT_TRUE(server.listen(*rt::read_address("10.0.0.2", 80), false));
  server.start();
  rt::Loop& stranger = ends.world.add_host("stranger", "10.0.0.3");
  const std::string header = "PROXY TCP4 192.0.2.1 192.0.2.2 1000 80\r\n";
  const std::string request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  RawPeer told, untold, strange, silent;
  rt::Scope scope(ends.near), strange_scope(stranger);
  scope.spawn(ask_with(ends.near, server.local(), header + request, told));
  scope.spawn(ask_with(ends.near, server.local(), request, untold));
  scope.spawn(connect_to(ends.near, server.local(), silent));
  strange_scope.spawn(ask_with(stranger, server.local(), header + request, strange));
  ends.world.run_for(seconds(9));
  EXPECT_EQ(scope.running(), 1U) << "the silent one has ten seconds";
  ASSERT_TRUE(ends.world.run_until([&] { return scope.running() + strange_scope.running() == 0; }, seconds(5)));
  EXPECT_EQ(times(told.heard, "192.0.2.1:1000"), 1U) << told.heard;
  EXPECT_EQ(untold.heard, "");
  EXPECT_EQ(times(strange.heard, "HTTP/1.1 400"), 1U) << strange.heard;
  EXPECT_EQ(handler.targets.size(), 1U);
  ASSERT_TRUE(ends.world.run(ends.far, server.drain(ends.world.now())));
}

}  // namespace
}  // namespace gust::http
