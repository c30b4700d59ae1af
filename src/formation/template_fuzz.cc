// Any text as a template: what is read has an order, and whatever it says is worked out or refused. What one reading
// gives, another gives too.
#include <cstdint>
#include <cstdlib>

#include "formation/expression.h"
#include "formation/references.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gust::formation;
  const auto json = read_template_text({reinterpret_cast<const char*>(data), size});
  if (!json) return 0;
  const auto made = read_template(*json);
  if (!made) return 0;
  if (in_order(made->resources).size() != made->resources.size()) std::abort();
  Scope scope;
  scope.made = &*made;
  for (const auto& [name, parameter] : made->parameters) scope.parameters[name] = parameter.default_value.value_or("");
  scope.resources[made->resources.begin()->first] = {.physical_id = "id", .attributes = {{"Arn", "arn"}}};
  static_cast<void>(check_rules(scope));
  for (const auto& [name, condition] : made->conditions) static_cast<void>(evaluate_condition(name, scope));
  for (const auto& [name, resource] : made->resources) {
    const auto value = evaluate(resource.properties, scope);
    if (value && !is_unresolved(*value) && evaluate(*value, scope) != evaluate(*value, scope)) std::abort();
  }
  return 0;
}
