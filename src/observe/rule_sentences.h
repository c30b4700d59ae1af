// Rule sentences: what the rule ids in decision records mean, for people.
#pragma once

#include "base/bytes.h"

namespace gust::observe {

// One sentence without its full stop; empty for an id that has none.
ByteView sentence_of(ByteView rule);

}  // namespace gust::observe
