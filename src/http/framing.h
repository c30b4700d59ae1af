// Framing: how long a message's content is, and whether the connection lives on behind it.
//
// Source: RFC 9112 sections 6, 7 and 9.3; RFC 9110 section 7.6.1; SECURITY "HTTP/1 framing".
// Shape:  pure functions of a head. Stricter than RFC 9112: Content-Length beside Transfer-Encoding is refused, and so
//         are several Content-Lengths though they agree, codings other than one `chunked`, and any on HTTP/1.0.
#pragma once

#include <optional>

#include "base/result.h"
#include "http/message.h"

namespace gust::http {

// How the content of a request is framed.
//   fails   bad_framing, unsupported (a coding other than chunked, to be answered 501); side viewer
//   source  RFC 9112 section 6.3
Result<BodyFraming> framing_of(const RequestHead& request);

// How the content of the response to a request with `request_method` is framed. The rules are checked for responses
// without content too; those give BodyFraming::none.
//   fails   bad_framing, unsupported; side origin
//   source  RFC 9112 sections 6.1 and 6.3
Result<BodyFraming> framing_of(const ResponseHead& response, Method request_method);

// The value of the one Content-Length, for responses to HEAD and 304 where it frames nothing.
//   fails   bad_framing: several, or not 1 to 19 digits up to 2^63 - 1
Result<std::optional<ByteCount>> read_content_length(const Fields& fields, Side side);

// True if the sender wants the connection to end behind this message (RFC 9112 section 9.3): `close` in Connection, or
// HTTP/1.0 without `keep-alive` there.
bool wants_close(Version version, const Fields& fields);

// True for fields that concern one connection only, whatever Connection says: RFC 9110 section 7.6.1.
bool is_hop_by_hop(Name name);

// Removes the hop-by-hop fields and the ones that Connection names. Names that end-to-end work relies on (framing,
// Host, caching, conditions, credentials, forwarding) are immune: `Connection: Authorization` removes nothing.
void remove_hop_by_hop(Fields& fields);

}  // namespace gust::http
