#include "http/head_writer.h"

#include <gtest/gtest.h>

#include <array>

#include "base/arena.h"
#include "http/head_parser.h"

namespace gust::http {
namespace {

using namespace std::string_literals;

RequestHead some_request() {
  RequestHead head;
  head.method = Method::put;
  head.set_target("/a?b");
  head.authority = "h:81";
  head.fields.add("x-own", "1");
  head.fields.add(Name::host, "another");
  head.fields.add(Name::content_length, "99");
  head.fields.add(Name::connection, "x-own");
  return head;
}

TEST(HeadWriter, Rfc9112Section3RequestIsWrittenFromItsPartsAndReadsBack) {
  std::string out = "before";
  ASSERT_TRUE(write_request_head(out, some_request(), BodyFraming::of_length(5), Persistence::implied));
  EXPECT_EQ(out, "beforePUT /a?b HTTP/1.1\r\nHost: h:81\r\nx-own: 1\r\nContent-Length: 5\r\n\r\n");
  HeadScan scan;
  RequestHead back;
  const ByteView head = ByteView(out).substr(6);
  EXPECT_EQ(read_request_head(head, Scheme::http, {}, scan, back), head.size());
  EXPECT_EQ(back.target, "/a?b");
}

TEST(HeadWriter, Rfc9112Section4ResponseSaysFramingAndPersistenceFromItsArguments) {
  ResponseHead head;
  head.status = 404;
  head.fields.add(Name::transfer_encoding, "gzip");
  head.fields.add(Name::content_length, "99");
  head.fields.add("A", "b\tc\xe9");
  std::string out;
  ASSERT_TRUE(write_response_head(out, head, BodyFraming::of_chunks(), Persistence::keep_alive));
  EXPECT_EQ(out,
            "HTTP/1.1 404 Not Found\r\nA: b\tc\xe9\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n");
  out.clear();
  head.reason = "Nope";
  ASSERT_TRUE(write_response_head(out, head, BodyFraming::to_close(), Persistence::close));
  EXPECT_EQ(out, "HTTP/1.1 404 Nope\r\nA: b\tc\xe9\r\nConnection: close\r\n\r\n");
}

TEST(HeadWriter, PreparedFieldsStandBeforeTheOthersInTheirOrder) {
  Arena arena;
  const std::array<Field, 2> stored{Field{"Date", "today", Name::date}, Field{"X-Own", "", Name::other}};
  const std::array<Field, 1> own{Field{"Via", "1.1 a", Name::via}};
  ResponseHead head;
  head.prepared = {prepare(stored, arena), prepare(own, arena)};
  head.fields.add("B", "c");
  std::string out = "before";
  ASSERT_TRUE(write_response_head(out, head, BodyFraming::of_length(7), Persistence::close));
  EXPECT_EQ(out,
            "beforeHTTP/1.1 200 OK\r\nDate: today\r\nX-Own: \r\nVia: 1.1 a\r\nB: c\r\nContent-Length: 7\r\n"
            "Connection: close\r\n\r\n");
  ASSERT_NE(head.find(Name::via), nullptr);
  EXPECT_EQ(head.find(Name::via)->value, "1.1 a");
  EXPECT_EQ(head.prepared[0].list[1].name, "X-Own");
  EXPECT_EQ(head.find(Name::etag), nullptr);
  head.clear();
  EXPECT_EQ(head.find(Name::via), nullptr);
}

TEST(HeadWriter, Rfc9110Section8Point6LengthOfHeadAnd304IsKeptButNotOf204) {
  ResponseHead head;
  head.status = 304;
  head.fields.add(Name::content_length, "99");
  std::string out;
  ASSERT_TRUE(write_response_head(out, head, BodyFraming::no_body(), Persistence::implied));
  EXPECT_EQ(out, "HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n");
  head.status = 204;
  out.clear();
  ASSERT_TRUE(write_response_head(out, head, BodyFraming::no_body(), Persistence::implied));
  EXPECT_EQ(out, "HTTP/1.1 204 No Content\r\n\r\n");
}

TEST(HeadWriter, SecurityNothingThatSplitsAHeadIsWritten) {
  for (const std::string& bad : {"a\r\nb: c"s, "a\nb"s, "a\rb"s, "a\0b"s, "\x7f"s}) {
    std::string out = "before";
    ResponseHead response;
    response.fields.add("A", bad);
    EXPECT_FALSE(write_response_head(out, response, {}, Persistence::implied));
    response.fields.clear();
    response.fields.add(NameRef(ByteView(bad)), "v");
    EXPECT_FALSE(write_response_head(out, response, {}, Persistence::implied));
    response.fields.clear();
    response.reason = bad;
    EXPECT_FALSE(write_response_head(out, response, {}, Persistence::implied));

    RequestHead request = some_request();
    request.fields.add("A", bad);
    EXPECT_FALSE(write_request_head(out, request, {}, Persistence::implied));
    request = some_request();
    const std::string target = "/" + bad;
    request.set_target(target);
    EXPECT_FALSE(write_request_head(out, request, {}, Persistence::implied));
    request = some_request();
    request.authority = bad;
    EXPECT_FALSE(write_request_head(out, request, {}, Persistence::implied));
    request = some_request();
    request.method = Method::of(bad);
    EXPECT_FALSE(write_request_head(out, request, {}, Persistence::implied));
    Fields trailers;
    trailers.add("A", bad);
    EXPECT_FALSE(write_trailers(out, trailers));
    EXPECT_EQ(out, "before") << "a refusal leaves nothing behind";
  }
  ResponseHead response;
  std::string out;
  for (const int status : {0, 99, 600}) {
    response.status = static_cast<std::uint16_t>(status);
    EXPECT_FALSE(write_response_head(out, response, {}, Persistence::implied)) << status;
  }
  EXPECT_FALSE(write_request_head(out, some_request(), BodyFraming::to_close(), Persistence::implied));
}

}  // namespace
}  // namespace gust::http
