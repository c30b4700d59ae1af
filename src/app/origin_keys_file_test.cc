#include "app/origin_keys_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gust::app {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(OriginKeysFile, HasOneKeyAHost) {
  const auto keys = read_origin_keys(
      "- host: MinIO.example.com\n  access_key_id: id\n  secret_access_key: s/e\n"
      "- host: '*.s3.eu-west-1.amazonaws.com'\n  access_key_id: id2\n  secret_access_key: s2\n  region: eu-west-1\n",
      "keys.yaml");
  ASSERT_TRUE(keys) << keys.error();
  ASSERT_EQ(keys->size(), 2U);
  EXPECT_EQ(keys->at(0).host, "minio.example.com");
  EXPECT_EQ(keys->at(0).secret, "s/e");
  EXPECT_EQ(keys->at(0).region, "");
  EXPECT_EQ(keys->at(1).host, "*.s3.eu-west-1.amazonaws.com");
  EXPECT_EQ(keys->at(1).region, "eu-west-1");
  EXPECT_TRUE(read_origin_keys("", "keys.yaml")->empty());
}

TEST(OriginKeysFile, SaysWhereItIsWrongAndTellsNoSecret) {
  const std::string good = "- host: a.example\n  access_key_id: id\n  secret_access_key: hush\n";
  for (const auto& [text, said] : {std::pair<std::string, std::string>{"host: a", "keys.yaml: expected a list"},
                                   {"- [1", "keys.yaml:1: not YAML"},
                                   {"- a", "keys.yaml:1: expected a map"},
                                   {good + "- host: b.example\n", "keys.yaml:4: access_key_id"},
                                   {"- host: a.example:9000\n", "keys.yaml:1: host"},
                                   {"- secret_access_key: hush\n  access_key_id: id\n", "keys.yaml:1: host"},
                                   {"- host: a.example\n  access_key_id: id\n", "secret_access_key"},
                                   {"- host: a.example\n  access_key_id: i/d\n", "access_key_id"},
                                   {good + "  region: 'a b'\n", "region"},
                                   {good + "  port: 1\n", "port: not one of"},
                                   {"- host: [a]\n", "host: expected one value"}}) {
    const auto keys = read_origin_keys(text, "keys.yaml");
    ASSERT_FALSE(keys) << text;
    EXPECT_THAT(keys.error(), HasSubstr(said));
    EXPECT_THAT(keys.error(), Not(HasSubstr("hush")));
  }
}

}  // namespace
}  // namespace gust::app
