// Viewer headers: the CloudFront-* request headers that tell of the viewer, which of them this program provides, and in
// which kind of policy each may be listed.
//
// Source: CFH-1, KEY-10 and the list in CLOUDFRONT.md section 8. proxy/viewer_headers.h gives their values.
// Shape:  a constant table. Not in it: CloudFront-Viewer-JA3-Fingerprint and -JA4-Fingerprint, which tell of the bytes
//         of a viewer's ClientHello, and CloudFront-Viewer-Cert-Pem, which may be longer than heads between tiers.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace gust::config {

enum class ViewerHeader : std::uint8_t {
  is_android,
  is_desktop,
  is_ios,
  is_mobile,
  is_smart_tv,
  is_tablet,
  address,
  asn,
  country,
  country_name,
  country_region,
  country_region_name,
  city,
  postal_code,
  metro_code,
  latitude,
  longitude,
  time_zone,
  header_order,
  header_count,
  forwarded_proto,
  http_version,
  tls,
  certificate_present,
  certificate_serial_number,
  certificate_subject,
  certificate_issuer,
  certificate_validity,
  certificate_sha256,
};

struct ViewerHeaderRow {
  ViewerHeader header;
  std::string_view name;      // as it is sent
  bool in_cache_key = true;   // KEY-10: false where only origin request policies may list it
  bool is_of_device = false;  // told by User-Agent (VARY-2)
  bool is_location = false;   // told by the databases of cities and networks
};

std::span<const ViewerHeaderRow> viewer_headers();
// The row of `name`, in any case; null where the header is not provided.
const ViewerHeaderRow* find_viewer_header(std::string_view name);

// True for names that only this network may give: they begin with CloudFront-.
bool is_viewer_header_name(std::string_view name);

enum class ListedIn : std::uint8_t { cache_policy, origin_request_policy };
// What speaks against listing the header `name` in a policy, as a sentence for whoever wrote the policy; empty:
// nothing, as for each name that is no viewer header's.
std::string objection_to_viewer_header(std::string_view name, ListedIn where);

}  // namespace gust::config
