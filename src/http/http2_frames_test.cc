// RFC 9113 by section: what a peer may not do, and what comes of it.
#include "http/http2_connection_test_internal.h"

namespace gust::http {
namespace {

// What ends the connection says which error.
struct Offence {
  const char* what;
  std::string bytes;  // behind the preface and SETTINGS
  std::uint32_t code;
};

class Http2Offences : public Http2Test {
 protected:
  void expect_goaway(const std::vector<Offence>& offences) {
    for (const Offence& each : offences) {
      use(answer_target);
      talk(hello() + each.bytes);
      EXPECT_EQ(goaway(), each.code) << each.what;
      pass(seconds(3));
      EXPECT_TRUE(is_over()) << each.what;
    }
  }
  void expect_reset(const std::vector<Offence>& offences) {
    for (const Offence& each : offences) {
      use(echo);
      talk(hello() + each.bytes);
      EXPECT_EQ(answer(1).reset_with, each.code) << each.what;
      talk(get(99, "/still-served"));
      EXPECT_EQ(answer(99).status(), "200") << each.what;
      EXPECT_FALSE(goaway()) << each.what;
    }
  }
};

TEST_F(Http2Offences, Rfc9113Section3Point4WhoSaysNoPrefaceIsNotServed) {
  use(answer_target);
  talk("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(viewer.end, Errc::closed);
  EXPECT_TRUE(handler->targets.empty());
}

TEST_F(Http2Offences, Rfc9113Section3Point4TheFirstFrameIsSettings) {
  use(answer_target);
  talk(std::string(http2_preface) + get(1, "/a"));
  EXPECT_EQ(goaway(), protocol_error);
}

TEST_F(Http2Offences, Rfc9113Section4Point1UnknownFramesAreIgnored) {
  use(answer_target);
  talk(hello() + frame(0xEE, 0xFF, 0, "whatever") + get(1, "/a"));
  EXPECT_EQ(answer(1).content, "/a");
}

TEST_F(Http2Offences, Rfc9113Section4Point2FramesBeyondTheSizeThatWeTake) {
  expect_goaway({{"DATA", data(1, std::string(16'385, 'x')), frame_size_error},
                 {"HEADERS", frame(headers_frame, end_headers, 1, std::string(16'385, 'x')), frame_size_error}});
}

TEST_F(Http2Offences, Rfc9113Section4Point3AHeadThatCannotBeDecoded) {
  expect_goaway({{"an index that no table has", frame(headers_frame, end_headers | end_stream, 1, "\xFF\xFF\xFF\x01"),
                  compression_error}});
}

TEST_F(Http2Offences, Rfc9113Section5Point1StreamsInTheWrongState) {
  expect_goaway({{"DATA on an idle stream", data(5, "x"), protocol_error},
                 {"RST_STREAM on an idle stream", reset(5), protocol_error},
                 {"WINDOW_UPDATE on an idle stream", window(5, 1), protocol_error}});
  use(answer_target);
  talk(hello() + get(1, "/a") + data(1, "x"));
  EXPECT_EQ(goaway().value_or(answer(1).reset_with.value_or(0)), stream_closed) << "DATA behind the end";
}

TEST_F(Http2Offences, Rfc9113Section5Point1Point1StreamIds) {
  expect_goaway({{"an even one", get(2, "/a"), protocol_error},
                 {"none", frame(headers_frame, end_headers | end_stream, 0, block(request("/a"))), protocol_error}});
}

// nghttp2 takes such a stream for one that is closed, and drops its head.
TEST_F(Http2Offences, Rfc9113Section5Point1Point1AStreamIdBelowTheLastOpensNothing) {
  use(answer_target);
  talk(hello() + get(5, "/a") + get(3, "/b") + get(7, "/c"));
  EXPECT_EQ(handler->targets, (std::vector<std::string>{"/a", "/c"}));
  EXPECT_EQ(answer(7).content, "/c");
}

rt::Task<void> never_answer(TestHandler&, Exchange& exchange) {
  rt::Loop& loop = co_await rt::this_loop();
  (void)co_await rt::sleep_until(loop.now() + seconds(5));
  exchange.abort();
}

TEST_F(Http2Offences, Rfc9113Section5Point1Point2StreamsBeyondTheLimitAreRefused) {
  ServerLimits its;
  its.http2.streams_max = 3;
  use(never_answer, its);
  talk(hello());
  talk(get(1, "/1") + get(3, "/2") + get(5, "/3") + get(7, "/4"));
  EXPECT_EQ(handler->targets.size(), 3U);
  EXPECT_TRUE(answer(7).reset_with == refused_stream || goaway() == protocol_error);
}

TEST_F(Http2Offences, Rfc9113Section5Point3Point2PrioritiesOfRfc7540AreIgnored) {
  use(answer_target);
  talk(hello() + frame(priority_frame, 0, 3, number(1, 4) + "\x10") +
       frame(headers_frame, end_headers | end_stream | with_priority, 5, number(3, 4) + "\xFF" + block(request("/a"))));
  EXPECT_EQ(answer(5).content, "/a");
}

TEST_F(Http2Offences, Rfc9113Section6Point1Data) {
  expect_goaway(
      {{"on no stream", data(0, "x"), protocol_error},
       {"padding longer than the frame",
        headers(1, request("/a", {}, "PUT"), end_headers) + frame(data_frame, padded, 1, "\x09x"), protocol_error}});
}

TEST_F(Http2Offences, Rfc9113Section6Point1PaddingIsNoContent) {
  use(echo);
  talk(hello() + headers(1, request("/a", {}, "PUT"), end_headers) +
       frame(data_frame, padded | end_stream, 1, std::string("\x02hi", 3) + std::string(2, '\0')));
  EXPECT_EQ(answer(1).content, "hi");
}

TEST_F(Http2Offences, Rfc9113Section6Point2AHeadMayBeBrokenByNothing) {
  const std::string open = frame(headers_frame, end_stream, 1, block(request("/a")));
  expect_goaway({{"another frame", open + frame(ping_frame, 0, 0, "12345678"), protocol_error},
                 {"another stream's", open + frame(continuation_frame, end_headers, 3, ""), protocol_error}});
}

TEST_F(Http2Offences, Rfc9113Section6Point3PriorityOfTheWrongSize) {
  use(answer_target);
  talk(hello() + frame(priority_frame, 0, 1, "1234"));
  EXPECT_TRUE(goaway() == frame_size_error || answer(1).reset_with == frame_size_error);
}

TEST_F(Http2Offences, Rfc9113Section6Point4ResetOfTheWrongForm) {
  expect_goaway({{"on no stream", reset(0), protocol_error},
                 {"too short", get(1, "/a") + frame(reset_frame, 0, 1, "123"), frame_size_error}});
}

TEST_F(Http2Offences, Rfc9113Section6Point5SettingsOfTheWrongForm) {
  expect_goaway({{"an acknowledgement with values", frame(settings_frame, ack, 0, "123456"), frame_size_error},
                 {"not a multiple of six", frame(settings_frame, 0, 0, "12345"), frame_size_error},
                 {"on a stream", frame(settings_frame, 0, 1, ""), protocol_error}});
}

TEST_F(Http2Offences, Rfc9113Section6Point5Point2SettingsOutOfRange) {
  expect_goaway({{"ENABLE_PUSH", settings({{2, 2}}), protocol_error},
                 {"INITIAL_WINDOW_SIZE", settings({{4, 0x80000000}}), flow_control_error},
                 {"MAX_FRAME_SIZE too small", settings({{5, 16'383}}), protocol_error},
                 {"MAX_FRAME_SIZE too large", settings({{5, 16'777'216}}), protocol_error}});
}

TEST_F(Http2Offences, Rfc9113Section6Point5Point3SettingsAreAcknowledged) {
  use(answer_target);
  talk(hello() + settings({{1, 0}}) + settings({{0xFFFF, 1}}) + get(1, "/a"));
  std::size_t acknowledged = 0;
  for (const HeardFrame& each : heard(settings_frame)) acknowledged += each.flags == ack ? 1 : 0;
  EXPECT_EQ(acknowledged, 3U);
  EXPECT_EQ(answer(1).content, "/a") << "without a table the head is decoded all the same";
}

TEST_F(Http2Offences, Rfc9113Section6Point6APushOfAClientIsNone) {
  expect_goaway({{"PUSH_PROMISE", frame(push_frame, end_headers, 1, number(2, 4)), protocol_error}});
}

TEST_F(Http2Offences, Rfc9113Section6Point7Ping) {
  use(answer_target);
  talk(hello() + frame(ping_frame, 0, 0, "12345678"));
  ASSERT_EQ(heard(ping_frame).size(), 1U);
  EXPECT_EQ(heard(ping_frame)[0].flags, ack);
  EXPECT_EQ(heard(ping_frame)[0].payload, "12345678");
  expect_goaway({{"on a stream", frame(ping_frame, 0, 1, "12345678"), protocol_error},
                 {"of the wrong size", frame(ping_frame, 0, 0, "1234567"), frame_size_error}});
}

TEST_F(Http2Offences, Rfc9113Section6Point8AViewersGoawayEndsTheConnectionBehindItsStreams) {
  use(answer_target);
  talk(hello() + get(1, "/a") + frame(goaway_frame, 0, 0, number(0, 4) + number(0, 4)));
  EXPECT_EQ(answer(1).content, "/a");
  pass(seconds(3));
  EXPECT_TRUE(is_over());
  expect_goaway({{"on a stream", frame(goaway_frame, 0, 1, number(0, 4) + number(0, 4)), protocol_error}});
}

TEST_F(Http2Offences, Rfc9113Section6Point9WindowUpdates) {
  expect_goaway({{"of nothing", window(0, 0), protocol_error},
                 {"of the wrong size", frame(window_frame, 0, 0, "123"), frame_size_error}});
}

TEST_F(Http2Offences, Rfc9113Section6Point9Point1WindowsBeyondTheirLimit) {
  expect_goaway({{"the connection's", window(0, 0x7FFFFFFF), flow_control_error}});
  expect_reset(
      {{"a stream's", headers(1, request("/a", {}, "PUT"), end_headers) + window(1, 0x7FFFFFFF), flow_control_error}});
}

TEST_F(Http2Offences, Rfc9113Section6Point9Point1ContentBeyondTheWindow) {
  use(never_answer);
  std::string text = hello() + headers(1, request("/a", {}, "PUT"), end_headers);
  for (int i = 0; i < 5; ++i) text += data(1, std::string(16'384, 'x'));
  talk(text);
  EXPECT_TRUE(answer(1).reset_with == flow_control_error || goaway() == flow_control_error);
}

TEST_F(Http2Offences, Rfc9113Section6Point10AContinuationThatGoesOnWithNothing) {
  expect_goaway({{"behind a whole head", get(1, "/a") + frame(continuation_frame, end_headers, 1, ""), protocol_error},
                 {"first", frame(continuation_frame, end_headers, 1, ""), protocol_error}});
}

TEST_F(Http2Offences, Rfc9113Section8Point1TrailersEndTheirStream) {
  const std::string put = headers(1, request("/a", {}, "PUT"), end_headers);
  expect_reset({{"trailers without an end", put + headers(1, {{"x", "y"}}, end_headers), protocol_error},
                {"trailers with a pseudo field", put + headers(1, {{":path", "/b"}}), protocol_error}});
}

TEST_F(Http2Offences, Rfc9113Section8Point1Point1ContentOfAnotherLengthThanItsField) {
  const auto put = [](const std::string& length) {
    return headers(1, request("/a", {{"content-length", length}}, "PUT"), end_headers);
  };
  expect_reset(
      {{"less", put("3") + data(1, "ab", end_stream), protocol_error},
       {"more", put("3") + data(1, "abcd", end_stream), protocol_error},
       {"none", headers(1, request("/a", {{"content-length", "3"}}, "PUT")), protocol_error},
       {"two", headers(1, request("/a", {{"content-length", "3"}, {"content-length", "3"}}, "PUT"), end_headers),
        protocol_error},
       {"no number", put("3x"), protocol_error}});
}

TEST_F(Http2Offences, Rfc9113Section8Point2Point1FieldsThatAreNotValid) {
  std::vector<Offence> offences;
  for (const auto& [name, value] : Lines{{"Upper", "x"},
                                         {"with space", "x"},
                                         {"colon:", "x"},
                                         {"", "x"},
                                         {"x", "a\rb"},
                                         {"x", "a\nb"},
                                         {"x", std::string("a\0b", 3)},
                                         {"x", " a"},
                                         {"x", "a\t"},
                                         {"na\x80me", "x"},
                                         {"x\r\nsmuggled", "y"}}) {
    offences.push_back({"name or value", get(1, "/a", {{name, value}}), protocol_error});
  }
  expect_reset(offences);
}

TEST_F(Http2Offences, Rfc9113Section8Point2Point2FieldsOfAConnection) {
  std::vector<Offence> offences;
  for (const auto& [name, value] : Lines{{"connection", "close"},
                                         {"keep-alive", "1"},
                                         {"proxy-connection", "close"},
                                         {"transfer-encoding", "chunked"},
                                         {"upgrade", "h2c"},
                                         {"te", "gzip"}}) {
    offences.push_back({"a field of HTTP/1.1", get(1, "/a", {{name, value}}), protocol_error});
  }
  expect_reset(offences);
}

TEST_F(Http2Offences, Rfc9113Section8Point3PseudoFields) {
  const Lines method{{":method", "GET"}};
  const Lines good = request("/a");
  const auto without = [&](std::size_t which) {
    Lines lines = good;
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(which));
    return headers(1, lines);
  };
  const auto with = [&](const Lines& more) { return get(1, "/a", more); };
  expect_reset({{"no method", without(0), protocol_error},
                {"no scheme", without(1), protocol_error},
                {"no path", without(2), protocol_error},
                {"no authority", without(3), protocol_error},
                {"a path twice", with({{":path", "/b"}}), protocol_error},
                {"an unknown one", with({{":unknown", "x"}}), protocol_error},
                {"one of responses", with({{":status", "200"}}), protocol_error},
                {"one behind a field", with({{"x", "y"}, {":authority", "h"}}), protocol_error},
                {"an empty path", get(1, ""), protocol_error}});
}

}  // namespace
}  // namespace gust::http
