#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "aws/form_internal.h"
#include "aws/scalar_internal.h"
#include "aws/shapes.h"
#include "aws/validate_internal.h"
#include "base/result.h"
#include "base/text.h"

namespace gust::aws {
namespace {

using Done = std::expected<std::monostate, std::string>;

std::unexpected<std::string> problem(std::string text) { return std::unexpected(std::move(text)); }

bool is_of_protocol(std::string_view name) {
  return name == "Action" || name == "Version" || starts_with_fold(name, "X-Amz-");
}

class Reader {
 public:
  Reader(std::span<const QueryItem> items, std::vector<std::string>& violations) : violations_(violations) {
    for (const QueryItem& item : items) {
      if (!is_of_protocol(item.name)) items_.push_back({item.name, item.value, false});
    }
    std::ranges::sort(items_, {}, &Item::name);
  }

  Done read(const Shape& shape, void* value) {
    const auto twice = std::ranges::adjacent_find(items_, {}, &Item::name);
    if (twice != items_.end()) return problem(fmt::format("The parameter {} stands twice.", twice->name));
    TRY_OK(read_structure(shape, "", value, ""));
    const auto unknown = std::ranges::find(items_, false, &Item::is_taken);
    if (unknown != items_.end()) return problem(fmt::format("Unexpected parameter {}.", unknown->name));
    return {};
  }

 private:
  struct Item {
    std::string_view name, value;
    bool is_taken;
  };

  Item* find(std::string_view name) {
    const auto found = std::ranges::lower_bound(items_, name, {}, &Item::name);
    return found != items_.end() && found->name == name ? &*found : nullptr;
  }
  bool has_under(std::string_view name) const {
    const std::string prefix = fmt::format("{}.", name);
    const auto found = std::ranges::lower_bound(items_, std::string_view(prefix), {}, &Item::name);
    return found != items_.end() && found->name.starts_with(prefix);
  }

  Done read_value(const Shape& shape, TimeForm form, const std::string& name, void* value, const std::string& path) {
    Item* item = find(name);
    if (item != nullptr) item->is_taken = true;
    if (is_scalar(shape.kind)) {
      // Something under the name of a text is left over, and refused as such.
      if (item == nullptr) return problem(fmt::format("Start of structure or map found where not expected: {}.", name));
      if (!read_scalar(shape, form, item->value, value)) return problem(fmt::format("Bad value of {}.", name));
      return {};
    }
    // Clients send an empty list as `Name=`.
    if (item != nullptr && !item->value.empty()) return problem(fmt::format("Unexpected text in {}.", name));
    if (shape.kind == Kind::structure) return read_structure(shape, name, value, path);
    if (shape.kind == Kind::list) return read_list(shape, name, value, path);
    return read_map(name, value);
  }

  Done read_structure(const Shape& shape, const std::string& name, void* value, const std::string& path) {
    for (const Member& member : shape.members) {
      const std::string inside = name.empty() ? std::string(member.wire) : fmt::format("{}.{}", name, member.wire);
      if (find(inside) != nullptr || has_under(inside)) {
        TRY_OK(read_value(*member.shape, member.time_form, inside, make_value(member, value), path_of(path, member)));
      } else if (member.required) {
        add_missing(violations_, path, member);
      }
    }
    return {};
  }

  Done read_list(const Shape& shape, const std::string& name, void* value, const std::string& path) {
    const std::string prefix = shape.flattened ? name : fmt::format("{}.{}", name, shape.element_wire);
    for (std::size_t at = 1;; ++at) {
      const std::string inside = fmt::format("{}.{}", prefix, at);
      if (find(inside) == nullptr && !has_under(inside)) return {};
      TRY_OK(read_value(*shape.element, TimeForm::iso8601, inside, shape.list->add(value),
                        fmt::format("{}.{}.member", path, at)));
    }
  }

  Done read_map(const std::string& name, void* value) {
    auto& map = *static_cast<std::map<std::string, std::string>*>(value);
    for (std::size_t at = 1;; ++at) {
      Item* key = find(fmt::format("{}.entry.{}.key", name, at));
      if (key == nullptr) return {};
      Item* text = find(fmt::format("{}.entry.{}.value", name, at));
      if (text == nullptr) return problem(fmt::format("The parameter {}.entry.{}.value is missing.", name, at));
      key->is_taken = text->is_taken = true;
      if (!map.emplace(key->value, text->value).second) {
        return problem(fmt::format("The key of {}.entry.{} stands twice.", name, at));
      }
    }
  }

  std::vector<Item> items_;
  std::vector<std::string>& violations_;
};

}  // namespace

Done read_form(std::span<const QueryItem> items, const Shape& shape, void* value,
               std::vector<std::string>& violations) {
  return Reader(items, violations).read(shape, value);
}

}  // namespace gust::aws
