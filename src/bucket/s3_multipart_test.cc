// Multipart uploads through the S3 service.
#include <gtest/gtest.h>

#include "bucket/s3_test_host_internal.h"

namespace gust::bucket {
namespace {

using test::Got;
using test::Headers;
using test::S3Host;

struct Pics : S3Host {
  Pics() { EXPECT_EQ(put("/pics", "").status, 200); }
};

std::string md5_of(std::string_view bytes) { return digest_of(DigestKind::md5, bytes); }
std::string etag_of(std::string_view bytes) { return "\"" + hex_of(md5_of(bytes)) + "\""; }
std::string crc32_of(std::string_view bytes) { return base64_of(digest_of(DigestKind::crc32, bytes)); }

std::string completion_of(const std::vector<std::pair<int, std::string>>& parts) {
  std::string document = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
  for (const auto& [number, etag] : parts) {
    document += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag></Part>", number, etag);
  }
  return document + "</CompleteMultipartUpload>";
}

TEST(Multipart, AnUploadBecomesAnObject) {
  Pics host;
  const Got created = host.send({.method = "POST",
                                 .target = "/pics/k?uploads",
                                 .headers = {{"Content-Type", "text/plain"}, {"x-amz-checksum-algorithm", "CRC32"}}});
  const std::string id = created.element("UploadId");
  EXPECT_EQ(created.header("x-amz-checksum-type"), "COMPOSITE");
  const auto target = [&](int number) { return fmt::format("/pics/k?partNumber={}&uploadId={}", number, id); };
  EXPECT_EQ(host.put(target(2), "last").header("ETag"), etag_of("last"));
  EXPECT_EQ(host.put(target(1), "0123456789").header("x-amz-checksum-crc32"), crc32_of("0123456789"));
  EXPECT_EQ(host.put(target(10'001), "x").outcome(), "400 InvalidArgument");
  EXPECT_EQ(host.put("/pics/k?partNumber=1&uploadId=none", "x").outcome(), "404 NoSuchUpload");

  EXPECT_EQ(host.get_signed("/pics?uploads").element("UploadId"), id);
  Got parts = host.get_signed("/pics/k?max-parts=1&uploadId=" + id);
  EXPECT_EQ(parts.elements("PartNumber"), "1 ");
  EXPECT_EQ(parts.element("IsTruncated"), "true");
  EXPECT_EQ(parts.element("NextPartNumberMarker"), "1");
  parts = host.get_signed("/pics/k?part-number-marker=1&uploadId=" + id);
  EXPECT_EQ(parts.elements("PartNumber"), "2 ");
  EXPECT_EQ(parts.element("ChecksumCRC32"), crc32_of("last"));

  const auto complete = [&](const std::vector<std::pair<int, std::string>>& named) {
    return host.send({.method = "POST", .target = "/pics/k?uploadId=" + id, .body = completion_of(named)});
  };
  EXPECT_EQ(complete({{1, etag_of("x")}}).outcome(), "400 InvalidPart");
  EXPECT_EQ(complete({{2, etag_of("last")}, {1, etag_of("0123456789")}}).outcome(), "400 InvalidPartOrder");
  EXPECT_EQ(complete({}).outcome(), "400 MalformedXML");
  const Got completed = complete({{1, etag_of("0123456789")}, {2, "&quot;" + hex_of(md5_of("last")) + "&quot;"}});
  EXPECT_EQ(completed.outcome(), "200");
  EXPECT_EQ(completed.element("Location"), "http://localhost/pics/k");
  EXPECT_TRUE(completed.element("ChecksumCRC32").ends_with("-2"));
  // Asked again, as by a client that did not hear the answer, it is answered alike; for other parts there is none.
  EXPECT_EQ(complete({{1, etag_of("0123456789")}, {2, etag_of("last")}}).element("ETag"), completed.element("ETag"));
  EXPECT_EQ(complete({{1, etag_of("0123456789")}}).outcome(), "404 NoSuchUpload");

  const Got got = host.get_signed("/pics/k");
  EXPECT_EQ(got.body, "0123456789last");
  EXPECT_TRUE(got.header("ETag").ends_with("-2\""));
  EXPECT_EQ(got.header("Content-Type"), "text/plain");
  const Got part = host.get_signed("/pics/k?partNumber=2");
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, "last");
  EXPECT_EQ(part.header("x-amz-mp-parts-count"), "2");
  EXPECT_EQ(host.get_signed("/pics/k?partNumber=3").outcome(), "416 InvalidPartNumber");
  EXPECT_EQ(host.get_signed("/pics/k?partNumber=1", {{"Range", "bytes=0-1"}}).outcome(), "400 InvalidRequest");
}

TEST(Multipart, TheWholeMayBeCheckedAtTheEnd) {
  Pics host;
  const std::string id =
      host.send({.method = "POST", .target = "/pics/k?uploads", .headers = {{"x-amz-checksum-algorithm", "CRC64NVME"}}})
          .element("UploadId");
  EXPECT_EQ(host.put("/pics/k?partNumber=1&uploadId=" + id, "hello").status, 200);
  const auto complete = [&](Headers headers) {
    return host.send({.method = "POST",
                      .target = "/pics/k?uploadId=" + id,
                      .headers = std::move(headers),
                      .body = completion_of({{1, etag_of("hello")}})});
  };
  const auto crc = [](std::string_view bytes) { return base64_of(digest_of(DigestKind::crc64nvme, bytes)); };
  EXPECT_EQ(complete({{"x-amz-checksum-crc64nvme", crc("hallo")}}).outcome(), "400 BadDigest");
  EXPECT_EQ(complete({{"x-amz-mp-object-size", "4"}}).outcome(), "400 InvalidRequest");
  EXPECT_EQ(complete({{"If-Match", "\"x\""}}).outcome(), "404 NoSuchKey");
  const Got got = complete({{"x-amz-checksum-crc64nvme", crc("hello")}, {"x-amz-mp-object-size", "5"}});
  EXPECT_EQ(got.outcome(), "200");
  EXPECT_EQ(got.element("ChecksumCRC64NVME"), crc("hello"));
  EXPECT_EQ(got.element("ChecksumType"), "FULL_OBJECT");
  EXPECT_EQ(host.send({.method = "POST",
                       .target = "/pics/k?uploads",
                       .headers = {{"x-amz-checksum-algorithm", "SHA1"}, {"x-amz-checksum-type", "FULL_OBJECT"}}})
                .outcome(),
            "400 InvalidRequest");
}

TEST(Multipart, PartsMayBeCopiesAndUploadsAreAborted) {
  Pics host;
  EXPECT_EQ(host.put("/pics/source", "0123456789").status, 200);
  const std::string id = host.send({.method = "POST", .target = "/pics/k?uploads"}).element("UploadId");
  const auto copy = [&](int number, Headers headers) {
    headers.emplace_back("x-amz-copy-source", "pics/source");
    return host.put(fmt::format("/pics/k?partNumber={}&uploadId={}", number, id), "", headers);
  };
  EXPECT_EQ(copy(1, {}).element("ETag"), "&quot;" + hex_of(md5_of("0123456789")) + "&quot;");
  EXPECT_EQ(copy(2, {{"x-amz-copy-source-range", "bytes=2-4"}}).element("ETag"),
            "&quot;" + hex_of(md5_of("234")) + "&quot;");
  EXPECT_EQ(copy(3, {{"x-amz-copy-source-range", "bytes=2-10"}}).outcome(), "400 InvalidArgument");
  EXPECT_EQ(copy(3, {{"x-amz-copy-source-range", "bytes=2-"}}).outcome(), "400 InvalidArgument");
  EXPECT_EQ(host.send({.method = "POST",
                       .target = "/pics/k?uploadId=" + id,
                       .body = completion_of({{1, etag_of("0123456789")}, {2, etag_of("234")}})})
                .status,
            200);
  EXPECT_EQ(host.get_signed("/pics/k").body, "0123456789234");

  const std::string other = host.send({.method = "POST", .target = "/pics/k?uploads"}).element("UploadId");
  EXPECT_EQ(host.send({.method = "DELETE", .target = "/pics/k?uploadId=" + other}).status, 204);
  EXPECT_EQ(host.send({.method = "DELETE", .target = "/pics/k?uploadId=" + other}).outcome(), "404 NoSuchUpload");
  EXPECT_EQ(host.get_signed("/pics/k").body, "0123456789234");
}

}  // namespace
}  // namespace gust::bucket
