// The rules of RFC 9114, one by one: what breaks them, and what comes of it.
#include <gtest/gtest.h>

#include "http/http3_world_test_internal.h"

namespace gust::http {
namespace {

const std::string settings = frame(0x4, "");
const std::string control_begin = std::string("\0", 1) + settings;

struct Breach {
  const char* name;  // with its section
  bool on_control;   // behind SETTINGS there, else on a request stream
  std::string bytes;
  std::uint64_t code;
  bool ends = false;
};

class Http3Connection : public testing::TestWithParam<Breach> {};

// RFC 9114 section 8: errors of the connection.
TEST_P(Http3Connection, IsEndedForABreach) {
  const Breach& breach = GetParam();
  Http3World world;
  net::QuicTestClient& client = breach.on_control ? world.connect() : world.viewer();
  const std::int64_t stream = client.open(breach.on_control);
  client.say(stream, breach.on_control ? control_begin + breach.bytes : breach.bytes, breach.ends);
  world.world.run_until([&] { return client.is_over(); }, seconds(10));
  EXPECT_EQ(client.close_code, breach.code);
  EXPECT_TRUE(client.closed_by_application);
  EXPECT_EQ(world.handler.handled, 0);
}

INSTANTIATE_TEST_SUITE_P(
    RFC9114, Http3Connection,
    testing::Values(Breach{"Section4_1_DataBeforeHeaders", false, data_frame("x"), 0x105},
                    Breach{"Section6_2_1_TheControlStreamEnds", true, "", 0x104, true},
                    Breach{"Section7_1_AFrameThatIsCutShort", false, head_frame(get()).substr(0, 20), 0x106, true},
                    Breach{"Section7_2_1_DataOnTheControlStream", true, data_frame("x"), 0x105},
                    Breach{"Section7_2_2_HeadersOnTheControlStream", true, head_frame(get()), 0x105},
                    Breach{"Section7_2_3_CancelPushOnARequestStream", false, frame(0x3, varint(0)), 0x105},
                    Breach{"Section7_2_4_SettingsOnARequestStream", false, settings, 0x105},
                    Breach{"Section7_2_4_SecondSettings", true, settings, 0x105},
                    Breach{"Section7_2_5_PushPromiseOfAClient", false, frame(0x5, varint(0)), 0x105},
                    Breach{"Section7_2_5_PushPromiseOnTheControlStream", true, frame(0x5, varint(0)), 0x105},
                    Breach{"Section7_2_6_GoawayOnARequestStream", false, frame(0x7, varint(0)), 0x105},
                    Breach{"Section7_2_8_PriorityOfHttp2", true, frame(0x2, "x"), 0x105},
                    Breach{"Section7_2_8_PingOfHttp2", true, frame(0x6, "x"), 0x105},
                    Breach{"Section7_2_8_WindowUpdateOfHttp2", true, frame(0x8, "x"), 0x105},
                    Breach{"Section7_2_8_ContinuationOfHttp2", false, frame(0x9, "x"), 0x105},
                    Breach{"RFC9204Section2_2_AnEntryThatIsNot", false, frame(0x1, std::string("\0\0\x80", 3)), 0x200}),
    [](const auto& info) { return info.param.name; });

class Http3Settings : public testing::TestWithParam<Breach> {};
TEST_P(Http3Settings, AreJudged) {
  Http3World world;
  net::QuicTestClient& client = world.connect();
  client.say(client.open(true), std::string("\0", 1) + GetParam().bytes);
  world.world.run_until([&] { return client.is_over(); }, seconds(10));
  EXPECT_EQ(client.close_code, GetParam().code);
}
INSTANTIATE_TEST_SUITE_P(
    RFC9114, Http3Settings,
    testing::Values(Breach{"Section6_2_1_AnotherFrameFirst", true, frame(0x7, varint(0)), 0x10a},
                    Breach{"Section7_2_4_1_ASettingOfHttp2", true, frame(0x4, varint(0x2) + varint(1)), 0x109},
                    Breach{"Section7_2_4_ASettingThatIsCutShort", true, frame(0x4, varint(0x6)), 0x106}),
    [](const auto& info) { return info.param.name; });

TEST(Http3Connection, RFC9114Section6_2_ASecondCriticalStreamIsRefused) {
  for (const char type : {'\0', '\2', '\3'}) {
    Http3World world;
    net::QuicTestClient& client = world.viewer();
    for (int i = 0; i < 2; ++i) client.say(client.open(true), std::string(1, type));
    world.world.run_until([&] { return client.is_over(); }, seconds(10));
    EXPECT_EQ(client.close_code, 0x103U) << static_cast<int>(type);
  }
}

TEST(Http3Connection, RFC9114Section6_2_2_APushStreamOfAClientIsRefused) {
  Http3World world;
  net::QuicTestClient& client = world.viewer();
  client.say(client.open(true), std::string("\1", 1) + varint(0));
  world.world.run_until([&] { return client.is_over(); }, seconds(10));
  EXPECT_EQ(client.close_code, 0x103U);
}

TEST(Http3Connection, RFC9114Section9_UnknownFramesAndStreamsAreIgnored) {
  Http3World world;
  net::QuicTestClient& client = world.viewer();
  client.say(client.open(true), varint(0x21) + "anything", true);
  const Answer answer =
      world.answer_to(client, frame(0x21, "anything") + head_frame(get()) + frame(0x1f * 7 + 0x21, ""));
  EXPECT_EQ(answer.content, "hello");
}

// RFC 9114 section 4.1.2: malformed requests are errors of their stream, and no one else's.
struct Malformed {
  const char* name;
  List fields;
};
class Http3Request : public testing::TestWithParam<Malformed> {};
TEST_P(Http3Request, ThatIsMalformedIsReset) {
  Http3World world;
  net::QuicTestClient& client = world.viewer();
  const std::int64_t stream = world.ask(client, head_frame(GetParam().fields));
  world.wait_for(client, stream, seconds(10));
  EXPECT_EQ(client.streams[stream].reset_code, 0x10eU) << "H3_MESSAGE_ERROR";
  EXPECT_EQ(world.handler.handled, 0);
  EXPECT_EQ(world.answer_to(client, head_frame(get())).content, "hello") << "a bystander";
}
INSTANTIATE_TEST_SUITE_P(
    RFC9114, Http3Request,
    testing::Values(Malformed{"Section4_2_ANameInUpperCase", with(get(), "X-Own", "1")},
                    Malformed{"Section4_2_Connection", with(get(), "connection", "close")},
                    Malformed{"Section4_2_TransferEncoding", with(get(), "transfer-encoding", "chunked")},
                    Malformed{"Section4_2_TeOtherThanTrailers", with(get(), "te", "gzip")},
                    Malformed{"Section4_3_APseudoFieldThatIsNot", with(get(), ":own", "1")},
                    Malformed{"Section4_3_APseudoFieldBehindOthers",
                              with({{":method", "GET"}, {":scheme", "https"}, {"x", "y"}, {":path", "/"}}, ":authority",
                                   "localhost")},
                    Malformed{"Section4_3_1_APseudoFieldTwice", with(get(), ":path", "/b")},
                    Malformed{"Section4_3_1_NoPath", {{":method", "GET"}, {":scheme", "https"}, {":authority", "h"}}},
                    Malformed{"Section4_3_1_NoMethod", {{":scheme", "https"}, {":path", "/"}, {":authority", "h"}}},
                    Malformed{"Section4_3_1_NoScheme", {{":method", "GET"}, {":path", "/"}, {":authority", "h"}}},
                    Malformed{"Section4_3_AStatusInARequest", with(get(), ":status", "200")},
                    Malformed{"Section4_3_1_APathWithoutItsSlash", get("http://other.test/")}),
    [](const auto& info) { return info.param.name; });

// nghttp3 leaves out what cannot be a field, and nobody sees it.
TEST(Http3Request, RFC9114Section10_3_WhatIsNoFieldGoesNowhere) {
  for (const auto& [name, value] :
       List{{"x", "a\r\nb: c"}, {"x", std::string("a\0b", 3)}, {"x y", "1"}, {"x:y", "1"}, {"x\r\ny", "1"}}) {
    Http3World world;
    std::size_t fields = 0;
    world.handler.answer = [&](Exchange& exchange) {
      fields = exchange.request().fields.size();
      return answer_plainly(exchange);
    };
    net::QuicTestClient& client = world.viewer();
    const std::string status = world.answer_to(client, head_frame(with(get(), name, value))).status();
    EXPECT_EQ(status, "200");
    EXPECT_EQ(fields, 1U) << "Host alone";
  }
}

TEST(Http3Request, RFC9114Section4_1_2_ContentOfAnotherLengthIsMalformed) {
  Http3World world;
  net::QuicTestClient& client = world.viewer();
  const std::string longer = head_frame(with(post(), "content-length", "2")) + data_frame("three");
  const std::string shorter = head_frame(with(post(), "content-length", "9")) + data_frame("three");
  for (const std::string& bytes : {longer, shorter}) {
    const std::int64_t stream = world.ask(client, bytes);
    world.world.run_until([&] { return client.streams[stream].is_closed; }, seconds(10));
    EXPECT_NE(client.streams[stream].reset_code, std::nullopt);
  }
  EXPECT_EQ(world.answer_to(client, head_frame(get())).content, "hello");
}

// What is well formed, and refused as HTTP/1.1 refuses it.
struct Refused {
  const char* name;
  List fields;
  const char* status;
};
class Http3Head : public testing::TestWithParam<Refused> {};
TEST_P(Http3Head, IsRefusedAsInHttp1) {
  Http3World world;
  net::QuicTestClient& client = world.viewer();
  EXPECT_EQ(world.answer_to(client, head_frame(GetParam().fields)).status(), GetParam().status);
  EXPECT_EQ(world.handler.handled, 0);
  EXPECT_EQ(world.handler.refusals.size(), 1U);
  EXPECT_EQ(world.answer_to(client, head_frame(get())).content, "hello") << "the connection goes on";
}

List with_authority(std::string authority) {
  List fields = get();
  fields[3].second = std::move(authority);
  return fields;
}
List many_fields(int count) {
  List fields = get();
  for (int i = 0; i < count; ++i) fields.emplace_back("x-" + std::to_string(i), "y");
  return fields;
}

INSTANTIATE_TEST_SUITE_P(
    SECURITY, Http3Head,
    testing::Values(Refused{"UserinfoInTheAuthority", with_authority("user@localhost"), "400"},
                    Refused{"HostThatDisagrees", with(get(), "host", "other.test"), "400"},
                    Refused{"ABackslashInThePath", get("/a\\b"), "400"}, Refused{"AFragment", get("/a#b"), "400"},

                    Refused{"ANameThatImitatesFraming", with(get(), "content_length", "1"), "400"},
                    Refused{"ALongTarget", get("/" + std::string(9000, 'a')), "413"},
                    Refused{"ManyFields", many_fields(150), "413"},
                    Refused{"AHeadBeyondItsLimit", with(get(), "x", std::string(40'000, 'a')), "413"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace gust::http
