#include "control/front.h"

#include "aws/gen/acm.h"
#include "aws/gen/sts.h"
#include "base/date.h"
#include "control/control_test_internal.h"

namespace gust::control {
namespace {

// A service of the query protocol that knows who asks.
class Identities {
 public:
  rt::Task<aws::Answer<aws::sts::GetCallerIdentityResponse>> who(const aws::Call& call,
                                                                 aws::sts::GetCallerIdentityRequest) {
    aws::sts::GetCallerIdentityResponse output;
    output.arn = call.caller.arn;
    output.account = std::string(call.region);
    co_return output;
  }
};

class FrontTest : public ControlTest {
 protected:
  FrontTest() {
    handlers.add<aws::sts::op::GetCallerIdentity, &Identities::who>(identities);
    front.add({.handlers = &handlers, .region = {}, .resource_of = {}, .refusal_of = {}});
  }

  Reply ask(std::string_view service, std::string body, std::string_view region = "us-east-1",
            std::string_view secret = "secret", std::vector<aws::HeaderToAdd> headers = {}) {
    headers.push_back({"Host", "127.0.0.1:9000"});
    std::vector<aws::HeaderView> views;
    for (const auto& [name, value] : headers) views.push_back({name, value});
    const aws::WireRequest request{.method = "POST", .path = "/", .query = {}, .headers = views};
    const aws::SigningKey key{"AKIDTEST", std::string(secret), std::string(region), std::string(service)};
    for (auto& field : aws::sign_request(request, key, hex_of(digest_of(DigestKind::sha256, body)), world.wall_now())) {
      headers.push_back(std::move(field));
    }
    return send_to(std::string(service), "POST", "/", std::move(body), std::move(headers));
  }

  Identities identities;
  aws::Handlers handlers{aws::sts::service()};
};

constexpr std::string_view who_am_i = "Action=GetCallerIdentity&Version=2011-06-15";

TEST_F(FrontTest, AnswersAFormAndTellsTheHandlerWhoAsksAndWhere) {
  const Reply reply = ask("sts", std::string(who_am_i), "eu-north-1");
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.element("Arn"), "arn:aws:iam::123456789012:user/ann");
  EXPECT_EQ(reply.element("Account"), "eu-north-1");
  EXPECT_EQ(reply.header("Content-Type"), "text/xml");
  EXPECT_EQ(reply.element("RequestId"), reply.header("x-amzn-RequestId"));
}

TEST_F(FrontTest, AsksTheAuthorizerAboutActionAndResource) {
  authorizer.asked_about.clear();
  ask("sts", std::string(who_am_i));
  send("GET", "/2020-05-31/distribution/E1/config");
  send("GET", "/2020-05-31/tagging?Resource=arn%3Aaws%3Ax");
  send("GET", "/2020-05-31/distribution");
  const std::vector<std::string> expected = {
      "sts:GetCallerIdentity *", "cloudfront:GetDistributionConfig arn:aws:cloudfront::123456789012:distribution/E1",
      "cloudfront:ListTagsForResource arn:aws:x", "cloudfront:ListDistributions *"};
  EXPECT_EQ(authorizer.asked_about, expected);
}

TEST_F(FrontTest, ConditionsOfTimeAreToldInBothForms) {
  send("GET", "/2020-05-31/distribution");
  EXPECT_EQ(authorizer.conditions.at("aws:CurrentTime"), iso8601_of(world.wall_now()));
  EXPECT_EQ(authorizer.conditions.at("aws:EpochTime"), std::to_string(unix_seconds(world.wall_now())));
}

TEST_F(FrontTest, LetsNothingHappenThatIsRefusedAndReportsIt) {
  authorizer.forbidden = {"cloudfront:CreateDistribution"};
  const Reply reply = create(small_config("r"));
  EXPECT_EQ(reply.error(), "403 AccessDenied");
  EXPECT_TRUE(documents().empty());
  ASSERT_EQ(refusals.size(), 1U);
  EXPECT_NE(refusals[0].find("POST /2020-05-31/distribution: AccessDenied"), std::string::npos) << refusals[0];
}

TEST_F(FrontTest, RefusesAWrongSecretAServiceOfAnotherScopeAndAnotherRegion) {
  EXPECT_EQ(ask("sts", std::string(who_am_i), "us-east-1", "guess").error(), "403 SignatureDoesNotMatch");
  EXPECT_EQ(refusals.size(), 1U);
  const Reply elsewhere = ask("cloudfront", "", "eu-north-1");
  EXPECT_EQ(elsewhere.error(), "403 SignatureDoesNotMatch");
  EXPECT_TRUE(elsewhere.has("valid region"));
}

TEST_F(FrontTest, SignaturesOverAnotherBodyAreRefused) {
  std::vector<aws::HeaderToAdd> headers{{"Host", "h"}};
  const std::vector<aws::HeaderView> views{{"Host", "h"}};
  const aws::WireRequest request{.method = "POST", .path = "/", .query = {}, .headers = views};
  for (auto& field : aws::sign_request(request, {"AKIDTEST", "secret", "us-east-1", "sts"},
                                       hex_of(digest_of(DigestKind::sha256, who_am_i)), world.wall_now())) {
    headers.push_back(std::move(field));
  }
  EXPECT_EQ(send_to("sts", "POST", "/", "Action=AssumeRole&Version=2011-06-15", headers).error(),
            "403 SignatureDoesNotMatch");
}

TEST_F(FrontTest, AnOperationWithoutARowIsRefusedByName) {
  const Reply reply = ask("sts", "Action=GetAccessKeyInfo&Version=2011-06-15&AccessKeyId=AKIAAAAAAAAAAAAAAAAA");
  EXPECT_EQ(reply.error(), "501 NotImplemented");
  EXPECT_TRUE(reply.has("GetAccessKeyInfo"));
}

TEST_F(FrontTest, SpellsRefusalsOfJsonServicesTheirWay) {
  aws::Handlers certificates{aws::acm::service()};
  front.add({.handlers = &certificates, .region = {}, .resource_of = {}, .refusal_of = {}});
  const Reply reply = ask("acm", "{}", "us-east-1", "guess", {{"X-Amz-Target", "CertificateManager.ListCertificates"}});
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.header("X-Amzn-ErrorType"), "InvalidSignatureException");
  EXPECT_TRUE(reply.has(R"("__type":"InvalidSignatureException")"));
}

std::string nested(int depth) {
  std::string text;
  for (int i = 0; i < depth; ++i) text += "<DistributionConfig>";
  for (int i = 0; i < depth; ++i) text += "</DistributionConfig>";
  return text;
}

TEST_F(FrontTest, HostileBodiesGetErrorsAndWriteNothing) {
  std::string laughs = "<!DOCTYPE l [<!ENTITY a \"ha\">";
  for (char c = 'b'; c < 'l'; ++c) {
    const std::string before(10, static_cast<char>(c - 1));
    laughs += fmt::format("<!ENTITY {} \"", c);
    for (const char each : before) laughs += fmt::format("&{};", each);
    laughs += "\">";
  }
  const std::string with_reference = small_config("&k;");
  const std::string bodies[] = {laughs + "]>" + with_reference,
                                "<!DOCTYPE x SYSTEM \"file:///etc/passwd\">" + small_config("r"),
                                small_config("&amp"),
                                small_config("r", "\xff\xfe"),
                                small_config(std::string("r\0", 2)),
                                small_config("r", "<?php ?>"),
                                small_config("r", std::string(100'000, '<')),
                                nested(10'000),
                                small_config("r").substr(0, 300),
                                "\xEF\xBB\xBF",
                                "{}",
                                "Action=CreateUser&Version=2010-05-08"};
  for (const std::string& body : bodies) {
    const Reply reply = create(body);
    EXPECT_EQ(reply.error(), "400 MalformedInput") << body.substr(0, 200);
  }
  EXPECT_EQ(create(std::string(5 << 20, ' ') + small_config("r")).error(), "413 RequestEntityTooLarge");
  EXPECT_TRUE(documents().empty());
}

TEST_F(FrontTest, ASignatureServesForNoOtherRequestAndNoLaterTime) {
  const std::string body = small_config("r");
  std::vector<aws::HeaderToAdd> headers{{"Host", "h"}};
  const std::vector<aws::HeaderView> views{{"Host", "h"}};
  const aws::WireRequest request{.method = "POST", .path = "/2020-05-31/distribution", .query = {}, .headers = views};
  for (auto& field : aws::sign_request(request, {"AKIDTEST", "secret", "us-east-1", "cloudfront"},
                                       hex_of(digest_of(DigestKind::sha256, body)), world.wall_now())) {
    headers.push_back(std::move(field));
  }
  EXPECT_EQ(send_as_is("POST", "/2020-05-31/distribution?WithTags", body, headers).error(),
            "403 SignatureDoesNotMatch");
  EXPECT_EQ(send_as_is("PUT", "/2020-05-31/distribution", body, headers).error(), "403 SignatureDoesNotMatch");
  EXPECT_EQ(send_as_is("POST", "/2020-05-31/distribution", small_config("s"), headers).error(),
            "403 SignatureDoesNotMatch");
  EXPECT_EQ(send_to("sts", "POST", "/2020-05-31/distribution", body, headers).error(), "403 SignatureDoesNotMatch");
  auto truncated = headers;
  for (auto& [name, value] : truncated) {
    if (equal_fold(name, "Authorization")) value.resize(value.size() - 1);
  }
  EXPECT_EQ(send_as_is("POST", "/2020-05-31/distribution", body, truncated).error(), "403 SignatureDoesNotMatch");
  world.run_for(std::chrono::minutes(16));
  EXPECT_EQ(send_as_is("POST", "/2020-05-31/distribution", body, headers).error(), "403 SignatureDoesNotMatch");
  EXPECT_TRUE(documents().empty());
}

}  // namespace
}  // namespace gust::control
