#include "scenarios/scenario.h"

namespace gust::scenarios {

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
