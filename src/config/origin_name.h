// Names of origins: which bucket one means, and which are no names at all.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gust::config {

// The bucket in BUCKET.s3.amazonaws.com or BUCKET.s3.REGION.amazonaws.com, without regard to case; the bucket's name
// may hold dots. Website endpoints (BUCKET.s3-website-...) are custom origins and mean none.
std::optional<std::string> bucket_in(std::string_view domain_name);

// The bucket whose website endpoint the name is: BUCKET.s3-website-REGION.amazonaws.com or, in newer regions,
// BUCKET.s3-website.REGION.amazonaws.com.
std::optional<std::string> website_bucket_in(std::string_view domain_name);

// A host name (RFC 1123 section 2.1, and underscores) or an IPv4 address, without port, at most 253 characters. Laxer
// than the service, which takes no addresses; but none that the platform of a cloud answers on (169.254.0.0/16), and
// not 0.0.0.0/8 (SECURITY.md, SSRF). What a name resolves to is checked at each connect.
bool is_origin_name(std::string_view domain_name);

}  // namespace gust::config
