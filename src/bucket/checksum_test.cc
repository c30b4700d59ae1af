#include "bucket/checksum.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace gust::bucket {
namespace {

// S3: the CRC of the full object is computed from the CRCs of its parts.
TEST(Checksums, CrcOfTheWholeComesFromThoseOfTheParts) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += static_cast<char>(i * 7 % 253);
  for (const ChecksumKind kind : {ChecksumKind::crc32, ChecksumKind::crc32c, ChecksumKind::crc64nvme}) {
    std::vector<PartChecksum> parts;
    std::size_t at = 0;
    for (const std::size_t size : {1U, 4096U, 0U, 100U, 803U}) {
      parts.push_back({digest_of(digest_of(kind), ByteView(text).substr(at, size)), size});
      at += size;
    }
    const auto whole = combine_checksums(kind, ChecksumType::full_object, parts);
    ASSERT_TRUE(whole);
    EXPECT_EQ(whole->value, digest_of(digest_of(kind), text)) << name_of(kind);
    EXPECT_EQ(text_of(*whole), base64_of(whole->value));
  }
}

TEST(Checksums, CompositeIsThatOfThePartsChecksumsWithTheirNumber) {
  const std::vector<PartChecksum> parts{{digest_of(DigestKind::sha256, "a"), 1},
                                        {digest_of(DigestKind::sha256, "b"), 1}};
  const auto whole = combine_checksums(ChecksumKind::sha256, ChecksumType::composite, parts);
  ASSERT_TRUE(whole);
  EXPECT_EQ(text_of(*whole), base64_of(digest_of(DigestKind::sha256, parts[0].value + parts[1].value)) + "-2");
}

TEST(Checksums, ShaCannotBeCombinedToThatOfTheFullObject) {
  EXPECT_FALSE(combine_checksums(ChecksumKind::sha1, ChecksumType::full_object, {}));
  EXPECT_FALSE(combine_checksums(ChecksumKind::sha256, ChecksumType::full_object, {}));
}

TEST(Checksums, NamesAreFoundInAnyCase) {
  for (const ChecksumKind kind : all_checksum_kinds) {
    EXPECT_EQ(find_checksum_kind(name_of(kind)), kind);
    EXPECT_EQ(find_checksum_kind(to_lower(name_of(kind))), kind);
  }
  EXPECT_FALSE(find_checksum_kind("MD5"));
  EXPECT_EQ(find_checksum_type("composite"), ChecksumType::composite);
  EXPECT_FALSE(find_checksum_type(""));
}

}  // namespace
}  // namespace gust::bucket
