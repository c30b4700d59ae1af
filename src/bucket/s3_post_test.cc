// Forms of browsers: what is stored of them, what their policy must allow, and how they are answered.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/date.h"
#include "bucket/form_reader.h"
#include "bucket/s3_test_host_internal.h"

namespace gust::bucket {
namespace {

using test::Got;
using test::Headers;
using test::S3Host;

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Forms : S3Host {
  Forms() { EXPECT_EQ(put("/pics", "").status, 200); }

  std::string policy_of(std::string_view conditions, Duration valid_for = std::chrono::minutes(1)) {
    return base64_of(fmt::format(R"({{"expiration": "{}", "conditions": [{}]}})",
                                 iso8601_of(client.wall_now() + valid_for), conditions));
  }
  // The fields with those that sign them.
  Fields signed_fields(Fields fields, std::string policy, std::string_view secret = "secret") {
    const std::string date = iso8601_basic_of(client.wall_now());
    const std::string day = date.substr(0, 8);
    std::string key = hmac_sha256("AWS4" + std::string(secret), day);
    for (const char* step : {"ap-south-1", "s3", "aws4_request"}) key = hmac_sha256(key, step);
    fields.emplace_back("x-amz-algorithm", "AWS4-HMAC-SHA256");
    fields.emplace_back("x-amz-credential", fmt::format("AKID/{}/ap-south-1/s3/aws4_request", day));
    fields.emplace_back("x-amz-date", date);
    fields.emplace_back("x-amz-signature", hex_of(hmac_sha256(key, policy)));
    fields.emplace_back("policy", std::move(policy));
    return fields;
  }
  Got post(const Fields& fields, std::string_view content, std::string type = "multipart/form-data; boundary=bo-un") {
    std::string body;
    for (const auto& [name, value] : fields) {
      body += fmt::format("--bo-un\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{}\r\n", name, value);
    }
    body += fmt::format(
        "--bo-un\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n"
        "\r\n{}\r\n--bo-un--\r\n",
        content);
    return send({.method = "POST",
                 .target = "/pics",
                 .headers = {{"Content-Type", std::move(type)}},
                 .body = std::move(body),
                 .is_signed = false});
  }
};

// Those of every signature.
constexpr std::string_view of_signature =
    R"(["starts-with", "$x-amz-algorithm", ""], ["starts-with", "$x-amz-credential", ""], ["starts-with", "$x-amz-date", ""])";

TEST(S3Forms, AFileBecomesAnObjectWithTheFieldsOfTheForm) {
  Forms host;
  const std::string conditions = fmt::format(
      R"({}, {{"bucket": "pics"}}, ["starts-with", "$key", "up/"], {{"acl": "public-read"}}, ["eq", "$Content-Type", "text/x"],
         ["content-length-range", 1, 20], {{"x-amz-meta-by": "me"}}, ["starts-with", "$success_action_status", ""])",
      of_signature);
  const Fields fields{{"key", "up/${filename}"},
                      {"acl", "public-read"},
                      {"Content-Type", "text/x"},
                      {"x-amz-meta-by", "me"},
                      {"success_action_status", "201"}};
  const Got got = host.post(host.signed_fields(fields, host.policy_of(conditions)), "bytes\r\n--bo-u");
  EXPECT_EQ(got.outcome(), "201");
  EXPECT_EQ(got.element("Key"), "up/a.txt");
  EXPECT_EQ(got.header("Location"), "http://localhost/pics/up/a.txt");
  const Got read = host.get_anonymous("/pics/up/a.txt");
  EXPECT_EQ(read.body, "bytes\r\n--bo-u");
  EXPECT_EQ(read.header("Content-Type"), "text/x");
  EXPECT_EQ(read.header("x-amz-meta-by"), "me");
  EXPECT_EQ(host.post(host.signed_fields(fields, host.policy_of(conditions)), "").outcome(), "400 EntityTooSmall");
  EXPECT_EQ(host.post(host.signed_fields(fields, host.policy_of(conditions)), std::string(21, 'x')).outcome(),
            "400 EntityTooLarge");
}

TEST(S3Forms, OnlyWhatThePolicyAllowsIsStored) {
  Forms host;
  const std::string conditions = fmt::format(R"({}, {{"key": "k"}})", of_signature);
  const auto outcome = [&](Fields fields, std::string policy) {
    return host.post(host.signed_fields(std::move(fields), std::move(policy)), "x").outcome();
  };
  EXPECT_EQ(outcome({{"key", "other"}}, host.policy_of(conditions)), "403 AccessDenied");
  EXPECT_EQ(outcome({{"key", "k"}, {"acl", "public-read"}}, host.policy_of(conditions)), "403 AccessDenied");
  EXPECT_EQ(outcome({{"key", "k"}}, host.policy_of(conditions, -std::chrono::seconds(1))), "403 AccessDenied");
  EXPECT_EQ(outcome({{"key", "k"}}, host.policy_of(R"(["near", "$key", "k"])")), "400 InvalidPolicyDocument");
  EXPECT_EQ(outcome({{"key", "k"}}, base64_of("{")), "400 InvalidPolicyDocument");
  EXPECT_EQ(outcome({{"key", "k"}}, "no base64"), "400 InvalidPolicyDocument");
  EXPECT_EQ(host.post(host.signed_fields({{"key", "k"}}, host.policy_of(conditions), "wrong"), "x").outcome(),
            "403 SignatureDoesNotMatch");
  EXPECT_EQ(host.post({{"key", "k"}}, "x").outcome(), "403 AccessDenied");
  EXPECT_EQ(host.post({}, "x").outcome(), "400 InvalidArgument");
  EXPECT_EQ(host.post({{"key", "k"}}, "x", "multipart/form-data").outcome(), "400 MalformedPOSTRequest");
  EXPECT_EQ(host.get_signed("/pics/k").outcome(), "404 NoSuchKey");
  EXPECT_EQ(outcome({{"key", "k"}}, host.policy_of(conditions)), "204");
  EXPECT_EQ(host.get_signed("/pics/k").body, "x");
}

TEST(S3Forms, AreAnsweredWithARedirectWhereTheyAskForOne) {
  Forms host;
  const std::string conditions =
      fmt::format(R"({}, {{"key": "a b"}}, ["starts-with", "$success_action_redirect", "https://"])", of_signature);
  const Got got = host.post(host.signed_fields({{"key", "a b"}, {"success_action_redirect", "https://a.example/?x"}},
                                               host.policy_of(conditions)),
                            "x");
  EXPECT_EQ(got.status, 303);
  EXPECT_EQ(got.header("Location"),
            "https://a.example/?x&bucket=pics&key=a%20b&etag=%229dd4e461268c8034f5c8564e155c67a6%22");
}

TEST(S3Forms, ToPoliciesAreFormsAndAsOldAsTheirDate) {
  Forms host;
  const std::string conditions = fmt::format(R"({}, {{"key": "k"}})", of_signature);
  const auto deny_where = [&](std::string_view condition) {
    return host
        .put("/pics?policy", fmt::format(R"({{"Version": "2012-10-17", "Statement": [{{"Effect": "Deny",
                                             "Principal": "*", "Action": "s3:PutObject",
                                             "Resource": "arn:aws:s3:::pics/*", "Condition": {}}}]}})",
                                         condition))
        .status;
  };
  const auto post = [&] {
    return host.post(host.signed_fields({{"key", "k"}}, host.policy_of(conditions, std::chrono::hours(1))), "x");
  };
  EXPECT_EQ(deny_where(R"({"StringNotEquals": {"s3:authType": "POST"}})"), 204);
  EXPECT_EQ(post().outcome(), "204");
  EXPECT_EQ(host.put("/pics/k", "x").outcome(), "403 AccessDenied");
  EXPECT_EQ(deny_where(R"({"StringEquals": {"s3:authType": "POST"}})"), 204);
  EXPECT_EQ(post().outcome(), "403 AccessDenied");
  EXPECT_EQ(host.put("/pics/k", "x").status, 200);

  EXPECT_EQ(deny_where(R"({"NumericGreaterThan": {"s3:signatureAge": "600000"}})"), 204);
  EXPECT_EQ(post().outcome(), "204");
  const Fields fields = host.signed_fields({{"key", "k"}}, host.policy_of(conditions, std::chrono::hours(1)));
  host.world.run_for(std::chrono::minutes(11));
  EXPECT_EQ(host.post(fields, "x").outcome(), "403 AccessDenied");
}

TEST(S3Forms, WithADateThatIsNoneAreRefused) {
  Forms host;
  const std::string conditions = fmt::format(R"({}, {{"key": "k"}})", of_signature);
  for (const char* behind_the_day : {"", "T", "T000000", "T000000+0000", "T250000Z", " 00:00:00"}) {
    Fields fields = host.signed_fields({{"key", "k"}}, host.policy_of(conditions));
    std::string& date = std::ranges::find(fields, "x-amz-date", [](const auto& field) { return field.first; })->second;
    date = date.substr(0, 8) + behind_the_day;
    EXPECT_EQ(host.post(fields, "x").outcome(), "400 AuthorizationQueryParametersError") << behind_the_day;
  }
}

TEST(FormReader, BoundsWhatComesBeforeTheFile) {
  FormReader reader("b");
  const std::string field =
      "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n" + std::string(30'000, 'x') + "\r\n";
  EXPECT_EQ(reader.feed(field).error().code, "MaxPostPreDataLengthExceededError");
  EXPECT_EQ(FormReader::boundary_of("multipart/form-data; boundary=\"x y\""), "x y");
  EXPECT_EQ(FormReader::boundary_of("multipart/mixed; boundary=x"), std::nullopt);
  EXPECT_EQ(FormReader::boundary_of("multipart/form-data"), std::nullopt);
}

}  // namespace
}  // namespace gust::bucket
