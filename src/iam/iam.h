// Iam: the services iam and sts: which operation is answered by what, and what each is about, for policies.
//
// Source: IAM API of 2010-05-08, STS API of 2011-06-15; "Actions, resources, and condition keys for AWS IAM".
// Rule:   there are no roles and no temporary credentials: their operations are refused by name.
#pragma once

#include <string>
#include <vector>

#include "aws/access.h"
#include "aws/gen/sts.h"
#include "aws/handlers.h"
#include "iam/book.h"
#include "iam/entity_policies.h"
#include "iam/groups.h"
#include "iam/policies.h"
#include "iam/users.h"

namespace gust::iam {

class Sts {
 public:
  explicit Sts(const Book& book) : book_(book) {}
  rt::Task<aws::Answer<aws::sts::GetCallerIdentityResponse>> get_caller_identity(
      const aws::Call& call, aws::sts::GetCallerIdentityRequest request);
  rt::Task<aws::Answer<aws::sts::GetAccessKeyInfoResponse>> get_access_key_info(
      aws::sts::GetAccessKeyInfoRequest request);

 private:
  const Book& book_;
};

class Iam {
 public:
  // `book` outlives it.
  explicit Iam(Book& book);
  Iam(const Iam&) = delete;
  Iam& operator=(const Iam&) = delete;

  const aws::Handlers& iam_handlers() const { return iam_; }
  const aws::Handlers& sts_handlers() const { return sts_; }

  // What a request to iam does to what.
  std::vector<aws::OwnedDeed> deeds_of(const aws::Caller& caller, const aws::Route& route,
                                       const aws::OperationRequest& request) const;

 private:
  const Book& book_;
  Users users_;
  Groups groups_;
  Policies policies_;
  EntityPolicies entity_policies_;
  Sts sts_part_;
  aws::Handlers iam_;
  aws::Handlers sts_;
};

}  // namespace gust::iam
