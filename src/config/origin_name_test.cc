#include "config/origin_name.h"

#include <gtest/gtest.h>

namespace gust::config {
namespace {

TEST(OriginName, FindsTheBucketInBothFormsAlsoWithDotsAndInAnyCase) {
  EXPECT_EQ(bucket_in("pics.s3.amazonaws.com"), "pics");
  EXPECT_EQ(bucket_in("pics.s3.ap-south-1.amazonaws.com"), "pics");
  EXPECT_EQ(bucket_in("my.pics.s3.amazonaws.com"), "my.pics");
  EXPECT_EQ(bucket_in("my.pics.s3.eu-west-1.amazonaws.com"), "my.pics");
  EXPECT_EQ(bucket_in("a.s3.b.s3.us-east-1.amazonaws.com"), "a.s3.b");
  EXPECT_EQ(bucket_in("a.s3.s3.amazonaws.com"), "a.s3");
  EXPECT_EQ(bucket_in("Pics.S3.AmazonAWS.com"), "pics");
}

TEST(OriginName, FindsTheBucketOfAWebsiteEndpoint) {
  EXPECT_EQ(website_bucket_in("pics.s3-website-us-east-1.amazonaws.com"), "pics");
  EXPECT_EQ(website_bucket_in("My.Pics.s3-website.eu-central-1.amazonaws.com"), "my.pics");
  for (const char* name : {"pics.s3.amazonaws.com", "s3-website-us-east-1.amazonaws.com", ".s3-website.x.amazonaws.com",
                           "pics.s3-website.amazonaws.com", "pics.s3-website-.amazonaws.com",
                           "pics.s3-website.a.b.amazonaws.com", "pics.s3-website-us-east-1.example.org"}) {
    EXPECT_EQ(website_bucket_in(name), std::nullopt) << name;
  }
}

TEST(OriginName, OtherNamesMeanNoBucket) {
  for (const char* name : {"", "s3.amazonaws.com", "s3.ap-south-1.amazonaws.com", ".s3.amazonaws.com",
                           "pics.s3-website-us-east-1.amazonaws.com", "pics.s3.amazonaws.com.example.org",
                           "pics.s3.amazonaws.co", "pics.xs3.amazonaws.com", "example.org", "pics.s3..amazonaws.com"}) {
    EXPECT_EQ(bucket_in(name), std::nullopt) << name;
  }
}

TEST(OriginName, IsAHostNameOrAnIpv4Address) {
  for (const char* name : {"example.org", "localhost", "a_b.example", "127.0.0.1", "10.1.2.3", "x-1.y"}) {
    EXPECT_TRUE(is_origin_name(name)) << name;
  }
  for (const char* name : {"", ".", "a..b", "a.", ".a", "-a.b", "a-.b", "http://a", "a/b", "a:80", "a b", "::1",
                           "[::1]", "a\r\nb", "\xC3\xA9.org", "1.2.3", "2130706433", "0x7f.1"}) {
    EXPECT_FALSE(is_origin_name(name)) << name;
  }
  EXPECT_FALSE(is_origin_name(std::string(64, 'a') + ".org"));
  EXPECT_FALSE(is_origin_name("a." + std::string(252, 'b')));
}

TEST(OriginName, AddressesOfThePlatformAreRefused) {
  EXPECT_FALSE(is_origin_name("169.254.169.254"));
  EXPECT_FALSE(is_origin_name("0.0.0.0"));
}

}  // namespace
}  // namespace gust::config
