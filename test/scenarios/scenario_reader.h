// Reads the text of scenario files (scenario.h shows the format).
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/scenario.h"

namespace gust::scenarios {

// The first mistake in a file.
struct Mistake {
  int line = 0;
  std::string text;
};

// `file` is kept in each Scenario.
std::expected<std::vector<Scenario>, Mistake> read_scenarios(std::string_view text, std::string_view file);

}  // namespace gust::scenarios
