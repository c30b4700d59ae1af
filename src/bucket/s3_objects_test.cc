// Objects through the S3 service: put, read, copy, list, delete.
#include <gtest/gtest.h>

#include "base/date.h"
#include "bucket/s3_test_host_internal.h"

namespace gust::bucket {
namespace {

using test::Got;
using test::Headers;
using test::S3Host;
using test::Sent;

struct Pics : S3Host {
  explicit Pics(S3Options options = {}) : S3Host(std::move(options)) { EXPECT_EQ(put("/pics", "").status, 200); }
};

std::string md5_of(std::string_view bytes) { return digest_of(DigestKind::md5, bytes); }
std::string etag_of(std::string_view bytes) { return "\"" + hex_of(md5_of(bytes)) + "\""; }
std::string crc32_of(std::string_view bytes) { return base64_of(digest_of(DigestKind::crc32, bytes)); }

TEST(PutObject, KeepsContentHeadersAndMetadata) {
  Pics host;
  const Got put = host.put("/pics/k", "hello",
                           {{"Content-Type", "image/jpeg"},
                            {"Content-Disposition", "inline; filename=sea.jpg"},
                            {"Content-Encoding", "aws-chunked,gzip"},
                            {"Cache-Control", "max-age=60"},
                            {"Expires", "soon"},
                            {"X-Amz-Meta-City", "Bombay"},
                            {"x-amz-meta-sea", "Arabian"}});
  EXPECT_EQ(put.outcome(), "200");
  EXPECT_EQ(put.header("ETag"), etag_of("hello"));
  const Got got = host.get_signed("/pics/k");
  EXPECT_EQ(got.body, "hello");
  EXPECT_EQ(got.header("Content-Type"), "image/jpeg");
  EXPECT_EQ(got.header("Content-Disposition"), "inline; filename=sea.jpg");
  EXPECT_EQ(got.header("Content-Encoding"), "gzip");
  EXPECT_EQ(got.header("Cache-Control"), "max-age=60");
  EXPECT_EQ(got.header("Expires"), "soon");
  EXPECT_EQ(got.header("x-amz-meta-city"), "Bombay");
  EXPECT_EQ(got.header("x-amz-meta-sea"), "Arabian");
  EXPECT_EQ(got.header("Accept-Ranges"), "bytes");
  EXPECT_EQ(got.header("ETag"), etag_of("hello"));
  EXPECT_EQ(got.header("Last-Modified"), http_date_of(host.store->find_object("pics", "k").value()->modified));
  const Got head = host.send({.method = "HEAD", .target = "/pics/k"});
  EXPECT_EQ(head.header("Content-Length"), "5");
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(host.put("/pics/l", "").status, 200);
  EXPECT_EQ(host.stored_header("/pics/l", "Content-Type"), "binary/octet-stream");
  EXPECT_EQ(host.get_signed("/pics/l").body, "");
  EXPECT_EQ(host.put("/pics/k", "x", {{"x-amz-meta-long", std::string(2100, 'm')}}).outcome(), "400 MetadataTooLarge");
  EXPECT_EQ(host.put("/none/k", "x").outcome(), "404 NoSuchBucket");
}

TEST(PutObject, WhatDoesNotAgreeWithItsBodyIsNotKept) {
  Pics host;
  const std::string other(64, 'a');
  EXPECT_EQ(host.send({.method = "PUT", .target = "/pics/k", .body = "hello", .payload = other}).outcome(),
            "400 XAmzContentSHA256Mismatch");
  EXPECT_EQ(host.put("/pics/k", "hello", {{"Content-MD5", base64_of(md5_of("hallo"))}}).outcome(), "400 BadDigest");
  EXPECT_EQ(host.put("/pics/k", "hello", {{"Content-MD5", "xx"}}).outcome(), "400 InvalidDigest");
  EXPECT_EQ(host.put("/pics/k", "hello", {{"x-amz-checksum-crc32", crc32_of("hallo")}}).outcome(), "400 BadDigest");
  EXPECT_EQ(host.put("/pics/k", "hello", {{"x-amz-checksum-crc32", "AA"}}).outcome(), "400 InvalidRequest");
  EXPECT_EQ(host.put("/pics/k", "hello", {{"x-amz-sdk-checksum-algorithm", "CRC32"}}).outcome(), "400 InvalidRequest");
  EXPECT_EQ(host.put("/pics/k", "hello",
                     {{"x-amz-checksum-crc32", crc32_of("hello")}, {"x-amz-checksum-sha1", crc32_of("hello")}})
                .outcome(),
            "400 InvalidRequest");
  EXPECT_EQ(host.get_signed("/pics/k").outcome(), "404 NoSuchKey");
  host.world.run_until_idle();
  EXPECT_EQ(host.count_files("bodies"), 0U);
  EXPECT_EQ(host.put("/pics/k", "hello", {{"Content-MD5", base64_of(md5_of("hello"))}}).outcome(), "200");
}

TEST(PutObject, ChecksumsAreKeptAndGivenWhenAskedFor) {
  Pics host;
  const Got put = host.put("/pics/k", "hello", {{"x-amz-checksum-crc32", crc32_of("hello")}});
  EXPECT_EQ(put.header("x-amz-checksum-crc32"), crc32_of("hello"));
  EXPECT_EQ(put.header("x-amz-checksum-type"), "FULL_OBJECT");
  EXPECT_EQ(host.stored_header("/pics/k", "x-amz-checksum-crc32"), "(none)");
  const Headers mode{{"x-amz-checksum-mode", "ENABLED"}};
  EXPECT_EQ(host.get_signed("/pics/k", mode).header("x-amz-checksum-crc32"), crc32_of("hello"));
  EXPECT_EQ(host.get_signed("/pics/k", {{"x-amz-checksum-mode", "ENABLED"}, {"Range", "bytes=1-2"}})
                .header("x-amz-checksum-crc32"),
            "(none)");
}

// As today's SDKs send it by default.
TEST(PutObject, TakesAwsChunkedBodiesWithATrailingChecksum) {
  Pics host;
  const auto chunked = [&](std::string_view checksum) {
    return Sent{.method = "PUT",
                .target = "/pics/k",
                .headers = {{"Content-Encoding", "aws-chunked"},
                            {"x-amz-trailer", "x-amz-checksum-crc32"},
                            {"x-amz-decoded-content-length", "5"},
                            {"x-amz-sdk-checksum-algorithm", "CRC32"}},
                .body = fmt::format("2\r\nhe\r\n3\r\nllo\r\n0\r\nx-amz-checksum-crc32:{}\r\n\r\n", checksum),
                .payload = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"};
  };
  EXPECT_EQ(host.send(chunked(crc32_of("hallo"))).outcome(), "400 BadDigest");
  EXPECT_EQ(host.get_signed("/pics/k").outcome(), "404 NoSuchKey");
  const Got put = host.send(chunked(crc32_of("hello")));
  EXPECT_EQ(put.outcome(), "200");
  EXPECT_EQ(put.header("x-amz-checksum-crc32"), crc32_of("hello"));
  const Got got = host.get_signed("/pics/k", {{"x-amz-checksum-mode", "ENABLED"}});
  EXPECT_EQ(got.body, "hello");
  EXPECT_EQ(got.header("Content-Encoding"), "(none)");
  EXPECT_EQ(got.header("x-amz-checksum-crc32"), crc32_of("hello"));
  Sent wrong_length = chunked(crc32_of("hello"));
  wrong_length.headers[2].second = "6";
  EXPECT_EQ(host.send(wrong_length).outcome(), "400 IncompleteBody");
}

// One chunk of STREAMING-AWS4-HMAC-SHA256-PAYLOAD; `signature` is that of the chunk before, and becomes this one's.
std::string signed_chunk(std::string_view bytes, std::string_view date, std::string& signature) {
  const std::string day(date.substr(0, 8));
  const std::string key =
      hmac_sha256(hmac_sha256(hmac_sha256(hmac_sha256("AWS4secret", day), "ap-south-1"), "s3"), "aws4_request");
  const auto hash = [](std::string_view text) { return hex_of(digest_of(DigestKind::sha256, text)); };
  signature =
      hex_of(hmac_sha256(key, fmt::format("AWS4-HMAC-SHA256-PAYLOAD\n{}\n{}/ap-south-1/s3/aws4_request\n{}\n{}\n{}",
                                          date, day, signature, hash(""), hash(bytes))));
  return fmt::format("{:x};chunk-signature={}\r\n{}\r\n", bytes.size(), signature, bytes);
}

// As SDKs send it over plain HTTP.
TEST(PutObject, TakesChunksThatAreSignedEach) {
  Pics host;
  const auto send = [&](std::string_view claimed, std::string_view brought) {
    const Sent sent{.method = "PUT",
                    .target = "/pics/k",
                    .headers = {{"x-amz-decoded-content-length", "5"}},
                    .payload = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"};
    std::string text = "PUT /pics/k HTTP/1.1\r\nConnection: close\r\n";
    std::string date;
    std::string signature;
    for (const auto& [name, value] : host.signed_headers(sent)) {
      text += fmt::format("{}: {}\r\n", name, value);
      if (equal_fold(name, "x-amz-date")) date = value;
      if (equal_fold(name, "authorization")) signature = cut(value, std::string_view("Signature=")).after;
    }
    std::string body = signed_chunk(claimed, date, signature);
    body.replace(body.find("\r\n") + 2, brought.size(), brought);
    body += signed_chunk("", date, signature);
    return host.send_text(fmt::format("{}Content-Length: {}\r\n\r\n{}", text, body.size(), body));
  };
  EXPECT_EQ(send("hello", "hallo").outcome(), "403 SignatureDoesNotMatch");
  EXPECT_EQ(host.get_signed("/pics/k").outcome(), "404 NoSuchKey");
  EXPECT_EQ(send("hello", "hello").outcome(), "200");
  EXPECT_EQ(host.get_signed("/pics/k").body, "hello");
}

TEST(PutObject, ABodyThatBreaksOffLeavesTheOldObject) {
  Pics host;
  EXPECT_EQ(host.put("/pics/k", "old").status, 200);
  const Sent sent{
      .method = "PUT", .target = "/pics/k", .body = std::string(200'000, 'x'), .payload = "UNSIGNED-PAYLOAD"};
  std::string text = "PUT /pics/k HTTP/1.1\r\nContent-Length: 200000\r\n";
  for (const auto& [name, value] : host.signed_headers(sent)) text += fmt::format("{}: {}\r\n", name, value);
  const Got got = host.send_text(text + "\r\n" + std::string(150'000, 'x'));
  EXPECT_NE(got.status, 200);
  EXPECT_EQ(host.get_signed("/pics/k").body, "old");
  host.world.run_until_idle();
  EXPECT_EQ(host.count_files("bodies"), 1U);
}

TEST(PutObject, AsksForALengthAndRefusesTooMuchBeforeReading) {
  S3Options options;
  options.put_bytes_max = 1000;
  Pics host(options);
  std::string text = "PUT /pics/k HTTP/1.1\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: 1001\r\n";
  const Sent sent{.method = "PUT", .target = "/pics/k", .payload = "UNSIGNED-PAYLOAD"};
  for (const auto& [name, value] : host.signed_headers(sent)) text += fmt::format("{}: {}\r\n", name, value);
  EXPECT_EQ(host.send_text(text + "\r\n").outcome(), "400 EntityTooLarge") << "no byte of the body was sent";
  text = "PUT /pics/k HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n";
  for (const auto& [name, value] : host.signed_headers(sent)) text += fmt::format("{}: {}\r\n", name, value);
  EXPECT_EQ(host.send_text(text + "\r\n1\r\nx\r\n0\r\n\r\n").outcome(), "411 MissingContentLength");
}

TEST(PutObject, ConditionsGuardWhatIsThere) {
  Pics host;
  EXPECT_EQ(host.put("/pics/k", "a", {{"If-Match", etag_of("x")}}).outcome(), "404 NoSuchKey");
  EXPECT_EQ(host.put("/pics/k", "a", {{"If-None-Match", "*"}}).outcome(), "200");
  EXPECT_EQ(host.put("/pics/k", "b", {{"If-None-Match", "*"}}).outcome(), "412 PreconditionFailed");
  EXPECT_EQ(host.put("/pics/k", "b", {{"If-Match", etag_of("x")}}).outcome(), "412 PreconditionFailed");
  EXPECT_EQ(host.put("/pics/k", "b", {{"If-Match", etag_of("a")}}).outcome(), "200");
}

// RFC 9110 section 13.2.2.
TEST(GetObject, ObeysConditionsInTheirOrder) {
  Pics host;
  EXPECT_EQ(host.put("/pics/k", "hello", {{"Cache-Control", "max-age=1"}}).status, 200);
  const WallTime modified = host.store->find_object("pics", "k").value()->modified;
  const std::string then = http_date_of(modified);
  const std::string before = http_date_of(modified - std::chrono::hours(1));
  const std::string tag = etag_of("hello");
  const std::pair<Headers, int> expected[] = {
      {{{"If-Match", tag}}, 200},
      {{{"If-Match", "*"}}, 200},
      {{{"If-Match", "\"x\""}}, 412},
      {{{"If-Unmodified-Since", before}}, 412},
      {{{"If-Match", tag}, {"If-Unmodified-Since", before}}, 200},
      {{{"If-None-Match", tag}}, 304},
      {{{"If-None-Match", "W/" + tag}}, 304},
      {{{"If-None-Match", "\"x\""}, {"If-Modified-Since", then}}, 200},
      {{{"If-Modified-Since", then}}, 304},
      {{{"If-Modified-Since", before}}, 200},
      {{{"If-Modified-Since", "yesterday"}}, 200},
      {{{"If-Match", "\"x\""}, {"If-None-Match", tag}}, 412},
  };
  for (const auto& [headers, status] : expected) {
    EXPECT_EQ(host.get_signed("/pics/k", headers).status, status) << headers[0].first << headers[0].second;
  }
  const Got not_modified = host.get_signed("/pics/k", {{"If-None-Match", tag}});
  EXPECT_EQ(not_modified.header("ETag"), tag);
  EXPECT_EQ(not_modified.header("Cache-Control"), "max-age=1");
  EXPECT_EQ(not_modified.body, "");
}

TEST(GetObject, GivesRanges) {
  Pics host;
  EXPECT_EQ(host.put("/pics/k", "0123456789").status, 200);
  const std::tuple<const char*, int, const char*, const char*> expected[] = {
      {"bytes=0-3", 206, "0123", "bytes 0-3/10"},     {"bytes=8-", 206, "89", "bytes 8-9/10"},
      {"bytes=-3", 206, "789", "bytes 7-9/10"},       {"bytes=5-99", 206, "56789", "bytes 5-9/10"},
      {"bytes=0-1,3-4", 200, "0123456789", "(none)"}, {"items=0-1", 200, "0123456789", "(none)"},
      {"bytes=4-2", 200, "0123456789", "(none)"},
  };
  for (const auto& [range, status, body, content_range] : expected) {
    const Got got = host.get_signed("/pics/k", {{"Range", range}});
    EXPECT_EQ(got.status, status) << range;
    EXPECT_EQ(got.body, body) << range;
    EXPECT_EQ(got.header("Content-Range"), content_range) << range;
  }
  const Got beyond = host.get_signed("/pics/k", {{"Range", "bytes=10-"}});
  EXPECT_EQ(beyond.outcome(), "416 InvalidRange");
  EXPECT_EQ(beyond.element("ActualObjectSize"), "10");
  EXPECT_EQ(beyond.header("Content-Range"), "bytes */10");
  EXPECT_EQ(host.get_signed("/pics/k", {{"Range", "bytes=0-1"}, {"If-Range", "\"x\""}}).status, 200);
  EXPECT_EQ(host.get_signed("/pics/k", {{"Range", "bytes=0-1"}, {"If-Range", etag_of("0123456789")}}).status, 206);
  const Got head = host.send({.method = "HEAD", .target = "/pics/k", .headers = {{"Range", "bytes=0-3"}}});
  EXPECT_EQ(head.status, 206);
  EXPECT_EQ(head.header("Content-Length"), "4");
}

TEST(GetObject, StreamsWhatIsLargerThanItsBuffer) {
  Pics host;
  std::string bytes;
  for (int i = 0; i < 40'000; ++i) bytes += std::to_string(i) + ",";
  EXPECT_EQ(host.put("/pics/k", bytes).status, 200);
  EXPECT_EQ(host.get_signed("/pics/k").body, bytes);
  EXPECT_EQ(host.get_signed("/pics/k", {{"Range", "bytes=100-200000"}}).body, bytes.substr(100, 199'901));
}

TEST(GetObject, BytesThatCannotBeReadAreAnErrorAndNotAnEmptyObject) {
  Pics host;
  EXPECT_EQ(host.put("/pics/k", "hello").status, 200);
  host.world.set_disk_error_chance("s3", 1);
  EXPECT_EQ(host.get_signed("/pics/k").outcome(), "500 InternalError");
  host.world.set_disk_error_chance("s3", 0);
  EXPECT_EQ(host.get_signed("/pics/k").body, "hello");
}

TEST(GetObject, SignedRequestsMayOverrideHeaders) {
  Pics host;
  EXPECT_EQ(host.put("/pics/k", "hello", {{"Content-Type", "text/plain"}}).status, 200);
  const Got got = host.get_signed("/pics/k?response-content-type=text%2Fhtml&response-cache-control=no-store");
  EXPECT_EQ(got.header("Content-Type"), "text/html");
  EXPECT_EQ(got.header("Cache-Control"), "no-store");
  EXPECT_EQ(host.get_signed("/pics/k?response-content-type=a%0d%0aSet-Cookie:b").outcome(), "400 InvalidArgument");
}

TEST(GetObject, KnowsOneVersionOnly) {
  Pics host;
  EXPECT_EQ(host.put("/pics/k", "hello").status, 200);
  EXPECT_EQ(host.get_signed("/pics/k?versionId=null").body, "hello");
  EXPECT_EQ(host.get_signed("/pics/k?versionId=abc").outcome(), "400 InvalidArgument");
  EXPECT_EQ(host.send({.method = "DELETE", .target = "/pics/k?versionId=abc"}).outcome(), "400 InvalidArgument");
}

TEST(ListObjects, VersionOneHasMarkers) {
  Pics host;
  for (const char* key : {"a", "b/1", "b/2", "c%20d", "e"})
    EXPECT_EQ(host.put(std::string("/pics/") + key, "x").status, 200);
  Got got = host.get_signed("/pics?delimiter=/&max-keys=2");
  EXPECT_EQ(got.elements("Key"), "a ");
  EXPECT_EQ(got.element("IsTruncated"), "true");
  EXPECT_EQ(got.element("NextMarker"), "b/");
  EXPECT_EQ(got.element("MaxKeys"), "2");
  EXPECT_EQ(got.elements("StorageClass"), "STANDARD ");
  got = host.get_signed("/pics?delimiter=/&marker=b/&encoding-type=url");
  EXPECT_EQ(got.elements("Key"), "c%20d e ");
  EXPECT_EQ(got.element("EncodingType"), "url");
  EXPECT_EQ(got.element("IsTruncated"), "false");
  EXPECT_EQ(host.get_signed("/pics?prefix=b/").elements("Key"), "b/1 b/2 ");
  EXPECT_EQ(host.get_signed("/pics?encoding-type=hex").outcome(), "400 InvalidArgument");
  EXPECT_EQ(host.get_signed("/pics?max-keys=-1").outcome(), "400 InvalidArgument");
  EXPECT_EQ(host.get_signed("/none").outcome(), "404 NoSuchBucket");
}

TEST(ListObjects, VersionTwoHasTokens) {
  Pics host;
  for (const char* key : {"a", "b", "c", "d"}) EXPECT_EQ(host.put(std::string("/pics/") + key, "xyz").status, 200);
  Got got = host.get_signed("/pics?list-type=2&max-keys=2&start-after=a");
  EXPECT_EQ(got.elements("Key"), "b c ");
  EXPECT_EQ(got.element("KeyCount"), "2");
  EXPECT_EQ(got.element("StartAfter"), "a");
  EXPECT_EQ(got.element("Size"), "3");
  EXPECT_EQ(got.body.find("<Owner>"), std::string::npos);
  const std::string token = percent_encode(got.element("NextContinuationToken"));
  got = host.get_signed("/pics?list-type=2&continuation-token=" + token + "&start-after=zzz&fetch-owner=true");
  EXPECT_EQ(got.elements("Key"), "d ");
  EXPECT_EQ(got.element("IsTruncated"), "false");
  EXPECT_NE(got.body.find("<Owner>"), std::string::npos);
  EXPECT_EQ(host.get_signed("/pics?list-type=2&continuation-token=x").outcome(), "400 InvalidArgument");
  EXPECT_EQ(host.get_signed("/pics?list-type=2&max-keys=0").element("KeyCount"), "0");
}

TEST(DeleteObjects, TellsOfEachKey) {
  Pics host;
  for (const char* key : {"a", "b", "c"}) EXPECT_EQ(host.put(std::string("/pics/") + key, "x").status, 200);
  EXPECT_EQ(host.send({.method = "DELETE", .target = "/pics/c"}).status, 204);
  EXPECT_EQ(host.send({.method = "DELETE", .target = "/pics/c"}).status, 204);
  const auto document = [](std::string_view inner) {
    return fmt::format("<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{}</Delete>", inner);
  };
  const std::string some = document(
      "<Object><Key>a</Key></Object><Object><Key>none</Key></Object><Object><Key>b</Key>"
      "<VersionId>1</VersionId></Object>");
  const Got got = host.send({.method = "POST",
                             .target = "/pics?delete",
                             .headers = {{"Content-MD5", base64_of(md5_of(some))}},
                             .body = some});
  EXPECT_EQ(got.elements("Key"), "a none b ");
  EXPECT_EQ(got.elements("Code"), "InvalidArgument ");
  EXPECT_EQ(host.get_signed("/pics").elements("Key"), "b ");
  const std::string quiet = document("<Quiet>true</Quiet><Object><Key>b</Key></Object>");
  EXPECT_EQ(host.send({.method = "POST", .target = "/pics?delete", .body = quiet}).elements("Key"), "");
  EXPECT_EQ(host.get_signed("/pics").elements("Key"), "");
  EXPECT_EQ(host.send({.method = "POST", .target = "/pics?delete", .body = "<Delete>"}).outcome(), "400 MalformedXML");
  EXPECT_EQ(host.send({.method = "POST",
                       .target = "/pics?delete",
                       .headers = {{"Content-MD5", base64_of(md5_of("x"))}},
                       .body = quiet})
                .outcome(),
            "400 BadDigest");
}

TEST(CopyObject, CopiesOrReplacesMetadata) {
  Pics host;
  EXPECT_EQ(host.put("/pics/a%20b", "hello",
                     {{"Content-Type", "text/plain"}, {"x-amz-meta-a", "1"}, {"x-amz-acl", "public-read"}})
                .status,
            200);
  const Got copied = host.put("/pics/copy", "", {{"x-amz-copy-source", "/pics/a%20b"}});
  EXPECT_EQ(copied.element("ETag"), "&quot;" + hex_of(md5_of("hello")) + "&quot;");
  EXPECT_EQ(host.get_signed("/pics/copy").body, "hello");
  EXPECT_EQ(host.stored_header("/pics/copy", "x-amz-meta-a"), "1");
  EXPECT_EQ(host.get_anonymous("/pics/copy").status, 403) << "the list of access is not copied";
  EXPECT_EQ(host.put("/pics/copy", "",
                     {{"x-amz-copy-source", "pics/a%20b"},
                      {"x-amz-metadata-directive", "REPLACE"},
                      {"Content-Type", "text/html"}})
                .status,
            200);
  EXPECT_EQ(host.stored_header("/pics/copy", "x-amz-meta-a"), "(none)");
  EXPECT_EQ(host.stored_header("/pics/copy", "Content-Type"), "text/html");

  EXPECT_EQ(host.put("/pics/copy", "", {{"x-amz-copy-source", "pics/copy"}}).outcome(), "400 InvalidRequest");
  EXPECT_EQ(
      host.put("/pics/copy", "", {{"x-amz-copy-source", "pics/copy"}, {"x-amz-metadata-directive", "REPLACE"}}).status,
      200);
  EXPECT_EQ(host.get_signed("/pics/copy").body, "hello");
  EXPECT_EQ(host.put("/pics/x", "", {{"x-amz-copy-source", "pics/none"}}).outcome(), "404 NoSuchKey");
  EXPECT_EQ(host.put("/pics/x", "", {{"x-amz-copy-source", "none/a"}}).outcome(), "404 NoSuchBucket");
  EXPECT_EQ(host.put("/pics/x", "", {{"x-amz-copy-source", "pics"}}).outcome(), "400 InvalidArgument");
  EXPECT_EQ(host.put("/pics/x", "", {{"x-amz-copy-source", "pics/copy?versionId=1"}}).outcome(), "400 InvalidArgument");
}

TEST(CopyObject, ObeysConditionsOnItsSource) {
  Pics host;
  EXPECT_EQ(host.put("/pics/a", "hello").status, 200);
  const std::string then = http_date_of(host.store->find_object("pics", "a").value()->modified);
  const std::pair<Headers, int> expected[] = {
      {{{"x-amz-copy-source-if-match", etag_of("hello")}}, 200},
      {{{"x-amz-copy-source-if-match", hex_of(md5_of("hello"))}}, 200},
      {{{"x-amz-copy-source-if-match", etag_of("x")}}, 412},
      {{{"x-amz-copy-source-if-none-match", etag_of("hello")}}, 412},
      {{{"x-amz-copy-source-if-modified-since", then}}, 412},
      {{{"x-amz-copy-source-if-unmodified-since", then}}, 200},
  };
  for (auto [headers, status] : expected) {
    const std::string name = headers[0].first;
    headers.emplace_back("x-amz-copy-source", "pics/a");
    EXPECT_EQ(host.put("/pics/b", "", headers).status, status) << name;
  }
}

}  // namespace
}  // namespace gust::bucket
