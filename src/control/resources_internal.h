// The bodies of Resources, for the files that instantiate it.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>
#include <utility>

#include "aws/shapes.h"
#include "control/answers_internal.h"
#include "control/ids.h"
#include "control/paging.h"
#include "control/resources.h"
#include "rt/loop.h"

namespace gust::control {

// A member of the model that is there, whether the model says so or leaves it open.
template <typename T>
T& value_in(T& member) {
  return member;
}
template <typename T>
T& value_in(std::optional<T>& member) {
  return member ? *member : member.emplace();
}

template <typename Family>
typename Family::Config& config_in(typename Family::Resource& resource) {
  return value_in(resource.*Family::config_of);
}

template <typename Family>
std::string key_of(std::string_view id) {
  return fmt::format("{}{}", Family::prefix, id);
}

inline std::unexpected<aws::ServiceError> refuse(const Refusal& refusal) {
  return refuse(refusal.code, std::string(refusal.message));
}

// Of a commit of one resource.
inline std::unexpected<aws::ServiceError> refuse_commit(const Error& error) {
  if (error.code != Errc::conflict) return refuse(error);
  return refuse("PreconditionFailed", "The resource was changed by another request meanwhile.");
}

template <typename Family>
struct Resources<Family>::Stored {
  Resource resource;
  std::string etag;
  config::Revision revision = config::absent;  // absent: a managed one
};

template <typename Family>
rt::Task<aws::Answer<typename Resources<Family>::Stored>> Resources<Family>::find(std::string id) {
  // Managed ones never change, so neither do their ETags.
  if (auto managed = Family::find_managed(id)) co_return Stored{std::move(*managed), etag_of(id, 0), config::absent};
  // An id that is no id is not asked for: keys of the store have a bound.
  if (!is_resource_id(id)) co_return refuse(Family::errors.missing);
  const std::string key = key_of<Family>(id);
  CO_TRY_STORE(const auto stored, co_await tools_.store.get(key));
  if (!stored) co_return refuse(Family::errors.missing);
  CO_TRY_STORE(auto resource, aws::from_json<Resource>(stored->value));
  co_return Stored{std::move(resource), etag_of(key, stored->revision), stored->revision};
}

template <typename Family>
rt::Task<aws::Answer<typename Resources<Family>::Stored>> Resources<Family>::find_matching(
    std::string id, std::optional<std::string> if_match) {
  CO_TRY_OK(check_if_match_form(if_match));
  CO_TRY(Stored stored, co_await find(std::move(id)));
  CO_TRY_OK(check_if_match(*if_match, stored.etag));
  co_return std::move(stored);
}

template <typename Family>
rt::Task<aws::Answer<std::vector<typename Resources<Family>::Resource>>> Resources<Family>::read_all() {
  CO_TRY_STORE(const auto listing, co_await tools_.store.list(std::string(Family::prefix)));
  std::vector<Resource> all;
  for (const config::Document& stored : listing.documents) {
    CO_TRY_STORE(auto resource, aws::from_json<Resource>(stored.value));
    all.push_back(std::move(resource));
  }
  co_return std::move(all);
}

template <typename Family>
rt::Task<aws::Answer<void>> Resources<Family>::check(Resource candidate, std::vector<Resource> all) {
  const auto& config = config_in<Family>(candidate);
  CO_TRY_OK(Family::check_config(config, tools_.settings.quotas));
  const std::string name = Family::name_of(config);
  const std::string reference = Family::reference_of(config);
  const auto meets = [&](Resource& other) {
    const auto& with = config_in<Family>(other);
    return other.id != candidate.id && ((!name.empty() && Family::name_of(with) == name) ||
                                        (!reference.empty() && Family::reference_of(with) == reference));
  };
  std::vector<Resource> managed = Family::all_managed();
  if (std::ranges::any_of(all, meets) || std::ranges::any_of(managed, meets)) co_return refuse(Family::errors.exists);

  const std::size_t most = tools_.settings.quotas.*Family::quota;
  if (all.size() >= most && std::ranges::find(all, candidate.id, &Resource::id) == all.end()) {
    co_return refuse(Family::errors.too_many.code, fmt::format("{} ({})", Family::errors.too_many.message, most));
  }
  co_return co_await Family::check_in_store(tools_, std::move(candidate));
}

template <typename Family>
auto Resources<Family>::create(typename Family::Create::Input request) -> Task<typename Family::Create> {
  using Result = typename Family::Create::Output;
  CO_TRY_STORE(const auto turn, co_await tools_.turns.take());
  Resource resource;
  Family::begin(resource, tools_.loop);
  Family::touch(resource, tools_.loop.wall_now());
  auto& config = config_in<Family>(resource);
  config = std::move(value_in(request.*Family::config_of_create));
  Family::fill_defaults(config);
  const auto location = [](const Resource& made) {
    return location_of(fmt::format("{}/{}", Family::location, made.id));
  };
  CO_TRY(std::vector<Resource> all, co_await read_all());
  if (Family::reuse_rule == ReuseRule::same_again) {
    const auto first =
        std::ranges::find_if(all, [&](Resource& other) { return aws::same_value(config_in<Family>(other), config); });
    if (first != all.end()) {
      CO_TRY(Stored stored, co_await find(first->id));
      const std::string place = location(stored.resource);
      co_return Result{std::move(stored.resource), place, std::move(stored.etag)};
    }
  }
  CO_TRY_OK(co_await check(resource, std::move(all)));
  const std::string key = key_of<Family>(resource.id);
  CO_TRY_STORE(const auto made, co_await tools_.store.put(key, aws::to_json(resource), config::absent));
  const std::string place = location(resource);
  co_return Result{std::move(resource), place, etag_of(key, made)};
}

template <typename Family>
auto Resources<Family>::get(typename Family::Get::Input request) -> Task<typename Family::Get> {
  CO_TRY(Stored stored, co_await find(std::move(request.id)));
  co_return typename Family::Get::Output{std::move(stored.resource), std::move(stored.etag)};
}

template <typename Family>
auto Resources<Family>::get_config(typename Family::GetConfig::Input request) -> Task<typename Family::GetConfig> {
  CO_TRY(Stored stored, co_await find(std::move(request.id)));
  co_return typename Family::GetConfig::Output{std::move(config_in<Family>(stored.resource)), std::move(stored.etag)};
}

// The managed ones in the order of their table, then the account's own in order of ids.
template <typename Family>
auto Resources<Family>::list(typename Family::ListAll::Input request) -> Task<typename Family::ListAll> {
  CO_TRY(const PageRequest page_request, read_page_request(request.marker, request.max_items));
  std::vector<Resource> all = Family::all_managed();
  const bool has_managed = !all.empty();
  CO_TRY(std::vector<Resource> own, co_await read_all());
  if constexpr (requires { request.type; }) {
    if (request.type && *request.type != "managed" && *request.type != "custom") {
      co_return refuse("InvalidArgument", "The parameter Type is managed or custom.");
    }
    if (request.type == "custom") all.clear();
    if (request.type == "managed") own.clear();
  }
  std::ranges::move(own, std::back_inserter(all));
  std::vector<std::string> ids;
  for (const Resource& resource : all) ids.push_back(resource.id);
  Page page = page_behind(ids, page_request);
  if (has_managed) {
    CO_TRY(const std::size_t first, place_behind(ids, page_request.marker));
    page = page_of(ids, first, page_request.max_items);
  }
  typename Family::List list;
  for (std::size_t i = page.first; i < page.end; ++i) list.items.push_back(Family::summary_of(all[i]));
  tell_page(page_request, page, list);
  co_return typename Family::ListAll::Output{std::move(list)};
}

template <typename Family>
auto Resources<Family>::update(typename Family::Update::Input request) -> Task<typename Family::Update> {
  if (Family::find_managed(request.id)) {
    co_return refuse("IllegalUpdate", "The update contains modifications that are not allowed: it is managed.");
  }
  CO_TRY_STORE(const auto turn, co_await tools_.turns.take());
  CO_TRY(Stored stored, co_await find_matching(request.id, std::move(request.if_match)));
  auto& config = config_in<Family>(stored.resource);
  const auto before = std::exchange(config, std::move(value_in(request.*Family::config_of_update)));
  Family::fill_defaults(config);
  Family::touch(stored.resource, tools_.loop.wall_now());
  CO_TRY_OK(Family::check_update(before, config));
  if (Family::reference_of(before) != Family::reference_of(config)) {
    co_return refuse("IllegalUpdate",
                     "The update contains modifications that are not allowed: CallerReference cannot be changed.");
  }
  CO_TRY(std::vector<Resource> all, co_await read_all());
  CO_TRY_OK(co_await check(stored.resource, std::move(all)));
  const std::string key = key_of<Family>(stored.resource.id);
  const auto made = co_await tools_.store.put(key, aws::to_json(stored.resource), stored.revision);
  if (!made) co_return refuse_commit(made.error());
  co_return typename Family::Update::Output{std::move(stored.resource), etag_of(key, *made)};
}

template <typename Family>
auto Resources<Family>::remove(typename Family::Delete::Input request) -> Task<typename Family::Delete> {
  if (Family::find_managed(request.id)) co_return refuse("IllegalDelete", "You cannot delete what is managed.");
  CO_TRY_STORE(const auto turn, co_await tools_.turns.take());
  CO_TRY(const Stored stored, co_await find_matching(request.id, std::move(request.if_match)));
  CO_TRY(const auto users, co_await find_distributions(tools_, [&](const auto& config) {
           return Family::is_used_by(config, stored.resource.id);
         }));
  CO_TRY(std::string user, co_await Family::find_other_user(tools_, stored.resource.id));
  if (!users.empty()) user = fmt::format("the distribution {}", users.front());
  if (!user.empty()) {
    co_return refuse(Family::errors.in_use.code,
                     fmt::format("{} (It is used by {}.)", Family::errors.in_use.message, user));
  }
  const auto made = co_await tools_.store.remove(key_of<Family>(stored.resource.id), stored.revision);
  if (!made) co_return refuse_commit(made.error());
  co_return aws::Nothing{};
}

template <typename Family>
auto Resources<Family>::list_users(typename Family::ListUsers::Input request) -> Task<typename Family::ListUsers> {
  if constexpr (std::is_same_v<typename Family::ListUsers, NoOperation>) {
    co_return aws::Nothing{};
  } else {
    const std::string& id = request.*Family::id_of_list_users;
    CO_TRY_OK(co_await find(id));
    CO_TRY(const auto users,
           co_await find_distributions(tools_, [&](const auto& config) { return Family::is_used_by(config, id); }));
    CO_TRY(auto list, id_list_of(users, request.marker, request.max_items));
    co_return typename Family::ListUsers::Output{std::move(list)};
  }
}

}  // namespace gust::control
