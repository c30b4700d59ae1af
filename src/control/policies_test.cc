#include "control/policies.h"

#include "control/control_test_internal.h"

namespace gust::control {
namespace {

constexpr std::string_view optimized = "658327ea-f89d-4fab-a63d-7e88639e58f6";

class PoliciesTest : public ControlTest {
 protected:
  void SetUp() override { start(); }

  static std::string cache_policy(std::string_view name, std::string_view ttls = "<MinTTL>1</MinTTL>",
                                  std::string_view headers = "<HeaderBehavior>none</HeaderBehavior>") {
    return fmt::format(
        "<CachePolicyConfig xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Name>{}</Name>{}"
        "<ParametersInCacheKeyAndForwardedToOrigin><EnableAcceptEncodingGzip>true</EnableAcceptEncodingGzip>"
        "<HeadersConfig>{}</HeadersConfig><CookiesConfig><CookieBehavior>none</CookieBehavior></CookiesConfig>"
        "<QueryStringsConfig><QueryStringBehavior>none</QueryStringBehavior></QueryStringsConfig>"
        "</ParametersInCacheKeyAndForwardedToOrigin></CachePolicyConfig>",
        name, ttls, headers);
  }
  static std::string listed_headers(std::initializer_list<std::string_view> names) {
    std::string items;
    for (const std::string_view name : names) items += fmt::format("<Name>{}</Name>", name);
    return fmt::format(
        "<HeaderBehavior>whitelist</HeaderBehavior><Headers><Quantity>{}</Quantity><Items>{}</Items></Headers>",
        names.size(), items);
  }
  static std::string origin_request_policy(std::string_view name, std::string_view headers) {
    return fmt::format(
        "<OriginRequestPolicyConfig><Name>{}</Name><HeadersConfig>{}</HeadersConfig><CookiesConfig><CookieBehavior>all"
        "</CookieBehavior></CookiesConfig><QueryStringsConfig><QueryStringBehavior>allExcept</QueryStringBehavior>"
        "<QueryStrings><Quantity>1</Quantity><Items><Name>token</Name></Items></QueryStrings></QueryStringsConfig>"
        "</OriginRequestPolicyConfig>",
        name, headers);
  }
  static std::string response_headers_policy(std::string_view name, std::string_view more = "") {
    return fmt::format("<ResponseHeadersPolicyConfig><Name>{}</Name>{}</ResponseHeadersPolicyConfig>", name, more);
  }
  // A distribution whose one behaviour names policies.
  static std::string config_with(std::string_view reference, std::string_view cache, std::string_view more = "") {
    const std::string behavior = fmt::format(
        "<TargetOriginId>o1</TargetOriginId><ViewerProtocolPolicy>allow-all</ViewerProtocolPolicy>"
        "<CachePolicyId>{}</CachePolicyId>{}",
        cache, more);
    std::string config = small_config(reference);
    config.replace(config.find(small_behavior), small_behavior.size(), behavior);
    return config;
  }

  Reply post(std::string_view kind, std::string body) {
    return send("POST", fmt::format("/2020-05-31/{}", kind), std::move(body));
  }
  Reply put(std::string_view kind, std::string_view id, std::string body, const std::string& if_match) {
    return send("PUT", fmt::format("/2020-05-31/{}/{}", kind, id), std::move(body), {{"If-Match", if_match}});
  }
  Reply remove(std::string_view kind, std::string_view id, const std::string& if_match) {
    return send("DELETE", fmt::format("/2020-05-31/{}/{}", kind, id), "", {{"If-Match", if_match}});
  }
  Reply look_at(std::string_view kind, std::string_view id) {
    return send("GET", fmt::format("/2020-05-31/{}/{}", kind, id));
  }
  // What the nodes were last given of the one distribution.
  const config::Behavior& behavior_in_force() { return delivery.published.back()->distributions()[0].behaviors.at(0); }
};

TEST_F(PoliciesTest, ManagedCachePoliciesAreListedAndPaged) {
  const Reply all = send("GET", "/2020-05-31/cache-policy?Type=managed");
  EXPECT_EQ(all.status, 200);
  EXPECT_TRUE(all.has("<MaxItems>100</MaxItems><Quantity>7</Quantity>")) << all.body;
  EXPECT_TRUE(all.has("<Type>managed</Type>"));
  EXPECT_TRUE(send("GET", "/2020-05-31/cache-policy?Type=custom").has("<Quantity>0</Quantity>"));
  const Reply page = send("GET", "/2020-05-31/cache-policy?MaxItems=3");
  EXPECT_EQ(page.element("NextMarker"), "4135ea2d-6df8-44a3-9df3-4b5a84be39ad");
  EXPECT_EQ(send("GET", "/2020-05-31/cache-policy?Marker=x").error(), "400 InvalidArgument");
}

TEST_F(PoliciesTest, AManagedCachePolicyShowsItsSettings) {
  const Reply reply = send("GET", "/2020-05-31/cache-policy/658327ea-f89d-4fab-a63d-7e88639e58f6");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("ETag").size(), 14U);
  EXPECT_EQ(reply.element("Name"), "Managed-CachingOptimized");
  EXPECT_EQ(reply.element("MinTTL"), "1");
  EXPECT_EQ(reply.element("EnableAcceptEncodingBrotli"), "true");
  EXPECT_EQ(reply.element("HeaderBehavior"), "none");
  EXPECT_EQ(send("GET", "/2020-05-31/cache-policy/658327ea-f89d-4fab-a63d-7e88639e58f6/config").element("MaxTTL"),
            "31536000");
  EXPECT_EQ(send("GET", "/2020-05-31/cache-policy/none").error(), "404 NoSuchCachePolicy");
  EXPECT_EQ(send("GET", "/2020-05-31/cache-policy/none/config").error(), "404 NoSuchCachePolicy");
}

TEST_F(PoliciesTest, ManagedOriginRequestPolicies) {
  EXPECT_TRUE(send("GET", "/2020-05-31/origin-request-policy").has("<Quantity>8</Quantity>"));
  const Reply reply = send("GET", "/2020-05-31/origin-request-policy/33f36d7e-f396-46d9-90e0-52428a34d9dc");
  EXPECT_EQ(reply.element("HeaderBehavior"), "allViewerAndWhitelistCloudFront");
  EXPECT_TRUE(reply.has("<Quantity>21</Quantity>")) << reply.body;
  const Reply except = send("GET", "/2020-05-31/origin-request-policy/b689b0a8-53d0-40ab-baf2-68738e2966ac/config");
  EXPECT_EQ(except.element("HeaderBehavior"), "allExcept");
  EXPECT_EQ(send("GET", "/2020-05-31/origin-request-policy/none").error(), "404 NoSuchOriginRequestPolicy");
  EXPECT_EQ(send("GET", "/2020-05-31/origin-request-policy/none/config").error(), "404 NoSuchOriginRequestPolicy");
}

TEST_F(PoliciesTest, ManagedResponseHeadersPolicies) {
  EXPECT_TRUE(send("GET", "/2020-05-31/response-headers-policy").has("<Quantity>5</Quantity>"));
  const Reply reply = send("GET", "/2020-05-31/response-headers-policy/eaab4381-ed33-4a86-88ca-d9558dc6cd63");
  EXPECT_EQ(reply.element("FrameOption"), "SAMEORIGIN");
  EXPECT_TRUE(reply.has("<Method>OPTIONS</Method>")) << reply.body;
  EXPECT_EQ(
      send("GET", "/2020-05-31/response-headers-policy/60669652-455b-4ae9-85a4-c4c02393f86c/config").element("Name"),
      "Managed-SimpleCORS");
  EXPECT_EQ(send("GET", "/2020-05-31/response-headers-policy/none").error(), "404 NoSuchResponseHeadersPolicy");
  EXPECT_EQ(send("GET", "/2020-05-31/response-headers-policy/none/config").error(), "404 NoSuchResponseHeadersPolicy");
}

TEST_F(PoliciesTest, CreateAnswers201WithIdLocationETagAndDefaults) {
  const Reply made = post("cache-policy", cache_policy("mine"));
  EXPECT_EQ(made.status, 201) << made.body;
  const std::string id = made.element("Id");
  EXPECT_EQ(id.size(), 36U);
  EXPECT_EQ(made.header("Location"), "https://cloudfront.amazonaws.com/2020-05-31/cache-policy/" + id);
  EXPECT_EQ(made.header("ETag").size(), 14U);
  EXPECT_TRUE(made.has("<DefaultTTL>86400</DefaultTTL><MaxTTL>31536000</MaxTTL><MinTTL>1</MinTTL>")) << made.body;
  EXPECT_EQ(made.element("EnableAcceptEncodingBrotli"), "false");
  const Reply got = look_at("cache-policy", id);
  EXPECT_EQ(got.body, made.body);
  EXPECT_EQ(got.header("ETag"), made.header("ETag"));
  const Reply config = look_at("cache-policy", id + "/config");
  EXPECT_EQ(config.header("ETag"), made.header("ETag"));
  // API-8: what is read back can be sent back and stays the same.
  EXPECT_EQ(put("cache-policy", id, config.body, config.header("ETag")).status, 200);
  EXPECT_EQ(look_at("cache-policy", id + "/config").body, config.body);
}

TEST_F(PoliciesTest, ManagedOnesAreListedBeforeTheAccountsOwn) {
  const std::string id = post("cache-policy", cache_policy("mine")).element("Id");
  EXPECT_TRUE(send("GET", "/2020-05-31/cache-policy").has("<Quantity>8</Quantity>"));
  const Reply custom = send("GET", "/2020-05-31/cache-policy?Type=custom");
  EXPECT_TRUE(custom.has("<Quantity>1</Quantity><Items><CachePolicySummary><Type>custom</Type>")) << custom.body;
  EXPECT_EQ(custom.element("Id"), id);
  const Reply page = send("GET", "/2020-05-31/cache-policy?Marker=4cc15a8a-d715-48a4-82b8-cc0b614638fe");
  EXPECT_EQ(page.element("Id"), id);
  EXPECT_FALSE(page.has("NextMarker"));
}

TEST_F(PoliciesTest, ANameStandsOnceInItsKind) {
  EXPECT_EQ(post("cache-policy", cache_policy("mine")).status, 201);
  EXPECT_EQ(post("cache-policy", cache_policy("mine")).error(), "409 CachePolicyAlreadyExists");
  EXPECT_EQ(post("cache-policy", cache_policy("Managed-CachingOptimized")).error(), "409 CachePolicyAlreadyExists");
  const Reply other = post("cache-policy", cache_policy("other"));
  EXPECT_EQ(put("cache-policy", other.element("Id"), cache_policy("mine"), other.header("ETag")).error(),
            "409 CachePolicyAlreadyExists");
  EXPECT_EQ(post("response-headers-policy", response_headers_policy("mine")).status, 201);
}

TEST_F(PoliciesTest, Api2IfMatchMissingMalformedOrStale) {
  const Reply made = post("cache-policy", cache_policy("mine"));
  const std::string id = made.element("Id");
  EXPECT_EQ(send("PUT", "/2020-05-31/cache-policy/" + id, cache_policy("mine")).error(), "400 InvalidIfMatchVersion");
  EXPECT_EQ(put("cache-policy", id, cache_policy("mine"), "nonsense").error(), "400 InvalidIfMatchVersion");
  EXPECT_EQ(put("cache-policy", id, cache_policy("mine"), "E0123456789ABC").error(), "412 PreconditionFailed");
  const Reply updated = put("cache-policy", id, cache_policy("mine", "<MinTTL>2</MinTTL>"), made.header("ETag"));
  EXPECT_EQ(updated.status, 200);
  EXPECT_NE(updated.header("ETag"), made.header("ETag"));
  EXPECT_EQ(look_at("cache-policy", id).element("MinTTL"), "2");
  EXPECT_EQ(remove("cache-policy", id, made.header("ETag")).error(), "412 PreconditionFailed");
  EXPECT_EQ(send("DELETE", "/2020-05-31/cache-policy/" + id).error(), "400 InvalidIfMatchVersion");
  EXPECT_EQ(remove("cache-policy", id, updated.header("ETag")).status, 204);
  EXPECT_EQ(look_at("cache-policy", id).error(), "404 NoSuchCachePolicy");
  EXPECT_EQ(remove("cache-policy", id, updated.header("ETag")).error(), "404 NoSuchCachePolicy");
  EXPECT_EQ(put("cache-policy", "x/y", cache_policy("mine"), updated.header("ETag")).status, 404);
}

TEST_F(PoliciesTest, ManagedOnesCannotBeChangedOrDeleted) {
  const std::string etag = look_at("cache-policy", optimized).header("ETag");
  EXPECT_EQ(put("cache-policy", optimized, cache_policy("mine"), etag).error(), "400 IllegalUpdate");
  EXPECT_EQ(remove("cache-policy", optimized, etag).error(), "400 IllegalDelete");
  constexpr std::string_view all_viewer = "216adef6-5c7f-47e4-b989-5492eafa07d3";
  EXPECT_EQ(remove("origin-request-policy", all_viewer, etag).error(), "400 IllegalDelete");
  EXPECT_EQ(remove("response-headers-policy", "60669652-455b-4ae9-85a4-c4c02393f86c", etag).error(),
            "400 IllegalDelete");
}

TEST_F(PoliciesTest, Api4APolicyInUseIsNotDeleted) {
  const Reply made = post("cache-policy", cache_policy("mine"));
  const std::string id = made.element("Id");
  const Reply distribution = create(config_with("r1", id));
  ASSERT_EQ(distribution.status, 201) << distribution.body;
  EXPECT_EQ(remove("cache-policy", id, made.header("ETag")).error(), "409 CachePolicyInUse");
  const Reply users = send("GET", "/2020-05-31/distributionsByCachePolicyId/" + id);
  EXPECT_EQ(users.element("DistributionId"), distribution.element("Id")) << users.body;
  EXPECT_TRUE(
      send("GET", "/2020-05-31/distributionsByCachePolicyId/" + std::string(optimized)).has("<Quantity>0</Quantity>"));
  EXPECT_EQ(send("GET", "/2020-05-31/distributionsByCachePolicyId/none").error(), "404 NoSuchCachePolicy");
  const std::string distribution_id = distribution.element("Id");
  EXPECT_EQ(update(distribution_id, config_with("r1", optimized), distribution.header("ETag")).status, 200);
  EXPECT_EQ(remove("cache-policy", id, made.header("ETag")).status, 204);
  EXPECT_EQ(create(config_with("r2", id)).error(), "404 NoSuchCachePolicy");
}

TEST_F(PoliciesTest, AnUpdateReachesTheNodesAndTheDistributionIsDeployedWhenTheyHaveIt) {
  const Reply made = post("cache-policy", cache_policy("mine"));
  const std::string policy = made.element("Id");
  const std::string id = create(config_with("r1", policy)).element("Id");
  settle();
  EXPECT_EQ(behavior_in_force().cache.id, policy);
  EXPECT_EQ(behavior_in_force().cache.min_ttl, std::chrono::seconds(1));
  EXPECT_TRUE(behavior_in_force().cache.gzip);
  delivery.is_held = true;
  put("cache-policy", policy, cache_policy("mine-rfc9111", "<MinTTL>0</MinTTL>", listed_headers({"Accept"})),
      made.header("ETag"));
  settle();
  EXPECT_EQ(get(id).element("Status"), "InProgress");
  EXPECT_EQ(send("GET", "/2020-05-31/distribution").element("Status"), "InProgress");
  delivery.release();
  settle();
  EXPECT_EQ(get(id).element("Status"), "Deployed");
  EXPECT_EQ(behavior_in_force().cache.min_ttl, std::chrono::seconds(0));
  EXPECT_EQ(behavior_in_force().cache.headers.names, std::vector<std::string>{"accept"});
  EXPECT_EQ(behavior_in_force().cache.profile, config::Profile::rfc9111);
}

TEST_F(PoliciesTest, AfterARestartPoliciesAreThereAndInForce) {
  const std::string policy = post("cache-policy", cache_policy("mine")).element("Id");
  create(config_with("r1", policy));
  EXPECT_TRUE(restart().empty());
  EXPECT_EQ(behavior_in_force().cache.id, policy);
  EXPECT_EQ(look_at("cache-policy", policy).status, 200);
}

TEST_F(PoliciesTest, Key12TooManyNamesHaveTheirCodes) {
  const std::string eleven = listed_headers({"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"});
  EXPECT_EQ(post("cache-policy", cache_policy("mine", "<MinTTL>1</MinTTL>", eleven)).error(),
            "400 TooManyHeadersInCachePolicy");
  EXPECT_EQ(post("origin-request-policy", origin_request_policy("mine", eleven)).error(),
            "400 TooManyHeadersInOriginRequestPolicy");
  EXPECT_TRUE(documents().empty());
}

TEST_F(PoliciesTest, WhatIsWrongIsRefusedWithItsPlace) {
  const Reply order = post("cache-policy", cache_policy("mine", "<MaxTTL>1</MaxTTL><MinTTL>2</MinTTL>"));
  EXPECT_EQ(order.error(), "400 InvalidArgument");
  std::string inconsistent = listed_headers({"a"});
  inconsistent.replace(inconsistent.find(">1<"), 3, ">2<");
  EXPECT_EQ(post("cache-policy", cache_policy("mine", "<MinTTL>1</MinTTL>", inconsistent)).error(),
            "400 InconsistentQuantities");
  const Reply name = post("cache-policy", cache_policy("not a name"));
  EXPECT_TRUE(name.has("(CachePolicyConfig.Name)")) << name.body;
}

TEST_F(PoliciesTest, AnUpdateThatWouldSpoilADistributionIsRefused) {
  const Reply made = post("cache-policy", cache_policy("mine"));
  std::string config = config_with("r1", made.element("Id"));
  const std::size_t begin = config.find("<CustomOriginConfig>");
  const std::size_t end = config.find("</CustomOriginConfig>") + 21;
  config.replace(begin, end - begin, "<S3OriginConfig><OriginAccessIdentity></OriginAccessIdentity></S3OriginConfig>");
  const Reply distribution = create(config);
  ASSERT_EQ(distribution.status, 201) << distribution.body;
  const Reply refused = put("cache-policy", made.element("Id"),
                            cache_policy("mine", "<MinTTL>1</MinTTL>", listed_headers({"Host"})), made.header("ETag"));
  EXPECT_EQ(refused.error(), "400 InvalidHeadersForS3Origin");
  EXPECT_TRUE(refused.has(distribution.element("Id"))) << refused.body;
}

TEST_F(PoliciesTest, OriginRequestPoliciesOfOnesOwn) {
  const Reply made = post("origin-request-policy", origin_request_policy("mine", listed_headers({"Referer"})));
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string id = made.element("Id");
  EXPECT_EQ(made.header("Location"), "https://cloudfront.amazonaws.com/2020-05-31/origin-request-policy/" + id);
  EXPECT_EQ(create(config_with("r1", optimized, "<OriginRequestPolicyId>" + id + "</OriginRequestPolicyId>")).status,
            201);
  settle();
  const config::OriginRequestPolicy& policy = behavior_in_force().origin_request;
  EXPECT_EQ(policy.headers.names, std::vector<std::string>{"referer"});
  EXPECT_EQ(policy.cookies.mode, config::Selection::Mode::all);
  EXPECT_EQ(policy.query.mode, config::Selection::Mode::all_except);
  EXPECT_EQ(remove("origin-request-policy", id, made.header("ETag")).error(), "409 OriginRequestPolicyInUse");
  EXPECT_TRUE(send("GET", "/2020-05-31/distributionsByOriginRequestPolicyId/" + id).has("<Quantity>1</Quantity>"));
  EXPECT_EQ(post("origin-request-policy", origin_request_policy("mine", listed_headers({"Referer"}))).error(),
            "409 OriginRequestPolicyAlreadyExists");
  EXPECT_EQ(put("origin-request-policy", id,
                origin_request_policy("mine",
                                      "<HeaderBehavior>allExcept</HeaderBehavior><Headers><Quantity>1</Quantity>"
                                      "<Items><Name>Host</Name></Items></Headers>"),
                made.header("ETag"))
                .status,
            200);
  settle();
  EXPECT_EQ(behavior_in_force().origin_request.headers.mode, config::Selection::Mode::all_except);
}

TEST_F(PoliciesTest, ResponseHeadersPoliciesOfOnesOwn) {
  const Reply made = post(
      "response-headers-policy",
      response_headers_policy("mine",
                              "<CustomHeadersConfig><Quantity>1</Quantity><Items><ResponseHeadersPolicyCustomHeader>"
                              "<Header>X-Made-By</Header><Value>us</Value><Override>true</Override>"
                              "</ResponseHeadersPolicyCustomHeader></Items></CustomHeadersConfig><RemoveHeadersConfig>"
                              "<Quantity>1</Quantity><Items><ResponseHeadersPolicyRemoveHeader><Header>Server</Header>"
                              "</ResponseHeadersPolicyRemoveHeader></Items></RemoveHeadersConfig>"));
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string id = made.element("Id");
  const Reply got = look_at("response-headers-policy", id);
  EXPECT_EQ(got.body, made.body);
  EXPECT_EQ(got.element("Value"), "us");
  EXPECT_TRUE(send("GET", "/2020-05-31/response-headers-policy?Type=custom").has("<Quantity>1</Quantity>"));
  EXPECT_TRUE(send("GET", "/2020-05-31/distributionsByResponseHeadersPolicyId/" + id).has("<Quantity>0</Quantity>"));
  const std::string use = "<ResponseHeadersPolicyId>" + id + "</ResponseHeadersPolicyId>";
  const Reply distribution = create(config_with("r1", optimized, use));
  ASSERT_EQ(distribution.status, 201) << distribution.body;
  settle();
  ASSERT_TRUE(behavior_in_force().response_headers);
  EXPECT_EQ(behavior_in_force().response_headers->removed, std::vector<std::string>{"server"});
  EXPECT_EQ(remove("response-headers-policy", id, made.header("ETag")).error(), "409 ResponseHeadersPolicyInUse");
  EXPECT_EQ(update(distribution.element("Id"), config_with("r1", optimized), distribution.header("ETag")).status, 200);
  EXPECT_EQ(create(config_with("r2", optimized, "<ResponseHeadersPolicyId>none</ResponseHeadersPolicyId>")).error(),
            "404 NoSuchResponseHeadersPolicy");
  EXPECT_EQ(put("response-headers-policy", id, response_headers_policy("mine"), made.header("ETag")).status, 200);
  EXPECT_EQ(remove("response-headers-policy", id, look_at("response-headers-policy", id).header("ETag")).status, 204);
  EXPECT_EQ(look_at("response-headers-policy", id).error(), "404 NoSuchResponseHeadersPolicy");
}

class FewPolicies : public PoliciesTest {
 protected:
  FewPolicies() {
    stop();
    quotas.policies = 1;
    make_control();
  }
};

TEST_F(FewPolicies, TooManyOfAKindAreRefused) {
  EXPECT_EQ(post("cache-policy", cache_policy("a")).status, 201);
  EXPECT_EQ(post("cache-policy", cache_policy("b")).error(), "400 TooManyCachePolicies");
  EXPECT_EQ(post("response-headers-policy", response_headers_policy("b")).status, 201);
}

}  // namespace
}  // namespace gust::control
