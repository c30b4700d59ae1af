#include "http/targeted_cache_control.h"

#include <algorithm>

#include "base/text.h"
#include "http/directives_internal.h"

namespace gust::http {
namespace {

constexpr ByteView cdn_cache_control = "CDN-Cache-Control";

// A bare item of RFC 8941 section 3.3, as far as it matters here.
struct Item {
  enum Type : std::uint8_t { integer, decimal, string, token, bytes, boolean, inner_list } type = boolean;
  ByteView text;      // of an integer with its sign, of a string between its quotes
  bool truth = true;  // of a boolean
};

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_alpha(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }

// Reads a Dictionary from the front, member by member. Every function gives nothing (or false) where the text is not
// what its rule says; then the whole field is none.
class Reader {
 public:
  explicit Reader(ByteView text) : rest_(text) {}

  struct Member {
    ByteView name;
    Item value;
  };

  bool at_end() const { return rest_.empty(); }

  void skip_spaces() {
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
  }

  // The comma to the next member with what may stand around it.
  bool take_comma() {
    skip_optional_space();
    if (!take(',')) return false;
    skip_optional_space();
    return !at_end();
  }
  void skip_optional_space() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t')) rest_.remove_prefix(1);
  }

  std::optional<Member> member() {
    Member member;
    const auto name = key();
    if (!name) return std::nullopt;
    member.name = *name;
    if (take('=')) {
      const auto value = take('(') ? inner_list() : item();
      if (!value) return std::nullopt;
      member.value = *value;
    }
    if (!skip_parameters()) return std::nullopt;
    return member;
  }

 private:
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  template <typename Predicate>
  ByteView take_while(Predicate holds) {
    std::size_t size = 0;
    while (size < rest_.size() && holds(rest_[size])) ++size;
    const ByteView taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::optional<ByteView> key() {
    if (rest_.empty() || (!is_lower(rest_.front()) && rest_.front() != '*')) return std::nullopt;
    return take_while(
        [](char c) { return is_lower(c) || is_digit(c) || c == '_' || c == '-' || c == '.' || c == '*'; });
  }

  std::optional<Item> item() {
    if (rest_.empty()) return std::nullopt;
    const char first = rest_.front();
    if (is_digit(first) || first == '-') return number();
    if (first == '"') return string();
    if (first == '?') return boolean();
    if (first == ':') return bytes();
    if (is_alpha(first) || first == '*') return token();
    return std::nullopt;
  }

  std::optional<Item> number() {
    const ByteView begin = rest_;
    take('-');
    const std::size_t whole = take_while(is_digit).size();
    if (whole == 0 || whole > 15) return std::nullopt;
    Item result{.type = Item::integer, .text = {}};
    if (take('.')) {
      const std::size_t fraction = take_while(is_digit).size();
      if (fraction == 0 || fraction > 3 || whole > 12) return std::nullopt;
      result.type = Item::decimal;
    }
    result.text = begin.substr(0, begin.size() - rest_.size());
    return result;
  }

  std::optional<Item> string() {
    take('"');
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      const char c = rest_[i];
      if (c == '"') {
        const Item result{.type = Item::string, .text = rest_.substr(0, i)};
        rest_.remove_prefix(i + 1);
        return result;
      }
      if (c < ' ' || c > '~') return std::nullopt;
      if (c != '\\') continue;
      ++i;
      if (i >= rest_.size() || (rest_[i] != '"' && rest_[i] != '\\')) return std::nullopt;
    }
    return std::nullopt;
  }

  std::optional<Item> boolean() {
    take('?');
    if (take('1')) return Item{.type = Item::boolean, .text = {}, .truth = true};
    if (take('0')) return Item{.type = Item::boolean, .text = {}, .truth = false};
    return std::nullopt;
  }

  std::optional<Item> bytes() {
    take(':');
    take_while([](char c) { return is_alpha(c) || is_digit(c) || c == '+' || c == '/' || c == '='; });
    if (!take(':')) return std::nullopt;
    return Item{.type = Item::bytes, .text = {}};
  }

  std::optional<Item> token() {
    constexpr ByteView others = "!#$%&'*+-.^_`|~:/";
    take_while([&](char c) { return is_alpha(c) || is_digit(c) || others.find(c) != ByteView::npos; });
    return Item{.type = Item::token, .text = {}};
  }

  std::optional<Item> inner_list() {
    while (true) {
      skip_spaces();
      if (take(')')) return Item{.type = Item::inner_list, .text = {}};
      if (!item() || !skip_parameters()) return std::nullopt;
      if (rest_.empty() || (rest_.front() != ' ' && rest_.front() != ')')) return std::nullopt;
    }
  }

  bool skip_parameters() {
    while (take(';')) {
      skip_spaces();
      if (!key()) return false;
      if (take('=') && !item()) return false;
    }
    return true;
  }

  ByteView rest_;
};

// False where the value is of another type than the directive's.
bool take(const Reader::Member& member, CacheControl& into) {
  const Item& value = member.value;
  for (const Flag& flag : flags) {
    if (member.name != flag.name) continue;
    if (value.type != Item::boolean) return false;
    into.*flag.member = value.truth;
  }
  for (const Number& number : numbers) {
    if (member.name != number.name) continue;
    const auto seconds = value.type == Item::integer ? read_delta_seconds(value.text) : std::nullopt;
    if (!seconds) return false;
    into.*number.member = seconds;
  }
  for (const Qualified& one : qualified) {
    if (member.name != one.name) continue;
    if (value.type != Item::boolean && value.type != Item::string) return false;
    const bool is_list = value.type == Item::string && !value.text.empty();
    into.*one.fields = is_list ? value.text : ByteView();
    into.*one.member = !is_list && value.truth;
  }
  return true;
}

}  // namespace

std::optional<CacheControl> read_cdn_cache_control(const Fields& fields) {
  CacheControl result;
  for (const Field* at = fields.find(cdn_cache_control); at != nullptr; at = fields.find(cdn_cache_control, at)) {
    // Lines are joined by commas: an empty one between others would be an empty member.
    Reader reader(at->value);
    reader.skip_spaces();
    if (reader.at_end()) return std::nullopt;
    while (true) {
      const auto member = reader.member();
      if (!member || !take(*member, result)) return std::nullopt;
      reader.skip_optional_space();
      if (reader.at_end()) break;
      if (!reader.take_comma()) return std::nullopt;
    }
    result.is_present = true;
  }
  if (!result.is_present) return std::nullopt;
  return result;
}

}  // namespace gust::http
