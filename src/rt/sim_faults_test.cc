#include <gtest/gtest.h>

#include "rt/scope.h"
#include "rt/signal.h"
#include "rt/sim_test_internal.h"

namespace gust::rt::sim {
namespace {

TEST(SimPartition, AConnectWaitsForItsDeadline) {
  TwoHosts hosts;
  auto listener = std::move(*hosts.server.network().listen(server_address(), {}));
  hosts.world.partition("client", "server");
  std::unique_ptr<Socket> socket;
  Errc failure = Errc::bug;
  const Instant deadline = hosts.world.now() + seconds(3);
  ASSERT_TRUE(hosts.world.run(hosts.client, connect_to(hosts.client, server_address(), deadline, socket, failure)));
  EXPECT_EQ(failure, Errc::timed_out);
  EXPECT_GE(hosts.world.now(), deadline);
}

TEST(SimPartition, AConnectWithoutADeadlineTimesOutAsTcpDoes) {
  TwoHosts hosts;
  hosts.world.isolate("server");
  std::unique_ptr<Socket> socket;
  Errc failure = Errc::bug;
  ASSERT_TRUE(hosts.world.run(hosts.client, connect_to(hosts.client, server_address(), never, socket, failure)));
  EXPECT_EQ(failure, Errc::timed_out);
}

TEST(SimPartition, AConnectGoesOnWhenHealedInTime) {
  TwoHosts hosts;
  auto listener = std::move(*hosts.server.network().listen(server_address(), {}));
  hosts.world.partition("client", "server");
  std::unique_ptr<Socket> socket;
  Errc failure = Errc::bug;
  Scope scope(hosts.client);
  scope.spawn(connect_to(hosts.client, server_address(), never, socket, failure));
  hosts.world.run_for(seconds(5));
  EXPECT_FALSE(socket);
  hosts.world.heal("client", "server");
  EXPECT_TRUE(hosts.world.run_until([&] { return scope.running() == 0; }, seconds(1)));
  EXPECT_TRUE(socket);
}

TEST(SimPartition, AStreamStallsAndGoesOnInOrderWhenHealed) {
  const std::string bytes = numbered_bytes(100'000);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    TwoHosts hosts(seed);
    Pair pair = make_pair_of(hosts);
    std::string heard;
    Errc end = Errc::bug;
    Scope scope(hosts.client), reading(hosts.server);
    scope.spawn(say_and_finish(*pair.client, bytes));
    reading.spawn(hear_all(*pair.server, never, heard, end));
    ASSERT_TRUE(hosts.world.run_until([&] { return heard.size() > 1000; }));
    hosts.world.partition("client", "server");
    hosts.world.run_for(milliseconds(10));
    const std::size_t before = heard.size();
    EXPECT_LT(before, bytes.size());
    hosts.world.run_for(seconds(60));
    EXPECT_EQ(heard.size(), before);
    hosts.world.heal_all();
    ASSERT_TRUE(hosts.world.run_until([&] { return scope.running() + reading.running() == 0; }, seconds(10)));
    ASSERT_EQ(heard, bytes) << "seed " << seed;
    EXPECT_EQ(end, Errc::closed);
  }
}

TEST(SimReset, BreaksBothEndsByCommand) {
  TwoHosts hosts;
  Pair pair = make_pair_of(hosts);
  std::string heard;
  Errc at_client = Errc::bug, at_server = Errc::bug;
  Scope one(hosts.client), two(hosts.server);
  one.spawn(hear_all(*pair.client, never, heard, at_client));
  two.spawn(hear_all(*pair.server, never, heard, at_server));
  hosts.world.run_until_idle();
  hosts.world.reset_connections("server", "client");
  ASSERT_TRUE(hosts.world.run_until([&] { return one.running() + two.running() == 0; }));
  EXPECT_EQ(at_client, Errc::reset);
  EXPECT_EQ(at_server, Errc::reset);
}

TEST(SimReset, ComesByTheChanceOfTheLink) {
  int broken = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    TwoHosts hosts(seed, {.links = {.reset_chance = 0.02}});
    Pair pair = make_pair_of(hosts);
    std::size_t taken = 0;
    std::string heard;
    Errc failure = Errc::bug, end = Errc::bug;
    Scope scope(hosts.server);
    scope.spawn(hear_all(*pair.server, never, heard, end));
    ASSERT_TRUE(hosts.world.run(hosts.client, write_all(*pair.client, numbered_bytes(200'000), never, taken, failure)));
    broken += failure == Errc::reset ? 1 : 0;
    pair.client->finish_writing();
    ASSERT_TRUE(hosts.world.run_until([&] { return scope.running() == 0; }));
  }
  EXPECT_GT(broken, 5);
  EXPECT_LT(broken, 45);
}

TEST(SimLoss, DelaysButKeepsOrder) {
  const std::string bytes = numbered_bytes(50'000);
  TwoHosts hosts(7, {.links = {.loss_chance = 0.3}});
  Pair pair = make_pair_of(hosts);
  std::string heard;
  Errc end = Errc::bug;
  const Instant start = hosts.world.now();
  Scope scope(hosts.client);
  scope.spawn(say_and_finish(*pair.client, bytes));
  ASSERT_TRUE(hosts.world.run(hosts.server, hear_all(*pair.server, never, heard, end)));
  EXPECT_EQ(heard, bytes);
  EXPECT_GT(hosts.world.now() - start, milliseconds(200));
}

TEST(SimCrash, PeersSeeAResetAndNewConnectsAreRefused) {
  TwoHosts hosts;
  Pair pair = make_pair_of(hosts);
  std::string heard;
  std::unique_ptr<Socket> again;
  Errc end = Errc::bug, failure = Errc::bug;
  hosts.world.crash("server");
  ASSERT_TRUE(hosts.world.run(hosts.client, hear_all(*pair.client, never, heard, end)));
  EXPECT_EQ(end, Errc::reset);
  ASSERT_TRUE(hosts.world.run(hosts.client, connect_to(hosts.client, server_address(), never, again, failure)));
  EXPECT_EQ(failure, Errc::refused);
}

TEST(SimCrash, WhatTheNodeStillDoesLeavesTheHostNoMore) {
  TwoHosts hosts;
  Pair pair = make_pair_of(hosts);
  hosts.world.crash("server");
  std::size_t taken = 0;
  Errc write = Errc::bug, connect = Errc::bug, accept = Errc::bug;
  std::unique_ptr<Socket> dialled, accepted;
  Scope scope(hosts.server);
  scope.spawn(write_all(*pair.server, "from the grave", never, taken, write));
  scope.spawn(connect_to(hosts.server, server_address(), never, dialled, connect));
  scope.spawn(accept_from(*pair.listener, never, accepted, accept));
  hosts.world.run_for(seconds(1));
  EXPECT_EQ(taken, 0U);
  EXPECT_EQ(scope.running(), 3U);
  scope.cancel();
  ASSERT_TRUE(hosts.world.run_until([&] { return scope.running() == 0; }));
  EXPECT_EQ(write, Errc::cancelled);
  EXPECT_EQ(connect, Errc::cancelled);
  EXPECT_EQ(accept, Errc::cancelled);
  EXPECT_EQ(hosts.server.network().listen(server_address(81), {}).error().code, Errc::io_failed);
}

TEST(SimCrash, ANodeIsTornDownAndMadeAgain) {
  TwoHosts hosts;
  Pair pair = make_pair_of(hosts);
  hosts.world.crash("server");
  pair = {};
  hosts.world.restart("server");
  pair = make_pair_of(hosts);
  std::string heard;
  Errc end = Errc::bug;
  ASSERT_TRUE(hosts.world.run(hosts.client, say_and_finish(*pair.client, "hello again")));
  ASSERT_TRUE(hosts.world.run(hosts.server, hear_all(*pair.server, never, heard, end)));
  EXPECT_EQ(heard, "hello again");
}

}  // namespace
}  // namespace gust::rt::sim
