// Canonical forms of Signature Version 4, which signer and verifier must write alike.
//
// Source: "Create a signed AWS API request", steps 1 to 4.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/wire_request.h"

namespace gust::aws {

inline constexpr std::string_view sigv4_algorithm = "AWS4-HMAC-SHA256";
inline constexpr std::string_view scope_end = "aws4_request";

// Nothing where the path holds a broken percent-code.
std::optional<std::string> canonical_path(std::string_view raw_path, bool s3);

// All items but X-Amz-Signature, encoded and sorted.
std::string canonical_query(const std::vector<QueryItem>& items);

// `names` in lower case and sorted. One line a name; several fields of one name are joined with commas, inner runs of
// spaces become one. A field that the request does not have counts as empty.
std::string canonical_headers(const WireRequest& request, const std::vector<std::string>& names);

struct CanonicalParts {
  std::string path, query, headers;
  std::string signed_names;  // joined with `;`
  std::string_view payload;
};
std::string canonical_request(const WireRequest& request, const CanonicalParts& parts);

std::string string_to_sign(std::string_view date, std::string_view scope, std::string_view canonical_request,
                           std::string_view algorithm = sigv4_algorithm);

// 32 raw bytes. `day` is YYYYMMDD.
std::string signing_key(std::string_view secret, std::string_view day, std::string_view region,
                        std::string_view service);

}  // namespace gust::aws
