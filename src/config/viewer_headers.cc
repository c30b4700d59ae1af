#include "config/viewer_headers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace gust::config {
namespace {

using enum ViewerHeader;

constexpr ViewerHeaderRow of_device(ViewerHeader header, std::string_view name) {
  return {.header = header, .name = name, .is_of_device = true};
}
constexpr ViewerHeaderRow of_place(ViewerHeader header, std::string_view name) {
  return {.header = header, .name = name, .is_location = true};
}

constexpr ViewerHeaderRow of_certificate(ViewerHeader header, std::string_view name) {
  return {.header = header, .name = name, .in_cache_key = false};
}

constexpr std::array rows{
    of_device(is_android, "CloudFront-Is-Android-Viewer"),
    of_device(is_desktop, "CloudFront-Is-Desktop-Viewer"),
    of_device(is_ios, "CloudFront-Is-IOS-Viewer"),
    of_device(is_mobile, "CloudFront-Is-Mobile-Viewer"),
    of_device(is_smart_tv, "CloudFront-Is-SmartTV-Viewer"),
    of_device(is_tablet, "CloudFront-Is-Tablet-Viewer"),
    ViewerHeaderRow{.header = address, .name = "CloudFront-Viewer-Address", .in_cache_key = false},
    ViewerHeaderRow{.header = asn, .name = "CloudFront-Viewer-ASN", .in_cache_key = false, .is_location = true},
    of_place(country, "CloudFront-Viewer-Country"),
    of_place(country_name, "CloudFront-Viewer-Country-Name"),
    of_place(country_region, "CloudFront-Viewer-Country-Region"),
    of_place(country_region_name, "CloudFront-Viewer-Country-Region-Name"),
    of_place(city, "CloudFront-Viewer-City"),
    of_place(postal_code, "CloudFront-Viewer-Postal-Code"),
    of_place(metro_code, "CloudFront-Viewer-Metro-Code"),
    of_place(latitude, "CloudFront-Viewer-Latitude"),
    of_place(longitude, "CloudFront-Viewer-Longitude"),
    of_place(time_zone, "CloudFront-Viewer-Time-Zone"),
    ViewerHeaderRow{.header = header_order, .name = "CloudFront-Viewer-Header-Order"},
    ViewerHeaderRow{.header = header_count, .name = "CloudFront-Viewer-Header-Count"},
    ViewerHeaderRow{.header = forwarded_proto, .name = "CloudFront-Forwarded-Proto"},
    ViewerHeaderRow{.header = http_version, .name = "CloudFront-Viewer-Http-Version"},
    ViewerHeaderRow{.header = tls, .name = "CloudFront-Viewer-TLS", .in_cache_key = false},
    of_certificate(certificate_present, "CloudFront-Viewer-Cert-Present"),
    of_certificate(certificate_serial_number, "CloudFront-Viewer-Cert-Serial-Number"),
    of_certificate(certificate_subject, "CloudFront-Viewer-Cert-Subject"),
    of_certificate(certificate_issuer, "CloudFront-Viewer-Cert-Issuer"),
    of_certificate(certificate_validity, "CloudFront-Viewer-Cert-Validity"),
    of_certificate(certificate_sha256, "CloudFront-Viewer-Cert-Sha256"),
};

}  // namespace

std::span<const ViewerHeaderRow> viewer_headers() { return rows; }

const ViewerHeaderRow* find_viewer_header(std::string_view name) {
  if (!is_viewer_header_name(name)) return nullptr;
  const auto found = std::ranges::find_if(rows, [&](const ViewerHeaderRow& row) { return equal_fold(row.name, name); });
  return found == rows.end() ? nullptr : &*found;
}

bool is_viewer_header_name(std::string_view name) { return starts_with_fold(name, "cloudfront-"); }

std::string objection_to_viewer_header(std::string_view name, ListedIn where) {
  if (!is_viewer_header_name(name)) return {};
  const ViewerHeaderRow* row = find_viewer_header(name);
  if (row == nullptr) return fmt::format("The header {} is not provided by this release of Gustfront.", name);
  if (where == ListedIn::cache_policy && !row->in_cache_key) {
    return fmt::format("The header {} can only be listed in an origin request policy.", name);  // KEY-10
  }
  return {};
}

}  // namespace gust::config
