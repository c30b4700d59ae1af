// OCSP: whether a certificate still holds, as its authority's responder signs it, to be stapled to handshakes.
//
// Source: RFC 6960; RFC 6066 section 8.
// Shape:  pure functions; DER in and out.
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"

namespace gust::acm {

// The question about the certificate, whose issuer's certificate is given too; both in PEM.
//   fails  bad_syntax, bug (the library)
Result<std::string> make_ocsp_request(ByteView certificate, ByteView issuer);

// Checks an answer: successful, signed for this issuer, about this certificate, good, and in its time.
//   gives  when it is time to ask again: half way to its end
//   fails  bad_syntax, bad_value
Result<WallTime> read_ocsp_response(ByteView der, ByteView certificate, ByteView issuer, WallTime now);

}  // namespace gust::acm
