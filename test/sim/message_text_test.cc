#include "sim/message_text.h"

#include <gtest/gtest.h>

#include "rt/network.h"
#include "rt/scope.h"
#include "rt/sim_world.h"

namespace gust::sim {
namespace {

rt::Task<void> say_and_finish(std::unique_ptr<rt::Socket> socket, std::string bytes) {
  co_await write_text(*socket, bytes, never);
}

rt::Task<void> hear(rt::Loop& server, rt::Loop& client, std::string bytes, BodyRule rule, MessageText& message,
                    std::vector<Result<void>>& outcomes, int count) {
  auto listener = server.network().listen(*rt::read_address("10.0.0.2", 80), {});
  auto from = co_await client.network().connect((*listener)->local(), never);
  auto to = co_await (*listener)->accept(never);
  rt::Scope scope(co_await rt::context());
  scope.spawn(say_and_finish(std::move(*from), std::move(bytes)));
  MessageReader reader(**to);
  for (int i = 0; i < count; ++i) outcomes.push_back(co_await reader.read(message, rule, never));
  co_await scope.join();
}

struct Heard {
  MessageText message;  // the last
  std::vector<Result<void>> outcomes;
  Errc last() const { return outcomes.back() ? Errc::bug : outcomes.back().error().code; }
};

Heard heard(std::string bytes, BodyRule rule, int count = 1) {
  rt::sim::World world(bytes.size());
  rt::Loop& loop = world.add_host("both", "10.0.0.2");
  Heard all;
  EXPECT_TRUE(world.run(loop, hear(loop, loop, std::move(bytes), rule, all.message, all.outcomes, count)));
  return all;
}

TEST(MessageReader, ReadsAHeadAndABodyOfItsLength) {
  const Heard all = heard("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A:  b \r\n\r\nhello", BodyRule::reply);
  EXPECT_EQ(all.last(), Errc::bug);
  EXPECT_EQ(all.message.start_line, "HTTP/1.1 200 OK");
  EXPECT_EQ(all.message.find("x-a"), "b");
  EXPECT_EQ(all.message.body, "hello");
}

TEST(MessageReader, ReadsChunksAndTrailers) {
  const Heard all = heard(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nX-T: t\r\n\r\n",
      BodyRule::reply);
  EXPECT_EQ(all.last(), Errc::bug);
  EXPECT_EQ(all.message.body, "abc0123456789");
  EXPECT_EQ(all.message.trailers, (std::vector<TextField>{{"X-T", "t"}}));
}

TEST(MessageReader, AReplyWithoutFramingGoesToTheEnd) {
  EXPECT_EQ(heard("HTTP/1.1 200 OK\r\n\r\nto the end", BodyRule::reply).message.body, "to the end");
}

TEST(MessageReader, RepliesWithoutABodyAndPipelinedMessagesFollowEachOther) {
  const Heard head = heard("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHTTP/1.1 204 No\r\n\r\n", BodyRule::none, 2);
  EXPECT_EQ(head.message.start_line, "HTTP/1.1 204 No");
  const Heard requests = heard("GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n", BodyRule::request, 3);
  EXPECT_EQ(requests.message.start_line, "GET /b HTTP/1.1");
  EXPECT_EQ(requests.last(), Errc::closed);
}

TEST(MessageReader, TellsWhatIsCutShort) {
  EXPECT_EQ(heard("", BodyRule::reply).last(), Errc::closed);
  EXPECT_EQ(heard("HTTP/1.1 200 OK\r\nConte", BodyRule::reply).last(), Errc::short_body);
  const Heard part = heard("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", BodyRule::reply);
  EXPECT_EQ(part.last(), Errc::short_body);
  EXPECT_EQ(part.message.body, "hel");
  EXPECT_EQ(heard("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", BodyRule::reply).last(),
            Errc::short_body);
}

TEST(MessageReader, RefusesSloppyMessages) {
  for (const std::string bytes :
       {"HTTP/1.1 200 OK\nA: b\r\n\r\n", "HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n"}) {
    EXPECT_EQ(heard(bytes, BodyRule::reply).last(), Errc::bad_syntax) << bytes;
  }
}

}  // namespace
}  // namespace gust::sim
