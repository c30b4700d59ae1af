#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "aws/pattern.h"
#include "aws/scalar_internal.h"
#include "aws/shapes.h"
#include "aws/validate_internal.h"
#include "base/text.h"

namespace gust::aws {
namespace {

// XML 1.0 section 2.2, Char.
bool is_text_of_xml(std::string_view text) {
  const bool has_control = std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r'; });
  return !has_control && is_utf8(text) && !text.contains("\xEF\xBF\xBE") && !text.contains("\xEF\xBF\xBF");
}

class Validator {
 public:
  Validator(std::vector<std::string>& into, TextRule texts) : into_(into), texts_(texts) {}

  void check(const Shape& shape, const void* value, const std::string& path) {
    if (into_.size() >= violations_max) return;
    switch (shape.kind) {
      case Kind::structure:
        for (const Member& member : shape.members) {
          const void* inside = value_of(member, value);
          if (inside == nullptr || !is_present(member, value)) continue;
          check(*member.shape, inside, path_of(path, member));
        }
        return;
      case Kind::list: {
        const std::size_t size = shape.list->size(value);
        bounds(shape, static_cast<std::int64_t>(size), "length", fmt::format("{} items", size), path);
        for (std::size_t i = 0; i < size; ++i) {
          check(*shape.element, shape.list->at(value, i), fmt::format("{}.{}.member", path, i + 1));
        }
        return;
      }
      case Kind::string:
        text(shape, *static_cast<const std::string*>(value), path);
        return;
      case Kind::integer:
        number(shape, *static_cast<const std::int32_t*>(value), path);
        return;
      case Kind::long_integer:
        number(shape, *static_cast<const std::int64_t*>(value), path);
        return;
      case Kind::real: {
        const double real = *static_cast<const double*>(value);
        const auto over = [](std::int64_t bound) { return static_cast<double>(bound); };
        if (shape.most != std::numeric_limits<std::int64_t>::max() && real > over(shape.most)) {
          add(fmt::format("{}", real), path, fmt::format("have value less than or equal to {}", shape.most));
        }
        if (shape.least != std::numeric_limits<std::int64_t>::min() && real < over(shape.least)) {
          add(fmt::format("{}", real), path, fmt::format("have value greater than or equal to {}", shape.least));
        }
        return;
      }
      case Kind::map:
      case Kind::blob:
      case Kind::boolean:
      case Kind::timestamp:
        return;
    }
  }

 private:
  void add(std::string_view value, const std::string& path, std::string_view rule) {
    into_.push_back(fmt::format("Value '{}' at '{}' failed to satisfy constraint: Member must {}", value, path, rule));
  }
  void bounds(const Shape& shape, std::int64_t size, std::string_view what, std::string_view shown,
              const std::string& path) {
    if (size > shape.most) add(shown, path, fmt::format("have {} less than or equal to {}", what, shape.most));
    if (size < shape.least) add(shown, path, fmt::format("have {} greater than or equal to {}", what, shape.least));
  }
  void number(const Shape& shape, std::int64_t value, const std::string& path) {
    bounds(shape, value, "value", std::to_string(value), path);
  }
  void text(const Shape& shape, const std::string& value, const std::string& path) {
    // Not shown: what is told of it would be as unreadable.
    if (texts_ == TextRule::of_xml && !is_text_of_xml(value)) {
      return add("?", path, "consist of characters that XML 1.0 can hold");
    }
    if (!shape.allowed.empty() && std::ranges::find(shape.allowed, value) == shape.allowed.end()) {
      add(value, path, fmt::format("satisfy enum value set: [{}]", fmt::join(shape.allowed, ", ")));
    }
    // Lengths count characters, not bytes.
    const auto points =
        std::ranges::count_if(value, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
    bounds(shape, points, "length", value, path);
    if (shape.pattern.empty()) return;
    // Every pattern of the tables compiles; a test holds that.
    const auto pattern = Pattern::compile(shape.pattern);
    if (pattern && !pattern->matches(value)) {
      add(value, path, fmt::format("satisfy regular expression pattern: {}", shape.pattern));
    }
  }

  std::vector<std::string>& into_;
  TextRule texts_;
};

}  // namespace

std::string path_of(std::string_view before, const Member& member) {
  std::string name(member.name);
  if (!name.empty() && name[0] >= 'A' && name[0] <= 'Z') name[0] = static_cast<char>(name[0] + 32);
  return before.empty() ? name : fmt::format("{}.{}", before, name);
}

void add_missing(std::vector<std::string>& violations, std::string_view before, const Member& member) {
  if (violations.size() >= violations_max) return;
  violations.push_back(
      fmt::format("Value null at '{}' failed to satisfy constraint: Member must not be null", path_of(before, member)));
}

std::vector<std::string> violations_of(const Shape& shape, const void* value, std::string_view path, TextRule texts) {
  std::vector<std::string> result;
  Validator(result, texts).check(shape, value, std::string(path));
  return result;
}

}  // namespace gust::aws
