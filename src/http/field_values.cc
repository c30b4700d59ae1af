#include "http/field_values.h"

#include "base/text.h"
#include "http/scan_internal.h"

namespace gust::http {
namespace {

// The size of the quoted-string at the front of `text`, quotes included; 0 if it never closes.
std::size_t quoted_size(ByteView text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return 0;
}

}  // namespace

bool is_token(ByteView text) { return !text.empty() && span_of(token_byte, text) == text.size(); }

bool is_field_value(ByteView text) { return !has_control(text); }

std::optional<ByteView> ListReader::next() {
  while (!rest_.empty()) {
    std::size_t size = 0;
    while (size < rest_.size() && rest_[size] != separator_) {
      if (rest_[size] != '"') {
        ++size;
        continue;
      }
      const std::size_t quoted = quoted_size(rest_.substr(size));
      bad_ = bad_ || quoted == 0;
      size = quoted == 0 ? rest_.size() : size + quoted;
    }
    const ByteView element = trim(rest_.substr(0, size));
    rest_.remove_prefix(size < rest_.size() ? size + 1 : size);
    if (!element.empty()) return element;
  }
  return std::nullopt;
}

bool list_has(ByteView list, ByteView token) {
  ListReader reader(list);
  while (const auto element = reader.next()) {
    if (equal_fold(*element, token)) return true;
  }
  return false;
}

std::optional<std::string> read_quoted_string(ByteView text) {
  if (!text.starts_with('"') || quoted_size(text) != text.size() || has_control(text)) return std::nullopt;
  std::string result;
  result.reserve(text.size() - 2);
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == '\\') ++i;
    result += text[i];
  }
  return result;
}

std::optional<Parameter> take_parameter(ByteView& text) {
  const std::size_t name_size = span_of(token_byte, text);
  if (name_size == 0) return std::nullopt;
  Parameter result{.name = text.substr(0, name_size), .value = {}, .has_value = false, .is_quoted = false};
  text.remove_prefix(name_size);
  if (!text.starts_with('=')) return result;
  text.remove_prefix(1);
  result.has_value = true;
  result.is_quoted = text.starts_with('"');
  const std::size_t size = result.is_quoted ? quoted_size(text) : span_of(token_byte, text);
  if (size == 0) return std::nullopt;
  result.value = result.is_quoted ? text.substr(1, size - 2) : text.substr(0, size);
  text.remove_prefix(size);
  if (has_control(result.value)) return std::nullopt;
  return result;
}

std::optional<Parameter> read_parameter(ByteView text) {
  const auto result = take_parameter(text);
  return text.empty() ? result : std::nullopt;
}

std::optional<Parameter> find_parameter(ByteView value, ByteView name) {
  ListReader reader(value, ';');
  reader.next();
  while (const auto element = reader.next()) {
    const auto parameter = read_parameter(*element);
    if (parameter && equal_fold(parameter->name, name)) return parameter;
  }
  return std::nullopt;
}

}  // namespace gust::http
