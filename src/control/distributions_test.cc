// Distributions as clients see them. AWS.md section 3; CLOUDFRONT.md section 26.
#include "control/distributions.h"

#include <regex>

#include "control/control_test_internal.h"
#include "control/ids.h"

namespace gust::control {
namespace {

class DistributionsTest : public ControlTest {
 protected:
  void SetUp() override { start(); }
  // What is refused when `more` is added to a small configuration.
  std::string refusal_of(std::string_view more) {
    const Reply reply = create(small_config("refused", more));
    EXPECT_TRUE(documents().empty());
    return reply.error();
  }
};

bool is_like(const std::string& text, const char* pattern) { return std::regex_match(text, std::regex(pattern)); }

TEST_F(DistributionsTest, CreateAnswers201WithIdsArnLocationAndETag) {
  const Reply reply = create(small_config("r1"));
  EXPECT_EQ(reply.status, 201);
  const std::string id = reply.element("Id");
  EXPECT_TRUE(is_like(id, "E[A-Z0-9]{13}")) << id;
  EXPECT_EQ(reply.element("ARN"), "arn:aws:cloudfront::123456789012:distribution/" + id);
  EXPECT_TRUE(is_like(reply.element("DomainName"), "d[a-z0-9]{13}\\.cdn\\.localhost")) << reply.element("DomainName");
  EXPECT_EQ(reply.header("Location"), "https://cloudfront.amazonaws.com/2020-05-31/distribution/" + id);
  EXPECT_TRUE(is_like(reply.header("ETag"), "E[A-Z0-9]{13}")) << reply.header("ETag");
  EXPECT_EQ(reply.element("Status"), "InProgress");
  EXPECT_EQ(reply.element("InProgressInvalidationBatches"), "0");
  EXPECT_TRUE(reply.has("<Distribution xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\">"));
}

TEST_F(DistributionsTest, Api5ItIsDeployedWhenEveryNodeHasConfirmedAndNotBefore) {
  delivery.is_held = true;
  const std::string id = create_deployed();
  EXPECT_EQ(get(id).element("Status"), "InProgress");
  delivery.release();
  settle();
  EXPECT_EQ(get(id).element("Status"), "Deployed");
  ASSERT_FALSE(delivery.published.empty());
  EXPECT_NE(delivery.published.back()->find_by_id(id), nullptr);
}

TEST_F(DistributionsTest, Api5AWaitersFirstLookFindsItDeployed) {
  const auto begun = world.now();
  const std::string id = create(small_config("r1")).element("Id");
  EXPECT_TRUE(world.run_until([&] { return delivery.published.size() > 1; }, std::chrono::milliseconds(100)));
  EXPECT_EQ(get(id).element("Status"), "Deployed");
  EXPECT_LT(world.now() - begun, std::chrono::milliseconds(200));
}

TEST_F(DistributionsTest, GetGivesTheSameETagUntilAnUpdate) {
  const Reply created = create(small_config("r1"));
  const std::string id = created.element("Id");
  settle();
  const Reply first = get(id);
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.header("ETag"), created.header("ETag"));
  const Reply config = send("GET", "/2020-05-31/distribution/" + id + "/config");
  EXPECT_EQ(config.header("ETag"), created.header("ETag"));
  EXPECT_EQ(config.element("CallerReference"), "r1");
  const Reply updated = update(id, small_config("r1"), created.header("ETag"));
  EXPECT_EQ(updated.status, 200);
  EXPECT_EQ(updated.element("Status"), "InProgress");
  EXPECT_NE(updated.header("ETag"), created.header("ETag"));
  EXPECT_EQ(get(id).header("ETag"), updated.header("ETag"));
}

TEST_F(DistributionsTest, ReadBackHasTheServicesDefaults) {
  const std::string body = get(create_deployed()).body;
  EXPECT_NE(body.find("<AllowedMethods><Quantity>2</Quantity><Items><Method>HEAD</Method><Method>GET</Method></Items>"
                      "<CachedMethods><Quantity>2</Quantity><Items><Method>HEAD</Method><Method>GET</Method></Items>"
                      "</CachedMethods></AllowedMethods>"),
            std::string::npos);
  for (const char* part :
       {"<SmoothStreaming>false</SmoothStreaming>",
        "<Compress>false</Compress>",
        "<DefaultTTL>86400</DefaultTTL>",
        "<MaxTTL>31536000</MaxTTL>",
        "<LambdaFunctionAssociations><Quantity>0</Quantity></LambdaFunctionAssociations>",
        "<CustomHeaders><Quantity>0</Quantity></CustomHeaders>",
        "<Aliases><Quantity>0</Quantity></Aliases>",
        "<OriginGroups><Quantity>0</Quantity></OriginGroups>",
        "<CacheBehaviors><Quantity>0</Quantity></CacheBehaviors>",
        "<CustomErrorResponses><Quantity>0</Quantity></CustomErrorResponses>",
        "<Logging><Enabled>false</Enabled><IncludeCookies>false</IncludeCookies>",
        "<PriceClass>PriceClass_All</PriceClass>",
        "<HttpVersion>http2</HttpVersion>",
        "<CloudFrontDefaultCertificate>true</CloudFrontDefaultCertificate>",
        "<SSLSupportMethod>vip</SSLSupportMethod>",
        "<MinimumProtocolVersion>TLSv1</MinimumProtocolVersion>",
        "<ConnectionAttempts>3</ConnectionAttempts>",
        "<ConnectionTimeout>10</ConnectionTimeout>",
        "<OriginReadTimeout>30</OriginReadTimeout>",
        "<OriginKeepaliveTimeout>5</OriginKeepaliveTimeout>",
        "<GeoRestriction><RestrictionType>none</RestrictionType><Quantity>0</Quantity></GeoRestriction>"}) {
    EXPECT_NE(body.find(part), std::string::npos) << part;
  }
}

TEST_F(DistributionsTest, Api8WhatIsReadBackCanBeSentBackAndStaysTheSame) {
  const std::string id = create_deployed();
  const Reply first = send("GET", "/2020-05-31/distribution/" + id + "/config");
  EXPECT_EQ(update(id, first.body, first.header("ETag")).status, 200);
  EXPECT_EQ(send("GET", "/2020-05-31/distribution/" + id + "/config").body, first.body);
}

TEST_F(DistributionsTest, Api2IfMatchMissingMalformedOrStale) {
  const std::string id = create_deployed();
  const std::string config = small_config("r1");
  EXPECT_EQ(send("PUT", "/2020-05-31/distribution/" + id + "/config", config).error(), "400 InvalidIfMatchVersion");
  EXPECT_EQ(update(id, config, "nonsense").error(), "400 InvalidIfMatchVersion");
  EXPECT_EQ(update(id, config, "E0123456789ABC").error(), "412 PreconditionFailed");
  EXPECT_EQ(update("E0000000000000", config, "E0123456789ABC").error(), "404 NoSuchDistribution");
}

TEST_F(DistributionsTest, OfTwoUpdatesOfOneVersionOneWins) {
  const std::string id = create_deployed();
  const std::string etag = get(id).header("ETag");
  EXPECT_EQ(update(id, small_config("r1", "<PriceClass>PriceClass_100</PriceClass>"), etag).status, 200);
  EXPECT_EQ(update(id, small_config("r1", "<PriceClass>PriceClass_200</PriceClass>"), etag).error(),
            "412 PreconditionFailed");
  EXPECT_EQ(get(id).element("PriceClass"), "PriceClass_100");
}

TEST_F(DistributionsTest, AnyReuseOfACallerReferenceAlreadyExistsAndNamesTheFirst) {
  const std::string id = create_deployed("r1");
  const Reply again = create(small_config("r1"));
  EXPECT_EQ(again.error(), "409 DistributionAlreadyExists");
  EXPECT_TRUE(again.element("Message").ends_with("Already exists: " + id)) << again.body;
  EXPECT_EQ(create(small_config("")).status, 400);
}

TEST_F(DistributionsTest, TheCallerReferenceCannotBeChanged) {
  const std::string id = create_deployed("r1");
  EXPECT_EQ(update(id, small_config("r2"), get(id).header("ETag")).error(), "400 IllegalUpdate");
}

TEST_F(DistributionsTest, Api4OnlyADisabledAndDeployedDistributionIsDeleted) {
  const std::string id = create_deployed("r1");
  const auto remove = [&](const std::string& etag) {
    return send("DELETE", "/2020-05-31/distribution/" + id, "", {{"If-Match", etag}});
  };
  EXPECT_EQ(remove(get(id).header("ETag")).error(), "409 DistributionNotDisabled");
  delivery.is_held = true;
  const std::string etag = update(id, small_config("r1", "", "false"), get(id).header("ETag")).header("ETag");
  settle();
  EXPECT_EQ(remove(etag).error(), "409 DistributionNotDisabled");
  delivery.release();
  settle();
  EXPECT_EQ(remove("E0123456789ABC").error(), "412 PreconditionFailed");
  const Reply removed = remove(etag);
  EXPECT_EQ(removed.status, 204);
  EXPECT_EQ(removed.body, "");
  EXPECT_EQ(get(id).error(), "404 NoSuchDistribution");
  EXPECT_TRUE(documents().empty());
  settle();
  EXPECT_EQ(delivery.published.back()->find_by_id(id), nullptr);
  EXPECT_EQ(create(small_config("r1")).status, 201);
}

TEST_F(DistributionsTest, ListPagesByMarkerAndMaxItems) {
  EXPECT_TRUE(send("GET", "/2020-05-31/distribution").has("<Quantity>0</Quantity>"));
  for (const char* reference : {"a", "b", "c"}) create_deployed(reference);
  const Reply all = send("GET", "/2020-05-31/distribution");
  EXPECT_EQ(all.element("MaxItems"), "100");
  EXPECT_EQ(all.element("IsTruncated"), "false");
  EXPECT_TRUE(all.has("</IsTruncated><Quantity>3</Quantity>")) << all.body;
  const Reply first = send("GET", "/2020-05-31/distribution?MaxItems=2");
  EXPECT_EQ(first.element("MaxItems"), "2");
  EXPECT_EQ(first.element("IsTruncated"), "true");
  const std::string marker = first.element("NextMarker");
  const Reply second = send("GET", "/2020-05-31/distribution?MaxItems=2&Marker=" + marker);
  EXPECT_EQ(second.element("Marker"), marker);
  EXPECT_EQ(second.element("IsTruncated"), "false");
  EXPECT_TRUE(second.has("<Quantity>1</Quantity><Items><DistributionSummary>")) << second.body;
  EXPECT_FALSE(second.has(marker + "</Id>"));
  EXPECT_EQ(send("GET", "/2020-05-31/distribution?MaxItems=0").error(), "400 InvalidArgument");
}

TEST_F(DistributionsTest, CreateWithTagsKeepsTheTags) {
  const std::string config = small_config("r1");
  const Reply reply =
      send("POST", "/2020-05-31/distribution?WithTags",
           "<DistributionConfigWithTags>" + config +
               "<Tags><Items><Tag><Key>team</Key><Value>web</Value></Tag></Items></Tags></DistributionConfigWithTags>");
  EXPECT_EQ(reply.status, 201) << reply.body;
  const Reply tags = send("GET", "/2020-05-31/tagging?Resource=" + percent_encode(reply.element("ARN")));
  EXPECT_TRUE(tags.has("<Tag><Key>team</Key><Value>web</Value></Tag>")) << tags.body;
}

TEST_F(DistributionsTest, ADisabledDistributionIsPublishedAsSuch) {
  const std::string id = create(small_config("r1", "", "false")).element("Id");
  settle();
  EXPECT_FALSE(delivery.published.back()->find_by_id(id)->enabled);
}

TEST_F(DistributionsTest, SettingsThatAreNotEnforcedAreRefusedByName) {
  EXPECT_EQ(refusal_of("<WebACLId>arn:aws:wafv2</WebACLId>"), "400 InvalidArgument");
  const Reply reply = create(small_config("r1", "<WebACLId>arn:aws:wafv2</WebACLId>"));
  EXPECT_TRUE(reply.has("DistributionConfig.WebACLId")) << reply.body;
}

TEST_F(DistributionsTest, SettingsThatCannotMatterHereAreKept) {
  const Reply reply = create(small_config("r1",
                                          "<PriceClass>PriceClass_100</PriceClass><HttpVersion>http1.1</HttpVersion>"
                                          "<IsIPV6Enabled>true</IsIPV6Enabled>"));
  EXPECT_EQ(reply.status, 201);
  const Reply got = get(reply.element("Id"));
  EXPECT_EQ(got.element("PriceClass"), "PriceClass_100");
  EXPECT_EQ(got.element("HttpVersion"), "http1.1");
  EXPECT_EQ(got.element("IsIPV6Enabled"), "true");
}

TEST_F(DistributionsTest, Dist3AnAliasWithTheDefaultCertificateIsInvalidViewerCertificate) {
  EXPECT_EQ(refusal_of("<Aliases><Quantity>1</Quantity><Items><CNAME>www.example.org</CNAME></Items></Aliases>"),
            "400 InvalidViewerCertificate");
}

TEST_F(DistributionsTest, QuantitiesAndRootObjectsAreChecked) {
  EXPECT_EQ(refusal_of("<Aliases><Quantity>3</Quantity></Aliases>"), "400 InconsistentQuantities");
  EXPECT_EQ(refusal_of("<DefaultRootObject>/index.html</DefaultRootObject>"), "400 InvalidDefaultRootObject");
}

std::string behaviors(int count, std::string_view members) {
  std::string items;
  for (int i = 0; i < count; ++i) {
    items += fmt::format("<CacheBehavior><PathPattern>p{}/*</PathPattern>{}</CacheBehavior>", i, members);
  }
  return fmt::format("<CacheBehaviors><Quantity>{}</Quantity><Items>{}</Items></CacheBehaviors>", count, items);
}

TEST_F(DistributionsTest, BehavioursAreCheckedWithTheServicesCodes) {
  const auto with = [](std::string_view members) { return behaviors(1, members); };
  constexpr std::string_view policy = "<CachePolicyId>658327ea-f89d-4fab-a63d-7e88639e58f6</CachePolicyId>";
  constexpr std::string_view target =
      "<TargetOriginId>o1</TargetOriginId><ViewerProtocolPolicy>allow-all</ViewerProtocolPolicy>";
  EXPECT_EQ(refusal_of(with(fmt::format("<TargetOriginId>none</TargetOriginId><ViewerProtocolPolicy>allow-all"
                                        "</ViewerProtocolPolicy>{}",
                                        policy))),
            "404 NoSuchOrigin");
  EXPECT_EQ(refusal_of(with(fmt::format("{}<CachePolicyId>658327ea</CachePolicyId>", target))),
            "404 NoSuchCachePolicy");
  EXPECT_EQ(refusal_of(with(target)), "400 InvalidArgument");
  EXPECT_EQ(refusal_of(with(fmt::format("{}<SmoothStreaming>true</SmoothStreaming>{}", target, policy))),
            "400 InvalidArgument");
  std::string order(small_behavior);
  order += "<DefaultTTL>10</DefaultTTL><MaxTTL>5</MaxTTL>";
  EXPECT_EQ(refusal_of(with(order)), "400 InvalidTTLOrder");
}

class Limited : public ControlTest {
 protected:
  Limited() {
    quotas.distributions = 1;
    quotas.cache_behaviors = 2;
    make_control();
  }
};

TEST_F(Limited, Path7QuotasHaveTheirOwnErrors) {
  start();
  EXPECT_EQ(create(small_config("r1", behaviors(3, small_behavior))).error(), "400 TooManyCacheBehaviors");
  EXPECT_EQ(create(small_config("r1", behaviors(2, small_behavior))).status, 201);
  EXPECT_EQ(create(small_config("r2")).error(), "400 TooManyDistributions");
}

TEST(Ids, APolicysIdIsAUuidOfVersionFour) {
  EXPECT_EQ(make_uuid(std::string(16, '\0')), "00000000-0000-4000-8000-000000000000");
  EXPECT_EQ(make_uuid(std::string(16, '\xff')), "ffffffff-ffff-4fff-bfff-ffffffffffff");
  EXPECT_TRUE(is_resource_id(make_uuid(std::string(16, 'x'))));
  EXPECT_FALSE(is_resource_id("a/b"));
  EXPECT_FALSE(is_resource_id(std::string(65, 'a')));
}

TEST(Ids, ETagsDifferByRevisionAndByKey) {
  EXPECT_TRUE(is_etag(etag_of("a", 1)));
  EXPECT_NE(etag_of("a", 1), etag_of("a", 2));
  EXPECT_NE(etag_of("a", 1), etag_of("b", 1));
  EXPECT_FALSE(is_etag("\"E0123456789ABC\""));
  EXPECT_FALSE(is_etag("E0123456789abc"));
  EXPECT_FALSE(is_etag(""));
}

TEST(Ids, OnlyArnsOfThisAccountsDistributionsNameOne) {
  EXPECT_EQ(distribution_in_arn("arn:aws:cloudfront::1:distribution/E1", "1"), "E1");
  EXPECT_EQ(distribution_in_arn("arn:aws:cloudfront::2:distribution/E1", "1"), std::nullopt);
  EXPECT_EQ(distribution_in_arn("arn:aws:cloudfront::1:distribution/", "1"), std::nullopt);
  EXPECT_EQ(distribution_in_arn("E1", "1"), std::nullopt);
}

}  // namespace
}  // namespace gust::control
