#include "observe/result_types.h"

#include "observe/decision.h"

namespace gust::observe {
namespace {

// Kept whatever the status: the service's own refusals under load are not errors of the origin or the request (LOG-5).
bool is_limit(ResultType type) { return type == ResultType::limit_exceeded || type == ResultType::capacity_exceeded; }

// A node that was too full says so as a failure of its own.
ResultType response_of(const Decision& decision) {
  if (is_limit(decision.served)) return decision.served;
  if (!decision.failure.empty()) {
    if (decision.failure == text_of(ResultType::capacity_exceeded)) return ResultType::capacity_exceeded;
    if (decision.failure == text_of(ResultType::limit_exceeded)) return ResultType::limit_exceeded;
  }
  return decision.status >= 400 ? ResultType::error : decision.served;
}

ByteView detail_of(const Decision& decision, ResultType final) {
  if (decision.broke_off && decision.viewer_left) return "ClientCommError";
  if (final == ResultType::error && !decision.failure.empty()) return decision.failure;
  return text_of(final);
}

}  // namespace

ResultTypes result_types_of(const Decision& decision) {
  ResultTypes types;
  types.response = response_of(decision);
  // LOG-5: who hung up, or got less than all, was not served.
  types.final = decision.broke_off ? ResultType::error : types.response;
  types.detailed = detail_of(decision, types.final);
  return types;
}

}  // namespace gust::observe
