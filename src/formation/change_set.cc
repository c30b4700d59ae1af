#include "formation/change_set.h"

#include "base/result.h"
#include "formation/documents_internal.h"

namespace gust::formation {

std::string write_change_set(const ChangeSet& set) {
  Json changes = Json::array();
  for (const ResourceChange& change : set.changes) {
    changes.push_back({{"action", change.action},
                       {"name", change.name},
                       {"type", change.type},
                       {"physical_id", change.physical_id},
                       {"replacement", change.replacement},
                       {"properties", change.properties}});
  }
  return Json{{"name", set.name},
              {"id", set.id},
              {"description", set.description},
              {"status", set.status},
              {"reason", set.reason},
              {"execution_status", set.execution_status},
              {"created", iso8601_exact_of(set.created)},
              {"wanted", document::json_of(set.wanted)},
              {"capabilities", set.capabilities},
              {"changes", std::move(changes)}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<ChangeSet> read_change_set(std::string_view text) {
  const Json json = Json::parse(text.begin(), text.end(), nullptr, false);
  if (!json.is_object() || document::text(json, "id").empty()) {
    return fail(Errc::corrupt, "a change set's document cannot be read");
  }
  ChangeSet set{.name = document::text(json, "name"),
                .id = document::text(json, "id"),
                .description = document::text(json, "description"),
                .status = document::text(json, "status"),
                .reason = document::text(json, "reason"),
                .execution_status = document::text(json, "execution_status"),
                .created = document::time(json, "created").value_or(WallTime{}),
                .wanted = document::wanted_of(document::part(json, "wanted")),
                .capabilities = document::list(document::part(json, "capabilities")),
                .changes = {}};
  for (const Json& change : document::part(json, "changes")) {
    set.changes.push_back({.action = document::choice(change, "action", Action::remove),
                           .name = document::text(change, "name"),
                           .type = document::text(change, "type"),
                           .physical_id = document::text(change, "physical_id"),
                           .replacement = document::text(change, "replacement"),
                           .properties = document::list(document::part(change, "properties"))});
  }
  return set;
}

}  // namespace gust::formation
