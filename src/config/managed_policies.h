// Managed policies: the policies that every account has, with the ids that clients hard-code.
//
// Source: CLOUDFRONT.md section 6.4 and AWS.md "Managed policies"; where the two differ in form, AWS.md, which shows
//         policies as exported from an account.
// Shape:  constant tables. Names of headers as the service writes them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "config/snapshot.h"

namespace gust::config {

struct ManagedSelection {
  Selection::Mode mode = Selection::Mode::none;
  std::span<const std::string_view> names = {};
};

struct ManagedCachePolicy {
  std::string_view id, name, comment;
  std::int64_t min_ttl, default_ttl, max_ttl;  // seconds
  bool gzip, brotli;
  ManagedSelection headers, cookies, query;
};

struct ManagedOriginRequestPolicy {
  std::string_view id, name, comment;
  ManagedSelection headers;
  bool adds_headers;  // mode all: the names are CloudFront's own headers, sent beside the viewer's
  ManagedSelection cookies, query;
};

// What a managed response headers policy adds (RHP-1 to RHP-4).
struct ManagedResponseHeadersPolicy {
  std::string_view id, name, comment;
  bool cors, preflight, security;
};

std::span<const ManagedCachePolicy> managed_cache_policies();
std::span<const ManagedOriginRequestPolicy> managed_origin_request_policies();
std::span<const ManagedResponseHeadersPolicy> managed_response_headers_policies();

// By id; null where there is none.
const ManagedCachePolicy* find_managed_cache_policy(std::string_view id);
const ManagedOriginRequestPolicy* find_managed_origin_request_policy(std::string_view id);
const ManagedResponseHeadersPolicy* find_managed_response_headers_policy(std::string_view id);

}  // namespace gust::config
