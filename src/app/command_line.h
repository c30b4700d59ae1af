// The command line: `gustfront up`, `gustfront explain`, `gustfront version`, and their help.
#pragma once

namespace gust::app {

// Runs the command that the arguments name.
//   gives  the exit code: 0 done, 1 failed, 2 wrong usage
int run_command_line(int argument_count, const char* const* arguments);

}  // namespace gust::app
