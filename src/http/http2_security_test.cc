// SECURITY.md "HTTP/2 and HTTP/3": each attack is cut off within its bounds, and a bystander is answered meanwhile.
#include "http/http2_connection_test_internal.h"
#include "http/server.h"

namespace gust::http {
namespace {

rt::Task<void> connect_to(rt::Loop& loop, RawPeer& peer) {
  auto socket = co_await loop.network().connect(*rt::read_address("10.0.0.2", 80), never);
  if (socket) peer.socket = std::move(*socket);
}

class Http2Floods : public Http2Test {
 protected:
  void flood(const std::string& bytes) {
    talk(hello());
    say_now(bytes);
    pass(seconds(1));
  }
  void expect_calm() {
    EXPECT_EQ(goaway(), enhance_your_calm);
    pass(seconds(3));
    EXPECT_TRUE(is_over());
  }
  // As many frames as `count`, each made with the next odd stream id from 1 on.
  template <typename Make>
  static std::string many(std::size_t count, Make make) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += make(static_cast<std::uint32_t>(2 * i + 1));
    return text;
  }
};

rt::Task<void> work_for_a_minute(TestHandler& handler, Exchange& exchange) {
  rt::Loop& loop = co_await rt::this_loop();
  if (exchange.request().target != "/bystander") (void)co_await rt::sleep_until(loop.now() + seconds(60));
  co_await answer_target(handler, exchange);
}

TEST_F(Http2Floods, SecurityRapidResetInOneGoReachesNoHandlerAndEndsTheConnection) {
  use(work_for_a_minute);
  flood(many(10'000, [](std::uint32_t stream) { return get(stream, "/a") + reset(stream); }));
  expect_calm();
  EXPECT_LE(handler->targets.size(), 100U);
}

TEST_F(Http2Floods, SecurityRapidResetKeepsTheSlotsOfWorkThatGoesOn) {
  ServerLimits its;
  its.http2.streams_max = 10;
  use(work_for_a_minute, its);
  talk(hello());
  for (std::uint32_t stream = 1; stream < 80; stream += 2) {
    talk(get(stream, "/a"));
    talk(reset(stream));
  }
  EXPECT_EQ(handler->targets.size(), 10U) << "work under way is what counts, not open streams";
}

TEST_F(Http2Floods, SecurityMadeYouResetCountsTheResetsThatWeAreMadeToSend) {
  for (const auto& provoke : {+[](std::uint32_t stream) { return window(stream, 0x7FFFFFFF); },
                              +[](std::uint32_t stream) { return window(stream, 0); },
                              +[](std::uint32_t stream) { return headers(stream, {{"x", "y"}}, end_headers); }}) {
    use(work_for_a_minute);
    flood(many(200, [&](std::uint32_t stream) {
      return headers(stream, request("/a", {}, "PUT"), end_headers) + provoke(stream);
    }));
    EXPECT_TRUE(goaway() == enhance_your_calm || goaway() == protocol_error) << goaway().value_or(99);
    EXPECT_LE(handler->targets.size(), 101U);
  }
}

TEST_F(Http2Floods, SecurityMalformedHeadsAreToldToTheHandlersOwner) {
  use(answer_target);
  talk(hello() + get(1, "/a", {{"Upper", "x"}}));
  EXPECT_EQ(handler->refusals, std::vector<Errc>{Errc::bad_field});
  EXPECT_TRUE(handler->targets.empty());
}

TEST_F(Http2Floods, SecurityContinuationFlood) {
  use(answer_target);
  std::string text = frame(headers_frame, end_stream, 1, block(request("/a")));
  for (int i = 0; i < 256; ++i) text += frame(continuation_frame, 0, 1, block({{"x", "y"}}));
  flood(text);
  EXPECT_TRUE(goaway());
  EXPECT_TRUE(handler->targets.empty());
  EXPECT_LE(heard(goaway_frame).size(), 1U);
}

TEST_F(Http2Floods, SecurityAHeadThatTrickles) {
  use(answer_target);
  const std::string text = headers(1, request("/a"));
  talk(hello());
  for (int i = 0; i < 20; ++i) {
    say_now(text.substr(static_cast<std::size_t>(i), 1));
    pass(seconds(1));
  }
  EXPECT_TRUE(goaway()) << "10 s for a head, however its bytes come";
  use(answer_target);
  talk(hello() + frame(headers_frame, end_stream, 1, block(request("/a"))));
  for (int i = 0; i < 12; ++i) {
    say_now(frame(continuation_frame, 0, 1, ""));
    pass(seconds(1));
  }
  EXPECT_TRUE(goaway());
}

TEST_F(Http2Floods, SecurityTrailersThatOutliveTheirExchangeReachNothing) {
  use(answer_target);
  talk(hello() + headers(1, request("/a", {}, "PUT"), end_headers));
  say_now(frame(headers_frame, end_stream, 1, block({{"x", "y"}})));
  pass(seconds(3));
  EXPECT_TRUE(connection->is_idle()) << "the exchange is over, its trailers are not";
  talk(frame(continuation_frame, end_headers, 1, block({{"z", "y"}})) + get(3, "/b"));
  EXPECT_EQ(answer(3).content, "/b");
}

TEST_F(Http2Floods, SecurityHeaderBombsThroughTheTableAreBounded) {
  use(answer_target);
  // One long field goes into the table; then each byte names it again.
  std::string bomb = block(request("/a"));
  bomb += "\x40\x01x" + std::string("\x7F\x91\x1E", 3) + std::string(3984 + 0, 'y');
  const std::string head = bomb + std::string(5000, '\xBE');
  flood(frame(headers_frame, end_headers | end_stream, 1, head.substr(0, 16'384)));
  EXPECT_EQ(answer(1).status().empty() ? "413" : answer(1).status(), "413");
  EXPECT_LE(connection->memory_held(), 200'000U);
  EXPECT_TRUE(handler->targets.empty());
}

TEST_F(Http2Floods, SecurityTooManyFieldsAndCookieCrumbsAreRefused) {
  use(answer_target);
  Lines crumbs(101, {"cookie", "a=b"});
  talk(hello() + get(1, "/a", crumbs) + get(3, "/b", Lines(101, {"x", "y"})) + get(5, "/c"));
  EXPECT_EQ(answer(1).status(), "413");
  EXPECT_EQ(answer(3).status(), "413");
  EXPECT_EQ(handler->refusals, (std::vector<Errc>{Errc::head_too_large, Errc::head_too_large}));
  EXPECT_EQ(answer(5).content, "/c");
}

TEST_F(Http2Floods, SecurityLimitsOfHeadAndTargetAreThoseOfHttp11) {
  use(answer_target);
  talk(hello() + get(1, "/" + std::string(9000, 'a')) + get(3, "/a", {{"x", std::string(21'000, 'b')}}) +
       headers(5, request("/a", {{"content-length", "9000000000000000000"}}, "PUT"), end_headers));
  EXPECT_EQ(answer(1).status(), "413");
  EXPECT_EQ(answer(3).status(), "413");
  EXPECT_EQ(answer(5).status(), "413");
  EXPECT_EQ(handler->refusals, (std::vector<Errc>{Errc::url_too_long, Errc::head_too_large, Errc::body_too_large}));
}

TEST_F(Http2Floods, SecurityOddFramesHaveOneBudget) {
  const std::string open = headers(1, request("/a", {}, "PUT"), end_headers);
  for (const std::string& odd :
       {settings(), frame(ping_frame, 0, 0, "12345678"), frame(priority_frame, 0, 3, number(1, 4) + "x"), data(1, ""),
        window(0, 1), frame(data_frame, padded, 1, std::string("\x00", 1)), frame(16, 0, 0, number(1, 4) + "u=1")}) {
    use(work_for_a_minute);
    std::string text = open;
    for (int i = 0; i < 1200; ++i) text += odd;
    flood(text);
    EXPECT_EQ(goaway(), enhance_your_calm) << "type " << int{odd[3]} << " of " << odd.size();
    pass(seconds(3));
    EXPECT_EQ(viewer.end, Errc::closed) << "type " << int{odd[3]} << " of " << odd.size();
  }
}

TEST_F(Http2Floods, SecurityPingsThatAreNotReadAreBounded) {
  use(answer_target);
  viewing->cancel();
  ends->world.run(ends->near, viewing->join());
  viewing = std::make_unique<rt::Scope>(ends->near);
  say_now(hello());
  for (int i = 0; i < 100; ++i) {
    std::string text;
    for (int j = 0; j < 500; ++j) text += frame(ping_frame, 0, 0, "12345678");
    say_now(text);
    pass(seconds(1));
    EXPECT_LE(connection ? connection->memory_held() : 0, 1'200'000U);
    if (is_over()) break;
  }
}

rt::Task<void> answer_200000(TestHandler& handler, Exchange& exchange) {
  ResponseHead head;
  const Slice content = Slice::copy_of(std::string(200'000, 'x'));
  const auto done = co_await exchange.respond(head, {&content, 1});
  handler.errors.push_back(done ? Errc::bug : done.error().code);
}

TEST_F(Http2Floods, SecurityAWindowThatStaysShutEndsItsStreamInTime) {
  use(answer_200000);
  talk(hello() + settings({{4, 0}}) + get(1, "/a"));
  EXPECT_EQ(answer(1).content, "");
  pass(seconds(60));
  EXPECT_EQ(handler->errors, std::vector<Errc>{Errc::timed_out});
  EXPECT_EQ(answer(1).reset_with, cancel);
  EXPECT_TRUE(handler->facts.viewer_left);
}

TEST_F(Http2Floods, SecurityAWindowThatDribblesEndsItsStreamInTime) {
  use(answer_200000);
  talk(hello() + settings({{4, 0}}) + get(1, "/a"));
  for (int i = 0; i < 100 && handler->errors.empty(); ++i) {
    say_now(window(1, 1));
    pass(seconds(1));
  }
  EXPECT_EQ(handler->errors, std::vector<Errc>{Errc::timed_out});
  EXPECT_LE(answer(1).content.size(), 60U);
}

TEST_F(Http2Floods, SecurityABodyThatDribblesEndsInTime) {
  use(echo);
  talk(hello() + headers(1, request("/a", {}, "PUT"), end_headers));
  for (int i = 0; i < 60 && handler->errors.empty(); ++i) {
    say_now(data(1, "x"));
    pass(seconds(1));
  }
  EXPECT_EQ(handler->errors, std::vector<Errc>{Errc::timed_out});
  EXPECT_LE(handler->bodies.at(0).size(), 25U);
}

TEST_F(Http2Floods, SecurityBodiesThatNobodyReadsStayWithinTheConnectionsWindow) {
  use(work_for_a_minute);
  std::string text;
  for (std::uint32_t stream = 1; stream < 80; stream += 2) {
    text += headers(stream, request("/a", {}, "PUT"), end_headers);
    for (int i = 0; i < 4; ++i) text += data(stream, std::string(16'384, 'x'));
  }
  flood(text);
  EXPECT_LE(connection->memory_held(), 1'300'000U);
  EXPECT_TRUE(goaway() == flow_control_error) << "40 times 64 KiB are more than 1 MiB";
}

TEST_F(Http2Floods, SecuritySmugglingThroughPseudoFields) {
  struct Row {
    const char* what;
    Lines lines;
  };
  const auto with = [](const char* name, const std::string& value) {
    Lines lines = request("/a");
    for (auto& line : lines) {
      if (line.first == name) line.second = value;
    }
    return lines;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"a method with a space", with(":method", "GET /b HTTP/1.1")},
           {"a path with a space", with(":path", "/a HTTP/1.1")},
           {"a path with CR LF", with(":path", "/a\r\nX: y")},
           {"a path with a fragment", with(":path", "/a#b")},
           {"a path that is a URL", with(":path", "http://other/")},
           {"a path with a backslash", with(":path", "/a\\b")},
           {"a path with bytes beyond ASCII", with(":path", "/\xC3\xA9")},
           {"asterisk-form with GET", with(":path", "*")},
           {"another scheme", with(":scheme", "https")},
           {"an authority with a path", with(":authority", "h.test/b")},
           {"an authority with userinfo", with(":authority", "user@h.test")},
           {"an authority with a bad port", with(":authority", "h.test:99999")},
           {"an authority with CR LF", with(":authority", "h\r\nX: y")},
           {"an empty authority", with(":authority", "")},
           {"Host that disagrees", request("/a", {{"host", "other.test"}})},
           {"Host twice", request("/a", {{"host", "h.test"}, {"host", "h.test"}})},
           {"a name that imitates framing", request("/a", {{"content_length", "3"}})},
           {"another one", request("/a", {{"transfer_encoding", "chunked"}})},
       }) {
    use(answer_target);
    talk(hello() + headers(1, row.lines) + get(3, "/good"));
    EXPECT_TRUE(answer(1).status().starts_with("4") || answer(1).reset_with == protocol_error)
        << row.what << ": " << answer(1).status();
    EXPECT_EQ(handler->targets, std::vector<std::string>{"/good"}) << row.what;
    EXPECT_EQ(handler->refusals.size(), 1U) << row.what << ": counted once";
  }
}

TEST_F(Http2Floods, SecurityMemoryComesBackWhenAConnectionIsIdle) {
  use(answer_200000);
  std::string text = hello() + settings({{4, 10'000'000}}) + window(0, 100'000'000);
  for (std::uint32_t stream = 1; stream < 100; stream += 2) text += get(stream, "/a");
  talk(text);
  pass(seconds(5));
  EXPECT_EQ(handler->errors.size(), 50U);
  EXPECT_TRUE(connection->is_idle());
  EXPECT_LE(connection->memory_held(), 48'000U);
}

// A Server takes both versions on one port; one connection's flood does not touch another.
class Http2Server : public testing::Test {
 protected:
  void start(bool takes_preface) {
    limits.takes_http2_preface = takes_preface;
    server = std::make_unique<Server>(ends.far, handler, limits, 100);
    ASSERT_TRUE(server->listen(*rt::read_address("10.0.0.2", 80), false));
    server->start();
  }
  std::string hear_from(const std::string& bytes, Duration time = seconds(1)) {
    RawPeer peer;
    ends.world.run(ends.near, connect_to(ends.near, peer));
    rt::Scope scope(ends.near);
    scope.spawn(say(peer, {bytes}));
    scope.spawn(hear(peer));
    ends.world.run_for(time);
    scope.cancel();
    ends.world.run(ends.near, scope.join());
    return peer.heard;
  }
  void TearDown() override {
    ends.world.run(ends.far, server->drain(ends.world.now() + seconds(5)));
    server.reset();
  }
  TwoEnds ends;
  ServerLimits limits;
  TestHandler handler{answer_target};
  std::unique_ptr<Server> server;
};

TEST_F(Http2Server, Rfc9113Section3Point3PriorKnowledgeIsHeardBesideHttp11) {
  start(true);
  const std::string heard = hear_from(hello() + get(1, "/two"));
  EXPECT_EQ(static_cast<std::uint8_t>(heard[3]), settings_frame);
  EXPECT_NE(heard.find("/two"), std::string::npos);
  EXPECT_NE(hear_from("GET /one HTTP/1.1\r\nHost: h\r\n\r\n").find("/one"), std::string::npos);
  EXPECT_EQ(handler.targets, (std::vector<std::string>{"/two", "/one"}));
}

TEST_F(Http2Server, Rfc9113Section3Point3ThePrefaceIsABadVersionWhereItIsNotTaken) {
  start(false);
  EXPECT_TRUE(hear_from(hello() + get(1, "/two")).starts_with("HTTP/1.1 505"));
}

TEST_F(Http2Server, SecurityABystanderIsAnsweredDuringAFlood) {
  start(true);
  RawPeer attacker;
  ends.world.run(ends.near, connect_to(ends.near, attacker));
  rt::Scope scope(ends.near);
  std::string flood = hello();
  for (std::uint32_t stream = 1; stream < 20'000; stream += 2) flood += get(stream, "/a") + reset(stream);
  scope.spawn(say(attacker, {flood}));
  scope.spawn(hear(attacker));
  EXPECT_NE(hear_from(hello() + get(1, "/bystander")).find("/bystander"), std::string::npos);
  scope.cancel();
  ends.world.run(ends.near, scope.join());
  EXPECT_NE(attacker.end, Errc::bug) << "cut off";
}

}  // namespace
}  // namespace gust::http
