// Names: which bucket names and object keys are legal.
//
// Source: Amazon S3 user guide, "General purpose bucket naming rules" and "Naming Amazon S3 objects".
#pragma once

#include <string_view>

namespace gust::bucket {

inline constexpr std::size_t key_bytes_max = 1024;

// 3 to 63 of a-z, 0-9, `.` and `-`; begins and ends with a letter or digit; no `..`, no IPv4 address; none of the
// reserved prefixes (xn--, sthree-, amzn-s3-demo-) and suffixes (-s3alias, --ol-s3, .mrap, --x-s3, --table-s3).
// A legal name is a safe name of a file.
bool is_bucket_name(std::string_view name);

enum class KeyTrouble { none, empty, too_long, not_utf8, has_nul };
// Anything else is legal: `../`, newlines, backslashes.
KeyTrouble trouble_of_key(std::string_view key);

}  // namespace gust::bucket
