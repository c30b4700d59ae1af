#include "proxy/viewer_headers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "geo/locations.h"
#include "net/tls_facts.h"
#include "proxy/route_test_internal.h"

namespace gust::proxy {
namespace {

using testing::ElementsAre;

// Knows one address.
class OnePlace final : public geo::Locations {
 public:
  geo::Location find(const rt::Endpoint& address) const override {
    if (address.address[0] != 192) return {};
    return {.country = "CH",
            .country_name = "Switzerland",
            .region = "ZH",
            .region_name = "Zurich",
            .city = "Z\xc3\xbcrich",
            .postal_code = "8001",
            .time_zone = "Europe/Zurich",
            .latitude = 47.3667,
            .longitude = -8.5,
            .metro_code = std::nullopt,
            .network = 64496};
  }
  bool has_cities() const override { return true; }
  bool has_networks() const override { return true; }
};

// What is added to a request where an origin request policy lists `names`.
std::vector<std::string> added(const std::vector<std::string>& names, const std::vector<std::string>& request_lines,
                               const geo::Locations* locations = nullptr, const char* peer = "192.0.2.7") {
  const RequestText request(request_text("GET", "/a", request_lines));
  Arena arena;
  http::Fields fields;
  const ViewerHeaders headers({}, listed(names));
  headers.add_to(fields, {request.head(), *rt::read_address(peer, 46532), locations}, arena);
  return lines_of(fields);
}

TEST(ViewerHeaders, Cfh1DeviceByUserAgent) {
  EXPECT_THAT(added({"cloudfront-is-mobile-viewer", "cloudfront-is-desktop-viewer", "cloudfront-is-tablet-viewer",
                     "cloudfront-is-smarttv-viewer", "cloudfront-is-ios-viewer", "cloudfront-is-android-viewer"},
                    {"User-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 17_5) Mobile/15E148"}),
              ElementsAre("CloudFront-Is-Mobile-Viewer: true", "CloudFront-Is-Desktop-Viewer: false",
                          "CloudFront-Is-Tablet-Viewer: false", "CloudFront-Is-SmartTV-Viewer: false",
                          "CloudFront-Is-IOS-Viewer: true", "CloudFront-Is-Android-Viewer: false"));
  EXPECT_THAT(added({"cloudfront-is-desktop-viewer"}, {}), ElementsAre("CloudFront-Is-Desktop-Viewer: true"));
}

TEST(ViewerHeaders, Cfh1AddressAndPort) {
  EXPECT_THAT(added({"cloudfront-viewer-address"}, {}), ElementsAre("CloudFront-Viewer-Address: 192.0.2.7:46532"));
  EXPECT_THAT(added({"cloudfront-viewer-address"}, {}, nullptr, "2001:db8::1"),
              ElementsAre("CloudFront-Viewer-Address: 2001:db8::1:46532"));
}

TEST(ViewerHeaders, Cfh1ProtocolAndVersion) {
  EXPECT_THAT(added({"cloudfront-forwarded-proto", "cloudfront-viewer-http-version"}, {}),
              ElementsAre("CloudFront-Forwarded-Proto: http", "CloudFront-Viewer-Http-Version: 1.1"));
}

TEST(ViewerHeaders, Cfh1OrderAndCountOfTheViewersHeaders) {
  EXPECT_THAT(
      added({"cloudfront-viewer-header-order", "cloudfront-viewer-header-count"}, {"accept: a", "X-B: 1", "x-b: 2"}),
      ElementsAre("CloudFront-Viewer-Header-Order: Host:accept:X-B:x-b", "CloudFront-Viewer-Header-Count: 4"));
}

TEST(ViewerHeaders, Cfh1TheOrderIsCutAt7680Characters) {
  const std::string name(100, 'n');
  std::vector<std::string> lines(80, name + ": 1");
  const RequestText request(request_text("GET", "/", lines));
  Arena arena;
  const ByteView order = header_order_of(request.head().fields, arena);
  EXPECT_EQ(order.size(), 7680U);
  EXPECT_TRUE(order.starts_with("Host:nnn"));
}

TEST(ViewerHeaders, Cfh1Location) {
  const OnePlace place;
  EXPECT_THAT(
      added({"cloudfront-viewer-country", "cloudfront-viewer-country-name", "cloudfront-viewer-country-region",
             "cloudfront-viewer-country-region-name", "cloudfront-viewer-postal-code", "cloudfront-viewer-time-zone",
             "cloudfront-viewer-latitude", "cloudfront-viewer-longitude", "cloudfront-viewer-asn"},
            {}, &place),
      ElementsAre("CloudFront-Viewer-Country: CH", "CloudFront-Viewer-Country-Name: Switzerland",
                  "CloudFront-Viewer-Country-Region: ZH", "CloudFront-Viewer-Country-Region-Name: Zurich",
                  "CloudFront-Viewer-Postal-Code: 8001", "CloudFront-Viewer-Time-Zone: Europe/Zurich",
                  "CloudFront-Viewer-Latitude: 47.36670", "CloudFront-Viewer-Longitude: -8.50000",
                  "CloudFront-Viewer-ASN: 64496"));
}

TEST(ViewerHeaders, Cfh1WhatIsNotAsciiIsPercentEncoded) {
  const OnePlace place;
  EXPECT_THAT(added({"cloudfront-viewer-city"}, {}, &place), ElementsAre("CloudFront-Viewer-City: Z%C3%BCrich"));
  Arena arena;
  EXPECT_EQ(ascii_of("a b\r\n%", arena), "a b%0D%0A%") << "a database cannot split a head";
}

TEST(ViewerHeaders, Cfh1TlsIsVersionCipherAndHowTheConnectionWasMade) {
  const RequestText request(request_text("GET", "/"));
  const ViewerHeaders headers({}, listed({"cloudfront-viewer-tls"}));
  net::TlsFacts tls;
  tls.version = "TLSv1.3";
  tls.cipher = "TLS_AES_128_GCM_SHA256";
  const auto told = [&](const net::TlsFacts* of, bool is_used) {
    Arena arena;
    http::Fields fields;
    headers.add_to(fields, {request.head(), {}, nullptr, of, is_used}, arena);
    return std::string(fields.get("CloudFront-Viewer-TLS").value_or("none"));
  };
  EXPECT_EQ(told(&tls, false), "TLSv1.3:TLS_AES_128_GCM_SHA256:fullHandshake");
  EXPECT_EQ(told(&tls, true), "TLSv1.3:TLS_AES_128_GCM_SHA256:connectionReused");
  tls.is_resumed = true;
  EXPECT_EQ(told(&tls, false), "TLSv1.3:TLS_AES_128_GCM_SHA256:sessionResumed");
  EXPECT_EQ(told(nullptr, false), "none");
}

TEST(ViewerHeaders, Tls5TheViewersCertificateIsTold) {
  const RequestText request(request_text("GET", "/"));
  const ViewerHeaders headers({}, listed({"cloudfront-viewer-cert-present", "cloudfront-viewer-cert-serial-number",
                                          "cloudfront-viewer-cert-subject", "cloudfront-viewer-cert-issuer",
                                          "cloudfront-viewer-cert-validity", "cloudfront-viewer-cert-sha256"}));
  net::TlsFacts tls;
  const auto told = [&](const net::TlsFacts* of) {
    Arena arena;
    http::Fields fields;
    headers.add_to(fields, {request.head(), {}, nullptr, of}, arena);
    return lines_of(fields);
  };
  EXPECT_THAT(told(nullptr), ElementsAre());
  EXPECT_THAT(told(&tls), ElementsAre("CloudFront-Viewer-Cert-Present: 0"));
  net::PeerCertificate shown;
  shown.serial_number = "0A1B";
  shown.subject = "CN=Z\xc3\xbcrich";
  shown.issuer = "CN=root";
  shown.sha256 = "abcd";
  shown.not_before = wall_time_of(1'700'000'000);
  shown.not_after = wall_time_of(1'800'000'000);
  tls.peer_certificate = std::make_shared<const net::PeerCertificate>(shown);
  EXPECT_THAT(told(&tls),
              ElementsAre("CloudFront-Viewer-Cert-Present: 1", "CloudFront-Viewer-Cert-Serial-Number: 0A1B",
                          "CloudFront-Viewer-Cert-Subject: CN=Z%C3%BCrich", "CloudFront-Viewer-Cert-Issuer: CN=root",
                          "CloudFront-Viewer-Cert-Validity: 2023-11-14T22:13:20Z/2027-01-15T08:00:00Z",
                          "CloudFront-Viewer-Cert-Sha256: abcd"));
}

TEST(ViewerHeaders, Cfh1WhatIsNotKnownIsLeftOut) {
  const OnePlace place;
  EXPECT_THAT(added({"cloudfront-viewer-metro-code"}, {}, &place), ElementsAre());
  EXPECT_THAT(added({"cloudfront-viewer-country"}, {}, &place, "10.0.0.1"), ElementsAre());
  EXPECT_THAT(added({"cloudfront-viewer-country"}, {}, nullptr), ElementsAre());
}

TEST(ViewerHeaders, Cfh1TheViewersOwnNeverStays) {
  const RequestText request(
      request_text("GET", "/", {"CloudFront-Viewer-Country: XX", "cloudfront-is-mobile-viewer: maybe", "X-Other: 1"}));
  Arena arena;
  http::Fields fields = request.head().fields;
  const ViewerHeaders headers(listed({"cloudfront-viewer-country"}), listed({"cloudfront-is-mobile-viewer"}));
  headers.add_to(fields, {request.head(), {}, nullptr}, arena);
  EXPECT_FALSE(fields.has("CloudFront-Viewer-Country"));
  EXPECT_EQ(fields.get("CloudFront-Is-Mobile-Viewer"), "false");
  EXPECT_EQ(fields.get("X-Other"), "1");
}

TEST(ViewerHeaders, Orp2AllViewerHeadersBringOnlyTheListedOnes) {
  EXPECT_TRUE(ViewerHeaders({}, all()).empty());
  EXPECT_TRUE(ViewerHeaders({}, all_except({"cloudfront-viewer-country"})).empty());
  config::Selection all_and = all();
  all_and.names = {"cloudfront-viewer-country", "cloudfront-viewer-ja3-fingerprint"};
  const ViewerHeaders headers(listed({"accept", "cloudfront-is-ios-viewer"}), all_and);
  EXPECT_TRUE(headers.has("CloudFront-Viewer-Country"));
  EXPECT_TRUE(headers.has("cloudfront-is-ios-viewer"));
  EXPECT_FALSE(headers.has("CloudFront-Viewer-JA3-Fingerprint")) << "not provided: left out as on plain HTTP";
  EXPECT_TRUE(headers.needs_cities());
  EXPECT_FALSE(headers.needs_networks());
  EXPECT_TRUE(headers.has_device());
}

}  // namespace
}  // namespace gust::proxy
