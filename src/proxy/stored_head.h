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
namespace gust::proxy {

struct Route;

// Whom the answers made from it are for. An edge judges by Vary (VARY-3), so that it gets what the origin said.
enum class Audience : std::uint8_t { viewer, edge };

// The head with Date and Server filled in where the origin sent none; a 304 gets no Server, since its fields take the
// place of the stored ones. Views into `from`, `route` and `arena`.
http::ResponseHead make_stored_head(const http::ResponseHead& from, const Route& route, Audience audience, WallTime now,
                                    Arena& arena);

}  // namespace gust::proxy
