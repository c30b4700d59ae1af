#include "http/head_parser.h"

#include <gtest/gtest.h>

#include <string>

#include "http/status.h"

namespace gust::http {
namespace {

using namespace std::string_literals;

Result<std::size_t> read(ByteView text, RequestHead& into, const HeadLimits& limits = {}) {
  HeadScan scan;
  return read_request_head(text, Scheme::http, limits, scan, into);
}

// The code that a refused request gives, or Errc::bug where it was taken or unfinished.
Errc refusal_of(ByteView text, const HeadLimits& limits = {}) {
  RequestHead head;
  const auto result = read(text, head, limits);
  if (!result) EXPECT_EQ(result.error().side, Side::viewer);
  return result ? Errc::bug : result.error().code;
}

std::string request_with(ByteView lines) { return "GET / HTTP/1.1\r\nHost: h\r\n" + std::string(lines) + "\r\n"; }
std::string request_for(ByteView target, ByteView method = "GET") {
  return std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: h.example:8080\r\n\r\n";
}

TEST(RequestHeadParser, Rfc9112Section3SplitsAWholeHeadAndLeavesWhatFollows) {
  RequestHead head;
  const std::string text =
      "GET /a//./b%2F;c?x=1&y=\\? HTTP/1.1\r\nhOST: H.example:81\r\nAccept:\t */*  \r\nEmpty:\r\nX: \xe9\r\n\r\nGET "
      "/next";
  const auto size = read(text, head);
  ASSERT_TRUE(size);
  EXPECT_EQ(text.substr(*size), "GET /next");
  EXPECT_EQ(head.method, Method::get);
  EXPECT_EQ(head.version, Version::http_1_1);
  EXPECT_EQ(head.target, "/a//./b%2F;c?x=1&y=\\?");
  EXPECT_EQ(head.path, "/a//./b%2F;c");
  EXPECT_EQ(head.query, "x=1&y=\\?");
  EXPECT_TRUE(head.has_query);
  EXPECT_EQ(head.authority, "H.example:81");
  EXPECT_EQ(head.host, "H.example");
  EXPECT_EQ(head.port, 81);
  EXPECT_EQ(head.fields.get(Name::accept), "*/*");
  EXPECT_EQ(head.fields.get("empty"), "");
  EXPECT_EQ(head.fields.get("x"), "\xe9");
}

TEST(RequestHeadParser, AHeadThatArrivesByteByByteIsReadOnceAtItsEnd) {
  const std::string text = "\r\n" + request_with("A: b\r\n");
  HeadScan scan;
  RequestHead head;
  for (std::size_t size = 0; size < text.size(); ++size) {
    const std::string moved = text.substr(0, size);  // the buffer may move between calls
    const auto result = read_request_head(moved, Scheme::http, {}, scan, head);
    ASSERT_TRUE(result) << size;
    ASSERT_EQ(*result, 0U) << size;
    EXPECT_GE(scan.at + 1, size) << "good bytes are not scanned again";
  }
  EXPECT_EQ(read_request_head(text, Scheme::http, {}, scan, head), text.size());
  EXPECT_EQ(head.fields.get("a"), "b");
}

TEST(RequestHeadParser, Rfc9112Section2Point2OneEmptyLineBeforeARequestIsSkippedAndNoMore) {
  RequestHead head;
  EXPECT_TRUE(read("\r\n" + request_with(""), head));
  EXPECT_EQ(refusal_of("\r\n\r\n" + request_with("")), Errc::bad_request_line);
}

TEST(RequestHeadParser, UnknownMethodsKeepTheirTextAndTheirCase) {
  RequestHead head;
  ASSERT_TRUE(read("PURGE /x HTTP/1.0\r\nHost: h\r\n\r\n", head));
  EXPECT_EQ(head.method, Method::other);
  EXPECT_EQ(head.method.text(), "PURGE");
  EXPECT_EQ(head.version, Version::http_1_0);
  ASSERT_TRUE(read("get / HTTP/1.1\r\nHost: h\r\n\r\n", head));
  EXPECT_EQ(head.method, Method::other);
}

TEST(RequestHeadParser, SecurityControlBytesBareCrBareLfAreRefusedAnywhere) {
  const std::string good = request_with("Name: some longer value, more than one block\r\n");
  for (const std::string& bad : {"\n"s, "\r"s, "\0"s, "\x01"s, "\x0b"s, "\x1f"s, "\x7f"s, "\r\r\n"s}) {
    for (std::size_t at = 0; at + 1 < good.size(); ++at) {
      std::string text = good;
      text.insert(at, bad);
      EXPECT_NE(refusal_of(text), Errc::bug) << testing::PrintToString(text);
    }
  }
}

TEST(RequestHeadParser, SecurityFieldLinesOutOfGrammarAreRefused) {
  for (const char* bad : {"Name : v\r\n", "Name\t: v\r\n", ": v\r\n", "Name\r\n", " Name: v\r\n", "A: b\r\n c\r\n",
                          "A: b\r\n\tc\r\n", "Na me: v\r\n", "Na(me: v\r\n", "N\xe4me: v\r\n", "\"Name\": v\r\n",
                          "Name=v\r\n", "Content_Length: 5\r\n", "transfer_Encoding: chunked\r\n"}) {
    EXPECT_EQ(refusal_of(request_with(bad)), Errc::bad_field) << bad;
  }
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\n Host: h\r\n\r\n"), Errc::bad_field) << "space before the first field";
}

TEST(RequestHeadParser, SecurityRequestLinesOutOfGrammarAreRefused) {
  for (const char* bad :
       {"GET /\r\n", "GET\r\n", "GET  / HTTP/1.1\r\n", "GET /  HTTP/1.1\r\n", " GET / HTTP/1.1\r\n",
        "GET / HTTP/1.1 \r\n", "GET\t/ HTTP/1.1\r\n", "GET / a HTTP/1.1\r\n", "G(T / HTTP/1.1\r\n", "/ HTTP/1.1\r\n",
        "GET / http/1.1\r\n", "GET / HTTP/1,1\r\n", "GET / HTTP/11.1\r\n", "GET / HTTP/1.1x\r\n", "GET / XTTP/1.1\r\n",
        "GET / HTTP/1.\r\n", "THISMETHODISLONGERTHANANYREASONABLEONE / HTTP/1.1\r\n"}) {
    EXPECT_EQ(refusal_of(std::string(bad) + "Host: h\r\n\r\n"), Errc::bad_request_line) << bad;
  }
}

TEST(RequestHeadParser, VersionsOtherThan10And11Are505) {
  for (const char* version : {"0.9", "1.2", "2.0", "3.0", "9.9"}) {
    EXPECT_EQ(refusal_of("GET / HTTP/" + std::string(version) + "\r\nHost: h\r\n\r\n"), Errc::bad_version) << version;
  }
}

TEST(RequestHeadParser, SecurityTargetsOutOfFormAreRefused) {
  for (const char* bad : {"a",
                          "h.example:8080",
                          "/a#b",
                          "/#",
                          "/a?b#c",
                          "/a\\b",
                          "\\a",
                          "*",
                          "/\xc3\xa9",
                          "/a?\xff",
                          "//h\\a",
                          "http://other/",
                          "http://h.example/",
                          "http://h.example:80/",
                          "https://h.example:8080/",
                          "http://u@h.example:8080/",
                          "http://h.example:8080?x",
                          "http://h.example:8080#",
                          "http:///a",
                          "ftp://h.example:8080/",
                          "http:/h.example:8080/",
                          "://h.example:8080/",
                          "http://h.example:8080\\@x/"}) {
    EXPECT_EQ(refusal_of(request_for(bad)), Errc::bad_target) << bad;
  }
  EXPECT_EQ(refusal_of(request_for("/a b")), Errc::bad_request_line) << "raw space";
  EXPECT_EQ(refusal_of(request_for("http://h.example:8080/*", "OPTIONS")), Errc::bug);
  EXPECT_EQ(refusal_of(request_for("h.example:8080", "CONNECT")), Errc::unsupported);
}

TEST(RequestHeadParser, Rfc9112Section3Point2AbsoluteFormThatAgreesBecomesOriginForm) {
  struct Row {
    const char *method, *sent, *target;
  };
  for (const Row& row : {Row{"GET", "HTTP://H.Example:8080/a?b", "/a?b"}, Row{"GET", "http://h.example:8080", "/"},
                         Row{"OPTIONS", "http://h.example:8080", "*"}, Row{"OPTIONS", "*", "*"}}) {
    RequestHead head;
    const std::string text = request_for(row.sent, row.method);
    ASSERT_TRUE(read(text, head)) << row.sent;
    EXPECT_EQ(head.target, row.target);
    EXPECT_EQ(head.path, ByteView(row.target).substr(0, head.path.size()));
    EXPECT_EQ(head.has_query, head.query == "b");
  }
}

TEST(RequestHeadParser, SecurityHostMissingSeveralOrNoHostIsRefused) {
  const auto with_host = [](ByteView line) { return "GET / HTTP/1.1\r\n" + std::string(line) + "\r\n"; };
  EXPECT_EQ(refusal_of(with_host("")), Errc::bad_host);
  EXPECT_EQ(refusal_of("GET / HTTP/1.0\r\n\r\n"), Errc::bad_host) << "HTTP/1.0 too, by our rule";
  EXPECT_EQ(refusal_of(with_host("Host: a\r\nHost: a\r\n")), Errc::bad_host);
  EXPECT_EQ(refusal_of(with_host("Host: a\r\nhost: b\r\n")), Errc::bad_host);
  for (const char* bad :
       {"",       "u@h", "u:p@h", "h:",  "h:0",  "h:65536", "h:+80",  "h: 80", "h:80:80", "h:000080",
        "h/a",    "h?a", "a,b",   "a b", "[::1", "::1",     "[::1]x", "[]",    "[::1]:",  "[fe80::1%25eth0]",
        "[v1.x]", "%41", "h\xe9", ":80", "h\\x"}) {
    EXPECT_EQ(refusal_of(with_host("Host: " + std::string(bad) + "\r\n")), Errc::bad_host) << bad;
  }
  EXPECT_EQ(refusal_of(with_host("Host: " + std::string(256, 'a') + "\r\n")), Errc::bad_host);
}

TEST(RequestHeadParser, HostTakesNamesAddressesAndPorts) {
  RequestHead head;
  ASSERT_TRUE(read("GET / HTTP/1.1\r\nHost: [2001:db8::1]:8443\r\n\r\n", head));
  EXPECT_EQ(head.host, "[2001:db8::1]");
  EXPECT_EQ(head.port, 8443);
  ASSERT_TRUE(read("GET / HTTP/1.1\r\nHost: my_bucket-1.s3.localhost.\r\n\r\n", head));
  EXPECT_EQ(head.port, 0);
}

TEST(RequestHeadParser, Lim1HeadOfExactly20480BytesIsTakenAndOneMoreIs413) {
  const HeadLimits limits;
  const std::string frame = request_with("A: \r\n");
  const std::string fits = request_with("A: " + std::string(limits.head_bytes_max - frame.size(), 'x') + "\r\n");
  ASSERT_EQ(fits.size(), limits.head_bytes_max);
  EXPECT_EQ(refusal_of(fits), Errc::bug);
  EXPECT_EQ(refusal_of(fits + "GET / HTTP/1.1\r\n"), Errc::bug) << "what follows does not count";
  const std::string longer = request_with("A: " + std::string(limits.head_bytes_max - frame.size() + 1, 'x') + "\r\n");
  EXPECT_EQ(refusal_of(longer), Errc::head_too_large);
  EXPECT_EQ(refusal_of(longer.substr(0, limits.head_bytes_max)), Errc::head_too_large) << "known before its end";
  EXPECT_EQ(refusal_of(longer.substr(0, limits.head_bytes_max - 1)), Errc::bug);
}

TEST(RequestHeadParser, Lim2TargetOfMoreThan8192BytesIs413) {
  EXPECT_EQ(refusal_of(request_for("/" + std::string(8191, 'a'))), Errc::bug);
  EXPECT_EQ(refusal_of(request_for("/" + std::string(8192, 'a'))), Errc::url_too_long);
  EXPECT_EQ(status_of(Error{.code = Errc::url_too_long, .side = Side::viewer, .text = ""}), 413);
}

TEST(RequestHeadParser, MoreThanAHundredFieldsAreRefused) {
  std::string lines;
  for (int i = 0; i < 99; ++i) lines += "A: b\r\n";
  EXPECT_EQ(refusal_of(request_with(lines)), Errc::bug);
  EXPECT_EQ(refusal_of(request_with(lines + "A: b\r\n")), Errc::head_too_large);
}

Result<std::size_t> read_response(ByteView text, ResponseHead& into) {
  HeadScan scan;
  return read_response_head(text, {}, scan, into);
}

TEST(ResponseHeadParser, Rfc9112Section4SplitsStatusLineAndFields) {
  ResponseHead head;
  EXPECT_EQ(read_response("HTTP/1.1 404 Not \xe4 found\r\nServer: s\r\n\r\nbody", head), 39U);
  EXPECT_EQ(head.status, 404);
  EXPECT_EQ(head.reason, "Not \xe4 found");
  EXPECT_EQ(head.fields.get(Name::server), "s");
  EXPECT_TRUE(read_response("HTTP/1.0 200 \r\n\r\n", head));
  EXPECT_EQ(head.version, Version::http_1_0);
  EXPECT_TRUE(read_response("HTTP/1.1 204\r\n\r\n", head)) << "without reason and its space, as many servers write";
  EXPECT_EQ(read_response("HTTP/1.1 200 OK\r\nA: b\r\n\r", head), 0U);
}

TEST(ResponseHeadParser, SecurityInvalidHeadsOfOriginsAreRefusedOnTheOriginSide) {
  for (const std::string& bad :
       {"HTTP/1.1 20 OK\r\n\r\n"s, "HTTP/1.1 2000 OK\r\n\r\n"s, "HTTP/1.1 099 OK\r\n\r\n"s, "HTTP/1.1 600 OK\r\n\r\n"s,
        "HTTP/1.1 +20 OK\r\n\r\n"s, "HTTP/1.1  200 OK\r\n\r\n"s, "HTTP/1.1\r\n\r\n"s, "HTTP/2 200\r\n\r\n"s,
        "HTTP/1.2 200 OK\r\n\r\n"s, "ICY 200 OK\r\n\r\n"s, "\r\nHTTP/1.1 200 OK\r\n\r\n"s, "<html>\r\n\r\n"s,
        "HTTP/1.1 200 OK\n\n"s, "HTTP/1.1 200 O\rK\r\n\r\n"s, "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n"s,
        "HTTP/1.1 200 OK\r\nA : b\r\n\r\n"s, "HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n"s,
        "HTTP/1.1 200 OK\r\nA: b\nSet-Cookie: c\r\n\r\n"s}) {
    ResponseHead head;
    const auto result = read_response(bad, head);
    ASSERT_FALSE(result) << bad;
    EXPECT_EQ(result.error().side, Side::origin);
    EXPECT_EQ(status_of(result.error()), 502);
  }
}

TEST(ResponseHeadParser, Lim5HeadOfAnOriginBeyond20480BytesIsRefused) {
  ResponseHead head;
  const auto result = read_response("HTTP/1.1 200 OK\r\nA: " + std::string(21'000, 'x'), head);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::head_too_large);
}

TEST(StatusOf, EachSideAnswersWithItsOwnStatuses) {
  const auto status = [](Errc code, Side side) { return status_of(Error{.code = code, .side = side, .text = ""}); };
  EXPECT_EQ(status(Errc::bad_framing, Side::viewer), 400);
  EXPECT_EQ(status(Errc::timed_out, Side::viewer), 408);
  EXPECT_EQ(status(Errc::head_too_large, Side::viewer), 413);
  EXPECT_EQ(status(Errc::unsupported, Side::viewer), 501);
  EXPECT_EQ(status(Errc::bad_version, Side::viewer), 505);
  EXPECT_EQ(status(Errc::bad_chunk, Side::origin), 502);
  EXPECT_EQ(status(Errc::timed_out, Side::origin), 504);
  EXPECT_EQ(status(Errc::bug, Side::own), 500);
  EXPECT_EQ(status(Errc::would_exceed_limit, Side::own), 503);
  EXPECT_EQ(reason_phrase(413), "Content Too Large");
  EXPECT_EQ(reason_phrase(299), "");
}

}  // namespace
}  // namespace gust::http
