#include "access/decision.h"

#include <gtest/gtest.h>

namespace gust::access {
namespace {

PolicyRef identity_policy(std::string_view effect) {
  return *read_policy(std::string(R"({"Version": "2012-10-17", "Statement": {"Effect": ")") + std::string(effect) +
                          R"(", "Action": "s3:GetObject", "Resource": "*"}})",
                      PolicyKind::identity);
}
PolicyRef bucket_policy(std::string_view effect, std::string_view principal) {
  return *read_policy(std::string(R"({"Version": "2012-10-17", "Statement": {"Effect": ")") + std::string(effect) +
                          R"(", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::pics/*", "Principal": )" +
                          std::string(principal) + "}}",
                      PolicyKind::bucket);
}

const CallerIdentity anonymous = Anonymous{};
const CallerIdentity root = RootUser{"111122223333"};
const CallerIdentity other_root = RootUser{"999999999999"};
const CallerIdentity ann = User{"111122223333", "/", "ann", "AIDAANN"};
const CallerIdentity edge = ServicePrincipal{"cloudfront.amazonaws.com", "arn:aws:cloudfront::1:distribution/E1", "1"};

struct Case {
  const CallerIdentity& caller;
  std::vector<PolicyRef> identity = {};
  PolicyRef resource = {};
  bool acl = false, shut = false;
};
Reason reason_of(const Case& asked) {
  const Context context = make_context(asked.caller, {});
  const Question question{asked.caller, "s3:GetObject", "arn:aws:s3:::pics/a", context};
  return decide(question, {.identity_policies = asked.identity,
                           .resource_policy = asked.resource.get(),
                           .is_let_by_acl = asked.acl,
                           .resource_account = "111122223333",
                           .is_shut_to_outsiders = asked.shut})
      .reason;
}

TEST(Decision, RootIsLetUnlessTheResourceDenies) {
  EXPECT_EQ(reason_of({.caller = root}), Reason::let);
  EXPECT_EQ(reason_of({.caller = root, .resource = bucket_policy("Deny", R"("*")")}),
            Reason::explicit_deny_of_resource);
}

TEST(Decision, AUserNeedsAnAllowFromEitherSide) {
  EXPECT_EQ(reason_of({.caller = ann}), Reason::no_identity_policy);
  EXPECT_EQ(reason_of({.caller = ann, .identity = {identity_policy("Allow")}}), Reason::let);
  EXPECT_EQ(reason_of({.caller = ann,
                       .resource = bucket_policy("Allow", R"({"AWS": "arn:aws:iam::111122223333:user/ann"})")}),
            Reason::let);
  EXPECT_EQ(reason_of({.caller = ann, .acl = true}), Reason::let);
  // Naming the account leaves it to the user's policies.
  EXPECT_EQ(reason_of({.caller = ann, .resource = bucket_policy("Allow", R"({"AWS": "111122223333"})")}),
            Reason::no_identity_policy);
}

TEST(Decision, ADenyOfEitherSideBeatsAll) {
  EXPECT_EQ(reason_of({.caller = ann, .identity = {identity_policy("Allow"), identity_policy("Deny")}}),
            Reason::explicit_deny_of_identity);
  EXPECT_EQ(
      reason_of({.caller = ann, .identity = {identity_policy("Allow")}, .resource = bucket_policy("Deny", R"("*")")}),
      Reason::explicit_deny_of_resource);
}

TEST(Decision, AnotherAccountNeedsBothSides) {
  EXPECT_EQ(reason_of({.caller = other_root}), Reason::no_resource_policy);
  EXPECT_EQ(reason_of({.caller = other_root, .resource = bucket_policy("Allow", R"({"AWS": "999999999999"})")}),
            Reason::let);
}

TEST(Decision, StrangersAndServicesNeedTheResourcesPolicyOrItsList) {
  EXPECT_EQ(reason_of({.caller = anonymous}), Reason::no_resource_policy);
  EXPECT_EQ(reason_of({.caller = anonymous, .acl = true}), Reason::let);
  EXPECT_EQ(reason_of({.caller = anonymous, .resource = bucket_policy("Allow", R"("*")")}), Reason::let);
  EXPECT_EQ(reason_of({.caller = edge}), Reason::no_resource_policy);
  EXPECT_EQ(
      reason_of({.caller = edge, .resource = bucket_policy("Allow", R"({"Service": "cloudfront.amazonaws.com"})")}),
      Reason::let);
}

TEST(Decision, RestrictPublicBucketsLeavesServicesAndTheOwnAccount) {
  const PolicyRef everybody = bucket_policy("Allow", R"("*")");
  EXPECT_EQ(reason_of({.caller = anonymous, .resource = everybody, .shut = true}), Reason::shut_to_outsiders);
  EXPECT_EQ(reason_of({.caller = edge, .resource = everybody, .shut = true}), Reason::let);
  EXPECT_EQ(reason_of({.caller = ann, .resource = everybody, .shut = true}), Reason::let);
}

TEST(Decision, RefusalsAreInTheServicesWords) {
  const Context context = make_context(ann, {});
  const Question question{ann, "s3:GetObject", "arn:aws:s3:::pics/a", context};
  EXPECT_EQ(words_of_refusal(question, {Reason::no_identity_policy}),
            "User: arn:aws:iam::111122223333:user/ann is not authorized to perform: s3:GetObject on resource: "
            "\"arn:aws:s3:::pics/a\" because no identity-based policy allows the s3:GetObject action");
  EXPECT_EQ(words_of_refusal(question, {Reason::explicit_deny_of_resource}),
            "User: arn:aws:iam::111122223333:user/ann is not authorized to perform: s3:GetObject on resource: "
            "\"arn:aws:s3:::pics/a\" with an explicit deny in a resource-based policy");
  const Question unsigned_question{anonymous, "s3:GetObject", "arn:aws:s3:::pics/a", context};
  EXPECT_EQ(words_of_refusal(unsigned_question, {Reason::no_resource_policy}), "Access Denied");
}

}  // namespace
}  // namespace gust::access
