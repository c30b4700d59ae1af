// Policies: cache policies, origin request policies and response headers policies, managed and of the account's own.
//
// Source: AWS.md sections 2 and 3. The three kinds have the same operations on different types, which a Family names
//         (policy_families.h). What a policy may say is the compiler's to judge (config/compile.h, check_policy).
// Shape:  an ETag is made of the document's revision, so If-Match is the store's compare-and-set. A change of a policy
// is
//         published like one of a distribution; the distributions that name it are Deployed when the nodes have it.
// Errors: the service's, as answers.
#pragma once

#include <optional>
#include <string>

#include "control/distributions.h"
#include "control/policy_families.h"

namespace gust::control {

template <typename Family>
class Policies {
 public:
  explicit Policies(const Tools& tools) : tools_(tools) {}

  rt::Task<aws::Answer<typename Family::CreateResult>> create(typename Family::CreateRequest request);
  rt::Task<aws::Answer<typename Family::GetResult>> get(typename Family::GetRequest request);
  rt::Task<aws::Answer<typename Family::GetConfigResult>> get_config(typename Family::GetConfigRequest request);
  rt::Task<aws::Answer<typename Family::ListResult>> list(typename Family::ListRequest request);
  rt::Task<aws::Answer<typename Family::UpdateResult>> update(typename Family::UpdateRequest request);
  rt::Task<aws::Answer<aws::Nothing>> remove(typename Family::DeleteRequest request);
  rt::Task<aws::Answer<typename Family::ListUsersResult>> list_users(typename Family::ListUsersRequest request);

 private:
  using Policy = typename Family::Policy;
  struct Stored;
  rt::Task<aws::Answer<Stored>> find(std::string id);
  rt::Task<aws::Answer<Stored>> find_matching(std::string id, std::optional<std::string> if_match);
  // Whether `candidate` may be stored. In a turn of one's own.
  rt::Task<aws::Answer<void>> check(Policy candidate);

  Tools tools_;
};

extern template class Policies<CachePolicyFamily>;
extern template class Policies<OriginRequestPolicyFamily>;
extern template class Policies<ResponseHeadersPolicyFamily>;

}  // namespace gust::control
