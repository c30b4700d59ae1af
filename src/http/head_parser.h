// Request and response heads of HTTP/1.1, read strictly: what could be read two ways is refused.
//
// Source: RFC 9112 sections 2 to 5; SECURITY "HTTP/1 framing"; CloudFront's LIM-1, LIM-2 and LIM-5.
// Shape:  two passes. HeadScan finds the end of the head and every forbidden byte, and goes on where it stopped when
//         more bytes have come; then the whole head is split into views of `in`, which outlives the head.
// Errors: side viewer for requests, origin for responses. Nothing of `into` is of use after one.
//
// Where we are stricter than RFC 9112: lines end in CR LF only (section 2.2 lets a recipient take a bare LF); obs-fold
// is refused on both sides (5.2); HTTP/1.0 requests need a Host too; CONNECT is refused; versions other than 1.0
// and 1.1 are. Where we are laxer: one empty line before a request is skipped (2.2), and a status line may end behind
// its code.
#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "base/result.h"
#include "http/message.h"

namespace gust::http {

struct HeadLimits {
  std::size_t head_bytes_max = 20'480;   // LIM-1, LIM-5: first line, fields and the empty line
  std::size_t target_bytes_max = 8'192;  // LIM-2
  std::size_t fields_max = 100;
};

// How far a head that is still arriving has been looked at. A new one for each head.
struct HeadScan {
  std::size_t begin = 0;  // of the first line
  std::size_t line = 0;   // begin of the line that is being scanned
  std::size_t at = 0;     // bytes before it are known to be good
};

// Reads one request head from the front of `in`, which grows between calls with the same `scan`.
//   gives   how many bytes the head took, or 0 while its end has not come
//   needs   `in` begins with the same bytes at each call; it may have moved
//   fails   head_too_large, url_too_long, bad_request_line, bad_target, bad_version, bad_host, bad_field, unsupported
//   source  RFC 9112 sections 2, 3 and 5
//
// Targets (section 3.2): origin-form as it is, `//` and dot segments kept, since the path that is matched is the path
// that is keyed and sent. Absolute-form becomes origin-form when its scheme is `scheme` and its authority is Host's.
// `*` only with OPTIONS. Visible ASCII only; no `#`; no backslash in the path (in the query browsers send it).
Result<std::size_t> read_request_head(ByteView in, Scheme scheme, const HeadLimits& limits, HeadScan& scan,
                                      RequestHead& into);

// Reads one response head, as above.
//   fails   head_too_large, bad_status_line, bad_version, bad_field
//   source  RFC 9112 sections 2, 4 and 5
Result<std::size_t> read_response_head(ByteView in, const HeadLimits& limits, HeadScan& scan, ResponseHead& into);

// Reads field lines, each with its CR LF, and adds them to `into`: the inside of heads and trailer sections.
//   needs   no control byte in `lines` but HTAB and the CR LF at line ends
//   fails   bad_field, head_too_large (more than `fields_max`)
Result<void> read_field_lines(ByteView lines, std::size_t fields_max, Side side, Fields& into);

// Sets target, path and query of `into`, whose method is known, from a target in origin-form or "*", by the rules
// above.
//   fails   bad_target
Result<void> read_origin_form(ByteView target, RequestHead& into);

// What every version of HTTP asks of the name of a field line. `known` is known_name(name).
//   fails   bad_field: no token, or a name that some server takes for one about framing
Result<void> check_field_name(ByteView name, Name known, Side side);

// What every version of HTTP asks of a method.
//   fails   bad_request_line: no token, or too long
Result<void> check_method(Method method);

// True if the target could stand in a request line: origin-form or "*", by the rules above.
bool is_valid_target(ByteView target);

}  // namespace gust::http
