#include "http/range.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/text.h"
#include "http/field_values.h"

namespace gust::http {
namespace {

constexpr ByteCount position_max = std::numeric_limits<std::int64_t>::max();

// Digits only; what does not fit counts as the largest, as it is behind the end of everything.
std::optional<ByteCount> read_position(ByteView text) {
  if (text.empty() || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  return std::min(parse_decimal<ByteCount>(text).value_or(position_max), position_max);
}

std::unexpected<Error> bad_range() { return fail(Errc::bad_syntax, Side::viewer, "Range out of grammar"); }

Result<RangeSpec> read_spec(ByteView text) {
  const Cut at = cut(text, '-');
  RangeSpec spec{.first = read_position(at.before), .last = read_position(at.after)};
  const bool is_suffix = at.before.empty();
  const bool is_open = at.after.empty();
  if (!at.found || (is_suffix && is_open)) return bad_range();
  if ((!is_suffix && !spec.first) || (!is_open && !spec.last)) return bad_range();
  if (spec.first && spec.last && *spec.last < *spec.first) return bad_range();
  return spec;
}

}  // namespace

Result<std::vector<RangeSpec>> read_range(ByteView value, std::size_t ranges_max) {
  const Cut at = cut(value, '=');
  if (!at.found || !is_token(at.before)) return bad_range();
  if (!equal_fold(at.before, "bytes")) return fail(Errc::unsupported, Side::viewer, "range unit other than bytes");
  std::vector<RangeSpec> result;
  ListReader reader(at.after);
  while (const auto element = reader.next()) {
    if (result.size() == ranges_max) return fail(Errc::would_exceed_limit, Side::viewer, "more ranges than the limit");
    TRY(const RangeSpec spec, read_spec(*element));
    result.push_back(spec);
  }
  if (result.empty()) return bad_range();
  return result;
}

std::optional<ByteRange> satisfy(const RangeSpec& spec, ByteCount complete) {
  if (!spec.first) {
    const ByteCount bytes = std::min(spec.last.value_or(0), complete);
    if (bytes == 0) return std::nullopt;
    return ByteRange{complete - bytes, bytes};
  }
  if (*spec.first >= complete) return std::nullopt;
  const ByteCount last = std::min(spec.last.value_or(complete - 1), complete - 1);
  if (last < *spec.first) return std::nullopt;
  return ByteRange{*spec.first, last - *spec.first + 1};
}

bool are_ascending(const std::vector<ByteRange>& ranges) {
  for (std::size_t i = 1; i < ranges.size(); ++i) {
    if (ranges[i].offset < ranges[i - 1].offset + ranges[i - 1].bytes) return false;
  }
  return true;
}

PartsChoice choose_parts(ByteView value, ByteCount complete, bool several_get_whole) {
  PartsChoice choice;
  const auto specs = read_range(value);
  if (!specs) return choice;
  for (const RangeSpec& spec : *specs) {
    if (const auto range = satisfy(spec, complete)) choice.parts.push_back(*range);
  }
  if (choice.parts.empty()) {
    const bool is_ignored = several_get_whole && specs->size() > 1;
    choice.kind = is_ignored ? PartsChoice::whole : PartsChoice::unsatisfiable;
  } else if (are_ascending(choice.parts)) {
    choice.kind = PartsChoice::partial;
  } else {
    choice.parts.clear();
  }
  return choice;
}

Result<ContentRange> read_content_range(ByteView value) {
  const auto bad = [] { return fail(Errc::bad_syntax, Side::origin, "Content-Range out of grammar"); };
  const Cut unit = cut(value, ' ');
  const Cut parts = cut(unit.after, '/');
  if (!unit.found || !parts.found) return bad();
  if (!equal_fold(unit.before, "bytes")) return fail(Errc::unsupported, Side::origin, "range unit other than bytes");

  ContentRange result;
  result.complete = parse_decimal<ByteCount>(parts.after);
  if (!result.complete && parts.after != "*") return bad();
  if (parts.before == "*") {
    if (!result.complete) return bad();
    return result;
  }
  const Cut range = cut(parts.before, '-');
  const auto first = parse_decimal<ByteCount>(range.before);
  const auto last = parse_decimal<ByteCount>(range.after);
  if (!first || !last || *last < *first || *last >= position_max) return bad();
  if (result.complete && *last >= *result.complete) return bad();
  result.range = ByteRange{*first, *last - *first + 1};
  return result;
}

std::string content_range_of(const ByteRange& range, ByteCount complete) {
  return fmt::format("bytes {}-{}/{}", range.offset, range.offset + range.bytes - 1, complete);
}

std::string content_range_of_unsatisfied(ByteCount complete) { return fmt::format("bytes */{}", complete); }

}  // namespace gust::http
