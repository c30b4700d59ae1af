// Ids, ETags, ARNs and locations of CloudFront's things, in the forms that clients know.
//
// Source: AWS.md section 3, "ids" and "ETag".
// Shape:  pure functions; random bytes come from the caller, who takes them from rt.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace gust::control {

// How many random bytes each maker takes.
inline constexpr std::size_t id_bytes = 13;

std::string make_id(char first, ByteView random);   // `first` and 13 of A-Z0-9
std::string make_distribution_id(ByteView random);  // E and 13 of A-Z0-9
std::string make_invalidation_id(ByteView random);  // I and 13 of A-Z0-9
std::string make_domain_label(ByteView random);     // d and 13 of a-z0-9

// The ETag of what `revision` of the store holds under `key`: E and 13 of A-Z0-9. Another revision has another one.
std::string etag_of(std::string_view key, std::uint64_t revision);
// E and 13 of A-Z0-9.
bool is_etag(std::string_view text);

// arn:aws:cloudfront::ACCOUNT:distribution/ID
std::string distribution_arn(std::string_view account_id, std::string_view distribution_id);
// The distribution's id in such an ARN of this account.
std::optional<std::string_view> distribution_in_arn(std::string_view arn, std::string_view account_id);

// arn:aws:cloudfront::ACCOUNT:function/NAME
std::string function_arn(std::string_view account_id, std::string_view name);
// arn:aws:cloudfront::ACCOUNT:realtime-log-config/NAME
std::string realtime_log_config_arn(std::string_view account_id, std::string_view name);
// arn:aws:cloudfront::ACCOUNT:key-value-store/ID
std::string key_value_store_arn(std::string_view account_id, std::string_view id);

// arn:aws:cloudfront::ACCOUNT:trust-store/ID
std::string trust_store_arn(std::string_view account_id, std::string_view id);

// A UUID (RFC 9562 section 5.4) of 16 random bytes.
inline constexpr std::size_t uuid_bytes = 16;
std::string make_uuid(ByteView random);
// From 1 to `most` letters, digits, `-` and `_`.
bool is_name(std::string_view text, std::size_t most = 64);
// Letters, digits and `-`, at most 64 of them.
bool is_resource_id(std::string_view text);

// https://cloudfront.amazonaws.com/2020-05-31/RESOURCE, whatever endpoint was asked.
std::string location_of(std::string_view resource);

}  // namespace gust::control
