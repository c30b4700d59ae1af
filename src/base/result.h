// Result: a value, or the one kind of error that crosses module borders.
//
// Shape:  an Error is a code, the side whose trouble it is, a retry mark and static text; making one allocates nothing.
// Use:    TRY(auto head, read_request_head(in, limits)) hands an Error to the caller; CO_TRY does so in a task.
//         TRY_OK and CO_TRY_OK are for results without a value.
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>
#include <utility>

namespace gust {

// What went wrong. New codes go beside their kin; a step decides what each means to a viewer.
enum class Errc : std::uint8_t {
  bug,  // ours, one request in doubt
  cancelled,
  timed_out,
  closed,  // the peer ended the connection in order
  reset,   // the connection broke
  refused,
  unreachable,
  name_not_found,
  address_in_use,
  would_exceed_limit,
  out_of_memory,
  // bytes from outside
  head_too_large,
  url_too_long,
  bad_request_line,
  bad_status_line,
  bad_field,
  bad_target,
  bad_host,
  bad_version,
  bad_framing,
  bad_chunk,
  bad_trailer,
  short_body,
  long_body,
  body_too_large,
  bad_syntax,
  bad_value,
  unsupported,
  // stores and files
  not_found,
  exists,
  conflict,  // the revision named is not the one stored
  not_directory,
  no_space,
  access_denied,
  io_failed,
  corrupt,
};

enum class Side : std::uint8_t { viewer, origin, own };
enum class Retry : std::uint8_t { never, if_reused, always };

struct Error {
  Errc code = Errc::bug;
  Side side = Side::own;
  Retry retry = Retry::never;
  std::string_view text;  // static storage only

  friend bool operator==(const Error& a, const Error& b) { return a.code == b.code && a.side == b.side; }
};

// The code's name as written above, for logs and metrics.
std::string_view name_of(Errc code);

template <typename T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Errc code, Side side, std::string_view static_text, Retry retry = Retry::never) {
  return std::unexpected(Error{code, side, retry, static_text});
}
inline std::unexpected<Error> fail(Errc code, std::string_view static_text) {
  return std::unexpected(Error{code, Side::own, Retry::never, static_text});
}

}  // namespace gust

#define GUST_JOIN_(a, b) a##b
#define GUST_JOIN(a, b) GUST_JOIN_(a, b)

#define GUST_TRY_(name, how, declaration, ...)    \
  auto&& name = (__VA_ARGS__);                    \
  if (!name) how std::unexpected((name).error()); \
  declaration = *std::forward<decltype(name)>(name)

#define GUST_TRY_OK_(how, ...)                                                          \
  do {                                                                                  \
    if (auto&& gust_ok = (__VA_ARGS__); !gust_ok) how std::unexpected(gust_ok.error()); \
  } while (false)

// NOLINTBEGIN(bugprone-macro-parentheses)
#define TRY(declaration, ...) GUST_TRY_(GUST_JOIN(gust_try_, __LINE__), return, declaration, __VA_ARGS__)
#define CO_TRY(declaration, ...) GUST_TRY_(GUST_JOIN(gust_try_, __LINE__), co_return, declaration, __VA_ARGS__)
#define TRY_OK(...) GUST_TRY_OK_(return, __VA_ARGS__)
#define CO_TRY_OK(...) GUST_TRY_OK_(co_return, __VA_ARGS__)
// NOLINTEND(bugprone-macro-parentheses)
