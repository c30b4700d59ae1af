// Stored head: an origin's response head as it is kept and shown: without what concerns one connection or one tier.
//
// Source: HDR-1 to HDR-5, VARY-2; RFC 9111 section 3.1.
#pragma once

#include "base/bytes.h"
#include "base/time.h"
#include "http/message.h"

namespace gust {
class Arena;
}
namespace gust::cache {
class Entry;
}

namespace gust::proxy {

struct Route;

// The head with Date and Server filled in where the origin sent none. Views into `from`, `route` and `arena`.
http::ResponseHead make_stored_head(const http::ResponseHead& from, const Route& route, WallTime now, Arena& arena);

// A stored response's head with the fields that a 304 brings put in their places (RFC 9111 section 3.2), to judge its
// freshness by. Views into both.
http::ResponseHead merge_heads(const cache::Entry& stored, const http::ResponseHead& confirmation);

}  // namespace gust::proxy
