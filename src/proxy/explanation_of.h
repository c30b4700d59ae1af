// The Explanation of a request: names, the key's parts and advice, found again when someone asks for them.
#pragma once

#include "observe/explanation.h"

namespace gust::proxy {

struct Passage;

// Views into the passage, its Routes and its arena.
observe::Explanation explanation_of(Passage& passage);

}  // namespace gust::proxy
