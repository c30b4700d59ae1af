#include "base/text.h"

#include <gtest/gtest.h>

namespace gust {
namespace {

TEST(ParseDecimal, TakesDigitsOnlyAndRefusesOverflow) {
  EXPECT_EQ(parse_decimal("0"), 0U);
  EXPECT_EQ(parse_decimal("18446744073709551615"), 18446744073709551615U);
  for (const char* bad : {"", "+1", "-1", " 1", "1 ", "0x1", "18446744073709551616", "1a"}) {
    EXPECT_FALSE(parse_decimal(bad)) << bad;
  }
}

TEST(Base64, RoundTripsEveryLengthAndRefusesBadPadding) {
  std::string bytes;
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(bytes_of_base64(base64_of(bytes)), bytes);
    bytes += static_cast<char>(i * 37 + 200);
  }
  EXPECT_EQ(base64_of("ab"), "YWI=");
  for (const char* bad : {"YWI", "YW==I===", "Y===", "YW I=", "YWI=YWI="}) EXPECT_FALSE(bytes_of_base64(bad)) << bad;
}

TEST(Hex, RoundTripsAndRefusesOddOrForeignDigits) {
  EXPECT_EQ(hex_of(std::string_view("\x00\xff", 2)), "00ff");
  EXPECT_EQ(bytes_of_hex("00FF"), std::string("\x00\xff", 2));
  EXPECT_FALSE(bytes_of_hex("0"));
  EXPECT_FALSE(bytes_of_hex("0g"));
}

TEST(Percent, EncodesAllButUnreservedAndDecodesStrictly) {
  EXPECT_EQ(percent_encode("a b/~\xc3", ""), "a%20b%2F~%C3");
  EXPECT_EQ(percent_encode("a/b", "/"), "a/b");
  EXPECT_EQ(percent_decode("a%20b%2f"), "a b/");
  for (const char* bad : {"%", "%1", "%zz", "a%2"}) EXPECT_FALSE(percent_decode(bad)) << bad;
}

TEST(Utf8, RefusesOverlongSurrogateAndTruncatedForms) {
  EXPECT_TRUE(is_utf8("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"));
  for (const char* bad : {"\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc3", "\x80"}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

TEST(Cut, SplitsAtTheFirstAndSaysWhetherItFound) {
  EXPECT_EQ(cut("a=b=c", '=').after, "b=c");
  EXPECT_FALSE(cut("abc", '=').found);
  EXPECT_EQ(split("a,,b", ',').size(), 3U);
}

}  // namespace
}  // namespace gust
