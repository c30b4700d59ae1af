#include "formation/stack.h"

#include "base/date.h"
#include "base/result.h"
#include "formation/documents_internal.h"

namespace gust::formation {

using namespace document;

namespace {

Json json_of(const Made& made) {
  return {{"type", made.type},
          {"physical_id", made.facts.physical_id},
          {"attributes", made.facts.attributes},
          {"properties", made.properties}};
}
Made made_of(const Json& json) {
  return {.type = text(json, "type"),
          .facts = {.physical_id = text(json, "physical_id"), .attributes = texts(part(json, "attributes"))},
          .properties = part(json, "properties")};
}

Json json_of(const StackResource& resource) {
  Json json = {{"now", json_of(resource.now)},
               {"is_reverted", resource.is_reverted},
               {"on_delete", resource.on_delete},
               {"on_replace", resource.on_replace},
               {"status", resource.status},
               {"reason", resource.reason},
               {"changed", iso8601_exact_of(resource.changed)}};
  if (resource.before) json["before"] = json_of(*resource.before);
  if (const auto& intention = resource.intention) {
    json["intention"] = {{"type", intention->type},
                         {"unique", intention->unique},
                         {"properties", intention->properties},
                         {"is_findable", intention->is_findable}};
  }
  return json;
}
StackResource resource_of(const Json& json) {
  StackResource resource{.now = made_of(part(json, "now")),
                         .intention = {},
                         .before = {},
                         .is_reverted = flag(json, "is_reverted"),
                         .on_delete = choice(json, "on_delete", Removal::retain_except_on_create),
                         .on_replace = choice(json, "on_replace", Removal::retain_except_on_create),
                         .status = text(json, "status"),
                         .reason = text(json, "reason"),
                         .changed = time(json, "changed").value_or(WallTime{})};
  if (json.contains("before")) resource.before = made_of(part(json, "before"));
  if (const Json intention = part(json, "intention"); intention.is_object()) {
    resource.intention = Intention{.type = text(intention, "type"),
                                   .unique = text(intention, "unique"),
                                   .properties = part(intention, "properties"),
                                   .is_findable = flag(intention, "is_findable")};
  }
  return resource;
}

}  // namespace

std::string write_stack(const Stack& stack) {
  Json resources = Json::object(), outputs = Json::array();
  for (const auto& [name, resource] : stack.resources) resources[name] = json_of(resource);
  for (const StackOutput& output : stack.outputs) {
    outputs.push_back({output.key, output.value, output.description, output.export_name});
  }
  Json json = {
      {"name", stack.name},
      {"id", stack.id},
      {"status", stack.status},
      {"reason", stack.reason},
      {"created", iso8601_exact_of(stack.created)},
      {"wanted", json_of(stack.wanted)},
      {"capabilities", stack.capabilities},
      {"on_failure", stack.on_failure},
      {"is_protected", stack.is_protected},
      {"caller", {stack.caller.access_key_id, stack.caller.account_id, stack.caller.arn, stack.caller.user_id}},
      {"change_set_id", stack.change_set_id},
      {"client_token", stack.client_token},
      {"retained", stack.retained},
      {"resources", std::move(resources)},
      {"outputs", std::move(outputs)},
      {"imports", stack.imports}};
  if (stack.updated) json["updated"] = iso8601_exact_of(*stack.updated);
  if (stack.deleted) json["deleted"] = iso8601_exact_of(*stack.deleted);
  if (stack.before) json["before"] = json_of(*stack.before);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Stack> read_stack(std::string_view document) {
  const Json json = Json::parse(document.begin(), document.end(), nullptr, false);
  if (!json.is_object() || text(json, "id").empty()) return fail(Errc::corrupt, "a stack's document cannot be read");
  Stack stack{.name = text(json, "name"),
              .id = text(json, "id"),
              .status = text(json, "status"),
              .reason = text(json, "reason"),
              .created = time(json, "created").value_or(WallTime{}),
              .updated = time(json, "updated"),
              .deleted = time(json, "deleted"),
              .wanted = wanted_of(part(json, "wanted")),
              .before = {},
              .capabilities = list(part(json, "capabilities")),
              .on_failure = choice(json, "on_failure", OnFailure::remove),
              .is_protected = flag(json, "is_protected"),
              .caller = {},
              .change_set_id = text(json, "change_set_id"),
              .client_token = text(json, "client_token"),
              .retained = list(part(json, "retained")),
              .resources = {},
              .outputs = {},
              .imports = list(part(json, "imports"))};
  if (auto caller = list(part(json, "caller")); caller.size() == 4) {
    stack.caller = {std::move(caller[0]), std::move(caller[1]), std::move(caller[2]), std::move(caller[3])};
  }
  if (json.contains("before")) stack.before = wanted_of(part(json, "before"));
  if (const Json resources = part(json, "resources"); resources.is_object()) {
    for (const auto& [name, resource] : resources.items()) stack.resources.emplace(name, resource_of(resource));
  }
  for (const Json& row : part(json, "outputs")) {
    if (const auto texts = list(row); texts.size() == 4)
      stack.outputs.push_back({texts[0], texts[1], texts[2], texts[3]});
  }
  return stack;
}

std::string write_event(const StackEvent& event) {
  return Json{{"id", event.id},
              {"logical_id", event.logical_id},
              {"physical_id", event.physical_id},
              {"type", event.type},
              {"status", event.status},
              {"reason", event.reason},
              {"properties", event.properties},
              {"client_token", event.client_token},
              {"at", iso8601_exact_of(event.at)}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<StackEvent> read_event(std::string_view document) {
  const Json json = Json::parse(document.begin(), document.end(), nullptr, false);
  if (!json.is_object()) return fail(Errc::corrupt, "an event's document cannot be read");
  return StackEvent{.id = text(json, "id"),
                    .logical_id = text(json, "logical_id"),
                    .physical_id = text(json, "physical_id"),
                    .type = text(json, "type"),
                    .status = text(json, "status"),
                    .reason = text(json, "reason"),
                    .properties = text(json, "properties"),
                    .client_token = text(json, "client_token"),
                    .at = time(json, "at").value_or(WallTime{})};
}

bool is_in_progress(std::string_view status) {
  return status.ends_with("_IN_PROGRESS") && status != "REVIEW_IN_PROGRESS";
}

Scope scope_of(const Stack& stack, const Template& made, std::string account_id, std::string region) {
  Scope scope;
  scope.made = &made;
  scope.parameters = stack.wanted.parameters;
  scope.account_id = std::move(account_id);
  scope.region = std::move(region);
  scope.stack_id = stack.id;
  scope.stack_name = stack.name;
  for (const auto& [name, resource] : stack.resources) {
    if (resource.exists() && made.resources.contains(name)) scope.resources.emplace(name, resource.now.facts);
  }
  return scope;
}

aws::Answer<Template> wanted_template(const Stack& stack, const std::string& account_id, const std::string& region) {
  TRY(const Json json, read_template_text(stack.wanted.template_text));
  TRY(Template made, read_template(json));
  const Scope scope = scope_of(stack, made, account_id, region);
  std::map<std::string, bool> holds;
  for (const auto& [name, condition] : made.conditions) {
    TRY(holds[name], evaluate_condition(name, scope));
  }
  const auto is_left_out = [&](const auto& entry) {
    return !entry.second.condition.empty() && !holds.at(entry.second.condition);
  };
  std::erase_if(made.resources, is_left_out);
  std::erase_if(made.outputs, is_left_out);
  return made;
}

}  // namespace gust::formation
