// Same origin: the path that a Location or Content-Location of an answer means, where it is on the request's own host.
//
// Source: RFC 3986 sections 4.2, 5.2 and 5.3; RFC 9110 sections 8.7 and 10.2.2; RFC 9111 section 4.4.
// Shape:  a pure function.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "http/message.h"

namespace gust {
class Arena;
}

namespace gust::proxy {

// The target in origin-form (path and query, no fragment) that `reference` has from the point of view of `request`;
// nothing where it is on another host, or cannot be read. Dot segments are removed from relative references (section
// 5.2.4), as their sender reckons with it; in absolute paths nothing is changed, as keys are made of paths as sent.
std::optional<ByteView> same_origin_target(const http::RequestHead& request, ByteView reference, Arena& arena);

}  // namespace gust::proxy
