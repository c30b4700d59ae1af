#include "formation/template_text.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/text.h"

namespace gust::formation {
namespace {

// The functions whose long form is Fn::NAME.
constexpr std::array functions = {
    "Base64",       "Cidr",
    "FindInMap",    "GetAZs",
    "If",           "ImportValue",
    "Join",         "Select",
    "Split",        "Sub",
    "Transform",    "And",
    "Equals",       "Not",
    "Or",           "Length",
    "RefAll",       "Contains",
    "ValueOf",      "GetAtt",
    "EachMemberIn", "EachMemberEquals",
    "ToJsonString", "ValueOfAll",
};

std::unexpected<aws::ServiceError> malformed(std::string_view what) {
  return invalid(fmt::format("Template format error: {}", what));
}

aws::Answer<Json> read_json(std::string_view text) {
  std::size_t values = 0;
  bool is_within_limits = true;
  const auto count = [&](int depth, Json::parse_event_t, Json&) {
    is_within_limits = is_within_limits && depth <= template_depth_max && ++values <= 2 * template_values_max;
    return is_within_limits;
  };
  Json value = Json::parse(text.begin(), text.end(), count, false);
  if (!is_within_limits) return malformed("the template is nested too deeply or holds too many values.");
  if (value.is_discarded()) return malformed("JSON not well-formed.");
  return value;
}

bool is_json_number(std::string_view text) {
  const auto digits = [&] {
    const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(count);
    return count;
  };
  if (text.starts_with('-')) text.remove_prefix(1);
  const bool leads_with_zero = text.starts_with('0');
  const std::size_t whole = digits();
  if (whole == 0 || (leads_with_zero && whole > 1)) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (digits() == 0) return false;
  }
  return text.empty();
}

Json json_of_plain(const std::string& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return nullptr;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  // A number that does not fit stays the text that it is.
  if (is_json_number(text)) {
    Json number = Json::parse(text, nullptr, false);
    if (!number.is_discarded() && number.dump() == text) return number;
  }
  return text;
}

class YamlReader {
 public:
  aws::Answer<Json> read(const YAML::Node& node, int depth) {
    if (depth > template_depth_max || ++values_ > template_values_max) {
      return malformed("the template is nested too deeply or holds too many values.");
    }
    const std::string& tag = node.Tag();
    // `!` alone marks a quoted scalar, `?` a plain one; tag:yaml.org,2002:... are YAML's own types.
    if (tag.size() > 1 && tag.front() == '!') return read_function(tag.substr(1), node, depth);
    return read_plain(node, depth);
  }

 private:
  aws::Answer<Json> read_plain(const YAML::Node& node, int depth) {
    if (node.IsScalar()) return node.Tag() == "?" ? json_of_plain(node.Scalar()) : Json(node.Scalar());
    if (node.IsSequence()) {
      Json array = Json::array();
      for (const YAML::Node& item : node) {
        TRY(Json value, read(item, depth + 1));
        array.push_back(std::move(value));
      }
      return array;
    }
    if (!node.IsMap()) return Json(nullptr);
    Json object = Json::object();
    for (const auto& entry : node) {
      if (!entry.first.IsScalar()) return malformed("YAML not well-formed: a name is not a text.");
      const std::string& name = entry.first.Scalar();
      if (object.contains(name)) {
        return malformed(
            fmt::format("YAML not well-formed. (line {}: '{}' stands twice)", entry.first.Mark().line + 1, name));
      }
      TRY(Json value, read(entry.second, depth + 1));
      object[name] = std::move(value);
    }
    return object;
  }

  aws::Answer<Json> read_function(const std::string& name, const YAML::Node& node, int depth) {
    if (name == "Ref" || name == "Condition") {
      TRY(Json value, read_plain(node, depth));
      return Json{{name, std::move(value)}};
    }
    if (std::ranges::find(functions, name) == functions.end()) {
      return malformed(fmt::format("unknown tag !{} (line {}).", name, node.Mark().line + 1));
    }
    if (name == "GetAtt" && node.IsScalar()) {
      const std::string& text = node.Scalar();
      const std::size_t dot = text.find('.');
      if (dot == text.npos) return malformed("every Fn::GetAtt needs the name of a resource and of an attribute.");
      return Json{{"Fn::GetAtt", Json::array({text.substr(0, dot), text.substr(dot + 1)})}};
    }
    // A scalar under a tag of its own is a text, also where it looks like a number.
    TRY(Json value, read_plain(node, depth));
    return Json{{"Fn::" + name, std::move(value)}};
  }

  std::size_t values_ = 0;
};

aws::Answer<Json> read_yaml(std::string_view text) {
  try {
    YamlReader reader;
    return reader.read(YAML::Load(std::string(text)), 0);
  } catch (const YAML::Exception& exception) {
    return malformed(fmt::format("YAML not well-formed. (line {}, column {}: {})", exception.mark.line + 1,
                                 exception.mark.column + 1, exception.msg));
  }
}

}  // namespace

std::unexpected<aws::ServiceError> invalid(std::string message) {
  return aws::refuse("ValidationError", 400, std::move(message));
}

aws::Answer<Json> read_template_text(std::string_view text) {
  if (!is_utf8(text)) return malformed("the template is not UTF-8.");
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  if (start == text.npos) return malformed("the template is empty.");
  TRY(Json value, text[start] == '{' ? read_json(text) : read_yaml(text));
  if (!value.is_object()) return malformed("unsupported structure.");
  return value;
}

}  // namespace gust::formation
