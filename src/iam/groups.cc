#include "iam/groups.h"

#include <utility>

#include "iam/answers_internal.h"

namespace gust::iam {

std::vector<User> Groups::members_of(const Group& group) const {
  std::vector<User> members;
  for (const auto& [name, user] : book_.users()) {
    if (std::ranges::find(user.groups, group.name) != user.groups.end()) members.push_back(user);
  }
  return members;
}

AnswerTask<model::CreateGroupResponse> Groups::create(model::CreateGroupRequest request) {
  CO_TRY(const Book::Turn turn, co_await book_.take_turn());
  if (book_.groups().contains(to_lower(request.group_name))) {
    co_return refuse("EntityAlreadyExists", fmt::format("Group with name {} already exists.", request.group_name));
  }
  if (book_.groups().size() >= book_.quotas().groups) {
    co_return over_quota("GroupsPerAccount", book_.quotas().groups);
  }
  Group group;
  group.name = std::move(request.group_name);
  group.path = request.path.value_or("/");
  group.id = make_id(book_.loop(), "AGPA");
  group.created = book_.loop().wall_now();
  model::CreateGroupResponse output;
  output.group = shape_of_group(book_, group);
  CO_TRY_OK(co_await keep(book_, std::move(group)));
  co_return output;
}

AnswerTask<model::GetGroupResponse> Groups::get(model::GetGroupRequest request) {
  CO_TRY(const Group group, find_group(book_, request.group_name));
  model::GetGroupResponse output;
  output.group = shape_of_group(book_, group);
  write_page(
      members_of(group), request, output, [](const User& user) { return to_lower(user.name); },
      [&](const User& user) { output.users.push_back(shape_of_user(book_, user, false)); });
  co_return output;
}

AnswerTask<model::ListGroupsResponse> Groups::list(model::ListGroupsRequest request) {
  model::ListGroupsResponse output;
  write_page(
      book_.groups(), request, output, [](const auto& entry) -> const std::string& { return entry.first; },
      [&](const auto& entry) {
        if (entry.second.path.starts_with(request.path_prefix.value_or("/"))) {
          output.groups.push_back(shape_of_group(book_, entry.second));
        }
      });
  co_return output;
}

NothingTask Groups::update(model::UpdateGroupRequest request) {
  CO_TRY(const Book::Turn turn, co_await book_.take_turn());
  CO_TRY(Group group, find_group(book_, request.group_name));
  Book::Changes changes;
  const Group before = group;
  if (request.new_path) group.path = *request.new_path;
  if (request.new_group_name && *request.new_group_name != group.name) {
    constexpr std::size_t members_max = 100;  // one commit writes them all
    if (to_lower(*request.new_group_name) != to_lower(group.name)) {
      if (book_.groups().contains(to_lower(*request.new_group_name))) {
        co_return refuse("EntityAlreadyExists",
                         fmt::format("Group with name {} already exists.", *request.new_group_name));
      }
      changes.groups_gone.push_back(before);
      group.revision = config::absent;
    }
    group.name = *request.new_group_name;
    for (User& user : changes.users = members_of(before)) std::ranges::replace(user.groups, before.name, group.name);
    if (changes.users.size() > members_max) {
      co_return refuse("LimitExceeded", "A group of more than 100 users cannot have another name here.");
    }
  }
  changes.groups.push_back(std::move(group));
  co_return co_await keep(book_, std::move(changes));
}

NothingTask Groups::remove(model::DeleteGroupRequest request) {
  CO_TRY(const Book::Turn turn, co_await book_.take_turn());
  CO_TRY(Group group, find_group(book_, request.group_name));
  if (!members_of(group).empty()) co_return delete_conflict("remove users from group");
  if (!group.attached.empty()) co_return delete_conflict("detach all policies");
  if (!group.inline_policies.empty()) co_return delete_conflict("delete policies");
  Book::Changes changes;
  changes.groups_gone.push_back(std::move(group));
  co_return co_await keep(book_, std::move(changes));
}

NothingTask Groups::add_user(model::AddUserToGroupRequest request) {
  CO_TRY(const Book::Turn turn, co_await book_.take_turn());
  CO_TRY_OK(find_group(book_, request.group_name));
  CO_TRY(User user, find_user(book_, request.user_name));
  if (std::ranges::find(user.groups, request.group_name) != user.groups.end()) co_return aws::Nothing{};
  if (user.groups.size() >= book_.quotas().groups_of_user) {
    co_return over_quota("GroupsPerUser", book_.quotas().groups_of_user);
  }
  user.groups.push_back(std::move(request.group_name));
  co_return co_await keep(book_, std::move(user));
}

NothingTask Groups::remove_user(model::RemoveUserFromGroupRequest request) {
  CO_TRY(const Book::Turn turn, co_await book_.take_turn());
  CO_TRY_OK(find_group(book_, request.group_name));
  CO_TRY(User user, find_user(book_, request.user_name));
  if (std::erase(user.groups, request.group_name) == 0) co_return no_such("user", request.user_name);
  co_return co_await keep(book_, std::move(user));
}

AnswerTask<model::ListGroupsForUserResponse> Groups::list_of_user(model::ListGroupsForUserRequest request) {
  CO_TRY(const User user, find_user(book_, request.user_name));
  std::vector<Group> groups;
  for (const std::string& name : user.groups) {
    if (const Group* group = book_.find_group(name)) groups.push_back(*group);
  }
  std::ranges::sort(groups, {}, &Group::name);
  model::ListGroupsForUserResponse output;
  write_page(
      groups, request, output, [](const Group& group) -> const std::string& { return group.name; },
      [&](const Group& group) { output.groups.push_back(shape_of_group(book_, group)); });
  co_return output;
}

}  // namespace gust::iam
