#include "iam/iam.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/gen/iam.h"
#include "aws/wire_request.h"
#include "base/text.h"

namespace gust::iam {

namespace op = aws::iam::op;
namespace sts_op = aws::sts::op;

rt::Task<aws::Answer<aws::sts::GetCallerIdentityResponse>> Sts::get_caller_identity(
    const aws::Call& call, aws::sts::GetCallerIdentityRequest) {
  co_return aws::sts::GetCallerIdentityResponse{
      .user_id = call.caller.user_id, .account = call.caller.account_id, .arn = call.caller.arn};
}

rt::Task<aws::Answer<aws::sts::GetAccessKeyInfoResponse>> Sts::get_access_key_info(aws::sts::GetAccessKeyInfoRequest) {
  // Every key here is of the one account; for others the service tells one too.
  co_return aws::sts::GetAccessKeyInfoResponse{.account = book_.account_id()};
}

Iam::Iam(Book& book)
    : book_(book),
      users_(book),
      groups_(book),
      policies_(book),
      entity_policies_(book),
      sts_part_(book),
      iam_(aws::iam::service()),
      sts_(aws::sts::service()) {
  iam_.add<op::CreateUser, &Users::create>(users_);
  iam_.add<op::GetUser, &Users::get>(users_);
  iam_.add<op::ListUsers, &Users::list>(users_);
  iam_.add<op::UpdateUser, &Users::update>(users_);
  iam_.add<op::DeleteUser, &Users::remove>(users_);
  iam_.add<op::TagUser, &Users::tag>(users_);
  iam_.add<op::UntagUser, &Users::untag>(users_);
  iam_.add<op::ListUserTags, &Users::list_tags>(users_);
  iam_.add<op::CreateAccessKey, &Users::create_key>(users_);
  iam_.add<op::ListAccessKeys, &Users::list_keys>(users_);
  iam_.add<op::UpdateAccessKey, &Users::update_key>(users_);
  iam_.add<op::DeleteAccessKey, &Users::remove_key>(users_);
  iam_.add<op::GetAccountSummary, &Users::summarize>(users_);
  iam_.add<op::ListAccountAliases, &Users::list_aliases>(users_);

  iam_.add<op::CreateGroup, &Groups::create>(groups_);
  iam_.add<op::GetGroup, &Groups::get>(groups_);
  iam_.add<op::ListGroups, &Groups::list>(groups_);
  iam_.add<op::UpdateGroup, &Groups::update>(groups_);
  iam_.add<op::DeleteGroup, &Groups::remove>(groups_);
  iam_.add<op::AddUserToGroup, &Groups::add_user>(groups_);
  iam_.add<op::RemoveUserFromGroup, &Groups::remove_user>(groups_);
  iam_.add<op::ListGroupsForUser, &Groups::list_of_user>(groups_);

  iam_.add<op::CreatePolicy, &Policies::create>(policies_);
  iam_.add<op::GetPolicy, &Policies::get>(policies_);
  iam_.add<op::ListPolicies, &Policies::list>(policies_);
  iam_.add<op::DeletePolicy, &Policies::remove>(policies_);
  iam_.add<op::CreatePolicyVersion, &Policies::create_version>(policies_);
  iam_.add<op::GetPolicyVersion, &Policies::get_version>(policies_);
  iam_.add<op::ListPolicyVersions, &Policies::list_versions>(policies_);
  iam_.add<op::DeletePolicyVersion, &Policies::remove_version>(policies_);
  iam_.add<op::SetDefaultPolicyVersion, &Policies::set_default_version>(policies_);
  iam_.add<op::ListEntitiesForPolicy, &Policies::list_entities>(policies_);

  EntityPolicies& entities = entity_policies_;
  iam_.add<op::AttachUserPolicy, &EntityPolicies::attach<op::AttachUserPolicy>>(entities);
  iam_.add<op::DetachUserPolicy, &EntityPolicies::detach<op::DetachUserPolicy>>(entities);
  iam_.add<op::ListAttachedUserPolicies, &EntityPolicies::list_attached<op::ListAttachedUserPolicies>>(entities);
  iam_.add<op::PutUserPolicy, &EntityPolicies::put<op::PutUserPolicy>>(entities);
  iam_.add<op::GetUserPolicy, &EntityPolicies::get<op::GetUserPolicy>>(entities);
  iam_.add<op::DeleteUserPolicy, &EntityPolicies::remove<op::DeleteUserPolicy>>(entities);
  iam_.add<op::ListUserPolicies, &EntityPolicies::list<op::ListUserPolicies>>(entities);
  iam_.add<op::AttachGroupPolicy, &EntityPolicies::attach<op::AttachGroupPolicy>>(entities);
  iam_.add<op::DetachGroupPolicy, &EntityPolicies::detach<op::DetachGroupPolicy>>(entities);
  iam_.add<op::ListAttachedGroupPolicies, &EntityPolicies::list_attached<op::ListAttachedGroupPolicies>>(entities);
  iam_.add<op::PutGroupPolicy, &EntityPolicies::put<op::PutGroupPolicy>>(entities);
  iam_.add<op::GetGroupPolicy, &EntityPolicies::get<op::GetGroupPolicy>>(entities);
  iam_.add<op::DeleteGroupPolicy, &EntityPolicies::remove<op::DeleteGroupPolicy>>(entities);
  iam_.add<op::ListGroupPolicies, &EntityPolicies::list<op::ListGroupPolicies>>(entities);

  sts_.add<sts_op::GetCallerIdentity, &Sts::get_caller_identity>(sts_part_);
  sts_.add<sts_op::GetAccessKeyInfo, &Sts::get_access_key_info>(sts_part_);
}

std::vector<aws::OwnedDeed> Iam::deeds_of(const aws::Caller& caller, const aws::Route& route,
                                          const aws::OperationRequest&) const {
  const std::string_view operation = route.operation->name;
  aws::OwnedDeed deed{.action = fmt::format("iam:{}", operation), .resource = "*", .conditions = {}};
  const auto item = [&](std::string_view name) { return aws::find_item(route.form, name); };
  const auto text = [&](std::string_view name, std::string_view otherwise) {
    const std::string* found = item(name);
    return found == nullptr ? otherwise : std::string_view(*found);
  };
  const auto arn = [&](std::string_view kind, std::string_view path, std::string_view name) {
    return fmt::format("arn:aws:iam::{}:{}{}{}", book_.account_id(), kind, path, name);
  };
  // By the operation, not by what stands in the form: a field that it does not read decides nothing.
  const bool is_of_group = operation.contains("Group") && operation != "ListGroupsForUser";
  const bool is_of_user = !is_of_group && (operation.contains("User") || operation.contains("AccessKey"));
  const bool is_list = operation == "ListUsers" || operation == "ListGroups";
  const bool is_made = operation == "CreateUser" || operation == "CreateGroup";
  const bool is_moved = operation == "UpdateUser" || operation == "UpdateGroup";
  std::string target;  // where it is moved to
  const auto set_place = [&](std::string_view kind, const Entity* found, std::string_view name,
                             std::string_view renamed) {
    const std::string_view path = is_made ? text("Path", "/") : found != nullptr ? std::string_view(found->path) : "/";
    deed.resource = arn(kind, path, name);
    if (is_moved) target = arn(kind, text("NewPath", path), text(renamed, name));
  };
  const std::string* user = item("UserName");
  const std::string* group = item("GroupName");
  const std::string* policy = item("PolicyArn");
  const std::string* policy_name = item("PolicyName");
  if (is_of_group && group != nullptr) {
    set_place("group", book_.find_group(*group), *group, "NewGroupName");
  } else if (is_of_user && user != nullptr) {
    set_place("user", book_.find_user(*user), *user, "NewUserName");
  } else if (is_of_user && !is_list) {
    deed.resource = caller.arn;  // who names nobody means itself
  } else if (operation == "CreatePolicy" && policy_name != nullptr) {
    deed.resource = arn("policy", text("Path", "/"), *policy_name);
  } else if (!is_of_group && !is_list && policy != nullptr) {
    deed.resource = *policy;
  }
  const bool names_policy = operation.starts_with("Attach") || operation.starts_with("Detach");
  if (names_policy && policy != nullptr) deed.conditions.emplace_back("iam:PolicyARN", *policy);
  std::vector<aws::OwnedDeed> deeds{deed};
  if (!target.empty() && target != deed.resource) {
    // Else who may rename one user of its own could give it a name that others' policies speak of.
    deed.resource = std::move(target);
    deeds.push_back(std::move(deed));
  }
  return deeds;
}

}  // namespace gust::iam
