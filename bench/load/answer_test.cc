#include "load/answer.h"

#include <gtest/gtest.h>

#include <string>

namespace gust::bench {
namespace {

const HitRule no_rule;

// Reads `text` in pieces of `piece` bytes; how many bytes the answer took, or -1 after an error.
long read_in_pieces(Answer& answer, const std::string& text, std::size_t piece) {
  std::size_t from = 0;
  for (std::size_t come = std::min(piece, text.size());; come = std::min(come + piece, text.size())) {
    const auto taken = answer.read(std::string_view(text).substr(from, come - from));
    if (!taken) return -1;
    from += *taken;
    if (answer.is_finished() || come == text.size()) return static_cast<long>(from);
  }
}

TEST(Answer, EndsWithItsLengthWhateverThePiecesAre) {
  const std::string one = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
  for (std::size_t piece = 1; piece <= one.size() + 1; ++piece) {
    Answer answer(&no_rule);
    EXPECT_EQ(read_in_pieces(answer, one + "HTTP/1.1", piece), static_cast<long>(one.size()));
    EXPECT_TRUE(answer.is_finished());
    EXPECT_EQ(answer.status(), 200);
    EXPECT_EQ(answer.content_bytes(), 5U);
    EXPECT_FALSE(answer.wants_close());
  }
}

TEST(Answer, EndsWithItsLastChunkWhateverThePiecesAre) {
  const std::string one = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3\r\nyou\r\n0\r\n\r\n";
  for (std::size_t piece = 1; piece <= one.size(); ++piece) {
    Answer answer(&no_rule);
    EXPECT_EQ(read_in_pieces(answer, one, piece), static_cast<long>(one.size()));
    EXPECT_TRUE(answer.is_finished());
    EXPECT_EQ(answer.content_bytes(), 8U);
  }
}

TEST(Answer, TellsHowMuchMayBeDroppedUnread) {
  Answer answer(&no_rule);
  ASSERT_TRUE(answer.read("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n1234567890"));
  EXPECT_EQ(answer.content_left(), 90U);
  answer.drop(90);
  EXPECT_TRUE(answer.is_finished());
  EXPECT_EQ(answer.content_bytes(), 100U);
}

TEST(Answer, WithoutContentEndsWithItsHead) {
  for (const auto* text : {"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n",
                           "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}) {
    Answer answer(&no_rule);
    ASSERT_TRUE(answer.read(text));
    EXPECT_TRUE(answer.is_finished()) << text;
    EXPECT_EQ(answer.content_bytes(), 0U);
  }
}

TEST(Answer, StandsBehindInterimOnes) {
  Answer answer(&no_rule);
  const std::string text =
      "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
  EXPECT_EQ(read_in_pieces(answer, text, 1), static_cast<long>(text.size()));
  EXPECT_TRUE(answer.is_finished());
  EXPECT_EQ(answer.status(), 404);
}

TEST(Answer, WithoutLengthEndsWithTheConnection) {
  Answer answer(&no_rule);
  ASSERT_TRUE(answer.read("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello"));
  EXPECT_FALSE(answer.is_finished());
  EXPECT_TRUE(answer.close());
  EXPECT_TRUE(answer.is_finished());
  EXPECT_TRUE(answer.wants_close());
  EXPECT_EQ(answer.content_bytes(), 5U);
}

TEST(Answer, IsBrokenOffByACloseBeforeItsEnd) {
  Answer answer(&no_rule);
  EXPECT_FALSE(answer.close());
  ASSERT_TRUE(answer.read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell"));
  EXPECT_FALSE(answer.close());
  EXPECT_FALSE(answer.is_finished());
}

TEST(Answer, RefusesWhatIsNotHttp) {
  Answer answer(&no_rule);
  EXPECT_FALSE(answer.read("SSH-2.0-OpenSSH_9.2\r\n\r\n"));
}

TEST(Answer, ServesForOneAnswerAfterAnother) {
  const HitRule rule("X-Cache=hit");
  Answer answer(&rule);
  ASSERT_TRUE(answer.read("HTTP/1.1 200 OK\r\nX-Cache: HIT\r\nContent-Length: 2\r\n\r\nab"));
  EXPECT_TRUE(answer.is_hit());
  answer.clear();
  EXPECT_FALSE(answer.is_finished());
  ASSERT_TRUE(answer.read("HTTP/1.1 200 OK\r\nX-Cache: MISS\r\nContent-Length: 3\r\n\r\nabc"));
  EXPECT_FALSE(answer.is_hit());
  EXPECT_EQ(answer.content_bytes(), 3U);
}

bool is_hit(ByteView rule, ByteView name, ByteView value) {
  http::Fields fields;
  fields.add(name, value);
  return HitRule(rule).holds(fields);
}

TEST(HitRule, LooksForAFieldOrForTextsInIt) {
  EXPECT_TRUE(is_hit("Age", "age", "0"));
  EXPECT_FALSE(is_hit("Age", "Date", "0"));
  EXPECT_TRUE(is_hit("X-Cache=hit", "X-Cache", "Hit from cloudfront"));
  EXPECT_FALSE(is_hit("X-Cache=hit", "X-Cache", "Miss from cloudfront"));
  EXPECT_TRUE(is_hit("Via=cR|cH", "Via", "http/1.1 host [cRs f ]"));
  EXPECT_TRUE(is_hit("Via=cR|cH", "Via", "http/1.1 host [cHs f ]"));
  EXPECT_FALSE(is_hit("", "X-Cache", "Hit"));
}

}  // namespace
}  // namespace gust::bench
