// The actions of S3, as policies name them, and the condition keys that bucket policies may use.
//
// Source: "Actions, resources, and condition keys for Amazon S3" of the service authorization reference; "AWS global
//         condition context keys".
// Rule:   a key that is in the list and that no request here has is truly absent (there are no organisations, no VPC
//         endpoints, no sessions); one that is not in the list is refused, as it could not be obeyed.
#pragma once

#include <cstdint>
#include <string_view>

namespace gust::access {

class Pattern;

enum class S3Resource : std::uint8_t { none, bucket, object };

// Whether an action of S3 that is about such a resource fits a pattern like "s3:get*".
bool has_s3_action(const Pattern& pattern, S3Resource about);
// Whether any does.
bool has_s3_action(const Pattern& pattern);

bool is_bucket_condition_key(std::string_view lower_case_key);

}  // namespace gust::access
