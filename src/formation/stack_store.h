// StackStore: the stacks, their events and change sets in the store.
//
// Shape:  `cloudformation/stack/UUID` holds a stack, live or deleted; `cloudformation/name/NAME` the UUID of the live
//         stack of that name, so that a name is taken by one commit; `cloudformation/event/UUID/...` its events in
//         order of time; `cloudformation/change-set/UUID/NAME` its change sets.
//         Which stacks and change sets there are is in memory too, for a look at the rights to one.
// Limits: template_bytes_max, deleted_stacks_max (the oldest go, with their events), events_max a stack.
// Core:   one.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/store.h"
#include "formation/change_set.h"
#include "formation/stack.h"

namespace gust::formation {

inline constexpr std::size_t deleted_stacks_max = 100;
inline constexpr std::size_t events_max = 2'000;

struct StoredStack {
  Stack stack;
  config::Revision revision = config::absent;
};

class StackStore {
 public:
  // `store` outlives it.
  explicit StackStore(config::Store& store) : store_(store) {}

  // Learns which stacks and change sets there are.
  rt::Task<Result<void>> load();
  // The id of the live stack of that name, or of the stack that a change set's id is of; null where there is none.
  const std::string* id_of_name(std::string_view name) const;
  const std::string* id_of_change_set(std::string_view change_set_id) const;

  // A live stack by its name, or any by its id. Nothing where there is none.
  rt::Task<Result<std::optional<StoredStack>>> find(std::string name_or_id);
  // All of them, deleted ones too, in order of their ids.
  rt::Task<Result<std::vector<Stack>>> all();

  // Takes the name and writes the stack.
  //   fails  conflict: a live stack has that name
  rt::Task<Result<config::Revision>> create(const Stack& stack);
  // Writes the stack, with the event where there is one. A deleted stack gives its name back.
  //   fails  conflict: it was changed meanwhile
  rt::Task<Result<config::Revision>> save(const Stack& stack, config::Revision expected, const StackEvent* event);
  // Removes a stack that never was more than a name for change sets.
  rt::Task<Result<void>> forget(const Stack& stack, config::Revision expected);

  // The newest first.
  rt::Task<Result<std::vector<StackEvent>>> events(const Stack& stack);
  // Removes what is beyond the limits.
  rt::Task<Result<void>> prune(const Stack& stack);

  // Change sets, as texts (change_set.h).
  rt::Task<Result<std::vector<config::Document>>> change_sets(const Stack& stack);
  rt::Task<Result<void>> save_change_set(const Stack& stack, const ChangeSet& set, config::Revision expected);
  rt::Task<Result<void>> remove_change_set(const Stack& stack, const std::string& name, config::Revision expected);

 private:
  rt::Task<Result<void>> remove_all(std::vector<config::Document> documents);
  void forget_name(const Stack& stack);

  config::Store& store_;
  std::map<std::string, std::string, std::less<>> ids_;     // of live stacks, by name
  std::map<std::string, std::string, std::less<>> owners_;  // ids of stacks, by their change sets' ids
};

// What stands behind the last `/` of an ARN of a stack.
std::string uuid_of(const std::string& stack_id);

}  // namespace gust::formation
