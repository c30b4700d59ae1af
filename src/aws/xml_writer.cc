#include <fmt/format.h>

#include <map>

#include "aws/scalar_internal.h"
#include "aws/xml_internal.h"

namespace gust::aws {
namespace {

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void element(std::string_view name, std::string_view xml_namespace, const Shape& shape, TimeForm form,
               const void* value) {
    out_.append("<").append(name);
    if (!xml_namespace.empty()) attribute("xmlns", xml_namespace);
    if (!shape.prefix.empty()) attribute(fmt::format("xmlns:{}", shape.prefix), shape.prefix_namespace);
    if (shape.kind == Kind::structure) attributes(shape, value);
    out_ += '>';
    content(shape, form, value);
    out_.append("</").append(name).append(">");
  }

  void answer(std::string_view name, const Shape& shape, const void* value) {
    out_.append("<").append(name).append(">");
    for (const Member& member : shape.members) {
      const bool is_list = member.shape->kind == Kind::list && !member.shape->flattened;
      if (is_present(member, value) || is_list) write(member, value);
    }
    out_.append("</").append(name).append(">");
  }

 private:
  void attribute(std::string_view name, std::string_view text) {
    out_.append(" ").append(name).append("=\"");
    append_escaped(out_, text);
    out_ += '"';
  }
  void attributes(const Shape& shape, const void* value) {
    for (const Member& member : shape.members) {
      if (member.attribute && is_present(member, value)) {
        attribute(member.wire, scalar_text(*member.shape, member.time_form, value_of(member, value)));
      }
    }
  }

  void content(const Shape& shape, TimeForm form, const void* value) {
    if (shape.kind == Kind::structure) {
      for (const Member& member : shape.members) {
        if (member.location == Location::body && !member.attribute && is_present(member, value)) write(member, value);
      }
    } else if (shape.kind == Kind::list) {
      items(shape, shape.element_wire.empty() ? "member" : shape.element_wire, form, value);
    } else if (shape.kind == Kind::map) {
      entries(*static_cast<const std::map<std::string, std::string>*>(value));
    } else if (is_scalar(shape.kind)) {
      append_escaped(out_, scalar_text(shape, form, value));
    }
  }

  void write(const Member& member, const void* owner) {
    const Shape& shape = *member.shape;
    const void* value = value_of(member, owner);
    if (shape.kind == Kind::list && shape.flattened) {
      items(shape, shape.element_wire.empty() ? member.wire : shape.element_wire, member.time_form, value);
    } else {
      element(member.wire, {}, shape, member.time_form, value);
    }
  }

  void items(const Shape& shape, std::string_view name, TimeForm form, const void* list) {
    const std::size_t size = shape.list->size(list);
    for (std::size_t i = 0; i < size; ++i) element(name, {}, *shape.element, form, shape.list->at(list, i));
  }

  // As the query protocol has maps; no model of rest-xml that we speak holds one in a body.
  void entries(const std::map<std::string, std::string>& map) {
    for (const auto& [key, text] : map) {
      out_ += "<entry><key>";
      append_escaped(out_, key);
      out_ += "</key><value>";
      append_escaped(out_, text);
      out_ += "</value></entry>";
    }
  }

  std::string& out_;
};

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("&#{};", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
}

std::string write_xml(std::string_view root, std::string_view xml_namespace, const Shape& shape, const void* value) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  Writer(out).element(root, xml_namespace, shape, TimeForm::iso8601, value);
  return out;
}

void append_answer_xml(std::string& out, std::string_view root, const Shape& shape, const void* value) {
  Writer(out).answer(root, shape, value);
}

}  // namespace gust::aws
