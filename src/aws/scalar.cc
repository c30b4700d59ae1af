#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include "aws/scalar_internal.h"
#include "base/date.h"
#include "base/text.h"
#include "base/time.h"

namespace gust::aws {
namespace {

std::optional<WallTime> read_time(TimeForm form, std::string_view text) {
  if (form == TimeForm::http_date) return read_http_date(text);
  if (form == TimeForm::iso8601) return read_iso8601(text);
  // The year 2255; nanoseconds since 1970 go little further.
  constexpr std::int64_t seconds_max = 9'000'000'000;
  const auto seconds = parse_signed(text);
  if (!seconds || *seconds > seconds_max || *seconds < -seconds_max) return std::nullopt;
  return wall_time_of(*seconds);
}

}  // namespace

bool read_scalar(const Shape& shape, TimeForm form, std::string_view text, void* value) {
  switch (shape.kind) {
    case Kind::string:
      *static_cast<std::string*>(value) = text;
      return true;
    case Kind::blob: {
      auto bytes = bytes_of_base64(text);
      if (bytes) static_cast<Blob*>(value)->bytes = std::move(*bytes);
      return bytes.has_value();
    }
    case Kind::boolean:
      *static_cast<bool*>(value) = text == "true";
      return text == "true" || text == "false";
    case Kind::integer:
    case Kind::long_integer: {
      const auto number = parse_signed(text);
      if (!number) return false;
      if (shape.kind == Kind::long_integer) {
        *static_cast<std::int64_t*>(value) = *number;
        return true;
      }
      if (*number < std::numeric_limits<std::int32_t>::min() || *number > std::numeric_limits<std::int32_t>::max()) {
        return false;
      }
      *static_cast<std::int32_t*>(value) = static_cast<std::int32_t>(*number);
      return true;
    }
    case Kind::real: {
      double number = 0;
      const char* end = text.data() + text.size();
      const auto [at, error] = std::from_chars(text.data(), end, number);
      if (error != std::errc() || at != end || !std::isfinite(number)) return false;
      *static_cast<double*>(value) = number;
      return true;
    }
    case Kind::timestamp: {
      const auto at = read_time(form, text);
      if (at) *static_cast<WallTime*>(value) = *at;
      return at.has_value();
    }
    case Kind::structure:
    case Kind::list:
    case Kind::map:
      return false;
  }
  return false;
}

std::string scalar_text(const Shape& shape, TimeForm form, const void* value) {
  switch (shape.kind) {
    case Kind::string:
      return *static_cast<const std::string*>(value);
    case Kind::blob:
      return base64_of(static_cast<const Blob*>(value)->bytes);
    case Kind::boolean:
      return *static_cast<const bool*>(value) ? "true" : "false";
    case Kind::integer:
      return std::to_string(*static_cast<const std::int32_t*>(value));
    case Kind::long_integer:
      return std::to_string(*static_cast<const std::int64_t*>(value));
    case Kind::real:
      return fmt::format("{}", *static_cast<const double*>(value));
    case Kind::timestamp: {
      const WallTime at = *static_cast<const WallTime*>(value);
      if (form == TimeForm::epoch_seconds) return std::to_string(unix_seconds(at));
      return form == TimeForm::http_date ? http_date_of(at) : iso8601_of(at);
    }
    case Kind::structure:
    case Kind::list:
    case Kind::map:
      return {};
  }
  return {};
}

bool is_present(const Member& member, const void* owner) {
  const void* value = value_of(member, owner);
  if (value == nullptr || member.required) return value != nullptr;
  if (member.shape->kind == Kind::list) return member.shape->list->size(value) > 0;
  if (member.shape->kind == Kind::map) return !static_cast<const std::map<std::string, std::string>*>(value)->empty();
  return true;
}

}  // namespace gust::aws
