// Stale copies that are served without a wait: the origin is asked behind the viewer's back, or known to be in trouble.
//
// Source: STALE-1, STALE-3, STALE-8; RFC 5861 section 3.
// Shape:  a revalidation is the same request once more, walked by the same steps in the core's background, with nobody
//         to answer to. It holds the key's Ticket, so that there is one for a key; it ends with the core's background,
//         and its waits are those of any fetch.
// Log:    a copy served in the STALE-1 window is a `Hit`: the origin was not asked before the answer, which is what
//         `RefreshHit` says. One served because the origin is in trouble is a `RefreshHit`, as measured (STALE-7).
#pragma once

#include "base/time.h"

namespace gust::cache {
class Entry;
}

namespace gust::proxy {

struct Passage;

// Whether a stale copy may be served since the origin is in trouble (STALE-2 to STALE-6). A stored 5xx never is: it is
// no better than the trouble.
bool may_stand_in(const cache::Entry& stale, Instant now);

// In the step `lookup`, which found a stale copy: serves it in the stale-while-revalidate window and has it
// revalidated. True if it is served.
bool serve_while_revalidating(Passage& passage);

// Where the origin that would be asked is known to be in trouble: serves the stale copy, which is left alone until the
// origin's next probe is due; from then on this is what probes. True if it is served.
bool serve_stale_at_once(Passage& passage);

}  // namespace gust::proxy
