#include <algorithm>
#include <string>
#include <vector>

#include "access/policy_json_internal.h"

namespace gust::access {

std::expected<nlohmann::json, JsonFault> read_policy_json(std::string_view text, std::size_t depth_max) {
  using Json = nlohmann::json;
  std::vector<std::vector<std::string>> names;  // of the objects that are open
  bool is_too_deep = false, has_name_twice = false;
  const auto look = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) {
      names.emplace_back();
    } else if (event == Json::parse_event_t::object_end) {
      names.pop_back();
    } else if (event == Json::parse_event_t::key) {
      const auto& name = parsed.get_ref<const std::string&>();
      has_name_twice = has_name_twice || std::ranges::find(names.back(), name) != names.back().end();
      names.back().push_back(name);
    }
    const bool begins = event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    is_too_deep = is_too_deep || (begins && static_cast<std::size_t>(depth) >= depth_max);
    return !is_too_deep;  // what is deeper is not kept
  };
  Json json = Json::parse(text, look, false);
  if (is_too_deep) return std::unexpected(JsonFault::too_deep);
  if (json.is_discarded() || has_name_twice) return std::unexpected(JsonFault::not_json);
  return json;
}

}  // namespace gust::access
