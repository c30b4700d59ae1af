// SigV4a: the asymmetric Signature Version 4 (AWS4-ECDSA-P256-SHA256), which clients of the key value stores' data use.
//
// Source: "Signature Version 4A" of the AWS reference; the open-source implementations of the AWS CRT (key derivation:
//         NIST SP 800-108 in counter mode with HMAC-SHA256).
// Shape:  pure functions. The scope has no region; X-Amz-Region-Set says for which ones the signature is good.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"

namespace gust::aws {

inline constexpr std::string_view sigv4a_algorithm = "AWS4-ECDSA-P256-SHA256";

// Whether `signature` (hex of DER) is one of `text` by the key pair that belongs to the access key. False also for
// what is no signature.
bool is_sigv4a_signature(std::string_view signature, std::string_view text, std::string_view access_key_id,
                         std::string_view secret);

// Makes one. For tests and the fuzzer's seeds.
std::string make_sigv4a_signature(std::string_view text, std::string_view access_key_id, std::string_view secret);

// Whether a region set (`*`, `us-*`, `eu-west-1,us-east-1`) has the region.
bool region_set_has(std::string_view set, std::string_view region);

}  // namespace gust::aws
