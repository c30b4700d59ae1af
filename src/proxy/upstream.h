// Upstream: what is asked of the parent tier or the origin, and the asking.
//
// Source: COND-1, METH-4, TIER-1, TIER-2, FAIL-1 to FAIL-5, FAIL-8; section 8 by way of forward.h.
#pragma once

#include "base/result.h"
#include "http/message.h"
#include "origin/circuit.h"
#include "origin/fetch.h"
#include "rt/task.h"

namespace gust::proxy {

struct Passage;

// The head that goes out.
//   keeps_ranges  the viewer's Range and conditions go with it; else those of the stale copy that is to be confirmed
http::RequestHead make_request(Passage& passage, bool keeps_ranges);

// Sends `head` to the parent tier where there is one for it, else to the origin, or to the second of an origin group
// when the first has failed; notes the visits in the decision.
//   fails  as Fetcher::fetch; Passage::facts says in which phase
rt::Task<Result<origin::Fetched>> ask_upstream(Passage& passage, const http::RequestHead& head);

// How the origin stands that a request would be sent to now; closed where the parent tier would be asked.
origin::Circuits::State circuit_of(const Passage& passage);

}  // namespace gust::proxy
