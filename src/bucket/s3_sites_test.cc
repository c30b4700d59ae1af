// CORS, websites and encryption as the S3 service speaks of them.
#include <gtest/gtest.h>

#include "bucket/s3_test_host_internal.h"
#include "bucket/website.h"

namespace gust::bucket {
namespace {

using test::Got;
using test::Headers;
using test::S3Host;

struct Pics : S3Host {
  Pics() { EXPECT_EQ(put("/pics", "").status, 200); }
  std::string refusal(std::string target, std::string document) {
    return put(std::move(target), std::move(document)).outcome();
  }
  Got preflight(Headers headers) {
    return send({.method = "OPTIONS", .target = "/pics/k", .headers = std::move(headers), .is_signed = false});
  }
};

std::string cors_of(std::string rules) { return "<CORSConfiguration>" + std::move(rules) + "</CORSConfiguration>"; }

constexpr const char* rule_of_app =
    "<CORSRule><AllowedOrigin>https://*.example.org</AllowedOrigin><AllowedMethod>GET</AllowedMethod>"
    "<AllowedMethod>PUT</AllowedMethod><AllowedHeader>x-amz-*</AllowedHeader><AllowedHeader>Content-Type"
    "</AllowedHeader><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>300</MaxAgeSeconds></CORSRule>";
constexpr const char* rule_of_all =
    "<CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>";

TEST(S3Cors, PreflightIsAnsweredByTheFirstRuleThatAllowsIt) {
  Pics host;
  EXPECT_EQ(host.preflight({{"Origin", "https://a.example.org"}, {"Access-Control-Request-Method", "PUT"}}).outcome(),
            "403 AccessForbidden");
  EXPECT_EQ(host.put("/pics?cors", cors_of(std::string(rule_of_app) + rule_of_all)).outcome(), "200");
  const Got put = host.preflight({{"Origin", "https://a.example.org"},
                                  {"Access-Control-Request-Method", "PUT"},
                                  {"Access-Control-Request-Headers", "X-Amz-Date, content-type"}});
  EXPECT_EQ(put.status, 200);
  EXPECT_EQ(put.header("Access-Control-Allow-Origin"), "https://a.example.org");
  EXPECT_EQ(put.header("Access-Control-Allow-Methods"), "GET, PUT");
  EXPECT_EQ(put.header("Access-Control-Allow-Headers"), "x-amz-date, content-type");
  EXPECT_EQ(put.header("Access-Control-Expose-Headers"), "ETag");
  EXPECT_EQ(put.header("Access-Control-Max-Age"), "300");
  EXPECT_EQ(put.header("Access-Control-Allow-Credentials"), "true");
  EXPECT_EQ(put.header("Vary"), "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
  const Got get = host.preflight({{"Origin", "http://other.net"}, {"Access-Control-Request-Method", "GET"}});
  EXPECT_EQ(get.header("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(get.header("Access-Control-Allow-Credentials"), "(none)");
  EXPECT_EQ(host.preflight({{"Origin", "http://other.net"}, {"Access-Control-Request-Method", "PUT"}}).outcome(),
            "403 AccessForbidden");
  EXPECT_EQ(host.preflight({{"Origin", "https://a.example.org"},
                            {"Access-Control-Request-Method", "PUT"},
                            {"Access-Control-Request-Headers", "Cookie"}})
                .outcome(),
            "403 AccessForbidden");
  EXPECT_EQ(host.preflight({{"Origin", "https://a.example.org"}}).outcome(), "400 BadRequest");
  EXPECT_EQ(host.preflight({{"Access-Control-Request-Method", "GET"}}).outcome(), "400 BadRequest");
}

TEST(S3Cors, OtherAnswersCarryItToo) {
  Pics host;
  host.put("/pics/k", "open", {{"x-amz-acl", "public-read"}});
  host.put("/pics?cors", cors_of(rule_of_app));
  const Got got = host.get_anonymous("/pics/k", {{"Origin", "https://a.example.org"}});
  EXPECT_EQ(got.header("Access-Control-Allow-Origin"), "https://a.example.org");
  EXPECT_EQ(host.get_anonymous("/pics/none", {{"Origin", "https://a.example.org"}}).header("Vary"),
            "Origin, Access-Control-Request-Headers, Access-Control-Request-Method")
      << "a page may read the error";
  EXPECT_EQ(host.get_anonymous("/pics/k", {{"Origin", "https://example.net"}}).header("Vary"), "(none)");
  EXPECT_EQ(host.get_anonymous("/pics/k").header("Access-Control-Allow-Origin"), "(none)");
}

TEST(S3Cors, IsReadBackAndDeleted) {
  Pics host;
  EXPECT_EQ(host.get_signed("/pics?cors").outcome(), "404 NoSuchCORSConfiguration");
  host.put("/pics?cors", cors_of(rule_of_app));
  const Got got = host.get_signed("/pics?cors");
  EXPECT_EQ(got.elements("AllowedMethod"), "GET PUT ");
  EXPECT_EQ(got.element("MaxAgeSeconds"), "300");
  EXPECT_EQ(host.send({.method = "DELETE", .target = "/pics?cors"}).status, 204);
  EXPECT_EQ(host.get_signed("/pics?cors").outcome(), "404 NoSuchCORSConfiguration");
}

TEST(S3Cors, WrongRulesAreRefused) {
  Pics host;
  EXPECT_EQ(host.refusal("/pics?cors", cors_of("")), "400 MalformedXML");
  EXPECT_EQ(host.refusal("/pics?cors", cors_of("<CORSRule><AllowedMethod>GET</AllowedMethod></CORSRule>")),
            "400 MalformedXML");
  const auto rule = [](std::string_view more) {
    return cors_of(
        fmt::format("<CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>{}"
                    "</CORSRule>",
                    more));
  };
  for (const char* more :
       {"<AllowedMethod>PATCH</AllowedMethod>", "<AllowedOrigin>*.*</AllowedOrigin>",
        "<AllowedHeader>*-*</AllowedHeader>", "<ExposeHeader>*</ExposeHeader>", "<ExposeHeader>a b</ExposeHeader>"}) {
    EXPECT_EQ(host.refusal("/pics?cors", rule(more)), "400 InvalidRequest") << more;
  }
  std::string many;
  for (int i = 0; i < 101; ++i) many += rule_of_all;
  EXPECT_EQ(host.refusal("/pics?cors", cors_of(many)), "400 InvalidRequest");
  EXPECT_EQ(host.get_signed("/pics?cors").outcome(), "404 NoSuchCORSConfiguration");
}

struct Site : Pics {
  explicit Site(std::string more = "<ErrorDocument><Key>sorry.html</Key></ErrorDocument>") {
    const Headers open{{"x-amz-acl", "public-read"}, {"Content-Type", "text/html"}};
    for (const char* key : {"index.html", "docs/index.html", "page.html", "sorry.html"}) {
      EXPECT_EQ(put(std::string("/pics/") + key, key, open).status, 200);
    }
    put("/pics/secret.html", "secret");
    put("/pics/moved", "", {{"x-amz-acl", "public-read"}, {"x-amz-website-redirect-location", "/page.html"}});
    put("/pics?acl", "", {{"x-amz-acl", "public-read"}});
    EXPECT_EQ(put("/pics?website", "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument>" +
                                       std::move(more) + "</WebsiteConfiguration>")
                  .outcome(),
              "200");
  }
  Got visit(std::string path, std::string method = "GET",
            std::string host = "pics.s3-website-us-east-1.amazonaws.com") {
    return send({.method = std::move(method), .target = std::move(path), .is_signed = false, .host = std::move(host)});
  }
};

TEST(S3Website, ServesPagesIndexDocumentsAndErrors) {
  Site site;
  EXPECT_EQ(site.visit("/").body, "index.html");
  EXPECT_EQ(site.visit("/docs/").body, "docs/index.html");
  EXPECT_EQ(site.visit("/page.html").header("Content-Type"), "text/html");
  EXPECT_EQ(site.visit("/page.html", "GET", "pics.s3-website.eu-central-1.amazonaws.com").body, "page.html");
  EXPECT_EQ(site.visit("/page.html", "GET", "pics.s3-website.localhost:9000").body, "page.html");
  const Got folder = site.visit("/docs");
  EXPECT_EQ(folder.status, 302);
  EXPECT_EQ(folder.header("Location"), "/docs/");
  const Got none = site.visit("/none");
  EXPECT_EQ(none.status, 404);
  EXPECT_EQ(none.body, "sorry.html");
  EXPECT_EQ(none.header("x-amz-error-code"), "NoSuchKey");
  EXPECT_EQ(site.visit("/secret.html").status, 403);
  EXPECT_EQ(site.visit("/none", "HEAD").body, "");
  EXPECT_EQ(site.visit("/page.html", "PUT").status, 405);
  const Got moved = site.visit("/moved");
  EXPECT_EQ(moved.status, 301);
  EXPECT_EQ(moved.header("Location"), "/page.html");
}

TEST(S3Website, ErrorsWithoutADocumentArePages) {
  Site site("");
  const Got none = site.visit("/a%3Cb%3E");
  EXPECT_EQ(none.status, 404);
  EXPECT_EQ(none.header("Content-Type"), "text/html; charset=utf-8");
  EXPECT_TRUE(none.body.contains("<h1>404 Not Found</h1>"));
  EXPECT_TRUE(none.body.contains("<li>Key: a&lt;b&gt;</li>"));
  const Got unknown = site.visit("/", "GET", "other.s3-website-us-east-1.amazonaws.com");
  EXPECT_TRUE(unknown.body.contains("Code: NoSuchBucket"));
  site.send({.method = "DELETE", .target = "/pics?website"});
  EXPECT_TRUE(site.visit("/").body.contains("Code: NoSuchWebsiteConfiguration"));
}

TEST(S3Website, RoutingRulesRedirectBeforeAndAfterTheLookUp) {
  Site site(
      "<RoutingRules><RoutingRule><Condition><KeyPrefixEquals>old/</KeyPrefixEquals></Condition><Redirect>"
      "<ReplaceKeyPrefixWith>new/</ReplaceKeyPrefixWith></Redirect></RoutingRule><RoutingRule><Condition>"
      "<HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition><Redirect><HostName>example.org"
      "</HostName><Protocol>https</Protocol><HttpRedirectCode>307</HttpRedirectCode><ReplaceKeyWith>lost</"
      "ReplaceKeyWith>"
      "</Redirect></RoutingRule></RoutingRules>");
  const Got old = site.visit("/old/a%20b");
  EXPECT_EQ(old.status, 301);
  EXPECT_EQ(old.header("Location"), "http://pics.s3-website-us-east-1.amazonaws.com/new/a%20b");
  const Got lost = site.visit("/none");
  EXPECT_EQ(lost.status, 307);
  EXPECT_EQ(lost.header("Location"), "https://example.org/lost");
  EXPECT_EQ(site.visit("/page.html").body, "page.html");
  EXPECT_EQ(site.get_signed("/pics?website").element("ReplaceKeyPrefixWith"), "new/");
}

TEST(S3Website, AllRequestsMayGoElsewhere) {
  Pics host;
  EXPECT_EQ(host.put("/pics?website",
                     "<WebsiteConfiguration><RedirectAllRequestsTo><HostName>example.org</HostName><Protocol>https"
                     "</Protocol></RedirectAllRequestsTo></WebsiteConfiguration>")
                .outcome(),
            "200");
  const Got got = host.send({.target = "/a/b", .is_signed = false, .host = "pics.s3-website-us-east-1.amazonaws.com"});
  EXPECT_EQ(got.status, 301);
  EXPECT_EQ(got.header("Location"), "https://example.org/a/b");
}

TEST(S3Website, WrongConfigurationsAreRefused) {
  Pics host;
  const auto refusal = [&](std::string_view inner) {
    return host.refusal("/pics?website", fmt::format("<WebsiteConfiguration>{}</WebsiteConfiguration>", inner));
  };
  EXPECT_EQ(refusal(""), "400 InvalidArgument");
  EXPECT_EQ(refusal("<IndexDocument><Suffix>a/b</Suffix></IndexDocument>"), "400 InvalidArgument");
  EXPECT_EQ(refusal("<IndexDocument><Suffix>i</Suffix></IndexDocument><RedirectAllRequestsTo><HostName>a</HostName>"
                    "</RedirectAllRequestsTo>"),
            "400 InvalidArgument");
  const auto rule = [&](std::string_view inner) {
    return refusal(
        fmt::format("<IndexDocument><Suffix>i</Suffix></IndexDocument><RoutingRules><RoutingRule>{}"
                    "</RoutingRule></RoutingRules>",
                    inner));
  };
  EXPECT_EQ(rule("<Redirect/>"), "400 MalformedXML");
  EXPECT_EQ(rule("<Redirect><HttpRedirectCode>200</HttpRedirectCode></Redirect>"), "400 InvalidRequest");
  EXPECT_EQ(rule("<Redirect><HostName>a b</HostName></Redirect>"), "400 InvalidRequest");
  EXPECT_EQ(rule("<Redirect><ReplaceKeyWith>a</ReplaceKeyWith><ReplaceKeyPrefixWith>b</ReplaceKeyPrefixWith>"
                 "</Redirect>"),
            "400 InvalidRequest");
  EXPECT_EQ(rule("<Condition><HttpErrorCodeReturnedEquals>200</HttpErrorCodeReturnedEquals></Condition><Redirect>"
                 "<HostName>a</HostName></Redirect>"),
            "400 InvalidRequest");
  EXPECT_EQ(host.put("/pics/k", "", {{"x-amz-website-redirect-location", "javascript:x"}}).outcome(),
            "400 InvalidRedirectLocation");
}

TEST(S3Website, IsToldByItsHostAlone) {
  const std::vector<std::string> suffixes{"localhost", "s3.localhost"};
  EXPECT_EQ(website_of_host("my.pics.s3-website-us-east-1.amazonaws.com", suffixes), "my.pics");
  EXPECT_EQ(website_of_host("Pics.s3-website.localhost", suffixes), "pics");
  for (const char* host : {"pics.s3.amazonaws.com", "s3-website-us-east-1.amazonaws.com", "pics.localhost",
                           "pics.s3-website-us-east-1.example.org", "pics.s3-websites.localhost"}) {
    EXPECT_EQ(website_of_host(host, suffixes), std::nullopt) << host;
  }
  EXPECT_EQ(bucket_of_host("pics.s3-website-us-east-1.amazonaws.com", suffixes), std::nullopt);
}

TEST(S3Encryption, OfTheServiceIsKeptAndAnsweredAndKeysOfKmsAreRefused) {
  Pics host;
  EXPECT_EQ(host.get_signed("/pics?encryption").element("SSEAlgorithm"), "AES256") << "S3's default";
  const auto configuration = [](std::string_view algorithm, std::string_view more = "") {
    return fmt::format(
        "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>{}</SSEAlgorithm>"
        "{}</ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled></Rule>"
        "</ServerSideEncryptionConfiguration>",
        algorithm, more);
  };
  EXPECT_EQ(host.put("/pics?encryption", configuration("AES256")).outcome(), "200");
  EXPECT_EQ(host.get_signed("/pics?encryption").element("BucketKeyEnabled"), "true");
  EXPECT_EQ(host.put("/pics?encryption", configuration("aws:kms")).outcome(), "501 NotImplemented");
  EXPECT_EQ(host.send({.method = "DELETE", .target = "/pics?encryption"}).status, 204);
  EXPECT_EQ(host.get_signed("/pics?encryption").element("BucketKeyEnabled"), "false");

  const Got stored = host.put("/pics/k", "x", {{"x-amz-server-side-encryption", "AES256"}});
  EXPECT_EQ(stored.header("x-amz-server-side-encryption"), "AES256");
  EXPECT_EQ(host.stored_header("/pics/k", "x-amz-server-side-encryption"), "AES256");
  EXPECT_EQ(host.put("/pics/k", "x", {{"x-amz-server-side-encryption", "aws:kms"}}).outcome(), "501 NotImplemented");
  EXPECT_EQ(host.put("/pics/k", "x", {{"x-amz-server-side-encryption", "ROT13"}}).outcome(), "400 InvalidArgument");
}

}  // namespace
}  // namespace gust::bucket
