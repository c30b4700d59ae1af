#include "http/cache_control.h"

#include <algorithm>
#include <span>

#include "base/text.h"
#include "http/directives_internal.h"
#include "http/field_values.h"

namespace gust::http {
namespace {

constexpr Flag request_flags[] = {{"only-if-cached", &CacheControl::only_if_cached}};
constexpr Number request_numbers[] = {{"min-fresh", &CacheControl::min_fresh}};

void take(const Parameter& directive, std::span<const Flag> flags, CacheControl& into) {
  for (const Flag& flag : flags) {
    // A value where none belongs changes nothing: the sender asked for the directive.
    if (equal_fold(directive.name, flag.name)) into.*flag.member = true;
  }
}

void take(const Parameter& directive, std::span<const Number> numbers, CacheControl& into) {
  for (const Number& number : numbers) {
    if (!equal_fold(directive.name, number.name) || (into.*number.member).has_value()) continue;
    into.*number.member = read_delta_seconds(directive.value).value_or(0);
  }
}

void take(const Parameter& directive, CacheControl& into) {
  take(directive, flags, into);
  take(directive, request_flags, into);
  take(directive, numbers, into);
  take(directive, request_numbers, into);
  for (const Qualified& one : qualified) {
    if (!equal_fold(directive.name, one.name)) continue;
    // Two lists cannot be told by one view: then the whole response is meant, which is the stricter reading.
    const bool is_list = directive.has_value && !directive.value.empty() && (into.*one.fields).empty();
    if (is_list) into.*one.fields = directive.value;
    if (!is_list) into.*one.member = true;
  }
  if (equal_fold(directive.name, "max-stale") && !into.max_stale && !into.any_max_stale) {
    into.any_max_stale = !directive.has_value;
    into.max_stale = read_delta_seconds(directive.value);
  }
}

// `max-age=-1` or `max-age=1.5=2`: a directive we know by its name, with a value out of grammar.
Parameter read_loosely(ByteView element) {
  const Cut at = cut(element, '=');
  return {.name = trim(at.before), .value = {}, .has_value = at.found, .is_quoted = false};
}

}  // namespace

std::optional<std::uint32_t> read_delta_seconds(ByteView text) {
  if (text.empty() || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  const auto value = parse_decimal<std::uint64_t>(text);
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(value.value_or(delta_seconds_max), delta_seconds_max));
}

CacheControl read_cache_control(const Fields& fields) {
  CacheControl result;
  for (const Field* at = fields.find(Name::cache_control); at != nullptr; at = fields.find(Name::cache_control, at)) {
    result.is_present = true;
    ListReader reader(at->value);
    while (const auto element = reader.next()) {
      take(read_parameter(*element).value_or(read_loosely(*element)), result);
    }
  }
  return result;
}

}  // namespace gust::http
