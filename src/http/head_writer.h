// Heads of HTTP/1.1 as bytes. Nothing that could split a head leaves: CR, LF, NUL and other control bytes are refused.
//
// Source: RFC 9112 sections 2 to 6.
// Shape:  appends to a string that the connection keeps, so that a warm one does not allocate. What one connection says
//         to the next (framing, Connection) is written from the arguments; those fields in `fields` are left out, and
//         so is a request's Host, which is written first from `authority`. A head's `upgrade` takes the place of what
//         Connection would say of persistence.
//         Prepared fields are trusted and copied as they are.
// Errors: bad_field, bad_target, bad_request_line, bad_status_line (side own); then `out` is as it was.
#pragma once

#include <string>

#include "base/result.h"
#include "http/message.h"

namespace gust::http {

enum class Persistence : std::uint8_t {
  implied,     // no Connection field: HTTP/1.1 goes on
  keep_alive,  // "Connection: keep-alive", as CloudFront says it (HDR-12)
  close,
};

// Writes a request head. `BodyFraming::none` writes no framing field; `until_close` cannot frame a request.
Result<void> write_request_head(std::string& out, const RequestHead& head, BodyFraming framing,
                                Persistence persistence);

// Writes a response head. For responses that never have content (`is_without_content`) the framing is what it would be
// for GET, and a Content-Length in `fields` is kept when the framing is `none`: that is what HEAD and 304 tell.
Result<void> write_response_head(std::string& out, const ResponseHead& head, BodyFraming framing,
                                 Persistence persistence);

// Writes field lines without an end, leaving out framing and hop-by-hop fields: for trailer sections.
Result<void> write_trailers(std::string& out, const Fields& trailers);

}  // namespace gust::http
