// What handlers share: the store's errors as CloudFormation's, and what is told of.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "aws/service_error.h"
#include "base/result.h"

namespace gust::formation {

inline std::unexpected<aws::ServiceError> refuse_for(const Error& error) {
  if (error.code == Errc::would_exceed_limit) {
    return aws::refuse("LimitExceededException", 400, "The stack is larger than the store of this service takes.");
  }
  if (error.code == Errc::conflict) {
    return aws::refuse("OperationInProgressException", 400, "The stack was changed meanwhile: try again.");
  }
  if (error.code == Errc::no_space || error.code == Errc::cancelled) {
    return aws::refuse("ServiceUnavailable", 503, fmt::format("The service cannot answer now: {}.", error.text));
  }
  return aws::refuse("InternalFailure", 500, fmt::format("An internal error occurred: {}.", error.text));
}

// Empty texts are left out of answers.
inline std::optional<std::string> told(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

}  // namespace gust::formation

// Hands a store's Error to the client as a ServiceError.
// NOLINTBEGIN(bugprone-macro-parentheses)
#define CO_TRY_STORE_(name, declaration, ...)                         \
  auto&& name = (__VA_ARGS__);                                        \
  if (!name) co_return ::gust::formation::refuse_for((name).error()); \
  declaration = *std::forward<decltype(name)>(name)
#define CO_TRY_STORE(declaration, ...) CO_TRY_STORE_(GUST_JOIN(gust_try_, __LINE__), declaration, __VA_ARGS__)
#define CO_TRY_STORE_OK(...)                                                                                \
  do {                                                                                                      \
    if (auto&& gust_ok = (__VA_ARGS__); !gust_ok) co_return ::gust::formation::refuse_for(gust_ok.error()); \
  } while (false)
// NOLINTEND(bugprone-macro-parentheses)
