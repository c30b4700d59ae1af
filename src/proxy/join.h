// Joining: a request that finds another's fill under way waits for its answer.
//
// Source: COLL-1 to COLL-4, LIM-7.
#pragma once

#include "rt/task.h"

namespace gust::proxy {

struct Passage;

// Gives true when an answer is at hand: the other's, or its failure. False: this request goes on alone, with
// Passage::found.ticket where it has taken the duty over.
rt::Task<bool> join(Passage& passage);

}  // namespace gust::proxy
