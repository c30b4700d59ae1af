#include <gtest/gtest.h>

#include <map>

#include "rt/scope.h"
#include "rt/signal.h"
#include "rt/sim_test_internal.h"

namespace gust::rt::sim {
namespace {

Errc connect_failure(TwoHosts& hosts, Endpoint to, Instant deadline = never) {
  std::unique_ptr<Socket> socket;
  Errc failure = Errc::bug;
  EXPECT_TRUE(hosts.world.run(hosts.client, connect_to(hosts.client, to, deadline, socket, failure)))
      << hosts.world.report();
  EXPECT_FALSE(socket);
  return failure;
}

TEST(SimNetwork, AConnectIsRefusedWhenNoneListens) {
  TwoHosts hosts;
  EXPECT_EQ(connect_failure(hosts, server_address()), Errc::refused);
  {
    auto listener = hosts.server.network().listen(server_address(), {});
  }
  EXPECT_EQ(connect_failure(hosts, server_address()), Errc::refused);
}

TEST(SimNetwork, AnAddressThatNoHostHasIsUnreachable) {
  TwoHosts hosts;
  EXPECT_EQ(connect_failure(hosts, *read_address("10.9.9.9", 80)), Errc::unreachable);
  EXPECT_EQ(connect_failure(hosts, *read_address("2001:db8::1", 80)), Errc::unreachable);
}

TEST(SimNetwork, APortIsTakenOnceUnlessAllShareIt) {
  TwoHosts hosts;
  Network& network = hosts.server.network();
  const Endpoint any = *read_address("0.0.0.0", 80);
  EXPECT_TRUE(network.is_free(any));
  auto first = network.listen(server_address(), {.share_port = true});
  ASSERT_TRUE(first);
  EXPECT_FALSE(network.is_free(any));
  EXPECT_EQ(network.listen(any, {}).error().code, Errc::address_in_use);
  EXPECT_TRUE(network.listen(server_address(), {.share_port = true}));
  EXPECT_TRUE(network.listen(server_address(81), {}));
  EXPECT_TRUE(hosts.client.network().is_free(any)) << "ports are of a host";
}

TEST(SimNetwork, PortZeroChoosesAFreePort) {
  TwoHosts hosts;
  auto first = hosts.server.network().listen(server_address(0), {});
  auto second = hosts.server.network().listen(server_address(0), {});
  ASSERT_TRUE(first && second);
  EXPECT_NE((*first)->local().port, 0);
  EXPECT_NE((*first)->local().port, (*second)->local().port);
}

TEST(SimNetwork, OnlyOwnAddressesCanBeListenedOn) {
  TwoHosts hosts;
  EXPECT_EQ(hosts.client.network().listen(server_address(), {}).error().code, Errc::unreachable);
}

TEST(SimNetwork, SocketsKnowBothAddresses) {
  TwoHosts hosts;
  Pair pair = make_pair_of(hosts);
  EXPECT_EQ(endpoint_text(pair.client->peer()), "10.0.0.2:80");
  EXPECT_EQ(pair.client->local(), pair.server->peer());
  EXPECT_EQ(pair.client->peer(), pair.server->local());
  EXPECT_EQ(address_text(pair.server->peer()), "10.0.0.1");
}

TEST(SimNetwork, LoopbackReachesTheOwnHostOnly) {
  TwoHosts hosts;
  const Endpoint loopback = *read_address("127.0.0.1", 80);
  auto listener = hosts.server.network().listen(loopback, {});
  EXPECT_EQ(connect_failure(hosts, loopback), Errc::refused);
  std::unique_ptr<Socket> socket;
  Errc failure = Errc::bug;
  EXPECT_TRUE(hosts.world.run(hosts.server, connect_to(hosts.server, loopback, never, socket, failure)));
  EXPECT_TRUE(socket);
}

Task<void> resolve_name(Network& network, std::string name, std::vector<std::string>& found, Errc& failure) {
  auto endpoints = co_await network.resolve(name, 443);
  if (!endpoints) {
    failure = endpoints.error().code;
    co_return;
  }
  for (const Endpoint& endpoint : *endpoints) found.push_back(endpoint_text(endpoint));
}

std::vector<std::string> resolved(TwoHosts& hosts, std::string name, Errc& failure) {
  std::vector<std::string> found;
  EXPECT_TRUE(hosts.world.run(hosts.client, resolve_name(hosts.client.network(), std::move(name), found, failure)));
  return found;
}

TEST(SimNetwork, NamesResolveToHostsLiteralsAndWhatTheTestSays) {
  TwoHosts hosts;
  Errc failure = Errc::bug;
  using Texts = std::vector<std::string>;
  hosts.world.set_name("www.example.com", {"10.0.0.2", "2001:db8::7"});
  EXPECT_EQ(resolved(hosts, "server", failure), (Texts{"10.0.0.2:443"}));
  EXPECT_EQ(resolved(hosts, "192.0.2.1", failure), (Texts{"192.0.2.1:443"}));
  EXPECT_EQ(resolved(hosts, "WWW.example.com", failure), (Texts{"10.0.0.2:443", "[2001:db8::7]:443"}));
  EXPECT_EQ(resolved(hosts, "d1.cdn.localhost", failure), (Texts{"127.0.0.1:443", "[::1]:443"}));  // RFC 6761
  EXPECT_EQ(failure, Errc::bug);
  hosts.world.set_name("www.example.com", {});
  EXPECT_EQ(resolved(hosts, "www.example.com", failure), Texts{});
  EXPECT_EQ(failure, Errc::name_not_found);
}

TEST(SimNetwork, AcceptEndsAtItsDeadlineAndByCancel) {
  TwoHosts hosts;
  auto listener = std::move(*hosts.server.network().listen(server_address(), {}));
  std::unique_ptr<Socket> socket;
  Errc failure = Errc::bug;
  EXPECT_TRUE(hosts.world.run(hosts.server, accept_from(*listener, hosts.world.now() + seconds(1), socket, failure)));
  EXPECT_EQ(failure, Errc::timed_out);
  Scope scope(hosts.server);
  scope.spawn(accept_from(*listener, never, socket, failure));
  EXPECT_TRUE(hosts.world.run_until_idle());
  scope.cancel();
  EXPECT_TRUE(hosts.world.run_until([&] { return scope.running() == 0; }));
  EXPECT_EQ(failure, Errc::cancelled);
}

TEST(SimNetwork, AFullBacklogHoldsConnectsBack) {
  TwoHosts hosts;
  auto listener = std::move(*hosts.server.network().listen(server_address(), {.backlog = 1}));
  std::unique_ptr<Socket> first, second, accepted;
  Errc failure = Errc::bug;
  ASSERT_TRUE(hosts.world.run(hosts.client, connect_to(hosts.client, server_address(), never, first, failure)));
  EXPECT_EQ(connect_failure(hosts, server_address(), hosts.world.now() + seconds(5)), Errc::timed_out);
  Scope scope(hosts.client);
  scope.spawn(connect_to(hosts.client, server_address(), never, second, failure));
  hosts.world.run_for(seconds(3));
  EXPECT_FALSE(second);
  ASSERT_TRUE(hosts.world.run(hosts.server, accept_from(*listener, never, accepted, failure)));
  EXPECT_TRUE(hosts.world.run_until([&] { return scope.running() == 0; }));
  EXPECT_TRUE(second);
}

TEST(SimNetwork, ClosingAListenerResetsWhatItHasNotAccepted) {
  TwoHosts hosts;
  auto listener = std::move(*hosts.server.network().listen(server_address(), {}));
  std::unique_ptr<Socket> socket;
  std::string heard;
  Errc failure = Errc::bug;
  ASSERT_TRUE(hosts.world.run(hosts.client, connect_to(hosts.client, server_address(), never, socket, failure)));
  listener.reset();
  ASSERT_TRUE(hosts.world.run(hosts.client, hear_all(*socket, never, heard, failure)));
  EXPECT_EQ(failure, Errc::reset);
}

Task<void> accept_and_count(Listener& listener, int& count) {
  while (co_await listener.accept(never)) ++count;
}

TEST(SimNetwork, ASharedPortSpreadsConnectionsOverItsLoops) {
  TwoHosts hosts;
  Loop& second_core = hosts.world.add_core("server");
  auto first = std::move(*hosts.server.network().listen(server_address(), {.share_port = true}));
  auto second = std::move(*second_core.network().listen(server_address(), {.share_port = true}));
  int at_first = 0, at_second = 0;
  Scope one(hosts.server), two(second_core);
  one.spawn(accept_and_count(*first, at_first));
  two.spawn(accept_and_count(*second, at_second));
  for (int i = 0; i < 40; ++i) {
    std::unique_ptr<Socket> socket;
    Errc failure = Errc::bug;
    ASSERT_TRUE(hosts.world.run(hosts.client, connect_to(hosts.client, server_address(), never, socket, failure)));
  }
  one.cancel();
  two.cancel();
  EXPECT_TRUE(hosts.world.run_until([&] { return one.running() + two.running() == 0; }));
  EXPECT_EQ(at_first + at_second, 40);
  EXPECT_GT(at_first, 5);
  EXPECT_GT(at_second, 5);
}

TEST(SimNetwork, RunningOutOfSocketsFailsAcceptAndConnect) {
  TwoHosts hosts;
  hosts.world.set_sockets_max("server", 1);
  auto listener = std::move(*hosts.server.network().listen(server_address(), {}));
  std::unique_ptr<Socket> made, first, second;
  Errc failure = Errc::bug;
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(hosts.world.run(hosts.client, connect_to(hosts.client, server_address(), never, made, failure)));
  }
  ASSERT_TRUE(hosts.world.run(hosts.server, accept_from(*listener, never, first, failure)));
  EXPECT_TRUE(first);
  ASSERT_TRUE(hosts.world.run(hosts.server, accept_from(*listener, never, second, failure)));
  EXPECT_EQ(failure, Errc::would_exceed_limit);
  first.reset();
  ASSERT_TRUE(hosts.world.run(hosts.server, accept_from(*listener, never, second, failure)));
  EXPECT_TRUE(second);
}

TEST(SimNetwork, LatencyIsOfTheLink) {
  TwoHosts hosts;
  hosts.world.set_link("client", "server", {.latency_least = seconds(1), .latency_most = seconds(1)});
  auto listener = std::move(*hosts.server.network().listen(server_address(), {}));
  const Instant start = hosts.world.now();
  std::unique_ptr<Socket> socket;
  Errc failure = Errc::bug;
  ASSERT_TRUE(hosts.world.run(hosts.client, connect_to(hosts.client, server_address(), never, socket, failure)));
  EXPECT_GE(hosts.world.now() - start, seconds(2));
  EXPECT_LT(hosts.world.now() - start, seconds(2) + milliseconds(1));
}

}  // namespace
}  // namespace gust::rt::sim
