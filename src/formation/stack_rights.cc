#include "formation/stack_rights.h"

#include <fmt/format.h>

#include "formation/properties.h"

namespace gust::formation {
namespace {

// A field of the form, if the operation reads it: another decides nothing.
const std::string* field_of(const aws::Route& route, std::string_view name) {
  const aws::Shape* input = route.operation->input;
  return input != nullptr && member_shape(*input, name) != nullptr ? aws::find_item(route.form, name) : nullptr;
}

}  // namespace

aws::OwnedDeed deed_of(const aws::Route& route, const StackStore& store, std::string_view account_id,
                       std::string_view region) {
  aws::OwnedDeed deed{
      .action = fmt::format("cloudformation:{}", route.operation->name), .resource = "*", .conditions = {}};
  const std::string* stack = field_of(route, "StackName");
  const std::string* set = field_of(route, "ChangeSetName");
  if (stack != nullptr && !stack->empty()) {
    const std::string* id = store.id_of_name(*stack);
    if (stack->starts_with("arn:")) {
      deed.resource = *stack;
    } else if (id != nullptr) {
      deed.resource = *id;
    } else {
      deed.resource = fmt::format("arn:aws:cloudformation:{}:{}:stack/{}/*", region, account_id, *stack);
    }
  } else if (set != nullptr) {
    if (const std::string* id = store.id_of_change_set(*set)) deed.resource = *id;
  }
  if (set != nullptr) deed.conditions.emplace_back("cloudformation:ChangeSetName", *set);
  if (const std::string* url = field_of(route, "TemplateURL")) {
    deed.conditions.emplace_back("cloudformation:TemplateUrl", *url);
  }
  return deed;
}

}  // namespace gust::formation
