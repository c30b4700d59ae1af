#include "access/authorizer.h"

#include <utility>

#include "access/decision.h"

namespace gust::access {
namespace {

std::string user_id_of(const CallerIdentity& caller) {
  const auto* user = std::get_if<User>(&caller);
  return user != nullptr ? user->id : std::string(account_of(caller));
}

}  // namespace

DirectoryAuthorizer::DirectoryAuthorizer(const Directory& directory, std::string account_id)
    : directory_(directory), account_id_(std::move(account_id)) {}

std::optional<std::string> DirectoryAuthorizer::secret_of(std::string_view access_key_id) const {
  return directory_.find_secret(access_key_id);
}

std::optional<aws::Caller> DirectoryAuthorizer::caller_of(std::string_view access_key_id) const {
  const IdentityRef identity = directory_.find(access_key_id);
  if (!identity || identity->is_edge) return std::nullopt;
  return aws::Caller{.access_key_id = std::string(access_key_id),
                     .account_id = account_id_,
                     .arn = arn_of(identity->caller),
                     .user_id = user_id_of(identity->caller)};
}

std::optional<aws::ServiceError> DirectoryAuthorizer::refusal_of(const aws::Caller& caller,
                                                                 const aws::Deed& deed) const {
  if (deed.action == "sts:GetCallerIdentity") return std::nullopt;
  const IdentityRef identity = directory_.find(caller.access_key_id);
  if (!identity) return aws::ServiceError{"AccessDenied", 403, "Access Denied", {}};
  Context context = make_caller_context(identity->caller);
  for (const auto& [key, value] : deed.conditions) {
    if (!value.empty()) context.add(key, std::string(value));
  }
  const Question question{identity->caller, deed.action, deed.resource, context};
  const Decision decision =
      decide(question, {.identity_policies = identity->policies, .resource_account = account_id_});
  if (decision.is_let()) return std::nullopt;
  return aws::ServiceError{"AccessDenied", 403, words_of_refusal(question, decision), {}};
}

}  // namespace gust::access
