// Forward: what of a viewer's request goes on to the next tier or the origin.
//
// Source: CLOUDFRONT.md section 8 (table and OHDR-1 to OHDR-7), KEY-3, AE-1 to AE-4, RFC 8586 (CDN-Loop). Stricter than
//         the table: with legacy settings, "other headers" of a request that may be cached are dropped unless listed
//         (SECURITY.md, poisoning by unkeyed input); names that only this network may give (CloudFront-*, Gust-*) are
//         dropped where a viewer sent them. Laxer: Content-Encoding goes with a body that is sent on, which cannot be
//         read without it.
// Shape:  a pure function.
#pragma once

#include "base/bytes.h"
#include "http/message.h"
#include "proxy/routes.h"

namespace gust {
class Arena;
}

namespace gust::proxy {

struct ForwardFacts {
  bool is_cacheable = false;      // the answer may be stored, here or at the next tier: only what policies name goes
  bool keeps_conditions = false;  // the viewer's ranges and conditions go too
  bool from_edge = false;         // the request comes from another tier of ours: it has been reduced before
  bool is_websocket = false;      // ORIG-10: the upgrade goes too
  ByteView request_id;            // X-Amz-Cf-Id
  ByteView via_name;              // of this node
  ByteView viewer_address;        // without port, for X-Forwarded-For
};

// The head to send. `request` is as the step `key` leaves it: without what Connection names, and with the fields of
// ViewerHeaders. Views into `request`, `route`, `facts` and `arena`.
http::RequestHead forward_request(const http::RequestHead& request, const Route& route, const ForwardFacts& facts,
                                  Arena& arena);

// How many CDNs of our kind the request has passed (RFC 8586), for LIM-7.
std::size_t loops_of(const http::Fields& fields, Arena& arena);

}  // namespace gust::proxy
