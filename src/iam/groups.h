// Groups of users: what a group's policies say holds for all in it.
//
// Source: IAM API reference: CreateGroup to ListGroupsForUser.
#pragma once

#include "aws/gen/iam.h"
#include "aws/service_error.h"
#include "iam/book.h"
#include "rt/task.h"

namespace gust::iam {

class Groups {
 public:
  template <typename T>
  using AnswerTask = rt::Task<aws::Answer<T>>;

  explicit Groups(Book& book) : book_(book) {}

  AnswerTask<aws::iam::CreateGroupResponse> create(aws::iam::CreateGroupRequest request);
  AnswerTask<aws::iam::GetGroupResponse> get(aws::iam::GetGroupRequest request);
  AnswerTask<aws::iam::ListGroupsResponse> list(aws::iam::ListGroupsRequest request);
  AnswerTask<aws::Nothing> update(aws::iam::UpdateGroupRequest request);
  AnswerTask<aws::Nothing> remove(aws::iam::DeleteGroupRequest request);
  AnswerTask<aws::Nothing> add_user(aws::iam::AddUserToGroupRequest request);
  AnswerTask<aws::Nothing> remove_user(aws::iam::RemoveUserFromGroupRequest request);
  AnswerTask<aws::iam::ListGroupsForUserResponse> list_of_user(aws::iam::ListGroupsForUserRequest request);

 private:
  std::vector<User> members_of(const Group& group) const;

  Book& book_;
};

}  // namespace gust::iam
