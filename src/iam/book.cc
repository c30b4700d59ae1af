#include "iam/book.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "rt/loop.h"

namespace gust::iam {
namespace {

template <typename T>
const T* find_named(const Book::Names<T>& names, std::string_view name) {
  const auto found = names.find(to_lower(name));
  return found == names.end() || found->second.name != name ? nullptr : &found->second;
}

template <typename T>
void add_writes(std::vector<config::Write>& writes, const std::vector<T>& kept, const std::vector<T>& gone) {
  for (const T& entity : gone) writes.push_back({key_of(entity), std::nullopt, entity.revision});
  for (const T& entity : kept) writes.push_back({key_of(entity), write_document(entity), entity.revision});
}

template <typename T>
void apply(Book::Names<T>& names, std::vector<T> kept, const std::vector<T>& gone, config::Revision revision) {
  for (const T& entity : gone) names.erase(to_lower(entity.name));
  for (T& entity : kept) {
    entity.revision = revision;
    std::string key = to_lower(entity.name);
    names.insert_or_assign(std::move(key), std::move(entity));
  }
}

aws::ServiceError error_of(const Error& error) {
  if (error.code == Errc::would_exceed_limit) {
    return {"LimitExceeded", 409, "The request would make a document larger than this service keeps.", {}};
  }
  return {"ServiceFailure", 500, fmt::format("The request could not be kept: {}.", error.text), {}};
}

}  // namespace

Book::Book(rt::Loop& loop, config::Store& store, access::Directory& directory, Seal seal, std::string account_id,
           Quotas quotas)
    : loop_(loop),
      store_(store),
      directory_(directory),
      seal_(std::move(seal)),
      account_id_(std::move(account_id)),
      quotas_(quotas),
      managed_(make_managed_policies()) {}

rt::Task<Result<void>> Book::load() {
  CO_TRY(const config::Listing listing, co_await store_.list(std::string(entity_prefix)));
  for (const config::Document& document : listing.documents) {
    const Cut kind = cut(std::string_view(document.key).substr(entity_prefix.size()), '/');
    std::string name(kind.after);
    if (kind.before == "user") {
      CO_TRY(users_[std::move(name)], read_user(document, seal_));
    } else if (kind.before == "group") {
      CO_TRY(groups_[std::move(name)], read_group(document));
    } else if (kind.before == "policy") {
      CO_TRY(policies_[std::move(name)], read_customer_policy(document));
    }
  }
  tell_directory();
  co_return Result<void>{};
}

const User* Book::find_user(std::string_view name) const { return find_named(users_, name); }
const Group* Book::find_group(std::string_view name) const { return find_named(groups_, name); }

const CustomerPolicy* Book::find_policy(std::string_view arn) const {
  const auto found = policies_.find(to_lower(arn.substr(arn.rfind('/') + 1)));
  return found == policies_.end() || arn_of(found->second) != arn ? nullptr : &found->second;
}

access::PolicyRef Book::find_document(std::string_view arn) const {
  const auto managed = std::ranges::find(managed_, arn, &ManagedPolicy::arn);
  if (managed != managed_.end()) return managed->document;
  const CustomerPolicy* own = find_policy(arn);
  return own == nullptr ? nullptr : own->current().document;
}

const User* Book::find_owner(std::string_view access_key_id) const {
  for (const auto& [name, user] : users_) {
    if (std::ranges::find(user.keys, access_key_id, &AccessKey::id) != user.keys.end()) return &user;
  }
  return nullptr;
}

std::string Book::arn_of(const User& user) const { return access::user_arn(account_id_, user.path, user.name); }
std::string Book::arn_of(const Group& group) const {
  return fmt::format("arn:aws:iam::{}:group{}{}", account_id_, group.path, group.name);
}
std::string Book::arn_of(const CustomerPolicy& policy) const {
  return fmt::format("arn:aws:iam::{}:policy{}{}", account_id_, policy.path, policy.name);
}

rt::Task<aws::Answer<Book::Turn>> Book::take_turn() {
  auto turn = co_await turns_.take();
  if (!turn) co_return std::unexpected(error_of(turn.error()));
  co_return *std::move(turn);
}

rt::Task<aws::Answer<void>> Book::keep(Changes changes) {
  std::vector<config::Write> writes;
  add_writes(writes, changes.users, changes.users_gone);
  add_writes(writes, changes.groups, changes.groups_gone);
  add_writes(writes, changes.policies, changes.policies_gone);
  const auto made = co_await store_.commit(std::move(writes));
  if (!made) co_return std::unexpected(error_of(made.error()));
  apply(users_, std::move(changes.users), changes.users_gone, *made);
  apply(groups_, std::move(changes.groups), changes.groups_gone, *made);
  apply(policies_, std::move(changes.policies), changes.policies_gone, *made);
  tell_directory();
  co_return aws::Answer<void>{};
}

// Texts were compiled when they came, so this copies pointers.
void Book::tell_directory() const {
  const auto add_policies = [this](const Entity& entity, std::vector<access::PolicyRef>& policies) {
    for (const std::string& arn : entity.attached) {
      if (auto document = find_document(arn)) policies.push_back(std::move(document));
    }
    for (const auto& [name, document] : entity.inline_policies) policies.push_back(document);
  };
  access::Directory::Keys keys;
  for (const auto& [lower_case_name, user] : users_) {
    if (user.keys.empty()) continue;
    auto identity = std::make_shared<access::Identity>();
    identity->caller = access::User{.account_id = account_id_, .path = user.path, .name = user.name, .id = user.id};
    add_policies(user, identity->policies);
    for (const std::string& group_name : user.groups) {
      if (const Group* group = find_group(group_name)) add_policies(*group, identity->policies);
    }
    for (const AccessKey& key : user.keys)
      keys.insert_or_assign(key.id, access::KeyOwner{key.secret, key.is_active, identity});
  }
  directory_.replace(std::move(keys));
}

}  // namespace gust::iam
