#include "proxy/forward.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "http/head_writer.h"
#include "origin/target.h"
#include "proxy/route_test_internal.h"

namespace gust::proxy {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsSupersetOf;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view edge_via = "0123456789abcdef0123456789abcdef.cloudfront.net";
constexpr std::string_view id = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==";

ForwardFacts edge_facts(bool is_cacheable) {
  ForwardFacts facts;
  facts.is_cacheable = is_cacheable;
  facts.keeps_conditions = !is_cacheable;
  facts.request_id = id;
  facts.via_name = edge_via;
  facts.viewer_address = "192.0.2.7";
  return facts;
}

// A request as it goes out, for one behaviour.
struct Forwarding {
  explicit Forwarding(config::Distribution distribution = plain_distribution())
      : routes(make_routes(std::move(distribution))), route(default_route(*routes)) {}

  const http::RequestHead& send(const http::RequestHead& from, const ForwardFacts& facts) {
    sent = forward_request(from, route, facts, arena);
    return sent;
  }
  const http::RequestHead& send(std::string_view method, std::string_view target, const std::vector<std::string>& lines,
                                const ForwardFacts& facts) {
    request.emplace(request_text(method, target, lines));
    return send(request->head(), facts);
  }
  const http::RequestHead& get(const std::vector<std::string>& lines) {
    return send("GET", "/a", lines, edge_facts(route.caches));
  }
  std::optional<ByteView> field(ByteView name) const { return sent.fields.get({name}); }

  RoutesRef routes;
  const Route& route;
  Arena arena;
  std::optional<RequestText> request;
  http::RequestHead sent;
};

config::Distribution legacy_distribution() {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors.front().cache.id.clear();
  return distribution;
}
config::Distribution without_caching(config::Distribution distribution) {
  disable_caching(distribution.behaviors.front());
  return distribution;
}
config::Distribution with_all_viewer(config::Distribution distribution) {
  distribution.behaviors.front().origin_request.headers = all();
  return distribution;
}

// Section 8, by row: what becomes of a viewer's header in a GET that may be stored, a GET that may not, and a POST.
struct Row {
  std::string_view name;
  std::string_view policies;    // `+` goes on, `-` is dropped
  std::string_view legacy;      // with ForwardedValues that name nothing
  std::string_view all_viewer;  // with an origin request policy that forwards all headers
};
constexpr Row table[] = {
    {"Accept", "---", "---", "+++"},
    {"Accept-Charset", "---", "---", "+++"},
    {"Accept-Language", "---", "---", "+++"},
    {"Referer", "---", "---", "+++"},
    {"X-HTTP-Method-Override", "---", "---", "+++"},
    {"Authorization", "--+", "--+", "+++"},
    {"Cache-Control", "+++", "+++", "+++"},
    {"Max-Forwards", "+++", "+++", "+++"},
    {"Pragma", "+++", "+++", "+++"},
    {"Request-Range", "-++", "-++", "-++"},
    {"Range", "-++", "-++", "-++"},
    {"If-Match", "-++", "-++", "-++"},
    {"If-Modified-Since", "-++", "-++", "-++"},
    {"If-None-Match", "-++", "-++", "-++"},
    {"If-Range", "-++", "-++", "-++"},
    {"If-Unmodified-Since", "-++", "-++", "-++"},
    {"Content-Type", "--+", "-++", "+++"},
    {"Content-MD5", "---", "-++", "+++"},
    {"Date", "---", "-++", "+++"},
    {"From", "---", "-++", "+++"},
    {"Origin", "---", "-++", "+++"},
    {"Warning", "---", "-++", "+++"},
    {"X-Anything", "---", "-++", "+++"},
    // Never, whatever is configured.
    {"Keep-Alive", "---", "---", "---"},
    {"Proxy-Authenticate", "---", "---", "---"},
    {"Proxy-Authorization", "---", "---", "---"},
    {"Proxy-Connection", "---", "---", "---"},
    {"TE", "---", "---", "---"},
    {"Trailer", "---", "---", "---"},
    {"Upgrade", "---", "---", "---"},
    {"X-Forwarded-Proto", "---", "---", "---"},
    {"X-Real-IP", "---", "---", "---"},
    {"X-Edge-Location", "---", "---", "---"},
    {"x-EDGE-anything", "---", "---", "---"},
    // Ours to give.
    {"Gust-Tier-Key", "---", "---", "---"},
    {"gust-anything", "---", "---", "---"},
    {"CloudFront-Viewer-Country", "---", "---", "---"},
};

std::string fate_of(std::string_view name, const config::Distribution& cached, const config::Distribution& uncached) {
  const std::vector<std::string> lines{std::string(name) + ": value"};
  std::string fate;
  Forwarding get(cached);
  get.send("GET", "/a", lines, edge_facts(true));
  fate += get.field(name) == "value" ? '+' : '-';
  Forwarding fresh_get(uncached);
  fresh_get.send("GET", "/a", lines, edge_facts(false));
  fate += fresh_get.field(name) == "value" ? '+' : '-';
  Forwarding post(cached);
  post.send("POST", "/a", lines, edge_facts(false));
  fate += post.field(name) == "value" ? '+' : '-';
  return fate;
}

TEST(Forward, Section8WithPolicies) {
  for (const Row& row : table) {
    EXPECT_EQ(fate_of(row.name, plain_distribution(), without_caching(plain_distribution())), row.policies) << row.name;
  }
}

TEST(Forward, Section8WithLegacySettings) {
  for (const Row& row : table) {
    EXPECT_EQ(fate_of(row.name, legacy_distribution(), without_caching(legacy_distribution())), row.legacy) << row.name;
  }
}

TEST(Forward, Section8WithAllViewerHeaders) {
  const config::Distribution cached = with_all_viewer(plain_distribution());
  for (const Row& row : table)
    EXPECT_EQ(fate_of(row.name, cached, without_caching(cached)), row.all_viewer) << row.name;
}

TEST(Forward, Section8WhatIsListedIsSent) {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors.front().cache.headers = listed({"accept-language", "authorization"});
  distribution.behaviors.front().origin_request.headers = listed({"referer"});
  Forwarding forwarding(distribution);
  forwarding.get({"Accept-Language: de", "Authorization: Basic eA==", "Referer: http://a/", "Accept: */*"});
  EXPECT_EQ(forwarding.field("Accept-Language"), "de");
  EXPECT_EQ(forwarding.field("Authorization"), "Basic eA==");
  EXPECT_EQ(forwarding.field("Referer"), "http://a/");
  EXPECT_FALSE(forwarding.field("Accept"));
}

TEST(Forward, Section8AuthorizationOfOptionsIsDroppedWhereOptionsIsCached) {
  Forwarding forwarding;
  forwarding.send("OPTIONS", "/a", {"Authorization: Basic eA=="}, edge_facts(true));
  EXPECT_FALSE(forwarding.field("Authorization"));
  forwarding.send("OPTIONS", "/a", {"Authorization: Basic eA=="}, edge_facts(false));
  EXPECT_EQ(forwarding.field("Authorization"), "Basic eA==");
}

TEST(Forward, Section8HostIsTheOriginsUnlessForwarded) {
  Forwarding own;
  EXPECT_EQ(own.get({}).authority, "");
  Forwarding viewers(with_all_viewer(plain_distribution()));
  EXPECT_EQ(viewers.get({}).authority, "d1.cdn.test");
}

TEST(Forward, Section8ABodyGoesWithWhatTellsHowToReadIt) {
  Forwarding forwarding;
  forwarding.send("POST", "/a", {"Content-Length: 3", "Content-Type: text/csv", "Content-Encoding: gzip"},
                  edge_facts(false));
  EXPECT_EQ(forwarding.field("Content-Length"), "3");
  EXPECT_EQ(forwarding.field("Content-Type"), "text/csv");
  EXPECT_EQ(forwarding.field("Content-Encoding"), "gzip");
  forwarding.send("POST", "/a", {"Transfer-Encoding: chunked"}, edge_facts(false));
  EXPECT_FALSE(forwarding.field("Transfer-Encoding")) << "the connection frames what it sends";
}

TEST(Forward, Section8UserAgentIsOursUnlessForwarded) {
  Forwarding forwarding;
  forwarding.get({"User-Agent: curl/8"});
  EXPECT_EQ(forwarding.field("User-Agent"), "Amazon CloudFront");
  Forwarding viewers(with_all_viewer(plain_distribution()));
  viewers.get({"User-Agent: curl/8"});
  EXPECT_EQ(viewers.field("User-Agent"), "curl/8");
  viewers.get({});
  EXPECT_FALSE(viewers.field("User-Agent"));
}

TEST(Forward, Ohdr2TheViewersAddressIsAppended) {
  Forwarding forwarding;
  forwarding.get({});
  EXPECT_EQ(forwarding.field("X-Forwarded-For"), "192.0.2.7");
  forwarding.get({"X-Forwarded-For: 10.0.0.1", "X-Forwarded-For: 10.0.0.2"});
  EXPECT_EQ(forwarding.field("X-Forwarded-For"), "10.0.0.1, 10.0.0.2, 192.0.2.7");
  EXPECT_EQ(forwarding.sent.fields.count("X-Forwarded-For"), 1U);
}

TEST(Forward, Ohdr3OriginsAreSpokenToInHttp11) {
  Forwarding forwarding;
  RequestText old("GET /a HTTP/1.0\r\nHost: d1.cdn.test\r\n\r\n");
  EXPECT_EQ(forwarding.send(old.head(), edge_facts(true)).version, http::Version::http_1_1);
}

TEST(Forward, Ohdr4ViaHasTheViewersVersionAndComesLast) {
  Forwarding forwarding;
  const std::string own = std::string(edge_via) + " (CloudFront)";
  forwarding.get({});
  EXPECT_EQ(forwarding.field("Via"), "1.1 " + own);
  forwarding.get({"Via: 1.1 a", "Via: 1.0 b"});
  EXPECT_EQ(forwarding.field("Via"), "1.1 a, 1.0 b, 1.1 " + own);
  EXPECT_EQ(forwarding.sent.fields.count("Via"), 1U);
  RequestText old("GET /a HTTP/1.0\r\nHost: d1.cdn.test\r\n\r\n");
  forwarding.send(old.head(), edge_facts(true));
  EXPECT_EQ(forwarding.field("Via"), "1.0 " + own);
}

TEST(Forward, Ohdr5CustomHeadersTakeThePlaceOfTheViewers) {
  config::Distribution distribution = with_all_viewer(plain_distribution());
  distribution.origins.front().custom_headers = {{"X-Secret", "ours"}};
  Forwarding forwarding(distribution);
  const http::RequestHead& sent = forwarding.get({"x-secret: guessed", "X-Secret: guessed again"});
  const auto request = origin::make_origin_request(forwarding.route.target, sent, forwarding.arena);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->fields.count("X-Secret"), 1U);
  EXPECT_EQ(request->fields.get("X-Secret"), "ours");
}

TEST(Forward, Ohdr7CacheControlOfTheViewerGoesOnAndMakesNothingConditional) {
  Forwarding forwarding;
  forwarding.get({"Cache-Control: no-cache", "Pragma: no-cache"});
  EXPECT_EQ(forwarding.field("Cache-Control"), "no-cache");
  EXPECT_EQ(forwarding.field("Pragma"), "no-cache");
}

// What the step `key` has put in goes on where a policy lists it; what a viewer sent under another such name does not.
TEST(Forward, Cfh1OnlyTheListedHeadersOfTheViewerGoOn) {
  config::Distribution distribution = with_all_viewer(plain_distribution());
  distribution.behaviors.front().origin_request.headers.names = {"cloudfront-viewer-country"};
  distribution.behaviors.front().cache.headers = listed({"cloudfront-is-mobile-viewer"});
  Forwarding forwarding(distribution);
  const std::vector<std::string> lines{"CloudFront-Viewer-Country: CH", "CloudFront-Is-Mobile-Viewer: true",
                                       "CloudFront-Viewer-City: Bern", "CloudFront-Viewer-TLS: x"};
  forwarding.get(lines);
  EXPECT_EQ(forwarding.field("CloudFront-Viewer-Country"), "CH");
  EXPECT_EQ(forwarding.field("CloudFront-Is-Mobile-Viewer"), "true");
  EXPECT_FALSE(forwarding.field("CloudFront-Viewer-City"));
  EXPECT_FALSE(forwarding.field("CloudFront-Viewer-TLS"));
  ForwardFacts from_edge = edge_facts(true);
  from_edge.from_edge = true;
  forwarding.send("GET", "/a", lines, from_edge);
  EXPECT_EQ(forwarding.field("CloudFront-Viewer-City"), "Bern") << "the edge has decided";
}

TEST(Forward, Hdr9TheRequestIdIsOurs) {
  Forwarding forwarding(with_all_viewer(plain_distribution()));
  forwarding.get({"X-Amz-Cf-Id: the viewer's own"});
  EXPECT_EQ(forwarding.field("X-Amz-Cf-Id"), id);
  EXPECT_EQ(forwarding.sent.fields.count("X-Amz-Cf-Id"), 1U);
}

TEST(Forward, Rfc8586EachDistributionAddsItselfToCdnLoop) {
  for (const auto& distribution : {plain_distribution(), with_all_viewer(plain_distribution())}) {
    Forwarding forwarding(distribution);
    forwarding.get({});
    EXPECT_EQ(forwarding.field("CDN-Loop"), "gustfront");
    forwarding.get({"CDN-Loop: other; v=1", "cdn-loop: gustfront"});
    EXPECT_EQ(forwarding.field("CDN-Loop"), "other; v=1, gustfront, gustfront");
    EXPECT_EQ(forwarding.sent.fields.count("CDN-Loop"), 1U);
  }
}

TEST(Forward, Lim7LoopsAreCountedByWholeNames) {
  Arena arena;
  const auto loops = [&](const std::vector<std::string>& lines) {
    const RequestText request(request_text("GET", "/", lines));
    return loops_of(request.head().fields, arena);
  };
  EXPECT_EQ(loops({}), 0U);
  EXPECT_EQ(loops({"CDN-Loop: gustfront"}), 1U);
  EXPECT_EQ(loops({"CDN-Loop: GustFront; a=b, other,gustfront", "CDN-Loop: gustfront"}), 3U);
  EXPECT_EQ(loops({"CDN-Loop: gustfronts, x-gustfront, \"gustfront\""}), 0U);
}

TEST(Forward, Orp1NoQueryAndNoCookiesUnlessChosen) {
  Forwarding forwarding;
  const auto& sent = forwarding.send("GET", "/a?b=1&c=2", {"Cookie: d=3"}, edge_facts(true));
  EXPECT_EQ(sent.target, "/a");
  EXPECT_FALSE(sent.has_query);
  EXPECT_FALSE(forwarding.field("Cookie"));
}

TEST(Forward, Key7TheChosenParametersKeepTheirOrder) {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors.front().cache.query = listed({"z", "a"});
  distribution.behaviors.front().origin_request.query = listed({"m"});
  Forwarding forwarding(distribution);
  EXPECT_EQ(forwarding.send("GET", "/p?m=1&z&x=9&a=%20&A=2", {}, edge_facts(true)).target, "/p?m=1&z&a=%20");
  EXPECT_EQ(forwarding.send("GET", "/p?x=9", {}, edge_facts(true)).target, "/p");
}

TEST(Forward, Key5CookiesOfAllLinesAreFilteredAndSorted) {
  config::Distribution distribution = plain_distribution();
  distribution.behaviors.front().cache.cookies = listed({"b", "a"});
  distribution.behaviors.front().origin_request.cookies = listed({"c"});
  Forwarding forwarding(distribution);
  forwarding.get({"Cookie: x=0; b=2", "Cookie: c=3;a=1; plain; A=4"});
  EXPECT_EQ(forwarding.field("Cookie"), "a=1; b=2; c=3");
  EXPECT_EQ(forwarding.sent.fields.count("Cookie"), 1U);
  forwarding.get({"Cookie: x=0"});
  EXPECT_FALSE(forwarding.field("Cookie"));
}

TEST(Forward, Orp2AllViewerHeadersBringNoCookies) {
  Forwarding forwarding(with_all_viewer(plain_distribution()));
  forwarding.get({"Cookie: a=1"});
  EXPECT_FALSE(forwarding.field("Cookie"));
}

// AE-1 to AE-5: the policy's flags against what the viewer takes.
TEST(Forward, Ae1To5AcceptEncodingIsNormalised) {
  const auto sent = [](bool gzip, bool brotli, const std::vector<std::string>& lines) {
    config::Distribution distribution = plain_distribution();
    distribution.behaviors.front().cache.gzip = gzip;
    distribution.behaviors.front().cache.brotli = brotli;
    Forwarding forwarding(distribution);
    forwarding.get(lines);
    return std::string(forwarding.field("Accept-Encoding").value_or("none"));
  };
  const std::string chrome = "Accept-Encoding: gzip, deflate, br, zstd";
  EXPECT_EQ(sent(true, true, {}), "none");                                        // AE-1
  EXPECT_EQ(sent(true, true, {chrome}), "br,gzip");                               // AE-2
  EXPECT_EQ(sent(true, true, {"Accept-Encoding: gzip;q=0.5, deflate"}), "gzip");  // AE-2, AE-5
  EXPECT_EQ(sent(true, true, {"Accept-Encoding: deflate"}), "identity");          // AE-2
  EXPECT_EQ(sent(false, true, {chrome}), "br");                                   // AE-3
  EXPECT_EQ(sent(true, false, {"Accept-Encoding: br"}), "identity");              // AE-3
  EXPECT_EQ(sent(false, false, {chrome}), "none");                                // AE-4
}

TEST(Forward, Ae4WithoutFlagsItGoesLikeAnyOtherHeader) {
  Forwarding forwarding(with_all_viewer(plain_distribution()));
  forwarding.get({"Accept-Encoding: gzip", "Accept-Encoding: br;q=0.1"});
  EXPECT_EQ(forwarding.field("Accept-Encoding"), "gzip, br;q=0.1");
  EXPECT_EQ(forwarding.sent.fields.count("Accept-Encoding"), 1U);
}

// SECURITY.md "Cache": what is in no key never reaches an origin whose answer may be stored.
TEST(Forward, UnkeyedPoisonNeverLeaves) {
  const std::vector<std::string> poison{"X-Forwarded-Host: evil",
                                        "X-Forwarded-Server: evil",
                                        "X-Forwarded-Port: 1",
                                        "X-Forwarded-Scheme: evil",
                                        "X-Forwarded-Proto: evil",
                                        "Forwarded: host=evil",
                                        "X-Original-URL: /evil",
                                        "X-Rewrite-URL: /evil",
                                        "X-Host: evil",
                                        "X-HTTP-Method: PUT",
                                        "X-HTTP-Method-Override: PUT",
                                        "X-Method-Override: PUT",
                                        "Origin: evil",
                                        "Cookie: evil=1",
                                        "Authorization: evil",
                                        "Accept: evil",
                                        "User-Agent: evil"};
  for (const config::Distribution& distribution : {plain_distribution(), legacy_distribution()}) {
    Forwarding forwarding(distribution);
    forwarding.send("GET", "/a?evil=1;evil&evil=2", poison, edge_facts(true));
    EXPECT_EQ(forwarding.sent.target, "/a");
    EXPECT_EQ(forwarding.sent.method, http::Method::get);
    EXPECT_THAT(lines_of(forwarding.sent.fields),
                ElementsAre("User-Agent: Amazon CloudFront", "X-Forwarded-For: 192.0.2.7", StartsWith("Via: 1.1 "),
                            StartsWith("X-Amz-Cf-Id: "), "CDN-Loop: gustfront"));
  }
}

// A part of something that is too large to keep here may be asked for, but no more of the viewer's goes with it: the
// next tier may have room to store the answer.
TEST(Forward, UnkeyedPoisonNeverLeavesWithARangeEither) {
  Forwarding forwarding(legacy_distribution());
  ForwardFacts facts = edge_facts(true);
  facts.keeps_conditions = true;
  forwarding.send("GET", "/a", {"Range: bytes=0-1", "If-Range: \"e\"", "X-Forwarded-Host: evil"}, facts);
  EXPECT_EQ(forwarding.field("Range"), "bytes=0-1");
  EXPECT_EQ(forwarding.field("If-Range"), "\"e\"");
  EXPECT_FALSE(forwarding.field("X-Forwarded-Host"));
}

// SECURITY.md "HTTP/1 framing", hop-by-hop abuse.
TEST(Forward, ConnectionCannotTakeAwayWhatWeRelyOn) {
  Forwarding forwarding(with_all_viewer(plain_distribution()));
  const http::RequestHead& sent =
      forwarding.get({"Connection: close, X-Forwarded-For, Via, X-Amz-Cf-Id, CDN-Loop, Authorization, X-Mine",
                      "Authorization: a", "X-Mine: b"});
  const auto request = origin::make_origin_request(forwarding.route.target, sent, forwarding.arena);
  ASSERT_TRUE(request);
  EXPECT_FALSE(request->fields.has(http::Name::connection));
  EXPECT_TRUE(request->fields.has("X-Forwarded-For"));
  EXPECT_TRUE(request->fields.has("Via"));
  EXPECT_TRUE(request->fields.has("X-Amz-Cf-Id"));
  EXPECT_TRUE(request->fields.has("CDN-Loop"));
  EXPECT_TRUE(request->fields.has("Authorization"));
}

// What leaves a tier, read by the next.
std::string as_sent(http::RequestHead head) {
  if (head.authority.empty()) head.authority = "d1.cdn.test";
  std::string text;
  EXPECT_TRUE(http::write_request_head(text, head, http::BodyFraming::no_body(), http::Persistence::implied));
  return text;
}

// TIER-1: two tiers send what one would, but for the second name in Via.
TEST(Forward, Tier1AnEdgeAndARegionalSendWhatASingleTierWould) {
  std::vector<config::Distribution> distributions{plain_distribution(), with_all_viewer(plain_distribution()),
                                                  legacy_distribution()};
  config::Distribution rich = plain_distribution();
  config::Behavior& behavior = rich.behaviors.front();
  behavior.cache.gzip = behavior.cache.brotli = true;
  behavior.cache.headers = listed({"accept-language", "host", "authorization"});
  behavior.cache.cookies = all_except({"tracking"});
  behavior.cache.query = all_except({"utm"});
  behavior.origin_request.headers = listed({"referer", "user-agent"});
  behavior.origin_request.query = listed({"page"});
  distributions.push_back(rich);
  const std::vector<std::vector<std::string>> requests{
      {},
      {"User-Agent: curl/8", "Accept: */*", "Accept-Encoding: gzip;q=1, zstd", "Cookie: tracking=1; b=2; a=1",
       "Accept-Language: de", "Referer: http://a/", "X-Forwarded-For: 10.0.0.1", "Via: 1.0 proxy", "CDN-Loop: other",
       "X-Custom: c", "Authorization: Basic eA==", "If-None-Match: \"e\"", "Range: bytes=0-1",
       "Cache-Control: no-cache", "X-Forwarded-Proto: https", "Gust-Tier-Key: guess"},
      {"Accept-Encoding: zstd", "Pragma: no-cache"}};
  for (const config::Distribution& distribution : distributions) {
    for (const auto& lines : requests) {
      Forwarding edge(distribution);
      edge.send("GET", "/p?utm=1&page=2&z", lines, edge_facts(true));
      const std::string alone = as_sent(edge.sent);

      RequestText between(alone);
      Forwarding regional(distribution);
      ForwardFacts facts = edge_facts(true);
      facts.from_edge = true;
      facts.viewer_address = "198.51.100.1";  // of the edge, which is none of the origin's business
      facts.via_name = "regional.cloudfront.net";
      regional.send(between.head(), facts);
      const std::string second = ", 1.1 regional.cloudfront.net (CloudFront)";
      std::string both = as_sent(regional.sent);
      const std::size_t at = both.find(second);
      ASSERT_NE(at, std::string::npos) << both;
      both.erase(at, second.size());

      const RequestText one_tier(alone);
      const RequestText two_tiers(both);
      EXPECT_EQ(two_tiers.head().target, one_tier.head().target);
      EXPECT_THAT(lines_of(two_tiers.head().fields),
                  testing::UnorderedElementsAreArray(lines_of(one_tier.head().fields)));
    }
  }
}

TEST(Forward, Ord1ThePathIsSentAsItCame) {
  Forwarding forwarding;
  for (const std::string_view path : {"/%2e%2e/a%2Fb;x", "//a//./../b", "/a%00%0d%0a"}) {
    EXPECT_EQ(forwarding.send("GET", path, {}, edge_facts(true)).target, path);
  }
  EXPECT_EQ(forwarding.send("OPTIONS", "*", {}, edge_facts(false)).target, "*");
}

}  // namespace
}  // namespace gust::proxy
