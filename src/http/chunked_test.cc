#include "http/chunked.h"

#include <gtest/gtest.h>

#include <string>

namespace gust::http {
namespace {

using namespace std::string_literals;

struct Decoded {
  std::string content;
  std::string rest;  // behind the body
  bool finished = false;
  Errc refusal = Errc::bug;
};

// Feeds `in` in pieces of `piece` bytes.
Decoded decode(ByteView in, std::size_t piece, ChunkedDecoder& decoder) {
  Decoded result;
  while (!in.empty() && !result.finished) {
    ByteView part = in.substr(0, piece);
    in.remove_prefix(part.size());
    while (!part.empty() && !result.finished) {
      const auto step = decoder.read(part);
      if (!step) {
        result.refusal = step.error().code;
        return result;
      }
      result.content += step->content;
      result.finished = step->is_finished;
      part.remove_prefix(step->taken);
    }
    result.rest = part;
  }
  result.rest += in;
  return result;
}
Decoded decode(ByteView in, std::size_t piece = 1'000'000) {
  ChunkedDecoder decoder(Side::viewer);
  return decode(in, piece, decoder);
}

TEST(ChunkedDecoder, Rfc9112Section7Point1DecodesPiecesOfAnySizeAndLeavesWhatFollows) {
  const std::string body =
      "5\r\nhello\r\n01;a;b=c;d=\"e;\\\"f g\"\r\n \r\nA\r\n0123456789\r\n000\r\nX-Sum: 1\r\nx-b:\r\n\r\nGET /next";
  for (std::size_t piece = 1; piece <= body.size(); ++piece) {
    ChunkedDecoder decoder(Side::viewer);
    const Decoded decoded = decode(body, piece, decoder);
    EXPECT_TRUE(decoded.finished) << piece;
    EXPECT_EQ(decoded.content, "hello 0123456789") << piece;
    EXPECT_EQ(decoded.rest, "GET /next") << piece;
    EXPECT_EQ(decoder.trailers().get("x-sum"), "1");
    EXPECT_EQ(decoder.trailers().size(), 2U);
  }
}

TEST(ChunkedDecoder, SecurityChunkLinesOutOfGrammarAreRefused) {
  for (const std::string& bad : {"\r\n"s,
                                 " 5\r\n"s,
                                 "5 \r\n"s,
                                 "-5\r\n"s,
                                 "+5\r\n"s,
                                 "0x5\r\n"s,
                                 "5\n"s,
                                 "5\r \n"s,
                                 "5\r\r\n"s,
                                 "g\r\n"s,
                                 "5;\r\n"s,
                                 "5;;a\r\n"s,
                                 "5 ;a\r\n"s,
                                 "5;a=\r\n"s,
                                 "5;a=\"b\r\n"s,
                                 "5;a=\"\nx\"\r\n"s,
                                 "5;a=b c\r\n"s,
                                 "5; a\r\n"s,
                                 "5;a \r\n"s,
                                 "5;a =b\r\n"s,
                                 "5;a\n\r\n"s,
                                 "5\x0b\r\n"s,
                                 "5\0\r\n"s,
                                 "5,5\r\n"s,
                                 "1000000000000000\r\n"s,
                                 "ffffffffffffffffff\r\n"s,
                                 "00000000000000005\r\n"s,
                                 "\r\n5\r\n"s}) {
    EXPECT_EQ(decode(bad + "hello\r\n0\r\n\r\n").refusal, Errc::bad_chunk) << testing::PrintToString(bad);
    EXPECT_EQ(decode(bad + "hello\r\n0\r\n\r\n", 1).refusal, Errc::bad_chunk) << testing::PrintToString(bad);
  }
}

TEST(ChunkedDecoder, SecurityContentWithoutItsCrLfIsRefused) {
  for (const char* bad : {"5\r\nhelloX\r\n0\r\n\r\n", "5\r\nhello\n0\r\n\r\n", "5\r\nhello\rX0\r\n\r\n",
                          "4\r\nhello\r\n0\r\n\r\n", "5\r\nhello0\r\n\r\n"}) {
    EXPECT_EQ(decode(bad).refusal, Errc::bad_chunk) << bad;
  }
}

TEST(ChunkedDecoder, SecurityExtensionsAreBoundedByLineAndByBody) {
  EXPECT_EQ(decode("5;a=" + std::string(600, 'x')).refusal, Errc::bad_chunk) << "before the line's end has come";
  std::string flood;
  for (int i = 0; i < 50; ++i) flood += "1;a=" + std::string(400, 'x') + "\r\ny\r\n";
  EXPECT_EQ(decode(flood).refusal, Errc::bad_chunk);
}

TEST(ChunkedDecoder, Rfc9110Section6Point5BadOrForbiddenTrailersAreRefused) {
  for (const char* bad :
       {"Content-Length: 5\r\n\r\n", "transfer-encoding: chunked\r\n\r\n", "Host: h\r\n\r\n",
        "Authorization: a\r\n\r\n", "Set-Cookie: a\r\n\r\n", "Content_Length: 5\r\n\r\n", "A : b\r\n\r\n",
        " A: b\r\n\r\n", "A: b\n\r\n", "A\r\n\r\n", "A: b\r\n c\r\n\r\n", "A: \x01\r\n\r\n", "\n", "\rX"}) {
    const Decoded decoded = decode("0\r\n" + std::string(bad) + "\r\n");
    EXPECT_EQ(decoded.refusal, Errc::bad_trailer) << bad;
  }
  std::string many = "0\r\n";
  for (int i = 0; i < 33; ++i) many += "A: b\r\n";
  EXPECT_EQ(decode(many + "\r\n").refusal, Errc::bad_trailer);
  EXPECT_EQ(decode("0\r\nA: " + std::string(9000, 'x')).refusal, Errc::bad_trailer);
}

TEST(ChunkedDecoder, AnUnfinishedBodyIsNeverCalledFinished) {
  const std::string body = "5\r\nhello\r\n0\r\nA: b\r\n\r\n";
  for (std::size_t size = 0; size < body.size(); ++size) {
    const Decoded decoded = decode(ByteView(body).substr(0, size));
    EXPECT_FALSE(decoded.finished) << size;
    EXPECT_EQ(decoded.refusal, Errc::bug) << size;
  }
}

TEST(ChunkLine, WritesTheSizeInHexadecimal) {
  EXPECT_EQ(ChunkLine(1).view(), "1\r\n");
  EXPECT_EQ(ChunkLine(65536).view(), "10000\r\n");
  EXPECT_EQ(ChunkLine(~ByteCount{0}).view(), "ffffffffffffffff\r\n");
}

}  // namespace
}  // namespace gust::http
