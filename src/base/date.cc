#include "base/date.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace gust {
namespace {

// The first three letters in lower case, as one number. `text` has so many.
constexpr std::uint32_t first_letters(std::string_view text) {
  const auto at = [&](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(lower(text[i]))}; };
  return at(0) | at(1) << 8 | at(2) << 16;
}

template <std::size_t n>
struct Names {
  std::array<std::string_view, n> full;
  std::array<std::uint32_t, n> first;  // first_letters() of each

  constexpr explicit Names(const std::array<std::string_view, n>& names) : full(names), first() {
    for (std::size_t i = 0; i < n; ++i) first[i] = first_letters(names[i]);
  }
};

constexpr Names months(std::array<std::string_view, 12>{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
                                                        "Oct", "Nov", "Dec"});
constexpr Names days(std::array<std::string_view, 7>{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
                                                     "Saturday"});

struct Parts {
  int year = 0;
  unsigned month = 0, day = 0, hour = 0, minute = 0, second = 0;
};

// A leap second is read as the second before it, as POSIX time has none.
std::optional<std::int64_t> seconds_of(const Parts& p) {
  const std::chrono::year_month_day date{std::chrono::year(p.year), std::chrono::month(p.month),
                                         std::chrono::day(p.day)};
  if (!date.ok() || p.year < 1970 || p.year > 9999 || p.hour > 23 || p.minute > 59 || p.second > 60) return {};
  const std::int64_t day = std::chrono::sys_days(date).time_since_epoch().count();
  return day * 86400 + p.hour * 3600 + p.minute * 60 + std::min(p.second, 59U);
}

constexpr std::int64_t last_second = 9'223'372'035;  // nanoseconds since 1970 end in the year 2262

std::optional<WallTime> wall_time_within_range(std::optional<std::int64_t> seconds) {
  if (!seconds || *seconds < 0 || *seconds > last_second) return std::nullopt;
  return wall_time_of(*seconds);
}

// "Expires: Fri, 31 Dec 9999 23:59:59 GMT" means never, so later dates count as the last one.
std::optional<WallTime> wall_time_of_http(const Parts& parts) {
  const auto seconds = seconds_of(parts);
  if (!seconds) return std::nullopt;
  return wall_time_of(std::min(*seconds, last_second));
}

struct Split {
  Parts parts;
  unsigned weekday;
  std::int64_t nanoseconds;
};

Split split_of(WallTime at) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(at.time_since_epoch());
  const std::chrono::sys_seconds second{whole};
  const auto day = std::chrono::floor<std::chrono::days>(second);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{second - day};
  return {{static_cast<int>(date.year()), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
           static_cast<unsigned>(time.hours().count()), static_cast<unsigned>(time.minutes().count()),
           static_cast<unsigned>(time.seconds().count())},
          std::chrono::weekday(day).c_encoding(),
          (at.time_since_epoch() - whole).count()};
}

// Takes pieces off the front; one that is not as expected leaves `good` false for good.
struct Reader {
  std::string_view left;
  bool ignores_case = false;
  bool good = true;

  bool begins_with(std::string_view text) const {
    if (!ignores_case || left.size() < text.size()) return left.starts_with(text);
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (lower(left[i]) != lower(text[i])) return false;
    }
    return true;
  }
  void skip(std::string_view literal) {
    good = good && begins_with(literal);
    if (good) left.remove_prefix(literal.size());
  }
  unsigned number(std::size_t digits) {
    good = good && left.size() >= digits && std::ranges::all_of(left.substr(0, digits), is_digit);
    if (!good) return 0;
    unsigned value = 0;
    for (std::size_t i = 0; i < digits; ++i) value = value * 10 + static_cast<unsigned>(left[i] - '0');
    left.remove_prefix(digits);
    return value;
  }
  // A name in any case, by so many of its letters: three at least, which are no other's.
  template <std::size_t n>
  unsigned one_of(const Names<n>& names, std::size_t letters) {
    good = good && left.size() >= 3;
    const std::uint32_t first = good ? first_letters(left) : 0;
    for (unsigned i = 0; good && i < n; ++i) {
      if (first != names.first[i]) continue;
      if (letters == 3 || begins_with(names.full[i].substr(0, letters))) {
        left.remove_prefix(std::min(letters, names.full[i].size()));
        return i;
      }
    }
    good = false;
    return 0;
  }
  void clock(Parts& parts) {
    parts.hour = number(2);
    skip(":");
    parts.minute = number(2);
    skip(":");
    parts.second = number(2);
  }
};

}  // namespace

std::string http_date_of(WallTime at) {
  const auto [p, weekday, nanoseconds] = split_of(at);
  // Made for every answer of an origin without a Date: no format to read.
  std::string text = "Sun, 06 Nov 1994 08:49:37 GMT";
  const auto number = [&](std::size_t at, std::size_t digits, unsigned value) {
    for (; digits > 0; value /= 10) text[at + --digits] = static_cast<char>('0' + value % 10);
  };
  days.full[weekday].copy(text.data(), 3);
  number(5, 2, p.day);
  months.full[p.month - 1].copy(text.data() + 8, 3);
  number(12, 4, static_cast<unsigned>(p.year));
  number(17, 2, p.hour);
  number(20, 2, p.minute);
  number(23, 2, p.second);
  return text;
}

std::optional<WallTime> read_http_date(std::string_view text) {
  constexpr std::size_t shortest = 24;  // the third form
  if (text.size() < shortest) return std::nullopt;
  Parts parts;
  Reader fixed{.left = text, .ignores_case = true};  // Sun, 06 Nov 1994 08:49:37 GMT
  fixed.one_of(days, 3);
  fixed.skip(", ");
  parts.day = fixed.number(2);
  fixed.skip(" ");
  parts.month = fixed.one_of(months, 3) + 1;
  fixed.skip(" ");
  parts.year = static_cast<int>(fixed.number(4));
  fixed.skip(" ");
  fixed.clock(parts);
  fixed.skip(" GMT");
  if (fixed.good && fixed.left.empty()) return wall_time_of_http(parts);

  Reader old{.left = text,
             .ignores_case = true};  // Sunday, 06-Nov-94 08:49:37 GMT; years before 70 are of this century
  old.one_of(days, 9);
  old.skip(", ");
  parts.day = old.number(2);
  old.skip("-");
  parts.month = old.one_of(months, 3) + 1;
  old.skip("-");
  const unsigned year = old.number(2);
  parts.year = static_cast<int>(year < 70 ? 2000 + year : 1900 + year);
  old.skip(" ");
  old.clock(parts);
  old.skip(" GMT");
  if (old.good && old.left.empty()) return wall_time_of_http(parts);

  Reader c_form{.left = text, .ignores_case = true};  // Sun Nov  6 08:49:37 1994
  c_form.one_of(days, 3);
  c_form.skip(" ");
  parts.month = c_form.one_of(months, 3) + 1;
  c_form.skip(" ");
  const bool padded = c_form.left.starts_with(" ");
  if (padded) c_form.skip(" ");
  parts.day = c_form.number(padded ? 1 : 2);
  c_form.skip(" ");
  c_form.clock(parts);
  c_form.skip(" ");
  parts.year = static_cast<int>(c_form.number(4));
  if (c_form.good && c_form.left.empty()) return wall_time_of_http(parts);
  return std::nullopt;
}

std::string iso8601_of(WallTime at) {
  const auto [p, weekday, nanoseconds] = split_of(at);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", p.year, p.month, p.day, p.hour, p.minute, p.second,
                     nanoseconds / 1'000'000);
}

std::string iso8601_exact_of(WallTime at) {
  const auto [p, weekday, nanoseconds] = split_of(at);
  std::string text =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", p.year, p.month, p.day, p.hour, p.minute, p.second);
  if (nanoseconds != 0) {
    text += fmt::format(".{:09}", nanoseconds);
    while (text.back() == '0') text.pop_back();
  }
  return text + 'Z';
}

std::optional<WallTime> read_iso8601(std::string_view text) {
  Parts parts;
  Reader in{.left = text};
  parts.year = static_cast<int>(in.number(4));
  in.skip("-");
  parts.month = in.number(2);
  in.skip("-");
  parts.day = in.number(2);
  in.skip("T");
  in.clock(parts);
  std::int64_t nanoseconds = 0;
  if (in.good && in.left.starts_with('.')) {
    in.skip(".");
    std::size_t digits = 0;
    while (digits < in.left.size() && is_digit(in.left[digits])) ++digits;
    if (digits == 0 || digits > 9) return std::nullopt;
    nanoseconds = static_cast<std::int64_t>(in.number(digits));
    for (std::size_t i = digits; i < 9; ++i) nanoseconds *= 10;
  }
  std::int64_t offset = 0;
  if (in.good && (in.left.starts_with('+') || in.left.starts_with('-'))) {
    const bool west = in.left.front() == '-';
    in.left.remove_prefix(1);
    const unsigned hours = in.number(2);
    in.skip(":");
    const unsigned minutes = in.number(2);
    if (hours > 23 || minutes > 59) return std::nullopt;
    offset = (hours * 3600 + minutes * 60) * (west ? -1LL : 1LL);
  } else {
    in.skip("Z");
  }
  if (!in.good || !in.left.empty()) return std::nullopt;
  auto seconds = seconds_of(parts);
  if (seconds) *seconds -= offset;
  auto at = wall_time_within_range(seconds);
  if (at) *at += Duration(nanoseconds);
  return at;
}

std::string iso8601_basic_of(WallTime at) {
  const auto [p, weekday, nanoseconds] = split_of(at);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", p.year, p.month, p.day, p.hour, p.minute, p.second);
}

std::optional<WallTime> read_iso8601_basic(std::string_view text) {
  Parts parts;
  Reader in{.left = text};
  parts.year = static_cast<int>(in.number(4));
  parts.month = in.number(2);
  parts.day = in.number(2);
  in.skip("T");
  parts.hour = in.number(2);
  parts.minute = in.number(2);
  parts.second = in.number(2);
  in.skip("Z");
  if (!in.good || !in.left.empty()) return std::nullopt;
  return wall_time_within_range(seconds_of(parts));
}

}  // namespace gust
