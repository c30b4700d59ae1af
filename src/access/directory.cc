#include "access/directory.h"

#include <utility>

namespace gust::access {

Directory::Tables Directory::tables() const {
  const std::lock_guard lock(mutex_);
  return tables_;
}

void Directory::replace(Keys keys) {
  auto listed = std::make_shared<const Keys>(std::move(keys));
  const std::lock_guard lock(mutex_);
  std::swap(tables_.listed, listed);
}

void Directory::pin(std::string access_key_id, KeyOwner owner) {
  const std::lock_guard lock(mutex_);
  Keys pinned = *tables_.pinned;
  pinned.insert_or_assign(std::move(access_key_id), std::move(owner));
  tables_.pinned = std::make_shared<const Keys>(std::move(pinned));
}

void Directory::unpin(std::string_view access_key_id) {
  const std::lock_guard lock(mutex_);
  Keys pinned = *tables_.pinned;
  const auto found = pinned.find(access_key_id);
  if (found != pinned.end()) pinned.erase(found);
  tables_.pinned = std::make_shared<const Keys>(std::move(pinned));
}

std::optional<KeyOwner> Directory::find_active(std::string_view access_key_id) const {
  const Tables now = tables();
  for (const auto& table : {now.pinned, now.listed}) {
    const auto found = table->find(access_key_id);
    if (found == table->end()) continue;
    if (!found->second.is_active) return std::nullopt;
    return found->second;
  }
  return std::nullopt;
}

std::optional<std::string> Directory::find_secret(std::string_view access_key_id) const {
  auto owner = find_active(access_key_id);
  if (!owner) return std::nullopt;
  return std::move(owner->secret);
}

IdentityRef Directory::find(std::string_view access_key_id) const {
  auto owner = find_active(access_key_id);
  return owner ? owner->identity : nullptr;
}

aws::Answer<CallerIdentity> caller_of_edge(const aws::WireRequest& request) {
  const auto denied = [] { return aws::refuse("AccessDenied", 403, "Access Denied"); };
  const auto arns = request.header_count(source_arn_header), accounts = request.header_count(source_account_header);
  const auto identities = request.header_count(access_identity_header);
  if (arns != 1 || accounts != 1 || identities > 1) return denied();
  const std::string id(request.header(access_identity_header).value_or(""));
  if (!id.empty()) {
    return OriginAccessIdentity{id, make_canonical_user_id(id)};
  }
  return ServicePrincipal{"cloudfront.amazonaws.com", std::string(*request.header(source_arn_header)),
                          std::string(*request.header(source_account_header))};
}

}  // namespace gust::access
