#include "aws/client.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "aws/gen/cloudfront.h"
#include "aws/gen/s3.h"
#include "base/text.h"

namespace gust::aws {
namespace {

using Json = nlohmann::json;

const Operation& operation_of(const Service& service, std::string_view name) {
  return *std::ranges::find(service.operations, name, &Operation::name);
}
Answer<ClientRequest> request_of(const Service& service, std::string_view name, std::string_view input) {
  return write_client_request(service, operation_of(service, name), Json::parse(input));
}

TEST(Client, AStructureBecomesTheDocumentThatTheServiceReads) {
  const auto request = request_of(cloudfront::service(), "UpdateDistribution", R"({"Id": "E1", "IfMatch": "E2",
    "DistributionConfig": {"Comment": "a < b", "Enabled": true, "Aliases": {"Quantity": 1, "Items": ["a.example"]}}})");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->method, "PUT");
  EXPECT_EQ(request->path, "/2020-05-31/distribution/E1/config");
  EXPECT_EQ(request->headers.front(), std::pair(std::string("If-Match"), std::string("E2")));
  EXPECT_EQ(request->body,
            "<DistributionConfig "
            "xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Aliases><Quantity>1</Quantity><Items>"
            "<CNAME>a.example</CNAME></Items></Aliases><Comment>a &lt; "
            "b</Comment><Enabled>true</Enabled></DistributionConfig>");
}

TEST(Client, PathsQueriesAndPlainBodiesGoWhereTheModelSays) {
  const auto put = request_of(s3::service(), "PutObjectAcl",
                              R"({"Bucket": "b", "Key": "a b/c?d", "ACL": "private", "VersionId": "v&1"})");
  ASSERT_TRUE(put) << put.error().message;
  EXPECT_EQ(put->path, "/b/a%20b/c%3Fd");
  EXPECT_EQ(put->query, "acl&versionId=v%261");
  EXPECT_EQ(put->headers.front(), std::pair(std::string("x-amz-acl"), std::string("private")));
  const auto function = request_of(cloudfront::service(), "GetFunction", R"({"Name": "f", "Stage": "LIVE"})");
  ASSERT_TRUE(function);
  EXPECT_EQ(function->path + "?" + function->query, "/2020-05-31/function/f?Stage=LIVE");
}

TEST(Client, WhatTheOperationDoesNotHaveIsRefused) {
  const auto unknown = request_of(s3::service(), "DeleteBucket", R"({"Bucket": "b", "Colour": "red"})");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().message, "DeleteBucket has no member Colour.");
  const auto wrong =
      request_of(cloudfront::service(), "UpdateDistribution", R"({"Id": "E1", "DistributionConfig": {"Aliases": 1}})");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message, "DistributionConfig.Aliases must be a structure.");
}

TEST(Client, AnAnswerIsReadByTheSameShapes) {
  const ClientAnswer answer{
      .status = 200,
      .headers = {{"etag", "E7"}},
      .body =
          "<Distribution xmlns=\"x\"><Id>E1</Id><Status>Deployed</Status><DistributionConfig><Enabled>true"
          "</Enabled><Aliases><Quantity>1</Quantity><Items><CNAME>a</CNAME></Items></Aliases>"
          "</DistributionConfig></Distribution>"};
  const auto output = read_client_answer(operation_of(cloudfront::service(), "GetDistribution"), answer);
  ASSERT_TRUE(output);
  EXPECT_EQ(*output,
            Json::parse(R"({"ETag": "E7", "Distribution": {"Id": "E1", "Status": "Deployed", "DistributionConfig":
    {"Enabled": true, "Aliases": {"Quantity": 1, "Items": ["a"]}}}})"));
  const auto object =
      read_client_answer(operation_of(s3::service(), "GetObject"), {.status = 200, .headers = {}, .body = "bytes"});
  ASSERT_TRUE(object);
  EXPECT_EQ((*object)["Body"], base64_of("bytes"));
}

TEST(Client, ErrorsKeepTheServicesWords) {
  const auto& get = operation_of(cloudfront::service(), "GetDistribution");
  const auto refused = read_client_answer(get, {.status = 404,
                                                .headers = {},
                                                .body = "<ErrorResponse><Error><Code>NoSuchDistribution</Code>"
                                                        "<Message>gone</Message></Error></ErrorResponse>"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), (ServiceError{"NoSuchDistribution", 404, "gone", {}}));
  const auto& of_s3 = operation_of(s3::service(), "DeleteBucket");
  const auto not_empty =
      read_client_answer(of_s3, {.status = 409, .headers = {}, .body = "<Error><Code>BucketNotEmpty</Code></Error>"});
  EXPECT_EQ(not_empty.error().code, "BucketNotEmpty");
  const auto no_xml = read_client_answer(of_s3, {.status = 502, .headers = {}, .body = "<html>"});
  EXPECT_EQ(no_xml.error().status, 502);
  EXPECT_EQ(read_client_answer(get, {.status = 200, .headers = {}, .body = "no xml"}).error().code, "InternalFailure");
}

}  // namespace
}  // namespace gust::aws
