#include "http/framing.h"

#include <gtest/gtest.h>

#include <vector>

namespace gust::http {
namespace {

using Lines = std::vector<std::pair<const char*, const char*>>;

RequestHead request_of(const Lines& lines, Version version = Version::http_1_1) {
  RequestHead head;
  head.version = version;
  for (const auto& [name, value] : lines) head.fields.add(name, value);
  return head;
}
ResponseHead response_of(std::uint16_t status, const Lines& lines, Version version = Version::http_1_1) {
  ResponseHead head;
  head.status = status;
  head.version = version;
  for (const auto& [name, value] : lines) head.fields.add(name, value);
  return head;
}
template <typename T>
Errc code_of(const Result<T>& result) {
  return result ? Errc::bug : result.error().code;
}

TEST(RequestFraming, Rfc9112Section6Point3TellsNoneLengthAndChunked) {
  EXPECT_EQ(framing_of(request_of({})), BodyFraming::no_body());
  EXPECT_EQ(framing_of(request_of({{"Content-Length", "0"}})), BodyFraming::of_length(0));
  EXPECT_EQ(framing_of(request_of({{"content-length", "9223372036854775807"}})),
            BodyFraming::of_length(9223372036854775807U));
  EXPECT_EQ(framing_of(request_of({{"Transfer-Encoding", "Chunked"}})), BodyFraming::of_chunks());
}

TEST(RequestFraming, SecurityContentLengthWithTransferEncodingIsRefusedInAnyOrder) {
  EXPECT_EQ(code_of(framing_of(request_of({{"Content-Length", "3"}, {"Transfer-Encoding", "chunked"}}))),
            Errc::bad_framing);
  EXPECT_EQ(code_of(framing_of(request_of({{"TRANSFER-ENCODING", "chunked"}, {"x", "y"}, {"content-length", "3"}}))),
            Errc::bad_framing);
}

TEST(RequestFraming, SecurityContentLengthsThatAreNotOnePlainNumberAreRefused) {
  for (const char* bad : {"", "+1", "-1", "1,1", "1, 1", "0x10", "1 1", "1a", "9223372036854775808",
                          "18446744073709551616", "00000000000000000001", "1.0", "\"1\""}) {
    EXPECT_EQ(code_of(framing_of(request_of({{"Content-Length", bad}}))), Errc::bad_framing) << bad;
  }
  EXPECT_EQ(code_of(framing_of(request_of({{"Content-Length", "5"}, {"Content-Length", "5"}}))), Errc::bad_framing)
      << "identical ones too";
}

TEST(RequestFraming, SecurityTransferEncodingsOtherThanOneChunkedAreRefused) {
  for (const char* bad : {"", "chunked,", ",chunked", "\"chunked\"", "chunked;q=1", "chun ked", "chunked\x0b"}) {
    EXPECT_EQ(code_of(framing_of(request_of({{"Transfer-Encoding", bad}}))), Errc::bad_framing) << bad;
  }
  for (const char* unknown : {"gzip, chunked", "xchunked", "identity", "chunked, chunked", "gzip"}) {
    EXPECT_EQ(code_of(framing_of(request_of({{"Transfer-Encoding", unknown}}))), Errc::unsupported) << unknown;
  }
  EXPECT_EQ(code_of(framing_of(request_of({{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}}))),
            Errc::bad_framing);
  EXPECT_EQ(code_of(framing_of(request_of({{"Transfer-Encoding", "chunked"}}, Version::http_1_0))), Errc::bad_framing);
}

TEST(ResponseFraming, Rfc9112Section6Point3GoesByMethodStatusAndFields) {
  EXPECT_EQ(framing_of(response_of(200, {}), Method::get), BodyFraming::to_close());
  EXPECT_EQ(framing_of(response_of(200, {{"Content-Length", "7"}}), Method::get), BodyFraming::of_length(7));
  EXPECT_EQ(framing_of(response_of(200, {{"Transfer-Encoding", "chunked"}}), Method::get), BodyFraming::of_chunks());
  EXPECT_EQ(framing_of(response_of(200, {{"Content-Length", "7"}}), Method::head), BodyFraming::no_body());
  EXPECT_EQ(framing_of(response_of(304, {{"Content-Length", "7"}}), Method::get), BodyFraming::no_body());
  EXPECT_EQ(framing_of(response_of(204, {{"Content-Length", "0"}}), Method::get), BodyFraming::no_body());
  EXPECT_EQ(framing_of(response_of(103, {}), Method::get), BodyFraming::no_body());
}

TEST(ResponseFraming, SecurityConflictingLengthsOfOriginsAreRefused) {
  for (const Lines& bad :
       {Lines{{"Content-Length", "7"}, {"Content-Length", "8"}},
        Lines{{"Content-Length", "7"}, {"Transfer-Encoding", "chunked"}}, Lines{{"Content-Length", "7x"}}}) {
    for (const Method method : {Method(Method::get), Method(Method::head)}) {
      const auto result = framing_of(response_of(200, bad), method);
      ASSERT_FALSE(result);
      EXPECT_EQ(result.error().side, Side::origin);
    }
  }
  EXPECT_EQ(code_of(framing_of(response_of(204, {{"Transfer-Encoding", "chunked"}}), Method::get)), Errc::bad_framing);
  EXPECT_EQ(code_of(framing_of(response_of(204, {{"Content-Length", "4"}}), Method::get)), Errc::bad_framing);
  EXPECT_EQ(code_of(framing_of(response_of(200, {{"Transfer-Encoding", "chunked"}}, Version::http_1_0), Method::get)),
            Errc::bad_framing);
  EXPECT_EQ(code_of(framing_of(response_of(200, {{"Transfer-Encoding", "gzip"}}), Method::get)), Errc::unsupported);
}

TEST(Persistence, Rfc9112Section9Point3GoesByVersionAndConnection) {
  EXPECT_FALSE(wants_close(Version::http_1_1, request_of({}).fields));
  EXPECT_TRUE(wants_close(Version::http_1_1, request_of({{"Connection", "x, Close"}}).fields));
  EXPECT_TRUE(wants_close(Version::http_1_0, request_of({}).fields));
  EXPECT_FALSE(wants_close(Version::http_1_0, request_of({{"Connection", "Keep-Alive"}}).fields));
  EXPECT_TRUE(
      wants_close(Version::http_1_1, request_of({{"Connection", "keep-alive"}, {"Connection", "close"}}).fields));
}

TEST(HopByHop, SecurityConnectionCannotNameFieldsThatWeRelyOn) {
  RequestHead head = request_of({{"Connection", "X-Important, Content-Length, Authorization, close"},
                                 {"Content-Length", "3"},
                                 {"Authorization", "a"},
                                 {"X-Important", "1"},
                                 {"x-important", "2"},
                                 {"Keep-Alive", "5"},
                                 {"TE", "trailers"},
                                 {"Host", "h"},
                                 {"Connection", "host, via"},
                                 {"Close", "kept"}});
  remove_hop_by_hop(head.fields);
  ASSERT_EQ(head.fields.size(), 4U);
  for (const char* kept : {"Content-Length", "Authorization", "Host", "Close"})
    EXPECT_TRUE(head.fields.has(kept)) << kept;
}

}  // namespace
}  // namespace gust::http
