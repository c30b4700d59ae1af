#include "app/root_access.h"

#include <fmt/format.h>

#include <utility>

namespace gust::app {

RootAccess::RootAccess(Credentials credentials, std::string account_id)
    : credentials_(std::move(credentials)), account_id_(std::move(account_id)) {}

std::optional<std::string> RootAccess::secret_of(std::string_view access_key_id) const {
  if (access_key_id != credentials_.access_key_id) return std::nullopt;
  return credentials_.secret_access_key;
}

std::optional<aws::Caller> RootAccess::caller_of(std::string_view access_key_id) const {
  if (access_key_id != credentials_.access_key_id) return std::nullopt;
  return aws::Caller{std::string(access_key_id), account_id_, fmt::format("arn:aws:iam::{}:root", account_id_),
                     account_id_};
}

std::optional<aws::ServiceError> RootAccess::refusal_of(const aws::Caller&, const aws::Deed&) const {
  return std::nullopt;
}

}  // namespace gust::app
