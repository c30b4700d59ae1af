// Members of our own documents. They are read by name and checked for their types: a disk is not to be trusted with the
// process's life.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/date.h"
#include "formation/stack.h"

namespace gust::formation::document {

inline std::string text(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}
inline bool flag(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_boolean() && found->get<bool>();
}
inline std::optional<WallTime> time(const Json& json, const char* name) { return read_iso8601(text(json, name)); }
inline Json part(const Json& json, const char* name) { return json.is_object() ? json.value(name, Json()) : Json(); }

inline std::map<std::string, std::string> texts(const Json& json) {
  std::map<std::string, std::string> result;
  if (!json.is_object()) return result;
  for (const auto& [name, value] : json.items()) {
    if (value.is_string()) result.emplace(name, value.get<std::string>());
  }
  return result;
}
inline std::vector<std::string> list(const Json& json) {
  std::vector<std::string> result;
  if (!json.is_array()) return result;
  for (const Json& item : json) {
    if (item.is_string()) result.push_back(item.get<std::string>());
  }
  return result;
}

template <typename E>
E choice(const Json& json, const char* name, E most) {
  const auto found = json.find(name);
  if (found == json.end() || !found->is_number_unsigned()) return E{};
  const auto number = found->get<std::uint64_t>();
  return number <= static_cast<std::uint64_t>(most) ? static_cast<E>(number) : E{};
}

inline Json json_of(const Wanted& wanted) {
  return {{"template", wanted.template_text},
          {"description", wanted.description},
          {"parameters", wanted.parameters},
          {"tags", wanted.tags}};
}
inline Wanted wanted_of(const Json& json) {
  Wanted wanted{.template_text = text(json, "template"),
                .description = text(json, "description"),
                .parameters = texts(part(json, "parameters")),
                .tags = {}};
  for (const Json& pair : part(json, "tags")) {
    if (const auto both = list(pair); both.size() == 2) wanted.tags.emplace_back(both[0], both[1]);
  }
  return wanted;
}

}  // namespace gust::formation::document
