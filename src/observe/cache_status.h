// Cache-Status: how a cache handled a request, as a field of its answer.
//
// Source: RFC 9211; RFC 8941 for the form of items and strings.
#pragma once

#include <string>

#include "base/bytes.h"

namespace gust::observe {

struct Decision;

// One member, such as `"BOM50"; fwd=uri-miss; fwd-status=200; stored; ttl=42; detail="TTL-3"`. A stale response that is
// served without asking is a hit with a negative ttl (section 2.1).
//   key  shown as it is, shortened to 512 bytes; empty: not shown
std::string cache_status_of(const Decision& decision, ByteView key = {});

}  // namespace gust::observe
