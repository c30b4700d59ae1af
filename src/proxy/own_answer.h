// OwnAnswer: a response that this node makes by itself: refusals, redirects and failures of origins.
//
// Source: VPP-2 to VPP-4, METH-3, LIM-3, DIST-6 and the table of CLOUDFRONT.md 16.3; VPP-3 for the redirect's bytes.
// Shape:  a status, the page that goes with it, and words for the log. The page names what was wrong and what to do.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace gust {
class Arena;
}

namespace gust::proxy {

struct OwnAnswer {
  std::uint16_t status = 0;  // 0: none
  ByteView log_detail;       // x-edge-detailed-result-type (LOG-6); empty: as the result type
  ByteView reason;           // one sentence for the page and the decision record; static
  ByteView location;         // of a redirect
};

// The body: for a redirect the 167 bytes of VPP-3 (with 307 in place of 301 where it is one), else an HTML page with
// the reason and the request's id. Lives in `arena`.
ByteView page_of(const OwnAnswer& answer, ByteView request_id, Arena& arena);

}  // namespace gust::proxy
