// What the sockets of both backends promise where much is under way, or where an end comes early.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "rt/network.h"
#include "rt/real_loop_test_internal.h"
#include "rt/scope.h"
#include "rt/signal.h"

namespace gust::rt {
namespace {

using std::chrono::milliseconds;

class BusySockets : public RealLoops {};
INSTANTIATE_TEST_SUITE_P(Real, BusySockets, all_backends(), backend_name);

struct Pair {
  std::unique_ptr<Socket> client;
  std::unique_ptr<Socket> server;
};

Task<Pair> connect_pair(Loop& loop, Listener& listener) {
  auto client = co_await loop.network().connect(listener.local(), never);
  auto server = co_await listener.accept(never);
  co_return Pair{std::move(*client), std::move(*server)};
}

std::unique_ptr<Listener> listen_on(Loop& loop) {
  return std::move(*loop.network().listen(*read_address("127.0.0.1", 0), {}));
}

// Different at every place, so that bytes out of order are seen.
std::string numbered(std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; text.size() < bytes; ++i) text += std::to_string(i) + ' ';
  text.resize(bytes);
  return text;
}

Task<void> write_all(Socket& socket, ByteView bytes, Errc& outcome, Instant deadline = never) {
  while (!bytes.empty()) {
    const std::array<ByteView, 1> pieces{bytes};
    const auto taken = co_await socket.write(pieces, deadline);
    if (!taken) {
      outcome = taken.error().code;
      co_return;
    }
    bytes.remove_prefix(*taken);
  }
  socket.finish_writing();
}

Task<std::string> read_all(Socket& socket, std::size_t at_once) {
  std::string all;
  std::string buffer(at_once, '\0');
  while (true) {
    const auto got = co_await socket.read(buffer, never);
    if (!got || *got == 0) co_return all;
    all.append(buffer, 0, *got);
  }
}

Task<Errc> read_for_a_moment(Loop& loop, Socket& socket) {
  std::array<char, 10> buffer;
  const auto got = co_await socket.read(buffer, loop.now() + milliseconds(1));
  co_return got ? Errc::bug : got.error().code;
}

Task<void> send_much(Loop& loop, const std::string& sent, std::size_t at_once, std::string& received) {
  const auto listener = listen_on(loop);
  const Pair pair = co_await connect_pair(loop, *listener);
  EXPECT_EQ(co_await read_for_a_moment(loop, *pair.server), Errc::timed_out);
  Scope scope(co_await context());
  Errc outcome = Errc::bug;
  scope.spawn(write_all(*pair.client, sent, outcome));
  co_await sleep_until(loop.now() + milliseconds(2));  // whatever may be received ahead of the reader has been
  received = co_await read_all(*pair.server, at_once);
  co_await scope.join();
}

TEST_P(BusySockets, ASlowReaderGetsEveryByteInOrderInSmallReads) {
  const std::string sent = numbered(3'000'000);
  std::string received;
  run(send_much(loop(), sent, 1000, received));
  EXPECT_TRUE(received == sent);
}

TEST_P(BusySockets, ASlowReaderGetsEveryByteInOrderInLargeReads) {
  const std::string sent = numbered(3'000'000);
  std::string received;
  run(send_much(loop(), sent, 100'000, received));
  EXPECT_TRUE(received == sent);
}

// More comes ahead of the readers than the buffers of any loop hold.
Task<void> fill_many(Loop& loop, std::size_t count, const std::string& sent, std::size_t& whole) {
  const auto listener = listen_on(loop);
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < count; ++i) {
    pairs.push_back(co_await connect_pair(loop, *listener));
    EXPECT_EQ(co_await read_for_a_moment(loop, *pairs.back().server), Errc::timed_out);
  }
  Scope scope(co_await context());
  std::vector<Errc> outcomes(count, Errc::bug);
  for (std::size_t i = 0; i < count; ++i) scope.spawn(write_all(*pairs[i].client, sent, outcomes[i]));
  co_await sleep_until(loop.now() + milliseconds(5));
  for (const Pair& pair : pairs) {
    if (co_await read_all(*pair.server, 3000) == sent) ++whole;
  }
  co_await scope.join();
}

TEST_P(BusySockets, ManyThatReceiveMoreThanTheyReadAllGetTheirBytes) {
  const std::string sent = numbered(60'000);
  std::size_t whole = 0;
  run(fill_many(loop(), 80, sent, whole));
  EXPECT_EQ(whole, 80U);
}

Task<void> half_close(Loop& loop, std::string& there, std::string& back) {
  const auto listener = listen_on(loop);
  const Pair pair = co_await connect_pair(loop, *listener);
  Errc outcome = Errc::bug;
  co_await write_all(*pair.client, "question", outcome);
  there = co_await read_all(*pair.server, 100);
  co_await write_all(*pair.server, "answer", outcome);
  back = co_await read_all(*pair.client, 100);
}

TEST_P(BusySockets, ASocketThatHasFinishedWritingStillReads) {
  std::string there;
  std::string back;
  run(half_close(loop(), there, back));
  EXPECT_EQ(there, "question");
  EXPECT_EQ(back, "answer");
}

// More than the kernel takes for a peer that does not read.
std::string large_text() {
  std::string text;
  text.resize(30'000'000, 'x');
  return text;
}

Task<void> write_against_the_clock(Loop& loop, Errc& outcome) {
  const auto listener = listen_on(loop);
  const Pair pair = co_await connect_pair(loop, *listener);
  const std::string sent = large_text();
  co_await write_all(*pair.client, sent, outcome, loop.now() + milliseconds(5));
}

TEST_P(BusySockets, AWriteThatNobodyReadsEndsAtItsDeadline) {
  Errc outcome = Errc::bug;
  run(write_against_the_clock(loop(), outcome));
  EXPECT_EQ(outcome, Errc::timed_out);
}

Task<void> cancel_a_write(Loop& loop, Errc& outcome, Errc& read_at_peer) {
  const auto listener = listen_on(loop);
  Pair pair = co_await connect_pair(loop, *listener);
  const std::string sent = large_text();
  Scope scope(co_await context());
  scope.spawn(write_all(*pair.client, sent, outcome));
  co_await sleep_until(loop.now() + milliseconds(2));
  scope.cancel();
  co_await scope.join();
  pair.client->reset();
  std::string buffer(100'000, '\0');
  while (true) {
    const auto got = co_await pair.server->read(buffer, never);
    if (!got) read_at_peer = got.error().code;
    if (!got || *got == 0) co_return;
  }
}

TEST_P(BusySockets, AWriteThatWaitsForRoomIsCancelledAndItsSocketCanBeReset) {
  Errc outcome = Errc::bug;
  Errc read_at_peer = Errc::bug;
  run(cancel_a_write(loop(), outcome, read_at_peer));
  EXPECT_EQ(outcome, Errc::cancelled);
  EXPECT_EQ(read_at_peer, Errc::reset);
}

Task<void> destroy_after_a_given_up_read(Loop& loop, bool& ended) {
  const auto listener = listen_on(loop);
  Pair pair = co_await connect_pair(loop, *listener);
  EXPECT_EQ(co_await read_for_a_moment(loop, *pair.server), Errc::timed_out);
  pair.server.reset();
  std::array<char, 10> buffer;
  const auto got = co_await pair.client->read(buffer, loop.now() + std::chrono::seconds(5));
  ended = got && *got == 0;
}

TEST_P(BusySockets, ASocketThatIsDestroyedAfterAGivenUpReadIsClosedAtOnce) {
  bool ended = false;
  run(destroy_after_a_given_up_read(loop(), ended));
  EXPECT_TRUE(ended);
}

Task<void> bytes_between_reads(Loop& loop, std::string& received) {
  const auto listener = listen_on(loop);
  Pair pair = co_await connect_pair(loop, *listener);
  EXPECT_EQ(co_await read_for_a_moment(loop, *pair.server), Errc::timed_out);
  Errc outcome = Errc::bug;
  co_await write_all(*pair.client, "nobody waits for this", outcome);
  co_await sleep_until(loop.now() + milliseconds(2));
  received = co_await read_all(*pair.server, 4);
}

TEST_P(BusySockets, WhatComesAfterAGivenUpReadIsThereForTheNext) {
  std::string received;
  run(bytes_between_reads(loop(), received));
  EXPECT_EQ(received, "nobody waits for this");
}

Task<void> wait_without_a_buffer(Loop& loop, Errc& too_early, std::string& received) {
  const auto listener = listen_on(loop);
  Pair pair = co_await connect_pair(loop, *listener);
  EXPECT_EQ(co_await read_for_a_moment(loop, *pair.server), Errc::timed_out);  // known to be empty from here on
  const auto waited = co_await pair.server->readable(loop.now() + milliseconds(1), nullptr);
  if (!waited) too_early = waited.error().code;
  Errc outcome = Errc::bug;
  co_await write_all(*pair.client, "hello", outcome);
  EXPECT_EQ(co_await pair.server->readable(never, nullptr), 0U);
  received = co_await read_all(*pair.server, 100);
  EXPECT_EQ(co_await pair.server->readable(never, nullptr), 0U) << "the end is there";
}

TEST_P(BusySockets, AWaitWithoutABufferTakesNoBytes) {
  Errc too_early = Errc::bug;
  std::string received;
  run(wait_without_a_buffer(loop(), too_early, received));
  EXPECT_EQ(too_early, Errc::timed_out);
  EXPECT_EQ(received, "hello");
}

Task<void> connect_before_accepting(Loop& loop, std::size_t count, std::size_t& accepted, bool& none_left) {
  const auto listener = listen_on(loop);
  EXPECT_FALSE(co_await listener->accept(loop.now() + milliseconds(1)));
  std::vector<std::unique_ptr<Socket>> clients;
  for (std::size_t i = 0; i < count; ++i) {
    clients.push_back(std::move(*co_await loop.network().connect(listener->local(), never)));
  }
  while (accepted < count) {
    const auto socket = co_await listener->accept(never);
    if (std::ranges::any_of(clients, [&](const auto& one) { return one->local() == (*socket)->peer(); })) ++accepted;
  }
  none_left = !co_await listener->accept(loop.now() + milliseconds(1));
}

TEST_P(BusySockets, EveryConnectionIsAcceptedOnceHoweverLateItIsAskedFor) {
  std::size_t accepted = 0;
  bool none_left = false;
  run(connect_before_accepting(loop(), 200, accepted, none_left));
  EXPECT_EQ(accepted, 200U);
  EXPECT_TRUE(none_left);
}

Task<void> stop_listening(Loop& loop, Errc& waiting, Errc& later) {
  auto listener = listen_on(loop);
  const Endpoint at = listener->local();
  EXPECT_FALSE(co_await listener->accept(loop.now() + milliseconds(1)));
  const auto client = co_await loop.network().connect(at, never);
  co_await sleep_until(loop.now() + milliseconds(2));
  listener.reset();
  later = (co_await loop.network().connect(at, never)).error().code;
  std::array<char, 10> buffer;
  waiting = (co_await (*client)->read(buffer, loop.now() + std::chrono::seconds(5))).error().code;
}

TEST_P(BusySockets, AListenerThatGoesResetsWhomItHasNotAcceptedAndRefusesTheRest) {
  Errc waiting = Errc::bug;
  Errc later = Errc::bug;
  run(stop_listening(loop(), waiting, later));
  EXPECT_EQ(waiting, Errc::reset);
  EXPECT_EQ(later, Errc::refused);
}

Task<void> connect_against_the_clock(Loop& loop, Errc& outcome) {
  // A listener whose backlog is full lets connects wait.
  const auto listener = loop.network().listen(*read_address("127.0.0.1", 0), {.backlog = 0});
  std::vector<std::unique_ptr<Socket>> clients;
  for (int i = 0; i < 10; ++i) {
    auto client = co_await loop.network().connect((*listener)->local(), loop.now() + milliseconds(20));
    if (!client) {
      outcome = client.error().code;
      co_return;
    }
    clients.push_back(std::move(*client));
  }
}

TEST_P(BusySockets, AConnectThatNobodyAnswersEndsAtItsDeadline) {
  Errc outcome = Errc::bug;
  run(connect_against_the_clock(loop(), outcome));
  EXPECT_EQ(outcome, Errc::timed_out);
}

Task<void> meet_over_ipv6(Loop& loop, Endpoint& listened, Endpoint& client, Endpoint& server_peer) {
  const auto listener = loop.network().listen(*read_address("[::1]", 0), {});
  EXPECT_TRUE(listener);
  if (!listener) co_return;
  listened = (*listener)->local();
  const Pair pair = co_await connect_pair(loop, **listener);
  client = pair.client->local();
  server_peer = pair.server->peer();
}

TEST_P(BusySockets, Ipv6IsListenedOnAndConnectedTo) {
  Endpoint listened, client, server_peer;
  run(meet_over_ipv6(loop(), listened, client, server_peer));
  EXPECT_EQ(address_text(listened), "::1");
  EXPECT_NE(listened.port, 0);
  EXPECT_EQ(server_peer, client);
}

}  // namespace
}  // namespace gust::rt
