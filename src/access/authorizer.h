// DirectoryAuthorizer: what services ask about callers, answered by a Directory and the policies in it.
//
// Source: "Policy evaluation logic" of the IAM user guide.
// Rule:   sts:GetCallerIdentity needs no permission and cannot be denied.
#pragma once

#include <string>

#include "access/directory.h"
#include "aws/access.h"

namespace gust::access {

class DirectoryAuthorizer final : public aws::Authorizer {
 public:
  // `directory` outlives it.
  DirectoryAuthorizer(const Directory& directory, std::string account_id);

  std::optional<std::string> secret_of(std::string_view access_key_id) const override;
  // Nothing for an edge's key too: edges ask buckets only.
  std::optional<aws::Caller> caller_of(std::string_view access_key_id) const override;
  std::optional<aws::ServiceError> refusal_of(const aws::Caller& caller, const aws::Deed& deed) const override;

 private:
  const Directory& directory_;
  const std::string account_id_;
};

}  // namespace gust::access
