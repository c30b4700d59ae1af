#include "base/digest.h"

#include <gtest/gtest.h>

#include <utility>

#include "base/text.h"

namespace gust {
namespace {

TEST(Digest, GivesThePublishedValuesForTheCheckText) {
  const std::pair<DigestKind, const char*> expected[] = {
      {DigestKind::sha256, "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"},
      {DigestKind::sha1, "f7c3bc1d808e04732adf679965ccc34ca7ae3441"},
      {DigestKind::md5, "25f9e794323b453885f5181f1b624d0b"},
      {DigestKind::crc32, "cbf43926"},
      {DigestKind::crc32c, "e3069283"},
      {DigestKind::crc64nvme, "ae8b14860a799888"},
  };
  for (const auto& [kind, hex] : expected) {
    EXPECT_EQ(hex_of(digest_of(kind, "123456789")), hex);
    EXPECT_EQ(digest_of(kind, "").size(), size_of(kind));
  }
}

TEST(Digest, IsTheSameHoweverTheBytesAreCut) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += static_cast<char>(i * 31 % 251);
  for (const DigestKind kind : {DigestKind::sha256, DigestKind::sha1, DigestKind::md5, DigestKind::crc32,
                                DigestKind::crc32c, DigestKind::crc64nvme}) {
    for (const std::size_t piece : {1U, 3U, 7U, 8U, 64U, 999U}) {
      Digest digest(kind);
      for (std::size_t at = 0; at < text.size(); at += piece) digest.update(ByteView(text).substr(at, piece));
      EXPECT_EQ(digest.finish(), digest_of(kind, text));
    }
  }
}

// RFC 3720 B.4: 32 bytes of zeros, of ones, and rising.
TEST(Crc32c, GivesTheValuesOfTheStandard) {
  EXPECT_EQ(hex_of(digest_of(DigestKind::crc32c, std::string(32, '\0'))), "8a9136aa");
  EXPECT_EQ(hex_of(digest_of(DigestKind::crc32c, std::string(32, '\xff'))), "62a8ab43");
  std::string rising;
  for (char i = 0; i < 32; ++i) rising += i;
  EXPECT_EQ(hex_of(digest_of(DigestKind::crc32c, rising)), "46dd794e");
}

// RFC 4231 test cases 2 and 6 (a key longer than a block).
TEST(Hmac, GivesTheValuesOfTheStandard) {
  EXPECT_EQ(hex_of(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex_of(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(EqualInConstantTime, ComparesLengthAndEveryByte) {
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "ab"));
}

}  // namespace
}  // namespace gust
