// RootAccess: the one key pair of the deployment, whose holder is the account's root and may do everything.
//
// Source: IAM user guide, "AWS account root user".
#pragma once

#include <string>

#include "app/credentials.h"
#include "aws/access.h"

namespace gust::app {

class RootAccess final : public aws::Authorizer {
 public:
  RootAccess(Credentials credentials, std::string account_id);

  std::optional<std::string> secret_of(std::string_view access_key_id) const override;
  std::optional<aws::Caller> caller_of(std::string_view access_key_id) const override;
  std::optional<aws::ServiceError> refusal_of(const aws::Caller& caller, const aws::Deed& deed) const override;

 private:
  const Credentials credentials_;
  const std::string account_id_;
};

}  // namespace gust::app
