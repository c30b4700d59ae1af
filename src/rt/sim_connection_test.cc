#include <gtest/gtest.h>

#include <set>

#include "rt/scope.h"
#include "rt/signal.h"
#include "rt/sim_test_internal.h"

namespace gust::rt::sim {
namespace {

// As hear_all, and notes the sizes of the reads.
Task<void> hear_pieces(Socket& socket, std::string& heard, std::multiset<std::size_t>& sizes) {
  std::array<char, 10'000> buffer;
  while (true) {
    auto got = co_await socket.read(buffer, never);
    if (!got || *got == 0) co_return;
    heard.append(buffer.data(), *got);
    sizes.insert(*got);
  }
}

TEST(SimConnection, CarriesAllBytesInOrderForEverySeed) {
  const std::string bytes = numbered_bytes(300'000);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    TwoHosts hosts(seed);
    Pair pair = make_pair_of(hosts);
    std::string heard;
    Errc end = Errc::bug;
    Scope scope(hosts.client);
    scope.spawn(say_and_finish(*pair.client, bytes));
    ASSERT_TRUE(hosts.world.run(hosts.server, hear_all(*pair.server, never, heard, end))) << hosts.world.report();
    ASSERT_EQ(heard, bytes) << "seed " << seed;
    EXPECT_EQ(end, Errc::closed);
  }
}

TEST(SimConnection, CutsReadsAtSmallAndRandomPlaces) {
  TwoHosts hosts;
  Pair pair = make_pair_of(hosts);
  std::string heard;
  std::multiset<std::size_t> sizes;
  Scope scope(hosts.client);
  scope.spawn(say_and_finish(*pair.client, numbered_bytes(200'000)));
  ASSERT_TRUE(hosts.world.run(hosts.server, hear_pieces(*pair.server, heard, sizes)));
  EXPECT_TRUE(sizes.contains(1));
  EXPECT_GT(std::set(sizes.begin(), sizes.end()).size(), 20U);
}

TEST(SimConnection, AWriterWaitsWhenTheWindowIsFullAndGoesOnWhenThePeerReads) {
  TwoHosts hosts;
  Pair pair = make_pair_of(hosts);
  std::size_t taken = 0;
  Errc failure = Errc::bug;
  Scope scope(hosts.client);
  scope.spawn(write_all(*pair.client, numbered_bytes(200'000), never, taken, failure));
  EXPECT_TRUE(hosts.world.run_until_idle());
  EXPECT_EQ(taken, LinkOptions{}.window);
  std::string heard;
  Errc end = Errc::bug;
  Scope reading(hosts.server);
  reading.spawn(hear_all(*pair.server, never, heard, end));
  EXPECT_TRUE(hosts.world.run_until([&] { return taken == 200'000; }));
  reading.cancel();
  EXPECT_TRUE(hosts.world.run_until([&] { return reading.running() + scope.running() == 0; }));
}

TEST(SimConnection, HalfCloseLeavesTheOtherWayOpen) {
  TwoHosts hosts;
  Pair pair = make_pair_of(hosts);
  std::string at_server, at_client;
  Errc end = Errc::bug;
  ASSERT_TRUE(hosts.world.run(hosts.client, say_and_finish(*pair.client, "question")));
  ASSERT_TRUE(hosts.world.run(hosts.server, hear_all(*pair.server, never, at_server, end)));
  EXPECT_EQ(end, Errc::closed);
  ASSERT_TRUE(hosts.world.run(hosts.server, say_and_finish(*pair.server, "answer")));
  ASSERT_TRUE(hosts.world.run(hosts.client, hear_all(*pair.client, never, at_client, end)));
  EXPECT_EQ(at_server, "question");
  EXPECT_EQ(at_client, "answer");
}

TEST(SimConnection, DestroyingASocketDeliversWhatWasWritten) {
  TwoHosts hosts;
  Pair pair = make_pair_of(hosts);
  ASSERT_TRUE(hosts.world.run(hosts.client, say(*pair.client, "last words")));
  pair.client.reset();
  std::string heard;
  Errc end = Errc::bug;
  ASSERT_TRUE(hosts.world.run(hosts.server, hear_all(*pair.server, never, heard, end)));
  EXPECT_EQ(heard, "last words");
  EXPECT_EQ(end, Errc::closed);
}

TEST(SimConnection, AResetIsReadByThePeerAndEndsOwnOperations) {
  TwoHosts hosts;
  Pair pair = make_pair_of(hosts);
  std::string heard;
  Errc at_client = Errc::bug, at_server = Errc::bug;
  Scope scope(hosts.client);
  scope.spawn(hear_all(*pair.client, never, heard, at_client));
  hosts.world.run_for(milliseconds(1));
  pair.client->reset();
  ASSERT_TRUE(hosts.world.run(hosts.server, hear_all(*pair.server, never, heard, at_server)));
  ASSERT_TRUE(hosts.world.run_until([&] { return scope.running() == 0; }));
  EXPECT_EQ(at_server, Errc::reset);
  EXPECT_EQ(at_client, Errc::reset);
}

TEST(SimConnection, Rfc2525AClosedSocketWithUnreadBytesResets) {
  TwoHosts hosts;
  Pair pair = make_pair_of(hosts);
  ASSERT_TRUE(hosts.world.run(hosts.client, say(*pair.client, "never read")));
  hosts.world.run_for(milliseconds(5));
  pair.server.reset();
  std::string heard;
  Errc end = Errc::bug;
  ASSERT_TRUE(hosts.world.run(hosts.client, hear_all(*pair.client, never, heard, end)));
  EXPECT_EQ(end, Errc::reset);
}

TEST(SimConnection, WritingToAPeerThatClosedEndsInAReset) {
  TwoHosts hosts;
  Pair pair = make_pair_of(hosts);
  pair.server.reset();
  std::size_t taken = 0;
  Errc failure = Errc::bug;
  ASSERT_TRUE(hosts.world.run(hosts.client, write_all(*pair.client, numbered_bytes(500'000), never, taken, failure)));
  EXPECT_EQ(failure, Errc::reset);
}

TEST(SimConnection, WritingAfterFinishWritingFails) {
  TwoHosts hosts;
  Pair pair = make_pair_of(hosts);
  pair.client->finish_writing();
  std::size_t taken = 0;
  Errc failure = Errc::bug;
  ASSERT_TRUE(hosts.world.run(hosts.client, write_all(*pair.client, "more", never, taken, failure)));
  EXPECT_EQ(failure, Errc::reset);
}

TEST(SimConnection, AReadEndsAtItsDeadlineAndTheSocketGoesOn) {
  TwoHosts hosts;
  Pair pair = make_pair_of(hosts);
  std::string heard;
  Errc end = Errc::bug;
  const Instant deadline = hosts.world.now() + milliseconds(30);
  ASSERT_TRUE(hosts.world.run(hosts.server, hear_all(*pair.server, deadline, heard, end)));
  EXPECT_EQ(end, Errc::timed_out);
  EXPECT_GE(hosts.world.now(), deadline);
  EXPECT_LT(hosts.world.now(), deadline + milliseconds(1));
  ASSERT_TRUE(hosts.world.run(hosts.client, say_and_finish(*pair.client, "late")));
  ASSERT_TRUE(hosts.world.run(hosts.server, hear_all(*pair.server, never, heard, end)));
  EXPECT_EQ(heard, "late");
}

TEST(SimConnection, AWriteEndsAtItsDeadlineWhenTheWindowStaysFull) {
  TwoHosts hosts;
  Pair pair = make_pair_of(hosts);
  std::size_t taken = 0;
  Errc failure = Errc::bug;
  const Instant deadline = hosts.world.now() + seconds(1);
  ASSERT_TRUE(
      hosts.world.run(hosts.client, write_all(*pair.client, numbered_bytes(200'000), deadline, taken, failure)));
  EXPECT_EQ(failure, Errc::timed_out);
  EXPECT_EQ(taken, LinkOptions{}.window);
}

TEST(SimConnection, CancelEndsAReadAndAWriteThatWait) {
  TwoHosts hosts;
  Pair pair = make_pair_of(hosts);
  std::size_t taken = 0;
  std::string heard;
  Errc read = Errc::bug, write = Errc::bug;
  Scope scope(hosts.client);
  scope.spawn(hear_all(*pair.client, never, heard, read));
  scope.spawn(write_all(*pair.client, numbered_bytes(200'000), never, taken, write));
  EXPECT_TRUE(hosts.world.run_until_idle());
  scope.cancel();
  EXPECT_TRUE(hosts.world.run_until([&] { return scope.running() == 0; }));
  EXPECT_EQ(read, Errc::cancelled);
  EXPECT_EQ(write, Errc::cancelled);
}

TEST(SimConnection, AReadBegunAfterTheCancelFailsAtOnce) {
  TwoHosts hosts;
  Pair pair = make_pair_of(hosts);
  std::string heard;
  Errc read = Errc::bug;
  Scope scope(hosts.client);
  scope.cancel();
  scope.spawn(hear_all(*pair.client, never, heard, read));
  EXPECT_TRUE(hosts.world.run_until([&] { return scope.running() == 0; }));
  EXPECT_EQ(read, Errc::cancelled);
}

TEST(SimConnectionDeathTest, ASocketIsNotDestroyedUnderAWaitingRead) {
  GTEST_FLAG_SET(death_test_style, "fast");
  TwoHosts hosts;
  Pair pair = make_pair_of(hosts);
  std::string heard;
  Errc end = Errc::bug;
  Scope scope(hosts.client);
  scope.spawn(hear_all(*pair.client, never, heard, end));
  hosts.world.run_until_idle();
  EXPECT_DEATH(pair.client.reset(), "internal check failed");
  scope.cancel();
  hosts.world.run_until([&] { return scope.running() == 0; });
}

Task<void> wait_readable(Socket& socket, Instant deadline, CancelSource* cancel, Result<std::size_t>& outcome) {
  outcome = co_await socket.readable(deadline, cancel);
}

TEST(SimConnection, AWaitWithoutABufferEndsWhenBytesOrTheEndHaveComeAndTakesNone) {
  TwoHosts hosts;
  Pair pair = make_pair_of(hosts);
  Result<std::size_t> outcome = fail(Errc::bug, "none yet");
  Scope scope(hosts.server);
  scope.spawn(wait_readable(*pair.server, never, nullptr, outcome));
  EXPECT_TRUE(hosts.world.run_until_idle());
  EXPECT_EQ(scope.running(), 1U);
  ASSERT_TRUE(hosts.world.run(hosts.client, say_and_finish(*pair.client, "hello")));
  ASSERT_TRUE(hosts.world.run_until([&] { return scope.running() == 0; }));
  EXPECT_EQ(outcome, 0U);
  std::string heard;
  Errc end = Errc::bug;
  ASSERT_TRUE(hosts.world.run(hosts.server, hear_all(*pair.server, never, heard, end)));
  EXPECT_EQ(heard, "hello");
  ASSERT_TRUE(hosts.world.run(hosts.server, wait_readable(*pair.server, never, nullptr, outcome)));
  EXPECT_EQ(outcome, 0U) << "the end is there";
}

TEST(SimConnection, AWaitWithoutABufferEndsAtItsDeadlineAndByTheCancelItWasGiven) {
  TwoHosts hosts;
  Pair pair = make_pair_of(hosts);
  Result<std::size_t> outcome = std::size_t{0};
  const Instant soon = hosts.server.now() + std::chrono::seconds(1);
  ASSERT_TRUE(hosts.world.run(hosts.server, wait_readable(*pair.server, soon, nullptr, outcome)));
  EXPECT_EQ(outcome.error().code, Errc::timed_out);
  CancelSource source;
  Scope scope(hosts.server);
  scope.spawn(wait_readable(*pair.server, never, &source, outcome));
  EXPECT_TRUE(hosts.world.run_until_idle());
  source.cancel();
  EXPECT_TRUE(hosts.world.run_until([&] { return scope.running() == 0; }));
  EXPECT_EQ(outcome.error().code, Errc::cancelled);
}

}  // namespace
}  // namespace gust::rt::sim
