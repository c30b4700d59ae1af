// trust: the command that has this machine believe the certificates of the local authority.
#pragma once

#include <string>

namespace gust::app {

struct TrustOptions {
  std::string data;
  bool is_print = false;   // write the root as PEM to stdout, and change nothing
  bool is_remove = false;  // take it out of the system's store again
};

// Puts the root of the data folder into the system's store, or takes it out.
//   gives  the exit code: 0 done, 1 the folder has no authority, or the store cannot be changed: stderr says what to do
int run_trust(const TrustOptions& options);

}  // namespace gust::app
