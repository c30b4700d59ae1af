// explain: the command that asks a running edge why it answers a request as it does.
#pragma once

#include "app/explain_request.h"

namespace gust::app {

// Sends the request, or asks what would become of it, and prints the decision record as words or JSON.
//   gives  the exit code: 0 done, 1 nothing runs, no answer, or no distribution of that host; 2 wrong usage
int run_explain(const ExplainOptions& options);

}  // namespace gust::app
