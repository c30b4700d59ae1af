#include "http/field_values.h"

#include <gtest/gtest.h>

#include <vector>

#include "http/date_cache.h"

namespace gust::http {
namespace {

std::vector<ByteView> elements_of(ByteView value) {
  std::vector<ByteView> result;
  ListReader reader(value);
  while (const auto element = reader.next()) result.push_back(*element);
  return result;
}

TEST(ListReader, Rfc9110Section5Point6Point1SkipsEmptyElementsAndKeepsQuotedCommas) {
  EXPECT_EQ(elements_of(" a ,, b=\"x,\\\"y\" ,\t,c"), (std::vector<ByteView>{"a", "b=\"x,\\\"y\"", "c"}));
  EXPECT_TRUE(elements_of(" , ,").empty());
  ListReader open("a, \"b, c");
  EXPECT_EQ(open.next(), "a");
  EXPECT_EQ(open.next(), "\"b, c");
  EXPECT_TRUE(open.is_bad());
  EXPECT_TRUE(list_has("x, Close", "close"));
  EXPECT_FALSE(list_has("x, closed", "close"));
}

TEST(QuotedString, Rfc9110Section5Point6Point4UndoesEscapesAndRefusesTheRest) {
  EXPECT_EQ(read_quoted_string(R"("a\"b\\")"), "a\"b\\");
  EXPECT_EQ(read_quoted_string("\"\""), "");
  for (const char* bad : {"", "a", "\"", "\"a", "a\"", "\"a\"b", "\"a\\\"", "\"a\nb\""}) {
    EXPECT_FALSE(read_quoted_string(bad)) << bad;
  }
}

TEST(Parameter, Rfc9110Section5Point6Point6ReadsTokensAndQuotedStrings) {
  EXPECT_EQ(find_parameter("text/html; a=\"x;charset=no\"; Charset=utf-8", "charset")->value, "utf-8");
  EXPECT_EQ(read_parameter("a=\"b c\"")->value, "b c");
  EXPECT_FALSE(read_parameter("a")->has_value);
  for (const char* bad : {"", "=b", "a=", "a =b", "a= b", "a=b c", "a=\"b", "a=\"b\"c", "a\x01=b"}) {
    EXPECT_FALSE(read_parameter(bad)) << bad;
  }
}

TEST(Token, Rfc9110Section5Point6Point2HasVisibleAsciiWithoutDelimiters) {
  EXPECT_TRUE(is_token("!#$%&'*+-.^_`|~09azAZ"));
  for (const char* bad : {"", " ", "a b", "a:", "(", "a/b", "\x7f", "\xe9", "a\t"}) EXPECT_FALSE(is_token(bad)) << bad;
}

TEST(DateCache, FollowsTheSecond) {
  DateCache cache;
  EXPECT_EQ(cache.at(wall_time_of(784111777)), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(cache.at(wall_time_of(784111777) + Duration(999'999'999)), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(cache.at(wall_time_of(784111778)), "Sun, 06 Nov 1994 08:49:38 GMT");
}

}  // namespace
}  // namespace gust::http
