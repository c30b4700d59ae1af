// Small steps between the store's errors and the service's.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include "aws/gen/cloudfront.h"
#include "aws/service_error.h"
#include "aws/shapes.h"
#include "base/result.h"

namespace gust::control {

// An error of CloudFront's model, with its status.
inline std::unexpected<aws::ServiceError> refuse(std::string_view code, std::string message) {
  return std::unexpected(aws::service_error(aws::cloudfront::service(), code, std::move(message)));
}

// A parameter that is wrong.
inline std::unexpected<aws::ServiceError> invalid(std::string message) {
  return refuse("InvalidArgument", std::move(message));
}

// Trouble of our own; the store's texts say nothing that a client should not know.
inline std::unexpected<aws::ServiceError> refuse(const Error& error) {
  if (error.code == Errc::no_space || error.code == Errc::cancelled) {
    return aws::refuse("ServiceUnavailable", 503, fmt::format("The service cannot answer now: {}.", error.text));
  }
  // A request within the bound of bodies, but beyond that of the store's documents.
  if (error.code == Errc::would_exceed_limit) {
    return aws::refuse("EntitySizeLimitExceeded", 413, "The size of your request exceeds the maximum allowed size.");
  }
  return aws::refuse("InternalError", 500, fmt::format("An internal error occurred: {}.", error.text));
}

}  // namespace gust::control

// Hands a store's Error to the client as a ServiceError.
// NOLINTBEGIN(bugprone-macro-parentheses)
#define CO_TRY_STORE_(name, declaration, ...)                   \
  auto&& name = (__VA_ARGS__);                                  \
  if (!name) co_return ::gust::control::refuse((name).error()); \
  declaration = *std::forward<decltype(name)>(name)
#define CO_TRY_STORE(declaration, ...) CO_TRY_STORE_(GUST_JOIN(gust_try_, __LINE__), declaration, __VA_ARGS__)
// The same for results whose value does not matter.
#define CO_TRY_STORE_OK(...)                                                                          \
  do {                                                                                                \
    if (auto&& gust_ok = (__VA_ARGS__); !gust_ok) co_return ::gust::control::refuse(gust_ok.error()); \
  } while (false)
// NOLINTEND(bugprone-macro-parentheses)
