#include "iam/policies.h"

#include <utility>

#include "iam/answers_internal.h"

namespace gust::iam {
namespace {

// When AWS made its oldest policies: the day that it tells for them.
constexpr std::int64_t managed_since = 1'423'161'586;

std::string name_of_version(int number) { return fmt::format("v{}", number); }

// A predicate of versions. `id` outlives it.
auto has_id(const std::string& id) {
  return [&id](const PolicyVersion& version) { return name_of_version(version.number) == id; };
}

std::unexpected<aws::ServiceError> no_policy(std::string_view arn) {
  return refuse("NoSuchEntity", fmt::format("Policy {} was not found.", arn));
}
std::unexpected<aws::ServiceError> no_version(std::string_view arn, std::string_view version) {
  return refuse("NoSuchEntity", fmt::format("Policy {} version {} does not exist or is not attachable.", arn, version));
}

CustomerPolicy as_policy(const ManagedPolicy& managed) {
  CustomerPolicy policy;
  policy.name = managed.name;
  policy.id = managed.id;
  policy.description = managed.description;
  policy.created = policy.updated = wall_time_of(managed_since);
  policy.versions.push_back({.number = 1, .created = policy.created, .document = managed.document});
  return policy;
}

bool is_attached(const Entity& entity, const std::string& arn) {
  return std::ranges::find(entity.attached, arn) != entity.attached.end();
}

model::PolicyVersion shape_of_version(const CustomerPolicy& policy, const PolicyVersion& version, bool with_document) {
  model::PolicyVersion shape{.document = {},
                             .version_id = name_of_version(version.number),
                             .is_default_version = version.number == policy.default_version,
                             .create_date = version.created};
  if (with_document) shape.document = encoded(version.document->text());
  return shape;
}

aws::Answer<access::PolicyRef> read_own_policy(const std::string& text, const Quotas& quotas) {
  if (characters_of(text) > quotas.policy_characters) return over_quota("PolicySize", quotas.policy_characters);
  return access::read_policy(text, access::PolicyKind::identity);
}

}  // namespace

aws::Answer<CustomerPolicy> Policies::find_any(const std::string& arn) const {
  if (const CustomerPolicy* policy = book_.find_policy(arn)) return *policy;
  const auto managed = std::ranges::find(book_.managed_policies(), arn, &ManagedPolicy::arn);
  if (managed == book_.managed_policies().end()) return no_policy(arn);
  return as_policy(*managed);
}

aws::Answer<CustomerPolicy> Policies::find_own(const std::string& arn) const {
  if (const CustomerPolicy* policy = book_.find_policy(arn)) return *policy;
  if (book_.find_document(arn)) {
    return aws::refuse("AccessDenied", 403, fmt::format("Policy {} is kept by AWS and cannot be changed.", arn));
  }
  return no_policy(arn);
}

std::size_t Policies::count_users(const std::string& arn) const {
  const auto is_user = [&](const auto& entry) { return is_attached(entry.second, arn); };
  return static_cast<std::size_t>(std::ranges::count_if(book_.users(), is_user) +
                                  std::ranges::count_if(book_.groups(), is_user));
}

model::Policy Policies::shape_of(const CustomerPolicy& policy, const std::string& arn, bool is_whole) const {
  model::Policy shape;
  shape.policy_name = policy.name;
  shape.policy_id = policy.id;
  shape.arn = arn;
  shape.path = policy.path;
  shape.default_version_id = name_of_version(policy.default_version);
  shape.attachment_count = static_cast<std::int32_t>(count_users(arn));
  shape.permissions_boundary_usage_count = 0;
  shape.is_attachable = true;
  shape.create_date = policy.created;
  shape.update_date = policy.updated;
  if (is_whole && !policy.description.empty()) shape.description = policy.description;
  if (is_whole) shape.tags = shapes_of(policy.tags);
  return shape;
}

AnswerTask<model::CreatePolicyResponse> Policies::create(model::CreatePolicyRequest request) {
  CO_TRY(auto document, read_own_policy(request.policy_document, book_.quotas()));
  CO_TRY(const Book::Turn turn, co_await book_.take_turn());
  if (book_.policies().contains(to_lower(request.policy_name))) {
    co_return refuse(
        "EntityAlreadyExists",
        fmt::format("A policy called {} already exists. Duplicate names are not allowed.", request.policy_name));
  }
  if (book_.policies().size() >= book_.quotas().policies) {
    co_return over_quota("PoliciesPerAccount", book_.quotas().policies);
  }
  CustomerPolicy policy;
  policy.name = std::move(request.policy_name);
  policy.path = request.path.value_or("/");
  policy.description = request.description.value_or("");
  policy.id = make_id(book_.loop(), "ANPA");
  policy.created = policy.updated = book_.loop().wall_now();
  policy.versions.push_back({.number = 1, .created = policy.created, .document = std::move(document)});
  CO_TRY_OK(add_tags(policy.tags, request.tags, book_.quotas().tags));
  model::CreatePolicyResponse output;
  output.policy = shape_of(policy, book_.arn_of(policy), true);
  CO_TRY_OK(co_await keep(book_, std::move(policy)));
  co_return output;
}

AnswerTask<model::GetPolicyResponse> Policies::get(model::GetPolicyRequest request) {
  CO_TRY(const CustomerPolicy policy, find_any(request.policy_arn));
  model::GetPolicyResponse output;
  output.policy = shape_of(policy, request.policy_arn, true);
  co_return output;
}

AnswerTask<model::ListPoliciesResponse> Policies::list(model::ListPoliciesRequest request) {
  const std::string scope = request.scope.value_or("All");
  std::vector<CustomerPolicy> managed;
  for (const ManagedPolicy& policy : book_.managed_policies()) managed.push_back(as_policy(policy));
  std::map<std::string, const CustomerPolicy*> found;  // by ARN
  if (request.policy_usage_filter != "PermissionsBoundary") {
    for (const auto& [name, policy] : book_.policies()) {
      if (scope != "AWS") found.emplace(book_.arn_of(policy), &policy);
    }
    for (std::size_t i = 0; i < managed.size(); ++i) {
      if (scope != "Local") found.emplace(book_.managed_policies()[i].arn, &managed[i]);
    }
  }
  model::ListPoliciesResponse output;
  write_page(
      found, request, output, [](const auto& entry) -> const std::string& { return entry.first; },
      [&](const auto& entry) {
        const auto& [arn, policy] = entry;
        if (!policy->path.starts_with(request.path_prefix.value_or("/"))) return;
        model::Policy shape = shape_of(*policy, arn, false);
        if (request.only_attached.value_or(false) && *shape.attachment_count == 0) return;
        output.policies.push_back(std::move(shape));
      });
  co_return output;
}

NothingTask Policies::remove(model::DeletePolicyRequest request) {
  CO_TRY(const Book::Turn turn, co_await book_.take_turn());
  CO_TRY(CustomerPolicy policy, find_own(request.policy_arn));
  if (count_users(request.policy_arn) > 0) {
    co_return refuse("DeleteConflict", "Cannot delete a policy attached to entities.");
  }
  if (policy.versions.size() > 1) {
    co_return refuse("DeleteConflict",
                     "This policy has more than one version. Before you delete a policy, you must delete the policy's "
                     "versions. The default version is deleted with the policy.");
  }
  Book::Changes changes;
  changes.policies_gone.push_back(std::move(policy));
  co_return co_await keep(book_, std::move(changes));
}

AnswerTask<model::CreatePolicyVersionResponse> Policies::create_version(model::CreatePolicyVersionRequest request) {
  CO_TRY(auto document, read_own_policy(request.policy_document, book_.quotas()));
  CO_TRY(const Book::Turn turn, co_await book_.take_turn());
  CO_TRY(CustomerPolicy policy, find_own(request.policy_arn));
  if (policy.versions.size() >= book_.quotas().versions_of_policy) {
    co_return refuse("LimitExceeded",
                     fmt::format("A managed policy can have up to {} versions. Before you create a new version, you "
                                 "must delete an existing version.",
                                 book_.quotas().versions_of_policy));
  }
  policy.versions.push_back(
      {.number = policy.next_version++, .created = book_.loop().wall_now(), .document = std::move(document)});
  policy.updated = policy.versions.back().created;
  if (request.set_as_default.value_or(false)) policy.default_version = policy.versions.back().number;
  model::CreatePolicyVersionResponse output;
  output.policy_version = shape_of_version(policy, policy.versions.back(), false);
  CO_TRY_OK(co_await keep(book_, std::move(policy)));
  co_return output;
}

AnswerTask<model::GetPolicyVersionResponse> Policies::get_version(model::GetPolicyVersionRequest request) {
  CO_TRY(const CustomerPolicy policy, find_any(request.policy_arn));
  const auto version = std::ranges::find_if(policy.versions, has_id(request.version_id));
  if (version == policy.versions.end()) co_return no_version(request.policy_arn, request.version_id);
  model::GetPolicyVersionResponse output;
  output.policy_version = shape_of_version(policy, *version, true);
  co_return output;
}

AnswerTask<model::ListPolicyVersionsResponse> Policies::list_versions(model::ListPolicyVersionsRequest request) {
  CO_TRY(const CustomerPolicy policy, find_any(request.policy_arn));
  model::ListPolicyVersionsResponse output;
  // The newest first.
  const std::vector<PolicyVersion> versions(policy.versions.rbegin(), policy.versions.rend());
  write_page(
      versions, request, output,
      [](const PolicyVersion& version) { return fmt::format("{:010}", 1'000'000'000 - version.number); },
      [&](const PolicyVersion& version) { output.versions.push_back(shape_of_version(policy, version, false)); });
  co_return output;
}

NothingTask Policies::remove_version(model::DeletePolicyVersionRequest request) {
  CO_TRY(const Book::Turn turn, co_await book_.take_turn());
  CO_TRY(CustomerPolicy policy, find_own(request.policy_arn));
  if (request.version_id == name_of_version(policy.default_version)) {
    co_return refuse("DeleteConflict", "Cannot delete the default version of a policy.");
  }
  if (std::erase_if(policy.versions, has_id(request.version_id)) == 0) {
    co_return no_version(request.policy_arn, request.version_id);
  }
  co_return co_await keep(book_, std::move(policy));
}

NothingTask Policies::set_default_version(model::SetDefaultPolicyVersionRequest request) {
  CO_TRY(const Book::Turn turn, co_await book_.take_turn());
  CO_TRY(CustomerPolicy policy, find_own(request.policy_arn));
  const auto version = std::ranges::find_if(policy.versions, has_id(request.version_id));
  if (version == policy.versions.end()) co_return no_version(request.policy_arn, request.version_id);
  policy.default_version = version->number;
  policy.updated = book_.loop().wall_now();
  co_return co_await keep(book_, std::move(policy));
}

AnswerTask<model::ListEntitiesForPolicyResponse> Policies::list_entities(model::ListEntitiesForPolicyRequest request) {
  CO_TRY_OK(find_any(request.policy_arn));
  const std::string filter = request.entity_filter.value_or("All");
  const bool with_users = filter != "Group" && filter != "Role" && filter != "AWSManagedPolicy";
  const bool with_groups = filter != "User" && filter != "Role" && filter != "AWSManagedPolicy";
  std::map<std::string, const Entity*> found;
  for (const auto& [name, user] : book_.users()) {
    if (with_users && is_attached(user, request.policy_arn)) found.emplace("user/" + name, &user);
  }
  for (const auto& [name, group] : book_.groups()) {
    if (with_groups && is_attached(group, request.policy_arn)) found.emplace("group/" + name, &group);
  }
  model::ListEntitiesForPolicyResponse output;
  write_page(
      found, request, output, [](const auto& entry) -> const std::string& { return entry.first; },
      [&](const auto& entry) {
        const Entity& entity = *entry.second;
        if (!entity.path.starts_with(request.path_prefix.value_or("/"))) return;
        if (entry.first.starts_with("user/")) {
          output.policy_users.push_back({.user_name = entity.name, .user_id = entity.id});
        } else {
          output.policy_groups.push_back({.group_name = entity.name, .group_id = entity.id});
        }
      });
  co_return output;
}

}  // namespace gust::iam
