#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "rt/datagrams.h"
#include "rt/scope.h"
#include "rt/sim_test_internal.h"

namespace gust::rt::sim {
namespace {

struct Heard {
  std::string bytes;
  Endpoint from, to;
};

struct TwoSockets : TwoHosts {
  explicit TwoSockets(std::uint64_t seed = 1, const WorldOptions& options = {})
      : TwoHosts(seed, options),
        at_server(std::move(*server.network().open_datagrams(server_address(443), {}))),
        at_client(std::move(*client.network().open_datagrams(*read_address("0.0.0.0", 0), {}))) {}
  std::unique_ptr<Datagrams> at_server, at_client;
};

Task<void> hear(Datagrams& socket, Instant deadline, std::vector<Heard>& heard) {
  while (true) {
    const auto got = co_await socket.receive(deadline);
    if (!got) co_return;
    for (const Datagram& one : *got) heard.push_back({std::string(one.bytes), one.from, one.to});
  }
}

Task<void> say(Datagrams& socket, DatagramBatch batch, int times = 1) {
  while (times > 0) {
    const auto sent = socket.try_send(batch);
    if (!sent) co_return;
    if (*sent) {
      --times;
    } else {
      co_await socket.writable(never);
    }
  }
}

// What comes of `times` batches sent to the server.
std::vector<Heard> exchange(TwoSockets& sockets, DatagramBatch batch, int times = 1) {
  std::vector<Heard> heard;
  batch.to = server_address(443);
  Scope scope(sockets.client);
  scope.spawn(say(*sockets.at_client, batch, times));
  sockets.world.run(sockets.server, hear(*sockets.at_server, sockets.world.now() + seconds(1), heard));
  EXPECT_EQ(scope.running(), 0U);
  return heard;
}

TEST(SimDatagrams, OneComesWithItsAddresses) {
  TwoSockets sockets;
  const auto heard = exchange(sockets, {.bytes = "hello", .segment_bytes = 5, .to = {}, .from = {}});
  ASSERT_EQ(heard.size(), 1U) << sockets.world.report();
  EXPECT_EQ(heard[0].bytes, "hello");
  EXPECT_EQ(heard[0].from, *read_address("10.0.0.1", sockets.at_client->local().port));
  EXPECT_EQ(heard[0].to, server_address(443));
}

TEST(SimDatagrams, ABatchArrivesAsItsSegments) {
  WorldOptions options;
  options.links.reorder_chance = 0;
  TwoSockets sockets(1, options);
  const auto heard = exchange(sockets, {.bytes = "aaabbbc", .segment_bytes = 3, .to = {}, .from = {}});
  ASSERT_EQ(heard.size(), 3U);
  EXPECT_EQ(heard[0].bytes, "aaa");
  EXPECT_EQ(heard[1].bytes, "bbb");
  EXPECT_EQ(heard[2].bytes, "c");
}

TEST(SimDatagrams, SomeAreLost) {
  WorldOptions options;
  options.links.loss_chance = 0.5;
  TwoSockets sockets(1, options);
  const auto heard = exchange(sockets, {.bytes = "x", .segment_bytes = 1, .to = {}, .from = {}}, 100);
  EXPECT_GT(heard.size(), 25U);
  EXPECT_LT(heard.size(), 75U);
}

TEST(SimDatagrams, SomeComeTwice) {
  WorldOptions options;
  options.links.twice_chance = 1;
  TwoSockets sockets(1, options);
  EXPECT_EQ(exchange(sockets, {.bytes = "x", .segment_bytes = 1, .to = {}, .from = {}}, 10).size(), 20U);
}

TEST(SimDatagrams, SomeOvertakeOthersWhereTheLinkDoesSo) {
  const std::string alphabet = "abcdefghijklmnopqrstuvwxyz";
  for (const double chance : {0.0, 0.5}) {
    WorldOptions options;
    options.links.reorder_chance = chance;
    TwoSockets sockets(1, options);
    std::string came;
    for (const Heard& one : exchange(sockets, {.bytes = alphabet, .segment_bytes = 1, .to = {}, .from = {}})) {
      came += one.bytes;
    }
    EXPECT_EQ(came == alphabet, chance == 0) << came;
    std::ranges::sort(came);
    EXPECT_EQ(came, alphabet);
  }
}

TEST(SimDatagrams, WhatIsLongerThanTheLinkTakesIsLost) {
  TwoSockets sockets;
  const std::string bytes(1500, 'x');
  EXPECT_TRUE(exchange(sockets, {.bytes = bytes, .segment_bytes = 1500, .to = {}, .from = {}}).empty());
  EXPECT_EQ(exchange(sockets, {.bytes = bytes, .segment_bytes = 1472, .to = {}, .from = {}}).size(), 2U);
}

TEST(SimDatagrams, APartitionLosesWhatIsSentMeanwhile) {
  TwoSockets sockets;
  sockets.world.partition("client", "server");
  EXPECT_TRUE(exchange(sockets, {.bytes = "x", .segment_bytes = 1, .to = {}, .from = {}}).empty());
  sockets.world.heal_all();
  EXPECT_EQ(exchange(sockets, {.bytes = "y", .segment_bytes = 1, .to = {}, .from = {}}).size(), 1U);
}

TEST(SimDatagrams, ARebindingShowsAnotherAddressAndLosesWhatGoesToTheOldOne) {
  TwoSockets sockets;
  const Endpoint before = exchange(sockets, {.bytes = "x", .segment_bytes = 1, .to = {}, .from = {}})[0].from;
  sockets.world.add_address("client", "10.0.0.9");
  sockets.world.rebind_datagrams("client", "10.0.0.9");
  const Endpoint after = exchange(sockets, {.bytes = "x", .segment_bytes = 1, .to = {}, .from = {}})[0].from;
  EXPECT_EQ(address_text(after), "10.0.0.9");
  EXPECT_NE(after.port, before.port);

  std::vector<Heard> heard;
  Scope scope(sockets.server);
  scope.spawn(say(*sockets.at_server, {.bytes = "old", .segment_bytes = 3, .to = before, .from = {}}));
  scope.spawn(say(*sockets.at_server, {.bytes = "new", .segment_bytes = 3, .to = after, .from = {}}));
  sockets.world.run(sockets.client, hear(*sockets.at_client, sockets.world.now() + seconds(1), heard));
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0].bytes, "new");
  EXPECT_EQ(heard[0].to, before) << "the host itself knows nothing of the NAT";
}

TEST(SimDatagrams, PeersAreSpreadOverThoseWhoShareAPort) {
  TwoHosts hosts;
  Loop& second_core = hosts.world.add_core("server");
  auto first = hosts.server.network().open_datagrams(server_address(443), {.share_port = true});
  auto second = second_core.network().open_datagrams(server_address(443), {.share_port = true});
  ASSERT_TRUE(first && second);
  EXPECT_EQ(hosts.server.network().open_datagrams(server_address(443), {}).error().code, Errc::address_in_use);
  std::vector<Heard> at_first, at_second;
  Scope scope(hosts.server);
  scope.spawn(hear(**first, hosts.world.now() + seconds(1), at_first));
  scope.spawn(hear(**second, hosts.world.now() + seconds(1), at_second));
  std::vector<std::unique_ptr<Datagrams>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::move(*hosts.client.network().open_datagrams(*read_address("0.0.0.0", 0), {})));
    scope.spawn(say(*clients.back(), {.bytes = "x", .segment_bytes = 1, .to = server_address(443), .from = {}}, 3));
  }
  hosts.world.run_until([&] { return scope.running() == 0; });
  EXPECT_EQ(at_first.size() + at_second.size(), 60U);
  EXPECT_GT(at_first.size(), 0U);
  EXPECT_GT(at_second.size(), 0U);
  std::set<Endpoint> peers;
  for (const Heard& one : at_first) peers.insert(one.from);
  EXPECT_TRUE(std::ranges::none_of(at_second, [&](const Heard& one) { return peers.contains(one.from); }));
}

TEST(SimDatagrams, ACrashedHostHearsNothingAndSaysNothing) {
  TwoSockets sockets;
  sockets.world.crash("server");
  EXPECT_TRUE(exchange(sockets, {.bytes = "x", .segment_bytes = 1, .to = {}, .from = {}}).empty());
}

TEST(SimDatagrams, ASeedDecidesEverything) {
  const auto run = [](std::uint64_t seed) {
    WorldOptions options;
    options.links.loss_chance = 0.2;
    options.links.twice_chance = 0.2;
    TwoSockets sockets(seed, options);
    exchange(sockets, {.bytes = "abcdefgh", .segment_bytes = 1, .to = {}, .from = {}}, 10);
    return sockets.world.trace_hash();
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(run(7), run(8));
}

}  // namespace
}  // namespace gust::rt::sim
