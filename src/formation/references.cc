#include "formation/references.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <functional>

#include "base/result.h"
#include "base/text.h"

namespace gust::formation {
namespace {

std::unexpected<aws::ServiceError> malformed(std::string_view what) {
  return invalid(fmt::format("Template format error: {}", what));
}

constexpr std::array pseudo_parameters = {"AWS::AccountId", "AWS::NotificationARNs", "AWS::NoValue",
                                          "AWS::Partition", "AWS::Region",           "AWS::StackId",
                                          "AWS::StackName", "AWS::URLSuffix"};

void add_names(const Json& value, std::set<std::string>& names) {
  if (value.is_array()) {
    for (const Json& item : value) add_names(item, names);
    return;
  }
  if (!value.is_object()) return;
  for (const auto& [key, inner] : value.items()) {
    if (value.size() == 1 && key == "Ref" && inner.is_string()) {
      names.insert(inner.get<std::string>());
    } else if (value.size() == 1 && key == "Fn::GetAtt" && inner.is_string()) {
      names.insert(std::string(cut(inner.get_ref<const std::string&>(), '.').before));
    } else if (value.size() == 1 && key == "Fn::GetAtt" && inner.is_array() && !inner.empty() && inner[0].is_string()) {
      names.insert(inner[0].get<std::string>());
      add_names(inner, names);
    } else if (value.size() == 1 && key == "Fn::Sub" && (inner.is_string() || inner.is_array())) {
      const Json own = inner.is_array() && inner.size() == 2 ? inner[1] : Json::object();
      const Json& text = inner.is_array() && !inner.empty() ? inner[0] : inner;
      if (const auto pieces = text.is_string() ? pieces_of(text.get<std::string>()) : std::vector<Piece>()) {
        for (const Piece& piece : *pieces) {
          if (piece.is_name && !own.contains(piece.text)) names.insert(std::string(cut(piece.text, '.').before));
        }
      }
      add_names(own, names);
    } else {
      add_names(inner, names);
    }
  }
}

void add_conditions(const Json& value, std::set<std::string>& names) {
  if (value.is_array()) {
    for (const Json& item : value) add_conditions(item, names);
  } else if (value.is_object()) {
    for (const auto& [key, inner] : value.items()) {
      if (key == "Condition" && value.size() == 1 && inner.is_string()) names.insert(inner.get<std::string>());
      if (key == "Fn::If" && inner.is_array() && !inner.empty() && inner[0].is_string()) {
        names.insert(inner[0].get<std::string>());
      }
      add_conditions(inner, names);
    }
  }
}

// Names that a section speaks of and the template does not have.
aws::Answer<void> check_names(const Template& made, const Json& value, std::string_view section,
                              bool may_name_resources) {
  std::vector<std::string> unknown;
  for (const std::string& name : names_in(value)) {
    const bool is_known = made.parameters.contains(name) || (may_name_resources && made.resources.contains(name)) ||
                          std::ranges::find(pseudo_parameters, name) != pseudo_parameters.end();
    if (!is_known) unknown.push_back(name);
  }
  if (unknown.empty()) return {};
  if (!may_name_resources) {
    return malformed(
        fmt::format("Unresolved dependencies [{}]. Cannot reference resources in the {} block of the template",
                    fmt::join(unknown, ", "), section));
  }
  return malformed(fmt::format("Unresolved resource dependencies [{}] in the {} block of the template",
                               fmt::join(unknown, ", "), section));
}

aws::Answer<void> check_condition_name(const Template& made, const std::string& name) {
  if (name.empty() || made.conditions.contains(name)) return {};
  return malformed(
      fmt::format("Unresolved condition dependency {} in the Resources or Outputs block of the template", name));
}

aws::Answer<void> check_conditions_in(const Template& made, const Json& value) {
  std::set<std::string> names;
  // Policies have a member Condition of their own, but its value is an object there.
  add_conditions(value, names);
  for (const std::string& name : names) TRY_OK(check_condition_name(made, name));
  return {};
}

// Depth-first with colours: a name that is met again while it is open closes a ring.
aws::Answer<void> check_no_ring(const std::map<std::string, std::set<std::string>>& edges, std::string_view what) {
  std::map<std::string, int> state;
  std::vector<std::string> open;
  std::function<bool(const std::string&)> has_ring = [&](const std::string& name) {
    if (state[name] == 2) return false;
    open.push_back(name);
    if (state[name] == 1) return true;
    state[name] = 1;
    for (const std::string& next : edges.at(name)) {
      if (edges.contains(next) && has_ring(next)) return true;
    }
    state[name] = 2;
    open.pop_back();
    return false;
  };
  for (const auto& [name, next] : edges) {
    if (!has_ring(name)) continue;
    const auto first = std::ranges::find(open, open.back());
    const std::set<std::string> ring(first, open.end());
    return invalid(fmt::format("Circular dependency between {}: [{}]", what, fmt::join(ring, ", ")));
  }
  return {};
}

std::set<std::string> needs_of(const Resource& resource) {
  std::set<std::string> needs = names_in(resource.properties);
  needs.insert(resource.depends_on.begin(), resource.depends_on.end());
  return needs;
}

}  // namespace

aws::Answer<std::vector<Piece>> pieces_of(std::string_view text) {
  std::vector<Piece> pieces(1);
  while (!text.empty()) {
    const std::size_t start = text.find("${");
    pieces.back().text += text.substr(0, start);
    if (start == text.npos) break;
    const std::size_t end = text.find('}', start);
    if (end == text.npos) return malformed("Fn::Sub: a ${ is not closed.");
    const std::string_view name = trim(text.substr(start + 2, end - start - 2));
    text.remove_prefix(end + 1);
    if (name.starts_with('!')) {
      pieces.back().text.append("${").append(name.substr(1)).append("}");
      continue;
    }
    if (name.empty()) return malformed("Fn::Sub: ${} names nothing.");
    pieces.push_back({std::string(name), true});
    pieces.emplace_back();
  }
  return pieces;
}

std::set<std::string> names_in(const Json& value) {
  std::set<std::string> names;
  add_names(value, names);
  return names;
}

std::vector<std::string> in_order(const std::map<std::string, Resource>& resources) {
  std::vector<std::string> order;
  std::set<std::string> done;
  const std::function<void(const std::string&)> visit = [&](const std::string& name) {
    if (!done.insert(name).second) return;
    for (const std::string& other : needs_of(resources.at(name))) {
      if (resources.contains(other)) visit(other);
    }
    order.push_back(name);
  };
  for (const auto& [name, resource] : resources) visit(name);
  return order;
}

aws::Answer<void> check_references(const Template& made) {
  std::map<std::string, std::set<std::string>> edges, condition_edges;
  for (const auto& [name, condition] : made.conditions) {
    TRY_OK(check_names(made, condition, "Conditions", false));
    TRY_OK(check_conditions_in(made, condition));
    add_conditions(condition, condition_edges[name]);
  }
  TRY_OK(check_no_ring(condition_edges, "conditions"));
  for (const auto& [name, resource] : made.resources) {
    TRY_OK(check_names(made, resource.properties, "Resources", true));
    TRY_OK(check_conditions_in(made, resource.properties));
    TRY_OK(check_condition_name(made, resource.condition));
    for (const std::string& other : resource.depends_on) {
      if (!made.resources.contains(other)) {
        return malformed(
            fmt::format("Unresolved resource dependencies [{}] in the Resources block of the template", other));
      }
    }
    edges[name] = needs_of(resource);
  }
  TRY_OK(check_no_ring(edges, "resources"));
  for (const auto& [name, output] : made.outputs) {
    TRY_OK(check_names(made, output.value, "Outputs", true));
    TRY_OK(check_conditions_in(made, output.value));
    TRY_OK(check_condition_name(made, output.condition));
    if (output.export_name) TRY_OK(check_names(made, *output.export_name, "Outputs", false));
  }
  return {};
}

}  // namespace gust::formation
