#include <fmt/format.h>

#include <map>
#include <pugixml.hpp>

#include "aws/scalar_internal.h"
#include "aws/shapes.h"
#include "aws/validate_internal.h"
#include "aws/xml_internal.h"
#include "base/result.h"
#include "base/text.h"

namespace gust::aws {
namespace {

using Done = std::expected<std::monostate, std::string>;

std::unexpected<std::string> problem(std::string text) { return std::unexpected(std::move(text)); }

bool is_space(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

bool is_text(const pugi::xml_node& node) { return node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata; }

// Namespaces are not judged: clients leave them out or write the wrong year.
bool is_declaration(std::string_view name) {
  return name == "xmlns" || name.starts_with("xmlns:") || name == "xsi:schemaLocation";
}

std::string_view without_prefix(std::string_view name) {
  const Cut parts = cut(name, ':');
  return parts.found ? parts.after : name;
}

class Reader {
 public:
  explicit Reader(std::vector<std::string>& violations) : violations_(violations) {}

  Done read(const pugi::xml_node& node, const Shape& shape, TimeForm form, void* value, const std::string& path,
            int depth) {
    if (depth > xml_depth_max) return problem("The document is nested too deeply.");
    switch (shape.kind) {
      case Kind::structure:
        return read_structure(node, shape, value, path, depth);
      case Kind::list:
        return read_list(node, shape, value, path, depth);
      case Kind::map:
        return problem(fmt::format("Unexpected map in '{}'.", node.name()));
      default:
        return read_leaf(node, shape, form, value);
    }
  }

 private:
  // A member that is a flattened list has as many elements as it likes; any other has one.
  static const Member* member_of(const Shape& shape, std::string_view element) {
    for (const Member& member : shape.members) {
      if (member.location != Location::body || member.attribute) continue;
      const bool flattened = member.shape->kind == Kind::list && member.shape->flattened;
      const std::string_view wire =
          flattened && !member.shape->element_wire.empty() ? member.shape->element_wire : member.wire;
      if (wire == element) return &member;
    }
    return nullptr;
  }

  Done read_structure(const pugi::xml_node& node, const Shape& shape, void* value, const std::string& path, int depth) {
    std::vector<bool> seen(shape.members.size());
    TRY_OK(read_attributes(node, shape, value, seen));
    for (const pugi::xml_node& child : node.children()) {
      if (is_text(child)) {
        if (!is_space(child.value())) return problem(fmt::format("Unexpected text in '{}'.", node.name()));
        continue;
      }
      TRY_OK(only_elements(child, node));
      const Member* member = member_of(shape, child.name());
      if (member == nullptr) {
        return problem(fmt::format("Unexpected element '{}' in '{}'.", child.name(), node.name()));
      }
      const auto index = static_cast<std::size_t>(member - shape.members.data());
      const bool flattened = member->shape->kind == Kind::list && member->shape->flattened;
      if (seen[index] && !flattened) {
        return problem(fmt::format("Element '{}' stands twice in '{}'.", child.name(), node.name()));
      }
      seen[index] = true;
      const std::string inside = path_of(path, *member);
      if (flattened) {
        void* list = static_cast<char*>(value) + member->offset;
        const std::size_t at = member->shape->list->size(list) + 1;
        if (at > xml_list_items_max) return too_many(node);
        TRY_OK(read(child, *member->shape->element, member->time_form, member->shape->list->add(list),
                    fmt::format("{}.{}.member", inside, at), depth + 1));
      } else {
        TRY_OK(read(child, *member->shape, member->time_form, make_value(*member, value), inside, depth + 1));
      }
    }
    for (std::size_t i = 0; i < seen.size(); ++i) {
      const Member& member = shape.members[i];
      if (member.required && !seen[i] && member.location == Location::body) {
        add_missing(violations_, path, member);
      }
    }
    return {};
  }

  Done read_attributes(const pugi::xml_node& node, const Shape& shape, void* value, std::vector<bool>& seen) {
    for (const pugi::xml_attribute& attribute : node.attributes()) {
      if (is_declaration(attribute.name())) continue;
      bool taken = false;
      for (std::size_t i = 0; i < shape.members.size() && !taken; ++i) {
        const Member& member = shape.members[i];
        if (!member.attribute || without_prefix(member.wire) != without_prefix(attribute.name()) || seen[i]) continue;
        taken = seen[i] = true;
        if (!read_scalar(*member.shape, member.time_form, attribute.value(), make_value(member, value))) {
          return problem(fmt::format("Bad value of '{}' in '{}'.", attribute.name(), node.name()));
        }
      }
      if (!taken) return problem(fmt::format("Unexpected attribute '{}' in '{}'.", attribute.name(), node.name()));
    }
    return {};
  }

  Done read_list(const pugi::xml_node& node, const Shape& shape, void* value, const std::string& path, int depth) {
    TRY_OK(no_attributes(node));
    const std::string_view name = shape.element_wire.empty() ? "member" : shape.element_wire;
    std::size_t at = 0;
    for (const pugi::xml_node& child : node.children()) {
      if (is_text(child)) {
        if (!is_space(child.value())) return problem(fmt::format("Unexpected text in '{}'.", node.name()));
        continue;
      }
      TRY_OK(only_elements(child, node));
      if (child.name() != name) {
        return problem(fmt::format("Unexpected element '{}' in list '{}'.", child.name(), node.name()));
      }
      if (++at > xml_list_items_max) return too_many(node);
      TRY_OK(read(child, *shape.element, TimeForm::iso8601, shape.list->add(value),
                  fmt::format("{}.{}.member", path, at), depth + 1));
    }
    return {};
  }

  static Done too_many(const pugi::xml_node& node) {
    return problem(fmt::format("There are more than {} elements in '{}'.", xml_list_items_max, node.name()));
  }

  // Processing instructions have names too.
  static Done only_elements(const pugi::xml_node& child, const pugi::xml_node& node) {
    if (child.type() == pugi::node_element) return {};
    return problem(fmt::format("Unexpected content in '{}'.", node.name()));
  }

  static Done no_attributes(const pugi::xml_node& node) {
    for (const pugi::xml_attribute& attribute : node.attributes()) {
      if (!is_declaration(attribute.name())) {
        return problem(fmt::format("Unexpected attribute '{}' in '{}'.", attribute.name(), node.name()));
      }
    }
    return {};
  }

  static Done read_leaf(const pugi::xml_node& node, const Shape& shape, TimeForm form, void* value) {
    TRY_OK(no_attributes(node));
    std::string text;
    for (const pugi::xml_node& child : node.children()) {
      if (!is_text(child)) return problem(fmt::format("Unexpected element '{}' in '{}'.", child.name(), node.name()));
      text += child.value();
    }
    const std::string_view trimmed = shape.kind == Kind::string ? std::string_view(text) : trim(text);
    if (!read_scalar(shape, form, trimmed, value)) return problem(fmt::format("Bad value of '{}'.", node.name()));
    return {};
  }

  std::vector<std::string>& violations_;
};

bool is_known_reference(std::string_view name) {
  if (name == "amp" || name == "lt" || name == "gt" || name == "quot" || name == "apos") return true;
  if (!name.starts_with('#') || name.size() < 2 || name.size() > 9) return false;
  std::uint32_t point = 0;
  const bool hex = name[1] == 'x';
  if (hex && name.size() == 2) return false;
  for (const char c : name.substr(hex ? 2 : 1)) {
    const int digit = hex ? hex_digit_value(c) : is_digit(c) ? c - '0' : -1;
    if (digit < 0) return false;
    point = point * (hex ? 16 : 10) + static_cast<std::uint32_t>(digit);
  }
  return point > 0 && point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
}

}  // namespace

bool is_plain_xml(std::string_view document) {
  if (!is_utf8(document)) return false;
  for (std::size_t i = 0; i < document.size(); ++i) {
    const char c = document[i];
    if (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') return false;
    if (document.substr(i).starts_with("<![CDATA[")) {
      i = document.find("]]>", i);
      if (i == std::string_view::npos) return false;
    } else if (c == '&') {
      const Cut reference = cut(document.substr(i + 1, 12), ';');
      if (!reference.found || !is_known_reference(reference.before)) return false;
    }
  }
  return true;
}

Done read_xml(std::string_view document, std::string_view root, const Shape& shape, void* value, std::string_view path,
              std::vector<std::string>& violations) {
  if (document.size() > body_bytes_max) return problem("The document is too large.");
  if (document.starts_with("\xEF\xBB\xBF")) document.remove_prefix(3);
  if (!is_plain_xml(document)) return problem("The XML you provided was not well-formed.");
  pugi::xml_document tree;
  const unsigned options = pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol | pugi::parse_wconv_attribute |
                           pugi::parse_ws_pcdata | pugi::parse_doctype | pugi::parse_pi;
  const auto parsed = tree.load_buffer(document.data(), document.size(), options, pugi::encoding_utf8);
  if (!parsed) return problem("The XML you provided was not well-formed.");
  pugi::xml_node top;
  for (const pugi::xml_node& child : tree.children()) {
    if (child.type() != pugi::node_element || top) return problem("The XML must hold one root element and no DTD.");
    top = child;
  }
  if (!top) return problem("The XML holds no element.");
  if (!root.empty() && top.name() != root) {
    return problem(fmt::format("Unexpected root element '{}'; expected '{}'.", top.name(), root));
  }
  return Reader(violations).read(top, shape, TimeForm::iso8601, value, std::string(path), 0);
}

}  // namespace gust::aws
