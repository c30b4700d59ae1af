#include "control/continuous_deployment.h"

#include "control/control_test_internal.h"

namespace gust::control {
namespace {

class ContinuousDeploymentTest : public ControlTest {
 protected:
  void SetUp() override {
    start();
    primary = create_deployed("primary");
    const Reply copied = copy(primary, "staging");
    EXPECT_EQ(copied.status, 201) << copied.body;
    staging = copied.element("Id");
    staging_name = copied.element("DomainName");
    settle();
  }

  Reply copy(const std::string& of, std::string_view reference, const std::string& is_staging = "true") {
    return send("POST", "/2020-05-31/distribution/" + of + "/copy",
                fmt::format("<CopyDistributionRequest><CallerReference>{}</CallerReference></CopyDistributionRequest>",
                            reference),
                {{"If-Match", get(of).header("ETag")}, {"Staging", is_staging}});
  }
  static std::string policy(std::string_view name, std::string_view traffic, std::string_view enabled = "true") {
    return fmt::format(
        "<ContinuousDeploymentPolicyConfig><StagingDistributionDnsNames><Quantity>1</Quantity><Items><DnsName>{}"
        "</DnsName></Items></StagingDistributionDnsNames><Enabled>{}</Enabled><TrafficConfig>{}</TrafficConfig>"
        "</ContinuousDeploymentPolicyConfig>",
        name, enabled, traffic);
  }
  Reply post(std::string body) { return send("POST", "/2020-05-31/continuous-deployment-policy", std::move(body)); }
  Reply look_at(const std::string& id) { return send("GET", "/2020-05-31/continuous-deployment-policy/" + id); }
  // The primary names the policy; gives its ETag.
  std::string attach(const std::string& id) {
    const Reply done = update(primary, with_policy("primary", id), get(primary).header("ETag"));
    EXPECT_EQ(done.status, 200) << done.body;
    settle();
    return done.header("ETag");
  }
  static std::string with_policy(std::string_view reference, std::string_view id) {
    return small_config(reference, fmt::format("<ContinuousDeploymentPolicyId>{}</ContinuousDeploymentPolicyId>", id));
  }
  Reply promote(const std::string& if_match) {
    return send(
        "PUT",
        fmt::format("/2020-05-31/distribution/{}/promote-staging-config?StagingDistributionId={}", primary, staging),
        "", {{"If-Match", if_match}});
  }
  const config::Distribution& in_force(const std::string& id) { return *delivery.published.back()->find_by_id(id); }
  // Where those of its viewers go who see what is staged; empty: to itself.
  std::string staged_at(const std::string& id) {
    const auto& share = in_force(id).staging;
    const config::Distribution* found = share ? delivery.published.back()->find_staging(*share) : nullptr;
    return found == nullptr ? "" : found->id;
  }

  static constexpr std::string_view by_header =
      "<SingleHeaderConfig><Header>aws-cf-cd-new</Header><Value>yes</Value></SingleHeaderConfig><Type>SingleHeader"
      "</Type>";
  static constexpr std::string_view by_weight =
      "<SingleWeightConfig><Weight>0.1</Weight></SingleWeightConfig><Type>SingleWeight</Type>";
  std::string primary, staging, staging_name;
};

TEST_F(ContinuousDeploymentTest, Cd1ACopyIsAStagingDistributionThatNoNameReaches) {
  EXPECT_EQ(get(staging).element("Staging"), "true");
  EXPECT_EQ(get(staging).element("CallerReference"), "staging");
  EXPECT_EQ(delivery.published.back()->find_distribution(staging_name), nullptr);
  EXPECT_NE(delivery.published.back()->find_by_id(staging), nullptr);
  EXPECT_EQ(copy(primary, "of botocore", "True").status, 201);
  EXPECT_EQ(copy(primary, "other", "false").error(), "400 InvalidArgument");
  EXPECT_EQ(copy(staging, "other").error(), "400 InvalidArgument");
  EXPECT_EQ(copy(primary, "staging").error(), "409 DistributionAlreadyExists");
  EXPECT_EQ(send("POST", "/2020-05-31/distribution/" + primary + "/copy",
                 "<CopyDistributionRequest><CallerReference>x</CallerReference></CopyDistributionRequest>",
                 {{"Staging", "true"}})
                .error(),
            "400 InvalidIfMatchVersion");
}

TEST_F(ContinuousDeploymentTest, StagingIsForGood) {
  EXPECT_EQ(update(staging, small_config("staging"), get(staging).header("ETag")).error(), "400 IllegalUpdate");
  EXPECT_EQ(update(primary, small_config("primary", "<Staging>true</Staging>"), get(primary).header("ETag")).error(),
            "400 IllegalUpdate");
}

TEST_F(ContinuousDeploymentTest, Cd1APolicySharesTheViewersWhileItIsEnabled) {
  const Reply made = post(policy(staging_name, by_header));
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string id = made.element("Id");
  attach(id);
  ASSERT_EQ(staged_at(primary), staging);
  EXPECT_EQ(in_force(primary).staging->header, "aws-cf-cd-new");
  const Reply changed = send("PUT", "/2020-05-31/continuous-deployment-policy/" + id,
                             policy(staging_name, by_weight, "false"), {{"If-Match", made.header("ETag")}});
  EXPECT_EQ(changed.status, 200) << changed.body;
  settle();
  EXPECT_EQ(staged_at(primary), "");
  EXPECT_EQ(get(primary).element("Status"), "Deployed");
}

TEST_F(ContinuousDeploymentTest, ADisabledStagingDistributionTakesNoViewers) {
  attach(post(policy(staging_name, by_weight)).element("Id"));
  EXPECT_EQ(staged_at(primary), staging);
  update(staging, small_config("staging", "<Staging>true</Staging>", "false"), get(staging).header("ETag"));
  settle();
  EXPECT_EQ(staged_at(primary), "");
}

TEST_F(ContinuousDeploymentTest, Api4APolicyInUseIsNotDeleted) {
  const Reply made = post(policy(staging_name, by_weight));
  const std::string id = made.element("Id");
  attach(id);
  const auto remove = [&] {
    return send("DELETE", "/2020-05-31/continuous-deployment-policy/" + id, "", {{"If-Match", made.header("ETag")}});
  };
  EXPECT_EQ(remove().error(), "409 ContinuousDeploymentPolicyInUse");
  EXPECT_EQ(create(with_policy("other", id)).error(), "409 ContinuousDeploymentPolicyInUse");
  EXPECT_EQ(update(primary, small_config("primary"), get(primary).header("ETag")).status, 200);
  EXPECT_EQ(remove().status, 204);
  EXPECT_EQ(look_at(id).error(), "404 NoSuchContinuousDeploymentPolicy");
  EXPECT_EQ(update(primary, with_policy("primary", id), get(primary).header("ETag")).error(),
            "404 NoSuchContinuousDeploymentPolicy");
}

TEST_F(ContinuousDeploymentTest, Cd4PathPatternsOfStagingAreThoseOfThePrimaryOrSomeOfThem) {
  const auto with = [](std::initializer_list<std::string_view> patterns, std::string_view more) {
    std::string items;
    for (const std::string_view pattern : patterns) {
      items += fmt::format("<CacheBehavior><PathPattern>{}</PathPattern>{}</CacheBehavior>", pattern, small_behavior);
    }
    return fmt::format("<CacheBehaviors><Quantity>{}</Quantity><Items>{}</Items></CacheBehaviors>{}", patterns.size(),
                       items, more);
  };
  const auto change = [&](const std::string& id, std::string_view reference, const std::string& more) {
    return update(id, small_config(reference, more), get(id).header("ETag"));
  };
  const std::string_view is_staging = "<Staging>true</Staging>";
  // As long as nothing joins them, each has its own.
  EXPECT_EQ(change(staging, "staging", with({"/new/*"}, is_staging)).status, 200);
  const std::string policy_id = post(policy(staging_name, by_weight, "false")).element("Id");
  const std::string joined = fmt::format("<ContinuousDeploymentPolicyId>{}</ContinuousDeploymentPolicyId>", policy_id);
  const Reply refused = change(primary, "primary", with({"/a/*", "/b/*"}, joined));
  EXPECT_EQ(refused.error(), "400 InvalidArgument");
  EXPECT_TRUE(refused.has("/new/*")) << refused.body;
  EXPECT_EQ(change(staging, "staging", with({"b/*"}, is_staging)).status, 200);
  EXPECT_EQ(change(primary, "primary", with({"/a/*", "/b/*"}, joined)).status, 200);
  EXPECT_EQ(change(staging, "staging", with({"/a/*", "/b/*"}, is_staging)).status, 200);
  EXPECT_EQ(change(staging, "staging", with({"/a/*", "/c/*"}, is_staging)).error(), "400 InvalidArgument");
  EXPECT_EQ(change(primary, "primary", with({"/a/*"}, joined)).error(), "400 InvalidArgument");
  // A policy that goes on to another staging distribution joins that one.
  const Reply other = copy(primary, "other");
  EXPECT_EQ(change(other.element("Id"), "other", with({"/c/*"}, is_staging)).status, 200);
  const auto point_at = [&](const std::string& name) {
    return send("PUT", "/2020-05-31/continuous-deployment-policy/" + policy_id, policy(name, by_weight),
                {{"If-Match", look_at(policy_id).header("ETag")}});
  };
  EXPECT_EQ(point_at(other.element("DomainName")).error(), "400 InvalidArgument");
  EXPECT_EQ(point_at(staging_name).status, 200);
}

TEST_F(ContinuousDeploymentTest, Cd5PromotingTakesTheConfigurationAndDisablesThePolicy) {
  const std::string id = post(policy(staging_name, by_weight)).element("Id");
  const std::string etag = attach(id);
  const std::string changed = small_config("staging",
                                           "<Staging>true</Staging><DefaultRootObject>new.html"
                                           "</DefaultRootObject>");
  const Reply staged = update(staging, changed, get(staging).header("ETag"));
  ASSERT_EQ(staged.status, 200) << staged.body;
  EXPECT_EQ(promote(etag).error(), "400 InvalidIfMatchVersion");
  EXPECT_EQ(promote(etag + ", E0123456789ABC").error(), "412 PreconditionFailed");
  const Reply promoted = promote(etag + ", " + staged.header("ETag"));
  ASSERT_EQ(promoted.status, 200) << promoted.body;
  EXPECT_EQ(promoted.element("DefaultRootObject"), "new.html");
  EXPECT_EQ(promoted.element("CallerReference"), "primary");
  EXPECT_EQ(promoted.element("Staging"), "false");
  EXPECT_EQ(promoted.element("ContinuousDeploymentPolicyId"), id);
  EXPECT_EQ(look_at(id).element("Enabled"), "false");
  EXPECT_EQ(get(primary).header("ETag"), promoted.header("ETag"));
  settle();
  EXPECT_EQ(in_force(primary).default_root_object, "new.html");
  EXPECT_EQ(staged_at(primary), "");
}

TEST_F(ContinuousDeploymentTest, OnlyWhatAPolicyJoinsIsPromoted) {
  const auto both = [&] { return get(primary).header("ETag") + "," + get(staging).header("ETag"); };
  EXPECT_EQ(promote(both()).error(), "400 IllegalUpdate");
  const std::string other = copy(primary, "second").element("DomainName");
  attach(post(policy(other, by_weight)).element("Id"));
  EXPECT_EQ(promote(both()).error(), "400 IllegalUpdate");
}

TEST_F(ContinuousDeploymentTest, WhatAPolicyMayNotSay) {
  const auto code_of = [&](std::string_view traffic) { return post(policy(staging_name, traffic)).error(); };
  EXPECT_EQ(code_of("<SingleWeightConfig><Weight>0.2</Weight></SingleWeightConfig><Type>SingleWeight</Type>"),
            "400 InvalidArgument");
  EXPECT_EQ(code_of("<Type>SingleHeader</Type>"), "400 InvalidArgument");
  EXPECT_EQ(code_of("<SingleHeaderConfig><Header>x-new</Header><Value>yes</Value></SingleHeaderConfig>"
                    "<Type>SingleHeader</Type>"),
            "400 InvalidArgument");
  const Reply sticky =
      post(policy(staging_name,
                  "<SingleWeightConfig><Weight>0.1</Weight><SessionStickinessConfig><IdleTTL>300</IdleTTL><MaximumTTL>"
                  "600</MaximumTTL></SessionStickinessConfig></SingleWeightConfig><Type>SingleWeight</Type>"));
  EXPECT_EQ(sticky.status, 400);
  EXPECT_TRUE(sticky.has("SessionStickinessConfig")) << sticky.body;
  EXPECT_EQ(post(policy("d0000000000000.cdn.localhost", by_header)).error(), "400 InvalidArgument");
  EXPECT_EQ(post(policy(get(primary).element("DomainName"), by_header)).error(), "400 InvalidArgument");
  EXPECT_EQ(post(policy(staging_name, by_header)).status, 201);
  EXPECT_EQ(post(policy(staging_name, by_weight)).error(), "409 StagingDistributionInUse");
  EXPECT_EQ(send("GET", "/2020-05-31/continuous-deployment-policy").element("Quantity"), "1");
}

}  // namespace
}  // namespace gust::control
