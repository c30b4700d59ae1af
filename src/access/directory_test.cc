#include "access/directory.h"

#include <gtest/gtest.h>

namespace gust::access {
namespace {

KeyOwner owner_of(std::string secret, bool is_active = true) {
  return {std::move(secret), is_active, std::make_shared<const Identity>(Identity{.caller = RootUser{"1"}})};
}

TEST(Directory, FindsActiveKeysOnly) {
  Directory directory;
  directory.replace({{"AKIAONE", owner_of("s1")}, {"AKIATWO", owner_of("s2", false)}});
  EXPECT_EQ(directory.find_secret("AKIAONE"), "s1");
  EXPECT_NE(directory.find("AKIAONE"), nullptr);
  EXPECT_EQ(directory.find_secret("AKIATWO"), std::nullopt);
  EXPECT_EQ(directory.find("AKIATWO"), nullptr);
  EXPECT_EQ(directory.find_secret("AKIATHREE"), std::nullopt);
}

TEST(Directory, PinnedKeysStayWhenTheListIsReplaced) {
  Directory directory;
  directory.pin("AKIAROOT", owner_of("root"));
  directory.replace({{"AKIAONE", owner_of("s1")}});
  EXPECT_EQ(directory.find_secret("AKIAROOT"), "root");
  directory.unpin("AKIAROOT");
  EXPECT_EQ(directory.find_secret("AKIAROOT"), std::nullopt);
  EXPECT_EQ(directory.find_secret("AKIAONE"), "s1");
}

TEST(EdgeCaller, IsTheServiceForADistributionOrAnAccessIdentity) {
  const aws::HeaderView arn{"x-amz-source-arn", "arn:aws:cloudfront::1:distribution/E1"};
  const aws::HeaderView account{"x-amz-source-account", "1"};
  const aws::HeaderView identity{"x-amz-cf-origin-access-identity", "E2"};
  const std::vector<aws::HeaderView> service_fields{arn, account}, identity_fields{arn, account, identity};
  const auto service = caller_of_edge({"GET", "/", "", service_fields});
  ASSERT_TRUE(service.has_value());
  EXPECT_EQ(std::get<ServicePrincipal>(*service).source_arn, "arn:aws:cloudfront::1:distribution/E1");
  const auto by_identity = caller_of_edge({"GET", "/", "", identity_fields});
  ASSERT_TRUE(by_identity.has_value());
  EXPECT_EQ(std::get<OriginAccessIdentity>(*by_identity).canonical_user_id, make_canonical_user_id("E2"));
}

TEST(EdgeCaller, IsRefusedWithoutItsFieldsOrWithTwo) {
  const aws::HeaderView arn{"x-amz-source-arn", "arn:aws:cloudfront::1:distribution/E1"};
  const aws::HeaderView account{"x-amz-source-account", "1"};
  const std::vector<aws::HeaderView> none, one{arn}, twice{arn, arn, account};
  EXPECT_FALSE(caller_of_edge({"GET", "/", "", none}));
  EXPECT_FALSE(caller_of_edge({"GET", "/", "", one}));
  EXPECT_FALSE(caller_of_edge({"GET", "/", "", twice}));
}

}  // namespace
}  // namespace gust::access
