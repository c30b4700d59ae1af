// Policies by ARN: the account's own, in versions, and those of AWS, which nobody changes.
//
// Source: IAM API reference: CreatePolicy to ListEntitiesForPolicy.
#pragma once

#include "aws/gen/iam.h"
#include "aws/service_error.h"
#include "iam/book.h"
#include "rt/task.h"

namespace gust::iam {

class Policies {
 public:
  template <typename T>
  using AnswerTask = rt::Task<aws::Answer<T>>;

  explicit Policies(Book& book) : book_(book) {}

  AnswerTask<aws::iam::CreatePolicyResponse> create(aws::iam::CreatePolicyRequest request);
  AnswerTask<aws::iam::GetPolicyResponse> get(aws::iam::GetPolicyRequest request);
  AnswerTask<aws::iam::ListPoliciesResponse> list(aws::iam::ListPoliciesRequest request);
  AnswerTask<aws::Nothing> remove(aws::iam::DeletePolicyRequest request);

  AnswerTask<aws::iam::CreatePolicyVersionResponse> create_version(aws::iam::CreatePolicyVersionRequest request);
  AnswerTask<aws::iam::GetPolicyVersionResponse> get_version(aws::iam::GetPolicyVersionRequest request);
  AnswerTask<aws::iam::ListPolicyVersionsResponse> list_versions(aws::iam::ListPolicyVersionsRequest request);
  AnswerTask<aws::Nothing> remove_version(aws::iam::DeletePolicyVersionRequest request);
  AnswerTask<aws::Nothing> set_default_version(aws::iam::SetDefaultPolicyVersionRequest request);

  AnswerTask<aws::iam::ListEntitiesForPolicyResponse> list_entities(aws::iam::ListEntitiesForPolicyRequest request);

 private:
  // A copy. fails: NoSuchEntity; AccessDenied for AWS's own, which are not to be changed
  aws::Answer<CustomerPolicy> find_own(const std::string& arn) const;
  // As find_own for the account's own; AWS's as one version.
  aws::Answer<CustomerPolicy> find_any(const std::string& arn) const;
  aws::iam::Policy shape_of(const CustomerPolicy& policy, const std::string& arn, bool is_whole) const;
  std::size_t count_users(const std::string& arn) const;

  Book& book_;
};

}  // namespace gust::iam
