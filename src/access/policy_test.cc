#include "access/policy.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace gust::access {
namespace {

constexpr std::string_view account = "111122223333";
constexpr std::string_view distribution = "arn:aws:cloudfront::111122223333:distribution/EDFDVBD6EXAMPLE";

CallerIdentity user(std::string name) { return User{std::string(account), "/", std::move(name), "AIDAEXAMPLE"}; }
CallerIdentity edge(std::string_view of) {
  return ServicePrincipal{"cloudfront.amazonaws.com", std::string(of), std::string(account)};
}
CallerIdentity identity(const std::string& id) { return OriginAccessIdentity{id, make_canonical_user_id(id)}; }

PolicyRef policy_of(std::string_view text, PolicyKind kind = PolicyKind::bucket) {
  auto policy = read_policy(text, kind);
  EXPECT_TRUE(policy.has_value()) << (policy ? "" : policy.error().message) << "\n" << text;
  return policy ? *policy : nullptr;
}

std::string bucket_statement(std::string_view rest) {
  return fmt::format(R"({{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", {}}}}})", rest);
}

Verdict ask(const PolicyRef& policy, const CallerIdentity& caller, std::string_view action, std::string_view resource,
            const RequestFacts& facts = {}) {
  return policy->judge({caller, action, resource, make_context(caller, facts)});
}

std::string fault_of(std::string_view text, PolicyKind kind = PolicyKind::bucket) {
  const auto policy = read_policy(text, kind);
  return policy ? "none" : policy.error().code + ": " + policy.error().message;
}

constexpr std::string_view object = "arn:aws:s3:::pics/sea.jpg";

// OAC-2: as the console gives it out.
TEST(BucketPolicy, LetsTheEdgeReadForOneDistributionByOriginAccessControl) {
  const PolicyRef policy = policy_of(R"({
    "Version": "2008-10-17", "Id": "PolicyForCloudFrontPrivateContent",
    "Statement": [{"Sid": "AllowCloudFrontServicePrincipal", "Effect": "Allow",
      "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::pics/*",
      "Condition": {"StringEquals": {"AWS:SourceArn": "arn:aws:cloudfront::111122223333:distribution/EDFDVBD6EXAMPLE"}}
    }]})");
  EXPECT_EQ(ask(policy, edge(distribution), "s3:GetObject", object), Verdict::allowed);
  EXPECT_EQ(ask(policy, edge("arn:aws:cloudfront::111122223333:distribution/EOTHER"), "s3:GetObject", object),
            Verdict::silent);
  EXPECT_EQ(ask(policy, edge(distribution), "s3:PutObject", object), Verdict::silent);
  EXPECT_EQ(ask(policy, edge(distribution), "s3:GetObject", "arn:aws:s3:::other/sea.jpg"), Verdict::silent);
  EXPECT_EQ(ask(policy, Anonymous{}, "s3:GetObject", object), Verdict::silent);
  EXPECT_EQ(ask(policy, user("ann"), "s3:GetObject", object), Verdict::silent);
  EXPECT_FALSE(is_public(*policy));
}

TEST(BucketPolicy, LetsTheEdgeReadByTheArnOfAnOriginAccessIdentity) {
  const PolicyRef policy = policy_of(R"({"Version": "2008-10-17", "Id": "PolicyForCloudFrontPrivateContent",
    "Statement": [{"Sid": "1", "Effect": "Allow",
      "Principal": {"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity EH1HDMB1FH2TC"},
      "Action": "s3:GetObject", "Resource": "arn:aws:s3:::pics/*"}]})");
  EXPECT_EQ(ask(policy, identity("EH1HDMB1FH2TC"), "s3:GetObject", object), Verdict::allowed);
  EXPECT_EQ(ask(policy, identity("EOTHER"), "s3:GetObject", object), Verdict::silent);
  EXPECT_EQ(ask(policy, edge(distribution), "s3:GetObject", object), Verdict::silent);
  EXPECT_FALSE(is_public(*policy));
}

TEST(BucketPolicy, LetsTheEdgeReadByTheCanonicalUserOfAnOriginAccessIdentity) {
  const PolicyRef policy = policy_of(bucket_statement(fmt::format(
      R"("Principal": {{"CanonicalUser": "{}"}}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::pics/*")",
      make_canonical_user_id("EH1HDMB1FH2TC"))));
  EXPECT_EQ(ask(policy, identity("EH1HDMB1FH2TC"), "s3:GetObject", object), Verdict::allowed);
  EXPECT_EQ(ask(policy, identity("EOTHER"), "s3:GetObject", object), Verdict::silent);
}

TEST(BucketPolicy, IsPublicWhereEverybodyIsNamed) {
  for (const std::string_view principal : {R"("*")", R"({"AWS": "*"})", R"({"AWS": ["111122223333", "*"]})"}) {
    const PolicyRef policy = policy_of(bucket_statement(
        fmt::format(R"("Principal": {}, "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::pics/*"])", principal)));
    EXPECT_EQ(ask(policy, Anonymous{}, "s3:GetObject", object), Verdict::allowed) << principal;
    EXPECT_TRUE(is_public(*policy)) << principal;
  }
}

TEST(BucketPolicy, IsNotPublicWhereAConditionFixesWhoMayCome) {
  struct Row {
    std::string_view condition;
    bool is_public;
  };
  for (const auto& [condition, is_it] : {
           Row{R"({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})", false},
           Row{R"({"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}})", true},
           Row{R"({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}})", true},
           Row{R"({"StringEquals": {"aws:SourceAccount": "111122223333"}})", false},
           Row{R"({"StringLike": {"aws:SourceArn": "arn:aws:s3:::*"}})", true},
           Row{R"({"StringEqualsIfExists": {"aws:SourceAccount": "111122223333"}})", true},
           Row{R"({"ForAllValues:StringEquals": {"aws:SourceAccount": "111122223333"}})", true},
           Row{R"({"StringLike": {"aws:Referer": "http://example.com/"}})", true},
           Row{R"({"Bool": {"aws:SecureTransport": "true"}})", true},
       }) {
    const PolicyRef policy = policy_of(bucket_statement(
        fmt::format(R"("Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::pics/*", "Condition": {})",
                    condition)));
    EXPECT_EQ(is_public(*policy), is_it) << condition;
  }
}

TEST(BucketPolicy, NamesUsersDirectlyAndAccountsAsAWhole) {
  const PolicyRef by_user = policy_of(bucket_statement(
      R"("Principal": {"AWS": "arn:aws:iam::111122223333:user/ann"}, "Action": "s3:*", "Resource": "arn:aws:s3:::pics/*")"));
  EXPECT_EQ(ask(by_user, user("ann"), "s3:DeleteObject", object), Verdict::allowed);
  EXPECT_EQ(ask(by_user, user("bob"), "s3:DeleteObject", object), Verdict::silent);
  for (const std::string_view name : {"111122223333", "arn:aws:iam::111122223333:root"}) {
    const PolicyRef by_account = policy_of(bucket_statement(
        fmt::format(R"("Principal": {{"AWS": "{}"}}, "Action": "s3:*", "Resource": "arn:aws:s3:::pics/*")", name)));
    EXPECT_EQ(ask(by_account, user("ann"), "s3:GetObject", object), Verdict::allowed_by_account);
    EXPECT_EQ(ask(by_account, RootUser{std::string(account)}, "s3:GetObject", object), Verdict::allowed);
    EXPECT_EQ(ask(by_account, RootUser{"999999999999"}, "s3:GetObject", object), Verdict::silent);
  }
}

TEST(BucketPolicy, DenyBeatsAllowInAnyOrder) {
  const PolicyRef policy = policy_of(R"({"Version": "2012-10-17", "Statement": [
    {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::pics/secret/*"},
    {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::pics/*"}]})");
  EXPECT_EQ(ask(policy, Anonymous{}, "s3:GetObject", object), Verdict::allowed);
  EXPECT_EQ(ask(policy, Anonymous{}, "s3:GetObject", "arn:aws:s3:::pics/secret/a"), Verdict::denied);
}

TEST(BucketPolicy, NotPrincipalDeniesAllOthers) {
  const PolicyRef policy = policy_of(R"({"Version": "2012-10-17", "Statement": {"Effect": "Deny",
    "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:user/ann"}, "Action": "s3:*", "Resource": "arn:aws:s3:::pics/*"}})");
  EXPECT_EQ(ask(policy, user("ann"), "s3:GetObject", object), Verdict::silent);
  EXPECT_EQ(ask(policy, user("bob"), "s3:GetObject", object), Verdict::denied);
  EXPECT_EQ(ask(policy, Anonymous{}, "s3:GetObject", object), Verdict::denied);
}

TEST(IdentityPolicy, ActionsMatchByWildcardsWithoutRegardToCase) {
  const PolicyRef policy = policy_of(
      R"({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["cloudfront:Get*", "S3:listbucket?ersions"],
          "Resource": "*"}]})",
      PolicyKind::identity);
  EXPECT_EQ(ask(policy, user("ann"), "cloudfront:GetDistribution", distribution), Verdict::allowed);
  EXPECT_EQ(ask(policy, user("ann"), "cloudfront:CreateDistribution", "*"), Verdict::silent);
  EXPECT_EQ(ask(policy, user("ann"), "s3:ListBucketVersions", "arn:aws:s3:::pics"), Verdict::allowed);
}

TEST(IdentityPolicy, NotActionAndNotResourceMeanTheOthers) {
  const PolicyRef policy = policy_of(
      R"({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "NotAction": ["iam:*", "sts:*"],
          "NotResource": "arn:aws:s3:::secret/*"}]})",
      PolicyKind::identity);
  EXPECT_EQ(ask(policy, user("ann"), "cloudfront:CreateDistribution", "*"), Verdict::allowed);
  EXPECT_EQ(ask(policy, user("ann"), "iam:CreateUser", "arn:aws:iam::111122223333:user/x"), Verdict::silent);
  EXPECT_EQ(ask(policy, user("ann"), "s3:GetObject", "arn:aws:s3:::secret/a"), Verdict::silent);
}

TEST(IdentityPolicy, VariablesStandForTheRequestsValues) {
  const PolicyRef policy = policy_of(
      R"({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject",
          "Resource": ["arn:aws:s3:::home/${aws:username}/*", "arn:aws:s3:::home/${aws:PrincipalTag/team, 'all'}/*",
                       "arn:aws:s3:::home/${*}"]}]})",
      PolicyKind::identity);
  EXPECT_EQ(ask(policy, user("ann"), "s3:GetObject", "arn:aws:s3:::home/ann/a"), Verdict::allowed);
  EXPECT_EQ(ask(policy, user("ann"), "s3:GetObject", "arn:aws:s3:::home/bob/a"), Verdict::silent);
  EXPECT_EQ(ask(policy, user("ann"), "s3:GetObject", "arn:aws:s3:::home/all/a"), Verdict::allowed);
  EXPECT_EQ(ask(policy, user("ann"), "s3:GetObject", "arn:aws:s3:::home/*"), Verdict::allowed);
  EXPECT_EQ(ask(policy, user("ann"), "s3:GetObject", "arn:aws:s3:::home/x"), Verdict::silent);
  // A value is no pattern.
  EXPECT_EQ(ask(policy, user("*"), "s3:GetObject", "arn:aws:s3:::home/bob/a"), Verdict::silent);
  // Root has no user name.
  EXPECT_EQ(ask(policy, RootUser{std::string(account)}, "s3:GetObject", "arn:aws:s3:::home//a"), Verdict::silent);
}

TEST(IdentityPolicy, TheOldVersionHasNoVariables) {
  const PolicyRef policy = policy_of(
      R"({"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::home/${aws:username}/*"}]})",
      PolicyKind::identity);
  EXPECT_EQ(ask(policy, user("ann"), "s3:GetObject", "arn:aws:s3:::home/ann/a"), Verdict::silent);
  EXPECT_EQ(ask(policy, user("ann"), "s3:GetObject", "arn:aws:s3:::home/${aws:username}/a"), Verdict::allowed);
}

TEST(PolicyText, FaultsOfBucketPoliciesAreNamedAsS3Does) {
  struct Row {
    std::string_view text, fault;
  };
  const Row rows[] = {
      {"", "MalformedPolicy: Policies must be valid JSON and the first byte must be '{'"},
      {"[]", "MalformedPolicy: Policies must be valid JSON and the first byte must be '{'"},
      {R"({"Statement": [], "Statement": []})",
       "MalformedPolicy: Policies must be valid JSON and the first byte must be '{'"},
      {"{}", "MalformedPolicy: Missing required field Statement"},
      {R"({"Version": "2020-01-01", "Statement": []})",
       "MalformedPolicy: The policy must contain a valid version string"},
      {R"({"Statement": [], "Foo": 1})", "MalformedPolicy: Unknown field Foo"},
      {R"({"Statement": [{"Effect": "Allow", "Foo": 1}]})", "MalformedPolicy: Unknown field Foo"},
      {R"({"Statement": [{}]})", "MalformedPolicy: Missing required field Effect"},
      {R"({"Statement": [{"Effect": "allow"}]})", "MalformedPolicy: Invalid effect : allow"},
      {R"({"Statement": [{"Effect": "Allow"}]})", "MalformedPolicy: Missing required field Principal"},
      {R"({"Statement": [{"Effect": "Allow", "Principal": "ann"}]})", "MalformedPolicy: Invalid principal in policy"},
      {R"({"Statement": [{"Effect": "Allow", "Principal": {"AWS": "ann"}}]})",
       "MalformedPolicy: Invalid principal in policy"},
      {R"({"Statement": [{"Effect": "Allow", "Principal": {"Role": "*"}}]})",
       "MalformedPolicy: Invalid principal in policy"},
      {R"({"Statement": [{"Effect": "Allow", "NotPrincipal": "*"}]})",
       "MalformedPolicy: Allow with NotPrincipal is not allowed."},
      {R"({"Statement": [{"Effect": "Allow", "Principal": "*"}]})", "MalformedPolicy: Missing required field Action"},
      {R"({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "NotAction": "s3:*"}]})",
       "MalformedPolicy: Statement contains both Action and NotAction"},
      {R"({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "ec2:RunInstances"}]})",
       "MalformedPolicy: Policy has invalid action"},
      {R"({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObjekt"}]})",
       "MalformedPolicy: Policy has invalid action"},
      {R"({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*"}]})",
       "MalformedPolicy: Missing required field Resource"},
      {R"({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "pics"}]})",
       "MalformedPolicy: Policy has invalid resource"},
      {R"({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::p",
           "Condition": {"StringIs": {"aws:SourceIp": "1"}}}]})",
       "MalformedPolicy: Invalid Condition type : StringIs"},
      {R"({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::p",
           "Condition": {"StringEquals": {"aws:Colour": "1"}}}]})",
       "MalformedPolicy: Policy has an invalid condition key - aws:Colour"},
      {R"({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::p",
           "Condition": {"IpAddress": {"aws:SourceIp": "1.2.3.4/33"}}}]})",
       "MalformedPolicy: Invalid value in Condition: IpAddress of aws:SourceIp"},
  };
  for (const auto& [text, fault] : rows) EXPECT_EQ(fault_of(text), fault) << text;
}

TEST(PolicyText, FaultsOfIdentityPoliciesAreNamedAsIamDoes) {
  struct Row {
    std::string_view text, fault;
  };
  const Row rows[] = {
      {"{", "MalformedPolicyDocument: This policy contains invalid Json"},
      {R"({"Version": "1", "Statement": []})", "MalformedPolicyDocument: Syntax errors in policy."},
      {R"({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]})",
       "MalformedPolicyDocument: Policy document should not specify a principal."},
      {R"({"Statement": [{"Effect": "Allow", "Resource": "*"}]})",
       "MalformedPolicyDocument: Policy statement must contain actions."},
      {R"({"Statement": [{"Effect": "Allow", "Action": "*"}]})",
       "MalformedPolicyDocument: Policy statement must contain resources."},
      {R"({"Statement": [{"Effect": "Allow", "Action": "GetObject", "Resource": "*"}]})",
       "MalformedPolicyDocument: Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
      {R"({"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "pics"}]})",
       "MalformedPolicyDocument: Resource pics must be in ARN format or \"*\"."},
      {R"({"Statement": [{"Sid": "a", "Effect": "Allow", "Action": "s3:*", "Resource": "*"},
                         {"Sid": "a", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})",
       "MalformedPolicyDocument: Statement IDs (SID) in a single policy must be unique."},
  };
  for (const auto& [text, fault] : rows) EXPECT_EQ(fault_of(text, PolicyKind::identity), fault) << text;
}

TEST(PolicyText, IsBoundedInSizeDepthAndCount) {
  EXPECT_EQ(fault_of(std::string(20 * 1024 + 1, ' ')),
            "MalformedPolicy: Policy exceeds the maximum allowed document size.");
  const std::string deep = std::string(9'000, '[');
  EXPECT_TRUE(fault_of(deep).contains("levels")) << fault_of(deep);
  std::string many = R"({"Statement": [{}])";
  many = R"({"Statement": [)";
  for (int i = 0; i < 300; ++i) many += i == 0 ? "{}" : ",{}";
  EXPECT_TRUE(fault_of(many + "]}").contains("levels"));
}

TEST(BucketPolicy, IsAboutItsOwnBucketOnly) {
  const auto fit = [](std::string_view action, std::string_view resource) {
    const PolicyRef policy = policy_of(
        bucket_statement(fmt::format(R"("Principal": "*", "Action": "{}", "Resource": "{}")", action, resource)));
    const auto fits = check_fits_bucket(*policy, "pics");
    return fits ? "fits" : fits.error().message;
  };
  EXPECT_EQ(fit("s3:GetObject", "arn:aws:s3:::pics/*"), "fits");
  EXPECT_EQ(fit("s3:ListBucket", "arn:aws:s3:::pics"), "fits");
  EXPECT_EQ(fit("s3:*", "arn:aws:s3:::pics*"), "fits");
  EXPECT_EQ(fit("s3:GetObject", "arn:aws:s3:::other/*"), "Policy has invalid resource");
  EXPECT_EQ(fit("s3:GetObject", "arn:aws:s3:::pics2/*"), "Policy has invalid resource");
  EXPECT_EQ(fit("s3:GetObject", "arn:aws:s3:::pics"), "Action does not apply to any resource(s) in statement");
  EXPECT_EQ(fit("s3:ListBucket", "arn:aws:s3:::pics/*"), "Action does not apply to any resource(s) in statement");
}

}  // namespace
}  // namespace gust::access
