// up: the command that runs everything in one process until it is told to stop.
#pragma once

#include "app/settings.h"

namespace gust::app {

// Blocks SIGINT and SIGTERM in this thread and those made from it; call before any thread is made.
void hold_stop_signals();

// Starts, tells where everything is, serves until SIGINT or SIGTERM, stops in order. A second signal ends it at once.
//   gives  the exit code: 0 after an orderly stop, 1 when it could not start
int run_up(const Settings& settings);

}  // namespace gust::app
