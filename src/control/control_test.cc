// The front door: who may ask, what is asked, and how anything at all is answered. AWS.md sections 3 and 4.
#include "control/control.h"

#include "config/document.h"
#include "control/control_test_internal.h"

namespace gust::control {
namespace {

class FrontDoor : public ControlTest {};

TEST_F(FrontDoor, AnAnonymousRequestIsMissingAuthenticationToken) {
  start();
  const Reply reply = send_as_is("GET", "/2020-05-31/distribution", "", {{"Host", "127.0.0.1:9000"}});
  EXPECT_EQ(reply.error(), "403 MissingAuthenticationToken");
  EXPECT_TRUE(reply.has("<ErrorResponse xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\">")) << reply.body;
}

TEST_F(FrontDoor, AnUnknownKeyIsInvalidClientTokenId) {
  start();
  std::vector<aws::HeaderToAdd> headers = {{"Host", "127.0.0.1:9000"}};
  const std::vector<aws::HeaderView> views = {{headers[0].name, headers[0].value}};
  for (auto& field : aws::sign_request({"GET", "/2020-05-31/distribution", "", views},
                                       {"AKIDOTHER", "secret", "us-east-1", "cloudfront"}, aws::empty_payload_sha256,
                                       world.wall_now())) {
    headers.push_back(std::move(field));
  }
  EXPECT_EQ(send_as_is("GET", "/2020-05-31/distribution", "", headers).error(), "403 InvalidClientTokenId");
}

TEST_F(FrontDoor, ABodyThatIsNotTheSignedOneIsSignatureDoesNotMatch) {
  start();
  std::vector<aws::HeaderToAdd> headers = {{"Host", "127.0.0.1:9000"}};
  const std::vector<aws::HeaderView> views = {{headers[0].name, headers[0].value}};
  for (auto& field : aws::sign_request({"POST", "/2020-05-31/distribution", "", views},
                                       {"AKIDTEST", "secret", "us-east-1", "cloudfront"}, aws::empty_payload_sha256,
                                       world.wall_now())) {
    headers.push_back(std::move(field));
  }
  EXPECT_EQ(send_as_is("POST", "/2020-05-31/distribution", small_config("r1"), headers).error(),
            "403 SignatureDoesNotMatch");
  EXPECT_TRUE(documents().empty());
}

TEST_F(FrontDoor, EveryAnswerHasARequestIdAndADate) {
  start();
  const Reply good = send("GET", "/2020-05-31/distribution");
  EXPECT_EQ(good.status, 200);
  EXPECT_EQ(good.header("x-amzn-RequestId").size(), 36U);
  EXPECT_FALSE(good.header("Date").empty());
  const Reply bad = get("E1");
  EXPECT_EQ(bad.element("RequestId"), bad.header("x-amzn-RequestId"));
  EXPECT_NE(bad.header("x-amzn-RequestId"), good.header("x-amzn-RequestId"));
  EXPECT_EQ(bad.header("Content-Type"), "application/xml");
}

TEST_F(FrontDoor, AnUnknownPathIsAnsweredInXml) {
  start();
  const Reply reply = send("GET", "/2020-05-31/nonsense");
  EXPECT_EQ(reply.error(), "404 UnknownOperationException");
  EXPECT_EQ(reply.header("Content-Type"), "application/xml");
}

TEST_F(FrontDoor, AnOperationThatIsNotBuiltYetIsNamed) {
  start();
  const Reply reply = send("POST", "/2020-05-31/streaming-distribution", "<StreamingDistributionConfig/>");
  EXPECT_EQ(reply.error(), "501 NotImplemented");
  EXPECT_TRUE(reply.has("CreateStreamingDistribution")) << reply.body;
}

TEST_F(FrontDoor, ABodyThatIsNotXmlIsMalformed) {
  start();
  EXPECT_EQ(create("<DistributionConfig><Callers").status, 400);
  EXPECT_EQ(create("").status, 400);
  EXPECT_EQ(create("{}").status, 400);
}

TEST_F(FrontDoor, ASettingThatTheModelDoesNotKnowIsRefusedByName) {
  start();
  const Reply reply = create(small_config("r1", "<Novelty>1</Novelty>"));
  EXPECT_EQ(reply.status, 400);
  EXPECT_TRUE(reply.has("Novelty")) << reply.body;
}

// SECURITY.md: strangers must not make us hold megabytes for each of their connections.
TEST_F(FrontDoor, TheBodyOfAStrangerIsNotRead) {
  start();
  const std::string beyond_bound(4 * 1024 * 1024 + 1, 'x');
  EXPECT_EQ(send_as_is("POST", "/2020-05-31/distribution", beyond_bound, {{"Host", "127.0.0.1:9000"}}).error(),
            "403 MissingAuthenticationToken");
  EXPECT_EQ(send_as_is("POST", "/2020-05-31/distribution", beyond_bound,
                       {{"Host", "127.0.0.1:9000"},
                        {"X-Amz-Date", "20260101T000000Z"},
                        {"Authorization",
                         "AWS4-HMAC-SHA256 Credential=STRANGER/20260101/us-east-1/cloudfront/aws4_request, "
                         "SignedHeaders=host;x-amz-date, Signature=00"}})
                .error(),
            "403 InvalidClientTokenId");
}

TEST_F(FrontDoor, ARequestBeyondTheStoresDocumentsIsTooLargeAndNoTroubleOfOurs) {
  start();
  EXPECT_EQ(create(small_config(std::string(1024 * 1024 + 1, 'r'))).error(), "413 EntitySizeLimitExceeded");
}

TEST_F(FrontDoor, ABodyBeyondTheBoundIsTooLarge) {
  start();
  const Reply reply = send("POST", "/2020-05-31/distribution", std::string(4 * 1024 * 1024 + 1, 'x'));
  EXPECT_EQ(reply.error(), "413 RequestEntityTooLarge");
}

class Restart : public ControlTest {};

TEST_F(Restart, TheDocumentsAreLoadedAndPublished) {
  start();
  const std::string id = create_deployed();
  delivery.published.clear();
  EXPECT_EQ(restart(), config::Findings{});
  ASSERT_EQ(delivery.published.size(), 1U);
  EXPECT_NE(delivery.published[0]->find_by_id(id), nullptr);
  EXPECT_EQ(get(id).element("Status"), "Deployed");
}

TEST_F(Restart, DistributionsOfAnEarlierReleaseAreFoundAtTheirOlderKeys) {
  start();
  const std::string id = create_deployed();
  config::Document document = documents("cloudfront/config/distribution/" + id).at(0);
  for (int i = 0; i < 40; ++i) overwrite({fmt::format("cloudfront/distribution/{}{}", id, i), document.value, 0});
  restart();
  EXPECT_TRUE(documents("cloudfront/distribution/").empty());
  EXPECT_EQ(documents("cloudfront/config/distribution/").size(), 41U);
  EXPECT_EQ(get(id + "7").status, 200);
}

TEST_F(Restart, ADocumentThatDoesNotCompileIsReportedAndNothingIsPublishedUntilItDoes) {
  start();
  const std::string id = create_deployed();
  // As another version might have written it.
  config::Document document = documents("cloudfront/config/distribution/" + id).at(0);
  document.value.replace(document.value.find("http-only"), 9, "spdy-only");
  overwrite(document);
  delivery.published.clear();
  const config::Findings found = restart();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].path, id + ".DistributionConfig.Origins.Items[0].CustomOriginConfig.OriginProtocolPolicy");
  EXPECT_TRUE(delivery.published.empty());
  EXPECT_FALSE(reports.empty());
  // The API works, and the change that mends it is published.
  const Reply reply = get(id);
  EXPECT_EQ(reply.element("Status"), "InProgress");
  EXPECT_EQ(update(id, small_config("r1"), reply.header("ETag")).status, 200);
  settle();
  ASSERT_EQ(delivery.published.size(), 1U);
  EXPECT_EQ(get(id).element("Status"), "Deployed");
}

TEST_F(Restart, ADeliveryThatFailsAtFirstIsRepeated) {
  delivery.failures = 2;
  start();
  EXPECT_EQ(delivery.published.size(), 1U);
  world.run_for(std::chrono::seconds(3));
  EXPECT_EQ(delivery.published.size(), 3U);
  EXPECT_FALSE(reports.empty());
}

}  // namespace
}  // namespace gust::control
