#include "http/http2_connection.h"

#include <array>

#include "http/http2_connection_test_internal.h"
#include "http/tunnel.h"

namespace gust::http {
namespace {

TEST_F(Http2Test, Rfc9113Section3Point4OurSettingsComeFirstAndSayOurLimits) {
  use(answer_target);
  talk(hello());
  const auto frames = frames_of(viewer.heard);
  ASSERT_FALSE(frames.empty());
  EXPECT_EQ(frames[0].type, settings_frame);
  EXPECT_EQ(frames[0].payload, number(3, 2) + number(100, 4) + number(4, 2) + number(65'536, 4) + number(6, 2) +
                                   number(20'480, 4) + number(8, 2) + number(1, 4) + number(9, 2) + number(1, 4));
  EXPECT_EQ(heard(window_frame).at(0).payload, number(1024 * 1024 - 65'535, 4)) << "the connection's window";
  EXPECT_EQ(heard(settings_frame).at(1).flags, ack);
}

TEST_F(Http2Test, Rfc9113Section8Point1ARequestIsAnsweredWithHeadAndContent) {
  use(answer_target);
  talk(hello() + get(1, "/a?b"));
  const HeardAnswer heard = answer(1);
  EXPECT_EQ(heard.status(), "200");
  EXPECT_EQ(heard.field("content-length"), "4");
  EXPECT_EQ(heard.field("connection"), "");
  EXPECT_EQ(heard.content, "/a?b");
  EXPECT_TRUE(heard.is_ended);
  EXPECT_EQ(handler->facts.status, 200);
  EXPECT_EQ(handler->facts.content_bytes_sent, 4U);
}

TEST_F(Http2Test, Rfc9113Section5ManyStreamsAreAnsweredAtOnceAndInOneWrite) {
  use(answer_target);
  std::string text = hello();
  for (std::uint32_t stream = 1; stream < 100; stream += 2) text += get(stream, "/" + std::to_string(stream));
  talk(text);
  for (std::uint32_t stream = 1; stream < 100; stream += 2) {
    EXPECT_EQ(answer(stream).content, "/" + std::to_string(stream));
    EXPECT_TRUE(answer(stream).is_ended);
  }
}

TEST_F(Http2Test, BytesOneByOneGiveTheSameAnswers) {
  use(echo);
  const std::string text = hello() + headers(1, request("/a", {}, "PUT"), end_headers) + data(1, "hel") +
                           data(1, "lo", end_stream) + get(3, "/b");
  std::vector<std::string> bytes;
  for (const char c : text) bytes.emplace_back(1, c);
  viewing->spawn(say(viewer, bytes, milliseconds(1)));
  pass(seconds(3));
  EXPECT_EQ(answer(1).content, "hello");
  EXPECT_EQ(answer(3).status(), "200");
  EXPECT_EQ(handler->targets, (std::vector<std::string>{"/a", "/b"}));
}

rt::Task<void> tell_request(TestHandler& handler, Exchange& exchange) {
  const RequestHead& request = exchange.request();
  std::string text = std::string(request.method.text()) + " " + std::string(request.authority) + " " +
                     std::string(request.host) + " " + std::string(number_of(request.version)) + "\n";
  for (const Field& field : request.fields) {
    text += std::string(field.name) + ": " + std::string(field.value) + "\n";
    EXPECT_EQ(field.known, known_name(field.name));
  }
  handler.bodies.push_back(text);
  ResponseHead head;
  (void)co_await exchange.respond_text(head, text);
}

TEST_F(Http2Test, Rfc9113Section8Point3Point1TheHeadSaysTheSameAsHttp11sWould) {
  use(tell_request);
  talk(hello() + get(1, "/a", {{"accept", "*/*"}, {"x-own", "1"}}));
  EXPECT_EQ(answer(1).content, "GET h.test h.test 2.0\naccept: */*\nx-own: 1\nhost: h.test\n");
}

TEST_F(Http2Test, Rfc9113Section8Point2Point3CookieCrumbsAreJoined) {
  use(tell_request);
  talk(hello() + get(1, "/a", {{"cookie", "a=b"}, {"x", "y"}, {"cookie", "c=d"}, {"cookie", "e=f"}}));
  EXPECT_EQ(answer(1).content, "GET h.test h.test 2.0\nx: y\nhost: h.test\ncookie: a=b; c=d; e=f\n");
}

TEST_F(Http2Test, Rfc9113Section8Point3Point1HostStandsInForAMissingAuthority) {
  use(tell_request);
  talk(hello() + headers(1, {{":method", "GET"}, {":scheme", "http"}, {":path", "/"}, {"host", "h.test:81"}}));
  EXPECT_EQ(answer(1).content, "GET h.test:81 h.test 2.0\nhost: h.test:81\n");
}

rt::Task<void> stream_with_trailers(TestHandler& handler, Exchange& exchange) {
  std::string text;
  handler.errors.push_back(co_await read_all(exchange.body(), text));
  std::string trailer;
  for (const Field& field : exchange.body().trailers()) trailer = std::string(field.value);
  handler.bodies.push_back(text + "|" + trailer);
  ResponseHead head;
  head.fields.add("X-Upper", "kept");
  head.fields.add("Connection", "keep-alive");
  head.fields.add("Transfer-Encoding", "chunked");
  (void)co_await exchange.start(head, BodyFraming::of_chunks());
  for (const char* piece : {"one ", "two ", "three"}) {
    const Slice slice = Slice::copy_of(piece);
    (void)co_await exchange.write({&slice, 1});
  }
  Fields trailers;
  trailers.add("Grpc-Status", "0");
  const auto done = co_await exchange.finish(&trailers);
  handler.errors.push_back(done ? Errc::bug : done.error().code);
}

TEST_F(Http2Test, Rfc9113Section8Point1TrailersGoBothWaysAndWhatConcernsAConnectionDoesNot) {
  use(stream_with_trailers);
  talk(hello() + headers(1, request("/a", {{"te", "trailers"}}, "POST"), end_headers) + data(1, "body") +
       headers(1, {{"x-sum", "7"}}));
  EXPECT_EQ(handler->bodies, std::vector<std::string>{"body|7"});
  const HeardAnswer heard = answer(1);
  ASSERT_EQ(heard.heads.size(), 2U);
  EXPECT_EQ(heard.heads[0], (Lines{{":status", "200"}, {"x-upper", "kept"}}));
  EXPECT_EQ(heard.heads[1], (Lines{{"grpc-status", "0"}}));
  EXPECT_EQ(heard.content, "one two three");
  EXPECT_TRUE(heard.is_ended);
  EXPECT_EQ(handler->errors, (std::vector<Errc>{Errc::bug, Errc::bug}));
}

TEST_F(Http2Test, Rfc9110Section9Point3Point2HeadHasTheLengthAndNoContent) {
  use(answer_target);
  talk(hello() + headers(1, request("/abc", {}, "HEAD")));
  EXPECT_EQ(answer(1).field("content-length"), "4");
  EXPECT_EQ(answer(1).data_frames, 0U);
  EXPECT_TRUE(answer(1).is_ended);
}

TEST_F(Http2Test, Rfc9110Section10Point1Point1ContinueIsSentWhenTheHandlerReads) {
  use(echo);
  talk(hello() + headers(1, request("/a", {{"expect", "100-continue"}}, "PUT"), end_headers));
  ASSERT_EQ(answer(1).heads.size(), 1U);
  EXPECT_EQ(answer(1).status(), "100");
  talk(data(1, "hi", end_stream));
  EXPECT_EQ(answer(1).status(), "200");
  EXPECT_EQ(answer(1).content, "hi");
}

rt::Task<void> inform_early(TestHandler&, Exchange& exchange) {
  ResponseHead hints;
  hints.status = 103;
  hints.fields.add("Link", "</a.css>; rel=preload");
  (void)co_await exchange.inform(hints);
  ResponseHead head;
  (void)co_await exchange.respond_text(head, "ok");
}

TEST_F(Http2Test, Rfc9113Section8Point1InterimResponsesComeBeforeTheFinalOne) {
  use(inform_early);
  talk(hello() + get(1, "/a"));
  const HeardAnswer heard = answer(1);
  ASSERT_EQ(heard.heads.size(), 2U);
  EXPECT_EQ(heard.field(":status", 0), "103");
  EXPECT_EQ(heard.field("link", 0), "</a.css>; rel=preload");
  EXPECT_EQ(heard.field(":status", 1), "200");
}

rt::Task<void> answer_nothing(TestHandler&, Exchange&) { co_return; }

TEST_F(Http2Test, AHandlerWithoutAnAnswerMeans500) {
  use(answer_nothing);
  talk(hello() + get(1, "/a"));
  EXPECT_EQ(answer(1).status(), "500");
}

rt::Task<void> break_off_in_the_middle(TestHandler&, Exchange& exchange) {
  ResponseHead head;
  const Slice some = Slice::copy_of("some");
  (void)co_await exchange.start(head, BodyFraming::of_length(10), {&some, 1});
  exchange.abort();
}

TEST_F(Http2Test, Rfc9113Section5Point4Point2AnAbortResetsTheStreamAndTheConnectionGoesOn) {
  use(break_off_in_the_middle);
  talk(hello() + get(1, "/a"));
  EXPECT_EQ(answer(1).content, "some");
  EXPECT_EQ(answer(1).reset_with, internal_error);
  EXPECT_FALSE(is_over());
}

TEST_F(Http2Test, Rfc9113Section8Point1ABodyThatIsNotWantedIsDroppedAndThenResetWithNoError) {
  use(answer_target);
  const std::string piece(16'384, 'x');
  talk(hello() + headers(1, request("/a", {}, "POST"), end_headers) + data(1, piece));
  EXPECT_TRUE(answer(1).is_ended);
  EXPECT_FALSE(answer(1).reset_with) << "a reset at once may destroy the answer";
  for (int i = 0; i < 8; ++i) talk(data(1, piece));
  EXPECT_EQ(answer(1).reset_with, no_error);
  EXPECT_FALSE(is_over());
}

TEST_F(Http2Test, Rfc9113Section8Point1ABodyThatEndsBehindItsAnswerIsResetNever) {
  use(answer_target);
  talk(hello() + headers(1, request("/a", {}, "POST"), end_headers) + data(1, "x"));
  talk(data(1, "y", end_stream));
  pass(seconds(5));
  EXPECT_TRUE(answer(1).is_ended);
  EXPECT_FALSE(answer(1).reset_with);
  EXPECT_TRUE(connection->is_idle());
}

rt::Task<void> answer_300000(TestHandler& handler, Exchange& exchange) {
  ResponseHead head;
  const Slice content = Slice::copy_of(std::string(300'000, 'x'));
  const auto done = co_await exchange.respond(head, {&content, 1});
  handler.errors.push_back(done ? Errc::bug : done.error().code);
}

TEST_F(Http2Test, Rfc9113Section6Point9ContentWaitsForTheStreamsWindowAndGoesOnWhenItOpens) {
  use(answer_300000);
  talk(hello() + window(0, 1'000'000) + get(1, "/a"));
  EXPECT_EQ(answer(1).content.size(), 65'535U);
  EXPECT_TRUE(handler->errors.empty()) << "respond() waits";
  talk(window(1, 1000));
  EXPECT_EQ(answer(1).content.size(), 66'535U);
  talk(window(1, 1'000'000));
  EXPECT_EQ(answer(1).content.size(), 300'000U);
  EXPECT_EQ(handler->errors, std::vector<Errc>{Errc::bug});
  EXPECT_EQ(handler->facts.content_bytes_sent, 300'000U);
}

TEST_F(Http2Test, Rfc9113Section6Point9Point1ContentWaitsForTheConnectionsWindow) {
  use(answer_300000);
  talk(hello() + settings({{4, 1'000'000}}) + get(1, "/a") + get(3, "/b"));
  EXPECT_EQ(answer(1).content.size() + answer(3).content.size(), 65'535U);
  talk(window(0, 1'000'000));
  EXPECT_EQ(answer(1).content.size() + answer(3).content.size(), 600'000U);
}

TEST_F(Http2Test, Rfc9113Section6Point9Point2ASmallerInitialWindowHoldsForStreamsUnderWay) {
  use(answer_300000);
  talk(hello() + window(0, 1'000'000) + get(1, "/a"));
  EXPECT_EQ(answer(1).content.size(), 65'535U);
  talk(settings({{4, 0}}) + window(1, 65'535));
  EXPECT_EQ(answer(1).content.size(), 65'535U) << "the window was negative";
  talk(window(1, 10));
  EXPECT_EQ(answer(1).content.size(), 65'545U);
}

rt::Task<void> read_when_told(TestHandler& handler, Exchange& exchange) {
  rt::Loop& loop = co_await rt::this_loop();
  (void)co_await rt::sleep_until(loop.now() + seconds(10));
  co_await echo(handler, exchange);
}

TEST_F(Http2Test, Rfc9113Section5Point2AnUnreadBodyHoldsNoMoreThanItsWindowAndReadingOpensIt) {
  use(read_when_told);
  std::string body;
  for (int i = 0; i < 4; ++i) body += data(1, std::string(16'384, 'x'));
  const auto opened = [&] {
    std::size_t updates = 0;
    for (const HeardFrame& each : heard(window_frame)) updates += each.stream == 1 ? 1 : 0;
    return updates;
  };
  talk(hello() + headers(1, request("/a", {}, "PUT"), end_headers) + body);
  EXPECT_EQ(opened(), 0U) << "nobody has read";
  EXPECT_GE(connection->memory_held(), 65'536U);
  pass(seconds(10));
  EXPECT_GE(opened(), 1U);
  talk(data(1, "y", end_stream));
  EXPECT_EQ(handler->bodies.at(0).size(), 65'537U);
}

TEST_F(Http2Test, Rfc9218Section4MoreUrgentContentGoesFirst) {
  use(answer_300000);
  talk(hello() + settings({{4, 1'000'000}}) + get(1, "/a", {{"priority", "u=6"}}) +
       get(3, "/b", {{"priority", "u=1"}}));
  const std::size_t late_before = answer(1).content.size();
  talk(window(0, 300'000));
  EXPECT_EQ(answer(3).content.size(), 300'000U);
  EXPECT_LE(answer(1).content.size(), 65'535U + late_before);
  talk(window(0, 300'000));
  EXPECT_EQ(answer(1).content.size(), 300'000U);
}

TEST_F(Http2Test, Rfc9218Section7Point1APriorityUpdateChangesTheOrder) {
  use(answer_300000);
  const std::string update = frame(16, 0, 0, number(3, 4) + "u=0");
  talk(hello() + settings({{4, 1'000'000}}) + get(1, "/a") + get(3, "/b"));
  const std::size_t first_before = answer(1).content.size();
  talk(update + window(0, 300'000));
  EXPECT_EQ(answer(3).content.size(), 300'000U);
  EXPECT_LE(answer(1).content.size(), first_before + 65'535U);
}

TEST_F(Http2Test, Rfc9218Section4Point2IncrementalContentIsSentInTurns) {
  use(answer_300000);
  talk(hello() + settings({{4, 1'000'000}}) + window(0, 100'000) + get(1, "/a", {{"priority", "i"}}) +
       get(3, "/b", {{"priority", "i"}}));
  EXPECT_GT(answer(1).content.size(), 30'000U);
  EXPECT_GT(answer(3).content.size(), 30'000U);
}

rt::Task<void> switch_and_echo(TestHandler& handler, Exchange& exchange) {
  handler.bodies.emplace_back(exchange.request().upgrade);
  EXPECT_EQ(exchange.request().method, Method::get);
  ResponseHead head;
  head.status = 101;
  head.upgrade = "websocket";
  const auto tunnel = co_await exchange.switch_protocols(head);
  if (!tunnel) {
    handler.errors.push_back(tunnel.error().code);
    co_return;
  }
  std::array<char, 4> piece;
  while (true) {
    const auto got = co_await (*tunnel)->read(piece, never);
    if (!got || *got == 0 || !co_await (*tunnel)->write({piece.data(), *got}, never)) co_return;
  }
}

TEST_F(Http2Test, Rfc8441Section5ExtendedConnectMakesTheStreamATunnel) {
  use(switch_and_echo);
  const Lines lines{{":method", "CONNECT"}, {":protocol", "websocket"}, {":scheme", "http"},
                    {":path", "/chat"},     {":authority", "h.test"},   {"sec-websocket-version", "13"}};
  talk(hello() + headers(1, lines, end_headers) + data(1, "hello tunnel"));
  EXPECT_EQ(answer(1).heads.at(0), (Lines{{":status", "200"}}));
  EXPECT_EQ(answer(1).content, "hello tunnel");
  EXPECT_EQ(handler->bodies, std::vector<std::string>{"websocket"});
  EXPECT_EQ(handler->targets, std::vector<std::string>{"/chat"});
  talk(data(1, "", end_stream));
  EXPECT_TRUE(answer(1).is_ended);
  EXPECT_FALSE(answer(1).reset_with);
}

TEST_F(Http2Test, Rfc8441Section4OtherProtocolsAndPlainConnectAreRefused) {
  use(switch_and_echo);
  const Lines other{{":method", "CONNECT"},
                    {":protocol", "connect-udp"},
                    {":scheme", "http"},
                    {":path", "/"},
                    {":authority", "h.test"}};
  talk(hello() + headers(1, other, end_headers) +
       headers(3, {{":method", "CONNECT"}, {":authority", "h.test:443"}}, end_headers) + get(5, "/no-connect"));
  EXPECT_EQ(answer(1).status(), "501");
  EXPECT_EQ(answer(3).status(), "501");
  EXPECT_EQ(handler->errors, std::vector<Errc>{Errc::bug}) << "a GET is no tunnel";
}

rt::Task<void> answer_after_a_second(TestHandler& handler, Exchange& exchange) {
  rt::Loop& loop = co_await rt::this_loop();
  (void)co_await rt::sleep_until(loop.now() + seconds(3));
  co_await answer_target(handler, exchange);
}

rt::Task<void> answer_empty_later(TestHandler&, Exchange& exchange) {
  rt::Loop& loop = co_await rt::this_loop();
  (void)co_await rt::sleep_until(loop.now() + milliseconds(10));
  ResponseHead head;
  head.status = exchange.request().target == "/304" ? 304 : 200;
  (void)co_await exchange.respond_text(head, "");
}

TEST_F(Http2Test, Rfc9113Section8Point1AHeadWithoutContentIsSentWhenNothingElseHappens) {
  use(answer_empty_later);
  talk(hello() + get(1, "/empty") + get(3, "/304") + headers(5, request("/empty", {}, "HEAD")));
  for (const std::uint32_t stream : {1U, 3U, 5U}) EXPECT_TRUE(answer(stream).is_ended) << stream;
}

TEST_F(Http2Test, Rfc9113Section6Point8ADrainSaysGoawayTwiceAndLosesNoRequest) {
  use(answer_after_a_second);
  talk(hello() + get(1, "/a"));
  connection->drain();
  EXPECT_FALSE(connection->is_idle());
  pass(milliseconds(100));
  ASSERT_EQ(heard(goaway_frame).size(), 1U);
  EXPECT_EQ(heard(goaway_frame)[0].payload, number(0x7FFFFFFF, 4) + number(no_error, 4));
  talk(get(3, "/was-under-way"));
  pass(seconds(1));
  ASSERT_EQ(heard(goaway_frame).size(), 2U);
  EXPECT_EQ(heard(goaway_frame)[1].payload, number(3, 4) + number(no_error, 4));
  talk(get(5, "/too-late"));
  pass(seconds(10));
  EXPECT_EQ(answer(1).content, "/a");
  EXPECT_EQ(answer(3).content, "/was-under-way");
  EXPECT_EQ(handler->targets, (std::vector<std::string>{"/a", "/was-under-way"}));
  EXPECT_TRUE(is_over());
  EXPECT_EQ(viewer.end, Errc::closed) << "the answers are not lost to a reset";
}

TEST_F(Http2Test, Rfc9113Section6Point8AnIdleConnectionIsDrainedAtOnce) {
  use(answer_target);
  talk(hello() + get(1, "/a"));
  EXPECT_TRUE(connection->is_idle());
  connection->drain();
  pass(milliseconds(100));
  EXPECT_EQ(goaway(), no_error);
  EXPECT_EQ(viewer.end, Errc::closed);
}

TEST_F(Http2Test, AConnectionEndsWhenItHasBeenIdleForItsTimeAndPingsDoNotHoldIt) {
  use(answer_target);
  talk(hello() + get(1, "/a"));
  pass(seconds(50));
  EXPECT_FALSE(goaway());
  talk(frame(ping_frame, 0, 0, "12345678"));
  pass(seconds(12));
  EXPECT_EQ(goaway(), no_error);
}

TEST_F(Http2Test, AConnectionWithoutARequestEndsAfterTheTimeOfAHead) {
  use(answer_target);
  talk(hello());
  pass(seconds(11));
  EXPECT_EQ(goaway(), no_error);
}

TEST_F(Http2Test, AfterItsLastRequestAConnectionIsDrained) {
  ServerLimits its;
  its.http2.requests_max = 2;
  use(answer_target, its);
  talk(hello() + get(1, "/a"));
  EXPECT_FALSE(goaway());
  talk(get(3, "/b"));
  EXPECT_EQ(answer(3).content, "/b");
  EXPECT_EQ(goaway(), no_error);
}

TEST_F(Http2Test, AViewerThatLeavesEndsItsExchanges) {
  use(answer_300000);
  talk(hello() + get(1, "/a"));
  viewing->cancel();
  ends->world.run(ends->near, viewing->join());
  viewer.socket->reset();
  pass(seconds(1));
  EXPECT_TRUE(is_over());
  EXPECT_EQ(handler->errors, std::vector<Errc>{Errc::reset});
  EXPECT_TRUE(handler->facts.viewer_left);
}

}  // namespace
}  // namespace gust::http
