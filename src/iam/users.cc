#include "iam/users.h"

#include <utility>

#include "iam/answers_internal.h"

namespace gust::iam {
namespace {

constexpr std::string_view status_active = "Active";
constexpr std::string_view status_inactive = "Inactive";

std::string_view status_of(const AccessKey& key) { return key.is_active ? status_active : status_inactive; }

}  // namespace

aws::Answer<User> Users::find_or_self(const std::optional<std::string>& name, const aws::Call& call) const {
  if (name) return find_user(book_, *name);
  if (const User* user = book_.find_owner(call.caller.access_key_id)) return *user;
  return aws::refuse("NotImplemented", 501,
                     "Root has one key pair, which is no access key of IAM: gustfront credentials rotate changes it. "
                     "Give a UserName for the keys of a user.");
}

AnswerTask<model::CreateUserResponse> Users::create(model::CreateUserRequest request) {
  if (request.permissions_boundary) {
    co_return aws::refuse("NotImplemented", 501, "Permissions boundaries are not part of this release.");
  }
  CO_TRY(const Book::Turn turn, co_await book_.take_turn());
  if (book_.users().contains(to_lower(request.user_name))) {
    co_return refuse("EntityAlreadyExists", fmt::format("User with name {} already exists.", request.user_name));
  }
  if (book_.users().size() >= book_.quotas().users) {
    co_return over_quota("UsersPerAccount", book_.quotas().users);
  }
  User user;
  user.name = std::move(request.user_name);
  user.path = request.path.value_or("/");
  user.id = make_id(book_.loop(), "AIDA");
  user.created = book_.loop().wall_now();
  CO_TRY_OK(add_tags(user.tags, request.tags, book_.quotas().tags));
  model::CreateUserResponse output;
  output.user = shape_of_user(book_, user, true);
  CO_TRY_OK(co_await keep(book_, std::move(user)));
  co_return output;
}

AnswerTask<model::GetUserResponse> Users::get(const aws::Call& call, model::GetUserRequest request) {
  model::GetUserResponse output;
  if (!request.user_name && book_.find_owner(call.caller.access_key_id) == nullptr) {
    output.user = {.path = {},
                   .user_name = {},
                   .user_id = call.caller.user_id,
                   .arn = call.caller.arn,
                   .create_date = wall_time_of(0)};
    co_return output;
  }
  CO_TRY(const User user, find_or_self(request.user_name, call));
  output.user = shape_of_user(book_, user, true);
  co_return output;
}

AnswerTask<model::ListUsersResponse> Users::list(model::ListUsersRequest request) {
  model::ListUsersResponse output;
  write_page(
      book_.users(), request, output, [](const auto& entry) -> const std::string& { return entry.first; },
      [&](const auto& entry) {
        const User& user = entry.second;
        if (user.path.starts_with(request.path_prefix.value_or("/"))) {
          output.users.push_back(shape_of_user(book_, user, false));
        }
      });
  co_return output;
}

NothingTask Users::update(model::UpdateUserRequest request) {
  CO_TRY(const Book::Turn turn, co_await book_.take_turn());
  CO_TRY(User user, find_user(book_, request.user_name));
  Book::Changes changes;
  const User before = user;
  if (request.new_path) user.path = *request.new_path;
  if (request.new_user_name && to_lower(*request.new_user_name) != to_lower(user.name)) {
    if (book_.users().contains(to_lower(*request.new_user_name))) {
      co_return refuse("EntityAlreadyExists", fmt::format("User with name {} already exists.", *request.new_user_name));
    }
    changes.users_gone.push_back(before);
    user.revision = config::absent;
  }
  user.name = request.new_user_name.value_or(user.name);
  changes.users.push_back(std::move(user));
  co_return co_await keep(book_, std::move(changes));
}

NothingTask Users::remove(model::DeleteUserRequest request) {
  CO_TRY(const Book::Turn turn, co_await book_.take_turn());
  CO_TRY(User user, find_user(book_, request.user_name));
  if (!user.keys.empty()) co_return delete_conflict("delete access keys");
  if (!user.attached.empty()) co_return delete_conflict("detach all policies");
  if (!user.inline_policies.empty()) co_return delete_conflict("delete policies");
  if (!user.groups.empty()) co_return delete_conflict("remove users from group");
  Book::Changes changes;
  changes.users_gone.push_back(std::move(user));
  co_return co_await keep(book_, std::move(changes));
}

NothingTask Users::tag(model::TagUserRequest request) {
  CO_TRY(const Book::Turn turn, co_await book_.take_turn());
  CO_TRY(User user, find_user(book_, request.user_name));
  CO_TRY_OK(add_tags(user.tags, request.tags, book_.quotas().tags));
  co_return co_await keep(book_, std::move(user));
}

NothingTask Users::untag(model::UntagUserRequest request) {
  CO_TRY(const Book::Turn turn, co_await book_.take_turn());
  CO_TRY(User user, find_user(book_, request.user_name));
  for (const std::string& key : request.tag_keys) user.tags.erase(key);
  co_return co_await keep(book_, std::move(user));
}

AnswerTask<model::ListUserTagsResponse> Users::list_tags(model::ListUserTagsRequest request) {
  CO_TRY(const User user, find_user(book_, request.user_name));
  model::ListUserTagsResponse output;
  write_page(
      user.tags, request, output, [](const auto& tag) -> const std::string& { return tag.first; },
      [&](const auto& tag) { output.tags.push_back({tag.first, tag.second}); });
  co_return output;
}

AnswerTask<model::CreateAccessKeyResponse> Users::create_key(const aws::Call& call,
                                                             model::CreateAccessKeyRequest request) {
  CO_TRY(const Book::Turn turn, co_await book_.take_turn());
  CO_TRY(User user, find_or_self(request.user_name, call));
  if (user.keys.size() >= book_.quotas().keys_of_user) {
    co_return over_quota("AccessKeysPerUser", book_.quotas().keys_of_user);
  }
  rt::Loop& loop = book_.loop();
  std::string random(30, '\0'), nonce(Seal::nonce_bytes, '\0');
  loop.fill_secret(random);
  loop.fill_secret(nonce);
  AccessKey key{.id = make_id(loop, "AKIA", 16), .secret = base64_of(random), .sealed = {}, .created = loop.wall_now()};
  auto sealed = book_.seal().close(key.id, key.secret, nonce);
  if (!sealed) co_return refuse("ServiceFailure", std::string(sealed.error().text));
  key.sealed = *std::move(sealed);
  model::CreateAccessKeyResponse output;
  output.access_key = {.user_name = user.name,
                       .access_key_id = key.id,
                       .status = std::string(status_of(key)),
                       .secret_access_key = key.secret,
                       .create_date = key.created};
  user.keys.push_back(std::move(key));
  CO_TRY_OK(co_await keep(book_, std::move(user)));
  co_return output;
}

AnswerTask<model::ListAccessKeysResponse> Users::list_keys(const aws::Call& call,
                                                           model::ListAccessKeysRequest request) {
  CO_TRY(User user, find_or_self(request.user_name, call));
  model::ListAccessKeysResponse output;
  std::ranges::sort(user.keys, {}, &AccessKey::id);
  write_page(
      user.keys, request, output, [](const AccessKey& key) -> const std::string& { return key.id; },
      [&](const AccessKey& key) {
        output.access_key_metadata.push_back({.user_name = user.name,
                                              .access_key_id = key.id,
                                              .status = std::string(status_of(key)),
                                              .create_date = key.created});
      });
  co_return output;
}

NothingTask Users::update_key(const aws::Call& call, model::UpdateAccessKeyRequest request) {
  CO_TRY(const Book::Turn turn, co_await book_.take_turn());
  CO_TRY(User user, find_or_self(request.user_name, call));
  const auto key = std::ranges::find(user.keys, request.access_key_id, &AccessKey::id);
  if (key == user.keys.end()) {
    co_return refuse("NoSuchEntity", fmt::format("The Access Key with id {} cannot be found.", request.access_key_id));
  }
  key->is_active = request.status == status_active;
  co_return co_await keep(book_, std::move(user));
}

NothingTask Users::remove_key(const aws::Call& call, model::DeleteAccessKeyRequest request) {
  CO_TRY(const Book::Turn turn, co_await book_.take_turn());
  CO_TRY(User user, find_or_self(request.user_name, call));
  if (std::erase_if(user.keys, [&](const AccessKey& key) { return key.id == request.access_key_id; }) == 0) {
    co_return refuse("NoSuchEntity", fmt::format("The Access Key with id {} cannot be found.", request.access_key_id));
  }
  co_return co_await keep(book_, std::move(user));
}

AnswerTask<model::GetAccountSummaryResponse> Users::summarize(aws::Nothing) {
  const Quotas& quotas = book_.quotas();
  model::GetAccountSummaryResponse output;
  const auto add = [&](const char* name, std::size_t number) { output.summary_map[name] = std::to_string(number); };
  add("Users", book_.users().size());
  add("UsersQuota", quotas.users);
  add("Groups", book_.groups().size());
  add("GroupsQuota", quotas.groups);
  add("Policies", book_.policies().size());
  add("PoliciesQuota", quotas.policies);
  add("AccessKeysPerUserQuota", quotas.keys_of_user);
  add("AttachedPoliciesPerUserQuota", quotas.attached_policies);
  add("AttachedPoliciesPerGroupQuota", quotas.attached_policies);
  add("GroupsPerUserQuota", quotas.groups_of_user);
  add("PolicySizeQuota", quotas.policy_characters);
  add("UserPolicySizeQuota", quotas.inline_characters_of_user);
  add("GroupPolicySizeQuota", quotas.inline_characters_of_group);
  add("VersionsPerPolicyQuota", quotas.versions_of_policy);
  add("Roles", 0);
  add("AccountAccessKeysPresent", 1);
  co_return output;
}

AnswerTask<model::ListAccountAliasesResponse> Users::list_aliases(model::ListAccountAliasesRequest) {
  model::ListAccountAliasesResponse output;
  output.is_truncated = false;
  co_return output;
}

}  // namespace gust::iam
