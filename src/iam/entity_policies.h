// Policies of users and groups: those that are attached by ARN, and those that stand in the entity itself.
//
// Source: IAM API reference: AttachUserPolicy, PutUserPolicy and their kin, and the same for groups.
// Shape:  one template for both; a request names its entity by user_name or group_name.
#pragma once

#include <string>

#include "aws/gen/iam.h"
#include "aws/service_error.h"
#include "iam/book.h"
#include "rt/task.h"

namespace gust::iam {

class EntityPolicies {
 public:
  template <typename T>
  using AnswerTask = rt::Task<aws::Answer<T>>;

  explicit EntityPolicies(Book& book) : book_(book) {}

  template <typename Op>
  AnswerTask<aws::Nothing> attach(typename Op::Input request);
  template <typename Op>
  AnswerTask<aws::Nothing> detach(typename Op::Input request);
  template <typename Op>
  AnswerTask<typename Op::Output> list_attached(typename Op::Input request);
  template <typename Op>
  AnswerTask<aws::Nothing> put(typename Op::Input request);
  template <typename Op>
  AnswerTask<typename Op::Output> get(typename Op::Input request);
  template <typename Op>
  AnswerTask<aws::Nothing> remove(typename Op::Input request);
  template <typename Op>
  AnswerTask<typename Op::Output> list(typename Op::Input request);

 private:
  Book& book_;
};

}  // namespace gust::iam
