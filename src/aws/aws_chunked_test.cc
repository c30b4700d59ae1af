#include "aws/aws_chunked.h"

#include <gtest/gtest.h>

#include "aws/canonical_internal.h"
#include "base/text.h"

namespace gust::aws {
namespace {

struct Read {
  std::string payload, code;
  std::vector<std::pair<std::string, std::string>> checksums;
};

// The whole body in pieces of `piece` bytes.
Read read(const AwsChunkedDecoder::Options& options, std::string_view body, std::size_t piece = 100000) {
  auto decoder = AwsChunkedDecoder::make(options);
  if (!decoder) return {"", decoder.error().code, {}};
  Read result;
  while (!body.empty()) {
    std::string_view in = body.substr(0, piece);
    body.remove_prefix(in.size());
    while (!in.empty()) {
      const auto step = decoder->feed(in);
      if (!step) return {result.payload, step.error().code, {}};
      result.payload += step->payload;
      in.remove_prefix(step->taken);
    }
  }
  const auto end = decoder->finish();
  result.code = end ? "complete" : end.error().code;
  result.checksums = decoder->checksums();
  return result;
}

// S3 API reference: a body of 66,560 letters in chunks of 64 KiB, 1 KiB and none.
AwsChunkedDecoder::Options example(PayloadMode mode, std::string seed) {
  return {.mode = mode,
          .signing = {signing_key("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "20130524", "us-east-1", "s3"),
                      "20130524T000000Z", "20130524/us-east-1/s3/aws4_request", std::move(seed)},
          .decoded_length = 66560,
          .announced_trailers = mode == PayloadMode::signed_chunks ? "" : "x-amz-checksum-crc32c"};
}

std::string signed_body(std::string_view first, std::string_view second, std::string_view last,
                        std::string_view trailers) {
  return "10000;chunk-signature=" + std::string(first) + "\r\n" + std::string(65536, 'a') +
         "\r\n400;chunk-signature=" + std::string(second) + "\r\n" + std::string(1024, 'a') +
         "\r\n0;chunk-signature=" + std::string(last) + "\r\n" + std::string(trailers) + "\r\n";
}

const AwsChunkedDecoder::Options plain =
    example(PayloadMode::signed_chunks, "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
const std::string plain_body = signed_body("ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
                                           "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
                                           "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9", "");

const AwsChunkedDecoder::Options with_trailer =
    example(PayloadMode::signed_chunks_trailer, "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e");
const std::string trailer_body = signed_body("b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
                                             "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
                                             "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
                                             "x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:"
                                             "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n");

TEST(SignedChunks, AcceptTheExampleOfTheReferenceHoweverItIsCut) {
  for (const std::size_t piece : {1U, 7U, 1000U, 100000U}) {
    const Read got = read(plain, plain_body, piece);
    EXPECT_EQ(got.code, "complete");
    EXPECT_EQ(got.payload, std::string(66560, 'a'));
  }
}

TEST(SignedChunks, RefuseAChangedByteOfPayloadOrSignature) {
  for (const std::size_t at : {30UL, 86UL, 200UL, 65720UL, plain_body.size() - 10}) {
    std::string bad = plain_body;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    EXPECT_NE(read(plain, bad).code, "complete") << at;
  }
  auto other_seed = plain;
  other_seed.signing.seed_signature[0] = '0';
  EXPECT_EQ(read(other_seed, plain_body).code, "SignatureDoesNotMatch");
}

TEST(SignedChunks, MayNotBeDroppedOrLeftUnsigned) {
  std::string without_second = plain_body;
  const std::size_t second = without_second.find("400;");
  without_second.erase(second, without_second.find("0;chunk", second + 5) - second);
  auto shorter = plain;
  shorter.decoded_length = 65536;
  EXPECT_EQ(read(shorter, without_second).code, "SignatureDoesNotMatch");
  EXPECT_EQ(read(plain, "5\r\nhello\r\n0\r\n\r\n").code, "InvalidChunkSizeError");
}

TEST(SignedTrailers, AcceptTheExampleOfTheReferenceAndRefuseChanges) {
  const Read got = read(with_trailer, trailer_body, 13);
  EXPECT_EQ(got.code, "complete");
  ASSERT_EQ(got.checksums.size(), 1U);
  EXPECT_EQ(got.checksums[0].second, "sOO8/Q==");
  std::string unsigned_trailer = trailer_body;
  unsigned_trailer.erase(unsigned_trailer.find("x-amz-trailer"), 90);
  EXPECT_EQ(read(with_trailer, unsigned_trailer).code, "MalformedTrailerError");
  std::string bad = trailer_body;
  bad[bad.size() - 6] ^= 1;
  EXPECT_EQ(read(with_trailer, bad).code, "SignatureDoesNotMatch");
}

AwsChunkedDecoder::Options unsigned_hello(std::string_view trailers) {
  return {
      .mode = PayloadMode::unsigned_chunks_trailer, .signing = {}, .decoded_length = 5, .announced_trailers = trailers};
}

TEST(UnsignedChunks, ChecksEachKindOfTrailingChecksum) {
  for (const auto& [name, kind] : {std::pair{"crc32", DigestKind::crc32}, std::pair{"crc32c", DigestKind::crc32c},
                                   std::pair{"crc64nvme", DigestKind::crc64nvme}, std::pair{"sha1", DigestKind::sha1},
                                   std::pair{"sha256", DigestKind::sha256}}) {
    const std::string field = std::string("x-amz-checksum-") + name;
    const auto body = [&](std::string_view of) {
      return "2\r\nhe\r\n3\r\nllo\r\n0\r\n" + field + ":" + base64_of(digest_of(kind, of)) + "\r\n\r\n";
    };
    EXPECT_EQ(read(unsigned_hello(field), body("hello")).code, "complete") << name;
    EXPECT_EQ(read(unsigned_hello(field), body("hallo")).code, "BadDigest") << name;
    EXPECT_EQ(read(unsigned_hello(field), "5\r\nhello\r\n0\r\n" + field + ":AA\r\n\r\n").code, "InvalidRequest");
  }
}

TEST(UnsignedChunks, TakesOnlyTheTrailersAnnouncedAndAllOfThem) {
  const std::string crc = "x-amz-checksum-crc32:" + base64_of(digest_of(DigestKind::crc32, "hello")) + "\r\n";
  const auto body = [](std::string_view trailers) { return "5\r\nhello\r\n0\r\n" + std::string(trailers) + "\r\n"; };
  EXPECT_EQ(read(unsigned_hello(""), body("")).code, "complete");
  EXPECT_EQ(read(unsigned_hello(""), body(crc)).code, "MalformedTrailerError");
  EXPECT_EQ(read(unsigned_hello("x-amz-checksum-crc32"), body("")).code, "MalformedTrailerError");
  EXPECT_EQ(read(unsigned_hello("x-amz-checksum-crc32"), body(crc + crc)).code, "MalformedTrailerError");
  EXPECT_EQ(read(unsigned_hello("x-amz-meta-a"), body(crc)).code, "InvalidRequest");
  EXPECT_EQ(read(unsigned_hello("x-amz-checksum-crc32"), body("no colon\r\n")).code, "MalformedTrailerError");
  EXPECT_EQ(read(unsigned_hello("x-amz-checksum-crc32"), body(std::string(5000, 'x'))).code, "MalformedTrailerError");
  auto plain_with_trailer = plain;
  plain_with_trailer.announced_trailers = "x-amz-checksum-crc32";
  EXPECT_EQ(read(plain_with_trailer, plain_body).code, "InvalidRequest");
}

TEST(UnsignedChunks, RefusesFramingThatCouldBeReadTwoWays) {
  for (const char* bad : {"5\nhello\r\n0\r\n\r\n", "5 \r\nhello\r\n0\r\n\r\n", "0x5\r\nhello\r\n0\r\n\r\n",
                          "-5\r\nhello\r\n0\r\n\r\n", "5;a=b\r\nhello\r\n0\r\n\r\n", "5\r\nhelloX\r\n0\r\n\r\n", "\r\n",
                          "5\r\r\nhello\r\n0\r\n\r\n", "1000000000000005\r\nhello\r\n0\r\n\r\n"}) {
    EXPECT_EQ(read(unsigned_hello(""), bad).code, "InvalidChunkSizeError") << bad;
  }
}

TEST(UnsignedChunks, MustHaveTheDecodedLengthAndEndThere) {
  for (const char* bad : {"4\r\nhell\r\n0\r\n\r\n", "6\r\nhello!\r\n0\r\n\r\n", "5\r\nhello\r\n0\r\n",
                          "5\r\nhello\r\n0\r\n\r\nX", "5\r\nhel", ""}) {
    EXPECT_EQ(read(unsigned_hello(""), bad).code, "IncompleteBody") << bad;
  }
}

TEST(ChunkedDecoder, StaysFailed) {
  auto decoder = AwsChunkedDecoder::make(unsigned_hello(""));
  EXPECT_FALSE(decoder->feed("x\r\n"));
  EXPECT_FALSE(decoder->feed("5\r\nhello\r\n0\r\n\r\n"));
  EXPECT_FALSE(decoder->finish());
}

}  // namespace
}  // namespace gust::aws
