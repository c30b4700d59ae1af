// Status codes: their standard phrases, and the status that answers an Error.
//
// Source: RFC 9110 section 15 and the IANA registry; CloudFront's LIM-1, LIM-2 and its table of own statuses.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

namespace gust::http {

// "Not Found" for 404; empty for a code without a registered phrase.
ByteView reason_phrase(std::uint16_t status);

// The status to answer a viewer with when `error` ended the work on a request.
//   viewer  400, or 408 for a slow one, 413 for LIM-1, LIM-2 and too much content, 501, 505
//   origin  502, or 504 where the origin was too slow
//   own     500, or 503 where one of our limits was full
std::uint16_t status_of(const Error& error);

}  // namespace gust::http
