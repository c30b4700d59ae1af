// Pages of this node's own: refusals, redirects, failures of origins.
#pragma once

#include "rt/task.h"

namespace gust::proxy {

struct Passage;

// Sends Passage::own.
rt::Task<void> send_own(Passage& passage);

}  // namespace gust::proxy
