#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "aws/gen/cloudfront.h"
#include "aws/shapes.h"

namespace gust::aws {
namespace {

// As Debian's awscli 2.9 (botocore 1.29) sends it: nearly every member of a distribution.
constexpr std::string_view sent_config =
    R"(<DistributionConfig xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><CallerReference>cli-1)"
    R"(</CallerReference><Aliases><Quantity>2</Quantity><Items><CNAME>a.example</CNAME><CNAME>b.example</CNAME>)"
    R"(</Items></Aliases><DefaultRootObject>index.html</DefaultRootObject><Origins><Quantity>2</Quantity><Items>)"
    R"(<Origin><Id>o1</Id><DomainName>pics.s3.amazonaws.com</DomainName><OriginPath>/p</OriginPath>)"
    R"(<CustomHeaders><Quantity>1</Quantity><Items><OriginCustomHeader><HeaderName>X-A</HeaderName><HeaderValue>)"
    R"(1 &lt; 2 &amp; "3"</HeaderValue></OriginCustomHeader></Items></CustomHeaders><S3OriginConfig>)"
    R"(<OriginAccessIdentity /></S3OriginConfig><ConnectionAttempts>3</ConnectionAttempts><ConnectionTimeout>10)"
    R"(</ConnectionTimeout><OriginShield><Enabled>true</Enabled><OriginShieldRegion>ap-south-1)"
    R"(</OriginShieldRegion></OriginShield><OriginAccessControlId /></Origin><Origin><Id>o2</Id><DomainName>)"
    R"(o.example</DomainName><CustomOriginConfig><HTTPPort>80</HTTPPort><HTTPSPort>443</HTTPSPort>)"
    R"(<OriginProtocolPolicy>https-only</OriginProtocolPolicy><OriginSslProtocols><Quantity>1</Quantity><Items>)"
    R"(<SslProtocol>TLSv1.2</SslProtocol></Items></OriginSslProtocols><OriginReadTimeout>30</OriginReadTimeout>)"
    R"(<OriginKeepaliveTimeout>5</OriginKeepaliveTimeout></CustomOriginConfig></Origin></Items></Origins>)"
    R"(<OriginGroups><Quantity>1</Quantity><Items><OriginGroup><Id>g</Id><FailoverCriteria><StatusCodes>)"
    R"(<Quantity>2</Quantity><Items><StatusCode>500</StatusCode><StatusCode>502</StatusCode></Items>)"
    R"(</StatusCodes></FailoverCriteria><Members><Quantity>2</Quantity><Items><OriginGroupMember><OriginId>o1)"
    R"(</OriginId></OriginGroupMember><OriginGroupMember><OriginId>o2</OriginId></OriginGroupMember></Items>)"
    R"(</Members></OriginGroup></Items></OriginGroups><DefaultCacheBehavior><TargetOriginId>o1</TargetOriginId>)"
    R"(<TrustedKeyGroups><Enabled>false</Enabled><Quantity>0</Quantity></TrustedKeyGroups><ViewerProtocolPolicy>)"
    R"(redirect-to-https</ViewerProtocolPolicy><AllowedMethods><Quantity>2</Quantity><Items><Method>HEAD)"
    R"(</Method><Method>GET</Method></Items><CachedMethods><Quantity>2</Quantity><Items><Method>HEAD</Method>)"
    R"(<Method>GET</Method></Items></CachedMethods></AllowedMethods><SmoothStreaming>false</SmoothStreaming>)"
    R"(<Compress>true</Compress><LambdaFunctionAssociations><Quantity>0</Quantity></LambdaFunctionAssociations>)"
    R"(<FunctionAssociations><Quantity>1</Quantity><Items><FunctionAssociation><FunctionARN>)"
    R"(arn:aws:cloudfront::123456789012:function/f</FunctionARN><EventType>viewer-request</EventType>)"
    R"(</FunctionAssociation></Items></FunctionAssociations><ForwardedValues><QueryString>true</QueryString>)"
    R"(<Cookies><Forward>whitelist</Forward><WhitelistedNames><Quantity>1</Quantity><Items><Name>s</Name>)"
    R"(</Items></WhitelistedNames></Cookies><Headers><Quantity>1</Quantity><Items><Name>Origin</Name></Items>)"
    R"(</Headers><QueryStringCacheKeys><Quantity>0</Quantity></QueryStringCacheKeys></ForwardedValues><MinTTL>0)"
    R"(</MinTTL><DefaultTTL>86400</DefaultTTL><MaxTTL>31536000</MaxTTL></DefaultCacheBehavior><CacheBehaviors>)"
    R"(<Quantity>1</Quantity><Items><CacheBehavior><PathPattern>img/*.jpg</PathPattern><TargetOriginId>o2)"
    R"(</TargetOriginId><ViewerProtocolPolicy>allow-all</ViewerProtocolPolicy><CachePolicyId>)"
    R"(658327ea-f89d-4fab-a63d-7e88639e58f6</CachePolicyId></CacheBehavior></Items></CacheBehaviors>)"
    R"(<CustomErrorResponses><Quantity>1</Quantity><Items><CustomErrorResponse><ErrorCode>404</ErrorCode>)"
    R"(<ResponsePagePath>/404.html</ResponsePagePath><ResponseCode>200</ResponseCode><ErrorCachingMinTTL>10)"
    R"(</ErrorCachingMinTTL></CustomErrorResponse></Items></CustomErrorResponses><Comment>résumé  with  spaces )"
    R"(</Comment><Logging><Enabled>false</Enabled><IncludeCookies>false</IncludeCookies><Bucket /><Prefix />)"
    R"(</Logging><PriceClass>PriceClass_All</PriceClass><Enabled>true</Enabled><ViewerCertificate>)"
    R"(<CloudFrontDefaultCertificate>true</CloudFrontDefaultCertificate><MinimumProtocolVersion>TLSv1)"
    R"(</MinimumProtocolVersion><CertificateSource>cloudfront</CertificateSource></ViewerCertificate>)"
    R"(<Restrictions><GeoRestriction><RestrictionType>whitelist</RestrictionType><Quantity>1</Quantity><Items>)"
    R"(<Location>IN</Location></Items></GeoRestriction></Restrictions><WebACLId /><HttpVersion>http2and3)"
    R"(</HttpVersion><IsIPV6Enabled>true</IsIPV6Enabled></DistributionConfig>)";

constexpr std::string_view sent_with_tags =
    R"(<DistributionConfigWithTags xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><DistributionConfig>)"
    R"(<CallerReference>c</CallerReference><Origins><Quantity>1</Quantity><Items><Origin><Id>o</Id><DomainName>d)"
    R"(</DomainName></Origin></Items></Origins><DefaultCacheBehavior><TargetOriginId>o</TargetOriginId>)"
    R"(<ViewerProtocolPolicy>allow-all</ViewerProtocolPolicy></DefaultCacheBehavior><Comment /><Enabled>true)"
    R"(</Enabled></DistributionConfig><Tags><Items><Tag><Key>k</Key><Value>a,b</Value></Tag></Items></Tags>)"
    R"(</DistributionConfigWithTags>)";

// An answered request: the typed input, or the error.
template <typename Op>
Answer<typename Op::Input> read(std::string_view target, std::string_view body,
                                std::span<const HeaderView> headers = {}) {
  const std::size_t mark = target.find('?');
  const auto query = read_query(mark == std::string_view::npos ? "" : target.substr(mark + 1));
  OperationRequest request{.method = Op::operation().method,
                           .path = target.substr(0, mark),
                           .query = *query,
                           .headers = headers,
                           .bucket = {},
                           .key = {},
                           .body = body};
  const auto route = find_operation(cloudfront::service(), request);
  if (!route) return std::unexpected(route.error());
  EXPECT_EQ(route->operation, &Op::operation());
  return read_input<Op>(cloudfront::service(), *route, request);
}

Answer<cloudfront::CreateDistributionRequest> create(std::string_view body) {
  return read<cloudfront::op::CreateDistribution>("/2020-05-31/distribution", body);
}

std::string changed(std::string_view from, std::string_view to) {
  std::string text(sent_config);
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string message_of(const Answer<cloudfront::CreateDistributionRequest>& read) {
  return read ? "accepted" : read.error().code + ": " + read.error().message;
}

std::string without_short_tags(std::string text) {
  for (std::size_t at = text.find(" />"); at != std::string::npos; at = text.find(" />")) {
    const std::size_t open = text.rfind('<', at);
    text.replace(at, 3, "></" + text.substr(open + 1, at - open - 1) + ">");
  }
  return text;
}

TEST(ReadDistribution, TypesWhatTheCliSends) {
  const auto input = create(sent_config);
  ASSERT_TRUE(input) << input.error().message;
  const cloudfront::DistributionConfig& config = input->distribution_config;
  EXPECT_EQ(config.caller_reference, "cli-1");
  EXPECT_EQ(config.aliases->items, (std::vector<std::string>{"a.example", "b.example"}));
  ASSERT_EQ(config.origins.items.size(), 2U);
  EXPECT_EQ(config.origins.items[0].custom_headers->items[0].header_value, "1 < 2 & \"3\"");
  EXPECT_EQ(config.origins.items[0].s3_origin_config->origin_access_identity, "");
  EXPECT_EQ(config.origins.items[1].custom_origin_config->https_port, 443);
  EXPECT_EQ(config.default_cache_behavior.max_ttl, 31536000);
  EXPECT_EQ(config.comment, "r\u00e9sum\u00e9  with  spaces ");
  EXPECT_TRUE(config.enabled);
  EXPECT_EQ(config.is_ipv6_enabled, true);
  EXPECT_EQ(config.origin_groups->items[0].failover_criteria.status_codes.items, (std::vector<std::int32_t>{500, 502}));
  EXPECT_FALSE(config.staging);
}

TEST(ReadDistribution, WritesBackEveryElementInItsOrder) {
  const auto input = create(sent_config);
  ASSERT_TRUE(input);
  const auto answer = write_output<cloudfront::op::GetDistributionConfig>(
      cloudfront::service(), {.distribution_config = input->distribution_config, .etag = "E1"}, {"id", ""});
  EXPECT_EQ(answer.status, 200);
  const std::string head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  std::string expected = head + without_short_tags(std::string(sent_config));
  for (std::size_t at = expected.find("\"3\""); at != std::string::npos; at = expected.find("\"3\"")) {
    expected.replace(at, 3, "&quot;3&quot;");
  }
  EXPECT_EQ(answer.body, expected);
}

TEST(ReadDistribution, KeepsAllAsJson) {
  const auto input = create(sent_config);
  ASSERT_TRUE(input);
  const std::string json = to_json(input->distribution_config);
  const auto back = from_json<cloudfront::DistributionConfig>(json);
  ASSERT_TRUE(back) << back.error().text;
  EXPECT_EQ(to_json(*back), json);
  EXPECT_TRUE(same_value(*back, input->distribution_config));
  EXPECT_FALSE(from_json<cloudfront::DistributionConfig>("{"));
  EXPECT_FALSE(from_json<cloudfront::DistributionConfig>("{}"));
  EXPECT_FALSE(from_json<cloudfront::DistributionConfig>("{\"Odd\":1," + json.substr(1)));
}

// Refuse or keep, never drop.
TEST(ReadDistribution, NamesTheElementThatItDoesNotKnow) {
  EXPECT_EQ(message_of(create(changed("<Comment>", "<Commend>x</Commend><Comment>"))),
            "MalformedInput: Unexpected element 'Commend' in 'DistributionConfig'.");
  EXPECT_EQ(message_of(create(changed("<CNAME>", "<Name>x</Name><CNAME>"))),
            "MalformedInput: Unexpected element 'Name' in list 'Items'.");
  EXPECT_EQ(message_of(create(changed("<Comment>", "<Comment a=\"b\">"))),
            "MalformedInput: Unexpected attribute 'a' in 'Comment'.");
  EXPECT_EQ(message_of(create(changed("<PriceClass>", "<PriceClass>a</PriceClass><PriceClass>"))),
            "MalformedInput: Element 'PriceClass' stands twice in 'DistributionConfig'.");
  EXPECT_EQ(message_of(create(changed("<Quantity>2", "x<Quantity>2"))),
            "MalformedInput: Unexpected text in 'Aliases'.");
  EXPECT_EQ(message_of(create(changed("<Quantity>2", "<Quantity>two"))), "MalformedInput: Bad value of 'Quantity'.");
  EXPECT_EQ(message_of(create(changed("<Enabled>true", "<Enabled>yes"))), "MalformedInput: Bad value of 'Enabled'.");
  EXPECT_EQ(message_of(create("<Distribution/>")),
            "MalformedInput: Unexpected root element 'Distribution'; expected 'DistributionConfig'.");
}

TEST(ReadDistribution, TellsBrokenRulesInTheWordsOfTheService) {
  EXPECT_EQ(message_of(create(changed("<DomainName>pics.s3.amazonaws.com</DomainName>", ""))),
            "MalformedXML: 1 validation error detected: Value null at "
            "'distributionConfig.origins.items.1.member.domainName' failed to satisfy constraint: Member must not be "
            "null");
  EXPECT_EQ(message_of(create(changed("redirect-to-https", "maybe"))),
            "MalformedXML: 1 validation error detected: Value 'maybe' at "
            "'distributionConfig.defaultCacheBehavior.viewerProtocolPolicy' failed to satisfy constraint: Member must "
            "satisfy enum value set: [allow-all, https-only, redirect-to-https]");
  EXPECT_EQ(message_of(create(changed("ap-south-1", "mars"))),
            "MalformedXML: 1 validation error detected: Value 'mars' at "
            "'distributionConfig.origins.items.1.member.originShield.originShieldRegion' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [a-z]{2}-[a-z]+-\\d");
  EXPECT_EQ(message_of(create(changed("<OriginGroupMember><OriginId>o1</OriginId></OriginGroupMember>", ""))),
            "MalformedXML: 1 validation error detected: Value '1 items' at "
            "'distributionConfig.originGroups.items.1.member.members.items' failed to satisfy constraint: Member must "
            "have length greater than or equal to 2");
  EXPECT_EQ(message_of(create("")),
            "MalformedXML: 1 validation error detected: Value null at 'distributionConfig' failed to satisfy "
            "constraint: Member must not be null");
  // The text that a real service gave for this very input.
  const auto tags =
      read<cloudfront::op::CreateDistributionWithTags>("/2020-05-31/distribution?WithTags", sent_with_tags);
  ASSERT_FALSE(tags);
  EXPECT_EQ(
      tags.error().message,
      "1 validation error detected: Value 'a,b' at 'distributionConfigWithTags.tags.items.1.member.value' failed to "
      "satisfy constraint: Member must satisfy regular expression pattern: "
      "^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$");
}

TEST(ReadDistribution, RefusesEntitiesDoctypesAndBrokenDocuments) {
  for (const std::string& bad :
       {std::string("<!DOCTYPE a [<!ENTITY x \"y\">]>") + std::string(sent_config), changed("cli-1", "&x;"),
        changed("cli-1", "&#0;"), changed("cli-1", "\x01"), changed("cli-1", "\xff"), changed("cli-1", "<?Comment x?>"),
        changed("</DistributionConfig>", ""), std::string(sent_config) + std::string(sent_config),
        std::string(200000, '<'), std::string("<a>"), std::string("hello"), std::string("<!-- -->"),
        std::string(5 * 1024 * 1024, ' ')}) {
    const auto read = create(bad);
    ASSERT_FALSE(read) << bad.substr(0, 100);
    EXPECT_EQ(read.error().code, "MalformedInput");
  }
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "<a>";
  EXPECT_FALSE(create(deep));
  EXPECT_TRUE(create(changed("cli-1", "<![CDATA[a & b]]>")));
}

// Such a text, once stored, would make every list of distributions unreadable to clients.
TEST(ReadDistribution, RefusesTextsThatNoXmlCanHold) {
  for (const std::string_view bad : {"a&#1;b", "&#x1f;", "&#xFFFE;", "\xEF\xBF\xBF"}) {
    EXPECT_EQ(message_of(create(changed("cli-1", bad))),
              "MalformedXML: 1 validation error detected: Value '?' at 'distributionConfig.callerReference' failed to "
              "satisfy constraint: Member must consist of characters that XML 1.0 can hold");
  }
  EXPECT_TRUE(create(changed("cli-1", "&#9;&#10;&#13;&#x20AC;")));
}

// A body of a few megabytes must not become a hundred in memory or in the answer.
TEST(ReadDistribution, BoundsWhatAListOfEmptyElementsMakes) {
  const auto with_origins = [](std::size_t count) {
    std::string text = "<DistributionConfig><Origins><Items>";
    for (std::size_t i = 0; i < count; ++i) text += "<Origin/>";
    return text + "</Items></Origins></DistributionConfig>";
  };
  EXPECT_EQ(message_of(create(with_origins(xml_list_items_max + 1))),
            "MalformedInput: There are more than 10000 elements in 'Items'.");
  const std::string told = message_of(create(with_origins(xml_list_items_max)));
  EXPECT_TRUE(told.starts_with("MalformedXML: 10 validation errors detected: ")) << told.substr(0, 200);
  EXPECT_LT(told.size(), 2000U);
}

TEST(FindOperation, TellsTwinsByTheirQueryKeys) {
  EXPECT_TRUE(read<cloudfront::op::ListDistributions>("/2020-05-31/distribution?MaxItems=5&Marker=", ""));
  const auto list = read<cloudfront::op::ListDistributions>("/2020-05-31/distribution?MaxItems=5", "");
  EXPECT_EQ(list->max_items, "5");
  const auto get = read<cloudfront::op::GetInvalidation>("/2020-05-31/distribution/E1/invalidation/I%201", "");
  EXPECT_EQ(get->distribution_id, "E1");
  EXPECT_EQ(get->id, "I 1");
  const auto untag = read<cloudfront::op::UntagResource>(
      "/2020-05-31/tagging?Operation=Untag&Resource=arn:aws:cloudfront::1:distribution/E",
      "<TagKeys><Items><Key>a</Key><Key>b</Key></Items></TagKeys>");
  ASSERT_TRUE(untag) << untag.error().message;
  EXPECT_EQ(untag->tag_keys.items.size(), 2U);
  const std::vector<HeaderView> headers = {{"if-match", "E123"}};
  const auto update =
      read<cloudfront::op::UpdateDistribution>("/2020-05-31/distribution/E1/config", sent_config, headers);
  ASSERT_TRUE(update);
  EXPECT_EQ(update->if_match, "E123");
  EXPECT_FALSE(read<cloudfront::op::ListTagsForResource>("/2020-05-31/tagging", ""));
}

TEST(FindOperation, KnowsEveryOperationAndNamesWhatIsUnknown) {
  const auto error_of = [](std::string_view method, std::string_view path) {
    const auto route = find_operation(
        cloudfront::service(),
        {.method = method, .path = path, .query = {}, .headers = {}, .bucket = {}, .key = {}, .body = {}});
    return route ? std::string("found") : route.error().code + " " + std::to_string(route.error().status);
  };
  EXPECT_EQ(error_of("GET", "/2020-05-31/function"), "found");
  // Debian's clients send the slash at its end, newer ones do not.
  EXPECT_EQ(error_of("POST", "/2020-05-31/get-realtime-log-config/"), "found");
  EXPECT_EQ(error_of("POST", "/2020-05-31/get-realtime-log-config"), "found");
  EXPECT_EQ(error_of("GET", "/2020-05-31/key-value-store"), "found");
  EXPECT_EQ(error_of("GET", "/2020-05-31/nothing"), "UnknownOperationException 404");
  EXPECT_EQ(error_of("PATCH", "/2020-05-31/distribution"), "UnknownOperationException 404");
  EXPECT_EQ(error_of("GET", "/2020-05-31/distribution/"), "UnknownOperationException 404");
  EXPECT_EQ(error_of("GET", "/2020-05-31/distribution/%zz"), "UnknownOperationException 404");
}

TEST(ReadBody, AnEmptyOneLacksWhatIsRequired) {
  const auto input = read<cloudfront::op::UpdateKeyValueStore>("/2020-05-31/key-value-store/k", "");
  ASSERT_FALSE(input);
  EXPECT_EQ(input.error().code, "MalformedXML");
  EXPECT_NE(input.error().message.find("'comment'"), std::string::npos) << input.error().message;
}

// Staging as boto3 1.26 sends it.
TEST(ReadHeader, TakesTheTruthOfPython) {
  const auto copied = [](std::string_view staging) {
    const std::array<HeaderView, 1> headers{{{"Staging", staging}}};
    return read<cloudfront::op::CopyDistribution>("/2020-05-31/distribution/E1/copy",
                                                  "<CopyDistributionRequest><CallerReference>c</CallerReference>"
                                                  "</CopyDistributionRequest>",
                                                  headers);
  };
  EXPECT_EQ(copied("True")->staging, true);
  EXPECT_EQ(copied("false")->staging, false);
  EXPECT_FALSE(copied("yes"));
}

TEST(WriteDistribution, AnswersHaveTheStatusFieldsAndFormOfTheModel) {
  const auto input = create(sent_config);
  ASSERT_TRUE(input);
  cloudfront::CreateDistributionResult result;
  result.etag = "E2QWRUHEXAMPLE";
  auto& distribution = result.distribution.emplace();
  distribution.id = "E1";
  distribution.last_modified_time = wall_time_of(1795309323);
  distribution.distribution_config = input->distribution_config;
  const WireAnswer made = write_output<cloudfront::op::CreateDistribution>(cloudfront::service(), result, {"r1", ""});
  EXPECT_EQ(made.status, 201);
  const std::pair<std::string, std::string> etag{"ETag", "E2QWRUHEXAMPLE"}, id{"x-amzn-RequestId", "r1"};
  EXPECT_NE(std::ranges::find(made.headers, etag), made.headers.end());
  EXPECT_NE(std::ranges::find(made.headers, id), made.headers.end());
  EXPECT_NE(made.body.find("<Distribution xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Id>E1</Id>"),
            std::string::npos);
  EXPECT_NE(made.body.find("<LastModifiedTime>2026-11-22T01:02:03.000Z</LastModifiedTime>"), std::string::npos);

  const WireAnswer gone = write_output<cloudfront::op::DeleteDistribution>(cloudfront::service(), {}, {"r2", ""});
  EXPECT_EQ(gone.status, 204);
  EXPECT_EQ(gone.body, "");
}

TEST(ServiceErrors, HaveTheFormOfTheModel) {
  const auto error = service_error(cloudfront::service(), "DistributionAlreadyExists", "Already exists: E1");
  const WireAnswer answer = write_error(cloudfront::service(), error, {"r2", ""}, false);
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(answer.body,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ErrorResponse "
            "xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Error><Type>Sender</Type><Code>"
            "DistributionAlreadyExists</Code><Message>Already exists: E1</Message></Error><RequestId>r2</RequestId>"
            "</ErrorResponse>");
}

TEST(ServiceErrors, HaveTheStatusOfTheModel) {
  EXPECT_EQ(service_error(cloudfront::service(), "NoSuchDistribution", "").status, 404);
  EXPECT_EQ(service_error(cloudfront::service(), "PreconditionFailed", "").status, 412);
  EXPECT_EQ(service_error(cloudfront::service(), "InvalidArgument", "").status, 400);
  EXPECT_EQ(service_error(cloudfront::service(), "NotInTheModel", "").status, 400);
}

}  // namespace
}  // namespace gust::aws
