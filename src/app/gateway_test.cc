#include "app/gateway.h"

#include <gtest/gtest.h>

namespace gust::app {
namespace {

const std::vector<std::string> suffixes = {"localhost", "s3.localhost"};

// What a request without fields, or with an Authorization, is taken for.
std::string service_of_get(std::string_view host, std::string_view path, std::string_view query = "",
                           std::string_view authorization = "") {
  std::vector<aws::HeaderView> fields{{"Host", host}};
  if (!authorization.empty()) fields.push_back({"Authorization", authorization});
  return std::string(service_for({.method = "GET", .path = path, .query = query, .headers = fields}, host, suffixes));
}

TEST(Gateway, AHostThatNamesABucketIsOfS3WhateverTheKeyIs) {
  EXPECT_EQ(service_of_get("pics.s3.ap-south-1.amazonaws.com", "/2020-05-31/sea.jpg"), "s3");
  EXPECT_EQ(service_of_get("pics.s3.localhost", "/2013-04-01/sea.jpg"), "s3");
  EXPECT_EQ(service_of_get("pics.s3.amazonaws.com", "/sea.jpg", "Action=x&Version=2016-11-15"), "s3");
  EXPECT_EQ(service_of_get("pics.s3.amazonaws.com", "/2020-05-31/sea.jpg", "", "Basic eDp5"), "s3");
}

TEST(Gateway, TheScopeOfTheSignatureComesBeforeTheHost) {
  EXPECT_EQ(service_of_get("pics.s3.localhost", "/2020-05-31/distribution", "",
                           "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/cloudfront/aws4_request"),
            "cloudfront");
}

TEST(Gateway, TheApisOwnNamesLeaveTheChoiceToThePath) {
  EXPECT_EQ(service_of_get("localhost", "/2020-05-31/distribution"), "cloudfront");
  EXPECT_EQ(service_of_get("127.0.0.1", "/2020-05-31/distribution"), "cloudfront");
  EXPECT_EQ(service_of_get("127.0.0.1", "/pics/sea.jpg"), "s3");
}

TEST(Gateway, AnUnsignedFormNamesNoService) {
  const std::vector<aws::HeaderView> fields{{"Host", "127.0.0.1"},
                                            {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
  EXPECT_EQ(service_for({.method = "POST", .path = "/", .query = {}, .headers = fields}, "127.0.0.1", suffixes), "");
  EXPECT_EQ(service_for({.method = "POST", .path = "/b/k", .query = {}, .headers = fields}, "127.0.0.1", suffixes),
            "s3");
}

}  // namespace
}  // namespace gust::app
