// Dates as protocols write them: HTTP dates and ISO 8601 in UTC. Pure functions; the clock is elsewhere.
//
// Source: RFC 9110 section 5.6.7 (all three forms are read, the first is written), RFC 3339.
// Errors: none: text that is not a date, or a day that does not exist, gives nothing. Years 1970 to 9999 only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace gust {

// "Sun, 06 Nov 1994 08:49:37 GMT", rounded down to the second.
std::string http_date_of(WallTime at);
// One of the three forms of RFC 9110 section 5.6.7, in any case, as RFC 9111 section 4.2 wants it. Dates after 2262,
// which a WallTime cannot hold, count as its last second.
std::optional<WallTime> read_http_date(std::string_view text);

// "1994-11-06T08:49:37.000Z", rounded down to the millisecond.
std::string iso8601_of(WallTime at);
// As iso8601_of, with as many digits of the second (none to nine) as it takes to lose nothing.
std::string iso8601_exact_of(WallTime at);
// Date, time, up to nine digits of a fraction, and `Z` or an offset like `+05:30`.
std::optional<WallTime> read_iso8601(std::string_view text);

// "19941106T084937Z", the form that AWS signatures use.
std::string iso8601_basic_of(WallTime at);
std::optional<WallTime> read_iso8601_basic(std::string_view text);

}  // namespace gust
