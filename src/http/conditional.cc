#include "http/conditional.h"

#include "base/date.h"

namespace gust::http {
namespace {

using Equal = bool (*)(const EntityTag&, const EntityTag&);

// True if a line of that name names the stored tag. `*` means any representation (sections 13.1.1 and 13.1.2).
bool any_line_matches(const Fields& request, Name name, const Validators& stored, Equal equal) {
  for (const Field* at = request.find(name); at != nullptr; at = request.find(name, at)) {
    if (at->value == "*" ? stored.exists : stored.tag && list_matches(at->value, *stored.tag, equal)) return true;
  }
  return false;
}

// The date of a field that has exactly one line, and the stored date beside it, both in seconds.
struct Dates {
  std::int64_t asked;
  std::int64_t stored;
};
std::optional<Dates> dates_of(const Fields& request, Name name, const Validators& stored) {
  if (!stored.last_modified || request.count(name) != 1) return std::nullopt;
  const auto asked = read_http_date(*request.get(name));
  if (!asked) return std::nullopt;
  return Dates{unix_seconds(*asked), unix_seconds(*stored.last_modified)};
}

// Steps 3 and 4.
Precondition evaluate_last_steps(Method method, const Fields& request, const Validators& stored) {
  const bool is_read = method == Method::get || method == Method::head;
  if (request.has(Name::if_none_match)) {
    if (any_line_matches(request, Name::if_none_match, stored, equal_weak)) {
      return is_read ? Precondition::not_modified : Precondition::failed;
    }
  } else if (is_read) {
    const auto dates = dates_of(request, Name::if_modified_since, stored);
    if (dates && dates->stored <= dates->asked) return Precondition::not_modified;
  }
  return Precondition::proceed;
}

}  // namespace

Validators validators_of(const Fields& fields) {
  Validators result;
  if (const auto tag = fields.get(Name::etag)) result.tag = read_entity_tag(*tag);
  result.is_coded = fields.has(Name::content_encoding);
  if (const auto date = fields.get(Name::last_modified)) result.last_modified = read_http_date(*date);
  if (const auto date = fields.get(Name::date)) result.date = read_http_date(*date);
  return result;
}

Precondition evaluate_preconditions(Method method, const Fields& request, const Validators& stored) {
  if (request.has(Name::if_match)) {
    if (!any_line_matches(request, Name::if_match, stored, equal_strong)) return Precondition::failed;
  } else if (const auto dates = dates_of(request, Name::if_unmodified_since, stored)) {
    if (dates->stored > dates->asked) return Precondition::failed;
  }
  return evaluate_last_steps(method, request, stored);
}

Precondition evaluate_preconditions_of_cache(Method method, const Fields& request, Validators stored) {
  if (method != Method::get && method != Method::head) return Precondition::proceed;
  if (!stored.last_modified) stored.last_modified = stored.date;
  return evaluate_last_steps(method, request, stored);
}

bool range_applies(const Fields& request, const Validators& stored) {
  const auto value = request.get(Name::if_range);
  if (!value) return true;
  if (const auto tag = read_entity_tag(*value)) return stored.tag && equal_strong(*tag, *stored.tag);
  // A coding that was done on the way, which leaves no strong tag, gives other bytes each time it is done.
  const bool has_strong_tag = stored.tag && !stored.tag->is_weak;
  if (stored.is_coded && !has_strong_tag) return false;
  const auto dates = dates_of(request, Name::if_range, stored);
  if (!dates || dates->asked != dates->stored) return false;
  // Section 8.8.2.2: a date is a strong validator once the origin's clock has moved well past it.
  constexpr std::int64_t strong_after_seconds = 60;
  return !stored.date || unix_seconds(*stored.date) - dates->stored >= strong_after_seconds;
}

bool is_condition_or_range(Name name) {
  switch (name) {
    case Name::if_match:
    case Name::if_none_match:
    case Name::if_modified_since:
    case Name::if_unmodified_since:
    case Name::if_range:
    case Name::range:
    case Name::request_range:
      return true;
    default:
      return false;
  }
}

}  // namespace gust::http
