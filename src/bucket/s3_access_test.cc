// Who may do what, where requests point, and what is refused by name.
#include <gtest/gtest.h>

#include "bucket/s3_test_host_internal.h"

namespace gust::bucket {
namespace {

using test::Got;
using test::Headers;
using test::S3Host;

struct Pics : S3Host {
  Pics() {
    EXPECT_EQ(put("/pics", "").status, 200);
    EXPECT_EQ(put("/pics/private", "secret bytes").status, 200);
    EXPECT_EQ(put("/pics/public", "open bytes", {{"x-amz-acl", "public-read"}}).status, 200);
  }
};

TEST(S3Addressing, TakesTheBucketOutOfTheHost) {
  const std::vector<std::string> suffixes{"localhost", "s3.localhost"};
  const std::pair<const char*, const char*> expected[] = {
      {"pics.localhost", "pics"},
      {"Pics.S3.localhost", "pics"},
      {"my.pics.s3.localhost", "my.pics"},
      {"pics.s3.ap-south-1.amazonaws.com", "pics"},
      {"pics.s3.amazonaws.com", "pics"},
      {"my.pics.s3.dualstack.eu-west-1.amazonaws.com", "my.pics"},
      {"pics.s3-eu-west-1.amazonaws.com", "pics"},
      {"a.s3.b.s3.amazonaws.com", "a.s3.b"},
  };
  for (const auto& [host, bucket] : expected) EXPECT_EQ(bucket_of_host(host, suffixes), bucket) << host;
  for (const char* host :
       {"localhost", "s3.localhost", "127.0.0.1", "[::1]", "s3.amazonaws.com", "example.com",
        "s3.ap-south-1.amazonaws.com", "s3.dualstack.eu-west-1.amazonaws.com", "ec2.amazonaws.com"}) {
    EXPECT_EQ(bucket_of_host(host, suffixes), std::nullopt) << host;
  }
}

TEST(S3Addressing, BothStylesAreTheSameObject) {
  Pics host;
  EXPECT_EQ(host.get_anonymous("/pics/public").body, "open bytes");
  EXPECT_EQ(host.send({.target = "/public", .is_signed = false, .host = "pics.localhost:4566"}).body, "open bytes");
  EXPECT_EQ(host.send({.target = "/private", .host = "pics.s3.ap-south-1.amazonaws.com"}).body, "secret bytes");
  EXPECT_EQ(host.send({.target = "/x", .host = "none.localhost"}).outcome(), "404 NoSuchBucket");
}

// SECURITY.md "bucket paths".
TEST(S3Addressing, KeysArePathsToNothing) {
  Pics host;
  for (const char* target : {"/pics/..%2F..%2Fx", "/pics/a/../../b", "/pics/%252e%252e", "/pics//", "/pics/a%0Ab",
                             "/pics/%F0%9F%8C%8A", "/pics/a+b", "/pics/a%20b"}) {
    EXPECT_EQ(host.put(target, target).outcome(), "200") << target;
    EXPECT_EQ(host.get_signed(target).body, target);
  }
  EXPECT_EQ(host.put("/pics/" + std::string(1024, 'k'), "x").outcome(), "200");
  EXPECT_EQ(host.put("/pics/" + std::string(1025, 'k'), "x").outcome(), "400 KeyTooLongError");
  EXPECT_EQ(host.put("/pics/a%00b", "x").outcome(), "400 InvalidURI");
  EXPECT_EQ(host.put("/pics/%FF", "x").outcome(), "400 InvalidURI");
  EXPECT_EQ(host.get_anonymous("/pics/%zz").outcome(), "400 InvalidURI");
  EXPECT_EQ(host.await(test::count_files_under(host.loop.files(), "/")), 2U + 2U * (2 + 9))
      << "the format, the bucket, and a record and a body for each object: none elsewhere";
}

TEST(S3Access, WithoutCredentialsOnlyPublicReadObjectsAreRead) {
  Pics host;
  EXPECT_EQ(host.get_anonymous("/pics/public").body, "open bytes");
  EXPECT_EQ(host.send({.method = "HEAD", .target = "/pics/public", .is_signed = false}).status, 200);
  EXPECT_EQ(host.get_anonymous("/pics/private").outcome(), "403 AccessDenied");
  EXPECT_EQ(host.get_anonymous("/pics/none").outcome(), "403 AccessDenied") << "which keys there are is not told";
  EXPECT_EQ(host.get_anonymous("/none/x").outcome(), "404 NoSuchBucket");
  for (const char* target : {"/", "/pics", "/pics?list-type=2", "/pics?acl", "/pics?policy", "/pics/public?acl",
                             "/pics?uploads", "/pics?location", "/pics/public?tagging"}) {
    EXPECT_EQ(host.get_anonymous(target).outcome(), "403 AccessDenied") << target;
  }
  for (const char* method : {"PUT", "DELETE", "POST"}) {
    EXPECT_EQ(host.send({.method = method, .target = "/pics/public?uploads", .is_signed = false}).status / 100, 4);
    EXPECT_EQ(host.send({.method = method, .target = "/pics/public", .is_signed = false}).status / 100, 4);
  }
  EXPECT_EQ(host.get_anonymous("/pics/public?response-content-type=text/html").outcome(), "400 InvalidRequest");
  EXPECT_EQ(host.get_anonymous("/pics/public").body, "open bytes");
}

TEST(S3Access, APublicReadBucketMayBeListed) {
  Pics host;
  EXPECT_EQ(host.put("/pics?acl", "", {{"x-amz-acl", "public-read"}}).status, 200);
  EXPECT_EQ(host.get_anonymous("/pics?list-type=2").elements("Key"), "private public ");
  EXPECT_EQ(host.send({.method = "HEAD", .target = "/pics", .is_signed = false}).status, 200);
  EXPECT_EQ(host.get_anonymous("/pics/none").outcome(), "404 NoSuchKey");
  EXPECT_EQ(host.get_anonymous("/pics/private").outcome(), "403 AccessDenied");
}

TEST(S3Access, WrongCredentialsAreRefusedWhateverTheyAskFor) {
  Pics host;
  EXPECT_EQ(host.send({.target = "/pics/public", .secret = "wrong"}).outcome(), "403 SignatureDoesNotMatch");
  EXPECT_EQ(host.get_anonymous("/pics/public", {{"Authorization", "Basic YTpi"}}).outcome(), "400 InvalidArgument");
  EXPECT_EQ(host.get_anonymous("/pics/public?X-Amz-Signature=1").outcome(), "400 AuthorizationQueryParametersError");
  test::Sent late{.target = "/pics/public"};
  const Headers headers = host.signed_headers(late);
  host.world.run_for(std::chrono::minutes(16));
  EXPECT_EQ(host.get_anonymous("/pics/public", Headers(headers.begin() + 1, headers.end())).outcome(),
            "403 RequestTimeTooSkewed");
}

TEST(S3Access, APresignedRequestHoldsUntilItExpires) {
  Pics host;
  const aws::HeaderView host_header{"Host", "localhost"};
  const aws::WireRequest request{.method = "GET", .path = "/pics/private", .query = "", .headers = {&host_header, 1}};
  const std::string query = aws::presign_request(request, {"AKID", "secret", "ap-south-1", "s3"},
                                                 std::chrono::minutes(1), host.client.wall_now());
  EXPECT_EQ(host.get_anonymous("/pics/private?" + query).body, "secret bytes");
  EXPECT_EQ(host.get_anonymous("/pics/public?" + query).outcome(), "403 SignatureDoesNotMatch");
  host.world.run_for(std::chrono::minutes(2));
  EXPECT_EQ(host.get_anonymous("/pics/private?" + query).outcome(), "403 AccessDenied");
}

TEST(S3Access, OptionsSaysThatCorsIsNotEnabled) {
  Pics host;
  EXPECT_EQ(host.send({.method = "OPTIONS",
                       .target = "/pics/public",
                       .headers = {{"Origin", "http://a"}, {"Access-Control-Request-Method", "GET"}},
                       .is_signed = false})
                .outcome(),
            "403 AccessForbidden");
  EXPECT_EQ(host.send({.method = "OPTIONS", .target = "/pics/public", .is_signed = false}).outcome(), "400 BadRequest");
}

TEST(S3Rules, SubResourcesAnswerAsWhereNothingIsConfigured) {
  Pics host;
  const std::pair<const char*, const char*> expected[] = {
      {"/pics?policy", "404 NoSuchBucketPolicy"},
      {"/pics?cors", "404 NoSuchCORSConfiguration"},
      {"/pics?lifecycle", "404 NoSuchLifecycleConfiguration"},
      {"/pics?website", "404 NoSuchWebsiteConfiguration"},
      {"/pics?tagging", "404 NoSuchTagSet"},
      {"/pics?encryption", "200"},
      {"/pics?replication", "404 ReplicationConfigurationNotFoundError"},
      {"/pics?object-lock", "404 ObjectLockConfigurationNotFoundError"},
      {"/pics?publicAccessBlock", "404 NoSuchPublicAccessBlockConfiguration"},
      {"/pics?versioning", "200"},
      {"/pics?logging", "200"},
      {"/pics?requestPayment", "200"},
      {"/pics/public?tagging", "200"},
      {"/pics/public?retention", "404 NoSuchObjectLockConfiguration"},
      {"/pics/none?tagging", "404 NoSuchKey"},
      {"/none?policy", "404 NoSuchBucket"},
      {"/pics/public?torrent", "501 NotImplemented"},
      {"/pics?something", "501 NotImplemented"},
  };
  for (const auto& [target, outcome] : expected) EXPECT_EQ(host.get_signed(target).outcome(), outcome) << target;
  EXPECT_EQ(host.get_signed("/pics?versioning").body,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<VersioningConfiguration "
            "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"></VersioningConfiguration>");
}

TEST(S3Rules, ASubResourceIsNeverTakenForTheObject) {
  Pics host;
  for (const char* target : {"/pics/public?retention", "/pics/public?legal-hold", "/pics/public?renameObject",
                             "/pics/public?unknown", "/pics/public?unknown=1", "/pics?accelerate", "/pics?unknown"}) {
    EXPECT_EQ(host.put(target, "other").outcome(), "501 NotImplemented") << target;
  }
  EXPECT_EQ(host.send({.method = "DELETE", .target = "/pics?policy"}).status, 204);
  EXPECT_EQ(host.send({.method = "DELETE", .target = "/pics/public?tagging"}).status, 204);
  EXPECT_EQ(host.send({.method = "DELETE", .target = "/pics/public?unknown"}).outcome(), "501 NotImplemented");
  EXPECT_EQ(host.send({.method = "PATCH", .target = "/pics/public"}).outcome(), "405 MethodNotAllowed");
  EXPECT_EQ(host.get_signed("/pics/public").body, "open bytes");
  EXPECT_EQ(host.get_anonymous("/pics/public?v=2&w").body, "open bytes") << "S3 ignores what only caches know";
}

TEST(S3Rules, HeadersThatWouldChangeTheMeaningAreRefused) {
  Pics host;
  for (const auto& [name, value] : Headers{{"x-amz-server-side-encryption", "aws:kms"},
                                           {"x-amz-server-side-encryption-customer-algorithm", "AES256"},
                                           {"x-amz-object-lock-mode", "GOVERNANCE"},
                                           {"x-amz-grant-read", "id=1"},
                                           {"x-amz-storage-class", "GLACIER"},
                                           {"x-amz-write-offset-bytes", "1"},
                                           {"x-amz-unheard-of", "1"},
                                           {"x-amz-checksum-sha512", "AAAA"},
                                           {"x-amz-copy-source-if-unheard-of", "1"},
                                           {"x-amz-acl", "authenticated-read"},
                                           {"If-None-Match", "\"a\""}}) {
    EXPECT_EQ(host.put("/pics/k", "x", {{name, value}}).outcome(), "501 NotImplemented") << name;
  }
  EXPECT_EQ(host.put("/pics/k", "x", {{"x-amz-trailer", "x-amz-checksum-sha512"}}).outcome(), "400 InvalidRequest");
  EXPECT_EQ(host.put("/pics/k", "x", {{"x-amz-storage-class", "BEST"}}).outcome(), "400 InvalidStorageClass");
  EXPECT_EQ(host.put("/pics/k", "x", {{"x-amz-acl", "everybody"}}).outcome(), "400 InvalidArgument");
  EXPECT_EQ(host.put("/pics/k", "x", {{"x-amz-expected-bucket-owner", "1"}}).outcome(), "403 AccessDenied");
  EXPECT_EQ(host.get_signed("/pics/k").outcome(), "404 NoSuchKey");
  EXPECT_EQ(
      host.put("/pics/k", "x", {{"x-amz-storage-class", "STANDARD"}, {"x-amz-expected-bucket-owner", "000000000000"}})
          .outcome(),
      "200");
  EXPECT_EQ(host.get_anonymous("/pics/public", {{"x-amz-unheard-of", "1"}, {"X-Amz-Cf-Id", "1"}}).status, 200);
}

TEST(S3Errors, HaveTheirElementsAndNoBodyForHead) {
  Pics host;
  const Got got = host.get_signed("/pics/none");
  EXPECT_EQ(got.outcome(), "404 NoSuchKey");
  EXPECT_EQ(got.element("Key"), "none");
  EXPECT_EQ(got.element("Resource"), "/pics/none");
  EXPECT_EQ(got.element("RequestId"), got.header("x-amz-request-id"));
  EXPECT_EQ(got.element("HostId"), got.header("x-amz-id-2"));
  EXPECT_EQ(got.header("Content-Type"), "application/xml");
  EXPECT_EQ(got.header("Server"), "AmazonS3");
  const Got head = host.send({.method = "HEAD", .target = "/pics/none"});
  EXPECT_EQ(head.status, 404);
  EXPECT_EQ(head.body, "");
}

TEST(S3Buckets, AreMadeReadAndDeleted) {
  S3Host host;
  const std::string document =
      "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
      "<LocationConstraint>eu-central-9</LocationConstraint></CreateBucketConfiguration>";
  EXPECT_EQ(host.put("/pics", document).header("Location"), "/pics");
  EXPECT_EQ(host.put("/pics", document).outcome(), "409 BucketAlreadyOwnedByYou");
  EXPECT_EQ(host.put("/Pics", "").outcome(), "400 InvalidBucketName");
  EXPECT_EQ(host.put("/other", "").status, 200);
  EXPECT_EQ(host.put("/more", "<Odd/>").outcome(), "400 MalformedXML");
  EXPECT_EQ(
      host.put("/more", "<!DOCTYPE a [<!ENTITY b \"c\">]><CreateBucketConfiguration>&b;</CreateBucketConfiguration>")
          .outcome(),
      "400 MalformedXML");
  EXPECT_EQ(host.put("/more", std::string(3'000'000, ' ')).outcome(), "400 MaxMessageLengthExceeded");
  EXPECT_TRUE(host.get_signed("/pics?location").body.ends_with(">eu-central-9</LocationConstraint>"));
  EXPECT_TRUE(host.get_signed("/other?location").body.ends_with(">ap-south-1</LocationConstraint>"))
      << "that of the signature";
  EXPECT_EQ(host.send({.method = "HEAD", .target = "/pics"}).header("x-amz-bucket-region"), "eu-central-9");
  EXPECT_EQ(host.send({.method = "HEAD", .target = "/none"}).status, 404);
  EXPECT_EQ(host.get_signed("/").elements("Name"), "other pics ");
  EXPECT_EQ(host.get_signed("/?max-buckets=1").elements("Name"), "other ");
  EXPECT_EQ(host.get_signed("/?max-buckets=1").element("ContinuationToken"), "other");
  EXPECT_EQ(host.get_signed("/?max-buckets=1&continuation-token=other").elements("Name"), "pics ");
  EXPECT_EQ(host.put("/pics/k", "x").status, 200);
  EXPECT_EQ(host.send({.method = "DELETE", .target = "/pics"}).outcome(), "409 BucketNotEmpty");
  EXPECT_EQ(host.send({.method = "DELETE", .target = "/other"}).status, 204);
  EXPECT_EQ(host.send({.method = "DELETE", .target = "/other"}).outcome(), "404 NoSuchBucket");
}

TEST(S3Acl, IsSetAndReadAsGrants) {
  Pics host;
  EXPECT_EQ(host.get_signed("/pics/private?acl").elements("Permission"), "FULL_CONTROL ");
  EXPECT_EQ(host.put("/pics/private?acl", "", {{"x-amz-acl", "public-read"}}).status, 200);
  EXPECT_EQ(host.get_signed("/pics/private?acl").elements("Permission"), "FULL_CONTROL READ ");
  EXPECT_EQ(host.get_anonymous("/pics/private").body, "secret bytes");
  EXPECT_EQ(host.put("/pics/private?acl", "<AccessControlPolicy/>").outcome(), "501 NotImplemented");
  EXPECT_EQ(host.put("/pics/private?acl", "").outcome(), "400 MissingSecurityHeader");
  EXPECT_EQ(host.put("/pics/none?acl", "", {{"x-amz-acl", "private"}}).outcome(), "404 NoSuchKey");
  EXPECT_EQ(host.get_signed("/pics?acl").elements("Permission"), "FULL_CONTROL ");
}

}  // namespace
}  // namespace gust::bucket
