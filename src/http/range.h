// Ranges: Range and Content-Range of the unit `bytes`.
//
// Source: RFC 9110 sections 14.1 to 14.4; SECURITY "RangeAmp".
// Shape:  pure. What a set of ranges is worth (one part, several, the whole) is the caller's choice; RANGE-5 asks for
//         ascending ones without overlap, see `are_ascending`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace gust::http {

// One range as asked: first to last, from first on, or the last `suffix` bytes.
struct RangeSpec {
  std::optional<ByteCount> first;
  std::optional<ByteCount> last;  // inclusive; the number of bytes where `first` is not given
};

// A part of a representation.
struct ByteRange {
  ByteCount offset = 0;
  ByteCount bytes = 0;  // at least 1
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

// Reads the value of a Range field.
//   fails   bad_syntax: the field is to be ignored (section 14.2); unsupported: another unit, to be ignored too;
//           would_exceed_limit: more than `ranges_max`
Result<std::vector<RangeSpec>> read_range(ByteView value, std::size_t ranges_max = 10);

// The bytes that `spec` means in a representation of `complete` bytes; nothing if it cannot be satisfied.
std::optional<ByteRange> satisfy(const RangeSpec& spec, ByteCount complete);

// True if each begins behind the end of the one before it (RANGE-5).
bool are_ascending(const std::vector<ByteRange>& ranges);

struct ContentRange {
  std::optional<ByteRange> range;     // nothing in `bytes */1234`
  std::optional<ByteCount> complete;  // nothing in `bytes 0-9/*`
};

//   fails   bad_syntax, unsupported (another unit)
Result<ContentRange> read_content_range(ByteView value);

// "bytes 0-9/100"
std::string content_range_of(const ByteRange& range, ByteCount complete);
// "bytes */100", which goes with 416
std::string content_range_of_unsatisfied(ByteCount complete);

}  // namespace gust::http
