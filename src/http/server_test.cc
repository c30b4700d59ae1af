#include "http/server.h"

#include <gtest/gtest.h>

#include <vector>

#include "http/connection_test_internal.h"

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

}  // namespace
}  // namespace gust::http
