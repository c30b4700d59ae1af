#include "access/authorizer.h"

#include <gtest/gtest.h>

namespace gust::access {
namespace {

struct World {
  World() {
    directory.pin("AKIAROOT", {.secret = "root", .identity = std::make_shared<Identity>(Identity{RootUser{"1"}})});
    Identity ann{User{.account_id = "1", .path = "/", .name = "ann", .id = "AIDAANN"}};
    ann.policies.push_back(*read_policy(R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow",
        "Action": "cloudfront:Get*", "Resource": "arn:aws:cloudfront::1:distribution/*",
        "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}})",
                                        PolicyKind::identity));
    Directory::Keys keys;
    keys.emplace("AKIAANN", KeyOwner{.secret = "ann", .identity = std::make_shared<Identity>(ann)});
    directory.replace(std::move(keys));
    directory.pin("AKIAEDGE", {.secret = "edge", .identity = std::make_shared<Identity>(Identity{.is_edge = true})});
  }
  // The refusal's words, or "".
  std::string ask(std::string_view key, std::string_view action, std::string_view resource,
                  std::string_view address = "10.1.2.3") {
    const auto caller = authorizer.caller_of(key);
    if (!caller) return "no such caller";
    const aws::ConditionValue conditions[] = {{"aws:SourceIp", address}};
    const auto refusal = authorizer.refusal_of(*caller, {action, resource, conditions});
    return refusal ? refusal->message : "";
  }
  Directory directory;
  DirectoryAuthorizer authorizer{directory, "1"};
};

constexpr std::string_view distribution = "arn:aws:cloudfront::1:distribution/E1";

TEST(DirectoryAuthorizer, TellsWhoHoldsAKey) {
  World world;
  EXPECT_EQ(world.authorizer.caller_of("AKIAROOT")->arn, "arn:aws:iam::1:root");
  EXPECT_EQ(world.authorizer.caller_of("AKIAROOT")->user_id, "1");
  EXPECT_EQ(world.authorizer.caller_of("AKIAANN")->arn, "arn:aws:iam::1:user/ann");
  EXPECT_EQ(world.authorizer.caller_of("AKIAANN")->user_id, "AIDAANN");
  EXPECT_EQ(world.authorizer.caller_of("AKIANONE"), std::nullopt);
  EXPECT_EQ(world.authorizer.caller_of("AKIAEDGE"), std::nullopt);
}

TEST(DirectoryAuthorizer, LetsRootAndWhatPoliciesAllow) {
  World world;
  EXPECT_EQ(world.ask("AKIAROOT", "cloudfront:DeleteDistribution", distribution), "");
  EXPECT_EQ(world.ask("AKIAANN", "cloudfront:GetDistribution", distribution), "");
  EXPECT_EQ(world.ask("AKIAANN", "sts:GetCallerIdentity", "*"), "");
  EXPECT_EQ(world.ask("AKIAANN", "cloudfront:DeleteDistribution", distribution),
            "User: arn:aws:iam::1:user/ann is not authorized to perform: cloudfront:DeleteDistribution on resource: "
            "\"arn:aws:cloudfront::1:distribution/E1\" because no identity-based policy allows the "
            "cloudfront:DeleteDistribution action");
  EXPECT_NE(world.ask("AKIAANN", "cloudfront:GetDistribution", distribution, "192.0.2.1"), "");
  EXPECT_NE(world.ask("AKIAANN", "cloudfront:GetCachePolicy", "arn:aws:cloudfront::1:cache-policy/1"), "");
}

}  // namespace
}  // namespace gust::access
