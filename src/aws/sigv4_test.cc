#include "aws/sigv4.h"

#include <gtest/gtest.h>

#include "base/date.h"
#include "base/digest.h"
#include "base/text.h"

namespace gust::aws {
namespace {

// Signatures below come from botocore 1.29 with its clock held at 2026-11-22T01:02:03Z, or from the S3 API reference.
constexpr std::string_view secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const WallTime now = *read_iso8601_basic("20261122T010203Z");

std::optional<std::string> find_secret(std::string_view id) {
  if (id == "AKIDEXAMPLE") return std::string(secret);
  if (id == "AKIAIOSFODNN7EXAMPLE") return "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
  return std::nullopt;
}

// A request that tests may bend before it is judged.
struct Sent {
  std::string method, path, query;
  std::vector<HeaderToAdd> headers;
  std::string service = "s3", region = {}, body = {};
  WallTime at = now;

  Answer<Verified> judge() const {
    std::vector<HeaderView> views;
    for (const HeaderToAdd& field : headers) views.push_back({field.name, field.value});
    return verify_signature({method, path, query, views},
                            {.service = service, .region = region, .now = at, .body = body}, find_secret);
  }
  std::string& header(std::string_view name) {
    for (HeaderToAdd& field : headers) {
      if (equal_fold(field.name, name)) return field.value;
    }
    return headers.emplace_back(HeaderToAdd{std::string(name), ""}).value;
  }
  std::string code() const {
    const auto verified = judge();
    return verified ? "accepted" : verified.error().code;
  }
};

Sent cloudfront_post() {
  return {"POST",
          "/2020-05-31/distribution",
          "WithTags",
          {{"Host", "127.0.0.1:9000"},
           {"Content-Type", "application/xml"},
           {"X-Amz-Date", "20261122T010203Z"},
           {"User-Agent", "aws-cli/2.9"},
           {"Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/us-east-1/cloudfront/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-date, "
            "Signature=8616edb582a06c5ea40e135c24f3becc08e8c6e95812b6e27f899ffd71c525bd"}},
          "cloudfront",
          "us-east-1",
          "<x/>"};
}

Sent s3_put() {
  return {"PUT",
          "/a%20b//c/../%C3%A9%28.jpg",
          "partNumber=1&uploadId=x%2By",
          {{"host", "pics.localhost"},
           {"x-amz-meta-a", "1"},
           {"X-Amz-Date", "20261122T010203Z"},
           {"X-Amz-Content-SHA256", "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"},
           {"Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/ap-south-1/s3/aws4_request, "
            "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-meta-a, "
            "Signature=6fbb992c4986df1785ddf3c2ebcd29a8f19b7b9b53114e8e21a44624b24a7acc"}}};
}

Sent s3_presigned() {
  return {"GET",
          "/pics/sea%20blue.jpg",
          "versionId=a%2Fb&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261122%2Fap-south-1%2Fs3"
          "%2Faws4_request&X-Amz-Date=20261122T010203Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature="
          "dad95892c62c3db3e35b5fc21948848855f57489755cb6a3543b779160ffd7c3",
          {{"Host", "localhost:9000"}}};
}

void replace(std::string& text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  ASSERT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
}

TEST(VerifyHeader, AcceptsWhatTheCliSignsForCloudFront) {
  const auto verified = cloudfront_post().judge();
  ASSERT_TRUE(verified) << verified.error().message;
  EXPECT_EQ(verified->access_key_id, "AKIDEXAMPLE");
  EXPECT_EQ(verified->service, "cloudfront");
  EXPECT_EQ(verified->region, "us-east-1");
  EXPECT_EQ(verified->payload, PayloadMode::hashed);
  EXPECT_EQ(verified->kind, SignatureKind::header);
}

TEST(VerifyHeader, NormalisesAndEncodesThePathTwiceOutsideS3) {
  Sent sent{"GET",
            "/2020-05-31/a%20b//c/../d",
            "z=1&a=x%20y%2F&a=b",
            {{"host", "localhost:9000"},
             {"X-Odd", "  a   b  "},
             {"X-Amz-Date", "20261122T010203Z"},
             {"Authorization",
              "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/us-east-1/cloudfront/aws4_request, "
              "SignedHeaders=host;x-amz-date;x-odd, "
              "Signature=29812d959817bd8dfbe67dc482824fd30e2db7c2d8234c7f08c7f8291623a8f5"}},
            "cloudfront"};
  EXPECT_EQ(sent.code(), "accepted");
  sent.path = "/2020-05-31/a b//c/../d";
  EXPECT_EQ(sent.code(), "SignatureDoesNotMatch");
}

TEST(VerifyHeader, KeepsSlashesAndDotsOfS3Keys) {
  const auto verified = s3_put().judge();
  ASSERT_TRUE(verified) << verified.error().message;
  EXPECT_EQ(verified->payload, PayloadMode::hashed);
  EXPECT_EQ(verified->payload_sha256, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
  Sent other = s3_put();
  other.path = "/a%20b/%C3%A9%28.jpg";
  EXPECT_EQ(other.code(), "SignatureDoesNotMatch");
}

// S3 API reference, "Examples: signature calculations", GET object.
TEST(VerifyHeader, AcceptsTheExampleOfTheS3Reference) {
  Sent sent{"GET",
            "/test.txt",
            "",
            {{"Host", "examplebucket.s3.amazonaws.com"},
             {"Range", "bytes=0-9"},
             {"x-amz-content-sha256", std::string(empty_payload_sha256)},
             {"x-amz-date", "20130524T000000Z"},
             {"Authorization",
              "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
              "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
              "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"}}};
  sent.at = *read_iso8601_basic("20130524T000500Z");
  EXPECT_EQ(sent.code(), "accepted");
}

TEST(VerifyHeader, RefusesEveryChangedPart) {
  const auto changed = [](auto change) {
    Sent sent = s3_put();
    change(sent);
    return sent.code();
  };
  EXPECT_EQ(changed([](Sent& s) { s.method = "GET"; }), "SignatureDoesNotMatch");
  EXPECT_EQ(changed([](Sent& s) { s.path += "x"; }), "SignatureDoesNotMatch");
  EXPECT_EQ(changed([](Sent& s) { s.query += "&acl"; }), "SignatureDoesNotMatch");
  EXPECT_EQ(changed([](Sent& s) { s.header("host") = "other.localhost"; }), "SignatureDoesNotMatch");
  EXPECT_EQ(changed([](Sent& s) { s.header("x-amz-meta-a") = "2"; }), "SignatureDoesNotMatch");
  EXPECT_EQ(changed([](Sent& s) { s.header("x-amz-date") = "20261122T010204Z"; }), "SignatureDoesNotMatch");
  EXPECT_EQ(changed([](Sent& s) { s.header("x-amz-content-sha256") = "UNSIGNED-PAYLOAD"; }), "SignatureDoesNotMatch");
  EXPECT_EQ(changed([](Sent& s) { s.headers.push_back({"x-amz-meta-a", "1"}); }), "SignatureDoesNotMatch");
  EXPECT_EQ(changed([](Sent& s) { s.path = "/%zz"; }), "SignatureDoesNotMatch");
  Sent body = cloudfront_post();
  body.body += " ";
  EXPECT_EQ(body.code(), "SignatureDoesNotMatch");
}

TEST(VerifyHeader, RefusesAnyChangedByteOfTheAuthorization) {
  const Sent good = s3_put();
  const std::string text = Sent(good).header("Authorization");
  for (std::size_t i = 0; i < text.size(); ++i) {
    Sent bad = good;
    bad.header("Authorization")[i] = static_cast<char>(text[i] ^ 1);
    EXPECT_FALSE(bad.judge()) << i;
  }
}

TEST(VerifyHeader, RefusesMissingRepeatedAndForeignParts) {
  const auto changed = [](std::string_view from, std::string_view to) {
    Sent sent = s3_put();
    replace(sent.header("Authorization"), from, to);
    return sent.code();
  };
  EXPECT_EQ(changed("SignedHeaders=", "Signedheaders="), "AuthorizationHeaderMalformed");
  EXPECT_EQ(changed(", Signature=", ", Signature=0, Signature="), "AuthorizationHeaderMalformed");
  EXPECT_EQ(changed(", Signature=6", ", X=6"), "AuthorizationHeaderMalformed");
  EXPECT_EQ(changed("AWS4-HMAC-SHA256", "AWS"), "InvalidArgument");
  EXPECT_EQ(changed("aws4_request", "aws5_request"), "AuthorizationHeaderMalformed");
  EXPECT_EQ(changed("/s3/", "/cloudfront/"), "AuthorizationHeaderMalformed");
  EXPECT_EQ(changed("20261122/", "20261121/"), "AuthorizationHeaderMalformed");
  EXPECT_EQ(changed("host;x-amz-content-sha256", "x-amz-content-sha256;host"), "AuthorizationHeaderMalformed");
  EXPECT_EQ(changed("host;", "host;host;"), "AuthorizationHeaderMalformed");
  EXPECT_EQ(changed("host;", ""), "AccessDenied");
  EXPECT_EQ(changed(";x-amz-meta-a", ""), "AccessDenied");
  EXPECT_EQ(changed("AKIDEXAMPLE", "AKIDOTHER"), "InvalidAccessKeyId");
  Sent other_region = s3_put();
  other_region.region = "us-east-1";
  EXPECT_EQ(other_region.code(), "AuthorizationHeaderMalformed");
  Sent twice = s3_put();
  twice.headers.push_back(twice.headers.back());
  EXPECT_EQ(twice.code(), "InvalidArgument");
  Sent token = s3_put();
  token.header("x-amz-security-token") = "t";
  EXPECT_EQ(token.code(), "InvalidToken");
  Sent no_hash = s3_put();
  std::erase_if(no_hash.headers, [](const HeaderToAdd& h) { return h.name == "X-Amz-Content-SHA256"; });
  EXPECT_EQ(no_hash.code(), "InvalidRequest");
}

TEST(VerifyHeader, UsesTheCodesOfTheXmlServices) {
  const auto changed = [](auto change) {
    Sent sent = cloudfront_post();
    change(sent);
    return sent.code();
  };
  EXPECT_EQ(changed([](Sent& s) { s.headers.pop_back(); }), "MissingAuthenticationToken");
  EXPECT_EQ(changed([](Sent& s) { replace(s.header("Authorization"), "AKIDEXAMPLE", "AKIDOTHER"); }),
            "InvalidClientTokenId");
  EXPECT_EQ(changed([](Sent& s) { replace(s.header("Authorization"), "Signature=", "X="); }), "IncompleteSignature");
  EXPECT_EQ(changed([](Sent& s) { s.service = "route53"; }), "SignatureDoesNotMatch");
  EXPECT_EQ(changed([](Sent& s) { s.region = "eu-west-1"; }), "SignatureDoesNotMatch");
  EXPECT_EQ(changed([](Sent& s) { s.at += std::chrono::minutes(16); }), "SignatureDoesNotMatch");
}

TEST(VerifyHeader, AllowsFifteenMinutesOfSkewEitherWay) {
  Sent sent = s3_put();
  for (const auto minutes : {-15, 15}) {
    sent.at = now + std::chrono::minutes(minutes);
    EXPECT_EQ(sent.code(), "accepted");
    sent.at += std::chrono::seconds(minutes < 0 ? -1 : 1);
    EXPECT_EQ(sent.code(), "RequestTimeTooSkewed");
  }
}

TEST(VerifyQuery, AcceptsWhatBotocorePresigns) {
  const auto verified = s3_presigned().judge();
  ASSERT_TRUE(verified) << verified.error().message;
  EXPECT_EQ(verified->kind, SignatureKind::query);
  EXPECT_EQ(verified->payload, PayloadMode::unsigned_body);
  EXPECT_EQ(verified->region, "ap-south-1");
}

// S3 API reference, "Authenticating requests: using query parameters".
TEST(VerifyQuery, AcceptsTheExampleOfTheS3Reference) {
  Sent sent{"GET",
            "/test.txt",
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2F"
            "aws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature="
            "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
            {{"Host", "examplebucket.s3.amazonaws.com"}}};
  sent.at = *read_iso8601_basic("20130524T235959Z");
  EXPECT_EQ(sent.code(), "accepted");
  sent.at = *read_iso8601_basic("20130525T000000Z");
  EXPECT_EQ(sent.code(), "AccessDenied");
}

TEST(VerifyQuery, RefusesExpiryFutureAndForeignForms) {
  const auto changed = [](std::string_view from, std::string_view to) {
    Sent sent = s3_presigned();
    replace(sent.query, from, to);
    return sent.code();
  };
  EXPECT_EQ(changed("Expires=3600", "Expires=604801"), "AuthorizationQueryParametersError");
  EXPECT_EQ(changed("Expires=3600", "Expires=-1"), "AuthorizationQueryParametersError");
  EXPECT_EQ(changed("Expires=3600", "Expires=x"), "AuthorizationQueryParametersError");
  EXPECT_EQ(changed("Expires=3600", "Expires=3601"), "SignatureDoesNotMatch");
  EXPECT_EQ(changed("&X-Amz-Expires=3600", ""), "AuthorizationQueryParametersError");
  EXPECT_EQ(changed("&X-Amz-Expires=3600", "&X-Amz-Expires=3600&X-Amz-Expires=9"), "AuthorizationQueryParametersError");
  EXPECT_EQ(changed("X-Amz-Signature=", "X-Amz-Sig="), "AuthorizationQueryParametersError");
  EXPECT_EQ(changed("SignedHeaders=host", "SignedHeaders=range"), "AccessDenied");
  EXPECT_EQ(changed("versionId=a", "versionId=b"), "SignatureDoesNotMatch");
  Sent late = s3_presigned();
  late.at += std::chrono::hours(1);
  EXPECT_EQ(late.judge().error().message, "Request has expired");
  Sent early = s3_presigned();
  early.at -= std::chrono::minutes(16);
  EXPECT_EQ(early.judge().error().message, "Request is not yet valid");
}

// What boto3 presigns unless told otherwise; the code is that of regions without version 2.
TEST(VerifyQuery, TellsClientsOfVersionTwoWhatToUse) {
  Sent old = s3_presigned();
  old.query = "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=dmVyc2lvbg%3D%3D&Expires=1796000000";
  EXPECT_EQ(old.code(), "InvalidRequest");
}

TEST(VerifyQuery, RefusesHeaderAndQueryTogetherAndUnsignedAmzHeaders) {
  Sent both = s3_presigned();
  both.header("Authorization") = s3_put().header("Authorization");
  EXPECT_EQ(both.code(), "InvalidArgument");
  Sent added = s3_presigned();
  added.header("x-amz-acl") = "public-read";
  EXPECT_EQ(added.code(), "AccessDenied");
}

TEST(CarriesCredentials, SeesEveryTraceOfASignature) {
  const auto traced = [](std::string_view query) { return carries_credentials({"GET", "/a", query, {}}); };
  EXPECT_FALSE(traced(""));
  EXPECT_FALSE(traced("prefix=a&x-id=GetObject"));
  EXPECT_TRUE(traced("X-Amz-Signature=0"));
  EXPECT_TRUE(traced("AWSAccessKeyId=a&Signature=b"));
  const HeaderView field{"authorization", "Basic x"};
  EXPECT_TRUE(carries_credentials({"GET", "/a", "", {&field, 1}}));
}

TEST(Sign, MakesWhatVerifyAcceptsAndBotocoreMakes) {
  const std::vector<HeaderView> headers = {{"Host", "127.0.0.1:9000"}, {"Content-Type", "application/xml"}};
  const auto added = sign_request({"POST", "/2020-05-31/distribution", "WithTags", headers},
                                  {"AKIDEXAMPLE", std::string(secret), "us-east-1", "cloudfront"},
                                  hex_of(digest_of(DigestKind::sha256, "<x/>")), now);
  ASSERT_EQ(added.size(), 2U);
  EXPECT_EQ(added[0].value, "20261122T010203Z");
  EXPECT_EQ(added[1].value, cloudfront_post().header("Authorization"));

  Sent sent{"PUT", "/pics/%C3%A9%20x", "partNumber=1", {{"Host", "pics.localhost"}}};
  const std::vector<HeaderView> host = {{"Host", "pics.localhost"}};
  for (const HeaderToAdd& field :
       sign_request({sent.method, sent.path, sent.query, host}, {"AKIDEXAMPLE", std::string(secret), "eu-west-1", "s3"},
                    unsigned_payload, now)) {
    sent.headers.push_back(field);
  }
  EXPECT_EQ(sent.code(), "accepted");
}

TEST(Presign, GivesTheQueryThatBotocoreGives) {
  const std::vector<HeaderView> host = {{"Host", "localhost:9000"}};
  const std::string query =
      presign_request({"GET", "/pics/sea%20blue.jpg", "versionId=a%2Fb", host},
                      {"AKIDEXAMPLE", std::string(secret), "ap-south-1", "s3"}, std::chrono::hours(1), now);
  EXPECT_TRUE(query.ends_with("dad95892c62c3db3e35b5fc21948848855f57489755cb6a3543b779160ffd7c3")) << query;
  Sent sent = s3_presigned();
  sent.query = query;
  EXPECT_EQ(sent.code(), "accepted");
}

TEST(ServiceOf, FollowsScopeThenPathThenTargetThenAction) {
  const Sent put = cloudfront_post();
  const HeaderView authorization{"authorization", put.headers.back().value};
  EXPECT_EQ(service_of({"POST", "/", "", {&authorization, 1}}), "cloudfront");
  EXPECT_EQ(service_of({"GET", "/a", s3_presigned().query, {}}), "s3");
  EXPECT_EQ(service_of({"GET", "/2020-05-31/distribution", "", {}}), "cloudfront");
  const HeaderView target{"X-Amz-Target", "CertificateManager.ListCertificates"};
  EXPECT_EQ(service_of({"POST", "/", "", {&target, 1}}), "acm");
  EXPECT_EQ(service_of({"GET", "/", "Action=DescribeLoadBalancers&Version=2015-12-01", {}}), "elasticloadbalancing");
  EXPECT_EQ(service_of({"GET", "/pics/sea.jpg", "", {}}), "s3");
  const HeaderView broken{"authorization", "AWS4-HMAC-SHA256 Credential=a/b"};
  EXPECT_EQ(service_of({"GET", "/pics/sea.jpg", "", {&broken, 1}}), "s3");
}

TEST(ReadQuery, DecodesOnceAndRefusesBrokenCodes) {
  const auto items = read_query("a=b%26c&&d+e=f+g&acl");
  ASSERT_TRUE(items);
  ASSERT_EQ(items->size(), 3U);
  EXPECT_EQ(*find_item(*items, "a"), "b&c");
  EXPECT_EQ(*find_item(*items, "d e"), "f g");
  EXPECT_EQ(*find_item(*items, "acl"), "");
  EXPECT_EQ(find_item(*items, "ACL"), nullptr);
  EXPECT_FALSE(read_query("a=%2"));
  EXPECT_FALSE(read_query("a&b&c", 2));
}

TEST(RequestId, IsAUuidOfTheBytesGiven) {
  EXPECT_EQ(make_request_id(std::string(16, '\xff')), "ffffffff-ffff-4fff-bfff-ffffffffffff");
  EXPECT_EQ(make_request_id(""), "00000000-0000-4000-8000-000000000000");
  EXPECT_EQ(make_s3_request_id(std::string(16, '\x1f')), "ZZZZZZZZZZZZZZZZ");
}

}  // namespace
}  // namespace gust::aws
