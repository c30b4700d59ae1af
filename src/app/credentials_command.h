// credentials: the command that gives root a new key pair.
#pragma once

#include <string>

namespace gust::app {

// Writes a new pair into the data folder, waits until a `gustfront up` that runs on it has taken it, and prints the
// lines to paste. The pair before is refused from then on.
//   gives  the exit code: 0 done, 1 the folder has no pair, it cannot be written, or what runs has not taken it
int run_credentials_rotate(const std::string& data);

}  // namespace gust::app
