#include "formation/stack_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/result.h"

namespace gust::formation {
namespace {

constexpr std::string_view stack_prefix = "cloudformation/stack/";
constexpr std::size_t writes_max = 100;

std::string stack_key(const std::string& id) { return std::string(stack_prefix) + uuid_of(id); }
std::string name_key(const std::string& name) { return "cloudformation/name/" + name; }
std::string event_prefix(const std::string& id) { return fmt::format("cloudformation/event/{}/", uuid_of(id)); }
std::string change_set_prefix(const std::string& id) {
  return fmt::format("cloudformation/change-set/{}/", uuid_of(id));
}

std::string event_key(const std::string& stack_id, const StackEvent& event) {
  return fmt::format("{}{:020}-{}", event_prefix(stack_id), event.at.time_since_epoch().count(), event.id);
}

}  // namespace

std::string uuid_of(const std::string& stack_id) { return stack_id.substr(stack_id.rfind('/') + 1); }

rt::Task<Result<void>> StackStore::load() {
  CO_TRY(const auto stacks, co_await all());
  for (const Stack& stack : stacks) {
    if (!stack.deleted) ids_[stack.name] = stack.id;
    CO_TRY(const auto documents, co_await change_sets(stack));
    for (const config::Document& document : documents) {
      CO_TRY(const ChangeSet set, read_change_set(document.value));
      owners_[set.id] = stack.id;
    }
  }
  co_return Result<void>{};
}

const std::string* StackStore::id_of_name(std::string_view name) const {
  const auto found = ids_.find(name);
  return found == ids_.end() ? nullptr : &found->second;
}

const std::string* StackStore::id_of_change_set(std::string_view change_set_id) const {
  const auto found = owners_.find(change_set_id);
  return found == owners_.end() ? nullptr : &found->second;
}

rt::Task<Result<std::optional<StoredStack>>> StackStore::find(std::string name_or_id) {
  std::string uuid;
  if (name_or_id.starts_with("arn:")) {
    uuid = uuid_of(name_or_id);
  } else {
    CO_TRY(const auto named, co_await store_.get(name_key(name_or_id)));
    if (!named) co_return std::optional<StoredStack>();
    uuid = named->value;
  }
  CO_TRY(const auto document, co_await store_.get(std::string(stack_prefix) + uuid));
  if (!document) co_return std::optional<StoredStack>();
  CO_TRY(Stack stack, read_stack(document->value));
  if (name_or_id.starts_with("arn:") && stack.id != name_or_id) co_return std::optional<StoredStack>();
  co_return StoredStack{std::move(stack), document->revision};
}

rt::Task<Result<std::vector<Stack>>> StackStore::all() {
  CO_TRY(const auto listing, co_await store_.list(std::string(stack_prefix)));
  std::vector<Stack> stacks;
  for (const config::Document& document : listing.documents) {
    CO_TRY(Stack stack, read_stack(document.value));
    stacks.push_back(std::move(stack));
  }
  co_return stacks;
}

rt::Task<Result<config::Revision>> StackStore::create(const Stack& stack) {
  std::vector<config::Write> writes;
  writes.push_back({.key = name_key(stack.name), .value = uuid_of(stack.id), .expected = config::absent});
  writes.push_back({.key = stack_key(stack.id), .value = write_stack(stack), .expected = config::absent});
  CO_TRY(const config::Revision revision, co_await store_.commit(std::move(writes)));
  ids_[stack.name] = stack.id;
  co_return revision;
}

rt::Task<Result<config::Revision>> StackStore::save(const Stack& stack, config::Revision expected,
                                                    const StackEvent* event) {
  std::vector<config::Write> writes;
  writes.push_back({.key = stack_key(stack.id), .value = write_stack(stack), .expected = expected});
  if (event) {
    writes.push_back({.key = event_key(stack.id, *event), .value = write_event(*event), .expected = config::absent});
  }
  if (stack.deleted) {
    CO_TRY(const auto named, co_await store_.get(name_key(stack.name)));
    if (named && named->value == uuid_of(stack.id)) {
      writes.push_back({.key = named->key, .value = {}, .expected = named->revision});
    }
  }
  CO_TRY(const config::Revision revision, co_await store_.commit(std::move(writes)));
  if (stack.deleted) forget_name(stack);
  co_return revision;
}

rt::Task<Result<void>> StackStore::forget(const Stack& stack, config::Revision expected) {
  CO_TRY(auto sets, co_await change_sets(stack));
  CO_TRY_OK(co_await remove_all(std::move(sets)));
  CO_TRY(auto told, co_await store_.list(event_prefix(stack.id)));
  CO_TRY_OK(co_await remove_all(std::move(told.documents)));
  std::vector<config::Write> writes;
  writes.push_back({.key = stack_key(stack.id), .value = {}, .expected = expected});
  CO_TRY(const auto named, co_await store_.get(name_key(stack.name)));
  if (named && named->value == uuid_of(stack.id)) {
    writes.push_back({.key = named->key, .value = {}, .expected = named->revision});
  }
  CO_TRY_OK(co_await store_.commit(std::move(writes)));
  forget_name(stack);
  std::erase_if(owners_, [&](const auto& entry) { return entry.second == stack.id; });
  co_return Result<void>{};
}

void StackStore::forget_name(const Stack& stack) {
  const auto found = ids_.find(stack.name);
  if (found != ids_.end() && found->second == stack.id) ids_.erase(found);
}

rt::Task<Result<std::vector<StackEvent>>> StackStore::events(const Stack& stack) {
  CO_TRY(const auto listing, co_await store_.list(event_prefix(stack.id)));
  std::vector<StackEvent> events;
  for (const config::Document& document : listing.documents) {
    CO_TRY(StackEvent event, read_event(document.value));
    events.push_back(std::move(event));
  }
  std::ranges::reverse(events);
  co_return events;
}

rt::Task<Result<void>> StackStore::prune(const Stack& stack) {
  CO_TRY(auto told, co_await store_.list(event_prefix(stack.id)));
  if (told.documents.size() > events_max) {
    told.documents.resize(told.documents.size() - events_max);
    CO_TRY_OK(co_await remove_all(std::move(told.documents)));
  }
  CO_TRY(auto stacks, co_await all());
  std::erase_if(stacks, [](const Stack& other) { return !other.deleted; });
  std::ranges::sort(stacks, {}, [](const Stack& other) { return *other.deleted; });
  for (std::size_t i = 0; i + deleted_stacks_max < stacks.size(); ++i) {
    CO_TRY(const auto document, co_await store_.get(stack_key(stacks[i].id)));
    if (document) CO_TRY_OK(co_await forget(stacks[i], document->revision));
  }
  co_return Result<void>{};
}

rt::Task<Result<std::vector<config::Document>>> StackStore::change_sets(const Stack& stack) {
  CO_TRY(auto listing, co_await store_.list(change_set_prefix(stack.id)));
  co_return std::move(listing.documents);
}

rt::Task<Result<void>> StackStore::save_change_set(const Stack& stack, const ChangeSet& set,
                                                   config::Revision expected) {
  CO_TRY_OK(co_await store_.put(change_set_prefix(stack.id) + set.name, write_change_set(set), expected));
  owners_[set.id] = stack.id;
  co_return Result<void>{};
}

rt::Task<Result<void>> StackStore::remove_change_set(const Stack& stack, const std::string& name,
                                                     config::Revision expected) {
  CO_TRY_OK(co_await store_.remove(change_set_prefix(stack.id) + name, expected));
  const std::string part = fmt::format(":changeSet/{}/", name);
  std::erase_if(owners_, [&](const auto& entry) { return entry.second == stack.id && entry.first.contains(part); });
  co_return Result<void>{};
}

rt::Task<Result<void>> StackStore::remove_all(std::vector<config::Document> documents) {
  std::vector<config::Write> writes;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    writes.push_back({.key = std::move(documents[i].key), .value = {}, .expected = documents[i].revision});
    if (writes.size() < writes_max && i + 1 < documents.size()) continue;
    CO_TRY_OK(co_await store_.commit(std::exchange(writes, {})));
  }
  co_return Result<void>{};
}

}  // namespace gust::formation
