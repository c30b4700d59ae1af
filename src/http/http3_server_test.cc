#include "http/http3_server.h"

#include <gtest/gtest.h>

#include "http/http3_world_test_internal.h"
#include "net/tls_facts.h"
#include "rt/signal.h"

namespace gust::http {
namespace {

TEST(Http3Server, AGetIsAnswered) {
  Http3World world;
  std::string seen;
  world.handler.answer = [&](Exchange& exchange) {
    const RequestHead& head = exchange.request();
    seen = std::string(head.method.text()) + ' ' + std::string(head.target) + ' ' + std::string(head.host) + ' ' +
           std::string(number_of(head.version)) + ' ' + exchange.tls()->alpn + ' ' +
           std::string(head.fields.get("x-own").value_or("none"));
    return answer_plainly(exchange);
  };
  net::QuicTestClient& client = world.viewer();
  const Answer answer = world.answer_to(client, head_frame(with(get("/a?b"), "x-own", "1")));
  EXPECT_EQ(seen, "GET /a?b localhost 3.0 h3 1");
  EXPECT_EQ(answer.status(), "200");
  EXPECT_EQ(answer.field("content-type"), "text/plain");
  EXPECT_EQ(answer.field("content-length"), "5");
  EXPECT_EQ(answer.content, "hello");
}

std::string numbered(std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; text.size() < bytes; ++i) text += std::to_string(i) + ' ';
  text.resize(bytes);
  return text;
}

rt::Task<void> answer_with(Exchange& exchange, std::string content) {
  ResponseHead head;
  (void)co_await exchange.respond(head, Slice::borrowed(content));
}

TEST(Http3Server, ALongAnswerArrivesWholeAlsoOverABadLink) {
  for (const double loss : {0.0, 0.03}) {
    rt::sim::LinkOptions links;
    links.loss_chance = loss;
    Http3World world(2, links);
    const std::string content = numbered(2'000'000);
    world.handler.answer = [&](Exchange& exchange) { return answer_with(exchange, content); };
    net::QuicTestClient& client = world.viewer();
    const Answer answer = world.answer_to(client, head_frame(get()));
    EXPECT_EQ(answer.field("content-length"), "2000000");
    EXPECT_TRUE(answer.content == content) << answer.content.size();
  }
}

TEST(Http3Server, ManyRequestsAtOnce) {
  Http3World world;
  net::QuicTestClient& client = world.viewer();
  std::vector<std::int64_t> streams;
  for (int i = 0; i < 100; ++i) streams.push_back(world.ask(client, head_frame(get("/" + std::to_string(i)))));
  for (const std::int64_t stream : streams) EXPECT_EQ(world.wait_for(client, stream).content, "hello");
  EXPECT_EQ(world.handler.handled, 100);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(world.answer_to(client, head_frame(get())).content, "hello") << i;
}

rt::Task<void> echo(Exchange& exchange) {
  std::string content;
  while (true) {
    const auto piece = co_await exchange.body().read(never);
    if (!piece) co_return exchange.abort();
    if (piece->empty()) break;
    content += piece->view();
  }
  const std::string trailer(exchange.body().trailers().get("x-end").value_or("none"));
  ResponseHead head;
  (void)co_await exchange.start(head, BodyFraming::of_chunks());
  const Slice slice = Slice::borrowed(content);
  (void)co_await exchange.write({&slice, 1});
  Fields trailers;
  trailers.add("X-Echo", trailer);
  (void)co_await exchange.finish(&trailers);
}

TEST(Http3Server, RFC9114Section4_1_ContentAndTrailersGoBothWays) {
  Http3World world;
  world.handler.answer = echo;
  net::QuicTestClient& client = world.viewer();
  const std::string content = numbered(600'000);
  const Answer answer =
      world.answer_to(client, head_frame(post()) + data_frame(content.substr(0, 300'000)) +
                                  data_frame(content.substr(300'000)) + head_frame({{"x-end", "well"}}));
  ASSERT_EQ(answer.heads.size(), 2U);
  EXPECT_TRUE(answer.content == content);
  EXPECT_EQ(answer.field("x-echo"), "well");
  EXPECT_EQ(answer.field("content-length"), "");
}

TEST(Http3Server, RFC9110Section10_1_1_ReadingAsksForTheContentThatIsHeldBack) {
  Http3World world;
  world.handler.answer = echo;
  net::QuicTestClient& client = world.viewer();
  const std::int64_t stream = world.ask(client, head_frame(with(post(), "expect", "100-continue")), false);
  world.world.run_until([&] { return !client.streams[stream].received.empty(); }, seconds(10));
  EXPECT_EQ(read_answer(client.streams[stream].received).status(), "100");
  client.say(stream, data_frame("now"), true);
  EXPECT_EQ(world.wait_for(client, stream).content, "now");
}

TEST(Http3Server, HeadHasTheLengthAndNoContent) {
  Http3World world;
  net::QuicTestClient& client = world.viewer();
  List head = get();
  head[0].second = "HEAD";
  const Answer answer = world.answer_to(client, head_frame(head));
  EXPECT_EQ(answer.field("content-length"), "5");
  EXPECT_EQ(answer.content, "");
}

rt::Task<void> answer_nothing(Exchange&) { co_return; }
rt::Task<void> answer_half(Exchange& exchange) {
  ResponseHead head;
  (void)co_await exchange.start(head, BodyFraming::of_length(100));
  const Slice slice = Slice::borrowed("half");
  (void)co_await exchange.write({&slice, 1});
}

TEST(Http3Server, NoAnswerIs500AndHalfAnAnswerIsReset) {
  Http3World world;
  net::QuicTestClient& client = world.viewer();
  world.handler.answer = answer_nothing;
  EXPECT_EQ(world.answer_to(client, head_frame(get())).status(), "500");
  world.handler.answer = answer_half;
  const std::int64_t stream = world.ask(client, head_frame(get()));
  world.wait_for(client, stream);
  EXPECT_FALSE(client.streams[stream].has_ended);
  EXPECT_EQ(client.streams[stream].reset_code, 0x102U);
}

TEST(Http3Server, RFC9114Section4_1_AnAnswerThatNeedsNoContentDeclinesTheRest) {
  Http3World world;
  net::QuicTestClient& client = world.viewer();
  const std::int64_t stream = world.ask(client, head_frame(post()) + data_frame("some"), false);
  EXPECT_EQ(world.wait_for(client, stream).status(), "200");
  world.world.run_until([&] { return client.streams[stream].is_closed; }, seconds(5));
  EXPECT_EQ(client.streams[stream].close_code, 0x100U) << "H3_NO_ERROR, by STOP_SENDING";
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(world.answer_to(client, head_frame(post()) + data_frame(numbered(100'000))).status(), "200")
        << "what nobody reads takes no window from others";
  }
}

// --- SECURITY "HTTP/2 and HTTP/3".

struct Hold {
  rt::Signal go_on;
  rt::Task<void> operator()(Exchange& exchange) { return run(exchange); }
  rt::Task<void> run(Exchange& exchange) {
    (void)co_await go_on.wait_uncancelled();
    co_await answer_plainly(exchange);
  }
};

TEST(Http3Server, ARequestThatWasGivenUpCountsUntilItsHandlerIsOver) {
  Http3World world;
  world.quic_limits.streams_max = 10;
  Hold hold;
  world.handler.answer = [&](Exchange& exchange) { return hold(exchange); };
  net::QuicTestClient& client = world.viewer();
  for (int i = 0; i < 10; ++i) {
    const std::int64_t stream = world.ask(client, head_frame(get()));
    world.world.run_until([&] { return world.handler.handled > i; }, seconds(5));
    client.reset(stream, 0x10c);
    client.stop_reading(stream, 0x10c);
  }
  world.world.run_for(seconds(1));
  EXPECT_EQ(client.open(), -1);
  EXPECT_EQ(world.handler.handled, 10);
  hold.go_on.notify_all();
  world.world.run_for(seconds(1));
  EXPECT_GE(client.open(), 0);
}

TEST(Http3Server, RapidResetsEndTheConnection) {
  Http3World world;
  world.http3_limits.resets_max = 20;
  Hold hold;
  world.handler.answer = [&](Exchange& exchange) { return hold(exchange); };
  net::QuicTestClient& client = world.viewer();
  for (int i = 0; i < 40 && !client.is_over(); ++i) {
    const std::int64_t stream = client.open();
    if (stream < 0) break;
    client.say(stream, head_frame(get()));
    world.world.run_for(milliseconds(20));
    client.reset(stream, 0x10c);
    client.stop_reading(stream, 0x10c);
    world.world.run_for(milliseconds(20));
  }
  EXPECT_EQ(client.close_code, 0x107U) << "H3_EXCESSIVE_LOAD";
  hold.go_on.notify_all();
  world.world.run_for(seconds(5));
  EXPECT_EQ(world.server.connections(), 0U);
}

TEST(Http3Server, AReaderThatStopsHoldsNoMoreThanItsShareAndIsCutOff) {
  Http3World world;
  world.limits.write_time_max = seconds(5);
  const std::string content = numbered(3'000'000);
  world.limits.write_rate_min = 1_MiB;
  world.handler.answer = [&](Exchange& exchange) { return answer_with(exchange, content); };
  net::QuicTestClient& client = world.viewer({.stream_window = 10'000});
  client.opens_windows = false;
  const std::int64_t stream = world.ask(client, head_frame(get()));
  world.wait_for(client, stream, seconds(60));
  EXPECT_EQ(client.streams[stream].received.size(), 10'000U);
  EXPECT_EQ(client.streams[stream].reset_code, 0x102U);
}

TEST(Http3Server, ABodyThatNobodyReadsStopsItsSender) {
  Http3World world;
  Hold hold;
  world.handler.answer = [&](Exchange& exchange) { return hold(exchange); };
  net::QuicTestClient& client = world.viewer();
  const std::int64_t stream = world.ask(client, head_frame(post()) + data_frame(numbered(900'000)));
  world.world.run_for(seconds(5));
  EXPECT_LE(client.streams[stream].sent, world.quic_limits.stream_window_bytes + 1000);
  hold.go_on.notify_all();
  EXPECT_EQ(world.wait_for(client, stream).content, "hello");
}

TEST(Http3Server, ALateHeadIsGivenUp) {
  Http3World world;
  net::QuicTestClient& client = world.viewer();
  const std::int64_t stream = world.ask(client, head_frame(get()).substr(0, 10), false);
  world.world.run_until([&] { return client.streams[stream].reset_code.has_value(); }, seconds(20));
  EXPECT_EQ(client.streams[stream].reset_code, 0x10dU) << "H3_REQUEST_INCOMPLETE";
  EXPECT_EQ(world.answer_to(client, head_frame(get())).content, "hello");
}

TEST(Http3Server, AConnectionWithoutRequestsIsEnded) {
  Http3World world;
  world.limits.idle_time_max = seconds(5);
  net::QuicTestClient& client = world.viewer();
  world.answer_to(client, head_frame(get()));
  world.world.run_until([&] { return client.is_over(); }, seconds(20));
  EXPECT_EQ(client.close_code, 0x100U) << "H3_NO_ERROR";
}

TEST(Http3Server, RFC9114Section5_2_ADrainLetsWhatIsUnderWayEnd) {
  Http3World world;
  Hold hold;
  world.handler.answer = [&](Exchange& exchange) { return hold(exchange); };
  net::QuicTestClient& client = world.viewer();
  const std::int64_t stream = world.ask(client, head_frame(get()));
  world.world.run_for(milliseconds(100));
  rt::Scope scope(world.server_loop);
  world.is_drained = true;
  scope.spawn(world.server.drain(world.world.now() + seconds(30)));
  world.world.run_for(seconds(3));
  EXPECT_FALSE(client.is_over());
  EXPECT_NE(client.streams[3].received.find('\x07'), std::string::npos) << "GOAWAY on the control stream";
  hold.go_on.notify_all();
  EXPECT_EQ(world.wait_for(client, stream).content, "hello");
  world.world.run_until([&] { return scope.running() == 0; }, seconds(30));
  EXPECT_EQ(scope.running(), 0U);
  world.world.run_for(seconds(1));
  EXPECT_EQ(client.close_code, 0x100U);
}

TEST(Http3Server, ADrainEndsAtItsDeadlineWhateverIsUnderWay) {
  Http3World world;
  world.handler.answer = [](Exchange& exchange) { return echo(exchange); };
  net::QuicTestClient& client = world.viewer();
  world.ask(client, head_frame(post()), false);
  world.world.run_for(milliseconds(100));
  world.drain(world.world.now() + seconds(2));
  world.world.run_for(seconds(1));
  EXPECT_TRUE(client.is_over());
  EXPECT_EQ(world.server.connections(), 0U);
}

TEST(Http3Server, RFC9218_APriorityOfAStreamToComeIsTaken) {
  Http3World world;
  net::QuicTestClient& client = world.connect();
  const std::int64_t control = client.open(true);
  client.say(control, std::string("\0", 1) + frame(0x4, "") + frame(0xf0700, varint(0) + "u=1, i"));
  EXPECT_EQ(world.answer_to(client, head_frame(get())).content, "hello");
}

}  // namespace
}  // namespace gust::http
