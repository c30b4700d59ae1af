#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rt/datagrams.h"
#include "rt/network.h"
#include "rt/real_loop_test_internal.h"
#include "rt/scope.h"
#include "rt/signal.h"

namespace gust::rt {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class RealDatagrams : public RealLoops {
 protected:
  std::unique_ptr<Datagrams> open_at(std::string_view address, bool share_port = false, std::uint16_t port = 0) {
    auto opened = loop().network().open_datagrams(*read_address(address, port), {.share_port = share_port});
    EXPECT_TRUE(opened) << opened.error().text;
    return std::move(*opened);
  }
};
INSTANTIATE_TEST_SUITE_P(Real, RealDatagrams, all_backends(), backend_name);

struct Heard {
  std::string bytes;
  Endpoint from, to;
  Ecn ecn = Ecn::none;
};

Task<void> hear(Loop& loop, Datagrams& socket, std::size_t count, std::vector<Heard>& heard) {
  while (heard.size() < count) {
    const auto got = co_await socket.receive(loop.now() + seconds(10));
    if (!got) co_return;
    for (const Datagram& one : *got) heard.push_back({std::string(one.bytes), one.from, one.to, one.ecn});
  }
}

Task<void> say_and_hear(Loop& loop, Datagrams& speaker, Datagrams& hearer, DatagramBatch batch, std::size_t count,
                        std::vector<Heard>& heard) {
  Scope scope(co_await context());
  scope.spawn(hear(loop, hearer, count, heard));
  while (true) {
    const auto sent = speaker.try_send(batch);
    EXPECT_TRUE(sent);
    if (!sent || *sent) break;
    co_await speaker.writable(never);
  }
  co_await scope.join();
}

TEST_P(RealDatagrams, OneComesWithItsAddressesAndMark) {
  const auto server = open_at("127.0.0.1");
  const auto client = open_at("127.0.0.1");
  std::vector<Heard> heard;
  run(say_and_hear(loop(), *client, *server,
                   {.bytes = "hello", .segment_bytes = 5, .to = server->local(), .from = {}, .ecn = Ecn::ect_0}, 1,
                   heard));
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0].bytes, "hello");
  EXPECT_EQ(heard[0].from, client->local());
  EXPECT_EQ(heard[0].to, server->local());
  EXPECT_EQ(heard[0].ecn, Ecn::ect_0);
}

TEST_P(RealDatagrams, OverIpv6TheSame) {
  auto opened = loop().network().open_datagrams(*read_address("::1", 0), {});
  if (!opened) GTEST_SKIP() << "no IPv6 here";
  const auto client = open_at("::1");
  std::vector<Heard> heard;
  run(say_and_hear(
      loop(), *client, **opened,
      {.bytes = "hello", .segment_bytes = 5, .to = (*opened)->local(), .from = client->local(), .ecn = Ecn::ect_1}, 1,
      heard));
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0].from, client->local());
  EXPECT_EQ(heard[0].to, (*opened)->local());
  EXPECT_EQ(heard[0].ecn, Ecn::ect_1);
}

TEST_P(RealDatagrams, ABatchArrivesAsItsSegments) {
  const auto server = open_at("127.0.0.1");
  const auto client = open_at("127.0.0.1");
  std::string bytes;
  for (int i = 0; i < 40; ++i) bytes += std::string(1200, static_cast<char>('A' + i));
  bytes += "the last is shorter";
  std::vector<Heard> heard;
  run(say_and_hear(loop(), *client, *server, {.bytes = bytes, .segment_bytes = 1200, .to = server->local()}, 41,
                   heard));
  ASSERT_EQ(heard.size(), 41U);
  std::string joined;
  for (const Heard& one : heard) joined += one.bytes;
  EXPECT_EQ(joined, bytes);
  EXPECT_EQ(heard[3].bytes, std::string(1200, 'D'));
  EXPECT_EQ(heard[40].bytes, "the last is shorter");
}

Task<void> ask_and_answer(Loop& loop, Datagrams& client, Datagrams& server, const Endpoint& to,
                          std::vector<Heard>& asked, std::vector<Heard>& answered) {
  co_await say_and_hear(loop, client, server, {.bytes = "?", .segment_bytes = 1, .to = to}, 1, asked);
  if (asked.empty()) co_return;
  const DatagramBatch answer{.bytes = "!", .segment_bytes = 1, .to = asked[0].from, .from = asked[0].to};
  co_await say_and_hear(loop, server, client, answer, 1, answered);
}

TEST_P(RealDatagrams, AnswersLeaveFromTheAddressThatWasAsked) {
  const auto server = open_at("0.0.0.0");
  const auto client = open_at("127.0.0.1");
  const Endpoint other = *read_address("127.0.0.2", server->local().port);
  std::vector<Heard> asked;
  std::vector<Heard> answered;
  run(ask_and_answer(loop(), *client, *server, other, asked, answered));
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].to, other);
  ASSERT_EQ(answered.size(), 1U);
  EXPECT_EQ(answered[0].from, other);
}

TEST_P(RealDatagrams, AnEmptyOneIsOneToo) {
  const auto server = open_at("127.0.0.1");
  const auto client = open_at("127.0.0.1");
  std::vector<Heard> heard;
  run(say_and_hear(loop(), *client, *server, {.bytes = "", .segment_bytes = 1, .to = server->local()}, 1, heard));
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0].bytes, "");
}

TEST_P(RealDatagrams, OneLongerThanAnyLinkIsRefusedByName) {
  const auto server = open_at("127.0.0.1");
  const std::string bytes(70'000, 'x');
  const auto sent = server->try_send({.bytes = bytes, .segment_bytes = bytes.size(), .to = server->local()});
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, Errc::would_exceed_limit);
}

TEST_P(RealDatagrams, APortIsTakenOnceUnlessAllShareIt) {
  const auto first = open_at("127.0.0.1", true);
  const auto second = open_at("127.0.0.1", true, first->local().port);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->local(), first->local());
  const auto third = loop().network().open_datagrams(first->local(), {});
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, Errc::address_in_use);
}

Task<void> wait_in_vain(Loop& loop, Datagrams& socket, Errc& failure) {
  const auto got = co_await socket.receive(loop.now() + milliseconds(1));
  failure = got ? Errc::bug : got.error().code;
}

TEST_P(RealDatagrams, WaitingEndsAtItsDeadline) {
  const auto server = open_at("127.0.0.1");
  Errc failure = Errc::bug;
  run(wait_in_vain(loop(), *server, failure));
  EXPECT_EQ(failure, Errc::timed_out);
}

Task<void> hear_until_cancelled(Loop& loop, Datagrams& socket, std::vector<Heard>& heard) {
  Scope scope(co_await context());
  scope.spawn(hear(loop, socket, 1, heard));
  co_await sleep_until(loop.now() + milliseconds(1));
  scope.cancel();
  co_await scope.join();
}

TEST_P(RealDatagrams, WaitingEndsByCancel) {
  const auto server = open_at("127.0.0.1");
  std::vector<Heard> heard;
  run(hear_until_cancelled(loop(), *server, heard));
  EXPECT_TRUE(heard.empty());
}

}  // namespace
}  // namespace gust::rt
