// Fill: brings a stored response's body in, behind the viewers that read it.
//
// Source: BODY-1 to BODY-3, CMP-9.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "cache/cache.h"
#include "origin/fetch.h"
#include "proxy/compression.h"
#include "proxy/routes.h"
#include "rt/task.h"

namespace gust::proxy {

class NodeCore;

// How a body is coded on its way in: with a slot, else not at all.
struct BodyCoding {
  http::Coding coding = http::Coding::identity;
  CodingSlots::Slot slot;
};

// Ends the ticket: stored, failed or given up. Runs in the core's background.
//   ticket         after store()
//   routes         kept, since `fetched` looks into them
//   content_bytes  the length, where the origin told it; of the plain body where that is coded
rt::Task<void> fill(NodeCore& core, cache::Ticket ticket, origin::Fetched fetched, RoutesRef routes,
                    std::optional<ByteCount> content_bytes, BodyCoding coding = {});

}  // namespace gust::proxy
