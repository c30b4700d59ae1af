#include "scenarios/scenario.h"

#include <algorithm>

namespace gust::scenarios {
namespace {

bool waits(const RunViewers& viewers) {
  return std::ranges::any_of(viewers.steps,
                             [](const ViewerStep& step) { return std::holds_alternative<Wait>(step.what); });
}

bool stalls(const StartOrigin& origin) {
  return std::ranges::any_of(origin.answers,
                             [](const OriginAnswer& answer) { return answer.kind == OriginAnswer::Kind::stall; });
}

}  // namespace

bool needs_simulation(const Scenario& scenario) {
  return std::ranges::any_of(scenario.statements, [](const Statement& statement) {
    if (const auto* viewers = std::get_if<RunViewers>(&statement.what)) return waits(*viewers);
    if (const auto* origin = std::get_if<StartOrigin>(&statement.what)) return stalls(*origin);
    return std::holds_alternative<Advance>(statement.what) || std::holds_alternative<Partition>(statement.what);
  });
}

std::string pattern_body(std::size_t bytes) {
  std::string body;
  body.reserve(bytes + 20);
  // Numbered, so that a piece that is missing, doubled or out of place is seen.
  for (std::size_t at = 0; body.size() < bytes; ++at) body += std::to_string(at) + '.';
  body.resize(bytes);
  return body;
}

bool holds(CheckCounter::Relation relation, std::uint64_t value, std::uint64_t number) {
  switch (relation) {
    case CheckCounter::Relation::equal:
      return value == number;
    case CheckCounter::Relation::not_equal:
      return value != number;
    case CheckCounter::Relation::less:
      return value < number;
    case CheckCounter::Relation::at_most:
      return value <= number;
    case CheckCounter::Relation::more:
      return value > number;
    case CheckCounter::Relation::at_least:
      return value >= number;
  }
  return false;
}

}  // namespace gust::scenarios
