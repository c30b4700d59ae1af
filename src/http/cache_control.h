// Cache-Control: its directives in requests and responses as one struct.
//
// Source: RFC 9111 sections 1.2.2, 4.2.1 and 5.2; RFC 5861 (stale-*), RFC 8246 (immutable).
// Shape:  pure. Names without case; token and quoted forms alike (section 5.2); unknown directives are passed over.
// Units:  whole seconds; larger values count as 2^31 (section 1.2.2).
// Errors: none. Several lines and repeated directives: the first value counts (section 4.2.1). A number that does not
//         parse counts as 0, so that the response is stale (4.2.1); a max-stale that does not parse is passed over.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "http/fields.h"

namespace gust::http {

inline constexpr std::uint32_t delta_seconds_max = 2'147'483'648U;

struct CacheControl {
  bool is_present = false;
  bool no_store = false;
  bool no_cache = false;  // without field names
  bool private_ = false;  // without field names
  bool public_ = false;
  bool must_revalidate = false;
  bool proxy_revalidate = false;
  bool must_understand = false;
  bool no_transform = false;
  bool immutable = false;
  bool only_if_cached = false;
  bool any_max_stale = false;  // max-stale without a value
  std::optional<std::uint32_t> max_age;
  std::optional<std::uint32_t> s_maxage;
  std::optional<std::uint32_t> max_stale;
  std::optional<std::uint32_t> min_fresh;
  std::optional<std::uint32_t> stale_while_revalidate;
  std::optional<std::uint32_t> stale_if_error;
  // The field names of the qualified forms (sections 5.2.2.4 and 5.2.2.7), a comma-separated list; empty if none.
  ByteView no_cache_fields;
  ByteView private_fields;
};

// The directives of all Cache-Control lines, views into them.
CacheControl read_cache_control(const Fields& fields);

// A delta-seconds: digits only, saturating; nothing otherwise.
std::optional<std::uint32_t> read_delta_seconds(ByteView text);

}  // namespace gust::http
