#include "http/server_connection.h"

#include <gtest/gtest.h>

#include <array>

#include "http/connection_test_internal.h"
#include "http/tunnel.h"

namespace gust::http {
namespace {

// A viewer on raw bytes and a ServerConnection with a handler.
class ServerConnectionTest : public testing::TestWithParam<int> {
 protected:
  ServerConnectionTest() : ends(static_cast<std::uint64_t>(GetParam())) {}
  void use(TestHandler::Function function, const ServerLimits& its_limits = {}) {
    handler = std::make_unique<TestHandler>(function);
    limits = its_limits;
    begun_at = ends.world.now();
    auto [viewer_socket, server_socket] = ends.connect();
    viewer = {};
    viewer.socket = std::move(viewer_socket);
    connection = std::make_unique<ServerConnection>(net::make_tcp_stream(std::move(server_socket)), Scheme::http,
                                                    *handler, limits);
    serving = std::make_unique<rt::Scope>(ends.far);
    serving->spawn(serve(*this));
  }
  static rt::Task<void> serve(ServerConnectionTest& test) {
    co_await test.connection->serve();
    test.lasted = test.ends.world.now() - test.begun_at;
    test.connection.reset();
  }

  // The viewer says `pieces` and hears until the connection is over.
  void talk(std::vector<std::string> pieces, Duration pause = {}) {
    rt::Scope scope(ends.near);
    scope.spawn(say(viewer, std::move(pieces), pause));
    scope.spawn(hear(viewer));
    EXPECT_TRUE(ends.world.run_until([&] { return scope.running() == 0 && serving->running() == 0; }))
        << ends.report() << viewer.heard;
  }
  // As talk() for one keep-alive request that says it is the last.
  static std::string last(ByteView first_line, ByteView lines = "") {
    return std::string(first_line) + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" + std::string(lines) + "\r\n";
  }
  static std::string get(ByteView target, ByteView lines = "") {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n" + std::string(lines) + "\r\n";
  }

  void TearDown() override {
    viewer.socket.reset();
    if (serving) {
      serving->cancel();
      ends.world.run(ends.far, serving->join());
    }
  }

  TwoEnds ends;
  ServerLimits limits;
  std::unique_ptr<TestHandler> handler;
  std::unique_ptr<ServerConnection> connection;
  std::unique_ptr<rt::Scope> serving;
  RawPeer viewer;
  Instant begun_at{};
  Duration lasted{};  // of the connection
};

TEST_P(ServerConnectionTest, Rfc9112Section9Point3Point2PipelinedRequestsAreAnsweredInOrder) {
  use(answer_target);
  talk({get("/1") + "\r\n" + get("/2") + get("/3") + last("GET /4")});
  EXPECT_EQ(viewer.heard,
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n/1"
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n/2"
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n/3"
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n/4");
  EXPECT_EQ(viewer.end, Errc::closed);
}

TEST_P(ServerConnectionTest, RequestsThatArriveByteByByteWithBodiesKeepTheirBorders) {
  use(echo);
  const std::string text = "PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello" +
                           std::string("PUT /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n") +
                           "3\r\nabc\r\n2;x\r\nde\r\n0\r\nX-T: 1\r\n\r\n" + last("PUT /c", "Content-Length: 0\r\n");
  std::vector<std::string> bytes;
  for (const char c : text) bytes.emplace_back(1, c);
  talk(bytes, milliseconds(1));
  EXPECT_EQ(handler->targets, (std::vector<std::string>{"/a", "/b", "/c"}));
  EXPECT_EQ(handler->bodies, (std::vector<std::string>{"hello", "abcde", ""}));
  EXPECT_EQ(times(viewer.heard, "200 OK"), 3U);
}

TEST_P(ServerConnectionTest, ChunkedBodyWithPipelinedRequestsBehindItLeavesThemWhole) {
  use(echo);
  talk({"PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n",
        "3\r\nabc\r\n0\r\n\r\n" + get("/b") + last("GET /c")},
       milliseconds(50));
  EXPECT_EQ(handler->targets, (std::vector<std::string>{"/a", "/b", "/c"}));
  EXPECT_EQ(times(viewer.heard, "200 OK"), 3U);
}

TEST_P(ServerConnectionTest, SecurityRefusedHeadsAreAnsweredReportedAndNeverHandled) {
  struct Row {
    std::string text;
    Errc code;
    const char* status;
  };
  for (const Row& row :
       {Row{get("/", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"), Errc::bad_framing, "400"},
        Row{get("/", "Content-Length: 3\r\nContent-Length: 3\r\n"), Errc::bad_framing, "400"},
        Row{get("/", "Transfer-Encoding: gzip\r\n"), Errc::unsupported, "501"},
        Row{"GET / HTTP/1.1\nHost: h\n\n", Errc::bad_request_line, "400"},
        Row{get("/", "A: b\r\n c\r\n"), Errc::bad_field, "400"}, Row{get("/a#b"), Errc::bad_target, "400"},
        Row{"GET / HTTP/1.1\r\n\r\n", Errc::bad_host, "400"},
        Row{"GET / HTTP/2.0\r\nHost: h\r\n\r\n", Errc::bad_version, "505"},
        Row{"CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n", Errc::unsupported, "501"},
        Row{get("/" + std::string(9000, 'a')), Errc::url_too_long, "413"},
        Row{get("/", "A: " + std::string(21'000, 'a')), Errc::head_too_large, "413"},
        Row{get("/", "Content-Length: 9000000000000000000\r\n"), Errc::body_too_large, "413"}}) {
    use(answer_target);
    talk({row.text + get("/smuggled") + get("/smuggled")});
    EXPECT_TRUE(handler->targets.empty()) << row.text;
    EXPECT_EQ(handler->refusals, std::vector<Errc>{row.code}) << row.text;
    EXPECT_TRUE(viewer.heard.starts_with("HTTP/1.1 " + std::string(row.status))) << viewer.heard;
    EXPECT_NE(viewer.heard.find("Connection: close\r\n\r\nrefused\n"), std::string::npos) << viewer.heard;
    EXPECT_EQ(times(viewer.heard, "HTTP/1.1"), 1U);
    EXPECT_EQ(viewer.end, Errc::closed) << "the answer is not lost to a reset";
  }
}

TEST_P(ServerConnectionTest, SecurityABadChunkEndsTheConnectionAndNothingBehindItIsARequest) {
  use(echo);
  talk({"PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcX\r\n" + get("/smuggled")});
  EXPECT_EQ(handler->targets, std::vector<std::string>{"/a"});
  EXPECT_EQ(handler->errors, std::vector<Errc>{Errc::bad_chunk});
  EXPECT_EQ(viewer.heard, "");
}

TEST_P(ServerConnectionTest, SecurityTheBodyOfAnEarlyAnswerIsConsumedAndNeverBecomesARequest) {
  use(answer_target);  // reads no body
  const std::string inner = get("/smuggled");
  talk({"GET /a HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(inner.size()) + "\r\n\r\n" + inner +
        last("GET /b")});
  EXPECT_EQ(handler->targets, (std::vector<std::string>{"/a", "/b"}));
}

TEST_P(ServerConnectionTest, AnUnreadBodyBeyondTheBoundClosesTheConnectionAndTheAnswerArrives) {
  use(answer_target);
  talk({"PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 600000\r\n\r\n" + std::string(600'000, 'x') + get("/b")});
  EXPECT_EQ(handler->targets, std::vector<std::string>{"/a"});
  EXPECT_NE(viewer.heard.find("Connection: close\r\n\r\n/a"), std::string::npos) << viewer.heard;
  EXPECT_EQ(viewer.end, Errc::closed);
}

TEST_P(ServerConnectionTest, Rfc9110Section10Point1Point1ContinueIsSentWhenTheHandlerReads) {
  use(echo);
  rt::Scope scope(ends.near);
  scope.spawn(say(viewer, {last("PUT /a", "Expect: 100-Continue\r\nContent-Length: 2\r\n")}));
  scope.spawn(hear_text(viewer, "100 Continue\r\n\r\n"));
  ASSERT_TRUE(ends.world.run_until([&] { return scope.running() == 0; })) << ends.report();
  talk({"hi"});
  EXPECT_TRUE(viewer.heard.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")) << viewer.heard;
  EXPECT_EQ(handler->bodies, std::vector<std::string>{"hi"});
}

TEST_P(ServerConnectionTest, Rfc9110Section10Point1Point1AnAnswerWithoutReadingSendsNoContinueAndCloses) {
  use(answer_target);
  talk({"PUT /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"});
  EXPECT_TRUE(viewer.heard.starts_with("HTTP/1.1 200 OK\r\n")) << viewer.heard;
  EXPECT_NE(viewer.heard.find("Connection: close"), std::string::npos);
}

TEST_P(ServerConnectionTest, Rfc9110Section10Point1Point1NoContinueForHttp10) {
  use(echo);
  talk({"PUT /a HTTP/1.0\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n", "hi"}, milliseconds(100));
  EXPECT_EQ(times(viewer.heard, "HTTP/1.1"), 1U);
  EXPECT_EQ(handler->bodies, std::vector<std::string>{"hi"});
}

TEST_P(ServerConnectionTest, Rfc9110Section10Point1Point1ABodyThatDoesNotWaitIsReadAllTheSame) {
  use(echo);
  talk({last("PUT /a", "Expect: 100-continue\r\nContent-Length: 2\r\n") + "hi"});
  EXPECT_EQ(handler->bodies, std::vector<std::string>{"hi"});
  EXPECT_EQ(times(viewer.heard, "200 OK"), 1U);
}

// Botocore takes a final status that it reads in the place of the 100 for the status of the next answer too.
TEST_P(ServerConnectionTest, Rfc9110Section10Point1Point1AnEmptyBodyIsContinuedToo) {
  use(answer_target);
  talk({"PUT /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n" + last("GET /b")});
  EXPECT_TRUE(viewer.heard.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")) << viewer.heard;
  EXPECT_EQ(times(viewer.heard, "100 Continue"), 1U);
  EXPECT_EQ(handler->targets, (std::vector<std::string>{"/a", "/b"}));
}

TEST_P(ServerConnectionTest, Rfc9110Section10Point1Point1AnUnreadBodyThatHasComeIsContinuedToo) {
  use(answer_target);
  talk({"PUT /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi" + last("GET /b")});
  EXPECT_TRUE(viewer.heard.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")) << viewer.heard;
  EXPECT_EQ(handler->targets, (std::vector<std::string>{"/a", "/b"}));
}

rt::Task<void> switch_and_echo(TestHandler&, Exchange& exchange) {
  ResponseHead head;
  head.status = 101;
  head.upgrade = "websocket";
  const auto tunnel = co_await exchange.switch_protocols(head);
  if (!tunnel) co_return;
  std::array<char, 4> piece;
  while (true) {
    const auto got = co_await (*tunnel)->read(piece, never);
    if (!got || *got == 0 || !co_await (*tunnel)->write({piece.data(), *got}, never)) co_return;
  }
}

TEST_P(ServerConnectionTest, Rfc9110Section7Point8ASwitchMakesTheConnectionATunnelFromTheFirstByteBehindTheHead) {
  use(switch_and_echo);
  rt::Scope scope(ends.near);
  scope.spawn(say(viewer, {get("/a", "Connection: Upgrade\r\nUpgrade: websocket\r\n") + get("/no-request"), "more"}));
  scope.spawn(hear_text(viewer, "more"));
  ASSERT_TRUE(ends.world.run_until([&] { return scope.running() == 0; })) << ends.report();
  viewer.socket->finish_writing();
  talk({});
  EXPECT_EQ(viewer.heard, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n" +
                              get("/no-request") + "more");
  EXPECT_EQ(handler->targets, std::vector<std::string>{"/a"}) << "what goes through the tunnel is no request";
  EXPECT_EQ(viewer.end, Errc::closed);
}

TEST_P(ServerConnectionTest, Rfc9110Section7Point8Http10SwitchesNothing) {
  use(switch_and_echo);
  talk({"GET /a HTTP/1.0\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"});
  EXPECT_TRUE(viewer.heard.starts_with("HTTP/1.1 500 ")) << viewer.heard;
}

TEST_P(ServerConnectionTest, Rfc9110Section9Point3Point2HeadHasTheLengthAndNoContent) {
  use(answer_target);
  talk({"HEAD /abc HTTP/1.1\r\nHost: h\r\n\r\n" + last("GET /b")});
  EXPECT_EQ(viewer.heard,
            "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: keep-alive\r\n\r\n"
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n/b");
}

rt::Task<void> answer_head_of_unknown_length(TestHandler&, Exchange& exchange) {
  ResponseHead head;
  head.status = 200;
  if (co_await exchange.start(head, BodyFraming::no_body())) co_await exchange.finish(nullptr);
}

TEST_P(ServerConnectionTest, Rfc9110Section8Point6HeadIsToldNoLengthThatIsNotKnown) {
  use(answer_head_of_unknown_length);
  talk({last("HEAD /abc")});
  EXPECT_EQ(viewer.heard, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
}

TEST_P(ServerConnectionTest, Rfc9112Section9Point3Http10ClosesUnlessAskedToStay) {
  use(answer_target);
  talk({"GET /a HTTP/1.0\r\nHost: h\r\n\r\nGET /b HTTP/1.0\r\nHost: h\r\n\r\n"});
  EXPECT_EQ(times(viewer.heard, "HTTP/1.1 200"), 1U);
  EXPECT_NE(viewer.heard.find("Connection: close"), std::string::npos);
  use(answer_target);
  talk({"GET /a HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\nGET /b HTTP/1.0\r\nHost: h\r\n\r\n"});
  EXPECT_EQ(times(viewer.heard, "HTTP/1.1 200"), 2U);
  EXPECT_NE(viewer.heard.find("Connection: keep-alive"), std::string::npos);
}

rt::Task<void> stream_pieces(TestHandler& handler, Exchange& exchange) {
  ResponseHead early;
  early.status = 103;
  early.fields.add(Name::link, "</x>");
  EXPECT_TRUE(co_await exchange.inform(early));
  ResponseHead head;
  EXPECT_TRUE(co_await exchange.start(head, BodyFraming::of_chunks()));
  EXPECT_EQ((co_await exchange.inform(early)).error().code, Errc::bug) << "too late";
  const Slice pieces[] = {Slice::copy_of("ab"), Slice::copy_of("c")};
  EXPECT_TRUE(co_await exchange.write(pieces));
  EXPECT_TRUE(co_await exchange.write({}));
  Fields trailers;
  trailers.add("X-Sum", "1");
  EXPECT_TRUE(co_await exchange.finish(&trailers));
  handler.errors.push_back((co_await exchange.write(pieces)).error().code);
}

TEST_P(ServerConnectionTest, Rfc9112Section7AnUnknownLengthGoesOutAsTheVersionAllows) {
  use(stream_pieces);
  talk({last("GET /a")});
  EXPECT_EQ(
      viewer.heard,
      "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n");
  EXPECT_EQ(handler->errors, std::vector<Errc>{Errc::bug});
  EXPECT_EQ(handler->facts.content_bytes_sent, 3U);
  EXPECT_EQ(handler->facts.bytes_sent, viewer.heard.size());
  use(stream_pieces);
  talk({"GET /a HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n"});
  EXPECT_EQ(viewer.heard, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc");
  EXPECT_EQ(viewer.end, Errc::closed);
}

rt::Task<void> break_off(TestHandler&, Exchange& exchange) {
  ResponseHead head;
  const bool known = exchange.request().target == "/length";
  (void)co_await exchange.start(head, known ? BodyFraming::of_length(10) : BodyFraming::of_chunks());
  const Slice piece = Slice::copy_of("abc");
  (void)co_await exchange.write({&piece, 1});
}

TEST_P(ServerConnectionTest, AnAnswerBrokenOffIsNeverTakenForAWholeOne) {
  use(break_off);
  talk({get("/length") + get("/b")});
  EXPECT_TRUE(viewer.heard.ends_with("\r\n\r\nabc")) << viewer.heard;
  EXPECT_EQ(viewer.end, Errc::closed) << "what was written is delivered; the length tells";
  use(break_off);
  talk({get("/chunks") + get("/b")});
  EXPECT_TRUE(viewer.heard.ends_with("3\r\nabc\r\n")) << viewer.heard;
  use(break_off);
  talk({"GET /close HTTP/1.0\r\nHost: h\r\n\r\n"});
  EXPECT_EQ(viewer.end, Errc::reset) << "only a reset tells";
}

rt::Task<void> misuse(TestHandler& handler, Exchange& exchange) {
  ResponseHead head;
  const Slice piece = Slice::copy_of("abc");
  handler.errors.push_back((co_await exchange.write({&piece, 1})).error().code);
  ResponseHead bad;
  bad.fields.add("A", "b\r\nc");
  handler.errors.push_back((co_await exchange.respond_text(bad, "x")).error().code);
  EXPECT_TRUE(co_await exchange.start(head, BodyFraming::of_length(2)));
  handler.errors.push_back((co_await exchange.write({&piece, 1})).error().code);
  handler.errors.push_back((co_await exchange.finish(nullptr)).error().code);
}

TEST_P(ServerConnectionTest, MisuseIsABugAndNothingAmbiguousLeaves) {
  use(misuse);
  talk({get("/") + get("/b")});
  EXPECT_EQ(handler->errors, (std::vector<Errc>{Errc::bug, Errc::bad_field, Errc::bug, Errc::bug}));
  EXPECT_EQ(viewer.heard, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n");
}

rt::Task<void> say_nothing(TestHandler&, Exchange&) { co_return; }

TEST_P(ServerConnectionTest, AHandlerWithoutAnAnswerMeans500) {
  use(say_nothing);
  talk({get("/") + get("/b")});
  EXPECT_TRUE(viewer.heard.starts_with("HTTP/1.1 500 ")) << viewer.heard;
  EXPECT_EQ(times(viewer.heard, "HTTP/1.1"), 1U);
}

TEST_P(ServerConnectionTest, SecuritySlowHeadsAreCutAfterTheirTimeWith408) {
  use(answer_target);
  std::vector<std::string> dribble = {"GET / HTTP/1.1\r\nHost: h\r\n"};
  for (int i = 0; i < 100; ++i) dribble.emplace_back("A");
  talk(dribble, seconds(1));
  EXPECT_EQ(handler->refusals, std::vector<Errc>{Errc::timed_out});
  EXPECT_TRUE(viewer.heard.starts_with("HTTP/1.1 408 ")) << viewer.heard;
  EXPECT_LT(lasted, seconds(14));
}

TEST_P(ServerConnectionTest, SecurityConnectionsThatSayNothingAreClosedSilently) {
  use(answer_target);
  talk({});
  EXPECT_EQ(viewer.heard, "");
  EXPECT_EQ(viewer.end, Errc::closed);
  EXPECT_LT(lasted, seconds(11));
  use(answer_target, {.idle_time_max = seconds(5)});
  talk({get("/a")});
  EXPECT_EQ(times(viewer.heard, "HTTP/1.1"), 1U);
}

TEST_P(ServerConnectionTest, SecuritySlowBodiesAreCutByTheirRate) {
  use(echo);
  std::vector<std::string> dribble = {"PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n"};
  for (int i = 0; i < 200; ++i) dribble.emplace_back("A");
  talk(dribble, seconds(1));
  EXPECT_EQ(handler->errors, std::vector<Errc>{Errc::timed_out});
  EXPECT_LT(lasted, seconds(36));
}

rt::Task<void> answer_large(TestHandler& handler, Exchange& exchange) {
  ResponseHead head;
  const auto sent = co_await exchange.respond_text(head, std::string(4'000'000, 'x'));
  handler.errors.push_back(sent ? Errc::bug : sent.error().code);
}

TEST_P(ServerConnectionTest, SecuritySlowReadersAreCutAndCountedAsGone) {
  use(answer_large);
  rt::Scope scope(ends.near);
  scope.spawn(say(viewer, {get("/")}));
  ASSERT_TRUE(ends.world.run_until([&] { return serving->running() == 0; })) << ends.report();
  EXPECT_EQ(handler->errors, std::vector<Errc>{Errc::timed_out});
  EXPECT_TRUE(handler->facts.viewer_left);
  EXPECT_GT(handler->facts.content_bytes_sent, 0U);
  EXPECT_LT(handler->facts.content_bytes_sent, 1'000'000U);
  EXPECT_LT(lasted, seconds(40));
}

TEST_P(ServerConnectionTest, LargeAnswersArriveWholeInBatches) {
  use(answer_large);
  talk({last("GET /")});
  EXPECT_EQ(viewer.heard.size(), handler->facts.bytes_sent);
  EXPECT_EQ(handler->facts.content_bytes_sent, 4'000'000U);
}

TEST_P(ServerConnectionTest, AViewerThatLeavesEarlyAtEachStageEndsTheConnection) {
  for (const char* text : {"", "GET / HT", "PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhal",
                           "PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"}) {
    for (const bool abrupt : {false, true}) {
      use(echo);
      rt::Scope scope(ends.near);
      scope.spawn(say(viewer, {text}, milliseconds(100)));
      ASSERT_TRUE(ends.world.run_until([&] { return scope.running() == 0; }));
      abrupt ? viewer.socket->reset() : viewer.socket->finish_writing();
      ASSERT_TRUE(ends.world.run_until([&] { return serving->running() == 0; }, seconds(30))) << text << ends.report();
      for (const Errc code : handler->errors) EXPECT_EQ(code, abrupt ? Errc::reset : Errc::short_body) << text;
    }
  }
}

TEST_P(ServerConnectionTest, Lim4LimitsOnRequestsPerConnectionAndOnBodiesHold) {
  use(answer_target, {.requests_max = 2});
  talk({get("/1") + get("/2") + get("/3")});
  EXPECT_EQ(handler->targets.size(), 2U);
  EXPECT_EQ(times(viewer.heard, "Connection: close"), 1U);
  use(echo, {.body_bytes_max = 4});
  talk({"PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"});
  EXPECT_EQ(handler->errors, std::vector<Errc>{Errc::body_too_large});
}

rt::Task<void> answer_slowly(TestHandler& handler, Exchange& exchange) {
  rt::Loop& loop = co_await rt::this_loop();
  (void)co_await rt::sleep_until(loop.now() + seconds(3));
  co_await answer_target(handler, exchange);
}

TEST_P(ServerConnectionTest, DrainEndsIdleConnectionsAtOnceAndLetsExchangesFinish) {
  use(answer_target);
  rt::Scope scope(ends.near);
  scope.spawn(say(viewer, {get("/a")}, seconds(1)));
  ASSERT_TRUE(ends.world.run_until([&] { return scope.running() == 0; }));
  EXPECT_TRUE(connection->is_idle());
  connection->drain();
  EXPECT_TRUE(ends.world.run_until([&] { return serving->running() == 0; }, seconds(1)));

  use(answer_slowly);
  scope.spawn(say(viewer, {get("/a") + get("/b")}, seconds(1)));
  ASSERT_TRUE(ends.world.run_until([&] { return scope.running() == 0; }));
  EXPECT_FALSE(connection->is_idle());
  connection->drain();
  talk({});
  EXPECT_EQ(handler->targets, std::vector<std::string>{"/a"});
  EXPECT_TRUE(viewer.heard.ends_with("Connection: close\r\n\r\n/a")) << viewer.heard;
}

TEST_P(ServerConnectionTest, ACancelEndsAConnectionAtAnyMoment) {
  for (int moment = 0; moment < 60; ++moment) {
    use(answer_slowly);
    rt::Scope scope(ends.near);
    scope.spawn(say(viewer, {get("/a")}, milliseconds(5)));
    ends.world.run_for(milliseconds(moment * 100));
    serving->cancel();
    ends.world.run(ends.far, serving->join());
    EXPECT_EQ(serving->running(), 0U);
    ends.world.run_until([&] { return scope.running() == 0; });
  }
}

// Each seed is another order of events and other sizes of reads and writes.
INSTANTIATE_TEST_SUITE_P(Seeds, ServerConnectionTest, testing::Range(1, 11));

}  // namespace
}  // namespace gust::http
