#include "http/client_connection.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>

#include "http/connection_test_internal.h"
#include "http/tunnel.h"

namespace gust::http {
namespace {

// The content of a request, in pieces, and then its end or a failure.
class ScriptedBody final : public BodyReader {
 public:
  explicit ScriptedBody(std::vector<std::string> pieces, std::optional<Error> failure = {}, Duration pause = {})
      : pieces_(std::move(pieces)), failure_(failure), pause_(pause) {}
  rt::Task<Result<Slice>> read(Instant) override {
    rt::Loop& loop = co_await rt::this_loop();
    if (pause_ > Duration{}) CO_TRY_OK(co_await rt::sleep_until(loop.now() + pause_));
    if (next_ < pieces_.size()) co_return Slice::copy_of(pieces_[next_++]);
    if (failure_) co_return std::unexpected(*failure_);
    co_return Slice();
  }
  const Fields& trailers() const override { return trailers_; }
  std::size_t pieces_read() const { return next_; }

 private:
  std::vector<std::string> pieces_;
  std::optional<Error> failure_;
  Duration pause_;
  std::size_t next_ = 0;
  Fields trailers_;
};

// A ClientConnection and an origin on raw bytes.
class ClientConnectionTest : public testing::TestWithParam<int> {
 protected:
  ClientConnectionTest() : ends(static_cast<std::uint64_t>(GetParam())) { connect(); }

  void connect(const ClientLimits& limits = {}) {
    auto [client_socket, origin_socket] = ends.connect();
    origin = {};
    origin.socket = std::move(origin_socket);
    connection = std::make_unique<ClientConnection>(net::make_tcp_stream(std::move(client_socket)), limits);
    begun_at = ends.world.now();
  }

  // Keeps what it is told: status and Link.
  struct Notes final : InterimSink {
    rt::Task<void> pass_on(const ResponseHead& head) override {
      told.push_back(std::to_string(head.status) + " " + std::string(head.fields.get(Name::link).value_or("")));
      co_return;
    }
    std::vector<std::string> told;
  };
  Notes interim;

  struct Outcome {
    Result<void> head;
    std::string body;
    Errc body_failure = Errc::bug;
    bool has_all = false;  // behind the head
  };
  bool lends = false;
  rt::Task<void> ask(const RequestHead& head, BodyFraming framing, BodyReader* body, Outcome& outcome) {
    outcome.head = co_await connection->exchange(head, framing, body, never, nullptr, &interim);
    outcome.has_all = outcome.head && connection->has_all_content();
    if (lends) connection->lend_content();
    if (outcome.head) outcome.body_failure = co_await read_all(connection->body(), outcome.body);
  }
  static RequestHead request(Method method = Method::get) {
    RequestHead head;
    head.method = method;
    head.set_target("/a");
    head.authority = "h";
    return head;
  }

  // The origin hears the text `until`, says `pieces` with `pause` between, and then ends as told.
  enum class Then { stays, finishes, resets };
  Outcome talk(const RequestHead& head, std::vector<std::string> pieces, Then then = Then::stays,
               BodyFraming framing = {}, BodyReader* body = nullptr, std::string until = "\r\n\r\n",
               Duration pause = {}) {
    Outcome outcome;
    rt::Scope client(ends.near);
    rt::Scope scope(ends.far);
    client.spawn(ask(head, framing, body, outcome));
    scope.spawn(hear_and_say(origin, std::move(until), std::move(pieces), then, pause));
    EXPECT_TRUE(ends.world.run_until([&] { return client.running() == 0; })) << ends.report() << origin.heard;
    lasted = ends.world.now() - begun_at;
    scope.cancel();
    ends.world.run_until([&] { return scope.running() == 0; });
    return outcome;
  }
  Outcome get(std::vector<std::string> pieces, Then then = Then::stays, Duration pause = {}) {
    return talk(request(), std::move(pieces), then, {}, nullptr, "\r\n\r\n", pause);
  }
  static rt::Task<void> hear_and_say(RawPeer& origin, std::string until, std::vector<std::string> pieces, Then then,
                                     Duration pause) {
    co_await hear_text(origin, until);
    co_await say(origin, std::move(pieces), pause);
    if (then == Then::finishes) origin.socket->finish_writing();
    if (then == Then::resets) origin.socket->reset();
    co_await hear(origin);
  }

  void TearDown() override {
    connection.reset();
    origin.socket.reset();
  }

  TwoEnds ends;
  RawPeer origin;
  std::unique_ptr<ClientConnection> connection;
  Instant begun_at{};
  Duration lasted{};
};

TEST_P(ClientConnectionTest, TwoExchangesShareAConnection) {
  const Outcome first = get({"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: \"a\"\r\n\r\nhello"});
  ASSERT_TRUE(first.head);
  EXPECT_EQ(first.body, "hello");
  EXPECT_EQ(connection->head().fields.get(Name::etag), "\"a\"");
  EXPECT_EQ(connection->framing(), BodyFraming::of_length(5));
  EXPECT_TRUE(connection->is_reusable());
  EXPECT_EQ(origin.heard, "GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(connection->facts().bytes_sent, origin.heard.size());
  EXPECT_EQ(connection->facts().bytes_received, 54U);
  origin.heard.clear();
  const Outcome second =
      get({"HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "0\r\nX-T: 1\r\n\r\n"});
  EXPECT_EQ(second.body, "abc");
  EXPECT_EQ(connection->head().status, 404);
  EXPECT_EQ(connection->body().trailers().get("x-t"), "1");
  EXPECT_TRUE(connection->is_reusable());
}

TEST_P(ClientConnectionTest, LentContentIsTheSame) {
  lends = true;
  EXPECT_EQ(get({"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello", " world"}).body, "hello world");
  origin.heard.clear();
  EXPECT_EQ(get({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"}).body,
            "abcde");
  EXPECT_TRUE(connection->is_reusable());
}

TEST_P(ClientConnectionTest, KnowsWhetherAllContentHasComeWithTheHead) {
  EXPECT_TRUE(get({"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}).has_all);
  origin.heard.clear();
  const Outcome in_two =
      get({"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello", " world"}, Then::stays, milliseconds(500));
  EXPECT_FALSE(in_two.has_all);
  EXPECT_EQ(in_two.body, "hello world");
}

TEST_P(ClientConnectionTest, Rfc9112Section6Point3HeadAnd204And304HaveNoContent) {
  EXPECT_TRUE(talk(request(Method::head), {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"}).head);
  EXPECT_TRUE(connection->is_reusable());
  for (const char* head :
       {"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"}) {
    origin.heard.clear();
    const Outcome outcome = get({head});
    ASSERT_TRUE(outcome.head);
    EXPECT_EQ(outcome.body, "");
    EXPECT_TRUE(connection->is_reusable());
  }
}

TEST_P(ClientConnectionTest, AResponseToTheEndOfTheConnectionIsWholeButTheConnectionIsOver) {
  const Outcome outcome = get({"HTTP/1.1 200 OK\r\n\r\nhel", "lo"}, Then::finishes);
  EXPECT_EQ(outcome.body, "hello");
  EXPECT_EQ(outcome.body_failure, Errc::bug);
  EXPECT_FALSE(connection->is_reusable());
}

TEST_P(ClientConnectionTest, SecurityShortBodiesAreTold) {
  for (const Then then : {Then::finishes, Then::resets}) {
    for (const char* text : {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
                             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
                             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n"}) {
      connect();
      const Outcome outcome = get({text}, then, seconds(1));
      ASSERT_TRUE(outcome.head) << text;
      EXPECT_EQ(outcome.body, "hel");
      EXPECT_EQ(outcome.body_failure, then == Then::resets ? Errc::reset : Errc::short_body);
      EXPECT_FALSE(connection->is_reusable());
    }
  }
}

TEST_P(ClientConnectionTest, SecurityBytesBehindAResponseForbidReuse) {
  for (const char* text :
       {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\nx",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\nx"}) {
    connect();
    const Outcome outcome = get({text});
    EXPECT_TRUE(outcome.head) << text;
    rt::Scope scope(ends.near);
    scope.spawn(connection->watch(ends.world.now() + seconds(1)));  // what comes later is seen while idle
    ends.world.run_until([&] { return scope.running() == 0; });
    EXPECT_FALSE(connection->is_reusable()) << text;
  }
}

TEST_P(ClientConnectionTest, SecurityInvalidResponsesAreRefusedOnTheOriginSide) {
  struct Row {
    const char* text;
    Errc code;
  };
  for (const Row& row :
       {Row{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n", Errc::bad_framing},
        Row{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n", Errc::bad_framing},
        Row{"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", Errc::unsupported},
        Row{"HTTP/1.1 200 OK\r\nA: b\nSet-Cookie: c\r\n\r\n", Errc::bad_field},
        Row{"SSH-2.0-OpenSSH\r\n\r\n", Errc::bad_status_line}, Row{"HTTP/2 200\r\n\r\n", Errc::bad_status_line},
        Row{"HTTP/1.1 101 Switching Protocols\r\n\r\n", Errc::bad_framing}}) {
    connect();
    const Outcome outcome = get({row.text});
    ASSERT_FALSE(outcome.head) << row.text;
    EXPECT_EQ(outcome.head.error().code, row.code) << row.text;
    EXPECT_EQ(outcome.head.error().side, Side::origin);
    EXPECT_FALSE(connection->is_reusable());
  }
}

rt::Task<void> exchange_only(ClientConnection& connection, const RequestHead& head, BodyReader& body, rt::Scope& sender,
                             Result<void>& got) {
  got = co_await connection.exchange(head, BodyFraming::of_chunks(), &body, never, &sender);
}

rt::Task<void> read_once(Tunnel& tunnel, MutableBytes into, Result<std::size_t>& got) {
  got = co_await tunnel.read(into, never);
}

TEST_P(ClientConnectionTest, Rfc9110Section7Point8AnUpgradeThatWasAskedForMakesATunnel) {
  RequestHead head = request();
  head.upgrade = "websocket";
  ASSERT_TRUE(
      talk(head, {"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: WebSocket\r\n\r\nhi"}).head);
  EXPECT_EQ(origin.heard, "GET /a HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  std::array<char, 8> piece{};
  Result<std::size_t> got;
  ends.world.run(ends.near, read_once(connection->tunnel(), piece, got));
  ASSERT_TRUE(got);
  EXPECT_EQ(ByteView(piece.data(), *got), "hi") << "what came with the head";
  EXPECT_EQ(connection->facts().bytes_received, 79U);
  EXPECT_FALSE(connection->is_reusable());
}

TEST_P(ClientConnectionTest, Rfc9110Section7Point8AnUpgradeToAnotherProtocolIsRefused) {
  RequestHead head = request();
  head.upgrade = "websocket";
  EXPECT_EQ(
      talk(head, {"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n"}).head.error().code,
      Errc::bad_framing);
  connect();
  EXPECT_TRUE(talk(head, {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}).head) << "an origin need not switch";
  EXPECT_TRUE(connection->is_reusable());
}

// Answers each piece of a request's body before the next one comes.
rt::Task<void> answer_each(RawPeer& origin) {
  co_await hear_text(origin, "\r\n\r\n");
  co_await say(origin, {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"}, {});
  for (const char* piece : {"one", "two"}) {
    co_await hear_text(origin, piece);
    co_await say(origin, {std::string("3\r\n") + piece + "\r\n"}, {});
  }
  co_await hear_text(origin, "0\r\n\r\n");
  co_await say(origin, {"0\r\n\r\n"}, {});
}

rt::Task<void> ask_with_sender(ClientConnection& connection, const RequestHead& head, BodyReader& body,
                               rt::Scope& sender, std::string& answer, Errc& end) {
  const auto got = co_await connection.exchange(head, BodyFraming::of_chunks(), &body, never, &sender);
  end = got ? co_await read_all(connection.body(), answer) : got.error().code;
  co_await connection.end_sending();
}

TEST_P(ClientConnectionTest, Rfc9112Section9Point3BothBodiesStreamAtOnceWhereThereIsASender) {
  ScriptedBody body({"one", "two"}, {}, milliseconds(100));
  std::string answer;
  Errc end = Errc::bug;
  const RequestHead head = request(Method::post);
  rt::Scope sender(ends.near);
  rt::Scope scope(ends.near);
  rt::Scope far(ends.far);
  far.spawn(answer_each(origin));
  scope.spawn(ask_with_sender(*connection, head, body, sender, answer, end));
  ASSERT_TRUE(ends.world.run_until([&] { return scope.running() == 0; })) << ends.report();
  EXPECT_EQ(end, Errc::bug) << "none";
  EXPECT_EQ(answer, "onetwo");
  EXPECT_TRUE(connection->is_reusable());
  EXPECT_EQ(sender.running() + far.running(), 0U);
}

TEST_P(ClientConnectionTest, Rfc9112Section9Point3AnAnswerThatEndsBeforeTheRequestStopsIt) {
  ScriptedBody body(std::vector<std::string>(100, "x"), {}, seconds(1));
  std::string answer;
  Errc end = Errc::bug;
  const RequestHead head = request(Method::post);
  rt::Scope sender(ends.near);
  rt::Scope scope(ends.near);
  rt::Scope far(ends.far);
  far.spawn(
      hear_and_say(origin, "\r\n\r\n", {"HTTP/1.1 413 Too Much\r\nContent-Length: 2\r\n\r\nno"}, Then::stays, {}));
  scope.spawn(ask_with_sender(*connection, head, body, sender, answer, end));
  ASSERT_TRUE(ends.world.run_until([&] { return scope.running() == 0; })) << ends.report();
  EXPECT_EQ(answer, "no");
  EXPECT_LT(body.pieces_read(), 100U);
  EXPECT_EQ(sender.running(), 0U);
  EXPECT_FALSE(connection->is_reusable());
  connection.reset();
  EXPECT_TRUE(ends.world.run_until([&] { return far.running() == 0; }));
}

TEST_P(ClientConnectionTest, ABodyThatBreaksOffBehindTheAnswersHeadBreaksTheAnswerOff) {
  ScriptedBody body({"one"}, Error{Errc::reset, Side::viewer, Retry::never, "the viewer left"}, milliseconds(100));
  std::string answer;
  Errc end = Errc::bug;
  const RequestHead head = request(Method::post);
  rt::Scope sender(ends.near);
  rt::Scope scope(ends.near);
  rt::Scope far(ends.far);
  far.spawn(answer_each(origin));
  scope.spawn(ask_with_sender(*connection, head, body, sender, answer, end));
  ASSERT_TRUE(ends.world.run_until([&] { return scope.running() == 0 && far.running() == 0; })) << ends.report();
  EXPECT_EQ(end, Errc::reset);
  EXPECT_EQ(answer, "one");
}

TEST_P(ClientConnectionTest, AConnectionThatGoesWhileItSendsStopsTheSending) {
  ScriptedBody body(std::vector<std::string>(100, "x"), {}, seconds(1));
  Result<void> got;
  const RequestHead head = request(Method::post);
  rt::Scope sender(ends.near);
  rt::Scope far(ends.far);
  far.spawn(hear_and_say(origin, "\r\n\r\n", {"HTTP/1.1 200 OK\r\n\r\n"}, Then::stays, {}));
  ends.world.run(ends.near, exchange_only(*connection, head, body, sender, got));
  ASSERT_TRUE(got);
  EXPECT_EQ(sender.running(), 1U);
  connection.reset();
  EXPECT_TRUE(ends.world.run_until([&] { return sender.running() == 0 && far.running() == 0; }));
  EXPECT_LT(body.pieces_read(), 100U);
}

TEST_P(ClientConnectionTest, SecurityABadChunkFailsTheBody) {
  const Outcome outcome = get({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcX\r\n0\r\n\r\n"});
  ASSERT_TRUE(outcome.head);
  EXPECT_EQ(outcome.body_failure, Errc::bad_chunk);
  EXPECT_FALSE(connection->is_reusable());
}

TEST_P(ClientConnectionTest, Lim5HeadsThatAreTooLargeAreRefused) {
  const Outcome outcome = get({"HTTP/1.1 200 OK\r\nA: " + std::string(30'000, 'x') + "\r\n\r\n"});
  ASSERT_FALSE(outcome.head);
  EXPECT_EQ(outcome.head.error().code, Errc::head_too_large);
}

TEST_P(ClientConnectionTest, Rfc9110Section15Point2InterimResponsesAreToldWithinABound) {
  const std::string early = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
  const std::string last = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  EXPECT_TRUE(get({early + "HTTP/1.1 100 Continue\r\n\r\n", early + last}).head);
  EXPECT_EQ(connection->head().status, 200);
  EXPECT_FALSE(connection->head().fields.has(Name::link));
  EXPECT_TRUE(connection->is_reusable());
  EXPECT_EQ(interim.told, (std::vector<std::string>{"103 </a>", "103 </a>"})) << "not of 100";

  connect();
  std::string flood;
  for (int i = 0; i < 9; ++i) flood += early;
  EXPECT_EQ(get({flood + last}).head.error().code, Errc::would_exceed_limit);
}

TEST_P(ClientConnectionTest, Body5MoreThanOne100IsAnError) {
  const std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  const std::string last = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  EXPECT_TRUE(get({go_on + last}).head);
  connect();
  EXPECT_EQ(get({go_on + go_on + last}).head.error().code, Errc::would_exceed_limit);
}

TEST_P(ClientConnectionTest, Orig5TimeToTheFirstByteAndBetweenReadsIsBounded) {
  const Outcome silent = get({});
  ASSERT_FALSE(silent.head);
  EXPECT_EQ(silent.head.error().code, Errc::timed_out);
  EXPECT_LT(lasted, seconds(31));
  connect({.read_time_max = seconds(2)});
  const Outcome stalls = get({"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"});
  EXPECT_EQ(stalls.body_failure, Errc::timed_out);
  EXPECT_LT(lasted, seconds(4));
  connect({.first_byte_time_max = seconds(1), .read_time_max = seconds(2)});
  EXPECT_TRUE(get({"HTTP/1.1 20", "0 OK\r\nContent-Length: 2\r\n\r\n", "h", "i"}, Then::stays, milliseconds(1500)).head)
      << "each gap counts by itself";
}

TEST_P(ClientConnectionTest, RequestBodiesGoOutFramed) {
  ScriptedBody body({"hello ", "world"});
  EXPECT_TRUE(talk(request(Method::put), {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}, Then::stays,
                   BodyFraming::of_length(11), &body, "hello world")
                  .head);
  EXPECT_TRUE(origin.heard.ends_with("Content-Length: 11\r\n\r\nhello world"));
  EXPECT_TRUE(connection->is_reusable());
  EXPECT_TRUE(connection->facts().request_sent);
  origin.heard.clear();
  ScriptedBody chunks({"abc", "0123456789abcdef"});
  EXPECT_TRUE(talk(request(Method::put), {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}, Then::stays,
                   BodyFraming::of_chunks(), &chunks, "\r\n0\r\n\r\n")
                  .head);
  EXPECT_TRUE(origin.heard.ends_with("chunked\r\n\r\n3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n")) << origin.heard;
  EXPECT_TRUE(connection->is_reusable());
}

TEST_P(ClientConnectionTest, AFinalResponseBeforeTheBodysEndStopsItAndForbidsReuse) {
  ScriptedBody body(std::vector<std::string>(1000, std::string(10'000, 'x')), {}, milliseconds(10));
  const Outcome outcome = talk(request(Method::put), {"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno"},
                               Then::stays, BodyFraming::of_length(10'000'000), &body);
  ASSERT_TRUE(outcome.head);
  EXPECT_EQ(connection->head().status, 413);
  EXPECT_EQ(outcome.body, "no");
  EXPECT_LT(body.pieces_read(), 900U);
  EXPECT_FALSE(connection->facts().request_sent);
  EXPECT_FALSE(connection->is_reusable());
}

TEST_P(ClientConnectionTest, TroubleOfTheBodysSourceIsNotTheOrigins) {
  const Error gone{.code = Errc::reset, .side = Side::viewer, .text = "gone"};
  ScriptedBody broken({"hel"}, gone);
  const Outcome left = talk(request(Method::put), {}, Then::stays, BodyFraming::of_length(5), &broken);
  ASSERT_FALSE(left.head);
  EXPECT_EQ(left.head.error(), gone);
  EXPECT_LT(lasted, seconds(1));
  connect();
  ScriptedBody short_one({"hel"});
  EXPECT_EQ(talk(request(Method::put), {}, Then::stays, BodyFraming::of_length(5), &short_one).head.error().code,
            Errc::short_body);
  connect();
  ScriptedBody long_one({"hello world"});
  EXPECT_EQ(talk(request(Method::put), {}, Then::stays, BodyFraming::of_length(5), &long_one).head.error().code,
            Errc::bug);
}

TEST_P(ClientConnectionTest, Rfc9110Section10Point1Point1TheBodyWaitsFor100) {
  RequestHead head = request(Method::put);
  head.fields.add(Name::expect, "100-continue");
  const std::string last = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  {
    ScriptedBody body({"hello"});
    EXPECT_TRUE(
        talk(head, {"HTTP/1.1 100 Continue\r\n\r\n", last}, Then::stays, BodyFraming::of_length(5), &body).head);
    EXPECT_EQ(body.pieces_read(), 1U);
  }
  connect();
  {
    ScriptedBody body({"hello"});
    EXPECT_TRUE(
        talk(head, {"HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n"}, Then::stays, BodyFraming::of_length(5), &body)
            .head);
    EXPECT_EQ(body.pieces_read(), 0U);
    EXPECT_FALSE(connection->is_reusable()) << "the origin may wait for a body";
  }
  connect();
  {
    ScriptedBody body({"hello"});
    EXPECT_TRUE(talk(head, {last}, Then::stays, BodyFraming::of_length(5), &body, "hello").head)
        << "an origin that never says 100";
    EXPECT_TRUE(connection->is_reusable());
  }
}

TEST_P(ClientConnectionTest, Rfc9112Section9Point3Point1AnIdleConnectionThatWasClosedMayBeRetried) {
  EXPECT_EQ(get({}, Then::finishes).head.error().retry, Retry::never) << "a new connection";
  for (const Then then : {Then::finishes, Then::resets}) {
    connect();
    ASSERT_TRUE(get({"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}).head);
    origin.heard.clear();
    const Outcome outcome = get({}, then);
    ASSERT_FALSE(outcome.head);
    EXPECT_EQ(outcome.head.error().code, then == Then::resets ? Errc::reset : Errc::closed);
    EXPECT_EQ(outcome.head.error().retry, Retry::if_reused);
    connect();
    ASSERT_TRUE(get({"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}).head);
    origin.heard.clear();
    EXPECT_EQ(get({"HTTP/1.1 2"}, then, seconds(1)).head.error().retry, Retry::never) << "the response had begun";
  }
}

TEST_P(ClientConnectionTest, CloseOnEitherSideForbidsReuse) {
  get({"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"});
  EXPECT_FALSE(connection->is_reusable());
  connect();
  get({"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"});
  EXPECT_FALSE(connection->is_reusable());
  connect();
  get({"HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n"});
  EXPECT_TRUE(connection->is_reusable());
}

TEST_P(ClientConnectionTest, WatchSeesWhatComesWhileIdle) {
  ASSERT_TRUE(get({"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}).head);
  rt::Scope scope(ends.near);
  scope.spawn(connection->watch(ends.world.now() + seconds(5)));
  ends.world.run_until([&] { return scope.running() == 0; });
  EXPECT_TRUE(connection->is_reusable()) << "nothing came";
  scope.spawn(connection->watch(never));
  origin.socket->finish_writing();
  ends.world.run_until([&] { return scope.running() == 0; });
  EXPECT_FALSE(connection->is_reusable());
}

TEST_P(ClientConnectionTest, ACancelEndsAnExchangeAtAnyMoment) {
  for (int moment = 0; moment < 20; ++moment) {
    connect();
    ScriptedBody body(std::vector<std::string>(20, "hello"), {}, milliseconds(10));
    const RequestHead head = request(Method::put);
    Outcome outcome;
    rt::Scope scope(ends.near);
    scope.spawn(ask(head, BodyFraming::of_chunks(), &body, outcome));
    ends.world.run_for(milliseconds(moment * 20));
    scope.cancel();
    ASSERT_TRUE(ends.world.run_until([&] { return scope.running() == 0; }, seconds(1)));
    ASSERT_FALSE(outcome.head);
    EXPECT_EQ(outcome.head.error().code, Errc::cancelled);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ClientConnectionTest, testing::Range(1, 11));

}  // namespace
}  // namespace gust::http
