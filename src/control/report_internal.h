// A line for the operator.
#pragma once

#include <string_view>

#include "control/control.h"

namespace gust::control {

inline void report(const Settings& settings, std::string_view line) {
  if (settings.report) settings.report(line);
}

}  // namespace gust::control
