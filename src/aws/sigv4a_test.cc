#include <gtest/gtest.h>

#include "aws/sigv4.h"
#include "aws/sigv4a_internal.h"
#include "base/date.h"
#include "base/text.h"

namespace gust::aws {
namespace {

// Requests and signatures come from the JavaScript SDK 3.1141 with its own implementation of SigV4a.
constexpr std::string_view secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const WallTime now = *read_iso8601_basic("20261122T113240Z");

struct Sent {
  std::string method, path;
  std::vector<HeaderToAdd> headers;
  std::string body;

  std::string code(std::string region = "us-east-1", std::string service = "cloudfront-keyvaluestore") const {
    std::vector<HeaderView> views;
    for (const HeaderToAdd& field : headers) views.push_back({field.name, field.value});
    const auto verified = verify_signature(
        {method, path, "", views}, {.service = service, .region = region, .now = now, .body = body},
        [](std::string_view id) { return id == "AKIDEXAMPLE" ? std::optional<std::string>(secret) : std::nullopt; });
    return verified ? "accepted" : verified.error().code;
  }
  std::string& header(std::string_view name) {
    for (HeaderToAdd& field : headers) {
      if (equal_fold(field.name, name)) return field.value;
    }
    return headers.emplace_back(HeaderToAdd{std::string(name), ""}).value;
  }
};

Sent put_key() {
  return {"PUT",
          "/key-value-stores/arn%3Aaws%3Acloudfront%3A%3A123456789012%3Akey-value-store%2Faaaa-bbb/keys/a%20b%2Fc",
          {{"if-match", "E1"},
           {"content-type", "application/json"},
           {"content-length", "13"},
           {"x-amz-user-agent", "aws-sdk-js/3.1141.0"},
           {"host", "123456789012.localhost:9000"},
           {"amz-sdk-invocation-id", "3566e1e8-da57-4a0b-ac94-8f4ae59ba60d"},
           {"amz-sdk-request", "attempt=1; max=1"},
           {"x-amz-date", "20261122T113240Z"},
           {"x-amz-region-set", "*"},
           {"x-amz-content-sha256", "a0dac11a987185144187525af38d8e3bdb9dff81bcfc9a86cbb23c1dd3731fb5"},
           {"authorization",
            "AWS4-ECDSA-P256-SHA256 Credential=AKIDEXAMPLE/20261122/cloudfront-keyvaluestore/aws4_request, "
            "SignedHeaders=amz-sdk-invocation-id;amz-sdk-request;content-length;content-type;host;if-match;"
            "x-amz-content-sha256;x-amz-date;x-amz-region-set;x-amz-user-agent, "
            "Signature=304402204728ec07b5e3ae362c649b7462ca5b41a140c28a31a0395bc218ef53e5bab5a5022019c83e1d7125bd6bff0"
            "8a542a2e1bd1c907579341f6e2fc492589f9257921375"}},
          "{\"Value\":\"v\"}"};
}

TEST(Sigv4a, AnSdksRequestIsAccepted) {
  EXPECT_EQ(put_key().code(), "accepted");
  EXPECT_EQ(put_key().code(""), "accepted");
}

TEST(Sigv4a, WhatIsChangedIsRefused) {
  Sent other_path = put_key();
  other_path.path += "d";
  EXPECT_EQ(other_path.code(), "SignatureDoesNotMatch");
  Sent other_body = put_key();
  other_body.body = "{\"Value\":\"w\"}";
  EXPECT_EQ(other_body.code(), "SignatureDoesNotMatch");
  Sent other_field = put_key();
  other_field.header("if-match") = "E2";
  EXPECT_EQ(other_field.code(), "SignatureDoesNotMatch");
  Sent other_signature = put_key();
  std::string& authorization = other_signature.header("authorization");
  authorization.back() = authorization.back() == '0' ? '1' : '0';
  EXPECT_EQ(other_signature.code(), "SignatureDoesNotMatch");
  authorization.resize(authorization.rfind('=') + 1);
  authorization += "3044";
  EXPECT_EQ(other_signature.code(), "SignatureDoesNotMatch");
}

TEST(Sigv4a, TheRegionSetIsSignedAndHasTheRegion) {
  Sent none = put_key();
  std::erase_if(none.headers, [](const HeaderToAdd& field) { return field.name == "x-amz-region-set"; });
  EXPECT_EQ(none.code(), "IncompleteSignature");
  Sent elsewhere = put_key();
  elsewhere.header("x-amz-region-set") = "eu-west-1,ap-*";
  EXPECT_EQ(elsewhere.code(), "SignatureDoesNotMatch");
  EXPECT_TRUE(region_set_has("eu-west-1, us-*", "us-east-1"));
  EXPECT_FALSE(region_set_has("", "us-east-1"));
}

TEST(Sigv4a, AScopeWithARegionIsNone) {
  Sent scoped = put_key();
  std::string& authorization = scoped.header("authorization");
  authorization.replace(authorization.find("20261122/"), 9, "20261122/us-east-1/");
  EXPECT_EQ(scoped.code(), "IncompleteSignature");
}

TEST(Sigv4a, TheScopeNamesTheService) {
  Sent sent = put_key();
  const std::vector<HeaderView> headers{{"Authorization", sent.header("authorization")}};
  EXPECT_EQ(service_of_signature({"PUT", sent.path, "", headers}), "cloudfront-keyvaluestore");
}

TEST(Sigv4a, S3DoesNotTakeIt) { EXPECT_EQ(put_key().code("", "s3"), "InvalidArgument"); }

TEST(Sigv4a, WhatIsMadeIsAcceptedForItsKeyOnly) {
  const std::string made = make_sigv4a_signature("text", "AKIDEXAMPLE", secret);
  EXPECT_TRUE(is_sigv4a_signature(made, "text", "AKIDEXAMPLE", secret));
  EXPECT_FALSE(is_sigv4a_signature(made, "text", "AKIDOTHER", secret));
  EXPECT_FALSE(is_sigv4a_signature(made, "text", "AKIDEXAMPLE", "other"));
  EXPECT_FALSE(is_sigv4a_signature("", "text", "AKIDEXAMPLE", secret));
  EXPECT_FALSE(is_sigv4a_signature("zz", "text", "AKIDEXAMPLE", secret));
}

}  // namespace
}  // namespace gust::aws
