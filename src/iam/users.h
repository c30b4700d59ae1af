// Users and their access keys, tags, and what IAM tells of the account.
//
// Source: IAM API reference: CreateUser to ListUserTags, CreateAccessKey to GetAccessKeyLastUsed.
// Rules:  a secret is shown once, in the answer to CreateAccessKey. Root has one key pair, which the command line
// rotates.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "aws/gen/iam.h"
#include "aws/handlers.h"
#include "aws/service_error.h"
#include "iam/book.h"
#include "rt/task.h"

namespace gust::iam {

class Users {
 public:
  template <typename T>
  using AnswerTask = rt::Task<aws::Answer<T>>;

  explicit Users(Book& book) : book_(book) {}

  AnswerTask<aws::iam::CreateUserResponse> create(aws::iam::CreateUserRequest request);
  // Without a name: who asks.
  AnswerTask<aws::iam::GetUserResponse> get(const aws::Call& call, aws::iam::GetUserRequest request);
  AnswerTask<aws::iam::ListUsersResponse> list(aws::iam::ListUsersRequest request);
  AnswerTask<aws::Nothing> update(aws::iam::UpdateUserRequest request);
  AnswerTask<aws::Nothing> remove(aws::iam::DeleteUserRequest request);
  AnswerTask<aws::Nothing> tag(aws::iam::TagUserRequest request);
  AnswerTask<aws::Nothing> untag(aws::iam::UntagUserRequest request);
  AnswerTask<aws::iam::ListUserTagsResponse> list_tags(aws::iam::ListUserTagsRequest request);

  AnswerTask<aws::iam::CreateAccessKeyResponse> create_key(const aws::Call& call,
                                                           aws::iam::CreateAccessKeyRequest request);
  AnswerTask<aws::iam::ListAccessKeysResponse> list_keys(const aws::Call& call,
                                                         aws::iam::ListAccessKeysRequest request);
  AnswerTask<aws::Nothing> update_key(const aws::Call& call, aws::iam::UpdateAccessKeyRequest request);
  AnswerTask<aws::Nothing> remove_key(const aws::Call& call, aws::iam::DeleteAccessKeyRequest request);

  AnswerTask<aws::iam::GetAccountSummaryResponse> summarize(aws::Nothing request);
  AnswerTask<aws::iam::ListAccountAliasesResponse> list_aliases(aws::iam::ListAccountAliasesRequest request);

 private:
  // The user named or, without a name, who asks.
  aws::Answer<User> find_or_self(const std::optional<std::string>& name, const aws::Call& call) const;

  Book& book_;
};

}  // namespace gust::iam
