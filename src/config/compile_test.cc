#include "config/compile.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "aws/shapes.h"
#include "config/distribution_test_internal.h"
#include "net/security_policy.h"

namespace gust::config {
namespace {

namespace model = aws::cloudfront;
using Config = model::DistributionConfig;
using std::chrono::seconds;

Distribution compiled(const DistributionDocument& document) {
  const auto snapshot = compile(7, std::span(&document, 1));
  if (!snapshot) {
    ADD_FAILURE() << snapshot.error().front().path << ": " << snapshot.error().front().message;
    return {};
  }
  return (*snapshot)->distributions().front();
}

DistributionDocument changed(void (*change)(Config&)) {
  DistributionDocument document = small_distribution();
  change(document.config);
  return document;
}

// The one thing that is wrong after a change, as "code path".
std::string wrong(void (*change)(Config&)) {
  std::string all;
  for (const Finding& finding : check_distribution(changed(change))) {
    all += fmt::format("{}{} {}", all.empty() ? "" : "; ", finding.code,
                       finding.path.substr(std::min(finding.path.size(), std::string("DistributionConfig.").size())));
  }
  return all;
}

TEST(Compile, ASmallDistributionHasTheServicesDefaults) {
  const Distribution distribution = compiled(small_distribution());
  EXPECT_EQ(distribution.id, "E123");
  EXPECT_EQ(distribution.domain_name, "d123.cdn.localhost");
  EXPECT_TRUE(distribution.enabled);
  ASSERT_EQ(distribution.origins.size(), 1U);
  const Origin& origin = distribution.origins[0];
  EXPECT_EQ(origin.kind, Origin::Kind::custom);
  EXPECT_EQ(origin.bucket, "pics");
  EXPECT_EQ(origin.port, 80);
  EXPECT_EQ(origin.connection_attempts, 3);           // ORIG-4
  EXPECT_EQ(origin.connection_timeout, seconds(10));  // ORIG-4
  EXPECT_EQ(origin.read_timeout, seconds(30));        // ORIG-5
  EXPECT_EQ(origin.keepalive_timeout, seconds(5));    // ORIG-8
  ASSERT_EQ(distribution.behaviors.size(), 1U);
  const Behavior& behavior = distribution.behaviors[0];
  EXPECT_EQ(behavior.path_pattern, "*");
  EXPECT_EQ(behavior.allowed_methods, method_get | method_head);
  EXPECT_EQ(behavior.cached_methods, method_get | method_head);
  EXPECT_EQ(behavior.cache.min_ttl, seconds(0));
  EXPECT_EQ(behavior.cache.default_ttl, seconds(86400));
  EXPECT_EQ(behavior.cache.max_ttl, seconds(31536000));
  EXPECT_EQ(behavior.cache.query.mode, Selection::Mode::none);
}

TEST(Compile, TheSnapshotShowsTheRevisionAndFindsByName) {
  const DistributionDocument document = small_distribution();
  const SnapshotRef snapshot = *compile(7, std::span(&document, 1));
  EXPECT_EQ(snapshot->revision(), 7U);
  EXPECT_NE(snapshot->find_distribution("D123.cdn.localhost"), nullptr);
  EXPECT_EQ((*compile(0, {}))->distributions().size(), 0U);
}

TEST(Compile, IsAllOrNothingAndTellsEveryFindingWithItsPlace) {
  DistributionDocument bad = changed([](Config& c) {
    c.origins.items[0].connection_attempts = 9;
    c.default_cache_behavior.target_origin_id = "none";
  });
  bad.id = "E2";
  bad.domain_name = "d2.cdn.localhost";
  const std::vector<DistributionDocument> documents = {small_distribution(), bad};
  const auto snapshot = compile(1, documents);
  ASSERT_FALSE(snapshot);
  ASSERT_EQ(snapshot.error().size(), 2U);
  EXPECT_EQ(snapshot.error()[0].path, "E2.DistributionConfig.Origins.Items[0].ConnectionAttempts");
  EXPECT_EQ(snapshot.error()[1].path, "E2.DistributionConfig.DefaultCacheBehavior.TargetOriginId");
}

TEST(Compile, Dist2TwoDistributionsCannotHaveOneName) {
  DistributionDocument other = small_distribution();
  other.id = "E2";
  other.domain_name = "D123.cdn.localhost";
  const std::vector<DistributionDocument> documents = {small_distribution(), other};
  const auto snapshot = compile(1, documents);
  ASSERT_FALSE(snapshot);
  EXPECT_EQ(snapshot.error()[0].code, "CNAMEAlreadyExists");
}

TEST(Compile, Dist3AnAliasNeedsACertificate) {
  EXPECT_EQ(wrong([](Config& c) { c.aliases = model::Aliases{1, {"www.example.org"}}; }),
            "InvalidViewerCertificate Aliases");
  EXPECT_EQ(wrong([](Config& c) { c.viewer_certificate.emplace(); }), "InvalidViewerCertificate ViewerCertificate");
}

constexpr std::string_view certificate_arn = "arn:aws:acm:us-east-1:000000000000:certificate/c1";

PolicyDocuments with_certificate() {
  PolicyDocuments documents;
  CertificateDocument& certificate = documents.certificates.emplace_back();
  certificate.arn = certificate_arn;
  certificate.certificate = "-----BEGIN CERTIFICATE-----";
  return documents;
}

// A distribution with an alternate name and a certificate for it, after one more change.
DistributionDocument named(void (*change)(Config&) = [](Config&) {}) {
  DistributionDocument document = changed([](Config& c) {
    c.aliases = model::Aliases{2, {"www.example.org", "*.example.net"}};
    c.viewer_certificate = model::ViewerCertificate{.cloud_front_default_certificate = false,
                                                    .acm_certificate_arn = std::string(certificate_arn),
                                                    .ssl_support_method = "sni-only",
                                                    .minimum_protocol_version = "TLSv1.2_2021",
                                                    .certificate = std::string(certificate_arn),
                                                    .certificate_source = "acm"};
  });
  change(document.config);
  return document;
}

std::string wrong_when_named(void (*change)(Config&)) {
  std::string all;
  for (const Finding& finding : check_distribution(named(change), with_certificate())) {
    all += fmt::format("{} {};", finding.code, finding.path);
  }
  return all;
}

TEST(Compile, Dist3ACertificateOfAcmComesWithItsPolicyAndProtocols) {
  const DistributionDocument document = named();
  const auto snapshot = compile(7, std::span(&document, 1), with_certificate());
  ASSERT_TRUE(snapshot) << snapshot.error().front().message;
  const Distribution* found = (*snapshot)->find_distribution("WWW.example.org");
  ASSERT_NE(found, nullptr);
  ASSERT_NE(found->tls.certificate, nullptr);
  EXPECT_EQ(found->tls.certificate->arn, certificate_arn);
  EXPECT_EQ(found->tls.policy->name, "TLSv1.2_2021");
  EXPECT_TRUE(found->tls.offers_http2);
  EXPECT_EQ((*snapshot)->find_distribution("a.example.net"), found);
  EXPECT_EQ(compiled(small_distribution()).tls.certificate, nullptr);
}

TEST(Compile, Tls3WhatIsOfferedIsTheHttpVersionOfTheDistribution) {
  EXPECT_FALSE(compiled(changed([](Config& c) { c.http_version = "http1.1"; })).tls.offers_http2);
  EXPECT_FALSE(compiled(changed([](Config& c) { c.http_version = "http2"; })).tls.offers_http3);
  const ViewerTls both = compiled(changed([](Config& c) { c.http_version = "http2and3"; })).tls;
  EXPECT_TRUE(both.offers_http2 && both.offers_http3);
  const ViewerTls only = compiled(changed([](Config& c) { c.http_version = "http3"; })).tls;
  EXPECT_TRUE(!only.offers_http2 && only.offers_http3);
  EXPECT_EQ(wrong([](Config& c) { c.http_version = "http4"; }), "InvalidArgument HttpVersion");
}

TEST(Compile, Dist1AliasesHaveTheFormOfNamesAndStandOnce) {
  EXPECT_EQ(wrong_when_named([](Config& c) { c.aliases = model::Aliases{1, {"WWW.example.org"}}; }),
            "InvalidArgument DistributionConfig.Aliases.Items[0];");
  EXPECT_EQ(wrong_when_named([](Config& c) { c.aliases = model::Aliases{2, {"a.example.org", "a.example.org"}}; }),
            "InvalidArgument DistributionConfig.Aliases.Items[1];");
  EXPECT_EQ(wrong_when_named([](Config& c) { c.staging = true; }), "InvalidArgument DistributionConfig.Aliases;");
}

TEST(Compile, Dist3ACertificateIsThereAndOneOfItsKind) {
  EXPECT_EQ(wrong_when_named([](Config& c) { c.viewer_certificate->acm_certificate_arn = "arn:aws:acm:x"; }),
            "InvalidViewerCertificate DistributionConfig.ViewerCertificate.ACMCertificateArn;");
  EXPECT_EQ(wrong_when_named([](Config& c) { c.viewer_certificate->cloud_front_default_certificate = true; }),
            "InvalidViewerCertificate DistributionConfig.ViewerCertificate;");
  EXPECT_EQ(wrong_when_named([](Config& c) { c.viewer_certificate->iam_certificate_id = "ASCA"; }),
            "InvalidArgument DistributionConfig.ViewerCertificate.IAMCertificateId;");
}

TEST(Compile, ACertificateOfOnesOwnIsForSniOnly) {
  EXPECT_EQ(wrong_when_named([](Config& c) { c.viewer_certificate->ssl_support_method = "vip"; }),
            "InvalidArgument DistributionConfig.ViewerCertificate.SSLSupportMethod;");
  EXPECT_EQ(wrong_when_named([](Config& c) { c.viewer_certificate->ssl_support_method.reset(); }),
            "InvalidViewerCertificate DistributionConfig.ViewerCertificate.SSLSupportMethod;");
}

TEST(Compile, Tls1TheSecurityPolicyIsOneOfTheServices) {
  for (auto change : {+[](Config& c) { c.viewer_certificate->minimum_protocol_version = "TLSv1.4"; },
                      +[](Config& c) { c.viewer_certificate->minimum_protocol_version = "SSLv3"; }}) {
    EXPECT_EQ(wrong_when_named(change),
              "InvalidMinimumProtocolVersion DistributionConfig.ViewerCertificate.MinimumProtocolVersion;");
  }
  EXPECT_EQ(wrong_when_named([](Config& c) { c.viewer_certificate->minimum_protocol_version = "TLSv1.3_2025"; }), "");
}

std::string wrong_with_clients(void (*change)(Config&)) {
  DistributionDocument document = changed([](Config& c) {
    c.default_cache_behavior.viewer_protocol_policy = "https-only";
    c.viewer_mtls_config.emplace().mode = "required";
    c.viewer_mtls_config->trust_store_config.emplace().trust_store_id = "T1";
  });
  change(document.config);
  PolicyDocuments documents;
  documents.trust_stores.push_back(
      {.id = "T1", .name = "a", .authorities = "", .authorities_count = 1, .last_modified = {}});
  std::string all;
  for (const Finding& finding : check_distribution(document, documents)) {
    all += fmt::format("{} {};", finding.code, finding.path);
  }
  return all;
}

TEST(Compile, Tls5ViewersCertificatesNeedATrustStoreAndHttps) {
  EXPECT_EQ(wrong_with_clients([](Config&) {}), "");
  EXPECT_EQ(wrong_with_clients([](Config& c) { c.viewer_mtls_config->mode = "perhaps"; }),
            "InvalidArgument DistributionConfig.ViewerMtlsConfig.Mode;");
  EXPECT_EQ(wrong_with_clients([](Config& c) { c.viewer_mtls_config->trust_store_config.reset(); }),
            "InvalidArgument DistributionConfig.ViewerMtlsConfig.TrustStoreConfig;");
  EXPECT_EQ(wrong_with_clients([](Config& c) { c.viewer_mtls_config->trust_store_config->trust_store_id = "T2"; }),
            "EntityNotFound DistributionConfig.ViewerMtlsConfig.TrustStoreConfig.TrustStoreId;");
  EXPECT_EQ(wrong_with_clients([](Config& c) { c.default_cache_behavior.viewer_protocol_policy = "allow-all"; }),
            "InvalidArgument DistributionConfig.ViewerMtlsConfig;");
  EXPECT_EQ(wrong_with_clients([](Config& c) { c.http_version = "http2and3"; }),
            "InvalidArgument DistributionConfig.HttpVersion;");
}

TEST(Compile, AnS3OriginNeedsABucketInItsName) {
  const auto make_s3 = [](Config& c) {
    c.origins.items[0].custom_origin_config.reset();
    c.origins.items[0].s3_origin_config.emplace();
  };
  const Origin origin = compiled(changed(make_s3)).origins[0];
  EXPECT_EQ(origin.kind, Origin::Kind::bucket);
  EXPECT_EQ(origin.bucket, "pics");
  EXPECT_EQ(wrong([](Config& c) {
              c.origins.items[0].custom_origin_config.reset();
              c.origins.items[0].s3_origin_config.emplace();
              c.origins.items[0].domain_name = "example.org";
            }),
            "InvalidArgument Origins.Items[0].DomainName");
}

TEST(Compile, AnOriginIsEitherABucketOrCustom) {
  EXPECT_EQ(wrong([](Config& c) { c.origins.items[0].custom_origin_config.reset(); }),
            "InvalidArgument Origins.Items[0]");
  EXPECT_EQ(wrong([](Config& c) { c.origins.items[0].s3_origin_config.emplace(); }),
            "InvalidArgument Origins.Items[0]");
}

TEST(Compile, AnOriginNameWithSchemeOrPortIsInvalid) {
  EXPECT_EQ(wrong([](Config& c) { c.origins.items[0].domain_name = "http://a.example"; }),
            "InvalidOrigin Origins.Items[0].DomainName");
}

TEST(Compile, Orig1PortsAreEightyFourFourThreeOrAbove1023) {
  EXPECT_EQ(
      compiled(changed([](Config& c) { c.origins.items[0].custom_origin_config->http_port = 8080; })).origins[0].port,
      8080);
  EXPECT_EQ(wrong([](Config& c) { c.origins.items[0].custom_origin_config->http_port = 81; }),
            "InvalidArgument Origins.Items[0].CustomOriginConfig.HTTPPort");
  EXPECT_EQ(wrong([](Config& c) { c.origins.items[0].custom_origin_config->https_port = 65536; }),
            "InvalidArgument Origins.Items[0].CustomOriginConfig.HTTPSPort");
}

TEST(Compile, Orig1TheProtocolOfAnOrigin) {
  const auto protocol_of = [](const char* policy) {
    DistributionDocument document = small_distribution();
    document.config.origins.items[0].custom_origin_config->origin_protocol_policy = policy;
    return compiled(document).origins[0].protocol;
  };
  EXPECT_EQ(protocol_of("http-only"), Origin::Protocol::http_only);
  EXPECT_EQ(protocol_of("https-only"), Origin::Protocol::https_only);
  EXPECT_EQ(protocol_of("match-viewer"), Origin::Protocol::match_viewer);
  EXPECT_EQ(wrong([](Config& c) { c.origins.items[0].custom_origin_config->origin_protocol_policy = "ftp"; }),
            "InvalidArgument Origins.Items[0].CustomOriginConfig.OriginProtocolPolicy");
}

TEST(Compile, Orig3TheAddressesOfAnOrigin) {
  const auto uses = [](std::optional<std::string> family) {
    DistributionDocument document = small_distribution();
    document.config.origins.items[0].custom_origin_config->ip_address_type = std::move(family);
    const Origin origin = compiled(document).origins[0];
    return std::pair(origin.uses_ipv4, origin.uses_ipv6);
  };
  EXPECT_EQ(uses("ipv4"), std::pair(true, false));
  EXPECT_EQ(uses("ipv6"), std::pair(false, true));
  EXPECT_EQ(uses("dualstack"), std::pair(true, true));
  EXPECT_EQ(uses({}), std::pair(true, true));
  EXPECT_EQ(wrong([](Config& c) { c.origins.items[0].custom_origin_config->ip_address_type = "ipx"; }),
            "InvalidArgument Origins.Items[0].CustomOriginConfig.IpAddressType");
}

model::OriginSslProtocols protocols(std::vector<std::string> names) {
  return {static_cast<std::int32_t>(names.size()), std::move(names)};
}

TEST(Compile, Orig3TheVersionsOfAnOrigin) {
  const auto versions_of = [](std::vector<std::string> names) {
    DistributionDocument document = small_distribution();
    document.config.origins.items[0].custom_origin_config->origin_ssl_protocols = protocols(std::move(names));
    return compiled(document).origins[0].tls_versions;
  };
  EXPECT_EQ(versions_of({"TLSv1.2"}), (net::TlsVersions{false, false, true, true}));
  EXPECT_EQ(versions_of({"SSLv3", "TLSv1", "TLSv1.2"}), (net::TlsVersions{true, false, true, true}));
  EXPECT_EQ(versions_of({"TLSv1.1"}), (net::TlsVersions{false, true, false, false}));
  EXPECT_EQ(compiled(small_distribution()).origins[0].tls_versions, (net::TlsVersions{true, true, true, true}));

  const std::string place = "InvalidArgument Origins.Items[0].CustomOriginConfig.OriginSslProtocols";
  EXPECT_EQ(wrong([](Config& c) {
              c.origins.items[0].custom_origin_config->origin_protocol_policy = "https-only";
              c.origins.items[0].custom_origin_config->origin_ssl_protocols = protocols({"SSLv3"});
            }),
            place);
  EXPECT_EQ(
      wrong([](Config& c) { c.origins.items[0].custom_origin_config->origin_ssl_protocols = protocols({"TLSv1.3"}); }),
      place);
  EXPECT_EQ(wrong([](Config& c) { c.origins.items[0].custom_origin_config->origin_ssl_protocols = protocols({}); }),
            place);
}

TEST(Compile, Orig4Orig5AndOrig8BoundTheTimeouts) {
  EXPECT_EQ(wrong([](Config& c) { c.origins.items[0].connection_attempts = 4; }),
            "InvalidArgument Origins.Items[0].ConnectionAttempts");
  EXPECT_EQ(wrong([](Config& c) { c.origins.items[0].connection_timeout = 11; }),
            "InvalidArgument Origins.Items[0].ConnectionTimeout");
  EXPECT_EQ(wrong([](Config& c) { c.origins.items[0].custom_origin_config->origin_read_timeout = 121; }),
            "InvalidOriginReadTimeout Origins.Items[0].CustomOriginConfig.OriginReadTimeout");
  EXPECT_EQ(wrong([](Config& c) { c.origins.items[0].custom_origin_config->origin_keepalive_timeout = 0; }),
            "InvalidOriginKeepaliveTimeout Origins.Items[0].CustomOriginConfig.OriginKeepaliveTimeout");
}

TEST(Compile, Orig7TheCompletionTimeoutIsNotLessThanTheReadTimeout) {
  EXPECT_EQ(compiled(small_distribution()).origins[0].response_completion_timeout, seconds(0));
  EXPECT_EQ(compiled(changed([](Config& c) { c.origins.items[0].response_completion_timeout = 90; }))
                .origins[0]
                .response_completion_timeout,
            seconds(90));
  EXPECT_EQ(wrong([](Config& c) { c.origins.items[0].response_completion_timeout = 29; }),
            "InvalidArgument Origins.Items[0].ResponseCompletionTimeout");
}

TEST(Compile, Url1AnOriginPathBeginsAndDoesNotEndWithASlash) {
  EXPECT_EQ(compiled(changed([](Config& c) { c.origins.items[0].origin_path = "/production"; })).origins[0].path,
            "/production");
  for (auto change : {+[](Config& c) { c.origins.items[0].origin_path = "production"; },
                      +[](Config& c) { c.origins.items[0].origin_path = "/production/"; },
                      +[](Config& c) { c.origins.items[0].origin_path = "/pro duction"; },
                      +[](Config& c) { c.origins.items[0].origin_path = "/a\r\nX: y"; },
                      +[](Config& c) { c.origins.items[0].origin_path = "/a?b"; }}) {
    EXPECT_EQ(wrong(change), "InvalidArgument Origins.Items[0].OriginPath");
  }
}

TEST(Compile, Ohdr5AndOhdr6CustomHeadersAreCheckedAndCarried) {
  const Distribution distribution = compiled(changed(
      [](Config& c) { c.origins.items[0].custom_headers = model::CustomHeaders{1, {{"X-Secret", "value one"}}}; }));
  ASSERT_EQ(distribution.origins[0].custom_headers.size(), 1U);
  EXPECT_EQ(distribution.origins[0].custom_headers[0].name, "X-Secret");
  EXPECT_EQ(distribution.origins[0].custom_headers[0].value, "value one");
  for (auto change :
       {+[](Config& c) { c.origins.items[0].custom_headers = model::CustomHeaders{1, {{"Host", "a"}}}; },
        +[](Config& c) { c.origins.items[0].custom_headers = model::CustomHeaders{1, {{"X-AMZ-a", ""}}}; },
        +[](Config& c) { c.origins.items[0].custom_headers = model::CustomHeaders{1, {{"a b", "a"}}}; }}) {
    EXPECT_EQ(wrong(change), "InvalidArgument Origins.Items[0].CustomHeaders.Items[0].HeaderName");
  }
  for (auto change :
       {+[](Config& c) { c.origins.items[0].custom_headers = model::CustomHeaders{1, {{"a", "x\r\nHost: b"}}}; },
        +[](Config& c) {
          c.origins.items[0].custom_headers = model::CustomHeaders{1, {{"a", std::string(1784, 'x')}}};
        }}) {
    EXPECT_EQ(wrong(change), "InvalidArgument Origins.Items[0].CustomHeaders.Items[0].HeaderValue");
  }
}

TEST(Compile, Path1BehavioursKeepTheirOrderAndTheDefaultIsLast) {
  const Distribution distribution = compiled(changed(
      [](Config& c) { c.cache_behaviors = model::CacheBehaviors{2, {behavior_for("b/*"), behavior_for("a/*")}}; }));
  ASSERT_EQ(distribution.behaviors.size(), 3U);
  EXPECT_EQ(distribution.behaviors[0].path_pattern, "b/*");
  EXPECT_EQ(distribution.behaviors[1].path_pattern, "a/*");
  EXPECT_EQ(distribution.behaviors[2].path_pattern, "*");
}

TEST(Compile, Path5PatternsAreCheckedAndDifferent) {
  EXPECT_EQ(wrong([](Config& c) { c.cache_behaviors = model::CacheBehaviors{1, {behavior_for("a b")}}; }),
            "InvalidArgument CacheBehaviors.Items[0].PathPattern");
  EXPECT_EQ(
      wrong([](Config& c) { c.cache_behaviors = model::CacheBehaviors{2, {behavior_for("a"), behavior_for("a")}}; }),
      "InvalidArgument CacheBehaviors.Items[1].PathPattern");
}

TEST(Compile, ABehaviourOfAnOriginThatIsNotThereIsNoSuchOrigin) {
  EXPECT_EQ(wrong([](Config& c) { c.default_cache_behavior.target_origin_id = "o2"; }),
            "NoSuchOrigin DefaultCacheBehavior.TargetOriginId");
}

TEST(Compile, Meth1AndMeth2MethodSets) {
  const Behavior all = compiled(changed([](Config& c) {
                         c.default_cache_behavior.allowed_methods =
                             model::AllowedMethods{7,
                                                   {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"},
                                                   model::CachedMethods{3, {"GET", "HEAD", "OPTIONS"}}};
                       })).behaviors[0];
  EXPECT_EQ(all.allowed_methods, 127);
  EXPECT_EQ(all.cached_methods, method_get | method_head | method_options);
  EXPECT_EQ(wrong([](Config& c) {
              c.default_cache_behavior.allowed_methods = model::AllowedMethods{3, {"GET", "HEAD", "POST"}, {}};
            }),
            "InvalidArgument DefaultCacheBehavior.AllowedMethods");
  EXPECT_EQ(
      wrong([](Config& c) { c.default_cache_behavior.allowed_methods = model::AllowedMethods{2, {"GET", "GET"}, {}}; }),
      "InvalidArgument DefaultCacheBehavior.AllowedMethods");
  EXPECT_EQ(wrong([](Config& c) {
              c.default_cache_behavior.allowed_methods =
                  model::AllowedMethods{2, {"GET", "HEAD"}, model::CachedMethods{3, {"GET", "HEAD", "OPTIONS"}}};
            }),
            "InvalidArgument DefaultCacheBehavior.AllowedMethods.CachedMethods");
}

TEST(Compile, Vpp1ToVpp4ViewerProtocolPolicies) {
  const auto policy_of = [](const char* text) {
    DistributionDocument document = small_distribution();
    document.config.default_cache_behavior.viewer_protocol_policy = text;
    return compiled(document).behaviors[0].viewer_protocol_policy;
  };
  EXPECT_EQ(policy_of("allow-all"), ViewerProtocolPolicy::allow_all);
  EXPECT_EQ(policy_of("https-only"), ViewerProtocolPolicy::https_only);
  EXPECT_EQ(policy_of("redirect-to-https"), ViewerProtocolPolicy::redirect_to_https);
}

TEST(Compile, Ttl9OrderOfTtlsAndDefaultsThatRiseWithTheMinimum) {
  const CachePolicy high =
      compiled(changed([](Config& c) { c.default_cache_behavior.min_ttl = 40'000'000; })).behaviors[0].cache;
  EXPECT_EQ(high.default_ttl, seconds(40'000'000));
  EXPECT_EQ(high.max_ttl, seconds(40'000'000));
  const CachePolicy off = compiled(changed([](Config& c) { c.default_cache_behavior.max_ttl = 0; })).behaviors[0].cache;
  EXPECT_TRUE(off.is_caching_disabled());
  EXPECT_EQ(off.default_ttl, seconds(0));
  for (auto change :
       {+[](Config& c) { c.default_cache_behavior.default_ttl = 5, c.default_cache_behavior.min_ttl = 6; },
        +[](Config& c) { c.default_cache_behavior.default_ttl = 5, c.default_cache_behavior.max_ttl = 4; }}) {
    EXPECT_EQ(wrong(change), "InvalidTTLOrder DefaultCacheBehavior");
  }
  EXPECT_EQ(wrong([](Config& c) { c.default_cache_behavior.max_ttl = 4'000'000'000'000; }),
            "InvalidArgument DefaultCacheBehavior");
}

TEST(Compile, TheLegacyQueryListMakesTheKeyAndAllOfTheQueryGoesToTheOrigin) {
  const Behavior behavior = compiled(changed([](Config& c) {
                              auto& values = *c.default_cache_behavior.forwarded_values;
                              values.query_string = true;
                              values.query_string_cache_keys = model::QueryStringCacheKeys{1, {"v"}};
                            })).behaviors[0];
  EXPECT_EQ(behavior.cache.query.mode, Selection::Mode::listed);
  EXPECT_EQ(behavior.cache.query.names, std::vector<std::string>{"v"});
  EXPECT_EQ(behavior.origin_request.query.mode, Selection::Mode::all);
  EXPECT_EQ(wrong([](Config& c) {
              c.default_cache_behavior.forwarded_values->query_string_cache_keys =
                  model::QueryStringCacheKeys{1, {"v"}};
            }),
            "InvalidQueryStringParameters DefaultCacheBehavior.ForwardedValues.QueryStringCacheKeys");
}

TEST(Compile, Key8LegacyCookieNamesMayBePatterns) {
  const Behavior behavior =
      compiled(changed([](Config& c) {
        c.default_cache_behavior.forwarded_values->cookies = {"whitelist", model::CookieNames{1, {"s*"}}};
      })).behaviors[0];
  EXPECT_EQ(behavior.cache.cookies.mode, Selection::Mode::listed);
  EXPECT_TRUE(behavior.cache.cookies.patterns);
  EXPECT_EQ(wrong([](Config& c) { c.default_cache_behavior.forwarded_values->cookies.forward = "whitelist"; }),
            "InvalidForwardCookies DefaultCacheBehavior.ForwardedValues.Cookies");
  EXPECT_EQ(wrong([](Config& c) {
              c.default_cache_behavior.forwarded_values->cookies = {"all", model::CookieNames{1, {"s"}}};
            }),
            "InvalidForwardCookies DefaultCacheBehavior.ForwardedValues.Cookies");
}

TEST(Compile, LegacyHeadersAreInTheKeyInLowerCaseAndOthersDoNotReachTheOrigin) {
  const Behavior behavior = compiled(changed([](Config& c) {
                              c.default_cache_behavior.forwarded_values->headers =
                                  model::Headers{1, {"Accept-Language"}};
                            })).behaviors[0];
  EXPECT_EQ(behavior.cache.headers.names, std::vector<std::string>{"accept-language"});
  EXPECT_EQ(behavior.origin_request.headers.mode, Selection::Mode::none);
}

TEST(Compile, Key11ForwardingAllHeadersTurnsCachingOff) {
  const Behavior behavior = compiled(changed([](Config& c) {
                              c.default_cache_behavior.forwarded_values->headers = model::Headers{1, {"*"}};
                            })).behaviors[0];
  EXPECT_TRUE(behavior.cache.is_caching_disabled());
  EXPECT_EQ(behavior.origin_request.headers.mode, Selection::Mode::all);
  EXPECT_EQ(wrong([](Config& c) {
              c.default_cache_behavior.forwarded_values->headers = model::Headers{1, {"*"}};
              c.default_cache_behavior.min_ttl = 1;
            }),
            "InvalidArgument DefaultCacheBehavior.MinTTL");
}

TEST(Compile, Key9HeadersThatCannotBeForwarded) {
  EXPECT_EQ(
      wrong([](Config& c) { c.default_cache_behavior.forwarded_values->headers = model::Headers{1, {"Upgrade"}}; }),
      "InvalidArgument DefaultCacheBehavior.ForwardedValues.Headers.Items[0]");
  EXPECT_EQ(wrong([](Config& c) {
              c.origins.items[0].custom_origin_config.reset();
              c.origins.items[0].s3_origin_config.emplace();
              c.default_cache_behavior.forwarded_values->headers = model::Headers{1, {"Host"}};
            }),
            "InvalidHeadersForS3Origin DefaultCacheBehavior.ForwardedValues.Headers.Items[0]");
}

void use_policy(Config& c, const char* id) {
  c.default_cache_behavior.forwarded_values.reset();
  c.default_cache_behavior.cache_policy_id = id;
}

TEST(Compile, Cfh1HeadersOfTheViewerThatAreNotProvidedAreRefused) {
  EXPECT_EQ(wrong([](Config& c) {
              c.default_cache_behavior.forwarded_values->headers = model::Headers{1, {"CloudFront-Viewer-TLS"}};
            }),
            "InvalidArgument DefaultCacheBehavior.ForwardedValues.Headers");
  const CachePolicy listed = compiled(changed([](Config& c) {
                               c.default_cache_behavior.forwarded_values->headers =
                                   model::Headers{1, {"CloudFront-Viewer-Country"}};
                             }))
                                 .behaviors[0]
                                 .cache;
  EXPECT_EQ(listed.headers.names, std::vector<std::string>{"cloudfront-viewer-country"});
}

TEST(Compile, Key10TheViewersAddressIsInNoKey) {
  EXPECT_EQ(wrong([](Config& c) {
              c.default_cache_behavior.forwarded_values->headers = model::Headers{1, {"CloudFront-Viewer-Address"}};
            }),
            "InvalidArgument DefaultCacheBehavior.ForwardedValues.Headers");
}

TEST(Compile, Cfh1ManagedPoliciesWithHeadersOfTheViewer) {
  const Behavior behavior = compiled(changed([](Config& c) {
                              use_policy(c, "2e54312d-136d-493c-8eb9-b001f22f67d2");  // Amplify
                              c.default_cache_behavior.origin_request_policy_id =
                                  "33f36d7e-f396-46d9-90e0-52428a34d9dc";  // AllViewerAndCloudFrontHeaders-2022-06
                            })).behaviors[0];
  EXPECT_EQ(behavior.cache.headers.mode, Selection::Mode::listed);
  EXPECT_EQ(behavior.origin_request.headers.mode, Selection::Mode::all);
  EXPECT_FALSE(behavior.origin_request.headers.names.empty());
}

TEST(Compile, Ae2ManagedPoliciesCarryTheirCodingFlags) {
  const CachePolicy optimized =
      compiled(changed([](Config& c) { use_policy(c, "658327ea-f89d-4fab-a63d-7e88639e58f6"); })).behaviors[0].cache;
  EXPECT_EQ(optimized.id, "658327ea-f89d-4fab-a63d-7e88639e58f6");
  EXPECT_TRUE(optimized.gzip);
  EXPECT_TRUE(optimized.brotli);
  EXPECT_EQ(optimized.min_ttl, seconds(1));
  const CachePolicy disabled =
      compiled(changed([](Config& c) { use_policy(c, "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"); })).behaviors[0].cache;
  EXPECT_TRUE(disabled.is_caching_disabled());
}

TEST(Compile, Orp1AnOriginRequestPolicyNeedsACachePolicy) {
  const Behavior behavior = compiled(changed([](Config& c) {
                              use_policy(c, "658327ea-f89d-4fab-a63d-7e88639e58f6");
                              c.default_cache_behavior.origin_request_policy_id =
                                  "b689b0a8-53d0-40ab-baf2-68738e2966ac";
                            })).behaviors[0];
  EXPECT_EQ(behavior.origin_request.headers.mode, Selection::Mode::all_except);
  EXPECT_EQ(behavior.origin_request.headers.names, std::vector<std::string>{"host"});
  EXPECT_EQ(wrong([](Config& c) {
              c.default_cache_behavior.origin_request_policy_id = "b689b0a8-53d0-40ab-baf2-68738e2966ac";
            }),
            "InvalidArgument DefaultCacheBehavior.OriginRequestPolicyId");
}

TEST(Compile, PoliciesThatDoNotExist) {
  EXPECT_EQ(wrong([](Config& c) { use_policy(c, "658327ea-f89d-4fab-a63d-000000000000"); }),
            "NoSuchCachePolicy DefaultCacheBehavior.CachePolicyId");
  EXPECT_EQ(wrong([](Config& c) {
              use_policy(c, "658327ea-f89d-4fab-a63d-7e88639e58f6");
              c.default_cache_behavior.origin_request_policy_id = "no";
            }),
            "NoSuchOriginRequestPolicy DefaultCacheBehavior.OriginRequestPolicyId");
}

TEST(Compile, Api7EitherACachePolicyOrForwardedValues) {
  EXPECT_EQ(wrong([](Config& c) { c.default_cache_behavior.cache_policy_id = "658327ea-f89d-4fab-a63d-7e88639e58f6"; }),
            "InvalidArgument DefaultCacheBehavior.ForwardedValues");
  EXPECT_EQ(wrong([](Config& c) { c.default_cache_behavior.forwarded_values.reset(); }),
            "InvalidArgument DefaultCacheBehavior.ForwardedValues");
}

TEST(Compile, Url2TheDefaultRootObjectHasNoLeadingSlash) {
  EXPECT_EQ(compiled(changed([](Config& c) { c.default_root_object = "index.html"; })).default_root_object,
            "index.html");
  EXPECT_EQ(wrong([](Config& c) { c.default_root_object = "/index.html"; }),
            "InvalidDefaultRootObject DefaultRootObject");
  EXPECT_EQ(wrong([](Config& c) { c.default_root_object = std::string(256, 'a'); }),
            "InvalidDefaultRootObject DefaultRootObject");
}

// AWS counts characters, not bytes.
TEST(Compile, ACommentHas128Characters) {
  const auto check = [](std::size_t characters) {
    DistributionDocument document = small_distribution();
    for (std::size_t i = 0; i < characters; ++i) document.config.comment += "\xC3\xA9";
    return check_distribution(document);
  };
  EXPECT_TRUE(check(128).empty());
  ASSERT_EQ(check(129).size(), 1U);
  EXPECT_EQ(check(129).front().path, "DistributionConfig.Comment");
}

TEST(Compile, Err4ErrorCachingTimesByCode) {
  const Distribution distribution = compiled(changed([](Config& c) {
    c.custom_error_responses = model::CustomErrorResponses{2, {{404, {}, {}, 300}, {503, {}, {}, {}}}};
  }));
  EXPECT_EQ(distribution.error_caching_min_ttl.at(404), seconds(300));
  EXPECT_EQ(distribution.error_caching_min_ttl.at(503), seconds(10));
  EXPECT_EQ(wrong([](Config& c) { c.custom_error_responses = model::CustomErrorResponses{1, {{412, {}, {}, 1}}}; }),
            "InvalidErrorCode CustomErrorResponses.Items[0].ErrorCode");
}

TEST(Compile, Cer1APageIsAPathAndACode) {
  const Distribution distribution = compiled(changed([](Config& c) {
    c.custom_error_responses =
        model::CustomErrorResponses{3, {{404, "/404.html", "200", 5}, {503, "/down", "503", {}}, {500, "", "", {}}}};
  }));
  ASSERT_EQ(distribution.error_pages.size(), 2U);
  EXPECT_EQ(distribution.error_pages.at(404).path, "/404.html");
  EXPECT_EQ(distribution.error_pages.at(404).status, 200);
  EXPECT_EQ(distribution.error_pages.at(503).status, 503);
  EXPECT_EQ(distribution.error_caching_min_ttl.at(404), seconds(5));
}

TEST(Compile, Cer1PathAndCodeComeTogetherAndInTheirForms) {
  const auto wrong_page = [](std::string path, std::string code) {
    DistributionDocument document = small_distribution();
    document.config.custom_error_responses = model::CustomErrorResponses{1, {{404, path, code, 10}}};
    std::string all;
    for (const Finding& finding : check_distribution(document))
      all += fmt::format("{} {};", finding.code, finding.path);
    return all;
  };
  constexpr std::string_view item = "DistributionConfig.CustomErrorResponses.Items[0]";
  EXPECT_EQ(wrong_page("/404.html", "404"), "");
  EXPECT_EQ(wrong_page("/404.html", ""), fmt::format("InvalidArgument {};", item));
  EXPECT_EQ(wrong_page("", "200"), fmt::format("InvalidArgument {};", item));
  for (const char* code : {"201", "412", "301", "0", "two", "65736"}) {
    EXPECT_EQ(wrong_page("/404.html", code), fmt::format("InvalidResponseCode {}.ResponseCode;", item)) << code;
  }
  for (const std::string& path : {std::string("404.html"), std::string("/a b"), std::string("/a?x"),
                                  std::string("/a#x"), "/" + std::string(4000, 'a')}) {
    EXPECT_EQ(wrong_page(path, "404"), fmt::format("InvalidArgument {}.ResponsePagePath;", item)) << path;
  }
}

TEST(Compile, Tag1TheHeaderOfTagsIsAName) {
  EXPECT_EQ(
      compiled(changed([](Config& c) { c.cache_tag_config = model::CacheTagConfig{"Cache-Tag"}; })).cache_tag_header,
      "cache-tag");
  EXPECT_EQ(compiled(small_distribution()).cache_tag_header, "");
  EXPECT_EQ(wrong([](Config& c) { c.cache_tag_config = model::CacheTagConfig{"Cache Tag"}; }),
            "InvalidArgument CacheTagConfig.HeaderName");
  EXPECT_EQ(wrong([](Config& c) { c.cache_tag_config = model::CacheTagConfig{}; }),
            "InvalidArgument CacheTagConfig.HeaderName");
}

// Of a distribution whose one origin has the header: the findings, or the origin.
struct WithHeader {
  WithHeader(std::string name, std::string value) {
    DistributionDocument document = small_distribution();
    document.config.origins.items[0].custom_headers = model::CustomHeaders{1, {{std::move(name), std::move(value)}}};
    const auto snapshot = compile(1, std::span(&document, 1));
    if (snapshot) {
      origin = (*snapshot)->distributions().front().origins.front();
    } else {
      wrong = snapshot.error().front().code + " " + snapshot.error().front().path.substr(std::string("E123.").size());
    }
  }
  Origin origin;
  std::string wrong;
};

constexpr std::string_view header_place = "DistributionConfig.Origins.Items[0].CustomHeaders.Items[0]";

TEST(ExtensionHeader, AnOriginMayHaveErrorPagesOfItsOwn) {
  const WithHeader with_code("Gustfront-Error-Page-404", "/api/404.json 200");
  EXPECT_EQ(with_code.origin.error_pages.at(404).path, "/api/404.json");
  EXPECT_EQ(with_code.origin.error_pages.at(404).status, 200);
  EXPECT_TRUE(with_code.origin.custom_headers.empty());
  EXPECT_EQ(WithHeader("gustfront-error-page-503", "/down").origin.error_pages.at(503).status, 503);
  EXPECT_EQ(WithHeader("Gustfront-Error-Page-404", "none").origin.error_pages.at(404).path, "");
}

TEST(ExtensionHeader, AnOriginMayNameTheHeaderOfTags) {
  EXPECT_EQ(WithHeader("Gustfront-Cache-Tag-Header", "Cache-Tag").origin.cache_tag_header, "cache-tag");
  EXPECT_EQ(WithHeader("X-Other", "Cache-Tag").origin.cache_tag_header, "");
}

TEST(ExtensionHeader, WhatIsNotOneIsRefusedWithItsPlace) {
  const std::string name = fmt::format("{}.HeaderName", header_place);
  const std::string value = fmt::format("{}.HeaderValue", header_place);
  EXPECT_EQ(WithHeader("Gustfront-Error-Page-412", "/a").wrong, "InvalidErrorCode " + name);
  EXPECT_EQ(WithHeader("Gustfront-Error-Page-x", "/a").wrong, "InvalidErrorCode " + name);
  EXPECT_EQ(WithHeader("Gustfront-Error-Page-404", "a").wrong, "InvalidArgument " + value);
  EXPECT_EQ(WithHeader("Gustfront-Error-Page-404", "/a 299").wrong, "InvalidResponseCode " + value);
  EXPECT_EQ(WithHeader("Gustfront-Error-Page-404", "/a 200 x").wrong, "InvalidResponseCode " + value);
  EXPECT_EQ(WithHeader("Gustfront-Cache-Tag-Header", "a b").wrong, "InvalidArgument " + value);
  EXPECT_EQ(WithHeader("Gustfront-Colour", "red").wrong, "InvalidArgument " + name);
}

TEST(Document, ComesBackAsItWasWritten) {
  DistributionDocument document = small_distribution();
  document.config.comment = "r\xC3\xA9sum\xC3\xA9 \"quoted\"";
  document.config.cache_behaviors = model::CacheBehaviors{1, {behavior_for("a/*")}};
  const auto read = read_document(write_document(document));
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->id, document.id);
  EXPECT_EQ(read->domain_name, document.domain_name);
  EXPECT_EQ(read->last_modified, document.last_modified);
  EXPECT_TRUE(aws::same_value(read->config, document.config));
}

TEST(Document, OneThatIsNotOursIsAnError) {
  EXPECT_EQ(read_document("x").error().code, Errc::bad_syntax);
  EXPECT_EQ(read_document("{}").error().code, Errc::bad_value);
  std::string unknown = write_document(small_distribution());
  unknown.insert(unknown.find("\"Enabled\""), "\"Novelty\":1,");
  EXPECT_EQ(read_document(unknown).error().code, Errc::bad_value);
}

TEST(Compile, Cmp1CompressIsTakenWithACachePolicy) {
  const Behavior behavior = compiled(changed([](Config& c) {
                              c.cache_behaviors = model::CacheBehaviors{1, {behavior_for("a/*")}};
                              c.cache_behaviors->items[0].compress = true;
                            })).behaviors[0];
  EXPECT_TRUE(behavior.compress);
  EXPECT_TRUE(behavior.cache.gzip && behavior.cache.brotli);
}

TEST(Compile, Cmp1LegacySettingsCompressWithGzipAlone) {
  const Behavior plain = compiled(small_distribution()).behaviors[0];
  EXPECT_FALSE(plain.compress || plain.cache.gzip || plain.cache.brotli);
  const Behavior behavior = compiled(changed([](Config& c) { c.default_cache_behavior.compress = true; })).behaviors[0];
  EXPECT_TRUE(behavior.compress && behavior.cache.gzip);
  EXPECT_FALSE(behavior.cache.brotli);
}

TEST(Compile, Ae6LegacySettingsThatListAcceptEncodingDoNotCompress) {
  const Behavior behavior = compiled(changed([](Config& c) {
                              c.default_cache_behavior.compress = true;
                              c.default_cache_behavior.forwarded_values->headers =
                                  model::Headers{1, {"Accept-Encoding"}};
                            })).behaviors[0];
  EXPECT_FALSE(behavior.cache.gzip);
}

TEST(Compile, Geo1ARestrictionNamesCountriesByTheirCodes) {
  DistributionDocument document = small_distribution();
  document.config.restrictions = model::Restrictions{{"whitelist", 2, {"IN", "CH"}}};
  const GeoRestriction geo = compiled(document).geo;
  EXPECT_TRUE(geo.refuses("FR"));
  EXPECT_FALSE(geo.refuses("CH"));
  EXPECT_FALSE(geo.refuses("")) << "GEO-2";
  const std::string place = "InvalidGeoRestrictionParameter Restrictions.GeoRestriction";
  EXPECT_EQ(wrong([](Config& c) { c.restrictions = model::Restrictions{{"greylist", 1, {"IN"}}}; }),
            place + ".RestrictionType");
  EXPECT_EQ(wrong([](Config& c) { c.restrictions = model::Restrictions{{"none", 1, {"IN"}}}; }), place);
  EXPECT_EQ(wrong([](Config& c) { c.restrictions = model::Restrictions{{"blacklist", 0, {}}}; }), place);
  for (const char* code : {"in", "UK", "IND", ""}) {
    document.config.restrictions = model::Restrictions{{"blacklist", 1, {code}}};
    const Findings found = check_distribution(document);
    ASSERT_EQ(found.size(), 1U) << code;
    EXPECT_EQ(found[0].path, "DistributionConfig.Restrictions.GeoRestriction.Items[0]");
  }
  EXPECT_EQ(wrong([](Config& c) { c.restrictions = model::Restrictions{{"whitelist", 2, {"IN", "IN"}}}; }),
            place + ".Items[1]");
}

TEST(Compile, Log1LogsGoToABucketUnderAPrefixThatEndsWithASlash) {
  DistributionDocument document = small_distribution();
  const auto destination = [&](model::LoggingConfig logging) {
    document.config.logging = std::move(logging);
    return compiled(document).log_destination;
  };
  EXPECT_EQ(destination({true, true, "logs.s3.amazonaws.com", "site"}), "logs/site/");
  EXPECT_EQ(destination({true, true, "my.logs.s3.amazonaws.com", "a/b/"}), "my.logs/a/b/");
  EXPECT_TRUE(compiled(document).logs_cookies);
  EXPECT_EQ(destination({true, false, "logs.s3.amazonaws.com", ""}), "logs/");
  EXPECT_FALSE(compiled(document).logs_cookies);
  EXPECT_EQ(destination({false, false, "", ""}), "");
  const std::string place = "InvalidArgument Logging";
  for (const char* bucket : {"logs", "", ".s3.amazonaws.com", "../x.s3.amazonaws.com", "a..b.s3.amazonaws.com",
                             "logs.example.com", "a/b.s3.amazonaws.com", "l.s3.amazonaws.com"}) {
    document.config.logging = model::LoggingConfig{true, false, bucket, ""};
    const Findings found = check_distribution(document);
    ASSERT_EQ(found.size(), 1U) << bucket;
    EXPECT_EQ(found[0].path, "DistributionConfig.Logging.Bucket");
  }
  EXPECT_EQ(wrong([](Config& c) { c.logging = model::LoggingConfig{true, false, "logs.s3.amazonaws.com", "/a"}; }),
            place + ".Prefix");
  EXPECT_EQ(wrong([](Config& c) { c.logging = model::LoggingConfig{true, false, "logs.s3.amazonaws.com", "a b"}; }),
            place + ".Prefix");
}

}  // namespace
}  // namespace gust::config
