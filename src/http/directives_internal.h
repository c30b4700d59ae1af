// The directives of responses and where CacheControl keeps them, for Cache-Control and its targeted form.
#pragma once

#include <optional>

#include "http/cache_control.h"

namespace gust::http {

struct Flag {
  ByteView name;
  bool CacheControl::* member;
};
inline constexpr Flag flags[] = {
    {"no-store", &CacheControl::no_store},
    {"public", &CacheControl::public_},
    {"must-revalidate", &CacheControl::must_revalidate},
    {"proxy-revalidate", &CacheControl::proxy_revalidate},
    {"must-understand", &CacheControl::must_understand},
    {"no-transform", &CacheControl::no_transform},
    {"immutable", &CacheControl::immutable},
};

struct Number {
  ByteView name;
  std::optional<std::uint32_t> CacheControl::* member;
};
inline constexpr Number numbers[] = {
    {"max-age", &CacheControl::max_age},
    {"s-maxage", &CacheControl::s_maxage},
    {"stale-while-revalidate", &CacheControl::stale_while_revalidate},
    {"stale-if-error", &CacheControl::stale_if_error},
};

struct Qualified {
  ByteView name;
  bool CacheControl::* member;
  ByteView CacheControl::* fields;
};
inline constexpr Qualified qualified[] = {
    {"no-cache", &CacheControl::no_cache, &CacheControl::no_cache_fields},
    {"private", &CacheControl::private_, &CacheControl::private_fields},
};

}  // namespace gust::http
