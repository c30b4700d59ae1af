#include "control/policies.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "aws/shapes.h"
#include "config/compile.h"
#include "config/managed_documents.h"
#include "control/answers_internal.h"
#include "control/candidate.h"
#include "control/ids.h"
#include "control/paging.h"
#include "control/policy_uses.h"
#include "rt/loop.h"

namespace gust::control {
namespace {

// Managed policies never change, so neither do their ETags.
std::string etag_of_managed(std::string_view id) { return etag_of(id, 0); }

template <typename Family>
const auto* find_managed(std::string_view id) {
  const auto table = Family::managed();
  const auto found = std::ranges::find(table, id, &decltype(table)::value_type::id);
  return found == table.end() ? nullptr : &*found;
}

template <typename Family>
std::string key_of(std::string_view id) {
  return fmt::format("{}{}", Family::prefix, id);
}

template <typename Family>
std::string name_of(const typename Family::Policy& policy) {
  return (policy.*Family::config_of).name;
}

std::string new_policy_id(rt::Loop& loop) {
  std::array<char, policy_id_bytes> bytes{};
  loop.fill_secret(bytes);
  return make_policy_id({bytes.data(), bytes.size()});
}

std::unexpected<aws::ServiceError> changed_meanwhile() {
  return refuse("PreconditionFailed", "The policy was changed by another request meanwhile.");
}

}  // namespace

template <typename Family>
struct Policies<Family>::Stored {
  Policy policy;
  std::string etag;
  config::Revision revision = config::absent;  // absent: a managed one
};

template <typename Family>
rt::Task<aws::Answer<typename Policies<Family>::Stored>> Policies<Family>::find(std::string id) {
  if (const auto* managed = find_managed<Family>(id)) {
    co_return Stored{config::document_of(*managed), etag_of_managed(id), config::absent};
  }
  const std::string key = key_of<Family>(id);
  // An id that is no id is not asked for: keys of the store have a bound.
  if (!is_policy_id(id)) {
    co_return refuse(fmt::format("NoSuch{}", Family::word), fmt::format("The {} does not exist.", Family::name));
  }
  CO_TRY_STORE(const auto stored, co_await tools_.store.get(key));
  if (!stored) {
    co_return refuse(fmt::format("NoSuch{}", Family::word), fmt::format("The {} does not exist.", Family::name));
  }
  CO_TRY_STORE(auto policy, aws::from_json<Policy>(stored->value));
  co_return Stored{std::move(policy), etag_of(key, stored->revision), stored->revision};
}

// API-2: as for distributions.
template <typename Family>
rt::Task<aws::Answer<typename Policies<Family>::Stored>> Policies<Family>::find_matching(
    std::string id, std::optional<std::string> if_match) {
  if (!if_match || !is_etag(*if_match)) {
    co_return refuse("InvalidIfMatchVersion", "The If-Match version is missing or not valid for the resource.");
  }
  CO_TRY(Stored stored, co_await find(std::move(id)));
  if (*if_match != stored.etag) {
    co_return refuse(
        "PreconditionFailed",
        "The request failed because it didn't meet the preconditions in one or more request-header fields.");
  }
  co_return std::move(stored);
}

template <typename Family>
rt::Task<aws::Answer<void>> Policies<Family>::check(Policy candidate) {
  CO_TRY_OK(Family::check_quotas(candidate.*Family::config_of, tools_.settings.quotas));
  CO_TRY_OK(answer_of(config::check_policy(candidate.*Family::config_of)));

  CO_TRY_STORE(const auto listing, co_await tools_.store.list(std::string(config::config_prefix)));
  config::Findings unreadable;  // the publisher tells them
  config::Documents documents = config::read_documents(listing, unreadable);
  std::vector<Policy>& policies = documents.policies.*Family::documents_of;
  const std::string name = name_of<Family>(candidate);
  const bool is_managed_name =
      std::ranges::any_of(Family::managed(), [&](const auto& managed) { return managed.name == name; });
  const bool is_taken = std::ranges::any_of(
      policies, [&](const Policy& other) { return other.id != candidate.id && name_of<Family>(other) == name; });
  if (is_taken || is_managed_name) {
    co_return refuse(fmt::format("{}AlreadyExists", Family::word),
                     fmt::format("A {} with this name already exists.", Family::name));
  }

  const auto own = std::ranges::find(policies, candidate.id, &Policy::id);
  if (own == policies.end()) {
    if (policies.size() >= tools_.settings.quotas.policies) {
      co_return refuse(fmt::format("TooMany{}", Family::words),
                       fmt::format("You have reached the maximum number of policies of this kind ({}).",
                                   tools_.settings.quotas.policies));
    }
    co_return aws::Answer<void>();
  }
  // The distributions that name it must still be right.
  *own = std::move(candidate);
  for (const config::DistributionDocument& user : documents.distributions) {
    if (!policies_of(user.config).contains(own->id)) continue;
    auto holds = answer_of(config::check_distribution(user, documents.policies));
    if (holds) continue;
    holds.error().message += fmt::format(" The distribution {} uses the policy.", user.id);
    co_return std::unexpected(std::move(holds.error()));
  }
  co_return aws::Answer<void>();
}

template <typename Family>
rt::Task<aws::Answer<typename Family::CreateResult>> Policies<Family>::create(typename Family::CreateRequest request) {
  CO_TRY_STORE(const auto turn, co_await tools_.turns.take());
  Policy policy;
  policy.id = new_policy_id(tools_.loop);
  policy.last_modified_time = tools_.loop.wall_now();
  policy.*Family::config_of = std::move(request.*Family::config_of_create);
  Family::fill_defaults(policy.*Family::config_of);
  CO_TRY_OK(co_await check(policy));
  const std::string key = key_of<Family>(policy.id);
  CO_TRY_STORE(const auto made, co_await tools_.store.put(key, aws::to_json(policy), config::absent));
  const std::string location = location_of(fmt::format("{}/{}", Family::resource, policy.id));
  co_return typename Family::CreateResult{std::move(policy), location, etag_of(key, made)};
}

template <typename Family>
rt::Task<aws::Answer<typename Family::GetResult>> Policies<Family>::get(typename Family::GetRequest request) {
  CO_TRY(Stored stored, co_await find(std::move(request.id)));
  co_return typename Family::GetResult{std::move(stored.policy), std::move(stored.etag)};
}

template <typename Family>
rt::Task<aws::Answer<typename Family::GetConfigResult>> Policies<Family>::get_config(
    typename Family::GetConfigRequest request) {
  CO_TRY(Stored stored, co_await find(std::move(request.id)));
  co_return typename Family::GetConfigResult{std::move(stored.policy.*Family::config_of), std::move(stored.etag)};
}

// The managed ones in the order of their table, then the account's own in order of ids.
template <typename Family>
rt::Task<aws::Answer<typename Family::ListResult>> Policies<Family>::list(typename Family::ListRequest request) {
  CO_TRY(const PageRequest page_request, read_page_request(request.marker, request.max_items));
  if (request.type && *request.type != "managed" && *request.type != "custom") {
    co_return refuse("InvalidArgument", "The parameter Type is managed or custom.");
  }
  std::vector<typename Family::Summary> all;
  if (request.type != "custom") {
    for (const auto& managed : Family::managed()) all.push_back({"managed", config::document_of(managed)});
  }
  if (request.type != "managed") {
    CO_TRY_STORE(const auto listing, co_await tools_.store.list(std::string(Family::prefix)));
    for (const config::Document& stored : listing.documents) {
      CO_TRY_STORE(auto policy, aws::from_json<Policy>(stored.value));
      all.push_back({"custom", std::move(policy)});
    }
  }
  std::vector<std::string> ids;
  for (const auto& [type, policy] : all) ids.push_back(policy.id);
  CO_TRY(const std::size_t first, place_behind(ids, page_request.marker));
  const Page page = page_of(ids, first, page_request.max_items);
  typename Family::List list;
  list.max_items = page_request.max_items;
  if (!page.next_marker.empty()) list.next_marker = page.next_marker;
  for (std::size_t i = page.first; i < page.end; ++i) list.items.push_back(std::move(all[i]));
  list.quantity = static_cast<std::int32_t>(list.items.size());
  co_return typename Family::ListResult{std::move(list)};
}

template <typename Family>
rt::Task<aws::Answer<typename Family::UpdateResult>> Policies<Family>::update(typename Family::UpdateRequest request) {
  if (find_managed<Family>(request.id)) {
    co_return refuse("IllegalUpdate", "The update contains modifications that are not allowed: the policy is managed.");
  }
  CO_TRY_STORE(const auto turn, co_await tools_.turns.take());
  CO_TRY(Stored stored, co_await find_matching(request.id, std::move(request.if_match)));
  stored.policy.*Family::config_of = std::move(request.*Family::config_of_update);
  stored.policy.last_modified_time = tools_.loop.wall_now();
  Family::fill_defaults(stored.policy.*Family::config_of);
  CO_TRY_OK(co_await check(stored.policy));
  const std::string key = key_of<Family>(stored.policy.id);
  const auto made = co_await tools_.store.put(key, aws::to_json(stored.policy), stored.revision);
  if (!made && made.error().code == Errc::conflict) co_return changed_meanwhile();
  if (!made) co_return refuse(made.error());
  co_return typename Family::UpdateResult{std::move(stored.policy), etag_of(key, *made)};
}

template <typename Family>
rt::Task<aws::Answer<aws::Nothing>> Policies<Family>::remove(typename Family::DeleteRequest request) {
  if (find_managed<Family>(request.id)) {
    co_return refuse("IllegalDelete", "You cannot delete a managed policy.");
  }
  CO_TRY_STORE(const auto turn, co_await tools_.turns.take());
  CO_TRY(const Stored stored, co_await find_matching(request.id, std::move(request.if_match)));
  CO_TRY_STORE(const auto listing, co_await tools_.store.list(std::string(config::distribution_prefix)));
  for (const config::Document& document : listing.documents) {
    CO_TRY_STORE(const auto user, config::read_document(document.value));
    if (!policies_of(user.config).contains(request.id)) continue;
    co_return refuse(fmt::format("{}InUse", Family::word),
                     fmt::format("Cannot delete the {} because it is attached to one or more cache behaviors (of the "
                                 "distribution {}).",
                                 Family::name, user.id));
  }
  const auto made = co_await tools_.store.remove(key_of<Family>(request.id), stored.revision);
  if (!made && made.error().code == Errc::conflict) co_return changed_meanwhile();
  if (!made) co_return refuse(made.error());
  co_return aws::Nothing{};
}

template <typename Family>
rt::Task<aws::Answer<typename Family::ListUsersResult>> Policies<Family>::list_users(
    typename Family::ListUsersRequest request) {
  const std::string& policy = request.*Family::id_of_list_users;
  CO_TRY_OK(co_await find(policy));
  CO_TRY(const PageRequest page_request, read_page_request(request.marker, request.max_items));
  CO_TRY_STORE(const auto listing, co_await tools_.store.list(std::string(config::distribution_prefix)));
  std::vector<std::string> ids;
  for (const config::Document& document : listing.documents) {
    CO_TRY_STORE(const auto user, config::read_document(document.value));
    if (policies_of(user.config).contains(policy)) ids.push_back(user.id);
  }
  // In order of ids, so that a marker works also when its distribution was deleted.
  const auto behind = std::ranges::upper_bound(ids, page_request.marker);
  const Page page = page_of(ids, static_cast<std::size_t>(behind - ids.begin()), page_request.max_items);
  aws::cloudfront::DistributionIdList list;
  list.marker = page_request.marker;
  list.max_items = page_request.max_items;
  list.is_truncated = !page.next_marker.empty();
  if (list.is_truncated) list.next_marker = page.next_marker;
  for (std::size_t i = page.first; i < page.end; ++i) list.items.push_back(ids[i]);
  list.quantity = static_cast<std::int32_t>(list.items.size());
  co_return typename Family::ListUsersResult{std::move(list)};
}

template class Policies<CachePolicyFamily>;
template class Policies<OriginRequestPolicyFamily>;
template class Policies<ResponseHeadersPolicyFamily>;

}  // namespace gust::control
