#include "origin/signing.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/date.h"
#include "origin/target.h"

namespace gust::origin {
namespace {

class SigningTest : public testing::Test {
 protected:
  SigningTest() {
    signing.key = {"AKIDEDGE", "secret", "us-east-1", "s3"};
    request.method = http::Method::get;
    request.set_target("/photos/a%20b.jpg?x=1&a=%2F");
    request.authority = "b.s3.amazonaws.com";
  }

  ByteView field(std::string_view name) const { return request.fields.get(http::NameRef(ByteView(name))).value_or(""); }
  Result<void> sign(bool has_body = false) { return signer.sign(request, has_body, signing, now, arena); }
  // Judged by the rules of S3.
  aws::Answer<aws::Verified> verify(std::string_view secret = "secret") {
    std::vector<aws::HeaderView> headers{{"host", request.authority}};
    for (const http::Field& one : request.fields) headers.push_back({one.name, one.value});
    const aws::WireRequest wire{
        .method = request.method.text(), .path = request.path, .query = request.query, .headers = headers};
    const aws::VerifyRules rules{.service = "s3", .region = "us-east-1", .now = now, .body = {}};
    const aws::FindSecret find = [&](std::string_view) { return std::string(secret); };
    return aws::verify_signature(wire, rules, find);
  }

  Arena arena;
  Signer signer;
  Signing signing;
  http::RequestHead request;
  WallTime now = *read_iso8601("2026-11-22T23:59:58Z");
};

TEST_F(SigningTest, Oac1TheSignatureIsTheOneThatS3WorksOut) {
  request.fields.add(http::Name::range, "bytes=0-9");
  request.fields.add(http::Name::if_none_match, "\"e\"");
  ASSERT_TRUE(sign());
  const auto verified = verify();
  ASSERT_TRUE(verified) << verified.error().message;
  EXPECT_EQ(verified->access_key_id, "AKIDEDGE");
  EXPECT_EQ(field("x-amz-content-sha256"), aws::empty_payload_sha256);
  EXPECT_EQ(field("x-amz-date"), "20261122T235958Z");
  EXPECT_EQ(field("range"), "bytes=0-9");
  EXPECT_EQ(field("if-none-match"), "\"e\"");
  EXPECT_EQ(verify("other").error().code, "SignatureDoesNotMatch");
}

// Worked out by botocore's S3SigV4Auth for the same request and time.
TEST_F(SigningTest, AgreesWithBotocore) {
  ASSERT_TRUE(sign());
  EXPECT_EQ(field("authorization"),
            "AWS4-HMAC-SHA256 Credential=AKIDEDGE/20261122/us-east-1/s3/aws4_request, "
            "SignedHeaders=host;x-amz-content-sha256;x-amz-date, "
            "Signature=99b5f04285060af4dce11b99f659ac64dcf077c576060e8133a23316ebb3468f");
}

TEST_F(SigningTest, TwoSecretsOfOneIdEachSignTheirOwn) {
  ASSERT_TRUE(sign());
  EXPECT_TRUE(verify());
  signing.key.secret = "another";
  ASSERT_TRUE(sign());
  EXPECT_TRUE(verify("another"));
  EXPECT_FALSE(verify("secret"));
}

// A viewer whose fields all go to the origin must not become somebody by our signature.
TEST_F(SigningTest, WhomTheEdgeSpeaksForIsNeverTheViewersToSay) {
  for (const char* name : {"x-amz-cf-origin-access-identity", "X-Amz-Source-Arn", "x-amz-source-account"}) {
    request.fields.add(http::NameRef(ByteView(name)), "stolen");
  }
  signing.fields = {{"x-amz-source-arn", "arn:aws:cloudfront::1:distribution/E1"}};
  ASSERT_TRUE(sign());
  ASSERT_TRUE(verify());
  EXPECT_EQ(field("x-amz-source-arn"), "arn:aws:cloudfront::1:distribution/E1");
  EXPECT_EQ(field("x-amz-source-account"), "");
  EXPECT_EQ(field("x-amz-cf-origin-access-identity"), "");
}

TEST_F(SigningTest, OnlyHostAndAmazonsFieldsAreSigned) {
  request.fields.add("User-Agent", "x");
  request.fields.add("x-amz-cf-id", "id");
  ASSERT_TRUE(sign());
  EXPECT_NE(field("authorization").find("SignedHeaders=host;x-amz-cf-id;x-amz-content-sha256;x-amz-date,"),
            ByteView::npos)
      << field("authorization");
  EXPECT_TRUE(verify());
}

TEST_F(SigningTest, AlwaysTakesThePlaceOfTheViewersCredentials) {
  request.fields.add(http::Name::authorization, "Basic abc");
  request.fields.add("X-Amz-Date", "20200101T000000Z");
  request.fields.add("X-Amz-Security-Token", "token");
  ASSERT_TRUE(sign());
  EXPECT_TRUE(verify());
  EXPECT_TRUE(field("authorization").starts_with("AWS4-HMAC-SHA256"));
  EXPECT_EQ(field("x-amz-security-token"), "");
}

TEST_F(SigningTest, NoOverrideLeavesTheViewersCredentialsAlone) {
  signing.prefers_viewers = true;
  request.fields.add(http::Name::authorization, "Basic abc");
  ASSERT_TRUE(sign());
  EXPECT_EQ(field("authorization"), "Basic abc");
  EXPECT_EQ(field("x-amz-date"), "");
}

TEST_F(SigningTest, NoOverrideSignsWhatHasNoCredentials) {
  signing.prefers_viewers = true;
  ASSERT_TRUE(sign());
  EXPECT_TRUE(verify());
}

TEST_F(SigningTest, ABodyStreamsUnsignedUnlessTheViewerVouchesForIt) {
  request.method = http::Method::put;
  ASSERT_TRUE(sign(true));
  EXPECT_EQ(field("x-amz-content-sha256"), aws::unsigned_payload);
  EXPECT_EQ(verify()->payload, aws::PayloadMode::unsigned_body);
  request.fields.set("X-Amz-Content-Sha256", aws::empty_payload_sha256);
  ASSERT_TRUE(sign(true));
  EXPECT_EQ(field("x-amz-content-sha256"), aws::empty_payload_sha256);
  EXPECT_EQ(verify()->payload, aws::PayloadMode::hashed);
}

TEST_F(SigningTest, Oac2TheFieldsThatSayForWhomAreSignedAndNotTheViewers) {
  signing.fields = {{"x-amz-source-arn", "arn:aws:cloudfront::1:distribution/E1"}};
  request.fields.add("X-Amz-Source-Arn", "arn:aws:cloudfront::1:distribution/E2");
  ASSERT_TRUE(sign());
  EXPECT_EQ(field("x-amz-source-arn"), "arn:aws:cloudfront::1:distribution/E1");
  EXPECT_NE(field("authorization").find("x-amz-source-arn"), ByteView::npos);
  EXPECT_TRUE(verify());
}

TEST_F(SigningTest, ANewDayHasANewKey) {
  ASSERT_TRUE(sign());
  now += std::chrono::seconds(3);
  ASSERT_TRUE(sign());
  EXPECT_TRUE(verify());
  EXPECT_NE(field("authorization").find("/20261123/"), ByteView::npos);
}

TEST_F(SigningTest, ManyKeysAreSignedWithInTurn) {
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 20; ++i) {
      signing.key.access_key_id = fmt::format("AKID{}", i);
      signing.key.secret = fmt::format("secret{}", i);
      ASSERT_TRUE(sign());
      ASSERT_TRUE(verify(signing.key.secret)) << i;
    }
  }
}

TEST_F(SigningTest, WithoutAKeyTheRequestDoesNotGo) {
  signing.key.access_key_id.clear();
  const auto refused = sign();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::access_denied);
  EXPECT_EQ(refused.error().side, Side::own);
  signing.prefers_viewers = true;
  request.fields.add(http::Name::authorization, "Basic abc");
  EXPECT_TRUE(sign());
}

}  // namespace
}  // namespace gust::origin
