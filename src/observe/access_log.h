// The access log: one line a request in CloudFront's standard format.
//
// Source: CLOUDFRONT.md LOG-1 to LOG-6.
// Shape:  pure functions from an AccessRecord to text. Tab separated, `-` for empty, one LF at the end. No byte of a
//         request can make a second field or line: every control byte is percent-encoded (LOG-2).
#pragma once

#include <string>

#include "observe/access_record.h"

namespace gust::observe {

// The two lines a file begins with: `#Version: 1.0` and `#Fields: ...` with the 33 names.
ByteView access_log_header();

// Adds the record's line to `out`.
void append_access_line(const AccessRecord& record, std::string& out);

// Adds `value` with every byte of LOG-2 as %XX (upper-case hex); `-` where it is empty.
void append_log_value(ByteView value, std::string& out);

// `<distribution id>.YYYY-MM-DD-HH.<unique>.log` for the hour of `at` in UTC. Bytes of the id other than letters,
// digits,
// `-` and `_` become `_`, so that the name stays inside its folder.
std::string access_log_file_name(ByteView distribution_id, WallTime at, ByteView unique);

}  // namespace gust::observe
