// Ranges: Range and Content-Range of the unit `bytes`.
//
// Source: RFC 9110 sections 14.1 to 14.4; SECURITY "RangeAmp".
// Shape:  pure. choose_parts() says what a Range field is worth: one part, several, the whole, or nothing (RANGE-5).
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

// What of a representation a Range field asks for.
struct PartsChoice {
  enum Kind : std::uint8_t {
    whole,          // the field is to be ignored: out of grammar, another unit, too many, or against RANGE-5
    partial,        // `parts`: one, or several to be sent as multipart/byteranges (RFC 9110 section 15.3.7.2)
    unsatisfiable,  // 416
  };
  Kind kind = whole;
  std::vector<ByteRange> parts;  // ascending, without overlap
};

// Reads a Range field against a representation of `complete` bytes. Of several ranges those behind its end are left
// out, and the rest must ascend without overlap (RANGE-5; RFC 9110 section 14.2 lets a server ignore such a field).
//   several_get_whole  RANGE-5: several ranges of which none can be satisfied mean the whole, not 416
PartsChoice choose_parts(ByteView value, ByteCount complete, bool several_get_whole);

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
